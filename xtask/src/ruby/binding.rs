//! The binding for Ruby: its library for each version, the agents' folder, its own tests.
//!
//! Knows how cargo is told which Ruby. Invariant: each version has its own build folder, for another
//! Ruby rebuilds what reads its headers.

use super::Ruby;
use crate::Result;
use crate::conformance;
use crate::dist::cargo;
use crate::files::{copy, make_empty, make_folder, root, target};
use crate::process::{must, show};
use crate::profile;
use crate::step::Verdict;
use crate::test::passed;
use std::env::consts::OS;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The native half, in a folder of its version.
pub(super) const LIBRARY: &str = "stillframe_ruby.so";

/// The library for each of `rubies`, optimised as every agent is.
pub(crate) fn libraries(rubies: &[Ruby]) -> Result<Vec<(Ruby, PathBuf)>> {
    let with = |ruby: &Ruby| Ok((ruby.clone(), library(ruby)?));
    rubies.iter().map(with).collect()
}

/// The library for a Ruby.
fn library(ruby: &Ruby) -> Result<PathBuf> {
    let folder = build_folder(ruby)?;
    let mut build = profile::cargo("build");
    build.args(["-p", "stillframe-ruby"]);
    must(build.env("RUBY", &ruby.program).env("CARGO_TARGET_DIR", &folder))?;
    let ending = if OS == "macos" { "dylib" } else { "so" };
    let library = target("ruby").join(&ruby.version).join(LIBRARY);
    make_folder(&target("ruby").join(&ruby.version))?;
    copy(&profile::built_in(&folder).join(format!("libstillframe_ruby.{ending}")), &library)?;
    Ok(library)
}

/// Where cargo builds for a Ruby. A new one begins as a copy of another's, or of what was built for the
/// other runtimes.
fn build_folder(ruby: &Ruby) -> Result<PathBuf> {
    let all = target("ruby/build");
    let folder = all.join(&ruby.version);
    let others = std::fs::read_dir(&all).into_iter().flatten().flatten();
    profile::begin(&folder, others.map(|entry| entry.path()))?;
    Ok(folder)
}

/// Lays out at `folder` what `stillframe run` has Ruby load.
pub(crate) fn agents(folder: &Path, libraries: &[(Ruby, PathBuf)]) -> Result<()> {
    make_empty(folder)?;
    copy(&root().join("bindings-ruby/lib"), folder)?;
    for (ruby, library) in libraries {
        let below = folder.join("stillframe").join(&ruby.version);
        make_folder(&below)?;
        copy(library, &below.join(LIBRARY))?;
    }
    Ok(())
}

/// Lints the binding as it is built for the first of `rubies`.
pub(crate) fn clippy(rubies: &[Ruby]) -> Result<()> {
    let Some(ruby) = rubies.first() else { return Ok(()) };
    let mut command = cargo("clippy");
    command.args(["--locked", "-p", "stillframe-ruby", "--", "-D", "warnings"]);
    must(command.env("RUBY", &ruby.program)).map(|_| ())
}

/// Runs the binding's tests on a Ruby, the long forms too if they are asked for.
pub(crate) fn tests(ruby: &Ruby, full: bool) -> Result<Verdict> {
    let library = library(ruby)?;
    if !ruby.has("minitest") {
        let program = ruby.program.display();
        return Ok(Verdict::Skipped(format!("{program} has no minitest")));
    }
    let mut command = Command::new(&ruby.program);
    command.arg(root().join("bindings-ruby/tests/run.rb")).current_dir(root());
    command.env("STILLFRAME_RUBY_LIBRARY", library);
    command.env("STILLFRAME_CONFORMANCE", conformance::path());
    if full {
        command.env("CYCLES", "3000");
    }
    let ended = show(&mut command)?;
    passed((ended.status.success(), ended.output))
}
