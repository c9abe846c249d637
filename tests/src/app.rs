//! The shop of the examples as an application under test.
//!
//! Knows its requests, not how it is observed. Invariant: every request has a time-out.

use crate::process::{Program, until};
use crate::stand::{Hub, Stand, free_port};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// An application that listens.
#[derive(Debug)]
pub struct App {
    /// Its process.
    pub program: Program,
    port: u16,
    agent: ureq::Agent,
}

impl App {
    /// Starts `file` of the example with our agent in it.
    pub fn start(stand: &Stand, file: &str) -> Self {
        let port = free_port();
        let mut command = stand.run("checkout", &[file, "--port", &port.to_string()]);
        Self::listening(stand, command.current_dir(folder()), port)
    }

    /// Starts `command`, which will listen on `port`.
    pub fn listening(stand: &Stand, command: &mut Command, port: u16) -> Self {
        let mut program = stand.start(command);
        program.until("its port", |_| TcpStream::connect(("127.0.0.1", port)).ok());
        let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10)));
        Self { program, port, agent: config.build().into() }
    }

    /// What `GET path` answers.
    pub fn get(&self, path: &str) -> String {
        let answer = self.agent.get(format!("http://127.0.0.1:{}{path}", self.port)).call();
        let text = answer.and_then(|mut answer| answer.body_mut().read_to_string());
        text.unwrap_or_else(|error| panic!("GET {path}: {error}; {}", self.program.stderr()))
    }

    /// Orders `quantity` of `sku`.
    pub fn order(&self, user: u32, sku: &str, quantity: u32) -> Value {
        let wanted = json!({"items": {sku: quantity}});
        let url = format!("http://127.0.0.1:{}/orders/{user}", self.port);
        let answer = self.agent.post(url).send_json(wanted);
        let order = answer.and_then(|mut answer| answer.body_mut().read_json());
        order.unwrap_or_else(|error| panic!("order: {error}; {}", self.program.stderr()))
    }

    /// Has a snapshot taken at `place`, where a server places a cart of 90.5 with a password beside it,
    /// and then five hits counted; the snapshot.
    pub fn shows_a_snapshot_and_counts(&self, stand: &Stand, hub: &Hub, place: &str) -> Value {
        let mut snap = stand.stillframe(&["snap", place, "--limit", "1", "--tail", "-o", "json"]);
        let follow = stand.start(snap.current_dir(stand.folder()));
        let id = hub.armed(1).id.to_string();
        until("a snapshot", || {
            self.get("/");
            (hub.probe(&id).captured > 0).then_some(())
        });
        let ended = follow.end();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let line = ended.stdout.lines().next().unwrap_or_default();
        let snapshot: Value = serde_json::from_str(line).expect("stdout holds JSON only");
        let (_, line_asked) = place.rsplit_once(':').expect("FILE:LINE");
        assert_eq!(snapshot["at"]["line"].to_string(), line_asked, "{snapshot:#}");
        assert_eq!(snapshot["locals"]["total"], 90.5);
        assert_eq!(snapshot["locals"]["cart"]["$type"], "Cart");
        assert!(snapshot["stack"].as_array().is_some_and(|stack| stack.len() > 1), "{snapshot:#}");
        assert!(!line.contains("hunter2"), "a password left: {line}");

        let words = ["count", place, "-o", "json"];
        let counted = stand.start(stand.stillframe(&words).current_dir(stand.folder())).end();
        assert_eq!(counted.code, Some(0), "{}", counted.stderr);
        let count = hub.armed(1).id.to_string();
        for _ in 0..5 {
            self.get("/");
        }
        hub.probe_until(&count, |probe| probe.counters.hits == 5);
        snapshot
    }
}

/// The example's folder.
pub fn folder() -> PathBuf {
    crate::tree::root().join("examples/checkout-python")
}

/// `FILE:LINE` of the first line of the example's `file` that holds `text`.
pub fn at(file: &str, text: &str) -> String {
    let source = std::fs::read_to_string(folder().join(file)).expect("the example is there");
    let line = source.lines().position(|line| line.contains(text));
    format!("{file}:{}", line.expect("the example has that line") + 1)
}
