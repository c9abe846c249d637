//! The Node.js binding's own writer of captures: every case of the shared vectors that JavaScript can
//! say, and the binding's tests, which read the bytes by themselves.
//!
//! Knows the bytes that the writer leaves, read back as the shipper reads them. The native side is
//! played by `tests/node/vectors.js`. Node that is absent is a failure in CI and a loud skip elsewhere.

#[path = "../../core/tests/support/heap.rs"]
#[expect(unreachable_pub, reason = "a support file of several test crates")]
mod heap;

use heap::Heap;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use stillframe_core::capture::shared::SharedNames;
use stillframe_core::capture::{Header, Plan, check, snapshot};
use stillframe_core::limits::CaptureLimits;
use stillframe_core::redaction::Redaction;
use stillframe_core::snapshot::json::ServiceRef;
use stillframe_core::snapshot::{ChildNode, Node, Snapshot};
use stillframe_tests::tool::is_there;
use stillframe_tests::tree::root;

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
    check::read(stream, &Redaction::standard(), &SharedNames::default())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What the core's own walk makes of a case.
fn own(case: &Value) -> Snapshot {
    let limits = match case.get("limits") {
        Some(limits) => serde_json::from_value(limits.clone()).expect("limits of a case"),
        None => CaptureLimits::DEFAULT,
    };
    let plan = Plan { limits, ..Plan::default() };
    let header = Header {
        site: 7,
        probe: "p7k2".parse().expect("a probe id"),
        revision: 3,
        number: 12,
        time_ns: 0,
        // So far in the future that no deadline passes.
        monotonic_ns: u64::MAX / 2,
        thread_id: 77,
    };
    let mut bytes = Vec::with_capacity(limits.snapshot_bytes as usize);
    snapshot(&Heap::with_locals(&case["locals"]), &plan, &header, &mut bytes);
    read(&bytes, "the core's own stream")
}

fn json_of(snapshot: &Snapshot) -> Value {
    let service = ServiceRef { name: String::new(), version: None, instance: String::new() };
    snapshot.to_json(&service)
}

fn rename(node: &mut Node) {
    let Node::Object(object) = node else { return };
    let named = TYPES.iter().find(|(node, _)| *node == object.type_name);
    if let Some((_, name)) = named {
        (*name).clone_into(&mut object.type_name);
    }
    for child in &mut object.children {
        match child {
            ChildNode::Item(node) | ChildNode::Field(_, node) => rename(node),
            ChildNode::Entry(key, node) => {
                rename(key);
                rename(node);
            }
        }
    }
}

fn json_file(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("the file is there");
    serde_json::from_str(&text).expect("the file is JSON")
}

/// Tells how many cases ran, and why others did not, as the vectors' README.md says.
fn tell(ran: usize, skipped: &BTreeMap<String, usize>) {
    let all: usize = skipped.values().sum();
    let version = output(Command::new("node").arg("--version"));
    let mut text = format!("captures.json\tNode {}, writer alone\t{ran}\t{all}\n", version.trim());
    for (reason, count) in skipped {
        writeln!(text, "\t{count}\t{reason}").expect("text is written to memory");
    }
    print!("{text}");
    let Some(path) = std::env::var_os("STILLFRAME_CONFORMANCE") else { return };
    let summary = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let mut summary = summary.expect("the summary can be written");
    summary.write_all(text.as_bytes()).expect("the summary can be written");
}

/// Runs the cases of a file and hands each stream's snapshot to `check`; how many ran, and the skips.
fn vectors(file: &str, check: impl Fn(&Value, Snapshot)) -> (usize, BTreeMap<String, usize>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = root().join("tests").join(file);
    let mut node = Command::new("node");
    node.arg(root().join("tests/node/vectors.js")).arg(&path);
    output(node.arg(root().join("tests/stream/cases.json")).arg(folder.path()));
    let (mut ran, mut skipped) = (0, BTreeMap::new());
    for (index, case) in json_file(&path)["cases"].as_array().expect("cases").iter().enumerate() {
        let name = case["name"].as_str().expect("a case has a name");
        let file = |ending: &str| folder.path().join(format!("{index}.{ending}"));
        if let Ok(reason) = std::fs::read_to_string(file("skip")) {
            *skipped.entry(reason).or_default() += 1;
            continue;
        }
        let stream = std::fs::read(file("stream")).expect("a stream or a skip for each case");
        let mut snapshot = read(&stream, name);
        snapshot.locals.iter_mut().for_each(|local| rename(&mut local.value));
        check(case, snapshot);
        ran += 1;
    }
    (ran, skipped)
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
    tell(ran, &skipped);
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
