//! The shop in Ruby, sold from as a person would start it.
//!
//! Knows its two servers' command lines. Invariant: an order that fails on either is a fault.

use super::Ruby;
use crate::Result;
use crate::count::Counts;
use crate::customers::buy;
use crate::files::{root, target};
use crate::say::say;
use crate::step::Verdict;
use crate::system::{Package, install, runs};
use std::path::Path;
use std::process::Command;

/// What it needs.
const PACKAGES: Package = Package {
    apt: &["ruby-sinatra", "puma", "ruby-bundler", "ruby-zeitwerk"],
    dnf: &["rubygem-sinatra", "rubygem-puma", "rubygem-bundler", "rubygem-zeitwerk"],
    brew: &[],
};

/// Has the customers of `python` buy from it on a Ruby that has what it needs, under `full` on each.
pub(crate) fn shop(rubies: &[Ruby], python: Option<&Path>, full: bool) -> Result<Verdict> {
    let Some(python) = python else {
        return Ok(Verdict::Skipped("no CPython to run the customers".to_owned()));
    };
    let mut able = match able(rubies) {
        Ok(able) => able,
        Err(fault) => return Ok(Verdict::Skipped(fault)),
    };
    able.truncate(if full { able.len() } else { 1 });
    let lacks = |ruby: &&Ruby| able.iter().all(|one| one.version != ruby.version);
    for ruby in rubies.iter().filter(|ruby| full && lacks(ruby)) {
        say!("SKIPPED: the shop: {} has no Sinatra and Puma", ruby.program.display());
    }
    for ruby in &able {
        let mut command = Command::new(&ruby.program);
        command.arg("app.rb").current_dir(root().join("examples/checkout-ruby"));
        buy(&mut command, python, &target("ruby/logs"))
            .map_err(|fault| format!("Ruby {}: {fault}", ruby.version))?;
    }
    Ok(Verdict::Ran(Counts { passed: able.len() as u64, ..Counts::default() }))
}

/// The Rubies with Sinatra and Puma, installed now if that may be done; else what is missing.
pub(crate) fn able(rubies: &[Ruby]) -> Result<Vec<&Ruby>> {
    let able = || -> Vec<&Ruby> {
        let has =
            |ruby: &&Ruby| ruby.has("sinatra/base") && ruby.has("puma") && ruby.has("bundler");
        rubies.iter().filter(has).collect()
    };
    let found = able();
    // A Ruby has Bundler's library also where its command was left out.
    if !found.is_empty() && runs("bundle", &["--version"]) {
        return Ok(found);
    }
    install(&PACKAGES).map_err(|fault| format!("Sinatra and Puma are missing: {fault}"))?;
    let found = able();
    match found.is_empty() {
        true => Err("Sinatra and Puma are not found though they were installed".to_owned()),
        false => Ok(found),
    }
}
