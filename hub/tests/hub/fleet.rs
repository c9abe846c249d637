//! Many instances: limits over all of them, choice, versions, services, ids seen twice.

use crate::agent::{Agent, armed, info, report, why};
use crate::stand::{Stand, until};
use crate::story::{create_armed, wish};
use std::collections::BTreeSet;
use stillframe_core::ids::InstanceId;
use stillframe_core::probe::{ProbeKind, ProbeReport, ProbeSpec, ProbeState};
use stillframe_core::transport::message::{AgentMessage, HubMessage};
use stillframe_hub::api::types::{
    Code, CreatedProbe, InstanceCount, InstanceView, ProbePhase, ProbeView, SnapshotPage, WhyView,
};

#[test]
fn a_limit_counts_for_all_instances_together() {
    let stand = Stand::new();
    let (mut one, mut two) = (Agent::new(&stand, "shop", 1), Agent::new(&stand, "shop", 2));
    let mut wish = wish();
    wish.spec.limit = Some(10);
    let id = create_armed(&stand, &wish, &mut [&mut one, &mut two]).probe.id;
    one.capture(id, 1..=7);
    one.until_acknowledged(7);
    // Both go on until they hear of it.
    two.capture(id, 1..=8);
    two.until_acknowledged(8);
    one.capture(id, 8..=9);
    one.until_acknowledged(9);
    one.until_probes(<[ProbeSpec]>::is_empty);
    two.until_probes(<[ProbeSpec]>::is_empty);
    let view = stand.until(id, |view| view.surplus == 7);
    assert_eq!((view.captured, view.phase), (10, ProbePhase::Done));
    assert_eq!(view.captured_on, 2);
    let page: SnapshotPage = stand.get(&format!("/api/v1/snapshots?probe={id}"));
    let ids: BTreeSet<String> =
        page.snapshots.iter().map(|s| s["id"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(ids, (1..=10).map(|number| format!("{id}/{number}")).collect());
}

#[test]
fn what_is_sent_again_is_stored_once() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    let id = create_armed(&stand, &wish(), &mut [&mut agent]).probe.id;
    agent.capture(id, 1..=4);
    agent.until_acknowledged(4);
    let instance = agent.id;
    drop(agent);
    let mut again = Agent::with(&stand, info("shop", 1), instance);
    again.capture(id, 3..=6);
    again.until_acknowledged(6);
    let page: SnapshotPage = stand.get(&format!("/api/v1/snapshots?probe={id}"));
    assert_eq!(page.snapshots.len(), 6);
    assert_eq!(stand.probe(id).captured, 6);
}

fn many(stand: &Stand, count: u8) -> Vec<Agent> {
    let agent = |n: u8| Agent::with(stand, info("shop", n.into()), InstanceId([n; 16]));
    (1..=count).map(agent).collect()
}

/// Creates while every agent that is told of the probe arms it; counts those.
fn create_among(stand: &Stand, wish: &stillframe_hub::api::types::CreateProbe) -> CreatedProbe {
    let mut wish = wish.clone();
    // Nobody answers in these tests: the choice alone is of interest.
    wish.settle_ms = Some(0);
    stand.create(&wish)
}

#[test]
fn a_large_fleet_is_probed_on_five_by_name_unless_asked_otherwise() {
    let stand = Stand::new();
    let _few = many(&stand, 20);
    assert_eq!(create_among(&stand, &wish()).probe.chosen, None);
    let _one_more = Agent::with(&stand, info("shop", 99), InstanceId([99; 16]));
    let probe = create_among(&stand, &wish()).probe;
    assert_eq!((probe.instances, probe.matching), (5, 21));
    assert_eq!(probe.chosen.map(|names| names.len()), Some(5));
    let mut wish = wish();
    wish.instances = Some(InstanceCount::All);
    assert_eq!(create_among(&stand, &wish).probe.instances, 21);
    wish.instances = Some(InstanceCount::Some(2));
    let probe = create_among(&stand, &wish).probe;
    assert_eq!((probe.instances, probe.chosen.map(|names| names.len())), (2, Some(2)));
    wish.dry_run = true;
    let dry = stand.create(&wish);
    assert_eq!((dry.dry_run, dry.probe.chosen.map(|names| names.len())), (true, Some(2)));
    let (status, _) = stand.ask("GET", &format!("/api/v1/probes/{}", dry.probe.id), None);
    assert_eq!(status, 404, "a dry run arms nothing");
}

#[test]
fn a_dry_run_asks_every_instance_and_leaves_nothing() {
    let stand = Stand::new();
    let agent = |pid: u8| Agent::with(&stand, info("shop", pid.into()), InstanceId([pid; 16]));
    let mut agents = [1, 2, 3].map(agent);
    let mut wish = wish();
    wish.dry_run = true;
    wish.spec.condition = Some("total > 100".into());
    let answer = |agent: &mut Agent, change: &dyn Fn(&mut ProbeReport)| {
        agent.until_probes(|probes| !probes.is_empty());
        let spec = agent.probes[0].clone();
        assert!(spec.dry_run && spec.condition.is_some(), "{spec:?}");
        let mut report = armed(&spec, 42);
        report.state = ProbeState::Done;
        change(&mut report);
        agent.report(report);
        agent.until_probes(<[ProbeSpec]>::is_empty);
    };
    let refuse = |report: &mut ProbeReport| {
        (report.state, report.at) = (ProbeState::Refused, None);
        report.why = Some(why("source_differs", "line 42 is gone"));
    };
    let created = std::thread::scope(|scope| {
        let created = scope.spawn(|| stand.create(&wish));
        let [one, two, three] = &mut agents;
        for (agent, change) in [
            (one, &(|_: &mut ProbeReport| {}) as &(dyn Fn(&mut ProbeReport) + Sync)),
            (two, &|report: &mut ProbeReport| report.at.as_mut().expect("a place").line = 47),
            (three, &refuse),
        ] {
            scope.spawn(move || answer(agent, change));
        }
        created.join().expect("answered")
    });
    assert!(created.dry_run);
    assert_eq!(created.line.map(|line| line.line), Some(42));
    let instances = created.instances.iter();
    let mut said: Vec<_> = instances
        .map(|one| (one.name.as_str(), one.report.as_ref().expect("it answered")))
        .map(|(name, report)| (name, report.state, report.at.as_ref().map(|at| at.line)))
        .collect();
    said.sort_by_key(|one| one.0);
    let wanted = [
        ("shop-host/1", ProbeState::Done, Some(42)),
        ("shop-host/2", ProbeState::Done, Some(47)),
        ("shop-host/3", ProbeState::Refused, None),
    ];
    assert_eq!(said, wanted);
    assert!(stand.get::<Vec<ProbeView>>("/api/v1/probes?ended=true").is_empty());
}

#[test]
fn only_who_knows_of_exact_counts_is_asked_for_them() {
    let stand = Stand::new();
    let mut old = Agent::new(&stand, "checkout", 1);
    let mut new = Agent::knowing(&stand, "exact", 2);
    let mut wish = wish();
    wish.spec.condition = Some("total > 1e9".into());
    wish.spec.exact = true;
    let created = create_armed(&stand, &wish, &mut [&mut old, &mut new]);
    assert!(created.probe.spec.exact && !created.probe.false_uncounted);
    assert_eq!((old.probes[0].exact, new.probes[0].exact), (false, true));
}

#[test]
fn one_instance_that_leaves_false_hits_out_makes_a_sum_the_least() {
    let stand = Stand::new();
    let mut counts = Agent::new(&stand, "checkout", 1);
    let mut spares = Agent::new(&stand, "checkout", 2);
    let mut wish = wish();
    wish.spec.condition = Some("total > 1e9".into());
    let id = create_armed(&stand, &wish, &mut [&mut counts, &mut spares]).probe.id;
    assert!(!stand.probe(id).false_uncounted);
    let mut report = armed(&spares.probes[0].clone(), 42);
    report.false_uncounted = true;
    spares.report(report);
    stand.until(id, |probe| probe.false_uncounted);
    let why: WhyView = stand.get(&format!("/api/v1/probes/{id}/why"));
    assert!(why.headline.text.contains("did not run, or the condition was false"), "{why:?}");
}

#[test]
fn a_dry_run_is_refused_where_the_probe_would_be() {
    let stand = Stand::new();
    let mut agents = [Agent::new(&stand, "checkout", 1), Agent::new(&stand, "orders", 2)];
    let mut wish = wish();
    wish.dry_run = true;
    std::thread::scope(|scope| {
        let refused = scope.spawn(|| stand.refused(&wish, Code::SeveralServices));
        for agent in &mut agents {
            agent.until_probes(|probes| !probes.is_empty());
            let mut done = armed(&agent.probes[0].clone(), 42);
            done.state = ProbeState::Done;
            agent.report(done);
        }
        let error = refused.join().expect("refused").error;
        assert_eq!(error.candidates, ["checkout", "orders"]);
    });
    for agent in &mut agents {
        agent.until_probes(<[ProbeSpec]>::is_empty);
    }
}

#[test]
fn version_and_labels_select() {
    let stand = Stand::new();
    let (mut old, mut new) = (info("shop", 1), info("shop", 2));
    new.version = Some("v42".into());
    old.labels.insert("zone".into(), "a".into());
    let mut old = Agent::with(&stand, old, InstanceId([1; 16]));
    let mut new = Agent::with(&stand, new, InstanceId([2; 16]));
    let mut by_version = wish();
    by_version.version = Some("v42".into());
    let created = create_armed(&stand, &by_version, &mut [&mut new]);
    assert_eq!(created.instances.len(), 1);
    let mut by_label = wish();
    by_label.labels.insert("zone".into(), "a".into());
    create_armed(&stand, &by_label, &mut [&mut old]);
    by_label.labels.insert("zone".into(), "b".into());
    stand.refused(&by_label, Code::NoInstance);
    assert_eq!((old.probes.len(), new.probes.len()), (1, 1));
}

#[test]
fn launchers_hold_no_probe() {
    let stand = Stand::new();
    let mut launcher = info("shop", 1);
    launcher.launcher = true;
    let launcher = Agent::with(&stand, launcher, InstanceId([1; 16]));
    stand.refused(&wish(), Code::NoInstance);
    let mut worker = Agent::new(&stand, "shop", 2);
    let created = create_armed(&stand, &wish(), &mut [&mut worker]);
    assert_eq!((created.probe.instances, created.probe.matching), (1, 1));
    drop(launcher);
}

#[test]
fn a_location_in_two_services_is_refused_with_the_list() {
    let stand = Stand::new();
    let mut agents = [Agent::new(&stand, "checkout", 1), Agent::new(&stand, "orders", 2)];
    let answer = |agent: &mut Agent| {
        agent.until_probes(|probes| !probes.is_empty());
        assert_eq!(agent.probes[0].kind, ProbeKind::Count, "only looked for, nothing captured");
        agent.arm(42);
    };
    std::thread::scope(|scope| {
        let refused = scope.spawn(|| stand.refused(&wish(), Code::SeveralServices));
        agents.iter_mut().for_each(answer);
        let error = refused.join().expect("refused").error;
        assert_eq!(error.candidates, ["checkout", "orders"]);
        assert!(error.next.expect("a next step").contains("--service checkout"));
    });
    for agent in &mut agents {
        agent.until_probes(<[ProbeSpec]>::is_empty);
    }
    let [checkout, orders] = &mut agents;
    let mut wish = wish();
    wish.all_services = true;
    assert_eq!(create_armed(&stand, &wish, &mut [checkout, orders]).probe.armed, 2);
}

#[test]
fn a_location_in_one_of_two_services_is_bound_to_it() {
    let stand = Stand::new();
    let (mut shop, mut other) = (Agent::new(&stand, "shop", 1), Agent::new(&stand, "other", 2));
    std::thread::scope(|scope| {
        let created = scope.spawn(|| stand.create(&wish()));
        shop.until_probes(|probes| !probes.is_empty());
        other.until_probes(|probes| !probes.is_empty());
        let mut pending = report(&other.probes[0], ProbeState::Pending);
        pending.why = Some(why("file_not_loaded", "no file of that name is loaded"));
        other.report(pending);
        shop.arm(42);
        shop.until_probes(|probes| probes[0].revision == 1);
        assert_eq!(shop.probes[0].kind, ProbeKind::Snap);
        shop.arm(42);
        let created = created.join().expect("created");
        assert_eq!((created.probe.armed, created.probe.instances), (1, 1));
        assert_eq!(created.probe.services, ["shop"]);
    });
    other.until_probes(<[ProbeSpec]>::is_empty);
    // One that comes later and belongs to the service is told; one of the other service is not.
    let late = Agent::hello(&stand, info("shop", 3), InstanceId([3; 16]));
    let mut late = late;
    late.until_probes(|probes| probes.len() == 1);
    let later = Agent::new(&stand, "other", 4);
    assert!(later.probes.is_empty());
}

#[test]
fn refused_everywhere_is_refused_and_leaves_nothing() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    std::thread::scope(|scope| {
        let refused = scope.spawn(|| stand.refused(&wish(), Code::Location));
        agent.until_probes(|probes| !probes.is_empty());
        agent.refuse("line_not_executable", "line 42 is a comment");
        let error = refused.join().expect("refused").error;
        assert_eq!(error.message, "line 42 is a comment");
        assert_eq!(error.why.expect("the whole why").headline.word, "NOT ARMED");
    });
    agent.until_probes(<[ProbeSpec]>::is_empty);
    let mut wish = wish();
    wish.spec.location = "shop/crat.py:42".parse().expect("a location");
    std::thread::scope(|scope| {
        let refused = scope.spawn(|| stand.refused(&wish, Code::NoFile));
        agent.until_probes(|probes| !probes.is_empty());
        let mut pending = report(&agent.probes[0], ProbeState::Pending);
        pending.why = Some(why("file_not_loaded", "no file of that name is loaded"));
        agent.report(pending);
        refused.join().expect("refused");
    });
    assert_eq!(Code::NoFile.exit_code(), 3);
}

