//! A probe as the hit path and the shipper share it.
//!
//! Knows nothing of where it sits: its sites point here. Everything is an atomic, or a lock that is
//! only ever tried on the application's threads. Invariant: a probe is never reused for another; a
//! late hit finds the state *removed* and nothing else.

use super::{Deliveries, State, StateWord, Tally, Word};
use crate::condition::Failure;
use crate::ids::ProbeId;
use crate::probe::ProbeSpec;
use crate::quota::{self, Budget, Limit, Rate};
use crate::snapshot::Callback;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// Who placed a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The hub.
    Hub,
    /// The application's own code.
    Api,
    /// The file that `STILLFRAME_PROBES` names.
    File,
}

/// A failed condition, and at which site.
#[derive(Clone, Copy, Debug)]
pub struct FailureSeen {
    /// The site whose program can explain it.
    pub site: u32,
    /// The failure.
    pub failure: Failure,
}

/// The application's own function for the captures of one probe.
pub struct Reader(pub Callback);

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

/// A probe.
#[derive(Debug)]
pub struct Probe {
    /// Its id.
    pub id: ProbeId,
    /// What was asked for.
    pub spec: ProbeSpec,
    /// Who placed it.
    pub origin: Origin,
    /// Who reads its captures, if it is not the hub or a sink.
    pub reader: Option<Reader>,
    /// Where it stands.
    pub state: StateWord,
    /// What became of its hits.
    pub tally: Tally,
    /// What became of its captures.
    pub deliveries: Deliveries,
    /// Nanoseconds its hits cost so far.
    pub spent_ns: Word,
    /// Nanoseconds that each costs outside the core; 0 where that is what the process says.
    pub hit_cost_ns: Word,
    /// Rate of its captures.
    pub rate: Option<Rate>,
    /// Number of its captures.
    pub limit: Limit,
    /// Its share of one core.
    pub budget: Budget,
    /// Whether the latest measured cost looked like a preemption: the next is measured by
    /// processor time.
    pub suspect: Word,
    rests: AtomicU32,
    failure: Mutex<Option<FailureSeen>>,
}

impl Probe {
    /// A probe that waits to be armed, with at most `ceiling_ppm` millionths of a core.
    pub fn new(id: ProbeId, spec: ProbeSpec, origin: Origin, ceiling_ppm: u32) -> Self {
        Self {
            id,
            state: StateWord::new(State::Pending),
            tally: Tally::default(),
            spent_ns: Word::default(),
            hit_cost_ns: Word::default(),
            rate: quota::rate(&spec),
            limit: quota::limit(&spec),
            budget: Budget::new(quota::budget_ppm(&spec, ceiling_ppm)),
            suspect: Word::default(),
            rests: AtomicU32::new(0),
            failure: Mutex::new(None),
            deliveries: Deliveries::default(),
            reader: None,
            spec,
            origin,
        }
    }

    /// The same with a reader of its own.
    pub fn with_reader(self, reader: Option<Callback>) -> Self {
        Self { reader: reader.map(Reader), ..self }
    }

    /// Goes to rest because it is over its budget, or stops if it was so too often.
    pub fn rest(&self) {
        const ON_LINE: [State; 2] = [State::Armed, State::Exhausted];
        let rests = self.rests.load(Ordering::Relaxed) + 1;
        let to = if rests >= quota::MAX_RESTS { State::Stopped } else { State::Resting };
        if self.state.step(&ON_LINE, to) {
            self.rests.store(rests, Ordering::Relaxed);
        }
    }

    /// Times it was over its budget.
    pub fn rests(&self) -> u32 {
        self.rests.load(Ordering::Relaxed)
    }

    /// Keeps a failure for the shipper to explain. Skipped where the shipper is reading one.
    pub fn saw_failure(&self, seen: FailureSeen) {
        if let Ok(mut failure) = self.failure.try_lock() {
            *failure = Some(seen);
        }
    }

    /// The latest failure that nobody took yet.
    pub fn take_failure(&self) -> Option<FailureSeen> {
        self.failure.try_lock().ok().and_then(|mut failure| failure.take())
    }

    /// Counts from zero: this process is a forked child and a new instance.
    pub fn reset_in_child(&self) {
        self.tally.reset();
        self.spent_ns.set(0);
        if let Some(rate) = &self.rate {
            rate.reset();
        }
        self.limit.reset();
        self.budget.reset();
        self.rests.store(0, Ordering::Relaxed);
        self.deliveries.reset();
        // Its parent's rate is not its own; what ended or was taken away stays so.
        self.state.step(&[State::Exhausted], State::Armed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Location;

    fn probe() -> Probe {
        let id = "p7k2".parse().expect("it is an id");
        Probe::new(id, ProbeSpec::snap(Location::default()), Origin::Api, 1_000_000)
    }

    #[test]
    fn the_third_time_over_budget_is_for_good() {
        let probe = probe();
        for expected in [State::Resting, State::Resting, State::Stopped] {
            probe.state.set(State::Armed);
            probe.rest();
            assert_eq!(probe.state.get(), expected);
        }
        assert_eq!(probe.rests(), 3);
        probe.rest();
        assert_eq!(probe.rests(), 3);
    }
}
