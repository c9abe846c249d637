//! What a probe gets that asks for nothing else, by its kind.
//!
//! Sizes are in `limits`. Invariant: every number says where it comes from.

use super::{Limit, Rate};
use crate::probe::{ProbeKind, ProbeSpec};

/// Snapshots after which a probe ends.
pub const SNAP_LIMIT: u64 = 10;
/// Snapshots that may come at once, before the rate counts.
pub const SNAP_BURST: u32 = 10;
/// Snapshots a second (Datadog's default).
pub const SNAP_RATE_PER_S: u32 = 1;
/// Snapshots a second over all probes of a process (Datadog's default).
pub const PROCESS_SNAPS_PER_S: u32 = 25;
/// Log lines a second (Datadog's default).
pub const LOG_RATE_PER_S: u32 = 5_000;
/// A probe's life in milliseconds: half of Lightrun's hour.
pub const EXPIRY_MS: u64 = 30 * 60 * 1_000;
/// Millionths of one core that all probes of a process may cost (Google Cloud Debugger's 1 %).
pub const PROCESS_BUDGET_PPM: u32 = 10_000;
/// Millionths of one core that one probe may cost: half of the process's.
pub const PROBE_BUDGET_PPM: u32 = 5_000;
/// Nanoseconds that a probe over its budget is off.
pub const REST_NS: u64 = 10_000_000_000;
/// Times over budget at which a probe stays off.
pub const MAX_RESTS: u32 = 3;
/// A measured cost from which preemption is suspected and processor time is asked.
pub const SUSPECT_NS: u64 = 200_000;
/// Ticks of the shipper a second at least: what a rate's burst must bridge.
const TICKS_PER_S: u32 = 50;

/// The rate of a probe. Counts and durations have none unless asked: taking one costs little more than
/// refusing to.
pub fn rate(spec: &ProbeSpec) -> Option<Rate> {
    let per_s = match (spec.rate_per_s, spec.kind) {
        (Some(per_s), _) => per_s,
        (None, ProbeKind::Snap) => SNAP_RATE_PER_S,
        (None, ProbeKind::Log) => LOG_RATE_PER_S,
        (None, ProbeKind::Count | ProbeKind::Time) => return None,
    };
    Some(Rate::new(per_s, SNAP_BURST.max(per_s / TICKS_PER_S)))
}

/// The rate of snapshots over all probes.
pub fn process_snaps() -> Rate {
    Rate::new(PROCESS_SNAPS_PER_S, PROCESS_SNAPS_PER_S)
}

/// The limit of a probe.
pub fn limit(spec: &ProbeSpec) -> Limit {
    let default = if spec.kind == ProbeKind::Snap { SNAP_LIMIT } else { u64::MAX };
    Limit::new(spec.limit.unwrap_or(default))
}

/// Nanoseconds a probe lives from when it was placed.
pub fn expiry_ns(spec: &ProbeSpec) -> u64 {
    spec.expires_ms.unwrap_or(EXPIRY_MS).saturating_mul(1_000_000)
}

/// Share of one core of a probe, in millionths, under the application's ceiling.
pub fn budget_ppm(spec: &ProbeSpec, ceiling_ppm: u32) -> u32 {
    spec.budget_ppm.unwrap_or(PROBE_BUDGET_PPM).min(ceiling_ppm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Location;

    #[test]
    fn each_kind_has_its_defaults() {
        let mut spec = ProbeSpec::snap(Location::default());
        let snaps = rate(&spec).expect("snapshots have a rate");
        assert_eq!((0..99).filter(|_| snaps.take(1)).count(), 10);
        assert_eq!((0..99).filter_map(|_| limit(&spec).reserve()).count(), 99);
        let most = limit(&spec);
        assert_eq!(std::iter::from_fn(|| most.reserve()).count(), 10);
        assert_eq!(expiry_ns(&spec), 1_800_000_000_000);
        assert_eq!(budget_ppm(&spec, 1_000_000), 5_000);
        assert_eq!(budget_ppm(&spec, 100), 100);
        spec.kind = ProbeKind::Log;
        let lines = rate(&spec).expect("log lines have a rate");
        assert_eq!((0..999).filter(|_| lines.take(1)).count(), 100);
        spec.kind = ProbeKind::Count;
        assert!(rate(&spec).is_none());
        spec.rate_per_s = Some(3);
        assert!(rate(&spec).is_some());
    }

    #[test]
    fn a_process_takes_twenty_five_snapshots_a_second() {
        let rate = process_snaps();
        assert_eq!((0..99).filter(|_| rate.take(1)).count(), 25);
    }
}