#[test]
fn an_id_that_is_live_twice_is_renewed() {
    let stand = Stand::new();
    let id = InstanceId([9; 16]);
    let mut first = Agent::with(&stand, info("shop", 1), id);
    // The first answers pings while it reads.
    let second = std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let mut second = Agent::hello(&stand, info("shop", 1), id);
            second.read()
        });
        let created = create_armed(&stand, &wish(), &mut [&mut first]);
        first.capture(created.probe.id, [1]);
        first.until_acknowledged(1);
        second.join().expect("an answer")
    });
    assert_eq!(second, Some(HubMessage::Renew));
    let shown: Vec<InstanceView> = stand.get("/api/v1/instances");
    assert_eq!(shown.len(), 1);
}

#[test]
fn one_that_comes_back_holds_its_probes_again() {
    let stand = Stand::new();
    let id = InstanceId([9; 16]);
    let mut agent = Agent::with(&stand, info("shop", 1), id);
    let created = create_armed(&stand, &wish(), &mut [&mut agent]);
    let told = agent.probes[0].clone();
    drop(agent);
    let mut again = Agent::hello(&stand, info("shop", 1), id);
    again.until_probes(|probes| probes.len() == 1);
    assert_eq!((again.probes[0].id, again.probes[0].revision), (told.id, told.revision));
    again.report(armed(&told, 47));
    let view = stand.until(created.probe.id, |view| view.moved == 1);
    assert_eq!((view.armed, view.instances), (1, 1));
    until("one instance", || {
        let shown: Vec<InstanceView> = stand.get("/api/v1/instances");
        (shown.len() == 1).then_some(())
    });
}

