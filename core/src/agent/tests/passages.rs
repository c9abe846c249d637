//! Time probes: which passages are measured, counted, and cut off, by a clock that is made up.

use super::help::*;
use crate::agent::double::{Double, Frame};
use crate::agent::{Agent, Arguments};
use crate::condition::PYTHON;
use crate::host::{Moment, Span};
use crate::limits::{MAX_PASSAGES, MAX_TIME_PROBES};
use crate::probe::ProbeState;
use crate::probe::durations::Durations;

const US: u64 = 1_000;
const F: u64 = 0x7f00_0000_1000;
const G: u64 = 0x7f00_0000_2000;
const ENTER: Moment = Moment::Enter { afresh: false };

fn at(agent: &Agent<Double>, site: u32, frame: u64, moment: Moment, us: u64) {
    agent.passage_by(site, frame, moment, &HIT, || us * US);
}

fn durations(agent: &Agent<Double>, id: crate::ids::ProbeId) -> Durations {
    let report = report(agent, id);
    let durations = report.durations.clone().expect("it is timed");
    accounts_add_up_to(&report);
    let begun = durations.ended + durations.open + durations.lost;
    assert_eq!(report.counters.captured, begun, "{durations:?}");
    durations
}

/// Hits alone: a time probe delivers its figures in the report.
fn accounts_add_up_to(report: &crate::probe::ProbeReport) {
    let c = report.counters;
    let (told, untold) = (c.captured + c.buffer_full, c.condition_false + c.condition_failed);
    assert_eq!(c.hits, told + untold + c.over_quota + c.missed, "{report:?}");
}

