//! The step runner: what is being done, how long it took, how it ended.
//!
//! Knows nothing of the steps. Invariant: everything said goes to stderr, so that stdout stays free
//! for data, except the one closing line of the gate.

use crate::Result;
use crate::count::Counts;
use std::time::Instant;

/// Does one thing, and says what and how long.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("\n── {name}");
    let start = Instant::now();
    let done = work();
    let seconds = start.elapsed().as_secs_f64();
    match &done {
        Ok(_) => eprintln!("── {name}: done in {seconds:.1} s"),
        Err(fault) => eprintln!("── {name}: FAILED after {seconds:.1} s: {fault}"),
    }
    done
}

/// What a gate's step came to.
pub(crate) enum Verdict {
    /// A runner counted tests.
    Ran(Counts),
    /// A check without tests of its own.
    Fine,
    /// Something is missing on this machine.
    Skipped(String),
}

/// Steps that all run, whatever the others came to, and are summed up at the end.
#[derive(Default)]
pub(crate) struct Gate {
    only: Option<String>,
    sum: Counts,
    lines: Vec<String>,
    faults: u64,
}

impl Gate {
    /// A gate of the steps whose name contains `only`.
    pub(crate) fn new(only: Option<&str>) -> Self {
        Self { only: only.map(str::to_owned), ..Self::default() }
    }

    /// Whether a step of that name runs.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }

    /// Runs a step and notes what it came to.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Verdict>) {
        if self.wants(name) {
            self.always(name, work);
        }
    }

    /// The same for a step that others need.
    pub(crate) fn always(&mut self, name: &str, work: impl FnOnce() -> Result<Verdict>) {
        let start = Instant::now();
        let done = step(name, work);
        let seconds = start.elapsed().as_secs_f64();
        let line = match done {
            Ok(Verdict::Ran(counts)) => {
                self.sum += counts;
                self.faults += u64::from(counts.failed > 0);
                counts.to_string()
            }
            Ok(Verdict::Fine) => "fine".to_owned(),
            Ok(Verdict::Skipped(reason)) if in_ci() => {
                self.sum.failed += 1;
                self.faults += 1;
                format!("FAILED: missing in CI: {reason}")
            }
            Ok(Verdict::Skipped(reason)) => {
                self.sum.skipped += 1;
                format!("SKIPPED: {reason}")
            }
            Err(fault) => {
                self.sum.failed += 1;
                self.faults += 1;
                format!("FAILED: {fault}")
            }
        };
        self.lines.push(format!("{seconds:>7.1} s  {name:<32} {line}"));
    }

    /// Prints the summary, its last line on stdout.
    pub(crate) fn close(self) -> Result<()> {
        eprintln!("\n{}", self.lines.join("\n"));
        println!("{}", self.sum);
        match self.faults {
            0 => Ok(()),
            faults => Err(format!("{faults} of {} steps", self.lines.len())),
        }
    }
}

/// Whether nothing may be missing.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true" || value == "1")
}