#[test]
fn a_file_that_comes_late_binds_the_probe_to_its_service() {
    let stand = Stand::new();
    let (mut shop, mut other) = (Agent::new(&stand, "shop", 1), Agent::new(&stand, "other", 2));
    let mut wish = wish();
    wish.wait = true;
    let pending = |agent: &mut Agent, revision: u32| {
        agent.until_probes(|probes| probes.first().is_some_and(|p| p.revision == revision));
        let mut pending = report(&agent.probes[0], ProbeState::Pending);
        pending.why = Some(why("file_not_loaded", "no file of that name is loaded"));
        agent.report(pending);
    };
    let id = std::thread::scope(|scope| {
        let created = scope.spawn(|| stand.create(&wish));
        for revision in [0, 1] {
            pending(&mut shop, revision);
            pending(&mut other, revision);
        }
        created.join().expect("created").probe.id
    });
    assert_eq!(stand.probe(id).pending, 2);
    let late = armed(&shop.probes[0].clone(), 42);
    shop.report(late);
    other.until_probes(<[ProbeSpec]>::is_empty);
    let view = stand.until(id, |view| view.armed == 1);
    assert_eq!((view.instances, view.pending, view.services), (1, 0, vec!["shop".to_owned()]));
}

#[test]
fn one_that_turns_out_to_launch_others_lets_go() {
    let stand = Stand::new();
    let (mut one, mut two) = (Agent::new(&stand, "shop", 1), Agent::new(&stand, "shop", 2));
    let id = create_armed(&stand, &wish(), &mut [&mut one, &mut two]).probe.id;
    let mut launcher = info("shop", 1);
    launcher.launcher = true;
    one.say(&AgentMessage::Info { info: Box::new(launcher) });
    one.until_probes(<[ProbeSpec]>::is_empty);
    let view = stand.until(id, |view| view.instances == 1);
    assert_eq!((view.armed, view.matching), (1, 1));
    let why: WhyView = stand.get(&format!("/api/v1/probes/{id}/why"));
    assert_eq!(why.headline.text, ": armed on 1 of 1, the line ran 0 times");
}

