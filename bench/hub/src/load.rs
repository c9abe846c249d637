//! As many snapshots as a hub takes: eight agents that always have more to send.
//!
//! Knows frames of 64 snapshots of 2 KiB, encoded before the clock runs. Invariant: time ends with the
//! last acknowledgement, and everything acknowledged is counted in the store afterwards.

use crate::process::cpu;
use std::ops::Range;
use std::path::Path;
use std::sync::Barrier;
use std::time::Instant;
use stillframe_core::clock;
use stillframe_core::ids::ProbeId;
use stillframe_core::probe::ProbeSpec;
use stillframe_core::wire;
use stillframe_hub::api::types::CreateProbe;
use stillframe_tests::agent::{Agent, Door};
use stillframe_tests::sample::snapshot;
use stillframe_tests::stand::{Hub, Stand};

pub(crate) const AGENTS: u32 = 8;
pub(crate) const FRAME: u64 = 64;
const PROBES: u32 = 8;

pub(crate) struct Load {
    pub per_s: f64,
    /// Microseconds of the hub's processor time for a snapshot.
    pub cpu_us: f64,
    /// On disk, a snapshot, indexes included.
    pub bytes: f64,
    pub stored: u64,
    /// Nanoseconds since 1970 between which they say they were taken.
    pub taken: Range<u64>,
}

pub(crate) fn measure(stand: &Stand, hub: &Hub, snapshots: u64) -> (Load, Vec<ProbeId>) {
    let door = hub.door();
    let mut agents: Vec<Agent> = (0..AGENTS).map(|pid| connected(&door, pid)).collect();
    let probes: Vec<ProbeId> = (1..=PROBES).map(|line| probe(hub, line)).collect();
    let each = snapshots / u64::from(AGENTS) / FRAME * FRAME;
    let first_ns = clock::wall_ns();
    std::thread::scope(|scope| {
        for (number, agent) in agents.iter_mut().enumerate() {
            let probes = probes.iter().cycle().skip(number);
            scope.spawn(move || prepare(agent, probes, each));
        }
    });
    let taken = first_ns..clock::wall_ns();
    let pid = hub.program.pid();
    let before = cpu(pid);
    let start = Barrier::new(agents.len() + 1);
    let begin = std::thread::scope(|scope| {
        for agent in &mut agents {
            scope.spawn(|| {
                start.wait();
                while !agent.is_done() {
                    agent.turn().expect("the hub takes it");
                }
            });
        }
        start.wait();
        Instant::now()
    });
    let (took, used) = (begin.elapsed(), cpu(pid) - before);
    let sent = each * u64::from(AGENTS);
    let stored = probes.iter().map(|probe| hub.probe(&probe.to_string()).captured).sum();
    assert_eq!(stored, sent, "every acknowledged snapshot is stored, once");
    let bytes = size(&stand.folder().join("hub")) as f64 / stored as f64;
    let (per_s, cpu_us) =
        (sent as f64 / took.as_secs_f64(), used.as_secs_f64() * 1e6 / sent as f64);
    (Load { per_s, cpu_us, bytes, stored, taken }, probes)
}

pub(crate) fn connected(door: &Door, pid: u32) -> Agent {
    let mut agent = Agent::new("load", pid);
    agent.connect(door).expect("the hub admits it");
    agent
}

/// A probe that ends in no bench.
fn probe(hub: &Hub, line: u32) -> ProbeId {
    let location = format!("shop/cart.py:{line}").parse().expect("a location");
    let mut wish = CreateProbe::of(ProbeSpec::snap(location));
    wish.spec.limit = Some(100_000_000);
    wish.settle_ms = Some(1);
    hub.create(&wish).probe.id
}

/// Encodes frames: the sequences from 1 on, each frame of one probe.
fn prepare<'a>(agent: &mut Agent, probes: impl Iterator<Item = &'a ProbeId>, count: u64) {
    for (first, probe) in (1..=count).step_by(FRAME as usize).zip(probes) {
        queue(agent, *probe, first, Instant::now());
    }
}

/// Hands in one frame of snapshots.
pub(crate) fn queue(agent: &mut Agent, probe: ProbeId, first: u64, due: Instant) {
    let last = first + FRAME - 1;
    let snapshots: Vec<_> = (first..=last).map(|sequence| snapshot(probe, sequence)).collect();
    let mut frames = wire::frames(agent.id, &snapshots);
    let frame = frames.pop().expect("snapshots make a frame");
    assert!(frames.is_empty(), "64 snapshots of 2 KiB fit into one");
    agent.queue(last, frame, due);
}

/// Bytes of a folder's files.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).expect("the hub's folder is there");
    let of = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    };
    entries.filter_map(Result::ok).map(of).sum()
}
