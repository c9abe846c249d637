// Decimal digits in a byte array, without strings.
//
// Knows no objects. Invariant: whatever the numbers, nothing is written behind SCRATCH_BYTES.

package java.stillframe;

final class Digits {
  /** Digits of 32 bits of a decimal number that is written out: a thousand decimal ones. */
  static final int MOST_DIGITS = 64;
  /** The digits of the longest such number, room for a point, zeros and an exponent, and as much
   * again for the division. */
  static final int SCRATCH_BYTES = 2_048;
  private static final int DECIMAL_DIGITS = 10 * MOST_DIGITS;
  /** Where the digits of a decimal number are gathered, from the end. */
  private static final int GATHERED = SCRATCH_BYTES;

  private Digits() {}

  /** Writes so many digits at least; where the next byte goes. */
  static int number(byte[] to, int at, long value, int width) {
    if (value < 0) {
      to[at++] = '-';
    }
    int digits = 1;
    for (long rest = value / 10; rest != 0; rest /= 10) {
      digits++;
    }
    int end = at + Math.max(digits, width);
    for (int place = end - 1; place >= at; place--) {
      to[place] = (byte) ('0' + Math.abs(value % 10));
      value /= 10;
    }
    return end;
  }

  /** As BigDecimal.toString writes it: the length. */
  static int decimal(long unscaled, int scale, byte[] scratch) {
    int from = GATHERED;
    long rest = unscaled;
    do {
      scratch[--from] = (byte) ('0' + Math.abs(rest % 10));
      rest /= 10;
    } while (rest != 0);
    return point(scratch, from, unscaled < 0, scale);
  }

  /** The same of digits of 32 bits, the most significant first. */
  static int decimal(int[] digits, boolean isNegative, int scale, byte[] scratch) {
    // The number is divided by ten thousand million parts at a time: four bytes of scratch a digit.
    int count = digits.length;
    for (int at = 0; at < count; at++) {
      store(scratch, at, digits[at]);
    }
    int from = GATHERED;
    boolean isZero = count == 0;
    while (!isZero && from - 9 >= GATHERED - DECIMAL_DIGITS - 9) {
      long rest = 0;
      isZero = true;
      for (int at = 0; at < count; at++) {
        long dividend = rest << 32 | load(scratch, at) & 0xffff_ffffL;
        int quotient = (int) (dividend / 1_000_000_000);
        rest = dividend % 1_000_000_000;
        store(scratch, at, quotient);
        isZero &= quotient == 0;
      }
      for (int place = 0; place < 9; place++) {
        scratch[--from] = (byte) ('0' + rest % 10);
        rest /= 10;
      }
    }
    while (from < GATHERED - 1 && scratch[from] == '0') {
      from++;
    }
    if (from == GATHERED) {
      scratch[--from] = '0';
    }
    return point(scratch, from, isNegative, scale);
  }

  private static int load(byte[] from, int at) {
    return Memory.U.getInt(from, Memory.BYTES + 4L * at);
  }

  private static void store(byte[] to, int at, int digit) {
    Memory.U.putInt(to, Memory.BYTES + 4L * at, digit);
  }

  /** Puts the digits that stand at the end in front, with sign, point and exponent. */
  private static int point(byte[] scratch, int from, boolean isNegative, int scale) {
    int at = 0;
    if (isNegative) {
      scratch[at++] = '-';
    }
    int count = GATHERED - from;
    long exponent = -(long) scale + (count - 1);
    boolean isPlain = scale >= 0 && exponent >= -6;
    long whole = isPlain ? (long) count - scale : 1;
    if (whole <= 0) {
      scratch[at++] = '0';
      scratch[at++] = '.';
      for (; whole < 0; whole++) {
        scratch[at++] = '0';
      }
      whole = count + 1;
    }
    for (int digit = 0; digit < count; digit++) {
      if (digit == whole) {
        scratch[at++] = '.';
      }
      scratch[at++] = scratch[from + digit];
    }
    if (!isPlain && exponent != 0) {
      scratch[at++] = 'E';
      if (exponent > 0) {
        scratch[at++] = '+';
      }
      at = number(scratch, at, exponent, 1);
    }
    return at;
  }
}
