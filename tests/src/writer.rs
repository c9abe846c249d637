//! What the tests of a binding's own writer of captures share: streams read back, and the core's own
//! walk over the same case.
//!
//! Knows the vectors' files and the shipper's reading. Invariant: a case ran, or is skipped with its
//! reason.

#[path = "../../core/tests/support/heap.rs"]
#[expect(unreachable_pub, reason = "a support file of several test crates")]
mod heap;

use heap::Heap;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use stillframe_core::capture::shared::SharedNames;
use stillframe_core::capture::{Header, Plan, check, snapshot};
use stillframe_core::limits::CaptureLimits;
use stillframe_core::redaction::Redaction;
use stillframe_core::snapshot::json::ServiceRef;
use stillframe_core::snapshot::{ChildNode, Node, Snapshot};

/// A stream as the shipper reads it.
pub fn read(stream: &[u8], names: &SharedNames, name: &str) -> Snapshot {
    check::read(stream, &Redaction::standard(), names)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What the core's own walk makes of a case.
pub fn own(case: &Value) -> Snapshot {
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
    read(&bytes, &SharedNames::default(), "the core's own stream")
}

/// A snapshot as `-o json` prints it, of no service.
pub fn json_of(snapshot: &Snapshot) -> Value {
    let service = ServiceRef { name: String::new(), version: None, instance: String::new() };
    snapshot.to_json(&service)
}

/// Gives types the names that the vectors have for them.
fn rename(node: &mut Node, types: &[(&str, &str)]) {
    let Node::Object(object) = node else { return };
    let named = types.iter().find(|(theirs, _)| *theirs == object.type_name);
    if let Some((_, name)) = named {
        (*name).clone_into(&mut object.type_name);
    }
    for child in &mut object.children {
        match child {
            ChildNode::Item(node) | ChildNode::Field(_, node) => rename(node, types),
            ChildNode::Entry(key, node) => {
                rename(key, types);
                rename(node, types);
            }
        }
    }
}

/// A file of JSON.
pub fn json_file(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("the file is there");
    serde_json::from_str(&text).expect("the file is JSON")
}

/// Tells how many cases ran on `runtime`, and why others did not, as the vectors' README.md says.
pub fn tell(runtime: &str, ran: usize, skipped: &BTreeMap<String, usize>) {
    let all: usize = skipped.values().sum();
    let mut text = format!("captures.json\t{runtime}, writer alone\t{ran}\t{all}\n");
    for (reason, count) in skipped {
        writeln!(text, "\t{count}\t{reason}").expect("text is written to memory");
    }
    print!("{text}");
    let Some(path) = std::env::var_os("STILLFRAME_CONFORMANCE") else { return };
    let summary = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let mut summary = summary.expect("the summary can be written");
    summary.write_all(text.as_bytes()).expect("the summary can be written");
}

/// Hands to `check` each case of the vectors at `path` with the snapshot of its stream in `folder`, in
/// which types are named as in the vectors; how many ran, and the skips.
pub fn vectors(
    path: &Path,
    folder: &Path,
    names: &SharedNames,
    types: &[(&str, &str)],
    check: impl Fn(&Value, Snapshot),
) -> (usize, BTreeMap<String, usize>) {
    let (mut ran, mut skipped) = (0, BTreeMap::new());
    for (index, case) in json_file(path)["cases"].as_array().expect("cases").iter().enumerate() {
        let name = case["name"].as_str().expect("a case has a name");
        let file = |ending: &str| folder.join(format!("{index}.{ending}"));
        if let Ok(reason) = std::fs::read_to_string(file("skip")) {
            *skipped.entry(reason).or_default() += 1;
            continue;
        }
        let stream = std::fs::read(file("stream")).expect("a stream or a skip for each case");
        let mut snapshot = read(&stream, names, name);
        snapshot.locals.iter_mut().for_each(|local| rename(&mut local.value, types));
        check(case, snapshot);
        ran += 1;
    }
    (ran, skipped)
}
