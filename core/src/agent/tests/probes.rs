//! Placing, hitting, refusing, removing.

use super::help::*;
use crate::agent::Arguments;
use crate::agent::double::{Frame, WHILE_ARMING};
use crate::error::ErrorKind;
use crate::probe::ProbeState;
use std::sync::{Arc, Mutex};

#[test]
fn a_hit_becomes_a_snapshot_in_a_callback() {
    let agent = agent();
    let (id, site, seen) = armed(&agent, r#"{"location":"app.py:3"}"#);
    agent.hit(site, &HIT);
    flushed(&agent);
    let seen = seen.lock().expect("no test panics inside");
    let [snapshot] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!((snapshot.probe, snapshot.number, snapshot.sequence), (id, 1, 1));
    let names: Vec<&str> = snapshot.locals.iter().map(|local| local.name.as_str()).collect();
    assert_eq!(names, ["x", "name"]);
    assert_eq!((snapshot.stack[0].line, snapshot.thread.name.as_str()), (3, "MainThread"));
    assert_eq!(snapshot.notes, ["source unverified"]);
    assert!(snapshot.took_ns > 0);
    let report = report(&agent, id);
    assert_eq!((report.counters.hits, report.delivery.acknowledged), (1, 1));
    assert_eq!(report.at.as_ref().map(|at| at.line), Some(3));
    accounts_add_up(&report);
}

#[test]
fn what_hooks_do_not_reach_is_said_with_where_they_sit() {
    let agent = agent();
    let note = |id| report(&agent, id).at.and_then(|at| at.note);
    let (id, _, _) = armed(&agent, r#"{"location":"app.py:3"}"#);
    assert_eq!(note(id), None);
    let said = "1 running frame keeps the old code".to_owned();
    *agent.runtime().unreached.lock().expect("no test panics inside") = Some(said.clone());
    let (id, _, _) = armed(&agent, r#"{"location":"app.py:4"}"#);
    assert_eq!(note(id), Some(said));
}

#[test]
fn a_probe_is_not_called_armed_before_its_hook_sits_and_its_place_is_known() {
    let agent = agent();
    let id = agent.probe(spec(r#"{"location":"app.py:3"}"#), Some(collector().1));
    let id = id.expect("it is permitted");
    let (asked, seen) = (Arc::clone(&agent), Arc::new(Mutex::new(None)));
    let inside = Arc::clone(&seen);
    WHILE_ARMING.set(Some(Box::new(move || {
        *inside.lock().expect("no test panics inside") = Some(report(&asked, id));
    })));
    until(&agent, || report(&agent, id).state == ProbeState::Armed);
    let meanwhile = seen.lock().expect("no test panics inside").take().expect("it was set");
    let why = meanwhile.why.map(|why| why.code);
    assert_eq!((meanwhile.state, meanwhile.at), (ProbeState::Pending, None));
    assert_eq!(why.as_deref(), Some("waiting_for_runtime"));
}

#[test]
fn a_probe_is_placed_where_little_stack_is_left() {
    let agent = agent();
    let deep = format!(r#"{{"location":"app.py:3","condition":"{}x"}}"#, "not ".repeat(60));
    let place = || agent.probe(spec(&deep), Some(collector().1)).map(|_| ());
    std::thread::scope(|scope| {
        let small = std::thread::Builder::new().stack_size(96 << 10);
        let placed = small.spawn_scoped(scope, place).expect("the system has a thread").join();
        assert_eq!(placed.expect("nothing panics"), Ok(()));
    });
}

#[test]
fn a_dry_run_says_where_it_would_sit_and_arms_nothing() {
    let agent = agent();
    let said = |json: &str| {
        let (_, callback) = collector();
        let id = agent.probe(spec(json), Some(callback)).expect("it is permitted");
        until(&agent, || report(&agent, id).state != ProbeState::Pending);
        assert_eq!(agent.runtime().sites(), [] as [u32; 0], "{json}");
        let report = report(&agent, id);
        (report.state, report.at.map(|at| at.line), report.why.map(|why| why.code))
    };
    let dry = |rest: &str| said(&format!(r#"{{"location":"app.py:3","dry_run":true{rest}}}"#));
    assert_eq!(dry(""), (ProbeState::Done, Some(3), None));
    assert_eq!(dry(r#","condition":"x > 10""#), (ProbeState::Done, Some(3), None));
    let refused = (ProbeState::Refused, Some(3), Some("condition".to_owned()));
    assert_eq!(dry(r#","condition":"y > 10""#), refused);
    assert_eq!(dry(r#","watches":["x", "y"]"#), refused);
    assert_eq!(dry(r#","kind":"log","log":"{y}""#), refused);
    let gone = said(r#"{"location":"app.py:99","dry_run":true}"#);
    assert_eq!(gone, (ProbeState::Refused, None, Some("line_not_executable".to_owned())));
    // However many there were, none took a site.
    let (_, site, _) = armed(&agent, r#"{"location":"app.py:3"}"#);
    assert_eq!(site, 0);
}

#[test]
fn a_name_that_nothing_fits_gets_the_nearest_once() {
    let agent = agent();
    let (_, callback) = collector();
    let id = agent.probe(spec(r#"{"location":"shop/apq.py:3"}"#), Some(callback));
    let id = id.expect("it is permitted");
    let hint = || report(&agent, id).why.and_then(|why| why.hint);
    until(&agent, || hint().is_some());
    assert_eq!(hint().as_deref(), Some("loaded are app.py"));
    agent.reload();
    agent.runtime().run();
    assert_eq!(hint().as_deref(), Some("loaded are app.py"), "it stays");
}

#[test]
fn a_probe_waits_for_its_file() {
    let agent = agent();
    *agent.runtime().loaded.lock().expect("no test panics inside") = false;
    let (_, callback) = collector();
    let id = agent.probe(spec(r#"{"location":"app.py:3"}"#), Some(callback)).expect("permitted");
    until(&agent, || report(&agent, id).why.is_some_and(|why| why.code == "file_not_loaded"));
    assert_eq!(report(&agent, id).state, ProbeState::Pending);
    agent.reload();
    agent.runtime().run();
    assert_eq!(report(&agent, id).state, ProbeState::Pending);
    *agent.runtime().loaded.lock().expect("no test panics inside") = true;
    agent.reload();
    agent.runtime().run();
    assert_eq!(report(&agent, id).state, ProbeState::Armed);
    assert!(report(&agent, id).why.is_none());
    agent.reload();
    assert_eq!(agent.runtime().run(), 0, "nothing waits, so nothing is asked");
}

#[test]
fn code_that_comes_while_it_is_looked_for_is_not_missed() {
    let agent = agent();
    *agent.runtime().loaded.lock().expect("no test panics inside") = false;
    let late = Arc::clone(&agent);
    let comes = Box::new(move || {
        *late.runtime().loaded.lock().expect("no test panics inside") = true;
        late.reload();
    });
    *agent.runtime().after_look.lock().expect("no test panics inside") = Some(comes);
    let (_, callback) = collector();
    let id = agent.probe(spec(r#"{"location":"app.py:3"}"#), Some(callback)).expect("permitted");
    until(&agent, || report(&agent, id).state == ProbeState::Armed);
}

#[test]
fn a_probe_that_cannot_be_armed_says_why() {
    let agent = agent();
    let (_, callback) = collector();
    let id = agent.probe(spec(r#"{"location":"app.py:99"}"#), Some(callback)).expect("permitted");
    until(&agent, || report(&agent, id).state == ProbeState::Refused);
    assert_eq!(report(&agent, id).why.expect("there is a reason").code, "line_not_executable");
    *agent.runtime().cannot_arm.lock().expect("no test panics inside") = true;
    let count = r#"{"kind":"count","location":"app.py:3"}"#;
    let id = agent.probe(spec(count), None).expect("permitted");
    until(&agent, || report(&agent, id).state == ProbeState::Refused);
    let why = report(&agent, id).why.expect("there is a reason");
    assert_eq!((why.code.as_str(), why.message.as_str()), ("unsupported", "no tool id is free"));
}

#[test]
fn a_removed_probe_is_unhooked_and_a_late_hit_is_harmless() {
    let agent = agent();
    let (id, site, seen) = armed(&agent, r#"{"location":"app.py:3"}"#);
    assert!(agent.remove(id));
    agent.hit(site, &HIT);
    until(&agent, || agent.runtime().sites().is_empty());
    agent.hit(site, &HIT);
    agent.hit(site + 1_000, &HIT);
    flushed(&agent);
    assert!(seen.lock().expect("no test panics inside").is_empty());
    assert!(!agent.remove(id));
    until(&agent, || agent.life().control.lock().expect("unpoisoned").entries.is_empty());
}

#[test]
fn a_hit_inside_a_hit_is_missed() {
    let agent = agent();
    let (id, site, _) = armed(&agent, r#"{"kind":"count","location":"app.py:3"}"#);
    agent.gate.inside.set(1);
    agent.hit(site, &HIT);
    agent.gate.inside.set(0);
    agent.hit(site, &HIT);
    let counters = report(&agent, id).counters;
    assert_eq!((counters.hits, counters.missed, counters.captured), (2, 1, 1));
}

#[test]
fn a_defect_of_ours_is_a_missed_hit_and_nothing_else() {
    let agent = agent();
    let (id, site, seen) = armed(&agent, r#"{"location":"app.py:3"}"#);
    for name in ["panic", "ann"] {
        agent.hit(site, &Frame { x: 1, name });
    }
    flushed(&agent);
    let report = report(&agent, id);
    assert_eq!((report.counters.missed, report.counters.captured), (1, 1));
    assert_eq!(seen.lock().expect("no test panics inside").len(), 1);
    assert!(agent.slab.is_idle());
    accounts_add_up(&report);
}

#[test]
fn bad_requests_are_refused_at_once() {
    let agent = agent();
    let refused = |json: &str| agent.probe(spec(json), None).expect_err(json).kind();
    assert_eq!(refused(r#"{"location":"app.py:3"}"#), ErrorKind::Sink);
    assert_eq!(refused(r#"{"location":"app.py:3","limit":0}"#), ErrorKind::Limit);
    let twice = r#"{"id":"aa","kind":"count","location":"app.py:3"}"#;
    assert!(agent.probe(spec(twice), None).is_ok());
    assert_eq!(refused(twice), ErrorKind::Limit);
    let tight = agent_with(&[("STILLFRAME_ALLOW", "count"), ("STILLFRAME_MAX_BUDGET", "0.1%")]);
    let (_, callback) = collector();
    let error = tight.probe(spec(r#"{"location":"app.py:3"}"#), Some(callback));
    assert_eq!(error.expect_err("snap is not allowed").kind(), ErrorKind::Policy);
    let dear = r#"{"kind":"count","location":"app.py:3","budget_ppm":5000}"#;
    let error = tight.probe(spec(dear), None).expect_err("over the ceiling");
    assert!(error.message().contains("0.5 %") && error.message().contains("0.1 %"), "{error}");
    let (_, hint) = (error.message(), error.hint().expect("what to do"));
    assert!(hint.contains("0.1 % or less"), "{hint}");
    let plain = tight.probe(spec(r#"{"kind":"count","location":"app.py:3"}"#), None);
    assert_eq!(report(&tight, plain.expect("tightened")).budget_ppm, 1_000);
}

#[test]
fn an_agent_that_is_off_has_no_thread_and_no_probe() {
    let agent = agent_with(&[("STILLFRAME_ENABLED", "false"), ("STILLFRAME_HUB", "http://[::1]")]);
    let error = agent.probe(spec(r#"{"kind":"count","location":"app.py:3"}"#), None);
    assert_eq!(error.expect_err("it is off").kind(), ErrorKind::Policy);
    assert_eq!(agent.life().threads.load(std::sync::atomic::Ordering::Acquire), 0);
    assert!(!agent.status().enabled && agent.status().link.is_none());
    agent.stop(std::time::Duration::from_millis(10));
}

#[test]
fn a_file_of_probes_is_followed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("probes.json");
    std::fs::write(&path, r#"[{"kind":"count","location":"app.py:3"}]"#).expect("writable");
    let agent = agent_with(&[("STILLFRAME_PROBES", path.to_str().expect("it is UTF-8"))]);
    until(&agent, || agent.runtime().sites().len() == 1);
    agent.hit(0, &Frame { x: 1, name: "" });
    assert_eq!(agent.status().probes[0].counters.captured, 1);
    std::fs::write(&path, "[{]").expect("writable");
    let mut watched = crate::agent::probes_file::Watched::default();
    agent.read_probes(&path, &mut watched);
    assert_eq!(agent.status().probes.len(), 1, "a bad file changes nothing");
    std::fs::write(&path, r#"[{"kind":"count","location":"app.py:4"},{"location":"app.py:5"}]"#)
        .expect("writable");
    agent.read_probes(&path, &mut watched);
    until(&agent, || agent.runtime().sites() == [1, 2]);
    agent.read_probes(&path, &mut watched);
    assert_eq!(agent.runtime().run(), 0, "an unchanged file is not read again");
}

#[test]
fn results_go_to_a_file_without_a_hub() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = Arguments {
        sink: Some(format!("file://{}", folder.path().display()).parse().expect("a sink")),
        service: Some("shop".to_owned()),
        ..Arguments::default()
    };
    let config = config(arguments, &[]).expect("the configuration is right");
    let agent = crate::agent::Agent::start(
        crate::agent::double::Double::new(),
        &crate::condition::PYTHON,
        config,
    )
    .expect("it starts");
    let id = agent.probe(spec(r#"{"location":"app.py:3"}"#), None).expect("permitted");
    until(&agent, || report(&agent, id).state == ProbeState::Armed);
    (0..3).for_each(|_| agent.hit(0, &HIT));
    flushed(&agent);
    accounts_add_up(&report(&agent, id));
    let file = std::fs::read_dir(folder.path()).expect("it exists").next().expect("one file");
    let text = std::fs::read_to_string(file.expect("readable").path()).expect("readable");
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[2]["id"], &lines[2]["service"]["name"]),
        (&serde_json::json!(format!("{id}/3")), &serde_json::json!("shop"),)
    );
    assert_eq!(lines[0]["locals"]["name"], "ann");
}
