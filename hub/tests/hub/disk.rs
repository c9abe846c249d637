//! A disk without room under a running hub.

use crate::agent::Agent;
use crate::stand::Stand;
use crate::story::{create_armed, wish};
use std::process::Command;
use stillframe_core::transport::message::HubMessage;
use stillframe_hub::api::types::SnapshotPage;

/// Set for the process in which files cannot grow.
const CHILD: &str = "STILLFRAME_TEST_SMALL_DISK";

#[test]
fn a_full_disk_is_told_to_the_agent_and_keeps_what_was_acknowledged() {
    // No file may grow beyond 2,000 blocks of 512 bytes; without the signal a write fails instead.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().expect("known"))
        .args(["--exact", "--nocapture", "disk::child_on_a_small_disk"])
        .env(CHILD, "1")
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    assert!(said.contains("full as expected"), "{said}\n{errors}");
}

/// Not a test by itself: what the test above runs under a limit.
#[test]
fn child_on_a_small_disk() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    let mut wish = wish();
    wish.spec.limit = Some(1_000_000);
    let id = create_armed(&stand, &wish, &mut [&mut agent]).probe.id;
    assert_eq!(stand.ask("GET", "/readyz", None).0, 200);
    let mut acknowledged = 0;
    let message = 'full: loop {
        let next = acknowledged + 1;
        agent.capture(id, next..next + 64);
        while acknowledged < next + 63 {
            match agent.read().expect("a last word") {
                HubMessage::Ack { sequence } => acknowledged = sequence,
                HubMessage::Refused { code, message } => {
                    assert_eq!(code, "busy");
                    break 'full message;
                }
                _ => {}
            }
        }
    };
    assert!(message.contains("no room left to store"), "{message}");
    assert!(message.contains("nothing acknowledged is lost"), "{message}");
    assert!(acknowledged > 64, "{acknowledged}");
    let (status, body) = stand.ask("GET", "/readyz", None);
    assert_eq!((status, body["why"].as_str()), (503, Some("the store cannot be written")));
    assert_eq!(stand.ask("GET", "/healthz", None).0, 200, "it lives");
    let (mut after, mut stored) = ("0".to_owned(), 0);
    loop {
        let path = format!("/api/v1/snapshots?probe={id}&after={after}&limit=1000");
        let page: SnapshotPage = stand.get(&path);
        stored += page.snapshots.len() as u64;
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(stored, acknowledged);
    println!("full as expected after {acknowledged}");
}
