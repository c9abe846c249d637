//! What is stored is what is acknowledged, and no last word is lost.

use crate::agent::{Agent, armed, info};
use crate::stand::Stand;
use crate::story::{create_armed, wish};
use stillframe_core::ids::InstanceId;
use stillframe_core::probe::{Counters, Delivery, ProbeSpec, ProbeState};
use stillframe_core::transport::message::HubMessage;
use stillframe_hub::api::types::{ProbePhase, WhyView};

fn why(stand: &Stand, id: stillframe_core::ids::ProbeId) -> WhyView {
    stand.get(&format!("/api/v1/probes/{id}/why"))
}

#[test]
fn an_agent_that_cannot_send_again_is_told_what_is_here() {
    let mut stand = Stand::new();
    let instance = InstanceId([4; 16]);
    let mut agent = Agent::with(&stand, info("shop", 1), instance);
    let mut wish = wish();
    wish.spec.limit = Some(3);
    let id = create_armed(&stand, &wish, &mut [&mut agent]).probe.id;
    agent.capture(id, 1..=5);
    agent.until_acknowledged(5);
    drop(agent);
    for _ in 0..2 {
        let unsure = vec![2, 3, 5, 6, u64::MAX];
        let mut again = Agent::unsure(&stand, info("shop", 1), instance, unsure);
        let Some(HubMessage::Welcome { held, .. }) = again.read() else { panic!("no welcome") };
        assert_eq!(held, [2, 3, 5]);
        drop(again);
        let why = why(&stand, id);
        assert_eq!((why.probe.captured, why.probe.surplus), (3, 2));
        // What was surplus is known after a restart, too.
        stand.stop();
        stand.start();
    }
}

#[test]
fn a_process_that_went_is_in_the_accounts_of_a_hub_that_was_restarted() {
    let mut stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 7);
    let id = create_armed(&stand, &wish(), &mut [&mut agent]).probe.id;
    agent.capture(id, 1..=4);
    agent.until_acknowledged(4);
    let mut last = armed(&agent.probes[0], 42);
    last.counters = Counters { hits: 9, captured: 4, over_quota: 5, ..Counters::default() };
    last.delivery = Delivery { acknowledged: 4, ..Delivery::default() };
    agent.report(last.clone());
    stand.until(id, |view| view.counters.hits == 9);
    drop(agent);
    stand.until(id, |view| view.instances == 0);
    stand.stop();
    stand.start();
    let why = why(&stand, id);
    let [one] = why.instances.as_slice() else { panic!("{:?}", why.instances) };
    let report = one.report.as_ref().expect("it said something");
    assert_eq!((report.counters, report.delivery), (last.counters, last.delivery));
    assert_eq!((one.stored, one.surplus, one.connected, one.holds), (4, 0, false, false));
    assert_eq!((one.name.as_str(), one.host.as_str()), ("shop-host/7", "shop-host"));
    assert_eq!((why.hosts.len(), why.hosts[0].stored), (1, 4));
    assert_eq!(why.each[0].text.rsplit_once(" · ").map(|(_, last)| last), Some("gone"));
}

#[test]
fn the_first_word_after_the_end_counts() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 7);
    let id = create_armed(&stand, &wish(), &mut [&mut agent]).probe.id;
    let spec = agent.probes[0].clone();
    stand.ask("DELETE", &format!("/api/v1/probes/{id}"), None);
    agent.until_probes(<[ProbeSpec]>::is_empty);
    let mut last = armed(&spec, 42);
    last.state = ProbeState::Removed;
    last.counters = Counters { hits: 3, condition_false: 3, ..Counters::default() };
    agent.report(last.clone());
    // Counts never go back.
    last.counters = Counters { hits: 2, condition_false: 2, ..Counters::default() };
    agent.report(last);
    let view = stand.until(id, |view| view.counters.hits == 3);
    assert_eq!(view.phase, ProbePhase::Removed);
    assert!(
        stand.get::<Vec<serde_json::Value>>("/api/v1/instances")[0]["probes"]
            == serde_json::json!([])
    );
}
