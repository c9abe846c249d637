//! Conditions and watches on the hit path.

use super::help::*;
use crate::agent::double::{Double, Frame};
use crate::agent::{Agent, Arguments};
use crate::condition::PYTHON;
use crate::probe::ProbeState;
use crate::snapshot::Node;

#[test]
fn a_condition_decides_and_each_outcome_is_counted() {
    let agent = agent();
    let (id, site, seen) = armed(&agent, r#"{"location":"app.py:3","condition":"x > 10"}"#);
    (0..200).for_each(|_| agent.hit(site, &Frame { x: 3, name: "" }));
    agent.hit(site, &HIT);
    flushed(&agent);
    let report = report(&agent, id);
    assert_eq!((report.counters.condition_false, report.counters.captured), (200, 1));
    assert!(report.ns_per_hit.is_some_and(|ns| ns > 0));
    assert_eq!(seen.lock().expect("no test panics inside").len(), 1);
    accounts_add_up(&report);
}

#[test]
fn what_a_runtime_does_not_count_is_said_of_the_probes_it_holds_for() {
    let variables = [("STILLFRAME_LOG", "off")];
    let config = || config(Arguments::default(), &variables).expect("the configuration is right");
    let sparing = Agent::start(Double::<false>::default(), &PYTHON, config()).expect("it starts");
    let counting = agent();
    let cases = [
        (true, r#"{"condition":"x > 10","location":"app.py:3"}"#),
        (true, r#"{"condition":"x > 10","location":"app.py:3","kind":"log","log":"{x}"}"#),
        (false, r#"{"condition":"x > 10","location":"app.py:3","exact":true}"#),
        (false, r#"{"condition":"x > 10","location":"app.py:3","kind":"count"}"#),
        (false, r#"{"location":"app.py:3"}"#),
    ];
    for (is_uncounted, json) in cases {
        let id = sparing.probe(spec(json), Some(collector().1)).expect("it is permitted");
        assert_eq!(report(&sparing, id).false_uncounted, is_uncounted, "{json}");
        let id = counting.probe(spec(json), Some(collector().1)).expect("it is permitted");
        assert!(!report(&counting, id).false_uncounted, "{json}");
    }
}

#[test]
fn a_failure_is_a_non_hit_with_its_message() {
    let agent = agent();
    let json = r#"{"location":"app.py:3","condition":"name == 'ann'"}"#;
    let (id, site, _) = armed(&agent, json);
    (0..100).for_each(|_| agent.hit(site, &Frame { x: 3, name: "" }));
    until(&agent, || report(&agent, id).first_failure.is_some());
    let report = report(&agent, id);
    assert_eq!(report.counters.condition_failed, 100);
    assert!(report.first_failure.is_some_and(|message| message.contains("name")));
    assert!(report.latest_failure.is_none());
}

#[test]
fn watches_travel() {
    let agent = agent();
    let json = r#"{"location":"app.py:3","watches":["x + 1","name"]}"#;
    let (_, site, seen) = armed(&agent, json);
    agent.hit(site, &Frame { x: 41, name: "" });
    flushed(&agent);
    let seen = seen.lock().expect("no test panics inside");
    assert_eq!(seen[0].watches[0].value, Ok(Node::Int(42)));
    let failed = seen[0].watches[1].value.as_ref().expect_err("name is not set");
    assert!(failed.contains("name"), "{failed}");
}

#[test]
fn log_lines_travel() {
    let agent = agent();
    let json = r#"{"kind":"log","location":"app.py:3","log":"x={x} of {name}"}"#;
    let (id, site, seen) = armed(&agent, json);
    agent.hit(site, &HIT);
    agent.hit(site, &Frame { x: 2, name: "" });
    flushed(&agent);
    let seen = seen.lock().expect("no test panics inside");
    assert_eq!(seen[0].message.as_deref(), Some("x=11 of ann"));
    assert!(seen[1].message.as_deref().is_some_and(|text| text.starts_with("x=2 of {!")));
    accounts_add_up(&report(&agent, id));
}

#[test]
fn what_cannot_be_compiled_is_refused_with_its_place() {
    let agent = agent();
    let (_, callback) = collector();
    let bad = agent.probe(spec(r#"{"location":"app.py:3","condition":"x >"}"#), Some(callback));
    let error = bad.expect_err("it does not parse");
    assert!(error.span().is_some());
    let json = r#"{"kind":"count","location":"app.py:3","condition":"y > 1"}"#;
    let id = agent.probe(spec(json), None).expect("it parses");
    until(&agent, || report(&agent, id).state == ProbeState::Refused);
    let why = report(&agent, id).why.expect("there is a reason");
    assert_eq!((why.code.as_str(), why.span), ("condition", Some((0, 1))));
    assert!(why.message.contains("y"), "{why:?}");
}
