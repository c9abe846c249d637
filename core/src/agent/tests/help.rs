//! What the stories have in common.

use crate::agent::double::{Double, Frame};
use crate::agent::{Agent, Arguments, Config};
use crate::condition::PYTHON;
use crate::error::Result;
use crate::host::Runtime;
use crate::ids::ProbeId;
use crate::probe::{ProbeReport, ProbeSpec, ProbeState};
use crate::snapshot::Snapshot;
use crate::transport::sink::Callback;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub(super) type Seen = Arc<Mutex<Vec<Snapshot>>>;

pub(super) const HIT: Frame = Frame { x: 11, name: "ann" };

pub(super) fn config(arguments: Arguments, variables: &[(&str, &str)]) -> Result<Config> {
    let find = |name: &str| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Config::resolve(arguments, &find)
}

pub(super) fn agent_with(variables: &[(&str, &str)]) -> Arc<Agent<Double>> {
    let mut variables = variables.to_vec();
    variables.push(("STILLFRAME_LOG", "off"));
    let config = config(Arguments::default(), &variables).expect("the configuration is right");
    Agent::start(Double::new(), &PYTHON, config).expect("it starts")
}

pub(super) fn agent() -> Arc<Agent<Double>> {
    agent_with(&[])
}

/// Collects what a probe captures.
pub(super) fn collector() -> (Seen, Callback) {
    let seen = Seen::default();
    let inside = Arc::clone(&seen);
    let collect = move |snapshot: &Snapshot| {
        inside.lock().expect("no test panics inside").push(snapshot.clone());
    };
    (seen, Box::new(collect))
}

pub(super) fn spec(json: &str) -> ProbeSpec {
    serde_json::from_str(json).expect("it is a specification")
}

/// Places a probe and lets the runtime arm it; its id, its site, and what it captures.
pub(super) fn armed(agent: &Agent<Double>, json: &str) -> (ProbeId, u32, Seen) {
    let (seen, callback) = collector();
    let before = agent.runtime().sites();
    let id = agent.probe(spec(json), Some(callback)).expect("it is permitted");
    until(agent, || report(agent, id).state == ProbeState::Armed);
    let site = agent.runtime().sites().into_iter().find(|site| !before.contains(site));
    (id, site.expect("it is hooked"), seen)
}

pub(super) fn report<R: Runtime>(agent: &Agent<R>, id: ProbeId) -> ProbeReport {
    let found = agent.status().probes.into_iter().find(|report| report.probe == id);
    found.expect("it is in the status")
}

/// Lets the runtime's tasks run until `done`.
#[track_caller]
pub(super) fn until(agent: &Agent<Double>, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let seen = agent.life().progress();
        agent.runtime().run();
        if done() {
            return;
        }
        assert!(Instant::now() < deadline, "it never came: {:#?}", agent.status());
        agent.life().wake_shipper();
        agent.life().await_progress(seen, Duration::from_millis(5));
    }
}

/// Waits until everything was delivered.
#[track_caller]
pub(super) fn flushed(agent: &Agent<Double>) {
    until(agent, || agent.flush(Duration::from_millis(10)));
}

#[track_caller]
pub(super) fn accounts_add_up(report: &ProbeReport) {
    let c = report.counters;
    let parts = c.captured
        + c.condition_false
        + c.condition_failed
        + c.over_quota
        + c.buffer_full
        + c.missed;
    assert_eq!(c.hits, parts, "{report:?}");
    let d = report.delivery;
    let sum = d.acknowledged + d.spooled + d.spool_dropped + d.refused_by_check;
    assert_eq!(c.captured, sum, "{report:?}");
}
