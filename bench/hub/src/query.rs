//! How long a page of one probe's snapshots of some minutes takes, among all that is stored.
//!
//! Knows the API as a person's program does. Invariant: every answer is a full page of that probe.

use crate::spread::Spread;
use std::time::Instant;
use stillframe_core::ids::ProbeId;
use stillframe_hub::api::types::SnapshotPage;
use stillframe_tests::stand::Hub;

const QUERIES: usize = 200;
const PAGE: usize = 100;

pub(crate) fn measure(hub: &Hub, probes: &[ProbeId]) -> Spread {
    let windows: Vec<_> = probes.iter().map(|probe| window(hub, *probe)).collect();
    let timed = windows.iter().cycle().take(QUERIES).map(|path| {
        let begin = Instant::now();
        let page: SnapshotPage = hub.get(path);
        let took = begin.elapsed();
        assert_eq!(page.snapshots.len(), PAGE, "{path}");
        took
    });
    Spread::of(timed.collect())
}

/// The path that asks for a probe's snapshots behind half of its time.
fn window(hub: &Hub, probe: ProbeId) -> String {
    let path = format!("/api/v1/snapshots?probe={probe}");
    let at = |number: u64| {
        let snapshot: serde_json::Value = hub.get(&format!("/api/v1/snapshots/{probe}/{number}"));
        snapshot["time"].as_str().expect("a snapshot has its time").to_owned()
    };
    let stored = hub.probe(&probe.to_string()).captured;
    let (middle, last) = (at(stored / 2), at(stored));
    format!("{path}&since={middle}&until={last}&limit={PAGE}")
}
