//! The capture stream in other languages: writers in JavaScript and Java that know its specification
//! alone produce streams that read back as the core's own do.
//!
//! The cases stand in `tests/stream/cases.json`. Node or a JDK that is absent is a failure in CI and
//! a loud skip elsewhere.

#[path = "../../core/tests/support/heap.rs"]
#[expect(unreachable_pub, reason = "a support file of several test crates")]
mod heap;

use heap::Heap;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use stillframe_core::capture::shared::SharedNames;
use stillframe_core::capture::{Header, Plan, check, snapshot};
use stillframe_core::limits::CaptureLimits;
use stillframe_tests::tool::is_there;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("stream")
}

fn cases() -> Value {
    let cases = std::fs::read_to_string(folder().join("cases.json")).expect("the cases are there");
    serde_json::from_str(&cases).expect("the cases are JSON")
}

fn header(cases: &Value) -> Header {
    let header = &cases["header"];
    let small = |key: &str| u32::try_from(header[key].as_u64().expect(key)).expect(key);
    let text = |key: &str| header[key].as_str().expect(key);
    let long = |key: &str| text(key).parse().expect(key);
    Header {
        site: small("site"),
        probe: text("probe").parse().expect("a probe id"),
        revision: small("revision"),
        number: long("number"),
        time_ns: long("time_ns"),
        monotonic_ns: long("monotonic_ns"),
        thread_id: long("thread_id"),
    }
}

fn check_writer(command: &mut Command, writer: &str) {
    let streams = tempfile::tempdir().expect("a temporary folder");
    let command = command.arg(folder().join(writer)).arg(folder().join("cases.json"));
    let output = command.arg(streams.path()).output().expect("the writer starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{writer} failed: {said}");
    let cases = cases();
    let header = header(&cases);
    let all = cases["cases"].as_array().expect("a list of cases");
    assert_eq!(all.len(), 22, "the shared cases");
    for (index, case) in all.iter().enumerate() {
        let limits = match case.get("limits") {
            Some(limits) => serde_json::from_value(limits.clone()).expect("limits of a case"),
            None => CaptureLimits::DEFAULT,
        };
        let plan = Plan { limits, ..Plan::default() };
        let mut own = Vec::with_capacity(limits.snapshot_bytes as usize);
        snapshot(&Heap::with_locals(&case["locals"]), &plan, &header, &mut own);
        let own = check::read(&own, &plan.redaction, &SharedNames::default())
            .expect("the core's own stream");
        let theirs = std::fs::read(streams.path().join(format!("{index}.stream")));
        let theirs = theirs.expect("a stream for each case");
        let theirs = check::read(&theirs, &plan.redaction, &SharedNames::default())
            .unwrap_or_else(|error| panic!("{writer}, {}: {error}", case["name"]));
        // NaN is not equal to itself, but its text is.
        assert_eq!(format!("{theirs:#?}"), format!("{own:#?}"), "{writer}, {}", case["name"]);
    }
}

#[test]
fn javascript_writes_the_stream() {
    if is_there("node", "--version", "the stream writer in JavaScript") {
        check_writer(&mut Command::new("node"), "writer.mjs");
    }
}

#[test]
fn java_writes_the_stream() {
    if is_there("java", "--version", "the stream writer in Java") {
        check_writer(&mut Command::new("java"), "Writer.java");
    }
}
