//! The step runner: what is being done, how long it took, how it ended; and steps side by side.
//!
//! Knows nothing of the steps. Invariant: everything said goes to stderr, so that stdout stays free
//! for data, except the one closing line of the gate.

use crate::Result;
use crate::count::Counts;
use crate::say::{in_one_piece, say, speak_as, voice};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// More lanes than this would only make what is measured in time less certain.
const MOST_LANES: usize = 4;

/// Does one thing, and says what and how long.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say!("\n── {name}");
    let start = Instant::now();
    let done = work();
    let seconds = start.elapsed().as_secs_f64();
    match &done {
        Ok(_) => say!("── {name}: done in {seconds:.1} s"),
        Err(fault) => say!("── {name}: FAILED after {seconds:.1} s: {fault}"),
    }
    done
}

/// The same beside other steps: what is said comes when it has ended.
pub(crate) fn beside<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say!("── {name}: begun");
    in_one_piece(|| step(name, work))
}

/// Does `work` on every item, on one lane a processor; answers in the items' order.
pub(crate) fn on_lanes<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let waiting = Mutex::new(items.into_iter().enumerate().collect::<VecDeque<_>>());
    let done = Mutex::new(Vec::new());
    let voice = voice();
    let lane = || {
        speak_as(voice.clone());
        while let Some((number, item)) = next(&waiting) {
            let one = work(item);
            locked(&done).push((number, one));
        }
    };
    thread::scope(|scope| {
        (0..lanes()).for_each(|_| drop(scope.spawn(lane)));
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, one)| one).collect()
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

/// A step's name and its work.
type Step<'a> = (String, Box<dyn FnOnce() -> Result<Verdict> + Send + 'a>);

/// Steps in their order, which may run beside other chains.
#[derive(Default)]
pub(crate) struct Chain<'a> {
    before: Option<Step<'a>>,
    steps: Vec<Step<'a>>,
}

impl<'a> Chain<'a> {
    /// A chain whose steps need `work` done before.
    pub(crate) fn after(name: &str, work: impl FnOnce() -> Result<Verdict> + Send + 'a) -> Self {
        Self { before: Some((name.to_owned(), Box::new(work))), steps: Vec::new() }
    }

    /// A chain of one step.
    pub(crate) fn of(name: &str, work: impl FnOnce() -> Result<Verdict> + Send + 'a) -> Self {
        let mut chain = Self::default();
        chain.step(name, work);
        chain
    }

    /// One more step.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Verdict> + Send + 'a) {
        self.steps.push((name.to_owned(), Box::new(work)));
    }
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
        self.note(name, start, done);
    }

    /// Runs chains side by side, one on each lane: a step's words come when it has ended. Which
    /// chain comes first is begun first.
    pub(crate) fn side_by_side(&mut self, chains: Vec<Chain<'_>>) {
        let wanted = chains.into_iter().filter_map(|chain| self.wanted(chain)).collect();
        let gate = Mutex::new(self);
        on_lanes(wanted, |chain| {
            for (name, work) in chain {
                let start = Instant::now();
                let done = beside(&name, work);
                locked(&gate).note(&name, start, done);
            }
        });
    }

    /// What runs of a chain, if anything does.
    fn wanted<'a>(&self, chain: Chain<'a>) -> Option<Vec<Step<'a>>> {
        let mut steps = chain.steps;
        steps.retain(|(name, _)| self.wants(name));
        (!steps.is_empty()).then(|| chain.before.into_iter().chain(steps).collect())
    }

    fn note(&mut self, name: &str, start: Instant, done: Result<Verdict>) {
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
        say!("\n{}", self.lines.join("\n"));
        println!("{}", self.sum);
        match self.faults {
            0 => Ok(()),
            faults => Err(format!("{faults} of {} steps", self.lines.len())),
        }
    }
}

/// How many things run at once.
fn lanes() -> usize {
    thread::available_parallelism().map_or(1, |count| count.get().min(MOST_LANES))
}

fn next<T>(waiting: &Mutex<VecDeque<T>>) -> Option<T> {
    locked(waiting).pop_front()
}

/// Whoever fell while holding it had only noted a line.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether nothing may be missing.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true" || value == "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_keeps_its_order_and_runs_what_is_wanted_after_what_it_needs() {
        let done = Mutex::new(Vec::new());
        let seen = |name| locked(&done).push(name);
        let fine = |name| {
            move || {
                seen(name);
                Ok(Verdict::Fine)
            }
        };
        let mut chain = Chain::after("build", fine("build"));
        chain.step("tests a", fine("a"));
        chain.step("other", fine("other"));
        chain.step("tests b", || Err("no such thing".to_owned()));
        let unwanted = Chain::after("build more", fine("more"));
        let mut gate = Gate::new(Some("tests"));
        gate.side_by_side(vec![unwanted, chain]);
        assert_eq!(*locked(&done), ["build", "a"]);
        assert_eq!((gate.lines.len(), gate.faults), (3, 1));
    }
}
