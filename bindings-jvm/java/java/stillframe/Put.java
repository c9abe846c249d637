// Puts the stream's primitives at an address of native memory.
//
// Knows no limits but that of a text: whoever calls has made sure that there is room. Invariant: each
// method returns where the next byte goes, and writes at most MARGIN bytes besides those of a text,
// up to sixteen of them behind that place.

package java.stillframe;

import jdk.internal.misc.Unsafe;

final class Put {
  /** Bytes that any value without a text takes at most, with tag, number of its name and slack. */
  static final int MARGIN = 48;
  private static final Unsafe U = Memory.U;
  /** Up to here words of eight bytes are faster than a call. */
  private static final int SHORT_COPY = 64;

  /** Whether an array may be read in words from its first byte on: objects are padded to eight. */
  private static final boolean ENDS_IN_WORDS = Memory.BYTES % 8 == 0 && Memory.CHARS % 8 == 0;

  private Put() {}

  static long two(long at, int tag, int number) {
    U.putShortUnaligned(null, at, (short) (tag | number << 8));
    return at + 2;
  }

  static long varint(long at, long number) {
    while ((number & ~0x7fL) != 0) {
      U.putByte(at++, (byte) (number & 0x7f | 0x80));
      number >>>= 7;
    }
    U.putByte(at, (byte) number);
    return at + 1;
  }

  static long integer(long at, int value) {
    if (value == (byte) value) {
      return two(at, Stream.INT8, value & 0xff);
    }
    U.putLongUnaligned(null, at, Stream.INT32 | (value & 0xffff_ffffL) << 8);
    return at + 5;
  }

  static long integer(long at, long value) {
    if (value == (int) value) {
      return integer(at, (int) value);
    }
    U.putByte(at, (byte) Stream.INT64);
    U.putLongUnaligned(null, at + 1, value);
    return at + 9;
  }

  static long real(long at, double value) {
    U.putByte(at, (byte) Stream.FLOAT);
    U.putLongUnaligned(null, at + 1, Double.doubleToRawLongBits(value));
    return at + 9;
  }

  static long real(long at, float value) {
    long bits = Float.floatToRawIntBits(value) & 0xffff_ffffL;
    U.putLongUnaligned(null, at, Stream.FLOAT32 | bits << 8);
    return at + 5;
  }

  static long flag(long at, boolean value) {
    U.putByte(at, (byte) (value ? Stream.TRUE : Stream.FALSE));
    return at + 1;
  }

  /** A text of one unit. */
  static long unit(long at, char unit, int mostBytes) {
    int bytes = unit < 0x80 ? 1 : unit < 0x800 || Character.isSurrogate(unit) ? 2 : 3;
    if (bytes > mostBytes) {
      two(at, Stream.TEXT_CUT + Stream.UTF16, 0);
      U.putByte(at + 2, (byte) 1);
      return at + 3;
    }
    two(at, Stream.TEXT + Stream.UTF16, 1);
    U.putShortUnaligned(null, at + 2, (short) unit);
    return at + 4;
  }

  /** Bytes of an array, whose first is at an offset of Unsafe. */
  static void copy(Object array, long from, long to, int bytes) {
    if (bytes > SHORT_COPY || !ENDS_IN_WORDS) {
      U.copyMemory(array, from, null, to, bytes);
      return;
    }
    for (int at = 0; at < bytes; at += 8) {
      U.putLongUnaligned(null, to + at, U.getLong(array, from + at));
    }
  }

  /**
   * Native memory that is read in words of eight bytes, the first two of them always: most names
   * are no longer, and a loop that runs once or twice is not predicted.
   */
  static long words(long from, long to, int bytes) {
    U.putLongUnaligned(null, to, U.getLong(from));
    U.putLongUnaligned(null, to + 8, U.getLong(from + 8));
    for (int at = 16; at < bytes; at += 8) {
      U.putLongUnaligned(null, to + at, U.getLong(from + at));
    }
    return to + bytes;
  }

