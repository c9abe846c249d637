// Dates, times, spans and identifiers as Java writes them, from their fields.
//
// Knows java.time's storage. Invariant: as that of Digits; a value that is not there is not written.

package java.stillframe;

import jdk.internal.misc.Unsafe;

final class Times {
  private static final Unsafe U = Memory.U;
  private static final long SECOND = Memory.offset(java.time.LocalTime.class, "second");
  private static final long NANO = Memory.offset(java.time.LocalTime.class, "nano");
  /** Months and days are short up to JDK 25, and byte behind it. */
  private static final boolean SHORT_DAYS = areShort();
  private static final int DAY_SECONDS = 86_400;
  private static final int NANO_DIGITS = 9;

  private Times() {}

  private static boolean areShort() {
    try {
      return java.time.LocalDate.class.getDeclaredField("day").getType() == short.class;
    } catch (ReflectiveOperationException absent) {
      return false;
    }
  }

  /** Writes the text; its length, negative if a part is missing. */
  static int text(Object object, Shape shape, byte[] to) {
    switch (shape.form) {
      case Shape.LOCAL_DATE: return date(object, shape, to, 0);
      case Shape.LOCAL_TIME: return time(object, shape, to, 0);
      case Shape.DATE_TIME: return dateTime(object, to, 0);
      case Shape.INSTANT:
        return instant(U.getLong(object, shape.a), U.getInt(object, shape.b), to);
      case Shape.DATE:
        long millis = U.getLong(object, shape.a);
        int nanos = (int) Math.floorMod(millis, 1_000L) * 1_000_000;
        return instant(Math.floorDiv(millis, 1_000L), nanos, to);
      case Shape.DURATION:
        return duration(U.getLong(object, shape.a), U.getInt(object, shape.b), to);
      case Shape.OFFSET_TIME:
      case Shape.ZONED_TIME: return zoned(object, shape, to);
      case Shape.UUID: return uuid(U.getLong(object, shape.a), U.getLong(object, shape.b), to);
      default: return -1;
    }
  }

  private static int date(Object date, Shape shape, byte[] to, int at) {
    int year = U.getInt(date, shape.a);
    int month = SHORT_DAYS ? U.getShort(date, shape.b) : U.getByte(date, shape.b);
    int day = SHORT_DAYS ? U.getShort(date, shape.c) : U.getByte(date, shape.c);
    return date(year, month, day, to, at);
  }

  private static int date(long year, int month, int day, byte[] to, int at) {
    if (year > 9_999) {
      to[at++] = '+';
    }
    at = Digits.number(to, at, year, 4);
    to[at++] = '-';
    at = Digits.number(to, at, month, 2);
    to[at++] = '-';
    return Digits.number(to, at, day, 2);
  }

  private static int time(Object time, Shape shape, byte[] to, int at) {
    int hour = U.getByte(time, shape.a);
    int second = U.getByte(time, SECOND);
    int nano = U.getInt(time, NANO);
    at = Digits.number(to, at, hour, 2);
    to[at++] = ':';
    at = Digits.number(to, at, U.getByte(time, shape.b), 2);
    if (second == 0 && nano == 0) {
      return at;
    }
    to[at++] = ':';
    return fraction(nano, to, Digits.number(to, at, second, 2));
  }

  /** Nanoseconds behind a point, in groups of three digits; nothing if there are none. */
  private static int fraction(int nano, byte[] to, int at) {
    if (nano == 0) {
      return at;
    }
    to[at++] = '.';
    int end = Digits.number(to, at, nano, NANO_DIGITS);
    while (end - at > 3 && nano % 1_000 == 0) {
      nano /= 1_000;
      end -= 3;
    }
    return end;
  }

  /** A LocalDateTime. */
  private static int dateTime(Object object, byte[] to, int at) {
    if (object == null) {
      return -1;
    }
    Shape shape = Shapes.of(object.getClass());
    if (shape.form != Shape.DATE_TIME) {
      return -1;
    }
    Object date = U.getReference(object, shape.a);
    Object time = U.getReference(object, shape.b);
    if (date == null || time == null) {
      return -1;
    }
    Shape days = Shapes.of(date.getClass());
    Shape hours = Shapes.of(time.getClass());
    if (days.form != Shape.LOCAL_DATE || hours.form != Shape.LOCAL_TIME) {
      return -1;
    }
    at = date(date, days, to, at);
    to[at++] = 'T';
    return time(time, hours, to, at);
  }

