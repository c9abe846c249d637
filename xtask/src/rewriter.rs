//! The mass tests of the rewriter of JavaScript, by the versions of Node that parse and run it.
//!
//! Knows the programs in `bindings-node/rewriter` and the packages that `tests/mass` pins. Invariant:
//! a rewriter that is wrong on purpose is noticed by each of the proofs that the right one passes.

use crate::Result;
use crate::count::{Counts, number};
use crate::dist::cargo;
use crate::files::{copy, make_empty, root, target};
use crate::node::{self, MAJORS};
use crate::process::{Ended, captured, must, quiet, show};
use crate::profile;
use crate::say::say;
use crate::step::{Chain, Verdict};
use crate::test::passed;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Ways to be wrong; the package in which that shows, and the number that says so.
const BROKEN: [(&str, &str, &str); 3] = [
    ("unclosed", "lodash", "bad_syntax"),
    ("unchecked", "lodash", "bad_answers"),
    ("shifted", "acorn", "bad_traces"),
];
/// Checks that call in the packages, at least.
const CALLS: u64 = 1_000_000;
/// Stack traces that are compared, at least.
const TRACES: u64 = 1_000;
/// Generated programs under `--full`; the gate runs as many as properties are tried by default.
const PROGRAMS: &str = "5000";

/// The steps: in the gate on the oldest version and the newest, under `--full` on all.
pub(crate) fn chain<'a>(full: bool) -> Chain<'a> {
    let mut chain = Chain::after("rewriter: its example", || {
        let mut command = profile::cargo("build");
        command.args(["-p", "stillframe-rewriter", "--example", "mass"]);
        must(&mut command).map(|_| Verdict::Fine)
    });
    for major in node::majors(full) {
        chain.step(&format!("rewriter node{major}: packages"), move || packages(major));
        // Those of the path's Node are among `cargo test`.
        if full || major != MAJORS[0] {
            let name = format!("rewriter node{major}: generated");
            chain.step(&name, move || programs(major, full));
        }
    }
    chain.step("rewriter: broken ones are noticed", broken);
    chain
}

/// Fetches the packages once, by the lock; answers the folder that they lie in.
pub(crate) fn fetched() -> Result<PathBuf> {
    let folder = target("mass");
    node::packages(&root().join("bindings-node/rewriter/tests/mass"), &folder)?;
    Ok(folder.join("node_modules"))
}

/// Rewrites all packages; answers what was said, and the folder.
fn rewritten(packages: &Path) -> Result<(String, PathBuf)> {
    let new = target("mass/new/node_modules");
    make_empty(&new)?;
    let mut command = Command::new(profile::folder().join("examples/mass"));
    Ok((quiet(command.arg(packages).arg(&new))?, new))
}

/// The same with one of them, in a way that is wrong.
fn spoilt(packages: &Path, name: &str, how: &str) -> Result<(String, PathBuf)> {
    let all = target("mass").join(how).join("node_modules");
    make_empty(&all)?;
    let new = all.join(name);
    let mut command = Command::new(profile::folder().join("examples/mass"));
    let said = quiet(command.arg(packages.join(name)).arg(&new).arg(how))?;
    copy(&new.join("checks.json"), &all.join("checks.json"))?;
    Ok((said, all))
}

/// Runs the packages as they were and as they are now.
fn run(node: &Path, old: &Path, new: &Path, uses: &[&str]) -> Result<Ended> {
    let mut command = Command::new(node);
    command.args(["--no-warnings", "--experimental-vm-modules"]);
    command.arg(root().join("bindings-node/rewriter/tests/mass/run.js")).arg(old).arg(new);
    captured(command.args(uses))
}

fn packages(major: u8) -> Result<Verdict> {
    let (node, old) = match node::find(major).and_then(|node| Ok((node, fetched()?))) {
        Ok(found) => found,
        Err(fault) => return Ok(Verdict::Skipped(fault)),
    };
    let (said, new) = rewritten(&old)?;
    say!("   {}", said.trim_end());
    if number(&said, "moved")? > 0 || number(&said, "refused")? > 0 {
        return Err("not every file is rewritten, or a token moved".to_owned());
    }
    let ended = run(&node, &old, &new, &[])?;
    say!("   {}", ended.output.trim_end());
    let count = |name| number(&ended.output, name);
    if count("calls")? < CALLS || count("traces")? < TRACES {
        return Err("too little of the packages ran".to_owned());
    }
    match ended.status.success() {
        true => Ok(Verdict::Ran(Counts { passed: count("files")?, ..Counts::default() })),
        false => Err("what is rewritten does not do the same".to_owned()),
    }
}

/// The crate's own tests that ask Node, with this version in place of the path's.
fn programs(major: u8, full: bool) -> Result<Verdict> {
    let node = match node::find(major) {
        Ok(node) => node,
        Err(fault) => return Ok(Verdict::Skipped(fault)),
    };
    let mut command = cargo("test");
    command.args(["--locked", "-p", "stillframe-rewriter", "--test", "node"]);
    if let Some(folder) = node.parent().filter(|folder| folder.is_absolute()) {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).map_err(|error| error.to_string())?);
    }
    if full {
        command.env("PROPTEST_CASES", PROGRAMS);
    }
    let ended = show(&mut command)?;
    passed((ended.status.success(), ended.output))
}

/// What is wrong on purpose must differ in the way that it is wrong, or nothing was proved.
fn broken() -> Result<Verdict> {
    let (node, old) = match node::find(MAJORS[0]).and_then(|node| Ok((node, fetched()?))) {
        Ok(found) => found,
        Err(fault) => return Ok(Verdict::Skipped(fault)),
    };
    let mut counts = Counts::default();
    for (how, name, noticed) in BROKEN {
        let (said, new) = spoilt(&old, name, how)?;
        let ended = run(&node, &old, &new, &[name])?;
        let found = number(&ended.output, noticed)?;
        say!("   {how}: {noticed}={found} moved={}", number(&said, "moved")?);
        if found == 0 || ended.status.success() {
            return Err(format!("what is {how} was not noticed: {}", ended.output));
        }
        // The example itself must see each token that is not where it was.
        if how == "shifted" && number(&said, "moved")? == 0 {
            return Err("no token was seen to move".to_owned());
        }
        counts.passed += 1;
    }
    Ok(Verdict::Ran(counts))
}
