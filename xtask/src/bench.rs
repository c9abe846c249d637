//! `cargo xtask bench`: runs what measures, prints the table, writes `target/bench/overhead.json`.
//!
//! Knows how to start the measuring programs. Invariant: their figures go into the file unchanged.

mod hub;
mod jvm;
mod node;
mod ruby;

use crate::Result;
use crate::bytecode;
use crate::count::Counts;
use crate::dist::{Product, cargo};
use crate::files::{make_empty, make_folder, root, target, write};
use crate::java;
use crate::process::must;
use crate::profile;
use crate::python::{self, Python, environment, with_wheel};
use crate::say::{say, voice};
use crate::step::{Verdict, step};
use std::path::Path;
use std::process::{Command, Stdio};
use stillframe_bench::{
    CASES, JVM_CASES, NODE_CASES, PEERS, Peer, REWRITER_CASES, RUBY_CASES, Row, across_versions,
    add_peer, beside_v8, beside_yjit, criterion_rows, means, missing, parse, table, verdicts,
};

/// Runs the benches of `runtime`, or of all.
pub(crate) fn run(runtime: Option<&str>, peers: bool, hub: bool, short: bool) -> Result<()> {
    if hub {
        return hub::run(short);
    }
    let wants = |name: &str| runtime.is_none_or(|runtime| runtime == name);
    if !["python", "jvm", "node", "ruby", "core"].into_iter().any(wants) {
        return Err("--runtime is python, jvm, node, ruby or core".to_owned());
    }
    let (mut rows, mut absent) = (Vec::new(), Vec::new());
    if wants("core") {
        rows.extend(step("core: conditions", core)?);
    }
    if wants("python") {
        let (pythons, missing) = python::all();
        for fault in missing {
            say!("SKIPPED: {fault}");
        }
        let product = Product::build(pythons, &[], false)?;
        product.first()?;
        for (python, wheel) in &product.wheels {
            let name = format!("CPython 3.{}", python.minor);
            rows.extend(step(&name, || of_python(python, wheel, short))?);
        }
    }
    if wants("python") && peers {
        absent.extend(add_peers(&mut rows, short));
    }
    if wants("jvm") {
        let (of_jvm, faults) = jvm::rows(peers, short)?;
        rows.extend(of_jvm);
        absent.extend(faults);
    }
    if wants("node") {
        let (of_node, faults) = node::rows(peers, short)?;
        rows.extend(of_node);
        absent.extend(faults);
    }
    if wants("ruby") {
        let (of_ruby, faults) = ruby::rows(peers, short)?;
        rows.extend(of_ruby);
        absent.extend(faults);
    }
    finish(&rows, &absent)
}

/// Measures the peers. One that cannot be measured here stops nothing, and is answered with why.
fn add_peers(rows: &mut Vec<Row>, short: bool) -> Vec<String> {
    let mut absent = Vec::new();
    for peer in &PEERS {
        for &minor in peer.minors {
            let name = format!("{} on CPython 3.{minor}", peer.package);
            match step(&name, || of_peer(minor, peer, short)) {
                Ok(of_peer) => add_peer(rows, of_peer),
                Err(fault) => absent.push(format!("{name}: {fault}")),
            }
        }
    }
    absent
}

fn finish(rows: &[Row], absent: &[String]) -> Result<()> {
    let folder = target("bench");
    make_folder(&folder)?;
    let lines: Vec<String> =
        rows.iter().map(|row| format!("  {}", serde_json::json!(row))).collect();
    let file = folder.join("overhead.json");
    write(&file, &format!("[\n{}\n]\n", lines.join(",\n")))?;
    println!("{}", table(rows));
    for verdict in verdicts(rows) {
        println!(
            "{}  {}",
            if verdict.reached { "reached    " } else { "NOT REACHED" },
            verdict.text
        );
    }
    let told = [across_versions(rows), beside_v8(rows), beside_yjit(rows)];
    for text in told.into_iter().flatten() {
        println!("not judged   {text}");
    }
    for text in absent {
        println!("ABSENT       {text}");
    }
    println!("\n{}", file.display());
    Ok(())
}

fn core() -> Result<Vec<Row>> {
    let results = target("criterion");
    // Results of an earlier run would pass for this one's.
    make_empty(&results)?;
    let mut command = cargo("bench");
    command.args(["--locked", "-p", "stillframe-core", "--bench", "condition", "--"]);
    must(command.args(["--warm-up-time", "1", "--measurement-time", "2"]))?;
    let rows = criterion_rows(&results, env!("CARGO_PKG_VERSION"));
    if rows.is_empty() { Err("criterion left no result".to_owned()) } else { Ok(rows) }
}

