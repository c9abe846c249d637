//! Code that is not there when it is looked at or hooked, though its file was found.

use super::help::*;
use crate::agent::Agent;
use crate::agent::double::Double;
use crate::ids::ProbeId;
use crate::probe::{ProbeReport, ProbeState};
use std::sync::Arc;

/// An agent whose runtime has the code only behind so many looks and so many hooks, and a probe there.
fn waiting_for(looks: u32, hooks: u32) -> (Arc<Agent<Double>>, ProbeId) {
    let agent = agent();
    *agent.runtime().absent.lock().expect("no test panics inside") = (looks, hooks);
    let id = agent.probe(spec(r#"{"kind":"count","location":"app.py:3"}"#), None);
    (agent, id.expect("it is permitted"))
}

fn why(report: &ProbeReport) -> Option<&str> {
    report.why.as_ref().map(|why| why.code.as_str())
}

#[test]
fn a_file_without_code_is_waited_for_and_not_refused() {
    let (agent, id) = waiting_for(1, 0);
    agent.runtime().run_one();
    let first = report(&agent, id);
    assert_eq!((first.state, why(&first)), (ProbeState::Pending, Some("file_not_loaded")));
    until(&agent, || report(&agent, id).state == ProbeState::Armed);
    let armed = report(&agent, id);
    assert_eq!((armed.state, why(&armed)), (ProbeState::Armed, None));
    agent.hit(0, &HIT);
    assert_eq!(report(&agent, id).counters.hits, 1);
}

#[test]
fn code_that_goes_before_its_hook_is_set_is_looked_for_once_more() {
    let (agent, id) = waiting_for(0, 1);
    agent.runtime().run_one();
    let lost = report(&agent, id);
    assert_eq!((lost.state, why(&lost)), (ProbeState::Pending, Some("file_not_loaded")));
    assert!(lost.at.is_none() && agent.runtime().sites().is_empty());
    // Whether or not anything is loaded: the shipper has it tried again.
    until(&agent, || report(&agent, id).state == ProbeState::Armed);
    let armed = report(&agent, id);
    assert_eq!((armed.at.map(|at| at.line), agent.runtime().sites().len()), (Some(3), 1));
}

#[test]
fn code_that_comes_while_its_predecessor_went_is_not_missed() {
    let (agent, id) = waiting_for(0, 1);
    let late = Arc::clone(&agent);
    let comes = Box::new(move || late.reload());
    *agent.runtime().after_look.lock().expect("no test panics inside") = Some(comes);
    agent.runtime().run();
    assert_eq!(report(&agent, id).state, ProbeState::Armed);
}

#[test]
fn code_that_went_while_its_probe_rested_is_looked_for_once_more() {
    let (agent, id) = waiting_for(0, 0);
    agent.runtime().run();
    let probe = Arc::clone(&agent.sites.get(0).expect("there is a site").probe);
    let rest = || {
        use crate::registry::State;
        probe.state.step(&[State::Armed], State::Resting);
        agent.reconcile();
        agent.runtime().run();
        probe.state.step(&[State::Resting], State::Armed);
    };
    rest();
    assert_eq!(agent.runtime().sites(), [] as [u32; 0]);
    *agent.runtime().absent.lock().expect("no test panics inside") = (0, 1);
    agent.reconcile();
    agent.runtime().run_one();
    assert_eq!(report(&agent, id).state, ProbeState::Pending);
    until(&agent, || report(&agent, id).state == ProbeState::Armed);
    assert_eq!(agent.runtime().sites().len(), 1);
}
