// The JDK's own Unsafe, as the bridge's class of this name hands it out.
//
// Knows no object. Invariant: an offset of a field that is not there is ABSENT.

package java.stillframe;

import jdk.internal.misc.Unsafe;

final class Memory {
  static final Unsafe U = Unsafe.getUnsafe();
  static final long ABSENT = -1;

  private Memory() {}

  static long offset(Class<?> type, String field) {
    try {
      return U.objectFieldOffset(type, field);
    } catch (InternalError absent) {
      return ABSENT;
    }
  }

  static Class<?> named(String name) {
    try {
      return Class.forName(name, false, null);
    } catch (ClassNotFoundException | LinkageError absent) {
      throw new AssertionError(name, absent);
    }
  }
}
