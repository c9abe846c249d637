//! One probe from its setting to its end.

use crate::agent::{Agent, armed, info};
use crate::stand::{Stand, until};
use serde_json::Value;
use stillframe_core::ids::InstanceId;
use stillframe_core::probe::{Counters, ProbeKind, ProbeSpec};
use stillframe_core::transport::message::AgentMessage;
use stillframe_hub::api::types::{
    CreateProbe, CreatedProbe, InstanceView, Me, ProbePhase, ProbeView, SnapshotPage, WhyView,
};
use stillframe_hub::discovery::Discovery;

pub(crate) fn wish() -> CreateProbe {
    CreateProbe::of(ProbeSpec::snap("shop/cart.py:42".parse().expect("a location")))
}

/// Sets a probe while the agents arm it at line 42.
pub(crate) fn create_armed(
    stand: &Stand,
    wish: &CreateProbe,
    agents: &mut [&mut Agent],
) -> CreatedProbe {
    std::thread::scope(|scope| {
        let created = scope.spawn(|| stand.create(wish));
        for agent in agents {
            let before = agent.probes.len();
            agent.until_probes(|probes| probes.len() > before);
            agent.arm(42);
        }
        created.join().expect("created")
    })
}

#[test]
fn a_probe_is_set_hit_read_and_ends_at_its_limit() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "checkout", 17);
    let mut wish = wish();
    wish.spec.limit = Some(3);
    wish.spec.condition = Some("total > 100".into());
    let created = create_armed(&stand, &wish, &mut [&mut agent]);
    let probe = &created.probe;
    assert_eq!((probe.armed, probe.instances, probe.pending), (1, 1, 0));
    assert_eq!((probe.by.as_str(), probe.phase), ("lea", ProbePhase::Live));
    assert_eq!(probe.spec.expires_ms, Some(1_800_000));
    let line = created.line.expect("the line");
    assert_eq!((line.line, line.verified), (42, true));
    assert_eq!(line.text, "    discount = rules.best(cart, total)");
    let told = &agent.probes[0];
    assert_eq!((told.id, told.condition.as_deref()), (Some(probe.id), Some("total > 100")));

    agent.capture(probe.id, [1, 2]);
    agent.until_acknowledged(2);
    let page: SnapshotPage = stand.get(&format!("/api/v1/snapshots?probe={}", probe.id));
    assert_eq!(page.snapshots.len(), 2);
    let first = &page.snapshots[0];
    assert_eq!(first["id"], format!("{}/1", probe.id));
    assert_eq!(first["service"]["name"], "checkout");
    assert_eq!(first["service"]["instance"], "checkout-host/17");
    assert_eq!(first["locals"]["total"], 129.9);
    let one: Value = stand.get(&format!("/api/v1/snapshots/{}/2", probe.id));
    assert_eq!(one, page.snapshots[1]);

    agent.capture(probe.id, [3, 4, 5]);
    agent.until_acknowledged(5);
    agent.until_probes(<[ProbeSpec]>::is_empty);
    let view = stand.until(probe.id, |view| view.surplus == 2);
    assert_eq!((view.phase, view.captured, view.captured_on), (ProbePhase::Done, 3, 1));
    assert!(stand.get::<Vec<ProbeView>>("/api/v1/probes").is_empty());
    assert_eq!(stand.get::<Vec<ProbeView>>("/api/v1/probes?ended=true").len(), 1);
    let why: WhyView = stand.get(&format!("/api/v1/probes/{}/why", probe.id));
    assert_eq!(why.headline.word, "DONE");
    assert_eq!(why.headline.text, ": 3 of 3 captured on 1 instance · 2 surplus");
}

