//! Two hundred instances on one machine, and a new version over half of them while a probe is followed.
//!
//! Knows what `ls`, `why` and a follow say, to the letter. Invariant: instances are simulated, fifty in
//! the name of each runtime; the hub and the command are the ones that are shipped.

use std::collections::BTreeSet;
use std::thread;
use stillframe_core::probe::{Explanation, ProbeState, SourceMatch};
use stillframe_tests::agent::{Agent, Door, armed};
use stillframe_tests::process::{Ended, until};
use stillframe_tests::stand::{Stand, with_hub};

const LS: [&str; 4] = [
    "SERVICE   VERSION  PODS  PROCS  RUNTIME     COST max (where)  PROBES",
    "checkout  v41         1    100  4 runtimes  0                 1",
    "checkout  v42         1    100  4 runtimes  0                 1",
    "",
];
const WHY: [&str; 7] = [
    "NOT ARMED on 50 of 200: the running file differs from the one on your disk",
    "  50 of 200 instances (v42): refused: line 42 is gone",
    "  100 of 200 instances (v41): loaded · source equal · line 42 · reached 0",
    "         quota 0 · buffer 0 · missed 0 · captured 0",
    "  50 of 200 instances (v42): loaded · source moved · line 47 (moved) · reached 0",
    "         quota 0 · buffer 0 · missed 0 · captured 0",
    "  checkout-host: 300 processes · reached 0 · captured 0",
];
const RUNTIMES: [&str; 4] = ["python 3.12.1", "node 22.11.0", "java 25.0.1", "ruby 3.3.8"];

/// Fifty of each runtime, all of one version.
fn fleet(first_pid: u32, count: u32, version: &str) -> Vec<Agent> {
    let agent = |number: u32| {
        let runtime = RUNTIMES[(number % 4) as usize];
        Agent::new("checkout", first_pid + number).of_version(version).of_runtime(runtime)
    };
    (0..count).map(agent).collect()
}

fn connect(agents: &mut [Agent], door: &Door) {
    thread::scope(|scope| {
        for some in agents.chunks_mut(25) {
            scope.spawn(|| {
                for agent in some {
                    until("the hub admits an agent", || agent.connect(door).ok());
                }
            });
        }
    });
}

/// Each says of the one probe it holds what `report` makes of it.
fn answer(agents: &mut [Agent], line: Option<u32>) {
    for agent in agents {
        let hear = |agent: &mut Agent| -> Option<()> {
            agent.hear().expect("it stays connected");
            (!agent.probes.is_empty()).then_some(())
        };
        if agent.probes.is_empty() {
            until("the probe", || hear(agent));
        }
        let mut report = armed(&agent.probes[0]);
        match (line, report.at.as_mut()) {
            (Some(line), Some(at)) if at.line != line => {
                let moved = format!("line moved {} -> {line}", at.line);
                (at.line, at.source, at.note) = (line, SourceMatch::Moved, Some(moved));
            }
            (Some(_), _) => {}
            (None, _) => {
                (report.state, report.at) = (ProbeState::Refused, None);
                report.why = Some(Explanation {
                    code: "source_differs".to_owned(),
                    message: "line 42 is gone".to_owned(),
                    hint: None,
                    span: None,
                });
            }
        }
        agent.report(vec![report]).expect("said");
    }
}

fn ask(stand: &Stand, words: &[&str]) -> Ended {
    stand.start(&mut stand.stillframe(words)).end()
}

/// The lines of a screen; of a follow's, without the clock: `~ checkout-host/7 is gone`.
fn lines(screen: &str) -> Vec<String> {
    let without_clock = |line: &str| match line.split_at_checked(2) {
        Some((mark @ ("~ " | "! "), rest)) => format!("{mark}{}", rest[8..].trim_start()),
        _ => line.trim_end().to_owned(),
    };
    screen.lines().map(without_clock).collect()
}

/// What a follow says of each of these instances.
fn each(first_pid: u32, count: u32, mark: char, words: &str) -> BTreeSet<String> {
    (first_pid..first_pid + count)
        .map(|pid| format!("{mark} checkout-host/{pid} {words}"))
        .collect()
}

#[test]
fn half_of_a_fleet_is_deployed_anew_under_a_follow() {
    with_hub(|stand| {
        let hub = stand.hub(0);
        let door = hub.door();
        let mut old = fleet(0, 200, "v41");
        connect(&mut old, &door);
        let words = ["snap", "shop/cart.py:42", "--instances", "all", "-f"];
        let mut follow = stand.start(&mut stand.stillframe(&words));
        answer(&mut old, Some(42));
        let id = hub.armed(200).id.to_string();
        let armed = "armed  200 of 200 instances of checkout";
        follow.until("the screen", |follow| follow.stdout().contains(armed).then_some(()));

        drop(old.split_off(100));
        let (mut moved, mut gone) = (fleet(1_000, 50, "v42"), fleet(2_000, 50, "v42"));
        connect(&mut moved, &door);
        connect(&mut gone, &door);
        answer(&mut moved, Some(47));
        answer(&mut gone, None);
        let mut expected = each(100, 100, '~', "is gone");
        expected.extend(each(1_000, 50, '~', "is new (v42): line moved 42 -> 47, armed"));
        expected.extend(each(2_000, 50, '!', "is new (v42): refused, line 42 is gone"));
        follow.until("what became of two hundred", |follow| {
            let said = lines(&follow.stdout());
            (said.iter().filter(|line| line.starts_with(['~', '!'])).count() >= 200).then_some(())
        });
        let said = lines(&follow.stdout());
        let said: Vec<_> = said.into_iter().filter(|line| line.starts_with(['~', '!'])).collect();
        assert_eq!(said.len(), 200, "each is told once");
        assert_eq!(said.into_iter().collect::<BTreeSet<_>>(), expected);

        let ls = lines(&ask(stand, &["ls"]).stdout);
        assert_eq!(ls[..4], LS.map(str::to_owned), "{ls:#?}");
        assert!(ls[5].starts_with(&format!("{id}   snap  shop/cart.py:42  150/200     0  0/10")));
        let why = lines(&ask(stand, &["why", &id]).stdout);
        assert_eq!(why[1..], WHY.map(str::to_owned), "{why:#?}");
    });
}
