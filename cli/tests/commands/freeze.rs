//! `freeze` and `unfreeze`, and what every other command says in between.

use super::agent::arms;
use super::hub::{Follower, Hub, id_in};
use super::support::Machine;

#[test]
fn a_frozen_hub_says_so_on_every_screen() {
    let machine = Machine::new();
    let hub = Hub::serve(&machine);
    let agent = hub.agent("checkout", arms);
    let mut snap = Follower::start(&machine, &["snap", "app.py:2", "--limit", "2", "-f"]);
    let id = id_in(&snap.until("Ctrl-C"));
    agent.hit(1.0);
    snap.until("  all of it");

    let frozen = machine.run(&["freeze"]).done().stdout;
    let lines: Vec<&str> = frozen.lines().collect();
    assert!(lines[0].starts_with("hub    local  http://127.0.0.1:"), "{frozen}");
    assert!(lines[1].starts_with("! frozen by "), "{frozen}");
    let disarmed = "disarmed on 1 instance · 1 probe waiting, while their time goes on";
    assert_eq!(lines.last(), Some(&disarmed), "{frozen}");
    // Nobody holds it: what the line does is not seen.
    agent.hit(2.0);

    let list = machine.run(&["ls"]).done().stdout;
    assert!(list.starts_with("! frozen by "), "{list}");
    assert!(list.lines().any(|line| line.contains(&id) && line.contains("  frozen  ")), "{list}");
    let list = machine.run(&["ls", "-o", "json"]).done().json();
    let kinds = list.as_array().expect("a list").iter().map(|one| one["type"].clone());
    assert_eq!(kinds.collect::<Vec<_>>(), ["instance", "probe", "frozen"]);
    let why = machine.run(&["why", &id]).done().stdout;
    assert!(why.contains("\nFROZEN: by "), "{why}");
    assert!(why.contains("\n  until then   1 of 2 captured on 1 instance"), "{why}");
    assert!(why.contains("\n  try    stillframe unfreeze"), "{why}");
    let refused = machine.run(&["snap", "app.py:2"]);
    assert_eq!(refused.code, Some(5), "{refused:?}");
    assert!(refused.stderr.contains("nothing can be armed"), "{refused:?}");
    assert!(refused.stderr.contains("stillframe unfreeze"), "{refused:?}");
    let again = machine.run(&["freeze", "-o", "json"]).done().json();
    assert_eq!((&again["probes"], &again["holding"]), (&1.into(), &0.into()), "{again}");

    let thawed = machine.run(&["unfreeze"]).done().stdout;
    assert!(thawed.ends_with("let go: 1 probe armed again; stillframe ls\n"), "{thawed}");
    machine.until(&["ls", "-o", "json"], |ran| ran.stdout.contains("\"armed\":1"));
    agent.hit(3.0);
    let said = snap.until("  all of it");
    let alarms: Vec<&String> =
        said.iter().filter(|line| line.starts_with("! ") || line.starts_with("~ ")).collect();
    assert!(alarms[0].contains("  frozen by "), "{said:?}");
    assert!(alarms[1].contains("  let go by "), "{said:?}");
    assert!(said.iter().any(|line| line.starts_with(&format!("{id}/2 "))), "{said:?}");
    assert_eq!(snap.end().code, Some(0));
    assert!(!machine.run(&["ls"]).done().stdout.contains("frozen"));
}
