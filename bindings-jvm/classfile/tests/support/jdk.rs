//! The programs of a JDK, for tests that ask a JVM.
//!
//! Knows how they are started, not what for. Invariant: a JDK that is absent is a failure in CI and
//! a loud skip elsewhere.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether there is a JDK.
pub fn is_there() -> bool {
    let runs = |program: &str| Command::new(program).arg("-version").output();
    let is_there = ["java", "javac"].map(runs).iter().all(Result::is_ok);
    if !is_there {
        let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
        assert!(!is_ci, "no JDK is there, and in CI that is a failure");
        eprintln!("SKIPPED what a JVM would say: no JDK is there");
    }
    is_there
}

/// An empty folder of a test's own.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("what an earlier run left can go");
    }
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// What a program writes to stdout; it must end well.
pub fn run(command: &mut Command) -> String {
    let ran = command.output().expect("the program starts");
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{command:?} failed: {stderr}");
    String::from_utf8_lossy(&ran.stdout).into_owned()
}
