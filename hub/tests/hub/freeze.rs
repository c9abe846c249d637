//! The brake: nothing is armed while it is on, and everything counts on when it is off.

use crate::agent::{Agent, armed, info, report};
use crate::stand::Stand;
use crate::story::{create_armed, wish};
use crate::stream::Events;
use serde_json::{Value, json};
use stillframe_core::ids::{InstanceId, ProbeId};
use stillframe_core::probe::{ProbeKind, ProbeSpec, ProbeState};
use stillframe_hub::api::types::{
    Code, FreezeView, InstanceCount, ProbePhase, ProbeView, SnapshotPage, WhyView,
};

const PATH: &str = "/api/v1/freeze";

fn view((status, answer): (u16, Value)) -> FreezeView {
    assert_eq!(status, 200, "{answer}");
    serde_json::from_value(answer).expect("a view")
}

/// Freezes while the agents let go as soon as they are told to.
fn freeze(stand: &Stand, agents: &mut [&mut Agent]) -> FreezeView {
    std::thread::scope(|scope| {
        let frozen = scope.spawn(|| view(stand.ask("POST", PATH, None)));
        for agent in agents {
            let held = agent.probes.clone();
            agent.until_probes(<[ProbeSpec]>::is_empty);
            held.iter().for_each(|spec| agent.report(report(spec, ProbeState::Removed)));
        }
        frozen.join().expect("answered")
    })
}

fn unfreeze(stand: &Stand) -> FreezeView {
    view(stand.ask("DELETE", PATH, None))
}

/// Says that the line ran so many times, and in which state the probe is.
fn hits(agent: &mut Agent, spec: &ProbeSpec, hits: u64, state: ProbeState) {
    let mut report = armed(spec, 42);
    (report.counters.hits, report.counters.captured, report.state) = (hits, hits, state);
    agent.report(report);
}

#[test]
fn frozen_nobody_holds_a_probe_and_nothing_can_be_armed() {
    let stand = Stand::new();
    let (mut one, mut two) = (Agent::new(&stand, "shop", 1), Agent::new(&stand, "shop", 2));
    let id = create_armed(&stand, &wish(), &mut [&mut one, &mut two]).probe.id;
    one.capture(id, 1..=2);
    one.until_acknowledged(2);
    let frozen = freeze(&stand, &mut [&mut one, &mut two]);
    assert_eq!((frozen.probes, frozen.instances, frozen.holding), (1, 2, 0));
    assert_eq!(frozen.frozen.as_ref().map(|frozen| frozen.by.as_str()), Some("lea"));

    let refused = stand.refused(&wish(), Code::Frozen);
    assert!(refused.error.message.starts_with("lea froze this hub at "), "{refused:?}");
    let mut dry = wish();
    (dry.dry_run, dry.wait) = (true, true);
    stand.refused(&dry, Code::Frozen);
    let mut late = Agent::new(&stand, "shop", 3);
    assert!(late.probes.is_empty(), "one that comes is told of none");

    let shown = stand.probe(id);
    assert_eq!((shown.phase, shown.instances, shown.armed), (ProbePhase::Live, 0, 0));
    assert_eq!(shown.frozen, frozen.frozen);
    let why: WhyView = stand.get(&format!("/api/v1/probes/{id}/why"));
    assert_eq!(why.headline.word, "FROZEN");
    // What was on its way when it was frozen is kept.
    one.capture(id, [3]);
    one.until_acknowledged(3);
    assert_eq!(
        stand.get::<SnapshotPage>(&format!("/api/v1/snapshots?probe={id}")).snapshots.len(),
        3
    );

    assert_eq!(unfreeze(&stand).frozen, None);
    for agent in [&mut one, &mut two, &mut late] {
        agent.until_probes(|probes| probes.len() == 1);
        agent.arm(42);
    }
    let shown = stand.until(id, |view| view.armed == 3);
    assert_eq!((shown.captured, shown.frozen), (3, None));
    let why: WhyView = stand.get(&format!("/api/v1/probes/{id}/why"));
    assert_eq!(why.headline.word, "CAPTURING");
}

#[test]
fn an_instance_that_does_not_let_go_is_counted_as_holding() {
    let stand = Stand::new();
    let (mut one, mut two) = (Agent::new(&stand, "shop", 1), Agent::new(&stand, "shop", 2));
    let id = create_armed(&stand, &wish(), &mut [&mut one, &mut two]).probe.id;
    let frozen = freeze(&stand, &mut [&mut one]);
    assert_eq!((frozen.instances, frozen.holding), (2, 1));
    two.until_probes(<[ProbeSpec]>::is_empty);
    assert_eq!(stand.probe(id).phase, ProbePhase::Live);
}

#[test]
fn what_was_counted_before_and_after_adds_up() {
    let stand = Stand::new();
    let (mut one, mut two) = (Agent::new(&stand, "shop", 1), Agent::new(&stand, "shop", 2));
    let mut wish = wish();
    (wish.spec.kind, wish.spec.limit) = (ProbeKind::Count, Some(100));
    let id = create_armed(&stand, &wish, &mut [&mut one, &mut two]).probe.id;
    let captured = |count: u64| stand.until(id, |view| view.counters.captured == count);
    let first = one.probes[0].clone();
    hits(&mut one, &first, 40, ProbeState::Armed);
    captured(40);
    freeze(&stand, &mut []);
    one.until_probes(<[ProbeSpec]>::is_empty);
    // Hits between the last word and letting go.
    hits(&mut one, &first, 45, ProbeState::Removed);
    captured(45);
    unfreeze(&stand);
    // One that lets go only now, and counts from zero in the new revision.
    hits(&mut two, &first, 7, ProbeState::Removed);
    captured(52);
    one.until_probes(|probes| probes.len() == 1);
    let second = one.probes[0].clone();
    assert_eq!((second.id, second.revision), (first.id, first.revision + 1));
    hits(&mut one, &second, 3, ProbeState::Armed);
    captured(55);
    hits(&mut one, &second, 48, ProbeState::Armed);
    let done = captured(100);
    assert_eq!(done.phase, ProbePhase::Done);
}

