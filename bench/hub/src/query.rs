//! How long a page of one probe's snapshots of some minutes takes, among all that is stored.
//!
//! Knows the API as a person's program does. Invariant: every answer is a full page of that probe.

use crate::spread::Spread;
use std::ops::Range;
use std::time::Instant;
use stillframe_core::ids::ProbeId;
use stillframe_core::snapshot::json::rfc3339_ms;
use stillframe_hub::api::types::SnapshotPage;
use stillframe_tests::stand::Hub;

const QUERIES: usize = 200;
const PAGE: usize = 100;

/// `taken`: nanoseconds since 1970 between which all snapshots were taken.
pub(crate) fn measure(hub: &Hub, probes: &[ProbeId], taken: Range<u64>) -> Spread {
    let middle = taken.start + (taken.end - taken.start) / 2;
    let (since, until) = (rfc3339_ms(middle), rfc3339_ms(taken.end + 1_000_000));
    let timed = probes.iter().cycle().take(QUERIES).map(|probe| {
        let window = format!("since={since}&until={until}");
        let path = format!("/api/v1/snapshots?probe={probe}&{window}&limit={PAGE}");
        let begin = Instant::now();
        let page: SnapshotPage = hub.get(&path);
        let took = begin.elapsed();
        assert_eq!(page.snapshots.len(), PAGE, "{path}");
        took
    });
    Spread::of(timed.collect())
}
