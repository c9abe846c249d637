//! Probes that wait at the same time, and a runtime that changes several hooks together.

use super::help::{config, report, spec};
use crate::agent::double::{Double, WHILE_ARMING};
use crate::agent::{Agent, Arguments};
use crate::condition::PYTHON;
use crate::ids::ProbeId;
use crate::probe::ProbeState;
use std::sync::Arc;

type Batching = Double<true, 4>;

fn agent() -> Arc<Agent<Batching>> {
    let variables = [("STILLFRAME_LOG", "off")];
    let config = config(Arguments::default(), &variables).expect("the configuration is right");
    Agent::start(Batching::with_file(), &PYTHON, config).expect("it starts")
}

fn place(agent: &Agent<Batching>, location: &str) -> ProbeId {
    let spec = spec(&format!(r#"{{"location":"{location}","kind":"count"}}"#));
    agent.probe(spec, None).expect("it is permitted")
}

fn changes(agent: &Agent<Batching>) -> Vec<(usize, usize)> {
    let mut changes = agent.runtime().changes.lock().expect("no test panics inside");
    std::mem::take(&mut *changes)
}

#[test]
fn those_that_wait_are_hooked_in_one_call_and_each_is_told_its_own() {
    let agent = agent();
    let places =
        ["app.py:2", "app.py:3", "app.py:99", "other.py:1", "app.py:4", "app.py:5", "app.py:6"];
    agent.runtime().bad_lines.lock().expect("no test panics inside").push(4);
    let ids = places.map(|location| place(&agent, location));
    agent.runtime().run();
    let states = ids.map(|id| report(&agent, id).state);
    use ProbeState::{Armed, Pending, Refused};
    assert_eq!(states, [Armed, Armed, Refused, Pending, Refused, Armed, Armed]);
    let why = |at: usize| report(&agent, ids[at]).why.map(|why| why.message);
    assert_eq!(why(4).as_deref(), Some("no tool id is free"));
    assert_ne!(why(2), why(3));
    assert_eq!(agent.runtime().sites().len(), 4);
    // Seven probes, at most four at a time; which of them go together is by their ids.
    let changed = changes(&agent);
    assert!(changed.len() <= 2, "{changed:?}");
    assert_eq!(changed.iter().map(|(_, on)| on).sum::<usize>(), 5, "{changed:?}");

    for id in ids {
        assert!(agent.remove(id));
    }
    place(&agent, "app.py:7");
    agent.runtime().run();
    assert_eq!(agent.runtime().sites().len(), 1);
    let changed = changes(&agent);
    // Five hooks; the shipper may have had some seen to twice, in which nothing is left to do.
    assert!(changed.len() < 5, "{changed:?}");
    assert_eq!(changed.iter().map(|(off, _)| off).sum::<usize>(), 4, "{changed:?}");
}

#[test]
fn what_a_task_has_in_hand_is_not_given_to_another() {
    let agent = agent();
    let id = place(&agent, "app.py:2");
    let shipper = Arc::clone(&agent);
    WHILE_ARMING.set(Some(Box::new(move || shipper.reconcile())));
    assert_eq!(agent.runtime().run(), 1);
    assert_eq!(report(&agent, id).state, ProbeState::Armed);
}

#[test]
fn a_task_that_another_saw_to_leaves_those_that_came_behind_to_theirs() {
    let agent = agent();
    let ids = ["app.py:2", "app.py:3"].map(|location| place(&agent, location));
    assert!(agent.runtime().run_one());
    assert_eq!(agent.runtime().sites().len(), 2);
    let late = ["app.py:4", "app.py:5"].map(|location| place(&agent, location));
    // The second's own task: there is nothing left for it.
    assert!(agent.runtime().run_one());
    assert_eq!(agent.runtime().sites().len(), 2);
    agent.runtime().run();
    for id in ids.into_iter().chain(late) {
        assert_eq!(report(&agent, id).state, ProbeState::Armed);
    }
    assert_eq!(changes(&agent), [(0, 2), (0, 2)]);
}
