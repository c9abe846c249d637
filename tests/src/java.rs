//! The shop of the examples on the JVM as an application under test.
//!
//! Knows how it is started and where its sources lie. Invariant: what it sells is loaded.

use crate::app::App;
use crate::stand::{Stand, free_port};
use std::path::PathBuf;

/// Its folder.
pub fn folder() -> PathBuf {
    crate::tree::root().join("examples/checkout-jvm")
}

/// `FILE:LINE` of the first line of the shop's `file` that holds `text`.
pub fn at(file: &str, text: &str) -> String {
    let path = folder().join("src/main/java").join(file);
    let source = std::fs::read_to_string(path).expect("the example is there");
    let line = source.lines().position(|line| line.contains(text));
    format!("{file}:{}", line.expect("the example has that line") + 1)
}

/// The shop with our agent in it, and what it sells loaded.
pub fn shop(stand: &Stand) -> App {
    let port = free_port();
    let mut command = stand.stillframe(&["run", "--service", "checkout", "--", "java", "-cp"]);
    command.arg(stand.shop()).args(["checkout.App", "--port", &port.to_string()]);
    let app = App::listening(stand, command.current_dir(folder()), port);
    app.order(1, "SF-1007", 1);
    app
}