  private static int zoned(Object object, Shape shape, byte[] to) {
    int at = dateTime(U.getReference(object, shape.a), to, 0);
    Object offset = U.getReference(object, shape.b);
    if (at < 0 || offset == null) {
      return -1;
    }
    at = id(offset, to, at);
    Object zone = shape.form == Shape.ZONED_TIME ? U.getReference(object, shape.c) : null;
    if (at >= 0 && zone != null && zone != offset) {
      to[at++] = '[';
      at = id(zone, to, at);
      if (at >= 0) {
        to[at++] = ']';
      }
    }
    return at;
  }

  /** The id of a zone, which is ASCII. */
  private static int id(Object zone, byte[] to, int at) {
    final int most = 128;
    Shape shape = Shapes.of(zone.getClass());
    Object id = shape.form == Shape.ZONE ? U.getReference(zone, shape.a) : null;
    if (!(id instanceof String) || ((String) id).length() > most) {
      return -1;
    }
    String text = (String) id;
    for (int index = 0; index < text.length(); index++) {
      to[at++] = (byte) text.charAt(index);
    }
    return at;
  }

  private static int instant(long seconds, int nano, byte[] to) {
    long days = Math.floorDiv(seconds, (long) DAY_SECONDS);
    int rest = (int) Math.floorMod(seconds, (long) DAY_SECONDS);
    // Years of 400 begin in March, so that the day a leap year has more is the last.
    long day = days + 719_468;
    long era = Math.floorDiv(day, 146_097L);
    long dayOfEra = Math.floorMod(day, 146_097L);
    long year = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    long dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100);
    int shifted = (int) ((5 * dayOfYear + 2) / 153);
    int dayOfMonth = (int) (dayOfYear - (153 * shifted + 2) / 5) + 1;
    int month = shifted < 10 ? shifted + 3 : shifted - 9;
    int at = date(era * 400 + year + (month <= 2 ? 1 : 0), month, dayOfMonth, to, 0);
    to[at++] = 'T';
    at = Digits.number(to, at, rest / 3_600, 2);
    to[at++] = ':';
    at = Digits.number(to, at, rest / 60 % 60, 2);
    to[at++] = ':';
    at = fraction(nano, to, Digits.number(to, at, rest % 60, 2));
    to[at++] = 'Z';
    return at;
  }

  private static int duration(long seconds, int nano, byte[] to) {
    // A span before zero is stored as fewer seconds and nanoseconds that count up.
    long whole = seconds < 0 && nano > 0 ? seconds + 1 : seconds;
    int rest = (int) (whole % 60);
    int part = seconds < 0 && nano > 0 ? 1_000_000_000 - nano : nano;
    int at = 0;
    to[at++] = 'P';
    to[at++] = 'T';
    at = unit(whole / 3_600, 'H', to, at);
    at = unit(whole % 3_600 / 60, 'M', to, at);
    if (rest == 0 && part == 0 && at > 2) {
      return at;
    }
    if (seconds < 0 && rest == 0 && part != 0) {
      to[at++] = '-';
    }
    at = Digits.number(to, at, rest, 1);
    if (part != 0) {
      to[at++] = '.';
      at = Digits.number(to, at, part, NANO_DIGITS);
      while (to[at - 1] == '0') {
        at--;
      }
    }
    to[at++] = 'S';
    return at;
  }

  private static int unit(long count, char unit, byte[] to, int at) {
    if (count == 0) {
      return at;
    }
    at = Digits.number(to, at, count, 1);
    to[at++] = (byte) unit;
    return at;
  }

  private static int uuid(long most, long least, byte[] to) {
    int at = 0;
    for (int digit = 0; digit < 32; digit++) {
      if (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
        to[at++] = '-';
      }
      long half = digit < 16 ? most : least;
      int value = (int) (half >>> 60 - 4 * (digit & 15)) & 15;
      to[at++] = (byte) (value < 10 ? '0' + value : 'a' + value - 10);
    }
    return at;
  }
}
