//! The conformance vectors of JavaScript are what the Node.js on the path says, case by case.
//!
//! Knows no case: the script beside the vectors evaluates them all and compares. A Node.js that is
//! absent is a failure in CI and a loud skip elsewhere.

use std::path::Path;
use std::process::Command;

#[test]
fn the_vectors_of_javascript_are_what_node_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let mut script = Command::new("node");
    script.args(["javascript_conditions.mjs", "--check"]).current_dir(folder);
    let Ok(output) = script.output() else {
        let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!is_ci, "`node` is not there, and in CI that is a failure");
        eprintln!("SKIPPED the vectors of JavaScript, which need `node`: it is not there");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("cases are as Node.js"), "{said}");
}
