//! What a probe costs on Ruby: the programs of `bench/ruby` on each Ruby that is there.
//!
//! Knows how they are started. Invariant: each subject has processes of its own, and a Ruby lacks no
//! row.

mod peers;

use super::rows_of;
use crate::Result;
use crate::files::root;
use crate::process::quiet;
use crate::ruby::{self, Ruby};
use crate::step::step;
use std::path::PathBuf;
use std::process::Command;
use stillframe_bench::{RUBY_CASES, Row, YJIT_CASES, missing};

/// Ours, and what Ruby itself offers: an empty block, a condition by a binding, its debugger.
const SUBJECTS: [&str; 4] = ["stillframe", "tracepoint", "binding", "debug"];
/// Processes of a subject: each lays memory out anew, and the middle one counts.
const PROCESSES: usize = 3;

/// Rows of every Ruby, and what could not be measured.
pub(super) fn rows(with_peers: bool, short: bool) -> Result<(Vec<Row>, Vec<String>)> {
    let (mut rubies, fault) = ruby::all();
    // Short rounds check the rows, which are the same on all.
    rubies.truncate(if short { 1 } else { rubies.len() });
    let (mut rows, mut absent) = (Vec::new(), Vec::from_iter(fault));
    for (ruby, library) in ruby::libraries(&rubies)? {
        let bench = Bench { ruby, library, short };
        rows.extend(bench.rows(&mut absent)?);
        if with_peers {
            peers::add(&bench, &mut rows, &mut absent);
        }
    }
    Ok((rows, absent))
}

/// One Ruby.
struct Bench {
    ruby: Ruby,
    library: PathBuf,
    short: bool,
}

impl Bench {
    fn rows(&self, absent: &mut Vec<String>) -> Result<Vec<Row>> {
        let version = &self.ruby.version;
        let mut rows = Vec::new();
        for subject in SUBJECTS {
            let name = format!("Ruby {version}: {subject}");
            match step(&name, || self.overhead(subject)) {
                Ok(measured) if subject == "stillframe" => rows.extend(measured),
                Ok(measured) => rows.extend(without_base(measured)),
                Err(fault) if subject == "debug" => absent.push(format!("{name}: {fault}")),
                Err(fault) => return Err(fault),
            }
        }
        rows.extend(step(&format!("Ruby {version}: processes"), || self.processes())?);
        let mut cases = RUBY_CASES.to_vec();
        if self.has_yjit() {
            cases.extend(YJIT_CASES);
            for subject in ["stillframe", "tracepoint"] {
                let name = format!("Ruby {version}: {subject} under YJIT");
                rows.extend(step(&name, || self.under_yjit(subject))?);
            }
        } else {
            absent.push(format!("Ruby {version} has no YJIT"));
        }
        let lacks = missing(&rows, &cases, "stillframe");
        match lacks.is_empty() {
            true => Ok(rows),
            false => Err(format!("Ruby {version}: no row of {}", lacks.join(", "))),
        }
    }

    fn program(&self, file: &str, flags: &[&str]) -> Command {
        let mut command = Command::new(&self.ruby.program);
        command.args(flags).arg(root().join(file));
        // What the person's own Ruby is started with is not what is measured.
        command.env_remove("RUBYOPT").env("STILLFRAME_RUBY_LIBRARY", &self.library);
        command
    }

    fn overhead(&self, subject: &str) -> Result<Vec<Row>> {
        self.middle(|| self.program("bench/ruby/overhead.rb", &[]), subject)
    }

    fn processes(&self) -> Result<Vec<Row>> {
        let mut command = self.program("bench/ruby/processes.rb", &[]);
        rows_of(command.args(self.short.then_some("--short")))
    }

    fn under_yjit(&self, subject: &str) -> Result<Vec<Row>> {
        let mut command = self.program("bench/ruby/yjit.rb", &["--yjit"]);
        rows_of(command.arg(subject).args(self.short.then_some("--short")))
    }

    fn has_yjit(&self) -> bool {
        let mut command = Command::new(&self.ruby.program);
        command.args(["--yjit", "-e", "exit RubyVM::YJIT.enabled?"]).env_remove("RUBYOPT");
        quiet(&mut command).is_ok()
    }

    /// Of several processes, each case's row in the middle: what is left of a difference where there is
    /// none falls on either side.
    fn middle(&self, program: impl Fn() -> Command, subject: &str) -> Result<Vec<Row>> {
        let processes = if self.short { 1 } else { PROCESSES };
        let measure = |_| {
            let mut command = program();
            rows_of(command.arg(subject).args(self.short.then_some("--short")))
        };
        let all: Vec<Vec<Row>> = (0..processes).map(measure).collect::<Result<_>>()?;
        let first = all.first().map(Vec::as_slice).unwrap_or_default();
        let middle = first.iter().filter_map(|row| {
            let of = all.iter().flatten().filter(|other| other.case == row.case);
            let mut of: Vec<&Row> = of.collect();
            of.sort_by(|one, other| one.ns.total_cmp(&other.ns));
            of.get(of.len() / 2).copied().cloned()
        });
        Ok(middle.collect())
    }
}

/// The base is the same for all, and ours has it.
fn without_base(rows: Vec<Row>) -> Vec<Row> {
    rows.into_iter().filter(|row| !row.case.starts_with("base")).collect()
}
