//! Hubs and applications that die, stall, lie and run out of luck while snapshots are under way.
//!
//! Knows the hub as a process and agents as their messages. Invariant: what was acknowledged is stored,
//! once, and nothing else is asked of a hub that was killed.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use stillframe_core::ids::ProbeId;
use stillframe_core::probe::ProbeSpec;
use stillframe_core::wire;
use stillframe_hub::api::types::{CreateProbe, InstanceCount, InstanceView, SnapshotPage};
use stillframe_tests::agent::{Agent, Door};
use stillframe_tests::app::{App, at, folder};
use stillframe_tests::process::until;
use stillframe_tests::sample::snapshot;
use stillframe_tests::stand::{Hub, Stand, with, with_hub};

/// Snapshots of one frame.
const FRAME: u64 = 64;
/// Nothing here may take longer for an agent.
const PATIENCE: Duration = Duration::from_secs(60);

/// A probe that no test brings to its end.
fn probe(hub: &Hub) -> ProbeId {
    let location = "shop/cart.py:42".parse().expect("a location");
    let mut wish = CreateProbe::of(ProbeSpec::snap(location));
    wish.spec.limit = Some(100_000_000);
    (wish.wait, wish.settle_ms) = (true, Some(1));
    hub.create(&wish).probe.id
}

/// Sends what was handed in, again and again until it is acknowledged, whatever becomes of the hub.
fn deliver(agent: &mut Agent, door: &Door, mut acknowledged: impl FnMut(u64)) {
    let begin = Instant::now();
    while !agent.is_done() {
        assert!(begin.elapsed() < PATIENCE, "acknowledged up to {}", agent.acknowledged);
        if agent.turn().is_err() {
            connect(agent, door);
        }
        acknowledged(agent.acknowledged);
    }
}

/// A connected agent to which `frames` frames of captures were handed in.
fn laden(door: &Door, pid: u32, probe: ProbeId, frames: u64) -> Agent {
    let mut agent = Agent::new("load", pid);
    for first in (1..=frames * FRAME).step_by(FRAME as usize) {
        hand_in(&mut agent, probe, first);
    }
    connect(&mut agent, door);
    agent
}

fn hand_in(agent: &mut Agent, probe: ProbeId, first: u64) {
    let last = first + FRAME - 1;
    let captures: Vec<_> = (first..=last).map(|sequence| snapshot(probe, sequence)).collect();
    for frame in wire::frames(agent.id, &captures) {
        agent.queue(last, frame, Instant::now());
    }
}

/// Connects as soon as there is a hub.
fn connect(agent: &mut Agent, door: &Door) {
    until("the hub admits an agent", || agent.connect(door).ok());
}

/// Every stored snapshot of a probe: which instance, and its own first value.
fn stored(hub: &Hub, probe: ProbeId) -> Vec<(String, String)> {
    let (mut found, mut after) = (Vec::new(), "0".to_owned());
    loop {
        let path = format!("/api/v1/snapshots?probe={probe}&limit=1000&after={after}");
        let page: SnapshotPage = hub.get(&path);
        found.extend(page.snapshots.iter().map(|snapshot| {
            let instance = snapshot["service"]["instance"].to_string();
            (instance, snapshot["locals"]["user"]["name"].to_string())
        }));
        match page.next {
            Some(next) => after = next,
            None => return found,
        }
    }
}

/// Holds that of each count of captures that agents know to be acknowledged all are stored, once.
fn all_are_there(hub: &Hub, probe: ProbeId, acknowledged: u64) {
    let found = stored(hub, probe);
    let different: BTreeSet<_> = found.iter().collect();
    assert_eq!(different.len(), found.len(), "none is stored twice");
    assert_eq!(found.len() as u64, acknowledged, "all that was acknowledged is there");
}

