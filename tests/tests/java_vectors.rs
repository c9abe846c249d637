//! The conformance vectors of Java are what the JDK on the path says, case by case.
//!
//! Knows no case: the script beside the vectors compiles them all and compares. A JDK or Python that is
//! absent is a failure in CI and a loud skip elsewhere.

use std::path::Path;
use std::process::Command;

fn is_there(program: &str, version: &str) -> bool {
    let runs = Command::new(program).arg(version).output().is_ok_and(|out| out.status.success());
    if !runs {
        let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!is_ci, "`{program}` is not there, and in CI that is a failure");
        eprintln!("SKIPPED the vectors of Java, which need `{program}`: it is not there");
    }
    runs
}

#[test]
fn the_vectors_of_java_are_what_java_says() {
    if !is_there("python3", "--version") || !is_there("javac", "-version") {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let mut script = Command::new("python3");
    script.args(["-B", "java_conditions.py", "--check"]).current_dir(folder);
    let output = script.output().expect("the script starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("cases are as Java"), "{said}");
}