#[test]
fn instances_that_take_no_such_probe_are_told_of_and_not_asked() {
    let stand = Stand::new();
    let _plain = Agent::new(&stand, "checkout", 1);
    let mut timed = wish();
    timed.spec.kind = ProbeKind::Time;
    let refused = stand.refused(&timed, Code::Policy);
    assert_eq!(refused.error.message, "checkout-host/1 takes no time probe");
    assert!(refused.error.next.as_ref().is_some_and(|next| next.contains("STILLFRAME_ALLOW")));
    let mut able = Agent::knowing(&stand, "time", 2);
    let probe = create_armed(&stand, &timed, &mut [&mut able]).probe;
    assert_eq!((probe.instances, probe.armed, probe.matching, probe.unable), (1, 1, 1, 1));
    let why: WhyView = stand.get(&format!("/api/v1/probes/{}/why", probe.id));
    let facts: Vec<&str> = why.facts.iter().map(|fact| fact.text.as_str()).collect();
    let told = "1 instance takes no time probe: its STILLFRAME_ALLOW, or an older agent";
    assert!(facts.contains(&told), "{facts:?}");
}

#[test]
fn a_budget_that_nobody_asked_for_is_left_to_the_application() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    let mut asked = wish();
    let probe = create_armed(&stand, &asked, &mut [&mut agent]).probe;
    assert_eq!(probe.spec.budget_ppm, Some(5_000), "what people are shown");
    assert_eq!(agent.probes[0].budget_ppm, None, "what the instance is told");
    asked.spec.budget_ppm = Some(1_000);
    create_armed(&stand, &asked, &mut [&mut agent]);
    assert!(agent.probes.iter().any(|spec| spec.budget_ppm == Some(1_000)));
}
