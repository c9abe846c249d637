//! Files that are loaded anew while probes sit in them.

use super::help::*;
use crate::agent::Agent;
use crate::agent::double::Double;
use crate::ids::ProbeId;
use crate::location::source_sha256;
use crate::probe::ProbeState;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

const FILE: &str = "/app/app.py";
const TEXT: &str = "def f(x, name):\n    a\n    b\n    c\n    d\n    e\n    g\n    h\n";

/// The file is loaded anew, moved down by so many lines, and probes have gone on in it.
fn reload(agent: &Agent<Double>, shift: u32) {
    {
        let mut reloaded = agent.runtime().reloaded.lock().expect("no test panics inside");
        *reloaded = (reloaded.0 + 1, shift);
    }
    // As if long enough had passed since the last.
    agent.life().follow_after_ns.store(0, Ordering::SeqCst);
    agent.reload_file(FILE);
    agent.runtime().run();
}

/// Where hooks are: codes and lines.
fn hooked(agent: &Agent<Double>) -> Vec<(u64, u32)> {
    let hooks = agent.runtime().hooks.lock().expect("no test panics inside");
    let mut hooked: Vec<_> = hooks.values().copied().collect();
    hooked.sort_unstable();
    hooked
}

fn note(agent: &Agent<Double>, id: ProbeId) -> String {
    report(agent, id).at.and_then(|at| at.note).unwrap_or_default()
}

#[test]
fn a_probe_goes_on_in_the_new_code_and_counts_go_on() {
    let agent = agent();
    let (id, site, _) =
        armed(&agent, r#"{"kind":"count","location":"app.py:3","condition":"x > 1"}"#);
    agent.hit(site, &HIT);
    reload(&agent, 0);
    assert_eq!(hooked(&agent), [(7, 3), (8, 3)], "what ran before is probed still");
    for site in agent.runtime().sites() {
        agent.hit(site, &HIT);
    }
    let now = report(&agent, id);
    assert_eq!((now.state, now.counters.hits), (ProbeState::Armed, 3));
    assert_eq!(note(&agent, id), "loaded anew and armed in the new code, 1 times");
    agent.remove(id);
    until(&agent, || agent.runtime().sites().is_empty());
}

#[test]
fn a_thousand_reloads_leave_four_hooks_and_no_more_sites() {
    let agent = agent();
    let (id, ..) = armed(&agent, r#"{"kind":"count","location":"app.py:3","condition":"x > 1"}"#);
    let mut sites = BTreeSet::new();
    for _ in 0..1_000 {
        reload(&agent, 0);
        sites.extend(agent.runtime().sites());
    }
    assert_eq!(hooked(&agent), [(1004, 3), (1005, 3), (1006, 3), (1007, 3)]);
    assert!(sites.len() < 10, "{sites:?}");
    assert_eq!(report(&agent, id).state, ProbeState::Armed);
}

#[test]
fn a_line_that_moved_is_followed_and_one_that_is_gone_is_said() {
    let agent = agent();
    let sha256 = source_sha256(TEXT.as_bytes());
    let (id, ..) = armed(
        &agent,
        &format!(
            r#"{{"kind":"count","location":{{"file":"app.py","line":3,"source_sha256":"{sha256}",
                "line_text":"    b","around":"f"}}}}"#
        ),
    );
    reload(&agent, 5);
    assert_eq!(hooked(&agent), [(7, 3), (8, 8)]);
    assert_eq!(report(&agent, id).at.map(|at| at.line), Some(8));
    let (other, ..) = armed(&agent, r#"{"kind":"count","location":"app.py:13"}"#);
    reload(&agent, 0);
    assert!(
        note(&agent, other).contains("not armed in what was loaded since: line 13"),
        "{}",
        note(&agent, other)
    );
    assert_eq!(report(&agent, other).state, ProbeState::Armed, "what it is on may run still");
    assert_eq!(hooked(&agent), [(7, 3), (8, 8), (8, 13), (9, 3)]);
    reload(&agent, 5);
    assert_eq!(note(&agent, other), "loaded anew and armed in the new code, 1 times");
}

#[test]
fn what_is_loaded_often_is_looked_at_now_and_then() {
    let agent = agent();
    armed(&agent, r#"{"kind":"count","location":"app.py:3"}"#);
    reload(&agent, 0);
    agent.runtime().reloaded.lock().expect("no test panics inside").0 += 1;
    agent.life().follow_after_ns.store(u64::MAX, Ordering::SeqCst);
    agent.reload_file(FILE);
    agent.runtime().run();
    assert_eq!(hooked(&agent), [(7, 3), (8, 3)], "not yet");
    agent.life().follow_after_ns.store(0, Ordering::SeqCst);
    until(&agent, || hooked(&agent).len() == 3);
}

#[test]
fn other_files_and_hooks_that_are_off_ask_nothing() {
    let agent = agent();
    let (id, ..) = armed(&agent, r#"{"kind":"count","location":"app.py:3"}"#);
    agent.reload_file("/app/other.py");
    assert_eq!(agent.runtime().run(), 0);
    agent.remove(id);
    until(&agent, || agent.runtime().sites().is_empty());
    agent.runtime().run();
    agent.reload_file(FILE);
    assert_eq!(agent.runtime().run(), 0);
}

#[test]
fn code_that_goes_before_it_is_hooked_is_looked_for_again() {
    let agent = agent();
    armed(&agent, r#"{"kind":"count","location":"app.py:3"}"#);
    agent.runtime().absent.lock().expect("no test panics inside").1 = 1;
    reload(&agent, 0);
    assert_eq!(hooked(&agent), [(7, 3)], "what is gone cannot be hooked");
    agent.life().follow_after_ns.store(0, Ordering::SeqCst);
    until(&agent, || hooked(&agent) == [(7, 3), (8, 3)]);
}
