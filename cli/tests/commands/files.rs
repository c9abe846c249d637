//! `show FILE` and `tail FILE`: what sinks wrote.

use super::support::{Machine, Ran};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

const SNAPSHOT: &str = r#"{"type":"snapshot","schema":1,"id":"p7k2/1","time":"2026-11-22T12:04:31.207Z","service":{"name":"checkout","version":"v41","instance":"x2lqp/17"},"at":{"file":"/app/app.py","line":42,"function":"place_order"},"trace_id":null,"locals":{"total":129.9},"watches":{},"stack":[],"missing":[]}"#;
const LOG: &str = r#"{"type":"log","schema":1,"id":"q1m9/1","time":"2026-11-22T12:04:32.000Z","service":{"name":"checkout","version":"v41","instance":"x2lqp/17"},"at":{"file":"/app/app.py","line":7,"function":"f"},"message":"total=1"}"#;

#[test]
fn a_file_is_shown_as_screens_or_as_one_array() {
    let machine = Machine::new();
    machine.write("work/a.jsonl", &format!("{SNAPSHOT}\n{LOG}\n"));
    let shown = machine.run(&["show", "a.jsonl"]).done();
    let expected = "p7k2/1  12:04:31.207  x2lqp/17  v41\n  app.py:42 in place_order\n    \
                    total  129.9\n  all of it: stillframe show p7k2/1\n\n\
                    12:04:32.000  x2lqp/17  total=1\n";
    assert_eq!(shown.stdout, expected);
    let list = machine.run(&["show", "./a.jsonl", "-o", "json"]).done().json();
    let expected: Vec<serde_json::Value> =
        [SNAPSHOT, LOG].map(|text| serde_json::from_str(text).expect("JSON")).into();
    assert_eq!(list, serde_json::Value::from(expected));
}

#[test]
fn what_is_no_object_is_said_and_the_rest_is_shown() {
    let machine = Machine::new();
    machine.write("work/a.jsonl", &format!("{LOG}\nnot json\n[1]\n{LOG}\n{{\"type\":\"lo"));
    let ran = machine.run(&["show", "a.jsonl"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stdout.lines().count(), 2, "{ran:?}");
    assert!(ran.stderr.contains("line 2 ") && ran.stderr.contains("3 lines"), "{ran:?}");
}

#[test]
fn a_missing_file_is_exit_3() {
    let machine = Machine::new();
    for args in [["show", "gone.jsonl"], ["tail", "./gone"], ["show", "/"]] {
        machine.run(&args).failed(3);
    }
}

#[test]
fn a_file_is_read_along_until_interrupted() {
    let machine = Machine::new();
    let path = machine.write("work/a.jsonl", &format!("{LOG}\n"));
    let mut command = machine.command(&["tail", "a.jsonl"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    assert_eq!(next(), "12:04:32.000  x2lqp/17  total=1");
    let mut file = std::fs::OpenOptions::new().append(true).open(path).expect("the file");
    writeln!(file, "{}", LOG.replace("total=1", "total=2")).expect("written");
    assert_eq!(next(), "12:04:32.000  x2lqp/17  total=2");
    interrupt(&child);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    assert_eq!(said, "");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let machine = Machine::new();
    machine.write("work/a.jsonl", &format!("{LOG}\n").repeat(20_000));
    let mut command = machine.command(&["show", "a.jsonl"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    drop(child.stdout.take());
    let ran: Ran = child.wait_with_output().expect("it ends").into();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
}

fn interrupt(child: &std::process::Child) {
    let id = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it is there");
}
