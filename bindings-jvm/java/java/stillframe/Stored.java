// The one value that an object stands for: the name of a constant, a date, a decimal number.
//
// Knows how the JDK stores them and how Java writes them. Invariant: no method of the object runs, and
// what its fields hold is taken as it is, however wrong.

package java.stillframe;

import jdk.internal.misc.Unsafe;

final class Stored {
  private static final Unsafe U = Memory.U;
  /** Digits of 32 bits of an integer beyond 64 bits, as in the core. */
  private static final int MOST_DIGITS = 1_024;

  private Stored() {}

  /** Writes it; 0 if it does not fit. */
  static long write(Object object, Shape shape, long at, Walk walk) {
    long to = at + Put.MARGIN > walk.limit ? 0 : any(object, shape, at, walk);
    return to == 0 ? walk.full() : to;
  }

  private static long any(Object object, Shape shape, long at, Walk walk) {
    switch (shape.form) {
      case Shape.ENUM:
      case Shape.ZONE: return string(U.getReference(object, shape.a), at, walk);
      case Shape.STORED_INT: return Put.integer(at, U.getInt(object, shape.a));
      case Shape.STORED_LONG: return Put.integer(at, U.getLong(object, shape.a));
      case Shape.STORED_FLAG: return Put.flag(at, U.getInt(object, shape.a) != 0);
      case Shape.BIG_NUMBER: return bigInteger(object, at, walk.limit);
      case Shape.CHAR_ARRAY:
        int units = ((char[]) object).length;
        return Put.utf16(object, Memory.CHARS, units, at, walk.limit, walk.stringBytes);
      case Shape.BUILDER: return builder(object, shape, at, walk);
      case Shape.BIG_DECIMAL: return decimal(object, shape, at, walk);
      default:
        int length = Times.text(object, shape, walk.scratch);
        return length < 0
            ? Put.two(at, Stream.MISSING, Stream.UNREADABLE)
            : text(walk.scratch, length, at, walk);
    }
  }

  private static long text(byte[] ascii, int length, long at, Walk walk) {
    return Put.latin1(ascii, length, at, walk.limit, walk.stringBytes);
  }

  private static long string(Object text, long at, Walk walk) {
    if (!(text instanceof String)) {
      U.putByte(at, (byte) Stream.NULL);
      return at + 1;
    }
    return Put.string(text, at, walk.limit, walk.stringBytes);
  }

  private static long builder(Object object, Shape shape, long at, Walk walk) {
    Object value = U.getReference(object, shape.a);
    int coder = U.getByte(object, shape.b) == 0 ? 0 : 1;
    if (!(value instanceof byte[])) {
      return Put.two(at, Stream.MISSING, Stream.UNREADABLE);
    }
    byte[] bytes = (byte[]) value;
    int units = Math.max(0, Math.min(U.getInt(object, shape.c), bytes.length >> coder));
    return coder == 0
        ? Put.latin1(bytes, units, at, walk.limit, walk.stringBytes)
        : Put.utf16(bytes, Memory.BYTES, units, at, walk.limit, walk.stringBytes);
  }

  /** An integer beyond 64 bits; one of fewer as what it is. 0 if it does not fit. */
  static long bigInteger(Object object, long at, long limit) {
    Object held = U.getReference(object, Known.BIG_DIGITS);
    int sign = U.getInt(object, Known.BIG_SIGN);
    if (!(held instanceof int[])) {
      return Put.two(at, Stream.MISSING, Stream.UNREADABLE);
    }
    int[] digits = (int[]) held;
    if (digits.length > MOST_DIGITS) {
      return Put.two(at, Stream.MISSING, Stream.TOO_MANY_BYTES);
    }
    if (at + 4L * digits.length + Put.MARGIN > limit) {
      return 0;
    }
    Put.two(at, Stream.BIG_INT, sign < 0 ? 1 : 0);
    U.putByte(at + 2, (byte) Integer.SIZE);
    long to = Put.varint(at + 3, digits.length);
    for (int digit = digits.length - 1; digit >= 0; digit--) {
      U.putIntUnaligned(null, to, digits[digit]);
      to += 4;
    }
    return to;
  }

  private static long decimal(Object object, Shape shape, long at, Walk walk) {
    long compact = U.getLong(object, shape.a);
    int scale = U.getInt(object, shape.b);
    int length;
    if (compact != Long.MIN_VALUE) {
      length = Digits.decimal(compact, scale, walk.scratch);
    } else {
      Object big = U.getReference(object, shape.c);
      Object digits = big == null ? null : U.getReference(big, Known.BIG_DIGITS);
      if (!(digits instanceof int[]) || ((int[]) digits).length > Digits.MOST_DIGITS) {
        return Put.two(at, Stream.MISSING, Stream.TOO_MANY_BYTES);
      }
      boolean isNegative = U.getInt(big, Known.BIG_SIGN) < 0;
      length = Digits.decimal((int[]) digits, isNegative, scale, walk.scratch);
    }
    return text(walk.scratch, length, at, walk);
  }
}