fn of_python(python: &Python, wheel: &Path, short: bool) -> Result<Vec<Row>> {
    let program = with_wheel(python, "bench", wheel, "")?;
    let subjects = [&["stillframe"], means(python.minor)].concat().join(",");
    let mut rows = measure(&program, &subjects, short)?;
    let mut command = Command::new(&program);
    command.arg(root().join("bench/python/indexing.py")).args(short.then_some("--short"));
    rows.extend(rows_of(&mut command)?);
    if bytecode::MINORS.contains(&python.minor) {
        rows.extend(rewriting(&program)?);
    }
    Ok(rows)
}

/// How long the rewriter takes for a function, by the interpreter whose code it is.
fn rewriting(program: &Path) -> Result<Vec<Row>> {
    let mut build = profile::cargo("build");
    build.args(["-p", "stillframe-bytecode", "--example", "door"]);
    must(&mut build)?;
    let mut command = Command::new(program);
    command.arg(root().join("bindings-python/bytecode/tests/speed.py"));
    command.env("STILLFRAME_DOOR", profile::folder().join("examples/door"));
    rows_of(&mut command)
}

fn of_peer(minor: u8, peer: &Peer, short: bool) -> Result<Vec<Row>> {
    let python = Python::find(minor)?;
    let program = environment(&python, peer.name, &format!("{}\n", peer.package))?;
    measure(&program, peer.name, short)
}

/// Runs the script that measures hits.
fn measure(program: &Path, subjects: &str, short: bool) -> Result<Vec<Row>> {
    rows(Command::new(program), subjects, short)
}

/// The same with the interpreter that `command` starts.
pub(crate) fn rows(mut command: Command, subjects: &str, short: bool) -> Result<Vec<Row>> {
    command.arg(root().join("bench/python/overhead.py")).args(["--subjects", subjects]);
    rows_of(command.args(short.then_some("--short")))
}

/// Runs what prints rows; what it says to people is shown, and its last word is the fault.
fn rows_of(command: &mut Command) -> Result<Vec<Row>> {
    command.env("STILLFRAME_LOG", "warn").stdin(Stdio::null());
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let name = words.join(" ");
    let output = command.output().map_err(|error| format!("start {name}: {error}"))?;
    let remarks = String::from_utf8_lossy(&output.stderr);
    voice().text(&remarks);
    if !output.status.success() {
        let why = remarks.lines().last().unwrap_or("it said nothing");
        return Err(format!("{name}: {}: {why}", output.status));
    }
    parse(&String::from_utf8_lossy(&output.stdout))
}

pub(crate) use hub::smoke as smoke_hub;

/// The same on the JVM.
pub(crate) fn smoke_jvm() -> Result<Verdict> {
    if let Err(fault) = java::find_jdk() {
        return Ok(Verdict::Skipped(fault));
    }
    let (rows, absent) = jvm::rows(false, true)?;
    for fault in absent {
        say!("SKIPPED: {fault}");
    }
    let faults = missing(&rows, &JVM_CASES, "stillframe");
    if !faults.is_empty() {
        return Err(format!("no row for {}", faults.join(", ")));
    }
    Ok(Verdict::Ran(Counts { passed: JVM_CASES.len() as u64, ..Counts::default() }))
}

/// The same on Node.js.
pub(crate) fn smoke_node() -> Result<Verdict> {
    let (rows, absent) = node::rows(false, true)?;
    if rows.is_empty() {
        return Ok(Verdict::Skipped(absent.join("; ")));
    }
    for fault in absent {
        say!("SKIPPED: {fault}");
    }
    let cases = [&NODE_CASES[..], &REWRITER_CASES].concat();
    let faults = missing(&rows, &cases, "stillframe");
    if !faults.is_empty() {
        return Err(format!("no row for {}", faults.join(", ")));
    }
    Ok(Verdict::Ran(Counts { passed: cases.len() as u64, ..Counts::default() }))
}

/// The same on Ruby, which itself looks for every row.
pub(crate) fn smoke_ruby() -> Result<Verdict> {
    let (rows, absent) = ruby::rows(false, true)?;
    if rows.is_empty() {
        return Ok(Verdict::Skipped(absent.join("; ")));
    }
    for fault in absent {
        say!("SKIPPED: {fault}");
    }
    Ok(Verdict::Ran(Counts { passed: RUBY_CASES.len() as u64, ..Counts::default() }))
}

/// Short rounds, as a test: every row is there, and every case did what it measures.
pub(crate) fn smoke(python: &Python, wheel: &Path) -> Result<Verdict> {
    let rows = of_python(python, wheel, true)?;
    let absent = missing(&rows, &CASES, "stillframe");
    if !absent.is_empty() {
        return Err(format!("no row for {}", absent.join(", ")));
    }
    Ok(Verdict::Ran(Counts { passed: CASES.len() as u64, ..Counts::default() }))
}
