//! Runs of Node.js.
//!
//! Knows the scripts of this folder. Invariant: a Node.js that is absent is a failure in CI and a
//! loud skip elsewhere.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether there is a Node.js to ask.
pub(crate) fn is_there() -> bool {
    let is_there =
        Command::new("node").arg("--version").output().is_ok_and(|ran| ran.status.success());
    let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
    assert!(is_there || !is_ci, "no Node.js is there, and in CI that is a failure");
    if !is_there {
        eprintln!("SKIPPED what Node.js would say: no `node` is there");
    }
    is_there
}

/// A folder of a test's own.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rewriter").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("what an earlier run left can go");
    }
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// A script of this folder.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node").join(name)
}

/// A run of Node.js with this many globals, armed if there is a file for the calls.
pub(crate) fn node(globals: usize, calls: Option<&Path>) -> Command {
    let mut command = Command::new("node");
    command.arg("--require").arg(script("globals.js"));
    command.env("STILLFRAME_GLOBALS", globals.to_string());
    command.env_remove("STILLFRAME_CALLS").env_remove("NODE_OPTIONS");
    if let Some(calls) = calls {
        command.env("STILLFRAME_CALLS", calls);
    }
    command
}

/// What a run prints.
pub(crate) fn run(command: &mut Command) -> String {
    let ran = command.output().expect("the program starts");
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{command:?} failed: {stderr}");
    String::from_utf8_lossy(&ran.stdout).into_owned()
}
