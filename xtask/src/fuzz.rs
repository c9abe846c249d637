//! Fuzzing of everything that reads bytes from outside, under AddressSanitizer.
//!
//! Knows which targets there are and what a good input of each looks like, not what they check: that
//! stands in `tests/fuzz/targets`. Invariant: what was found lies in `target/fuzz/found` and fails
//! every run until it is mended, also without any fuzzing.

use crate::Result;
use crate::bytecode;
use crate::count::Counts;
use crate::dist::cargo;
use crate::files::{copy, in_folder, make_folder, read, root, target, write};
use crate::process::{captured, must, quiet};
use crate::profile::triple;
use crate::python::Python;
use crate::say::say;
use crate::step::Verdict;
use crate::system::runs;
use std::fs;
use std::path::Path;
use std::process::Command;

const TARGETS: [&str; 9] = [
    "condition",
    "capture",
    "wire",
    "control",
    "segment",
    "bytecode",
    "classfile",
    "javascript",
    "maps",
];
/// What `cargo fuzz build` tells the compiler: to count edges and comparisons, and to check memory.
/// More codegen units than one would keep `Vec`'s methods from being inlined.
const FLAGS: [&str; 10] = [
    "--cfg fuzzing",
    "-Zsanitizer=address",
    "-Ccodegen-units=1",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-sanitizer-coverage-stack-depth",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
];
/// Seconds for each target in the gate, and under `--full`.
const SHORT_S: u32 = 6;
const LONG_S: u32 = 600;
/// The bundled SQLite's own globals look doubled to the sanitizer, as they do to `cargo fuzz`.
const SANITIZER: &str = "detect_odr_violation=0";

/// Fuzzes every target for a while, from what earlier runs learnt.
pub(crate) fn run(full: bool) -> Result<Verdict> {
    let mut build = cargo("build");
    // Sanitizers need their target named, else build scripts and macros would get them too.
    build.args(["--locked", "--release", "--target", &triple(), "--manifest-path"]);
    build.arg(root().join("tests/fuzz/Cargo.toml")).env("CARGO_TARGET_DIR", target("fuzz"));
    // The sanitizer's flag is not stable; its runtime comes with this very toolchain.
    build.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", FLAGS.join(" "));
    must(&mut build)?;
    let mut counts = Counts::default();
    for name in TARGETS {
        let seconds = if full { LONG_S } else { SHORT_S };
        match one(name, seconds) {
            Ok(said) => {
                say!("   {name}: {said}");
                counts.passed += 1;
            }
            Err(fault) => {
                say!("   {name}: {fault}");
                counts.failed += 1;
            }
        }
    }
    Ok(Verdict::Ran(counts))
}

/// Runs one target; answers how far it came.
fn one(name: &str, seconds: u32) -> Result<String> {
    let (corpus, found) = (target("fuzz/corpus").join(name), target("fuzz/found").join(name));
    make_folder(&corpus)?;
    make_folder(&found)?;
    seed(name, &corpus)?;
    let mut command = Command::new(target("fuzz").join(triple()).join("release").join(name));
    command.arg(&corpus).arg(&found).env("ASAN_OPTIONS", SANITIZER);
    command.arg(format!("-max_total_time={seconds}")).arg("-timeout=10").arg("-rss_limit_mb=2048");
    command.arg(format!("-artifact_prefix={}/", found.display()));
    let dictionary = root().join(format!("tests/fuzz/{name}.dict"));
    if dictionary.exists() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    let ended = captured(&mut command)?;
    let last = ended.output.lines().rev().find(|line| line.contains("exec/s"));
    if ended.status.success() {
        return Ok(last.unwrap_or("it said nothing").to_owned());
    }
    let from = ended.output.rfind("panicked at").or_else(|| ended.output.find("ERROR"));
    let what: String =
        ended.output[from.unwrap_or(0)..].lines().take(6).collect::<Vec<_>>().join("\n");
    Err(format!("failed, and {} holds the input:\n{what}", found.display()))
}

/// Good inputs, from which the fuzzer goes on.
fn seed(name: &str, corpus: &Path) -> Result<()> {
    let kept = root().join("tests/fuzz/seeds").join(name);
    if kept.exists() {
        copy(&kept, corpus)?;
    }
    match name {
        "condition" => {
            for language in ["python", "java"] {
                let file = format!("tests/conformance/conditions-{language}.json");
                let cases: Vec<serde_json::Value> =
                    serde_json::from_str(&read(&root().join(file))?)
                        .map_err(|fault| format!("the condition vectors of {language}: {fault}"))?;
                for (number, case) in cases.iter().enumerate() {
                    let source = case["source"].as_str().unwrap_or_default();
                    write(&corpus.join(format!("{language}-{number}")), source)?;
                }
            }
        }
        "wire" => copy(&root().join("core/tests/wire"), corpus)?,
        // A writer in another language makes the streams, where there is Node.
        "capture" if runs("node", &["--version"]) => {
            let folder = root().join("tests/stream");
            let mut writer = Command::new("node");
            writer.arg(folder.join("writer.mjs")).arg(folder.join("cases.json")).arg(corpus);
            quiet(&mut writer)?;
        }
        // Each version writes code of its own.
        "bytecode" => {
            for python in bytecode::MINORS.into_iter().filter_map(|minor| Python::find(minor).ok())
            {
                let script = root().join("tests/fuzz/seeds/bytecode.py");
                quiet(Command::new(python.program).arg(script).arg(corpus))?;
            }
        }
        "classfile" if runs("javac", &["-version"]) => {
            let sources = root().join("bindings-jvm/classfile/tests");
            let mut javac = Command::new("javac");
            javac.args(["-g", "-d"]).arg(corpus).arg(sources.join("corpus/Corpus.java"));
            quiet(javac.arg(sources.join("corpus/Annotated.java")))?;
        }
        "maps" => maps(corpus)?,
        "javascript" => copy(&root().join("bindings-node/rewriter/tests/corpus"), corpus)?,
        _ => {}
    }
    let count = fs::read_dir(corpus).map_or(0, Iterator::count);
    if count == 0 { Err(format!("{name} has no seed in {}", corpus.display())) } else { Ok(()) }
}

/// Source maps that real tools made.
fn maps(corpus: &Path) -> Result<()> {
    let made = root().join("bindings-node/tests/maps/generated");
    for tool in ["bundle", "min", "tsc", "tsc/orders", "webpack"] {
        for map in in_folder(&made.join(tool), "map") {
            let name = map.file_name().unwrap_or_default().to_string_lossy().into_owned();
            copy(&map, &corpus.join(format!("{}-{name}", tool.replace('/', "-"))))?;
        }
    }
    Ok(())
}
