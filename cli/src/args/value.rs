//! Values of options: times, shares, rates, labels.
//!
//! Knows their grammar only. Invariant: a refusal says what to write instead.

use std::time::Duration;
use stillframe_hub::api::types::InstanceCount;

/// Longest a probe may live: what is set and forgotten should not outlive a release.
const MAX_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// `30s`, `10m`, `1h30m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let refuse = || "write a time such as 30s, 10m or 1h30m".to_owned();
    let span: jiff::SignedDuration = text.parse().map_err(|_| refuse())?;
    let span = Duration::try_from(span).map_err(|_| refuse())?;
    match span {
        span if span.is_zero() => Err("a probe lives longer than nothing: 30s, 10m".to_owned()),
        span if span > MAX_LIFETIME => Err("a probe lives for at most 30 days".to_owned()),
        span => Ok(span),
    }
}

/// How long a token is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lasting {
    /// For good when absent.
    pub(crate) seconds: Option<u64>,
}

/// `8h`, `90d`, `never`.
pub(super) fn lasting(text: &str) -> Result<Lasting, String> {
    let refuse = || "write a time such as 8h or 90d, or never".to_owned();
    if text == "never" {
        return Ok(Lasting { seconds: None });
    }
    let seconds = match text.strip_suffix('d').map(str::parse::<u32>) {
        Some(Ok(days)) => u64::from(days) * 24 * 3_600,
        _ => {
            let span: jiff::SignedDuration = text.parse().map_err(|_| refuse())?;
            u64::try_from(span.as_secs()).map_err(|_| refuse())?
        }
    };
    if seconds == 0 { Err(refuse()) } else { Ok(Lasting { seconds: Some(seconds) }) }
}

/// `2%` in millionths of a core.
pub(super) fn budget(text: &str) -> Result<u32, String> {
    stillframe_core::agent::share_ppm(text).map_err(|error| error.to_string())
}

/// `25` or `25/s`.
pub(super) fn rate(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    match number.parse() {
        Ok(rate) if rate > 0 => Ok(rate),
        _ => Err("write captures a second such as 5 or 5/s".to_owned()),
    }
}

/// `k=v`.
pub(super) fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() && !text.contains(',') => {
            Ok((key.to_owned(), value.to_owned()))
        }
        _ => Err("write a label as key=value, without commas".to_owned()),
    }
}

/// `3` or `all`.
pub(super) fn instances(text: &str) -> Result<InstanceCount, String> {
    match (text, text.parse()) {
        ("all", _) => Ok(InstanceCount::All),
        (_, Ok(count)) if count > 0 => Ok(InstanceCount::Some(count)),
        _ => Err("write a number of instances, or all".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lasts_days_hours_or_for_good() {
        let seconds = |text: &str| lasting(text).map(|lasting| lasting.seconds);
        assert_eq!(seconds("90d"), Ok(Some(7_776_000)));
        assert_eq!(seconds("1h30m"), Ok(Some(5_400)));
        assert_eq!(seconds("never"), Ok(None));
        for text in ["", "0d", "-1h", "d", "90", "10ms", "99999999999d"] {
            assert!(lasting(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_written_as_people_do() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("10m"), Ok(Duration::from_mins(10)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_mins(90)));
        for bad in ["", "10", "0s", "-5m", "ten", "31d", "9999h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn shares_are_percentages() {
        assert_eq!(
            (budget("2%"), budget("0.5 %"), budget("0.0001%")),
            (Ok(20_000), Ok(5_000), Ok(1))
        );
        for bad in ["2", "0%", "-1%", "101%", "nan%", "%"] {
            assert!(budget(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_others_say_what_to_write() {
        assert_eq!((rate("5/s"), rate("25")), (Ok(5), Ok(25)));
        assert!(rate("0").is_err() && rate("5/m").is_err());
        assert_eq!(label("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert!(label("a").is_err() && label("=b").is_err() && label("a=b,c").is_err());
        assert_eq!(
            (instances("all"), instances("3")),
            (Ok(InstanceCount::All), Ok(InstanceCount::Some(3)))
        );
        assert!(instances("0").is_err() && instances("some").is_err());
    }
}
