//! The conformance vectors of Ruby are what the Ruby on the path says, case by case.
//!
//! Knows no case: the script beside the vectors evaluates them all and compares. A Ruby that is absent
//! is a failure in CI and a loud skip elsewhere.

use std::path::Path;
use std::process::Command;

#[test]
fn the_vectors_of_ruby_are_what_ruby_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let mut script = Command::new("ruby");
    script.args(["ruby_conditions.rb", "--check"]).current_dir(folder);
    let Ok(output) = script.output() else {
        let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!is_ci, "`ruby` is not there, and in CI that is a failure");
        eprintln!("SKIPPED the vectors of Ruby, which need `ruby`: it is not there");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("cases are as Ruby"), "{said}");
}