#[test]
fn a_choice_of_instances_outlasts_a_freeze() {
    let stand = Stand::new();
    let agent = |n: u8| Agent::with(&stand, info("shop", n.into()), InstanceId([n; 16]));
    let _agents: Vec<_> = (1..=6).map(agent).collect();
    let mut wish = wish();
    (wish.instances, wish.settle_ms) = (Some(InstanceCount::Some(2)), Some(0));
    let probe = stand.create(&wish).probe;
    // They come while it is frozen, and would be chosen by whom has the fewest.
    view(stand.ask("POST", PATH, None));
    let _more: Vec<_> = (7..=12).map(agent).collect();
    unfreeze(&stand);
    assert_eq!(stand.probe(probe.id).chosen, probe.chosen);
}

#[test]
fn a_restart_neither_thaws_nor_forgets_what_was_counted() {
    let mut stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    let mut wish = wish();
    wish.spec.kind = ProbeKind::Count;
    let id = create_armed(&stand, &wish, &mut [&mut agent]).probe.id;
    let spec = agent.probes[0].clone();
    hits(&mut agent, &spec, 9, ProbeState::Armed);
    stand.until(id, |view| view.counters.hits == 9);
    freeze(&stand, &mut [&mut agent]);
    unfreeze(&stand);
    freeze(&stand, &mut [&mut agent]);
    drop(agent);
    stand.stop();
    stand.start();
    let mut agent = Agent::new(&stand, "shop", 2);
    assert!(agent.probes.is_empty(), "frozen it stayed");
    assert_eq!(view(stand.ask("GET", PATH, None)).probes, 1);
    stand.refused(&wish, Code::Frozen);
    unfreeze(&stand);
    agent.until_probes(|probes| probes.len() == 1);
    assert_eq!(stand.probe(id).counters.hits, 9);
    stand.stop();
    stand.start();
    assert_eq!(view(stand.ask("GET", PATH, None)).frozen, None);
}

#[test]
fn a_frozen_probe_expires_and_is_removed_as_any_other() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    let mut short = wish();
    short.spec.expires_ms = Some(1_000);
    let expires = create_armed(&stand, &short, &mut [&mut agent]).probe.id;
    let removed = create_armed(&stand, &wish(), &mut [&mut agent]).probe.id;
    freeze(&stand, &mut [&mut agent]);
    let (status, _) = stand.ask("DELETE", &format!("/api/v1/probes/{removed}"), None);
    assert_eq!(status, 200);
    stand.until(expires, |view| view.phase == ProbePhase::Expired);
    assert_eq!(unfreeze(&stand).probes, 0);
    let ended: Vec<ProbeView> = stand.get("/api/v1/probes?ended=true");
    assert!(ended.iter().all(|probe| probe.frozen.is_none()), "{ended:?}");
}

#[test]
fn whoever_froze_it_or_an_admin_lets_it_go() {
    let stand = Stand::new();
    let token = |user: &str, role: &str| {
        let wish = json!({"kind": "user", "user": user, "role": role});
        let (_, made) = stand.ask("POST", "/api/v1/tokens", Some(&wish));
        made["secret"].as_str().expect("a token").to_owned()
    };
    let (ann, bob) = (token("ann", "prober"), token("bob", "prober"));
    let as_user = |token: &str, method: &str| stand.ask_as(token, method, PATH, None);
    assert_eq!(as_user(&ann, "POST").0, 200);
    // The first brake holds, whoever steps on it after.
    assert_eq!(view(as_user(&bob, "POST")).frozen.map(|frozen| frozen.by), Some("ann".into()));
    let (status, answer) = as_user(&bob, "DELETE");
    assert_eq!((status, &answer["error"]["code"]), (403, &json!("forbidden")));
    assert_eq!(answer["error"]["message"], "ann froze this hub, and you are no admin");
    assert_eq!(view(as_user(&ann, "DELETE")).frozen, None);
    assert_eq!(as_user(&bob, "POST").0, 200);
    assert_eq!(unfreeze(&stand).frozen, None, "an admin");
    let rows: Vec<Value> = stand.get("/api/v1/audit?limit=50");
    let did = |what: &str| {
        let of = rows.iter().filter(|row| row["what"] == what);
        of.map(|row| row["who"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(did("freeze"), ["ann", "bob", "bob"]);
    assert_eq!(did("unfreeze"), ["ann", "lea"]);
}

#[test]
fn a_stream_says_that_it_was_frozen_and_let_go() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    let id: ProbeId = create_armed(&stand, &wish(), &mut [&mut agent]).probe.id;
    let mut events = Events::open(&stand, &format!("?probe={id}&after=0"));
    freeze(&stand, &mut [&mut agent]);
    unfreeze(&stand);
    for frozen in [true, false] {
        let data = events.until("freeze").data;
        assert_eq!((&data["frozen"], &data["by"]), (&json!(frozen), &json!("lea")));
    }
}
