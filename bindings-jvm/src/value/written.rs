//! Numbers, dates and times written as `toString` of the JDK writes them.
//!
//! Pure: from numbers to text. Invariant: whatever the numbers, there is a text.

use std::fmt::Write as _;

/// Nanoseconds of a second.
pub(crate) const SECOND: i128 = 1_000_000_000;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// A date of the proleptic calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

/// A time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) nano: i64,
}

impl Date {
    /// Days since 1970-01-01.
    pub(crate) fn epoch_day(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let month = (self.month + 9).rem_euclid(12);
        let of_year = (153 * month + 2) / 5 + self.day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The date so many days after 1970-01-01.
    fn of_epoch_day(day: i64) -> Self {
        let day = day + 719_468;
        let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        Self { year: year + era * 400 + i64::from(month <= 2), month, day }
    }

    pub(crate) fn write(self, text: &mut String) {
        let Self { year, month, day } = self;
        let size = year.unsigned_abs();
        let sign = match year {
            ..0 => "-",
            10_000.. => "+",
            _ => "",
        };
        // Writing to a string does not fail.
        let _ = write!(text, "{sign}{size:04}-{month:02}-{day:02}");
    }
}

impl Time {
    /// Nanoseconds since midnight.
    pub(crate) fn nanos(self) -> i128 {
        let seconds = (self.hour * 60 + self.minute) * 60 + self.second;
        i128::from(seconds) * SECOND + i128::from(self.nano)
    }

    fn of_second(second: i64, nano: i64) -> Self {
        Self { hour: second / 3_600, minute: second / 60 % 60, second: second % 60, nano }
    }

