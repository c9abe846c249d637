//! Another product for Ruby, driven without its cloud by a subject of `bench/ruby`.
//!
//! Knows its gem. Invariant: where it cannot be measured here it stops nothing, and is answered with
//! why.

use super::{Bench, without_base};
use crate::Result;
use crate::files::{make_empty, target};
use crate::process::quiet;
use crate::step::step;
use std::path::PathBuf;
use std::process::Command;
use stillframe_bench::Row;

/// Subject of its rows, and the gem with its version.
const DATADOG: (&str, &str) = ("datadog", "2.41.0");

/// Adds its rows on this Ruby.
pub(super) fn add(bench: &Bench, rows: &mut Vec<Row>, absent: &mut Vec<String>) {
    let (gem, number) = DATADOG;
    let name = format!("{gem} {number} on Ruby {}", bench.ruby.version);
    match step(&name, || measure(bench)) {
        Ok(measured) => rows.extend(without_base(measured)),
        Err(fault) => absent.push(format!("{name}: {fault}")),
    }
}

fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let home = home(bench)?;
    let (gem, _) = DATADOG;
    bench.middle(
        || {
            let mut command = bench.program("bench/ruby/overhead.rb", &[]);
            command.env("GEM_HOME", &home);
            command
        },
        gem,
    )
}

/// A `GEM_HOME` of its own, where it is installed.
fn home(bench: &Bench) -> Result<PathBuf> {
    let (gem, number) = DATADOG;
    let folder = target("bench/peers").join(format!("{gem}-{number}-{}", bench.ruby.version));
    let installed = folder.join(format!("specifications/{gem}-{number}.gemspec"));
    if !installed.exists() {
        make_empty(&folder)?;
        let mut command = Command::new(&bench.ruby.program);
        command.args(["-rrubygems/gem_runner", "-e", "Gem::GemRunner.new.run(ARGV)", "--"]);
        command.args(["install", gem, "--version", number, "--no-document"]);
        quiet(command.env("GEM_HOME", &folder))
            .map_err(|fault| format!("the gem could not be installed: {fault}"))?;
    }
    Ok(folder)
}
