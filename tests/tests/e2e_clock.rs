//! A hub whose machine's wall clock is set, by years, while it runs.
//!
//! Knows the hub as a process, and a library in front of the C library's clock. Invariant: the hub's
//! audit shows that the clock was set, and nothing else does.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use stillframe_core::probe::ProbeSpec;
use stillframe_core::wire;
use stillframe_hub::api::types::{AuditRowView, CreateProbe, SnapshotPage};
use stillframe_tests::agent::Agent;
use stillframe_tests::process::until;
use stillframe_tests::sample::snapshot;
use stillframe_tests::stand::{Hub, Stand, skip, with_hub};
use stillframe_tests::tree::root;

const TEN_YEARS_S: i64 = 315_576_000;
/// The hub looks after leases and expiries five times in it.
const A_WHILE: Duration = Duration::from_secs(1);

/// The library, or why there is none.
fn library(stand: &Stand) -> Result<String, String> {
    let library = stand.folder().join("shift.so").to_string_lossy().into_owned();
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-o", &library]).arg(root().join("tests/clock/shift.c"));
    let made = cc.output().map_err(|error| format!("cc: {error}"))?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Ok(library)
}

/// The year in which the hub's latest row of the audit was written.
fn year(hub: &Hub) -> i64 {
    let rows: Vec<AuditRowView> = hub.get("/api/v1/audit");
    let newest = rows.into_iter().max_by_key(|row| row.row).expect("its own row");
    newest.time[..4].parse().expect("a year")
}

#[test]
fn a_wall_clock_that_is_set_ends_nothing_and_loses_nothing() {
    with_hub(|stand| {
        let library = match library(stand) {
            Ok(library) => library,
            Err(reason) => return skip(&reason),
        };
        let shift = stand.file("shift", "0").to_string_lossy().into_owned();
        let hub = stand.hub_in(0, &[("LD_PRELOAD", &library), ("SHIFT", &shift)]);
        let (door, now) = (hub.door(), year(&hub));
        let mut wish = CreateProbe::of(ProbeSpec::snap("shop/cart.py:42".parse().expect("one")));
        wish.spec.limit = Some(1_000);
        // A lease without a reader, which has a minute.
        (wish.wait, wish.follow, wish.settle_ms) = (true, true, Some(1));
        let probe = hub.create(&wish).probe.id;
        let mut agent = Agent::new("load", 1);
        until("the hub admits an agent", || agent.connect(&door).ok());
        for (sequence, shift) in (1..).zip([0, TEN_YEARS_S, -TEN_YEARS_S, 0]) {
            stand.file("shift", &shift.to_string());
            let set = year(&hub) - now;
            assert!((set - shift / 31_557_600).abs() <= 1, "the hub sees it: {set} years");
            let one = snapshot(probe, sequence);
            agent.queue(sequence, wire::frames(agent.id, &[one]).remove(0), Instant::now());
            while !agent.is_done() {
                agent.turn().expect("the hub takes it");
            }
            thread::sleep(A_WHILE);
            let view = hub.probe(&probe.to_string());
            assert_eq!((view.ended, view.captured), (None, sequence), "{shift}");
            let left_ms = view.ends_in_ms.expect("it has an end");
            assert!((20 * 60_000..=30 * 60_000).contains(&left_ms), "{shift}: {left_ms} ms left");
            let page: SnapshotPage = hub.get(&format!("/api/v1/snapshots?probe={probe}"));
            assert_eq!(page.snapshots.len() as u64, sequence, "acknowledged is stored");
        }
    });
}
