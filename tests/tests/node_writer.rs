//! The Node.js binding's own writer of captures: every case of the shared vectors that JavaScript can
//! say, and the binding's tests, which read the bytes by themselves.
//!
//! Knows the bytes that the writer leaves, read back as the shipper reads them. The native side is
//! played by `tests/node/vectors.js`. Node that is absent is a failure in CI and a loud skip elsewhere.

use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;
use stillframe_core::capture::shared::SharedNames;
use stillframe_core::snapshot::Snapshot;
use stillframe_tests::tool::is_there;
use stillframe_tests::tree::root;
use stillframe_tests::writer::{self, json_file, json_of, own};

/// What the vectors call what JavaScript has under another name.
const TYPES: [(&str, &str); 3] = [("Array", "list"), ("Map", "dict"), ("Set", "set")];

fn output(command: &mut Command) -> String {
    let output = command.output().expect("node starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?} failed: {said}{told}");
    told
}

fn read(stream: &[u8], name: &str) -> Snapshot {
    writer::read(stream, &SharedNames::default(), name)
}

/// Runs the cases of a file and hands each stream's snapshot to `check`; how many ran, and the skips.
fn vectors(file: &str, check: impl Fn(&Value, Snapshot)) -> (usize, BTreeMap<String, usize>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = root().join("tests").join(file);
    let mut node = Command::new("node");
    node.arg(root().join("tests/node/vectors.js")).arg(&path);
    output(node.arg(root().join("tests/stream/cases.json")).arg(folder.path()));
    writer::vectors(&path, folder.path(), &SharedNames::default(), &TYPES, check)
}

#[test]
fn every_case_that_javascript_can_say() {
    if !is_there("node", "--version", "the vectors in Node") {
        return;
    }
    let (ran, skipped) = vectors("conformance/captures.json", |case, snapshot| {
        let found = json_of(&snapshot);
        for (key, expected) in case["expect"].as_object().expect("expectations") {
            assert_eq!(found[key], *expected, "{}: {key}", case["name"]);
        }
    });
    let version = output(Command::new("node").arg("--version"));
    writer::tell(&format!("Node {}", version.trim()), ran, &skipped);
    // The list of skips may only shrink.
    assert!(ran >= 53, "only {ran} cases ran: {skipped:?}");
}

#[test]
fn the_stream_is_what_the_core_writes() {
    if !is_there("node", "--version", "the cases of the stream in Node") {
        return;
    }
    let (ran, skipped) = vectors("stream/cases.json", |case, theirs| {
        // NaN is not equal to itself, but its text is.
        let (theirs, own) = (format!("{:#?}", theirs.locals), format!("{:#?}", own(case).locals));
        assert_eq!(theirs, own, "{}", case["name"]);
    });
    println!("{ran} cases of the stream, and skipped: {skipped:?}");
    assert!(ran >= 14, "only {ran} cases ran: {skipped:?}");
}

#[test]
fn values_of_javascript_and_of_chance_read_back() {
    if !is_there("node", "--version", "values of JavaScript") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut node = Command::new("node");
    node.arg(root().join("tests/node/values.js")).arg(root().join("tests/stream/cases.json"));
    output(node.arg(folder.path()));
    let stream = |name: &str| {
        let stream = std::fs::read(folder.path().join(format!("{name}.stream")));
        read(&stream.expect("a stream for each name"), name)
    };
    let names = std::fs::read_to_string(folder.path().join("names")).expect("names");
    let found = names.lines().enumerate().map(|(index, name)| {
        let json = json_of(&stream(&index.to_string()));
        (name.to_owned(), json["locals"]["x"].clone())
    });
    let found = Value::Object(found.collect());
    if found != json_file(&root().join("tests/node/values.json")) {
        let text = serde_json::to_string_pretty(&found).expect("JSON is text");
        panic!("not what tests/node/values.json says:\n{text}");
    }
    for index in 0..500 {
        let found = stream(&format!("chance-{index}"));
        assert_eq!((found.stack.len(), found.locals.len() <= 3), (1, true), "{index}");
    }
}
