//! The shop of the examples as an application under test.
//!
//! Knows its requests, not how it is observed. Invariant: every request has a time-out.

use crate::process::Program;
use crate::stand::{Stand, free_port};
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
