//! How soon a hub acknowledges at 10,000 snapshots a second.
//!
//! Knows a timetable: frames are due at fixed times, whatever the hub does. Invariant: an
//! acknowledgement is measured from when its frame was due, so that a hub that stalls is not spared.

use crate::load::{AGENTS, FRAME, connected, queue};
use crate::spread::Spread;
use std::time::{Duration, Instant};
use stillframe_core::ids::ProbeId;
use stillframe_tests::agent::Agent;
use stillframe_tests::stand::Hub;

/// Snapshots a second, of all agents together.
const PACE: u64 = 10_000;

pub(crate) fn measure(hub: &Hub, probes: &[ProbeId], time_ms: u64) -> Spread {
    let door = hub.door();
    let begin = Instant::now() + Duration::from_millis(200);
    let step = Duration::from_nanos(1_000_000_000 * FRAME * u64::from(AGENTS) / PACE);
    let frames = time_ms * PACE / 1_000 / FRAME / u64::from(AGENTS);
    let latencies = std::thread::scope(|scope| {
        let of_agent = |number: u32| {
            let mut agent = connected(&door, 100 + number);
            let first = begin + step * number / AGENTS;
            let probe = probes[number as usize];
            let due = (0..frames).map(move |n| first + step * u32::try_from(n).unwrap_or(u32::MAX));
            scope.spawn(move || {
                run(&mut agent, probe, due);
                agent.latencies
            })
        };
        let running: Vec<_> = (0..AGENTS).map(of_agent).collect();
        let latencies = running.into_iter().map(|one| one.join().expect("the hub takes it"));
        latencies.collect::<Vec<_>>().concat()
    });
    Spread::of(latencies)
}

fn run(agent: &mut Agent, probe: ProbeId, timetable: impl Iterator<Item = Instant>) {
    for (due, first) in timetable.zip((1..).step_by(FRAME as usize)) {
        loop {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            agent.wait_at_most(left);
            agent.turn().expect("the hub takes it");
        }
        queue(agent, probe, first, due);
    }
    agent.wait_at_most(Duration::from_secs(20));
    while !agent.is_done() {
        agent.turn().expect("the hub takes it");
    }
}