    /// As a local time is written: seconds only if there are any.
    pub(crate) fn write(self, text: &mut String) {
        let Self { hour, minute, second, nano } = self;
        let _ = write!(text, "{hour:02}:{minute:02}");
        if second != 0 || nano != 0 {
            let _ = write!(text, ":{second:02}");
            fraction(nano, text);
        }
    }
}

/// A fraction of a second by groups of three digits, as few as hold it; nothing if it is none.
fn fraction(nano: i64, text: &mut String) {
    let _ = match nano {
        0 => Ok(()),
        _ if nano % 1_000_000 == 0 => write!(text, ".{:03}", nano / 1_000_000),
        _ if nano % 1_000 == 0 => write!(text, ".{:06}", nano / 1_000),
        _ => write!(text, ".{nano:09}"),
    };
}

/// `Instant.toString`.
pub(crate) fn instant(second: i64, nano: i64) -> String {
    let mut text = String::new();
    Date::of_epoch_day(second.div_euclid(DAY)).write(&mut text);
    let time = Time::of_second(second.rem_euclid(DAY), nano);
    let _ = write!(text, "T{:02}:{:02}:{:02}", time.hour, time.minute, time.second);
    fraction(nano, &mut text);
    text.push('Z');
    text
}

/// `Duration.toString`.
pub(crate) fn duration(second: i64, nano: i64) -> String {
    if second == 0 && nano == 0 {
        return "PT0S".to_owned();
    }
    // Rounded towards zero, with the rest of the same sign.
    let all = i128::from(second) * SECOND + i128::from(nano);
    let (seconds, rest) = (all / SECOND, (all % SECOND).unsigned_abs());
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let mut text = "PT".to_owned();
    if hours != 0 {
        let _ = write!(text, "{hours}H");
    }
    if minutes != 0 {
        let _ = write!(text, "{minutes}M");
    }
    if seconds != 0 || rest != 0 {
        let sign = if all < 0 { "-" } else { "" };
        let _ = write!(text, "{sign}{}", seconds.unsigned_abs());
        if rest != 0 {
            let digits = format!("{rest:09}");
            let _ = write!(text, ".{}", digits.trim_end_matches('0'));
        }
        text.push('S');
    }
    text
}

/// `UUID.toString`.
pub(crate) fn uuid(most: i64, least: i64) -> String {
    let (most, least) = (most as u64, least as u64);
    let (a, b, c) = (most >> 32, most >> 16 & 0xffff, most & 0xffff);
    let (d, e) = (least >> 48, least & 0xffff_ffff_ffff);
    format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
}

/// `BigDecimal.toString` of `coefficient * 10^-scale`.
pub(crate) fn decimal(negative: bool, coefficient: u128, scale: i64) -> String {
    let digits = coefficient.to_string();
    let mut text = if negative { "-".to_owned() } else { String::new() };
    if scale == 0 {
        return text + &digits;
    }
    let count = digits.len() as i64;
    let adjusted = count - 1 - scale;
    if scale > 0 && adjusted >= -6 {
        let zeros = usize::try_from(scale - count + 1).unwrap_or(0);
        let padded = "0".repeat(zeros) + &digits;
        let at = padded.len() - usize::try_from(scale).unwrap_or(0).min(padded.len());
        let (whole, part) = padded.split_at(at);
        let _ = write!(text, "{whole}.{part}");
        return text;
    }
    let (first, rest) = digits.split_at(1);
    text.push_str(first);
    if !rest.is_empty() {
        let _ = write!(text, ".{rest}");
    }
    if adjusted != 0 {
        let _ = write!(text, "E{adjusted:+}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_as_the_jdk_writes_them() {
        for (negative, coefficient, scale, expected) in [
            (false, 0, 0, "0"),
            (false, 150, 2, "1.50"),
            (true, 15, -9, "-1.5E+10"),
            (false, 1, 10, "1E-10"),
            (false, 123, -5, "1.23E+7"),
            (false, 1, 6, "0.000001"),
            (false, 1, 7, "1E-7"),
            (false, 0, 2, "0.00"),
            (false, 0, -3, "0E+3"),
        ] {
            assert_eq!(decimal(negative, coefficient, scale), expected);
        }
    }

    #[test]
    fn durations_are_written_as_the_jdk_writes_them() {
        for (second, nano, expected) in [
            (0, 0, "PT0S"),
            (-1, 0, "PT-1S"),
            (-1, 500_000_000, "PT-0.5S"),
            (3_661, 1_000_000, "PT1H1M1.001S"),
            (86_400, 0, "PT24H"),
            (-3_661, 0, "PT-1H-1M-1S"),
            (-1, 999_999_999, "PT-0.000000001S"),
            (-1, 1, "PT-0.999999999S"),
            (60, 0, "PT1M"),
            (59, 999_999_999, "PT59.999999999S"),
        ] {
            assert_eq!(duration(second, nano), expected);
        }
    }

    #[test]
    fn dates_and_times_are_written_as_the_jdk_writes_them() {
        let date = |year, month, day| {
            let mut text = String::new();
            Date { year, month, day }.write(&mut text);
            text
        };
        assert_eq!(date(12_345, 1, 1), "+12345-01-01");
        assert_eq!(date(-5, 1, 1), "-0005-01-01");
        assert_eq!(date(5, 1, 1), "0005-01-01");
        assert_eq!(instant(0, 0), "1970-01-01T00:00:00Z");
        assert_eq!(instant(-1, 5_000_000), "1969-12-31T23:59:59.005Z");
        let time = |second, nano| {
            let mut text = String::new();
            Time { hour: 1, minute: 2, second, nano }.write(&mut text);
            text
        };
        assert_eq!(time(0, 0), "01:02");
        assert_eq!(time(3, 4_000_000), "01:02:03.004");
        assert_eq!(time(3, 4), "01:02:03.000000004");
        let uuid = uuid(0x550e_8400_e29b_41d4, 0xa716_4466_5544_0000_u64 as i64);
        assert_eq!(uuid, "550e8400-e29b-41d4-a716-446655440000");
    }

    #[test]
    fn days_are_counted_both_ways() {
        let day = |year, month, day| Date { year, month, day }.epoch_day();
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(2024, 2, 29), 19_782);
        assert_eq!(day(-1, 3, 1), -719_834);
        for at in (-800_000..800_000).step_by(997) {
            assert_eq!(Date::of_epoch_day(at).epoch_day(), at);
        }
    }
}