  /** The same of an array of at least two words. */
  static long words(long[] from, long to, int bytes) {
    U.putLongUnaligned(null, to, from[0]);
    U.putLongUnaligned(null, to + 8, from[1]);
    for (int at = 2; at < from.length; at++) {
      U.putLongUnaligned(null, to + 8L * at, from[at]);
    }
    return to + bytes;
  }

  /** What comes before the units of a text or the bytes of a byte string. */
  private static long start(long at, int whole, int cut, int taken, int all) {
    if (taken == all) {
      U.putByte(at, (byte) whole);
      return varint(at + 1, taken);
    }
    U.putByte(at, (byte) cut);
    return varint(varint(at + 1, taken), all);
  }

  private static boolean fits(long at, long bytes, long limit) {
    return at + bytes + MARGIN <= limit;
  }

  /** A text of Latin-1, at most so many bytes of it in UTF-8; 0 if it does not fit. */
  static long latin1(byte[] units, int all, long at, long limit, int mostBytes) {
    int taken = all;
    if (2L * all > mostBytes) {
      taken = latin1Units(units, all, mostBytes);
    }
    if (!fits(at, taken, limit)) {
      return 0;
    }
    int plain = Stream.TEXT + Stream.LATIN1;
    long to = taken == all && taken < 0x80
        ? two(at, plain, taken)
        : start(at, plain, Stream.TEXT_CUT + Stream.LATIN1, taken, all);
    copy(units, Memory.BYTES, to, taken);
    return to + taken;
  }

  private static int latin1Units(byte[] units, int all, int mostBytes) {
    int bytes = 0;
    int most = Math.min(all, mostBytes);
    for (int at = 0; at < most; at++) {
      bytes += units[at] < 0 ? 2 : 1;
      if (bytes > mostBytes) {
        return at;
      }
    }
    return most;
  }

  /** The same of UTF-16, whose units begin at an offset of an array. */
  static long utf16(Object array, long from, int all, long at, long limit, int mostBytes) {
    int taken = all;
    if (3L * all > mostBytes) {
      taken = utf16Units(array, from, all, mostBytes);
    }
    if (!fits(at, 2L * taken, limit)) {
      return 0;
    }
    long to = start(at, Stream.TEXT + Stream.UTF16, Stream.TEXT_CUT + Stream.UTF16, taken, all);
    copy(array, from, to, 2 * taken);
    return to + 2L * taken;
  }

  private static int utf16Units(Object array, long from, int all, int mostBytes) {
    int bytes = 0;
    int at = 0;
    for (; at < all && at < mostBytes; at++) {
      char unit = U.getChar(array, from + 2L * at);
      bytes += unit < 0x80 ? 1 : unit < 0x800 || Character.isSurrogate(unit) ? 2 : 3;
      if (bytes > mostBytes) {
        break;
      }
    }
    boolean splits = at > 0 && at < all
        && Character.isHighSurrogate(U.getChar(array, from + 2L * (at - 1)))
        && Character.isLowSurrogate(U.getChar(array, from + 2L * at));
    return splits ? at - 1 : at;
  }

  /** A string, by its fields. */
  static long string(Object text, long at, long limit, int mostBytes) {
    byte[] units = (byte[]) U.getReference(text, Memory.STRING_VALUE);
    if (U.getByte(text, Memory.STRING_CODER) == 0) {
      return latin1(units, units.length, at, limit, mostBytes);
    }
    return utf16(units, Memory.BYTES, units.length >> 1, at, limit, mostBytes);
  }

  /** A byte array; 0 if it does not fit. */
  static long bytes(byte[] bytes, long at, long limit, int mostBytes) {
    int taken = Math.min(bytes.length, mostBytes);
    if (!fits(at, taken, limit)) {
      return 0;
    }
    long to = start(at, Stream.BYTES, Stream.BYTES_CUT, taken, bytes.length);
    copy(bytes, Memory.BYTES, to, taken);
    return to + taken;
  }
}
