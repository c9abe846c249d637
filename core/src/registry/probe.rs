//! A probe as the hit path and the shipper share it.
//!
//! Knows nothing of where it sits: its sites point here. Everything is an atomic, or a lock that is
//! only ever tried on the application's threads. Invariant: a probe is never reused for another; a
//! late hit finds the state *removed* and nothing else.

use super::{State, StateWord, Tally, Word};
use crate::condition::Failure;
use crate::ids::ProbeId;
use crate::probe::{Delivery, ProbeSpec};
use crate::quota::{self, Budget, Limit, Rate};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

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

/// A probe.
#[derive(Debug)]
pub struct Probe {
    /// Its id.
    pub id: ProbeId,
    /// What was asked for.
    pub spec: ProbeSpec,
    /// Who placed it.
    pub origin: Origin,
    /// Where it stands.
    pub state: StateWord,
    /// What became of its hits.
    pub tally: Tally,
    /// Nanoseconds its hits cost so far.
    pub spent_ns: Word,
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
    acknowledged: AtomicU64,
    spooled: AtomicU64,
    spool_dropped: AtomicU64,
    refused_by_check: AtomicU64,
}

impl Probe {
    /// A probe that waits to be armed, with at most `ceiling_ppm` millionths of a core.
    pub fn new(id: ProbeId, spec: ProbeSpec, origin: Origin, ceiling_ppm: u32) -> Self {
        Self {
            id,
            state: StateWord::new(State::Pending),
            tally: Tally::default(),
            spent_ns: Word::default(),
            rate: quota::rate(&spec),
            limit: quota::limit(&spec),
            budget: Budget::new(quota::budget_ppm(&spec, ceiling_ppm)),
            suspect: Word::default(),
            rests: AtomicU32::new(0),
            failure: Mutex::new(None),
            acknowledged: AtomicU64::new(0),
            spooled: AtomicU64::new(0),
            spool_dropped: AtomicU64::new(0),
            refused_by_check: AtomicU64::new(0),
            spec,
            origin,
        }
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

    /// `count` captures now wait for their reader.
    pub fn spool(&self, count: u64) {
        self.spooled.fetch_add(count, Ordering::Relaxed);
    }

    /// `count` waiting captures reached their reader.
    pub fn acknowledge(&self, count: u64) {
        self.acknowledged.fetch_add(count, Ordering::Relaxed);
        self.spooled.fetch_sub(count, Ordering::Relaxed);
    }

    /// `count` waiting captures were dropped.
    pub fn drop_spooled(&self, count: u64) {
        self.spool_dropped.fetch_add(count, Ordering::Relaxed);
        self.spooled.fetch_sub(count, Ordering::Relaxed);
    }

    /// The check refused a capture.
    pub fn refuse(&self) {
        self.refused_by_check.fetch_add(1, Ordering::Relaxed);
    }

    /// What became of its captures.
    pub fn delivery(&self) -> Delivery {
        Delivery {
            acknowledged: self.acknowledged.load(Ordering::Relaxed),
            spooled: self.spooled.load(Ordering::Relaxed),
            spool_dropped: self.spool_dropped.load(Ordering::Relaxed),
            refused_by_check: self.refused_by_check.load(Ordering::Relaxed),
        }
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
        let words =
            [&self.acknowledged, &self.spooled, &self.spool_dropped, &self.refused_by_check];
        words.into_iter().for_each(|word| word.store(0, Ordering::Relaxed));
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

    #[test]
    fn deliveries_add_up() {
        let probe = probe();
        probe.spool(5);
        probe.acknowledge(2);
        probe.drop_spooled(1);
        probe.refuse();
        let delivery = probe.delivery();
        let sum = delivery.acknowledged + delivery.spooled + delivery.spool_dropped;
        assert_eq!((sum, delivery.refused_by_check), (5, 1));
    }
}
