//! The JVM binding's own writer of captures: every case of the shared vectors that Java can say, the
//! JDK's objects, hostile structures, on every JDK that is installed.
//!
//! Knows the bytes that the writer leaves, read back as the shipper reads them. The native side is
//! played by `tests/jvm/java/stillframe/`. A JDK that is absent is a failure in CI and a loud skip
//! elsewhere.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use stillframe_core::capture::shared::{FIRST, SharedNames};
use stillframe_core::snapshot::Snapshot;
use stillframe_tests::tool::{Jdk, jdks};
use stillframe_tests::tree::root;
use stillframe_tests::writer::{self, json_file, json_of, own, read};
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
/// And a process that shares few names or none: the others are spelled.
const HEAPS: [&[&str]; 7] = [
    &[],
    &["-Dstillframe.names=0"],
    &["-Dstillframe.names=40"],
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
            javac.args([
                "-nowarn",
                "-source",
                "17",
                "-target",
                "17",
                "-XDstringConcat=inline",
                "-d",
            ]);
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

/// The names that the streams of a folder share.
fn shared(folder: &Path) -> SharedNames {
    let names = SharedNames::default();
    let text = std::fs::read(folder.join("shared")).expect("the names that streams share");
    let units = text.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit));
    let text = String::from_utf16_lossy(&units.collect::<Vec<_>>());
    for (number, name) in (FIRST..).zip(text.split_terminator('\n')) {
        assert_eq!(names.number(name), Some(number), "{name}");
    }
    names
}

/// Sorts the children of a collection whose order changes from run to run.
fn sort(value: &mut Value) {
    for key in ["$items", "$entries"] {
        if let Some(Value::Array(children)) = value.get_mut(key) {
            children.sort_by_key(Value::to_string);
        }
    }
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
    let names = shared(folder.path());
    writer::vectors(&path, folder.path(), &names, &TYPES, check)
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
                writer::tell(&format!("JVM {}", jdk.version), ran, &skipped);
            }
        }
    }
}

#[test]
fn the_stream_is_what_the_core_writes() {
    let jdks = jdks("the cases of the stream in a JVM");
    let Some(oldest) = jdks.first() else { return };
    let classes = Classes::new(oldest);
    for jdk in &jdks {
        let check = |case: &Value, theirs: Snapshot| {
            // NaN is not equal to itself, but its text is.
            let (theirs, own) =
                (format!("{:#?}", theirs.locals), format!("{:#?}", own(case).locals));
            assert_eq!(theirs, own, "{jdk:?}, {}", case["name"]);
        };
        let (ran, skipped) = vectors(&classes, jdk, &[], "stream/cases.json", check);
        assert!(ran >= 13, "only {ran} cases ran: {skipped:?}");
    }
}

#[test]
fn objects_of_the_jdk_are_read_by_their_structure() {
    let jdks = jdks("objects of the JDK");
    let Some(oldest) = jdks.first() else { return };
    let classes = Classes::new(oldest);
    let expected = json_file(&root().join("tests/jvm/values.json"));
    for jdk in &jdks {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let head = root().join("tests/stream/cases.json");
        output(classes.java(jdk, "Values", &[]).arg(head).arg(folder.path()));
        let names = std::fs::read_to_string(folder.path().join("names")).expect("names");
        let shared = shared(folder.path());
        let mut found = serde_json::Map::new();
        for (index, name) in names.lines().enumerate() {
            let stream = std::fs::read(folder.path().join(format!("{index}.stream")));
            let snapshot = read(&stream.expect("a stream for each name"), &shared, name);
            let mut value = json_of(&snapshot)["locals"]["x"].clone();
            if name.ends_with("in any order") {
                sort(&mut value);
            }
            found.insert(name.to_owned(), value);
        }
        let found = Value::Object(found);
        if found != expected {
            let text = serde_json::to_string_pretty(&found).expect("JSON is text");
            panic!("{jdk:?}: not what tests/jvm/values.json says:\n{text}");
        }
    }
}

