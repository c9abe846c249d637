//! Instants as the API writes them: RFC 3339 in UTC with milliseconds.
//!
//! Knows no clock. Invariant: any number of nanoseconds has a text.

use jiff::Timestamp;

/// `2026-11-22T12:04:31.207Z`.
pub(crate) fn text(wall_ns: u64) -> String {
    Timestamp::from_nanosecond(i128::from(wall_ns))
        .map(|time| time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
        .unwrap_or_default()
}

/// Nanoseconds since 1970 of an RFC 3339 instant; the nearest that a signed word holds.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let time: Timestamp = text.parse().ok()?;
    u64::try_from(time.as_nanosecond().clamp(0, i128::from(i64::MAX))).ok()
}

/// Milliseconds from one instant to a later one.
pub(crate) fn ms_between(earlier_ns: u64, later_ns: u64) -> u64 {
    later_ns.saturating_sub(earlier_ns) / 1_000_000
}

#[cfg(test)]
mod tests {
    #[test]
    fn instants_are_in_utc_with_milliseconds() {
        assert_eq!(super::text(1_795_349_071_207_900_000), "2026-11-22T12:04:31.207Z");
        assert_eq!(super::text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(super::parse("2026-11-22T13:04:31.2079+01:00"), Some(1_795_349_071_207_900_000));
        assert_eq!(super::parse("yesterday"), None);
        assert_eq!(super::parse("1969-01-01T00:00:00Z"), Some(0));
        assert_eq!(super::parse("2999-01-01T00:00:00Z"), Some(u64::MAX >> 1));
    }
}