#[test]
fn a_function_is_timed_from_its_begin_to_its_return() {
    let agent = agent();
    let (id, site, _) = armed(&agent, r#"{"kind":"time","location":"app.py:f"}"#);
    assert_eq!(agent.runtime().spans.lock().expect("unpoisoned")[&site], Span::Function);
    for (frame, moment, us) in [
        (F, Moment::Begin, 0),
        (G, Moment::Begin, 10),
        (G, Moment::Raise, 14),
        (F, Moment::Return, 20),
        // This one runs since before the probe came.
        (G, Moment::Return, 30),
    ] {
        at(&agent, site, frame, moment, us);
    }
    let measured = durations(&agent, id);
    assert_eq!((measured.ended, measured.exceptions, measured.open), (2, 1, 0));
    let running = measured.running.expect("two were measured");
    assert_eq!((running.min_ns, running.max_ns, running.mean_ns), (4 * US, 20 * US, 12 * US));
    assert_eq!(measured.elapsed, None);
}

#[test]
fn waiting_is_told_apart_from_running() {
    let agent = agent();
    let (id, site, _) = armed(&agent, r#"{"kind":"time","location":"app.py:f"}"#);
    for (frame, moment, us) in [
        (F, Moment::Begin, 0),
        (F, Moment::Suspend, 1),
        (G, Moment::Begin, 2),
        (G, Moment::Suspend, 5),
        (F, Moment::Resume, 100),
        (F, Moment::Return, 104),
    ] {
        at(&agent, site, frame, moment, us);
    }
    let measured = durations(&agent, id);
    assert_eq!((measured.ended, measured.open), (1, 1));
    assert_eq!(measured.running.expect("one").max_ns, 5 * US);
    assert_eq!(measured.elapsed.expect("one").max_ns, 104 * US);
}

#[test]
fn a_range_is_timed_from_entering_to_leaving_it() {
    let agent = agent();
    let (id, site, _) = armed(&agent, r#"{"kind":"time","location":"app.py:4..6"}"#);
    let span = agent.runtime().spans.lock().expect("unpoisoned")[&site];
    assert_eq!(span, Span::Lines { first: 4, last: 6 });
    let at_line = report(&agent, id).at.expect("it is armed");
    assert_eq!((at_line.line, at_line.last_line), (4, Some(6)));
    for (moment, us) in [
        (Moment::Begin, 0),
        (ENTER, 3),
        // A loop inside the range comes back to its head.
        (ENTER, 5),
        (Moment::Out, 9),
        (Moment::Out, 10),
        (ENTER, 20),
        (Moment::Return, 21),
    ] {
        at(&agent, site, F, moment, us);
    }
    let measured = durations(&agent, id);
    let running = measured.running.expect("two");
    assert_eq!((running.count, running.min_ns, running.max_ns), (2, US, 6 * US));
}

#[test]
fn no_half_of_a_passage_is_measured() {
    let agent = agent();
    let (id, site, _) = armed(&agent, r#"{"kind":"time","location":"app.py:4..6"}"#);
    // The frame was inside the range when the probe came, and came back to the head of its loop.
    at(&agent, site, F, ENTER, 1);
    assert_eq!(report(&agent, id).counters.hits, 0);
    at(&agent, site, F, Moment::Out, 2);
    at(&agent, site, F, ENTER, 3);
    at(&agent, site, F, Moment::Out, 5);
    // A line that nothing inside the range leads to is a begin, whoever runs.
    at(&agent, site, G, Moment::Enter { afresh: true }, 7);
    at(&agent, site, G, Moment::Raise, 11);
    let measured = durations(&agent, id);
    let running = measured.running.expect("two");
    assert_eq!((running.count, running.min_ns, running.max_ns), (2, 2 * US, 4 * US));
    assert_eq!(measured.exceptions, 1);
}

#[test]
fn a_condition_is_asked_once_a_passage() {
    let agent = agent();
    let json = r#"{"kind":"time","location":"app.py:4..6","condition":"x > 10"}"#;
    let (id, site, _) = armed(&agent, json);
    let low = Frame { x: 3, name: "" };
    let moments = [(Moment::Begin, 0), (ENTER, 1), (ENTER, 2), (Moment::Out, 3)];
    for (walker, from) in [(low, 0), (HIT, 10)] {
        for (moment, us) in moments {
            agent.passage_by(site, F, moment, &walker, || (from + us) * US);
        }
    }
    let counters = report(&agent, id).counters;
    assert_eq!((counters.hits, counters.condition_false, counters.captured), (2, 1, 1));
    assert_eq!(durations(&agent, id).running.expect("one").max_ns, 2 * US);
}

#[test]
fn a_limit_ends_the_probe_when_the_last_passage_has_ended() {
    let agent = agent();
    let json = r#"{"kind":"time","location":"app.py:f","limit":2}"#;
    let (id, site, _) = armed(&agent, json);
    let frames = [F, G, F + 64];
    frames.iter().for_each(|frame| at(&agent, site, *frame, Moment::Begin, 1));
    assert_eq!(report(&agent, id).state, ProbeState::Armed);
    frames.iter().for_each(|frame| at(&agent, site, *frame, Moment::Return, 5));
    until(&agent, || {
        report(&agent, id).state == ProbeState::Done && agent.runtime().sites().is_empty()
    });
    let measured = durations(&agent, id);
    assert_eq!((measured.ended, measured.lost, measured.open), (2, 0, 0));
    assert_eq!(report(&agent, id).counters.over_quota, 1);
}

#[test]
fn what_is_under_way_when_the_hooks_go_is_lost_and_said() {
    let agent = agent();
    let (id, site, _) = armed(&agent, r#"{"kind":"time","location":"app.py:f"}"#);
    at(&agent, site, F, Moment::Begin, 1);
    let probe = std::sync::Arc::clone(&agent.sites.get(site).expect("it is there").probe);
    agent.gate.charge(&probe, 1, 60_000_000);
    until(&agent, || agent.runtime().sites().is_empty());
    at(&agent, site, F, Moment::Return, 9);
    let measured = durations(&agent, id);
    assert_eq!((measured.ended, measured.open, measured.lost), (0, 0, 1));
}

#[test]
fn events_cost_the_probe_whoever_they_are_of() {
    let arguments = Arguments { hit_cost_ns: 25, ..Arguments::default() };
    let config = config(arguments, &[("STILLFRAME_LOG", "off")]).expect("it is right");
    let agent = Agent::start(Double::new(), &PYTHON, config).expect("it starts");
    let (id, site, _) = armed(&agent, r#"{"kind":"time","location":"app.py:f"}"#);
    for step in 0..200 {
        at(&agent, site, F, Moment::Begin, step);
        at(&agent, site, F, Moment::Return, step);
    }
    assert!(report(&agent, id).ns_per_hit.is_some_and(|ns| ns >= 45));
    let spent = || agent.sites.get(site).expect("it is there").probe.spent_ns.get();
    let before = spent();
    (0..6_400).for_each(|_| agent.overheard(site));
    assert_eq!(spent() - before, 6_400 * 25);
}

#[test]
fn too_many_passages_at_once_are_counted_and_not_measured() {
    let agent = agent();
    let json = r#"{"kind":"time","location":"app.py:f","budget_ppm":1000000}"#;
    let (id, site, _) = armed(&agent, json);
    let frames = (1..=MAX_PASSAGES as u64 + 5).map(|number| number * 64);
    frames.clone().for_each(|frame| at(&agent, site, frame, Moment::Begin, 1));
    let counters = report(&agent, id).counters;
    assert_eq!((counters.captured, counters.buffer_full), (MAX_PASSAGES as u64, 5));
    frames.for_each(|frame| at(&agent, site, frame, Moment::Return, 3));
    assert_eq!(durations(&agent, id).ended, MAX_PASSAGES as u64);
}

#[test]
fn a_process_times_so_many_places_and_those_that_are_over_make_room() {
    let agent = agent();
    let json = r#"{"kind":"time","location":"app.py:f"}"#;
    let probes: Vec<_> = (0..MAX_TIME_PROBES).map(|_| armed(&agent, json)).collect();
    let (first, site, _) = &probes[0];
    at(&agent, *site, F, Moment::Begin, 1);
    at(&agent, *site, F, Moment::Return, 4);
    let more = agent.probe(spec(json), None).expect("it is permitted");
    until(&agent, || report(&agent, more).state == ProbeState::Refused);
    let why = report(&agent, more).why.expect("there is a reason");
    assert!(why.message.contains("16 places"), "{}", why.message);
    let probe = std::sync::Arc::clone(&agent.sites.get(*site).expect("it is there").probe);
    probe.state.set(crate::registry::State::Expired);
    until(&agent, || agent.runtime().sites().len() == MAX_TIME_PROBES - 1);
    let (next, site, _) = armed(&agent, json);
    assert_eq!(durations(&agent, next), Durations::default());
    at(&agent, site, F, Moment::Return, 9);
    assert_eq!(durations(&agent, next), Durations::default());
    assert_eq!(durations(&agent, *first).ended, 1, "its figures outlive its stopwatch");
}

#[test]
fn a_forked_child_measures_only_what_began_in_it() {
    let agent = agent();
    let (id, site, _) = armed(&agent, r#"{"kind":"time","location":"app.py:f"}"#);
    at(&agent, site, F, Moment::Begin, 1);
    at(&agent, site, G, Moment::Begin, 1);
    at(&agent, site, G, Moment::Return, 2);
    agent.begin_life();
    at(&agent, site, F, Moment::Return, 5);
    assert_eq!(durations(&agent, id), Durations::default());
    at(&agent, site, F, Moment::Begin, 6);
    at(&agent, site, F, Moment::Return, 7);
    assert_eq!(durations(&agent, id).ended, 1);
}