/// Runs what is hostile and hands back each stream's snapshot by its name.
fn hostile(classes: &Classes, jdk: &Jdk, heap: &[&str]) -> BTreeMap<String, Snapshot> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let head = root().join("tests/stream/cases.json");
    output(classes.java(jdk, "Hostile", heap).arg(head).arg(folder.path()));
    let files = std::fs::read_dir(folder.path()).expect("a folder of streams");
    let names = shared(folder.path());
    let paths = files.map(|file| file.expect("a stream").path());
    let streams = paths.filter(|path| path.extension().is_some_and(|ending| ending == "stream"));
    let snapshots = streams.map(|path| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let snapshot = read(&std::fs::read(&path).expect("a stream"), &names, &name);
        (name, snapshot)
    });
    snapshots.collect()
}

#[test]
fn hostile_structures_are_read_without_harm() {
    let jdks = jdks("hostile structures");
    let Some(oldest) = jdks.first() else { return };
    let classes = Classes::new(oldest);
    for jdk in &jdks {
        for heap in HEAPS {
            let found = hostile(&classes, jdk, heap);
            assert!(found.len() >= 120, "{jdk:?} {heap:?}: {} streams", found.len());
            check_hostile(&found);
        }
    }
}

fn check_hostile(found: &BTreeMap<String, Snapshot>) {
    let value = |name: &str| json_of(&found[name])["locals"]["x"].clone();
    assert_eq!(value("list-of-too-many")["$items"], serde_json::json!([1, 2]));
    assert_eq!(value("list-of-fewer-than-none")["$items"], serde_json::json!([]));
    assert_eq!(value("linked-list-in-a-ring")["$missing"], "items");
    assert_eq!(value("map-in-a-ring")["$missing"], "items");
    assert_eq!(value("chain-of-100000")["$type"], "Hostile$Node");
    assert_eq!(value("map-of-100000")["$length"], 100_000);
    assert_eq!(value("map-of-100000")["$missing"], "items");
    assert_eq!(value("map-of-100000-sorted")["$missing"], "bytes");
    assert_eq!(value("text-of-a-million")["$length"], 1_000_000);
    assert_eq!(value("table-of-nothing")["$missing"], "deadline");
    assert_eq!(value("past-the-deadline")["$missing"], "deadline");
    assert_eq!(value("after-overflows")["$length"], 1);
    assert_eq!(value("after-abandoned")["$items"], serde_json::json!([1, 2]));
    for most in 0..9 {
        let text = value(&format!("pairs-cut-at-{most}"));
        assert_eq!(text["$text"], "😀".repeat(most / 4), "{most}");
    }
    for (name, snapshot) in found.iter().filter(|(name, _)| !name.starts_with("past-the")) {
        let names = if name.starts_with("race") || name.starts_with("after") { 1 } else { 2 };
        let is_whole = snapshot.locals.len() >= names || !snapshot.notes.is_empty();
        assert!(is_whole, "{name}: {} variables", snapshot.locals.len());
    }
    for bytes in [1 << 10, 4 << 10, 64 << 10] {
        let snapshot = &found[&format!("many-locals-{bytes}")];
        assert_eq!(snapshot.watches.len(), 3, "{bytes}");
        assert!(snapshot.watches[1].value.is_err(), "{bytes}");
        let noted = snapshot.notes.iter().any(|note| note.contains("variables left out"));
        assert!(snapshot.locals.len() == 200 || noted, "{bytes}: {:?}", snapshot.notes);
    }
}

#[test]
fn the_classes_link_nothing_at_run_time() {
    let jdks = jdks("the classes of the writer");
    let Some(oldest) = jdks.first() else { return };
    let classes = Classes::new(oldest);
    let folder = classes.0.path().join("boot/java/stillframe");
    for name in ["Walk", "Shapes", "Known", "Keys", "Contents", "Maps", "Stored", "Times", "Writer"]
    {
        let mut javap = Command::new(oldest.program("javap"));
        let text = output(javap.args(["-v", "-p"]).arg(folder.join(format!("{name}.class"))));
        assert!(text.contains("major version: 61"), "{name}");
        assert!(!text.contains("InvokeDynamic"), "{name} has a call site of its own");
    }
}
