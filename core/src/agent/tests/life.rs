//! Forking and stopping.

use super::help::*;
use crate::agent::Agent;
use crate::agent::double::Double;
use crate::probe::ProbeState;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What a fork leaves: the parent's threads are not there.
fn fork(agent: &Agent<Double>) {
    agent.before_fork();
    assert_eq!(agent.life().threads.load(Ordering::Acquire), 0);
    agent.begin_life();
}

#[test]
fn a_parent_goes_on_after_a_fork() {
    let agent = agent();
    let (id, site, seen) = armed(&agent, r#"{"location":"app.py:3"}"#);
    for _ in 0..3 {
        agent.before_fork();
        assert_eq!(agent.life().threads.load(Ordering::Acquire), 0);
        agent.hit(site, &HIT);
        agent.fork_in_parent();
        flushed(&agent);
    }
    agent.fork_in_parent();
    assert_eq!(agent.life().threads.load(Ordering::Acquire), 1);
    assert_eq!(seen.lock().expect("no test panics inside").len(), 3);
    accounts_add_up(&report(&agent, id));
}

#[test]
fn a_child_counts_from_zero_under_a_new_id() {
    let agent = agent();
    let (id, site, seen) = armed(&agent, r#"{"location":"app.py:3"}"#);
    let parent = agent.status().instance;
    (0..4).for_each(|_| agent.hit(site, &HIT));
    flushed(&agent);
    agent.gate.inside.set(1);
    fork(&agent);
    assert_ne!(agent.status().instance, parent);
    assert_eq!(report(&agent, id).counters.hits, 0);
    assert_eq!(report(&agent, id).state, ProbeState::Armed);
    (0..3).for_each(|_| agent.hit(site, &HIT));
    flushed(&agent);
    let report = report(&agent, id);
    assert_eq!((report.counters.captured, report.delivery.acknowledged), (3, 3));
    let seen = seen.lock().expect("no test panics inside");
    assert_eq!(seen.last().map(|snapshot| (snapshot.number, snapshot.sequence)), Some((3, 3)));
}

#[test]
fn a_child_whose_parent_was_interrupted_still_has_its_armed_probes() {
    let agent = agent();
    let (id, site, _) = armed(&agent, r#"{"kind":"count","location":"app.py:3"}"#);
    {
        // As if another thread of the parent held it for ever.
        let _held = agent.life().control.lock().expect("unpoisoned");
        agent.begin_life();
    }
    agent.hit(site, &HIT);
    assert_eq!(report(&agent, id).counters.captured, 1);
    assert_eq!(report(&agent, id).at.map(|at| at.line), Some(3));
    assert!(agent.remove(id));
    until(&agent, || agent.runtime().sites().is_empty());
}

#[test]
fn a_pending_probe_is_armed_in_the_child() {
    let agent = agent();
    *agent.runtime().loaded.lock().expect("no test panics inside") = false;
    let id = agent.probe(spec(r#"{"kind":"count","location":"app.py:3"}"#), None).expect("fine");
    until(&agent, || report(&agent, id).why.is_some_and(|why| why.code == "file_not_loaded"));
    fork(&agent);
    *agent.runtime().loaded.lock().expect("no test panics inside") = true;
    until(&agent, || report(&agent, id).state == ProbeState::Armed);
}

#[test]
fn stopping_unhooks_delivers_and_ends_every_thread() {
    let agent = agent();
    let (_, site, seen) = armed(&agent, r#"{"location":"app.py:3"}"#);
    (0..5).for_each(|_| agent.hit(site, &HIT));
    std::thread::scope(|scope| {
        let stopping = scope.spawn(|| agent.stop(Duration::from_secs(20)));
        until(&agent, || stopping.is_finished());
    });
    assert_eq!(seen.lock().expect("no test panics inside").len(), 5);
    assert!(agent.runtime().sites().is_empty());
    assert_eq!(agent.life().threads.load(Ordering::Acquire), 0);
    assert!(agent.probe(spec(r#"{"kind":"count","location":"app.py:3"}"#), None).is_err());
}

#[test]
fn a_runtime_that_goes_away_delays_a_stop_no_longer_than_asked() {
    let agent = agent();
    let (_, site, _) = armed(&agent, r#"{"location":"app.py:3"}"#);
    agent.hit(site, &HIT);
    *agent.runtime().going_away.lock().expect("no test panics inside") = true;
    let began = Instant::now();
    agent.stop(Duration::from_millis(300));
    assert!(began.elapsed() < Duration::from_millis(800), "{:?}", began.elapsed());
    until(&agent, || agent.life().threads.load(Ordering::Acquire) == 0);
}

#[test]
fn an_idle_agent_is_small_and_has_no_thread() {
    let agent = agent();
    assert_eq!(agent.life().threads.load(Ordering::Acquire), 0);
    assert!(agent.slab.is_idle());
}
