// Which keys of maps name something that must not be read.
//
// Knows no list: the core's verdicts are kept by the content of the key. Invariant: a key is judged
// by what is in it, never by code of its own; a verdict that is kept holds a copy of the content, and
// no object of the application. Verdicts are immutable, so that threads may race for a place.

package java.stillframe;

import jdk.internal.misc.Unsafe;

final class Keys {
  private static final Unsafe U = Memory.U;
  /** Power of two. */
  private static final int VERDICTS = 1_024;
  /** Bytes of a key that is kept; a longer one is judged anew each time. */
  private static final int MOST_BYTES = 128;
  /** Longer is text rather than a name: redacted without a look, as in the core. */
  private static final int MOST_UNITS = 4_096;
  private static final Verdict[] KEPT = new Verdict[VERDICTS];

  private Keys() {}

  private static final class Verdict {
    final byte[] units;
    final byte coder;
    final boolean redacted;

    Verdict(byte[] units, byte coder, boolean redacted) {
      this.units = units;
      this.coder = coder;
      this.redacted = redacted;
    }
  }

  /** About 5 ns for a key like one that was seen before; some hundred for others. */
  static boolean isRedacted(Object key) {
    if (key == null) {
      return false;
    }
    if (key.getClass() == String.class) {
      return isRedacted((String) key);
    }
    Shape shape = Shapes.of(key.getClass());
    switch (shape.form) {
      case Shape.BYTE_ARRAY: return bytes((byte[]) key, ((byte[]) key).length, 0);
      case Shape.CHAR_ARRAY:
        char[] units = (char[]) key;
        return units.length > MOST_UNITS || Bridge.isRedacted(new String(units));
      case Shape.BUILDER:
        Object value = U.getReference(key, shape.a);
        byte coder = U.getByte(key, shape.b);
        // What cannot be judged is not shown.
        return !(value instanceof byte[]) || bytes((byte[]) value, U.getInt(key, shape.c), coder);
      default: return false;
    }
  }

  private static boolean bytes(byte[] bytes, int count, int coder) {
    int units = Math.max(0, Math.min(count, bytes.length >> coder));
    if (units > MOST_UNITS) {
      return true;
    }
    char[] text = new char[units];
    for (int at = 0; at < units; at++) {
      text[at] = coder == 0
          ? (char) (bytes[at] & 0xff)
          : U.getChar(bytes, Memory.BYTES + 2L * at);
    }
    return Bridge.isRedacted(new String(text));
  }

  private static boolean isRedacted(String key) {
    byte[] units = (byte[]) U.getReference(key, Memory.STRING_VALUE);
    byte coder = U.getByte(key, Memory.STRING_CODER);
    if (units.length > MOST_BYTES) {
      return units.length >> coder > MOST_UNITS || Bridge.isRedacted(key);
    }
    int place = key.hashCode();
    place = (place ^ place >>> 16) & (VERDICTS - 1);
    Verdict kept = KEPT[place];
    if (kept != null && kept.coder == coder && java.util.Arrays.equals(kept.units, units)) {
      return kept.redacted;
    }
    boolean redacted = Bridge.isRedacted(key);
    KEPT[place] = new Verdict(units.clone(), coder, redacted);
    return redacted;
  }
}
