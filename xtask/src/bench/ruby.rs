//! What a probe costs on Ruby: the program of `bench/ruby` on each Ruby that is there.
//!
//! Knows how it is started. Invariant: each subject has a process of its own.

use super::rows_of;
use crate::Result;
use crate::dist::cargo;
use crate::files::{copy, make_folder, root, target};
use crate::process::must;
use crate::ruby::{self, Ruby};
use crate::step::step;
use std::path::PathBuf;
use std::process::Command;
use stillframe_bench::{RUBY_CASES, Row, missing};

/// Ours, and what Ruby itself offers: an empty block, a condition by a binding, its debugger.
const SUBJECTS: [&str; 4] = ["stillframe", "tracepoint", "binding", "debug"];

/// Rows of every Ruby, and what could not be measured.
pub(super) fn rows(short: bool) -> Result<(Vec<Row>, Vec<String>)> {
    let (rubies, fault) = ruby::all();
    let (mut rows, mut absent) = (Vec::new(), Vec::from_iter(fault));
    for ruby in &rubies {
        let library = library(ruby)?;
        for subject in SUBJECTS {
            let name = format!("Ruby {}: {subject}", ruby.version);
            let measured = step(&name, || {
                let mut command = Command::new(&ruby.program);
                command.arg(root().join("bench/ruby/overhead.rb")).arg(subject);
                command.args(short.then_some("--short"));
                rows_of(command.env("STILLFRAME_RUBY_LIBRARY", &library))
            });
            match measured {
                Ok(measured) => rows.extend(measured),
                Err(fault) if subject == "debug" => absent.push(format!("{name}: {fault}")),
                Err(fault) => return Err(fault),
            }
        }
        let lacks = missing(&rows, &RUBY_CASES, "stillframe");
        if !lacks.is_empty() {
            return Err(format!("Ruby {}: no row of {}", ruby.version, lacks.join(", ")));
        }
    }
    Ok((rows, absent))
}

/// The binding, built for a Ruby.
fn library(ruby: &Ruby) -> Result<PathBuf> {
    let folder = target(&format!("bench/ruby-{}", ruby.version));
    let mut command = cargo("build");
    command.args(["--locked", "--release", "-p", "stillframe-ruby", "--target-dir"]).arg(&folder);
    must(command.env("RUBY", &ruby.program))?;
    let library = folder.join("loaded/stillframe_ruby.so");
    make_folder(&folder.join("loaded"))?;
    copy(&folder.join("release/libstillframe_ruby.so"), &library)?;
    Ok(library)
}
