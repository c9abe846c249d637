//! The end-to-end tests on a Ruby that is not the one of the path.
//!
//! Knows how a test finds its Ruby: by the path. Invariant: what a Ruby lacks for a test is said.

use super::Ruby;
use crate::Result;
use crate::dist::{Product, cargo};
use crate::files::{make_empty, target};
use crate::process::show;
use crate::say::say;
use crate::step::Verdict;
use crate::test::{WORKSPACE, passed};
use std::env::{join_paths, split_paths, var_os};
use std::ffi::OsString;
use std::os::unix::fs::symlink;

/// Tests that want Ruby alone, and those that want Puma and Bundler.
const PLAIN: [&str; 2] = ["e2e_ruby", "e2e_ruby_ends"];
const PUMA: &str = "e2e_ruby_puma";

/// Runs them.
pub(crate) fn end_to_end(ruby: &Ruby, product: &Product) -> Result<Verdict> {
    let mut tests = PLAIN.to_vec();
    match ruby.has("puma") && ruby.has("sinatra/base") {
        true => tests.push(PUMA),
        false => say!("SKIPPED: {PUMA}: {} has no Sinatra and Puma", ruby.program.display()),
    }
    let mut command = cargo("test");
    // The same packages as in the whole, so that nothing is built twice.
    command.args(["--locked", "--no-fail-fast"]).args(WORKSPACE);
    for test in tests {
        command.args(["--test", test]);
    }
    command.env("PATH", first_in_path(ruby)?).env("STILLFRAME_ENABLED", "true");
    command.env("STILLFRAME_BIN", &product.bin).env("STILLFRAME_AGENTS", &product.agents);
    let ended = show(&mut command)?;
    passed((ended.status.success(), ended.output))
}

/// A path in which `ruby` is this one, whatever its program is called.
fn first_in_path(ruby: &Ruby) -> Result<OsString> {
    let folder = target("ruby/paths").join(&ruby.version);
    make_empty(&folder)?;
    let link = folder.join("ruby");
    symlink(&ruby.program, &link).map_err(|error| format!("link {}: {error}", link.display()))?;
    // Its own `bundle` and `puma` lie beside it.
    let own = ruby.program.parent().map(|folder| folder.to_path_buf());
    let all = var_os("PATH").unwrap_or_default();
    let path = join_paths([folder].into_iter().chain(own).chain(split_paths(&all)));
    path.map_err(|error| format!("a path for Ruby {}: {error}", ruby.version))
}
