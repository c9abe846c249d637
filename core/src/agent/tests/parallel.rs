//! Hits of several threads at once, with variables that somebody else writes.

use super::help::*;
use crate::agent::double::{Double, Frame};
use crate::agent::{Agent, Open};
use crate::capture::stream;
use crate::probe::ProbeState;
use crate::probe::durations::Measured;
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes one variable called `n` behind what the core wrote, as a runtime's own writer would.
fn finish(agent: &Agent<Double>, open: Open, value: u8) {
    let names = u8::try_from(open.begun.names).expect("few names");
    agent.publish_in_parallel(open, |bytes| {
        let name = [names, stream::TEXT + stream::encoding::UTF8, 1, b'n'];
        bytes.push(stream::LOCAL);
        bytes.extend_from_slice(&name);
        bytes.extend_from_slice(&[stream::INT8, value, stream::END]);
    });
}

#[test]
fn what_another_writer_wrote_arrives_with_stack_and_watches() {
    let agent = agent();
    let json = r#"{"location":"app.py:3","watches":["x + 1","name.y"],"limit":1}"#;
    let (id, site, seen) = armed(&agent, json);
    let open = agent.open_in_parallel(site, &HIT).expect("a snapshot");
    assert_eq!((open.site(), open.buffer()), (site, 0));
    assert!(open.len > stream::HEADER_BYTES && open.begun.end > open.len);
    finish(&agent, open, 7);
    assert!(agent.open_in_parallel(site, &HIT).is_none(), "the limit is reached");
    flushed(&agent);
    let seen = seen.lock().expect("no test panics inside");
    let [snapshot] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(snapshot.locals.len(), 1);
    assert_eq!(snapshot.watches.len(), 2);
    assert_eq!(snapshot.stack.len(), 1);
    let report = report(&agent, id);
    assert_eq!(report.state, ProbeState::Done);
    assert_eq!((report.counters.captured, report.counters.over_quota), (1, 1));
    accounts_add_up(&report);
}

#[test]
fn what_is_given_up_takes_nothing_of_the_limit() {
    let agent = agent();
    let (id, site, _) = armed(&agent, r#"{"location":"app.py:3","limit":1}"#);
    let open = agent.open_in_parallel(site, &HIT).expect("a snapshot");
    agent.abandon_in_parallel(open);
    assert!(agent.slab.is_idle());
    let open = agent.open_in_parallel(site, &HIT).expect("the limit has room again");
    finish(&agent, open, 1);
    flushed(&agent);
    let report = report(&agent, id);
    assert_eq!((report.counters.missed, report.counters.captured), (1, 1));
    accounts_add_up(&report);
}

#[test]
fn threads_that_hit_at_once_lose_no_hit() {
    const THREADS: u64 = 4;
    const HITS: u64 = 5_000;
    let agent = agent();
    let json = r#"{"location":"app.py:3","condition":"x > 10","limit":500,"rate_per_s":25}"#;
    let (id, site, _) = armed(&agent, json);
    let captured = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (agent, captured) = (&agent, &captured);
            scope.spawn(move || {
                for hit in 0..HITS {
                    // One in eight fails, one in two is false.
                    let name = if (hit + thread) % 8 == 0 { "panic" } else { "ann" };
                    let frame = Frame { x: if hit % 2 == 0 { 11 } else { 3 }, name };
                    if !agent.test_in_parallel(site, &frame) {
                        continue;
                    }
                    if let Some(open) = agent.open_in_parallel(site, &frame) {
                        captured.fetch_add(1, Ordering::Relaxed);
                        finish(agent, open, hit as u8);
                    }
                }
            });
        }
    });
    flushed(&agent);
    let report = report(&agent, id);
    assert_eq!(report.counters.hits, THREADS * HITS, "{:?}", report.counters);
    assert_eq!(report.counters.captured, captured.load(Ordering::Relaxed));
    assert!(report.counters.condition_false > 0 && report.counters.missed > 0);
    accounts_add_up(&report);
}

#[test]
fn logs_and_counts_are_done_at_once() {
    let agent = agent();
    let (log, log_site, seen) =
        armed(&agent, r#"{"kind":"log","location":"app.py:3","log":"{x} {name}"}"#);
    let (count, count_site, _) = armed(&agent, r#"{"kind":"count","location":"app.py:3"}"#);
    for _ in 0..3 {
        assert!(agent.open_in_parallel(log_site, &HIT).is_none());
        assert!(agent.open_in_parallel(count_site, &HIT).is_none());
    }
    agent.missed_in_parallel(count_site);
    agent.false_in_parallel(count_site, 10);
    flushed(&agent);
    assert_eq!(seen.lock().expect("no test panics inside").len(), 3);
    assert_eq!(report(&agent, log).counters.captured, 3);
    let counters = report(&agent, count).counters;
    assert_eq!((counters.captured, counters.condition_false, counters.missed), (3, 10, 1));
}

#[test]
fn a_hit_costs_what_the_runtime_says_of_its_site() {
    let agent = agent();
    let json = r#"{"kind":"count","location":"app.py:3","condition":"x > 10","limit":500}"#;
    let (id, site, _) = armed(&agent, json);
    let spent = || agent.sites.get(site).expect("it is there").probe.spent_ns.get();
    agent.set_hit_cost(site, 1_000);
    agent.set_hit_cost(site, 600);
    agent.false_in_parallel(site, 2);
    assert_eq!(spent(), 2_000);
    agent.set_hit_surplus(50);
    agent.false_in_parallel(site, 1);
    assert_eq!(spent(), 3_050);
    agent.set_hit_cost(site, 60_000_000);
    agent.false_in_parallel(site, 1);
    assert_eq!(report(&agent, id).state, ProbeState::Resting);
}

#[test]
fn durations_of_threads_that_call_at_once_add_up() {
    let agent = agent();
    let json = r#"{"kind":"time","location":"app.py:f"}"#;
    let (id, site, _) = armed(&agent, json);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for call in 0..1_000 {
                    assert!(agent.begin_in_parallel(site));
                    agent.end_in_parallel(site, Measured::Running(100 + call), call % 10 == 0);
                }
            });
        }
    });
    assert!(agent.begin_in_parallel(site), "one is under way");
    let durations = report(&agent, id).durations.expect("it was measured");
    assert_eq!((durations.ended, durations.exceptions, durations.open), (4_000, 400, 1));
    let spread = durations.running.expect("many were measured");
    assert_eq!((spread.count, spread.min_ns, spread.max_ns), (4_000, 100, 1_099));
    let counters = report(&agent, id).counters;
    assert_eq!((counters.hits, counters.captured), (4_001, 4_001));
}

#[test]
fn what_may_have_waited_is_elapsed_and_what_nobody_saw_end_is_lost() {
    let agent = agent();
    let json = r#"{"kind":"time","location":"app.py:f","limit":2}"#;
    let (id, site, _) = armed(&agent, json);
    assert!(agent.begin_in_parallel(site));
    assert!(agent.begin_in_parallel(site));
    assert!(!agent.begin_in_parallel(site), "two are all that was asked for");
    agent.end_in_parallel(site, Measured::Elapsed(7), false);
    assert_eq!(report(&agent, id).state, ProbeState::Armed, "one is under way");
    agent.lose_in_parallel(site);
    let report = report(&agent, id);
    assert_eq!(report.state, ProbeState::Done);
    let durations = report.durations.expect("one was measured");
    assert_eq!((durations.ended, durations.open, durations.lost), (1, 0, 1));
    assert_eq!(durations.running, None);
    assert_eq!(durations.elapsed.expect("one was measured").max_ns, 7);
}
