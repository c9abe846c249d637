//! Times as people read them: the clock of their own time zone.
//!
//! Knows the text form of the API only. Invariant: a time that cannot be read is shown as it came,
//! cleaned, never dropped.

use super::text::clean;
use jiff::Timestamp;
use jiff::tz::TimeZone;

fn format(time: &str, zone: &TimeZone, pattern: &str) -> String {
    match time.parse::<Timestamp>() {
        Ok(time) => time.to_zoned(zone.clone()).strftime(pattern).to_string(),
        Err(_) => clean(time),
    }
}

/// `12:04:31.207`.
pub(crate) fn clock_ms(time: &str, zone: &TimeZone) -> String {
    format(time, zone, "%H:%M:%S%.3f")
}

/// `12:04:31`.
pub(crate) fn clock(time: &str, zone: &TimeZone) -> String {
    format(time, zone, "%H:%M:%S")
}

/// `2026-11-22 12:04:31`: of what may be days ago.
pub(crate) fn moment(time: &str, zone: &TimeZone) -> String {
    format(time, zone, "%Y-%m-%d %H:%M:%S")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_reader() {
        let time = "2026-11-22T12:04:31.207Z";
        assert_eq!(clock_ms(time, &TimeZone::UTC), "12:04:31.207");
        let east = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(clock(time, &east), "14:04:31");
        assert_eq!(moment(time, &east), "2026-11-22 14:04:31");
        assert_eq!(clock("soon\u{1b}", &east), "soon\\u{1b}");
    }
}