#[test]
fn a_hub_that_is_killed_under_load_keeps_what_it_acknowledged() {
    with_hub(|stand| {
        let mut hub = stand.hub(0);
        let (door, probe, port) = (hub.door(), probe(&hub), hub.port());
        const FRAMES: u64 = 40;
        let mut agents: Vec<Agent> = (0..4).map(|pid| laden(&door, pid, probe, FRAMES)).collect();
        let progress = [const { AtomicU64::new(0) }; 4];
        let acknowledged = || progress.iter().map(|one| one.load(Ordering::Relaxed)).sum::<u64>();
        let hub = thread::scope(|scope| {
            for (agent, progress) in agents.iter_mut().zip(&progress) {
                let door = &door;
                scope.spawn(move || {
                    deliver(agent, door, |highest| progress.store(highest, Ordering::Relaxed));
                });
            }
            for part in 1..=5 {
                let enough = part * 4 * FRAMES * FRAME / 7;
                until("progress", || (acknowledged() >= enough).then_some(()));
                drop(hub);
                hub = stand.hub(port);
            }
            hub
        });
        all_are_there(&hub, probe, 4 * FRAMES * FRAME);
    });
}

#[test]
fn agents_that_are_killed_in_a_frame_leave_what_was_acknowledged() {
    with_hub(|stand| {
        let hub = stand.hub(0);
        let (door, probe) = (hub.door(), probe(&hub));
        let mut acknowledged = 0;
        for pid in 0..8 {
            let mut agent = laden(&door, pid, probe, 2);
            deliver(&mut agent, &door, |_| {});
            acknowledged += agent.acknowledged;
            // The process dies while the system sends its third frame.
            let captures: Vec<_> = (129..193).map(|sequence| snapshot(probe, sequence)).collect();
            let frame = wire::frames(agent.id, &captures).remove(0);
            agent.vanish_within(&frame);
        }
        until("the agents' end", || {
            let rest = hub.try_get::<Vec<serde_json::Value>>("/api/v1/instances")?;
            rest.is_empty().then_some(())
        });
        all_are_there(&hub, probe, acknowledged);
    });
}

#[test]
fn a_torn_segment_is_cut_and_said_and_loses_nothing() {
    with_hub(|stand| {
        let hub = stand.hub(0);
        let (door, probe, port) = (hub.door(), probe(&hub), hub.port());
        let mut agent = laden(&door, 1, probe, 4);
        deliver(&mut agent, &door, |_| {});
        drop(hub);
        let segments = std::fs::read_dir(stand.folder().join("hub/segments")).expect("it is there");
        let last = segments.filter_map(|entry| Some(entry.ok()?.path())).max().expect("a segment");
        let mut file = std::fs::File::options().append(true).open(last).expect("it opens");
        // The head of a frame that says 60,000 bytes, and a hundred of them.
        file.write_all(&[[0x60, 0xea, 0, 0].as_slice(), &[7; 112]].concat()).expect("written");
        let hub = stand.hub(port);
        let said = hub.program.stderr() + &hub.program.stdout();
        assert!(said.contains("116 bytes of a half-written frame"), "{said}");
        all_are_there(&hub, probe, 4 * FRAME);
        hand_in(&mut agent, probe, 4 * FRAME + 1);
        connect(&mut agent, &door);
        while !agent.is_done() {
            agent.turn().expect("the hub takes it");
        }
        all_are_there(&hub, probe, 5 * FRAME);
    });
}

#[test]
fn two_hundred_agents_come_back_to_a_hub_that_was_killed() {
    with_hub(|stand| {
        let hub = stand.hub(0);
        let (door, port) = (hub.door(), hub.port());
        let mut agents: Vec<Agent> = (0..200).map(|pid| Agent::new("fleet", pid)).collect();
        agents.iter_mut().for_each(|agent| connect(agent, &door));
        hub.instances("fleet", 200);
        let location = "shop/cart.py:42".parse().expect("a location");
        let mut wish = CreateProbe::of(ProbeSpec::snap(location));
        wish.instances = Some(InstanceCount::All);
        wish.settle_ms = Some(1);
        let id = hub.create(&wish).probe.id;
        drop(hub);
        let hub = stand.hub(port);
        // All at once, as after a restart.
        thread::scope(|scope| {
            for some in agents.chunks_mut(25) {
                scope.spawn(|| {
                    for agent in some {
                        connect(agent, &door);
                        agent.arm().expect("said");
                    }
                });
            }
        });
        hub.instances("fleet", 200);
        let view = hub.probe_until(&id.to_string(), |view| view.armed == 200);
        assert_eq!((view.instances, view.refused), (200, 0));
    });
}

