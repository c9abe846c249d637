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
    }
}