#[test]
fn instances_say_who_they_are() {
    let stand = Stand::new();
    let mut info = info("checkout", 17);
    info.packages.insert("flask".into(), "3.1.0".into());
    info.labels.insert("zone".into(), "a".into());
    let _agent = Agent::with(&stand, info, InstanceId([7; 16]));
    let mut launcher = crate::agent::info("checkout", 1);
    launcher.launcher = true;
    let _launcher = Agent::with(&stand, launcher, InstanceId([8; 16]));
    let shown: Vec<InstanceView> = stand.get("/api/v1/instances");
    assert_eq!(shown.len(), 1, "launchers are hidden");
    let one = &shown[0];
    assert_eq!((one.name.as_str(), one.service.as_str()), ("checkout-host/17", "checkout"));
    assert_eq!((one.pid, one.command.join(" ")), (17, "python app.py".into()));
    assert_eq!((one.packages["flask"].as_str(), one.labels["zone"].as_str()), ("3.1.0", "a"));
    assert_eq!((one.agent.as_str(), one.started.as_str()), ("0.1.0", "2026-11-18T11:06:40.000Z"));
    assert!(one.connected);
    assert_eq!(stand.get::<Vec<InstanceView>>("/api/v1/instances?all=true").len(), 2);
    let me: Me = stand.get("/api/v1/me");
    assert_eq!((me.user.as_str(), me.role.as_str(), me.hub.as_str()), ("lea", "admin", "test"));
}

#[test]
fn the_hub_is_found_by_its_file_until_it_stops() {
    let mut stand = Stand::new();
    let found = Discovery::find(&stand.discovery()).expect("found");
    assert_eq!(found.url, stand.ready().url);
    let token = std::fs::read_to_string(&found.token_file).expect("its token");
    assert_eq!(token, stand.ready().user_token);
    let folder = stand.discovery();
    stand.stop();
    assert_eq!(Discovery::find(&folder), None);
    assert!(!folder.join("hub.json").exists());
}

#[test]
fn removing_disarms_at_once_and_counts_what_was_said_last() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "checkout", 17);
    let created = create_armed(&stand, &wish(), &mut [&mut agent]);
    let id = created.probe.id;
    let (status, _) = stand.ask("DELETE", &format!("/api/v1/probes/{id}"), None);
    assert_eq!(status, 200);
    let spec = agent.probes[0].clone();
    agent.until_probes(<[ProbeSpec]>::is_empty);
    let mut last = armed(&spec, 42);
    last.counters = Counters { hits: 7, condition_false: 7, ..Counters::default() };
    agent.report(last);
    let view = stand.until(id, |view| view.counters.hits == 7);
    assert_eq!(view.phase, ProbePhase::Removed);
    let (status, body) = stand.ask("DELETE", "/api/v1/probes/zzzz", None);
    assert_eq!((status, body["error"]["code"].as_str()), (404, Some("not_found")));
}

#[test]
fn all_probes_of_a_service_are_removed_together() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "checkout", 17);
    create_armed(&stand, &wish(), &mut [&mut agent]);
    create_armed(&stand, &wish(), &mut [&mut agent]);
    let (_, none) = stand.ask("DELETE", "/api/v1/probes?service=orders", None);
    assert_eq!(none, serde_json::json!([]));
    let (_, both) = stand.ask("DELETE", "/api/v1/probes?service=checkout", None);
    assert_eq!(both.as_array().map(Vec::len), Some(2));
    agent.until_probes(<[ProbeSpec]>::is_empty);
}

#[test]
fn a_count_ends_when_all_instances_together_reach_its_limit() {
    let stand = Stand::new();
    let (mut one, mut two) = (Agent::new(&stand, "shop", 1), Agent::new(&stand, "shop", 2));
    let mut wish = wish();
    wish.spec.kind = ProbeKind::Count;
    wish.spec.limit = Some(100);
    let created = create_armed(&stand, &wish, &mut [&mut one, &mut two]);
    for (agent, hits) in [(&mut one, 60), (&mut two, 41)] {
        let mut report = armed(&agent.probes[0].clone(), 42);
        report.counters = Counters { hits, captured: hits, ..Counters::default() };
        agent.report(report);
    }
    let view = stand.until(created.probe.id, |view| view.phase == ProbePhase::Done);
    assert_eq!(view.captured, 101);
    one.until_probes(<[ProbeSpec]>::is_empty);
    two.until_probes(<[ProbeSpec]>::is_empty);
}

#[test]
fn an_instance_that_says_goodbye_is_gone_at_once() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "checkout", 17);
    assert_eq!(stand.get::<Vec<InstanceView>>("/api/v1/instances").len(), 1);
    agent.say(&AgentMessage::Goodbye);
    until("it to be gone", || {
        stand.get::<Vec<InstanceView>>("/api/v1/instances").is_empty().then_some(())
    });
}
