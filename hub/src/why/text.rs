//! The words and numbers of a verdict.
//!
//! Knows no state. Invariant: numbers have thousands' separators, spans their unit.

use crate::api::types::ProbeView;
use stillframe_core::probe::durations::Spread;
use stillframe_core::probe::{ProbeKind, ProbeReport, ProbeSpec, SourceMatch};
use stillframe_core::quota;

/// A number as every screen has it: `1,204`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The same of a number that is the least it was: `1,204+`.
pub(super) fn at_least(number: u64) -> String {
    count(number) + "+"
}

/// `1 hit`, `7 hits`.
pub(super) fn times(number: u64) -> String {
    format!("{} {}", count(number), if number == 1 { "hit" } else { "hits" })
}

/// `1 passage`, `7 passages`.
pub(super) fn passages(number: u64) -> String {
    format!("{} {}", count(number), if number == 1 { "passage" } else { "passages" })
}

/// `p50 1.8 µs · p90 2.4 µs · p99 9.1 µs · min 1.2 µs · mean 1.9 µs · max 31 µs`.
pub(super) fn spread(spread: &Spread) -> String {
    let figures = [
        ("p50", spread.p50_ns),
        ("p90", spread.p90_ns),
        ("p99", spread.p99_ns),
        ("min", spread.min_ns),
        ("mean", spread.mean_ns),
        ("max", spread.max_ns),
    ];
    figures.map(|(word, ns)| format!("{word} {}", span(ns))).join(" · ")
}

/// `27 µs`, `340 ns`, `1.2 ms`.
pub(super) fn span(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..10_000 => format!("{}.{} µs", ns / 1_000, ns % 1_000 / 100),
        10_000..1_000_000 => format!("{} µs", ns / 1_000),
        _ => format!("{}.{} ms", ns / 1_000_000, ns % 1_000_000 / 100_000),
    }
}

/// Millionths of a core as `0.92 %`.
pub(super) fn percent(ppm: u64) -> String {
    let (whole, hundredths) = (ppm / 10_000, ppm % 10_000 / 100);
    match hundredths {
        0 => format!("{whole} %"),
        _ if hundredths.is_multiple_of(10) => format!("{whole}.{} %", hundredths / 10),
        _ => format!("{whole}.{hundredths:02} %"),
    }
}

/// `27 µs a hit x 340 hits/s = 0.92 % of a core; budget 0.5 %`.
pub(super) fn cost(report: &ProbeReport) -> Option<String> {
    let (ns, rate) = (report.ns_per_hit?, report.hits_per_s?);
    // Nanoseconds a second are thousandths of a millionth of a core.
    let ppm = ns.saturating_mul(rate) / 1_000;
    Some(format!(
        "{} a hit x {} hits/s = {} of a core; budget {}",
        span(ns),
        count(rate),
        percent(ppm),
        percent(u64::from(report.budget_ppm))
    ))
}

/// `: by lea since 2026-11-22T12:04:31.207Z, it is on no instance`.
pub(super) fn frozen(probe: &ProbeView) -> String {
    let by = probe.frozen.as_ref().map(|one| format!("by {} since {}, ", one.by, one.since));
    format!(": {}it is on no instance", by.unwrap_or_default())
}

/// `: 3 of 10 captured on 2 instances`.
pub(super) fn capturing(probe: &ProbeView) -> String {
    let of = probe.spec.limit.map_or_else(String::new, |limit| format!(" of {}", count(limit)));
    let instances = if probe.captured_on == 1 { "instance" } else { "instances" };
    let surplus = match probe.surplus {
        0 => String::new(),
        surplus => format!(" · {} surplus", count(surplus)),
    };
    let captured = count(probe.captured);
    format!(": {captured}{of} captured on {} {instances}{surplus}", probe.captured_on)
}

/// What was captured, counted or measured so far.
pub(super) fn until_then(probe: &ProbeView) -> String {
    match probe.spec.kind {
        ProbeKind::Count => times(probe.captured),
        ProbeKind::Time => format!("{} begun", passages(probe.captured)),
        ProbeKind::Snap | ProbeKind::Log => capturing(probe).trim_start_matches(": ").to_owned(),
    }
}

/// `its rate is 1 a second, 10 at once; snapshots of a process 25 a second in all`.
pub(super) fn rate(spec: &ProbeSpec) -> String {
    let (default, all) = match spec.kind {
        ProbeKind::Snap => (
            quota::SNAP_RATE_PER_S,
            format!("; snapshots of a process {} a second in all", quota::PROCESS_SNAPS_PER_S),
        ),
        _ => (quota::LOG_RATE_PER_S, String::new()),
    };
    let per_s = spec.rate_per_s.unwrap_or(default);
    format!("its rate is {} a second{all}: what comes beyond is not captured", count(per_s.into()))
}

pub(super) fn source(source: SourceMatch) -> &'static str {
    match source {
        SourceMatch::Equal => "equal",
        SourceMatch::Moved => "moved",
        SourceMatch::Different => "different",
        SourceMatch::Unverifiable => "unverified",
    }
}

/// The first six digits.
pub(super) fn short_hash(hash: &str) -> String {
    hash.chars().take(6).collect()
}

/// A verdict inside a sentence: `not reached: …`.
pub(super) fn lower_first(word: &str, text: &str) -> String {
    match text.strip_prefix(": ") {
        Some(text) if word == "NOT CAPTURING" => text.to_owned(),
        _ => format!("{}{text}", word.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        let texts = [0, 7, 999, 1_204, 1_000_000].map(count);
        assert_eq!(texts, ["0", "7", "999", "1,204", "1,000,000"]);
        let spans = [340, 6_100, 27_000, 1_250_000].map(span);
        assert_eq!(spans, ["340 ns", "6.1 µs", "27 µs", "1.2 ms"]);
        let shares = [5_000, 9_180, 10_000, 20_000, 100].map(percent);
        assert_eq!(shares, ["0.5 %", "0.91 %", "1 %", "2 %", "0.01 %"]);
    }
}
