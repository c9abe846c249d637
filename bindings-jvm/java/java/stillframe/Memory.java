// The JDK's own Unsafe, and where a few of the JDK's fields are.
//
// Knows no stream. Invariant: what is read through it is read by structure: no method of the object
// runs, whatever its class.

package java.stillframe;

import jdk.internal.misc.Unsafe;

final class Memory {
  static final Unsafe U = Unsafe.getUnsafe();
  /** Where the elements of an array begin: its type is int up to JDK 24 and long from 25 on. */
  static final long BYTES = base("ARRAY_BYTE_BASE_OFFSET");
  static final long CHARS = base("ARRAY_CHAR_BASE_OFFSET");
  /** What an offset is of a field that is not there. */
  static final long ABSENT = -1;
  static final long STRING_VALUE = offset(String.class, "value");
  static final long STRING_CODER = offset(String.class, "coder");
  private static final long CLASS_LOADER = offset(Class.class, "classLoader");

  private Memory() {}

  private static long base(String name) {
    try {
      return ((Number) Unsafe.class.getField(name).get(null)).longValue();
    } catch (ReflectiveOperationException error) {
      throw new InternalError(error);
    }
  }

  /** Where a field of a class or its nearest superclass with it is; {@link #ABSENT} if none. */
  static long offset(Class<?> type, String field) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      try {
        return U.objectFieldOffset(at, field);
      } catch (InternalError absent) {
        // The superclass may have it.
      }
    }
    return ABSENT;
  }

  /** A static field of a class of the JDK; null while the class is not initialised. */
  static Object constant(Class<?> type, long offset) {
    return offset == ABSENT ? null : U.getReference(type, offset);
  }

  /** Whether a class comes with the JVM. Class.getClassLoader would ask a security manager. */
  static boolean isOfTheJvm(Class<?> type) {
    return CLASS_LOADER != ABSENT && U.getReference(type, CLASS_LOADER) == null;
  }

  /** A class of the boot loader, neither initialised nor, if it is not there, missed. */
  static Class<?> named(String name) {
    try {
      return Class.forName(name, false, null);
    } catch (ClassNotFoundException | LinkageError absent) {
      return Object.class;
    }
  }
}
