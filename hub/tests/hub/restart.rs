//! What a restart of the hub keeps.

use crate::agent::{Agent, info};
use crate::stand::Stand;
use crate::story::{create_armed, wish};
use std::os::unix::fs::PermissionsExt;
use stillframe_core::ids::InstanceId;
use stillframe_hub::api::types::{ProbePhase, SnapshotPage};

#[test]
fn a_restart_keeps_probes_tokens_snapshots_and_numbers() {
    let mut stand = Stand::new();
    let id = InstanceId([4; 16]);
    let mut agent = Agent::with(&stand, info("shop", 1), id);
    let mut limited = wish();
    limited.spec.limit = Some(5);
    let live = create_armed(&stand, &limited, &mut [&mut agent]).probe.id;
    let removed = create_armed(&stand, &wish(), &mut [&mut agent]).probe.id;
    stand.ask("DELETE", &format!("/api/v1/probes/{removed}"), None);
    agent.capture(live, 1..=3);
    agent.until_acknowledged(3);
    let before: SnapshotPage = stand.get("/api/v1/snapshots");
    let tokens = (stand.ready().user_token.clone(), stand.ready().agent_token.clone());

    stand.stop();
    stand.start();
    assert_eq!((stand.ready().user_token.clone(), stand.ready().agent_token.clone()), tokens);
    assert!(stand.ready().notes.is_empty(), "{:?}", stand.ready().notes);
    assert_eq!(stand.get::<SnapshotPage>("/api/v1/snapshots"), before);
    let view = stand.probe(live);
    assert_eq!((view.phase, view.captured, view.captured_on), (ProbePhase::Live, 3, 1));
    assert_eq!(stand.probe(removed).phase, ProbePhase::Removed);

    let mut again = Agent::hello(&stand, info("shop", 1), id);
    again.until_probes(|probes| probes.len() == 1);
    again.capture(live, 2..=6);
    again.until_acknowledged(6);
    let view = stand.until(live, |view| view.surplus == 1);
    assert_eq!((view.captured, view.phase), (5, ProbePhase::Done));
    let page: SnapshotPage = stand.get(&format!("/api/v1/snapshots?probe={live}"));
    assert_eq!(page.snapshots.last().map(|s| s["id"].clone()), Some(format!("{live}/5").into()));
}

#[test]
fn pages_lead_to_the_end() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    let mut wish = wish();
    wish.spec.limit = Some(1_000);
    let id = create_armed(&stand, &wish, &mut [&mut agent]).probe.id;
    agent.capture(id, 1..=250);
    agent.until_acknowledged(250);
    let (mut after, mut seen) = ("0".to_owned(), 0);
    loop {
        let path = format!("/api/v1/snapshots?probe={id}&after={after}&limit=100");
        let page: SnapshotPage = stand.get(&path);
        for snapshot in &page.snapshots {
            seen += 1;
            assert_eq!(snapshot["id"], format!("{id}/{seen}"));
        }
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(seen, 250);
}

#[test]
fn a_probe_s_snapshots_are_found_by_their_time() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    let id = create_armed(&stand, &wish(), &mut [&mut agent]).probe.id;
    agent.capture(id, 1..=9);
    agent.until_acknowledged(9);
    // They were taken in one microsecond: a page at a time, from its begin to its end.
    let window = "since=2026-11-22T12:04:31.207Z&until=2026-11-22T12:04:31.208Z";
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let path = format!("/api/v1/snapshots?probe={id}&{window}&limit=4{after}");
        let page: SnapshotPage = stand.get(&path);
        seen.extend(page.snapshots.iter().map(|snapshot| snapshot["id"].clone()));
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, (1..=9).map(|n| format!("{id}/{n}")).collect::<Vec<_>>());
    let later = format!("/api/v1/snapshots?probe={id}&since=2026-11-22T12:04:32Z");
    assert_eq!(stand.get::<SnapshotPage>(&later), SnapshotPage { snapshots: vec![], next: None });
    for wrong in ["since=yesterday&probe=p7k2", "since=2026-11-22T12:04:31Z", "until=1&probe=p7k2"]
    {
        let (status, answer) = stand.ask("GET", &format!("/api/v1/snapshots?{wrong}"), None);
        assert_eq!(status, 400, "{wrong}: {answer}");
    }
}

#[test]
fn the_data_folder_and_what_is_in_it_are_private() {
    let stand = Stand::new();
    let mode =
        |path: std::path::PathBuf| path.metadata().expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(stand.data()), 0o700);
    assert_eq!(mode(stand.discovery()), 0o700);
    assert_eq!(mode(stand.data().join("user-token")), 0o600);
    assert_eq!(mode(stand.data().join("agent-token")), 0o600);
    assert_eq!(mode(stand.discovery().join("hub.json")), 0o600);
}
