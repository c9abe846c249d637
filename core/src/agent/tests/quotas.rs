//! Limits, rates, budgets, expiry, full buffers.

use super::help::*;
use crate::probe::ProbeState;
use crate::registry::State;
use std::time::Duration;

#[test]
fn a_snap_ends_at_its_limit_and_is_unhooked() {
    let agent = agent();
    let (id, site, seen) = armed(&agent, r#"{"location":"app.py:3","limit":3}"#);
    (0..5).for_each(|_| agent.hit(site, &HIT));
    until(&agent, || agent.runtime().sites().is_empty());
    flushed(&agent);
    let report = report(&agent, id);
    assert_eq!(report.state, ProbeState::Done);
    assert_eq!((report.counters.captured, report.counters.over_quota), (3, 2));
    assert_eq!(seen.lock().expect("no test panics inside").len(), 3);
    accounts_add_up(&report);
}

#[test]
fn a_rate_is_exhausted_and_recovers() {
    let agent = agent();
    let json = r#"{"location":"app.py:3","limit":100,"rate_per_s":20}"#;
    let (id, site, _) = armed(&agent, json);
    (0..50).for_each(|_| agent.hit(site, &HIT));
    let first = report(&agent, id).counters;
    assert!((10..=12).contains(&first.captured), "{first:?}");
    assert_eq!(first.hits, 50);
    until(&agent, || {
        agent.hit(site, &HIT);
        report(&agent, id).counters.captured > first.captured
    });
    flushed(&agent);
    accounts_add_up(&report(&agent, id));
}

#[test]
fn a_process_takes_no_more_than_twenty_five_snapshots_at_once() {
    let agent = agent();
    let mut ids = Vec::new();
    for _ in 0..4 {
        let (id, site, _) = armed(&agent, r#"{"location":"app.py:3"}"#);
        (0..20).for_each(|_| agent.hit(site, &HIT));
        ids.push(id);
    }
    flushed(&agent);
    let captured: u64 = ids.iter().map(|id| report(&agent, *id).counters.captured).sum();
    assert!((25..=40).contains(&captured), "{captured}");
    assert!(report(&agent, ids[3]).counters.captured < 10);
    ids.iter().for_each(|id| accounts_add_up(&report(&agent, *id)));
}

#[test]
fn a_full_slab_drops_the_newest_and_counts_it() {
    let agent = agent();
    let (id, site, seen) = armed(&agent, r#"{"location":"app.py:3","rate_per_s":20}"#);
    let claims: Vec<_> = std::iter::from_fn(|| agent.slab.claim()).collect();
    assert_eq!(claims.len(), 64);
    (0..7).for_each(|_| agent.hit(site, &HIT));
    drop(claims);
    agent.hit(site, &HIT);
    flushed(&agent);
    let report = report(&agent, id);
    assert_eq!((report.counters.buffer_full, report.counters.captured), (7, 1));
    assert_eq!(seen.lock().expect("no test panics inside")[0].number, 1);
    accounts_add_up(&report);
}

#[test]
fn over_budget_a_probe_rests_and_the_third_time_stays_off() {
    let agent = agent();
    let (id, site, _) = armed(&agent, r#"{"kind":"count","location":"app.py:3"}"#);
    let probe = std::sync::Arc::clone(&agent.sites.get(site).expect("it is there").probe);
    for rest in 1..=3 {
        agent.hit(site, &HIT);
        agent.gate.charge(&probe, 1, 60_000_000);
        let expected = if rest < 3 { ProbeState::Resting } else { ProbeState::Stopped };
        until(&agent, || {
            report(&agent, id).state == expected && agent.runtime().sites().is_empty()
        });
        let why = report(&agent, id).why.expect("there is a reason");
        assert_eq!(why.code, "over_budget");
        if rest < 3 {
            // Ten seconds are over when the entry says so.
            let mut control = agent.life().control.lock().expect("unpoisoned");
            control.entries.get_mut(&id).expect("it is there").rests_until_ns = Some(1);
            drop(control);
            agent.gate.budget.reset();
            until(&agent, || agent.runtime().sites() == [site]);
        }
    }
    agent.hit(site, &HIT);
    let counters = report(&agent, id).counters;
    assert_eq!((counters.captured, counters.over_quota), (3, 1));
}

#[test]
fn time_ends_a_probe_without_a_hub() {
    let agent = agent();
    let json = r#"{"kind":"count","location":"app.py:3","expires_ms":300}"#;
    let (id, site, _) = armed(&agent, json);
    until(&agent, || report(&agent, id).state == ProbeState::Expired);
    until(&agent, || agent.runtime().sites().is_empty());
    agent.hit(site, &HIT);
    assert_eq!(report(&agent, id).counters.over_quota, 1);
}

#[test]
fn a_state_that_was_taken_away_stays_so() {
    let agent = agent();
    let (id, site, _) = armed(&agent, r#"{"location":"app.py:3","rate_per_s":1}"#);
    (0..11).for_each(|_| agent.hit(site, &HIT));
    agent.remove(id);
    agent.flush(Duration::from_millis(20));
    let probe = &agent.sites.get(site).expect("it is there").probe;
    assert_eq!(probe.state.get(), State::Removed);
}
