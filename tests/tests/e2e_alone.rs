//! Without any hub: probes from a file or from code, results to a sink or a callback.
//!
//! Knows the variables and the Python package. Invariant: no hub runs in these tests.

use serde_json::Value;
use std::fs;
use stillframe_tests::on_each_python;
use stillframe_tests::stand::Stand;

on_each_python!(a_sink_is_a_file, a_sink_is_stderr, a_sink_is_a_callback);

/// Runs long enough for a probe to be armed by the agent's own thread, and ends on its own.
const SCRIPT: &str = "\
import time


def work(i):
    square = i * i
    return square


end = time.monotonic() + 2
i = 0
while time.monotonic() < end:
    work(i)
    i += 1
    time.sleep(0.001)
";
const PROBES: &str = r#"[{"location":"loop.py:6","condition":"i % 2 == 1","limit":2,
    "watches":["square + 1"]}]"#;

fn a_sink_is_a_file(stand: &Stand) {
    let script = stand.file("loop.py", SCRIPT).to_string_lossy().into_owned();
    let probes = stand.file("probes.json", PROBES);
    let sink = stand.folder().join("results");
    fs::create_dir(&sink).expect("a new folder is writable");
    let mut run = stand.run("loop", &[&script]);
    run.env("STILLFRAME_PROBES", probes);
    run.env("STILLFRAME_SINK", format!("file://{}", sink.display()));
    let ended = stand.start(&mut run).end();
    assert_eq!((ended.code, &*ended.stdout), (Some(0), ""), "{}", ended.stderr);
    let files: Vec<_> = fs::read_dir(&sink).expect("the sink").flatten().collect();
    assert_eq!(files.len(), 1, "one file a process");
    let path = files[0].path();
    check(&fs::read_to_string(&path).expect("the sink's file"));
    let mut show = stand.stillframe(&["show"]);
    let shown = stand.start(show.arg(&path)).end();
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("square"), "{}", shown.stdout);
}

fn a_sink_is_stderr(stand: &Stand) {
    let script = stand.file("loop.py", SCRIPT).to_string_lossy().into_owned();
    let probes = stand.file("probes.json", PROBES);
    let mut run = stand.run("loop", &[&script]);
    run.env("STILLFRAME_PROBES", probes).env("STILLFRAME_SINK", "stderr");
    let ended = stand.start(&mut run).end();
    assert_eq!((ended.code, &*ended.stdout), (Some(0), ""), "{}", ended.stderr);
    let lines = ended.stderr.lines().filter(|line| !line.starts_with("stillframe: "));
    check(&lines.map(|line| format!("{line}\n")).collect::<String>());
}

fn check(lines: &str) {
    let objects: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON lines")).collect();
    assert_eq!(objects.len(), 2, "{lines}");
    for object in &objects {
        let (i, square) = (object["locals"]["i"].as_i64(), object["locals"]["square"].as_i64());
        let i = i.unwrap_or_else(|| panic!("{object:#}"));
        assert_eq!((i % 2, square), (1, Some(i * i)));
        assert_eq!(object["watches"]["square + 1"].as_i64(), Some(i * i + 1));
        assert_eq!(object["at"]["function"], "work");
    }
}

fn a_sink_is_a_callback(stand: &Stand) {
    let text = "\
import threading

import stillframe

seen, came = [], threading.Event()


def work(i):
    square = i * i
    return square


def keep(snapshot):
    seen.append(snapshot)
    came.set()


stillframe.start(service='loop')
stillframe.probe('callback.py:10', condition='i == 3', on_snapshot=keep)
for i in range(6):
    work(i)
assert came.wait(10), stillframe.status()
stillframe.stop()
print(len(seen), seen[0]['locals']['i'], seen[0]['locals']['square'])
";
    let script = stand.file("callback.py", text).to_string_lossy().into_owned();
    let mut python = stand.python(&[&script]);
    let ended = stand.start(python.env("PYTHONPATH", stand.package())).end();
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "1 3 9\n"), "{}", ended.stderr);
}
