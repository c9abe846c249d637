//! `cargo xtask test --matrix`: the binding on CPythons that this machine does not have, in a system
//! of their own, a Debian sid made by debootstrap.
//!
//! Builds outside, for the toolchain is here; installs, tests and measures inside. Knows what is run,
//! not how one gets inside. Invariant: nothing is left mounted or running.

mod sid;

use crate::Result;
use crate::bench;
use crate::conformance;
use crate::files::{make_folder, read, root, target, write};
use crate::process::{quiet, show};
use crate::python::{self, Python};
use crate::say::say;
use crate::step::{Gate, Verdict};
use crate::test::{PYTEST, passed};
use sid::Sid;
use std::path::{Path, PathBuf};

/// The newest CPython whose layout the agent knows. It runs newer ones asking the interpreter.
const NEWEST_KNOWN: u8 = 14;
/// Programs that agents to come will be tested with, and how each tells its version.
const LATER: [(&str, &str); 4] =
    [("node", "--version"), ("java", "-version"), ("ruby", "--version"), ("gcc", "--version")];
/// What is done with each interpreter.
const STEPS: [&str; 4] = ["wheel", "python tests", "hooks", "bench"];
/// Tests of hooks, which a compiler in the interpreter could change.
const HOOKS: [&str; 2] = ["test_hook.py", "test_safety.py"];

/// Runs the matrix, or the steps of it whose name contains `only`.
pub(crate) fn run(only: Option<&str>) -> Result<()> {
    let mut gate = Gate::new(only);
    conformance::begin();
    let mut sid = None;
    gate.always("debian sid", || match Sid::get() {
        Ok(found) => {
            sid = Some(found);
            Ok(Verdict::Fine)
        }
        Err(fault) => Ok(Verdict::Skipped(fault)),
    });
    let Some(sid) = sid else { return gate.close() };
    let mut rows = Vec::new();
    for minor in sid.minors()? {
        let tag = format!("cp3{minor}");
        if !STEPS.iter().any(|step| gate.wants(&format!("{step} {tag}"))) {
            continue;
        }
        let mut program = None;
        gate.always(&format!("wheel {tag}"), || {
            program = Some(install(&sid, minor)?);
            Ok(Verdict::Fine)
        });
        let Some(program) = program else { continue };
        gate.step(&format!("python tests {tag}"), || tests(&sid, &program, &[], &[]));
        if minor <= NEWEST_KNOWN {
            let asked = [("STILLFRAME_DIRECT_READS", "off")];
            gate.step(&format!("python tests {tag}, asking"), || {
                tests(&sid, &program, &[], &asked)
            });
        }
        if has_jit(&sid, &program) {
            let jit = [("PYTHON_JIT", "1")];
            gate.step(&format!("hooks {tag}, compiling"), || tests(&sid, &program, &HOOKS, &jit));
        }
        gate.step(&format!("bench {tag}"), || {
            let command = sid.command(&program, &[]);
            rows.extend(bench::rows(command, "stillframe,monitoring_py", false)?);
            Ok(Verdict::Fine)
        });
    }
    gate.step("conformance vectors", conformance::summary);
    if !rows.is_empty() {
        say!("{}", stillframe_bench::table(&rows));
    }
    for (program, ask) in LATER {
        say!("{}", sid.holds(program, ask));
    }
    gate.close()
}

/// An environment inside with the wheel and what the tests need.
fn install(sid: &Sid, minor: u8) -> Result<PathBuf> {
    let python = Python { minor, program: sid.entry(minor)? };
    let (outside, missing) = python::all();
    let host = outside.first().ok_or_else(|| missing.join("; "))?;
    let wheel = python::wheel_by(host, &python, Some(&sid::config(minor)?))?;
    let folder = target("matrix/venv").join(python.tag());
    let program = folder.join("bin/python");
    let mut requirements = PYTEST.to_owned();
    requirements.push_str(&read(&root().join("bindings-python/tests/requirements.txt"))?);
    let stamp = folder.join("requirements.txt");
    let is_made = read(&stamp).is_ok_and(|text| text == requirements);
    if !is_made {
        make_folder(&folder)?;
        let words = ["-m", "venv", "--clear", "--without-pip", &folder.to_string_lossy()];
        let interpreter = PathBuf::from(format!("/usr/bin/python3.{minor}"));
        quiet(sid.command(&interpreter, &[]).args(words))?;
        let wanted = folder.join("wanted.txt");
        write(&wanted, &requirements)?;
        pip(sid, &program, &["-r", &wanted.to_string_lossy()])?;
        write(&stamp, &requirements)?;
    }
    pip(
        sid,
        &program,
        &["--no-index", "--no-deps", "--force-reinstall", &wheel.to_string_lossy()],
    )?;
    Ok(program)
}

fn pip(sid: &Sid, program: &Path, args: &[&str]) -> Result<()> {
    let mut command =
        sid.command(Path::new("/usr/bin/python3"), &[("PIP_ROOT_USER_ACTION", "ignore")]);
    command.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "--python"]);
    quiet(command.arg(program).arg("install").args(args)).map(|_| ())
}

fn tests(sid: &Sid, program: &Path, files: &[&str], variables: &[(&str, &str)]) -> Result<Verdict> {
    let folder = root().join("bindings-python/tests");
    let vectors = conformance::path();
    let vectors = vectors.to_string_lossy();
    let mut all = vec![("PYTHONDONTWRITEBYTECODE", "1"), ("STILLFRAME_CONFORMANCE", &*vectors)];
    all.extend(variables);
    let mut command = sid.command(program, &all);
    command.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    if files.is_empty() {
        command.arg(&folder);
    }
    command.args(files.iter().map(|file| folder.join(file)));
    let ended = show(&mut command)?;
    passed((ended.status.success(), ended.output))
}

/// Whether the interpreter has a compiler that `PYTHON_JIT` switches on.
fn has_jit(sid: &Sid, program: &Path) -> bool {
    let code = "import sys; print(sys._jit.is_available())";
    let mut command = sid.command(program, &[]);
    command.args(["-c", code]);
    command.output().is_ok_and(|output| output.stdout == b"True\n")
}