#[test]
fn a_hub_that_stalls_loses_nothing() {
    with_hub(|stand| {
        let hub = stand.hub(0);
        let (door, probe) = (hub.door(), probe(&hub));
        let mut agent = laden(&door, 1, probe, 40);
        let mut is_stalled = false;
        deliver(&mut agent, &door, |acknowledged| {
            if acknowledged > 10 * FRAME && !std::mem::replace(&mut is_stalled, true) {
                hub.program.signal(libc::SIGSTOP);
                thread::sleep(Duration::from_millis(700));
                hub.program.signal(libc::SIGCONT);
            }
        });
        all_are_there(&hub, probe, 40 * FRAME);
    });
}

#[test]
fn an_application_does_not_feel_a_hub_that_stalls() {
    with("312", |stand| {
        let hub = stand.hub(0);
        let app = App::start(stand, "app.py");
        hub.instances("checkout", 1);
        let id = arm(stand, &hub);
        app.order(1, "SF-1007", 1);
        hub.program.signal(libc::SIGSTOP);
        let begin = Instant::now();
        let orders: Vec<_> = (2..40).map(|n| app.order(n % 8 + 1, "SF-1007", 1)).collect();
        let took = begin.elapsed();
        hub.program.signal(libc::SIGCONT);
        assert!(took < Duration::from_secs(10), "38 orders took {took:?}");
        assert!(orders.iter().all(|order| order["total"] == orders[0]["total"]), "{orders:?}");
        // As many as a second's burst has, the last of them captured while nobody listened.
        assert_eq!(hub.snapshots(&id, 10).len(), 10);
        assert_eq!(app.program.stderr().matches("Traceback").count(), 0);
    });
}

#[test]
fn a_hub_and_an_application_that_are_killed_together_leave_what_was_acknowledged() {
    with("312", |stand| {
        let hub = stand.hub(0);
        let (port, app) = (hub.port(), App::start(stand, "app.py"));
        hub.instances("checkout", 1);
        let id = arm(stand, &hub);
        (1..=4).for_each(|user| drop(app.order(user, "SF-1007", 1)));
        let before = hub.snapshots(&id, 4);
        (5..=8).for_each(|user| drop(app.order(user, "SF-1007", 1)));
        drop((hub, app));
        let hub = stand.hub(port);
        let after = hub.snapshots(&id, 4);
        assert_eq!(after[..4], before, "what was there is there");
        let app = App::start(stand, "app.py");
        until("the new process is armed", || (hub.probe(&id).armed == 1).then_some(()));
        app.order(1, "SF-1007", 1);
        let all = hub.snapshots(&id, after.len() + 1);
        let ids: Vec<_> = all.iter().map(|snapshot| snapshot["id"].clone()).collect();
        assert_eq!(ids, (1..=all.len()).map(|n| format!("{id}/{n}")).collect::<Vec<_>>());
    });
}

/// Arms a snapshot at the example's order, and answers its id.
fn arm(stand: &Stand, hub: &Hub) -> String {
    let place = at("app.py", "order = book.place(cart)");
    let mut snap = stand.stillframe(&["snap", &place, "--limit", "100"]);
    let armed = stand.start(snap.current_dir(folder())).end();
    assert_eq!(armed.code, Some(0), "{}", armed.stderr);
    hub.armed(1).id.to_string()
}

