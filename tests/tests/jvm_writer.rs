//! The JVM binding's own writer of captures: every case of the shared vectors that Java can say, the
//! JDK's objects, hostile structures, on every JDK that is installed.
//!
//! Knows the bytes that the writer leaves, read back as the shipper reads them. The native side is
//! played by `tests/jvm/java/stillframe/`. A JDK that is absent is a failure in CI and a loud skip
//! elsewhere.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use stillframe_core::capture::check;
use stillframe_core::redaction::Redaction;
use stillframe_core::snapshot::json::ServiceRef;
use stillframe_core::snapshot::{ChildNode, Node, Snapshot};
use stillframe_tests::tool::{Jdk, jdks};
use stillframe_tests::tree::root;
use tempfile::TempDir;

/// What the vectors call what Java has under another name.
const TYPES: [(&str, &str); 6] = [
    ("java.lang.Class", "type"),
    ("java.math.BigDecimal", "Decimal"),
    ("java.util.ArrayList", "list"),
    ("java.util.LinkedHashMap", "dict"),
    ("java.util.LinkedHashSet", "set"),
    ("java.util.UUID", "UUID"),
];
/// The ways in which a JVM can lay out its heap.
const HEAPS: [&[&str]; 5] = [
    &[],
    &["-XX:-UseCompressedOops"],
    &["-XX:-UseCompressedClassPointers"],
    &["-XX:+UseZGC"],
    &["-XX:+UseSerialGC"],
];

fn java_files(folder: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(root().join(folder)).expect("a folder of sources");
    let files = files.map(|file| file.expect("a file").path());
    files.filter(|file| file.extension().is_some_and(|ending| ending == "java")).collect()
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("a program of the JDK starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?} failed: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The classes of the writer and of the tests, compiled as those of the binding are.
struct Classes(TempDir);

impl Classes {
    fn new(jdk: &Jdk) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let javac = |to: &str| {
            let mut javac = Command::new(jdk.program("javac"));
            javac.args(["-nowarn", "-source", "17", "-target", "17", "-XDstringConcat=inline", "-d"]);
            javac.arg(folder.path().join(to));
            javac
        };
        let real = java_files("bindings-jvm/java/java/stillframe");
        let real = real.into_iter().filter(|file| !file.ends_with("Bridge.java"));
        output(
            javac("boot")
                .arg("--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
                .args(real)
                .args(java_files("tests/jvm/java/stillframe")),
        );
        let boot = folder.path().join("boot");
        let json = root().join("tests/stream/Writer.java");
        output(javac("app").arg("-cp").arg(boot).args(java_files("tests/jvm")).arg(json));
        Self(folder)
    }

    /// A JVM that has the writer where the binding puts it.
    fn java(&self, jdk: &Jdk, main: &str, flags: &[&str]) -> Command {
        let mut java = Command::new(jdk.program("java"));
        java.args(flags).arg("--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED");
        java.arg(format!("-Xbootclasspath/a:{}", self.0.path().join("boot").display()));
        java.arg("-cp").arg(self.0.path().join("app")).arg(main);
        java
    }
}

fn read(stream: &[u8], name: &str) -> Snapshot {
    check::read(stream, &Redaction::standard()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn json_of(snapshot: &Snapshot) -> Value {
    let service = ServiceRef { name: String::new(), version: None, instance: String::new() };
    snapshot.to_json(&service)
}

fn rename(node: &mut Node) {
    let Node::Object(object) = node else { return };
    let named = TYPES.iter().find(|(java, _)| *java == object.type_name);
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
fn tell(jdk: &Jdk, ran: usize, skipped: &BTreeMap<String, usize>) {
    let all: usize = skipped.values().sum();
    let mut text = format!("captures.json\tJVM {}, writer alone\t{ran}\t{all}\n", jdk.version);
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
fn vectors(
    classes: &Classes,
    jdk: &Jdk,
    flags: &[&str],
    file: &str,
    check: impl Fn(&Value, Snapshot),
) -> (usize, BTreeMap<String, usize>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = root().join("tests").join(file);
    let head = root().join("tests/stream/cases.json");
    output(classes.java(jdk, "Vectors", flags).arg(&path).arg(head).arg(folder.path()));
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
fn every_case_that_java_can_say() {
    let jdks = jdks("the vectors in a JVM");
    let Some(oldest) = jdks.first() else { return };
    let classes = Classes::new(oldest);
    for jdk in &jdks {
        for heap in HEAPS {
            let check = |case: &Value, snapshot: Snapshot| {
                let found = json_of(&snapshot);
                for (key, expected) in case["expect"].as_object().expect("expectations") {
                    assert_eq!(found[key], *expected, "{jdk:?} {heap:?} {}: {key}", case["name"]);
                }
            };
            let (ran, skipped) = vectors(&classes, jdk, heap, "conformance/captures.json", check);
            // The list of skips may only shrink.
            assert!(ran >= 47, "only {ran} cases ran: {skipped:?}");
            if heap.is_empty() {
                tell(jdk, ran, &skipped);
            }
        }
    }
}
