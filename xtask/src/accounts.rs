//! Accounts and memory: the random schedules for ten minutes, and valgrind over what is unsafe.
//!
//! Knows which tests reach the unsafe modules. Invariant: both run the tests that `cargo test` runs,
//! only longer or watched.

use crate::Result;
use crate::count::in_output;
use crate::dist::cargo;
use crate::process::show;
use crate::step::{Chain, Verdict};
use crate::system::{Package, install, runs};
use std::process::Command;

/// Seconds of random schedules under `--full`.
const LONG_S: &str = "600";
/// Errors of memory end with this.
const FOUND: &str = "99";
/// What valgrind is told besides. Memory that lives as long as the process is meant to.
const OPTIONS: [&str; 3] = ["--quiet", "--leak-check=no", "--fair-sched=yes"];
/// Unit tests that reach the unsafe modules: the buffer and the calls into the system.
const SHORT: [&str; 2] = ["buffer::", "clock::"];
/// Under `--full` whole stories as well: hits, forks, the link, captures.
const LONG: [&str; 8] = [
    "buffer::",
    "clock::",
    "registry::",
    "transport::",
    "capture::",
    "agent::tests::life",
    "agent::tests::link",
    "agent::tests::quotas",
];

/// The steps of the gate.
pub(crate) fn chain<'a>(full: bool) -> Chain<'a> {
    let mut chain = Chain::default();
    if full {
        chain.step("accounts for ten minutes", schedules);
    }
    chain.step("valgrind", move || memory(if full { &LONG } else { &SHORT }));
    chain
}

fn schedules() -> Result<Verdict> {
    let mut command = core_tests();
    command.args(["--", "--nocapture", "every_hit_is_accounted_for"]);
    command.env("STILLFRAME_ACCOUNTS_S", LONG_S);
    verdict(&mut command)
}

/// The core's unit tests.
fn core_tests() -> Command {
    let mut command = cargo("test");
    command.args(["--locked", "-p", "stillframe-core", "--lib"]);
    command
}

/// Valgrind, or why it is not here.
fn valgrind() -> Result<()> {
    let package = Package { apt: &["valgrind"], dnf: &["valgrind"], brew: &["valgrind"] };
    if !runs("valgrind", &["--version"])
        && let Err(fault) = install(&package)
    {
        return Err(format!("valgrind is missing: {fault}"));
    }
    Ok(())
}

/// The binding's tests of reading values, with Python's own allocator out of the way: it would hide
/// from valgrind what is freed.
pub(crate) fn values(mut tests: Command) -> Result<Verdict> {
    if let Err(fault) = valgrind() {
        return Ok(Verdict::Skipped(fault));
    }
    let mut command = Command::new("valgrind");
    command.arg(format!("--error-exitcode={FOUND}")).args(OPTIONS);
    command.arg(tests.get_program()).args(tests.get_args());
    tests.env("PYTHONMALLOC", "malloc");
    command.envs(tests.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = tests.get_current_dir() {
        command.current_dir(folder);
    }
    verdict(&mut command)
}

fn memory(filters: &[&str]) -> Result<Verdict> {
    if let Err(fault) = valgrind() {
        return Ok(Verdict::Skipped(fault));
    }
    let mut command = core_tests();
    let runner = format!("valgrind --error-exitcode={FOUND} {}", OPTIONS.join(" "));
    command.env(runner_variable(), runner).arg("--").args(filters);
    verdict(&mut command)
}

/// What cargo reads the runner of this machine's programs from.
fn runner_variable() -> String {
    let (arch, system) = (std::env::consts::ARCH, std::env::consts::OS);
    let target = match system {
        "macos" => format!("{arch}_apple_darwin"),
        _ => format!("{arch}_unknown_linux_gnu"),
    };
    format!("CARGO_TARGET_{}_RUNNER", target.to_uppercase())
}

fn verdict(command: &mut Command) -> Result<Verdict> {
    let ended = show(command)?;
    let counts = in_output(&ended.output);
    match (ended.status.success(), counts.passed + counts.failed) {
        (_, 0) => Err("no test ran".to_owned()),
        (false, _) if counts.failed == 0 => Err("memory errors were found".to_owned()),
        _ => Ok(Verdict::Ran(counts)),
    }
}