#[test]
fn instances_whose_clocks_jump_are_stored_in_the_order_they_came() {
    with_hub(|stand| {
        let hub = stand.hub(0);
        let (door, probe) = (hub.door(), probe(&hub));
        let mut agent = Agent::new("load", 1);
        connect(&mut agent, &door);
        let hour_ns = 3_600_000_000_000;
        let jumps = [5 * hour_ns, 0, 9 * hour_ns, 1, u64::MAX, 5 * hour_ns];
        for (sequence, time_ns) in (1..).zip(jumps) {
            let mut one = snapshot(probe, sequence);
            one.time_ns = time_ns;
            agent.queue(sequence, wire::frames(agent.id, &[one]).remove(0), Instant::now());
            while !agent.is_done() {
                agent.turn().expect("the hub takes it");
            }
        }
        let page: SnapshotPage = hub.get(&format!("/api/v1/snapshots?probe={probe}"));
        let ids: Vec<_> = page.snapshots.iter().map(|snapshot| snapshot["id"].clone()).collect();
        assert_eq!(ids, (1..=6).map(|number| format!("{probe}/{number}")).collect::<Vec<_>>());
        let window = "since=1970-01-01T05:00:00Z&until=1970-01-01T09:00:00.000000001Z";
        let page: SnapshotPage = hub.get(&format!("/api/v1/snapshots?probe={probe}&{window}"));
        let ids: Vec<_> = page.snapshots.iter().map(|snapshot| snapshot["id"].clone()).collect();
        assert_eq!(ids, [1, 6, 3].map(|number| format!("{probe}/{number}")));
    });
}

/// How many under `cargo xtask test --full`; fewer in the gate.
fn malformed() -> u64 {
    let count = std::env::var("STILLFRAME_MALFORMED").ok();
    count.map_or(300, |count| count.parse().expect("STILLFRAME_MALFORMED is a number"))
}

#[test]
fn malformed_frames_end_their_connections_and_nothing_else() {
    with_hub(|stand| {
        let hub = stand.hub(0);
        let (door, probe) = (hub.door(), probe(&hub));
        let mut good = laden(&door, 1, probe, 20);
        let captures: Vec<_> = (1..=FRAME).map(|sequence| snapshot(probe, sequence)).collect();
        let sound = wire::frames(good.id, &captures).remove(0);
        let count = malformed();
        thread::scope(|scope| {
            let lanes = [0, 1, 2, 3].map(|lane| {
                let (door, sound) = (&door, &sound);
                scope.spawn(move || {
                    for number in (lane..count).step_by(4) {
                        let mut bad = Agent::new("bad", u32::try_from(number).unwrap_or(u32::MAX));
                        connect(&mut bad, door);
                        bad.queue(1, damaged(sound, number), Instant::now());
                        let mut turn = || bad.turn().err();
                        until("the end of a bad connection", &mut turn);
                    }
                })
            });
            deliver(&mut good, &door, |_| {});
            // Who does not answer the hub for a minute is gone, and this takes many.
            while !lanes.iter().all(thread::ScopedJoinHandle::is_finished) {
                good.wait_at_most(Duration::from_millis(100));
                good.hear().expect("it stays connected");
            }
        });
        hand_in(&mut good, probe, 20 * FRAME + 1);
        while !good.is_done() {
            good.turn().expect("the hub takes it");
        }
        all_are_there(&hub, probe, 21 * FRAME);
        let left: Vec<InstanceView> = hub.get("/api/v1/instances");
        let connected: Vec<_> =
            left.iter().filter(|one| one.connected).map(|one| one.pid).collect();
        assert_eq!(connected, [1], "the good one alone");
    });
}

/// A frame that is not sound any more, or is another instance's: cut, or with bits changed.
fn damaged(sound: &[u8], number: u64) -> Vec<u8> {
    let at = usize::try_from(number.wrapping_mul(0x9e37_79b9) % sound.len() as u64).unwrap_or(0);
    let mut frame = sound.to_vec();
    match number % 3 {
        0 => frame.truncate(at),
        1 => frame[at] ^= 1 << (number % 8),
        _ => frame[at..].fill(0xff),
    }
    frame
}
