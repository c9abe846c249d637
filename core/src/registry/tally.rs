//! Counters that one writer at a time moves and anybody reads.
//!
//! Knows no probe. Invariant: each hit moves exactly one of the counters of [`Tally`], and the hits
//! are their sum; so the two can never disagree.

use crate::probe::Counters;
use std::sync::atomic::{AtomicU64, Ordering};

/// A counter whose writers are serialised by the runtime's own lock: a plain load and store, exact
/// because of that lock and a third of the price of an atomic addition.
#[derive(Debug, Default)]
pub struct Word(AtomicU64);

impl Word {
    /// Adds one and says what it was before. Below 1 ns.
    #[inline]
    pub fn bump(&self) -> u64 {
        self.add(1)
    }

    /// Adds `more` and says what it was before.
    #[inline]
    pub fn add(&self, more: u64) -> u64 {
        let before = self.0.load(Ordering::Relaxed);
        self.0.store(before.wrapping_add(more), Ordering::Relaxed);
        before
    }

    /// Adds `more` where no lock of the runtime serialises the writers, and says what it was before.
    /// About 5 ns. A counter has writers of one sort only: mixed with [`Word::add`] it would lose some.
    #[inline]
    pub fn add_shared(&self, more: u64) -> u64 {
        self.0.fetch_add(more, Ordering::Relaxed)
    }

    /// Makes it `value` at least, whoever else writes.
    #[inline]
    pub fn raise_shared(&self, value: u64) {
        self.0.fetch_max(value, Ordering::Relaxed);
    }

    /// Its value.
    #[inline]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets it.
    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

/// What became of the hits of one probe.
#[derive(Debug, Default)]
pub struct Tally {
    /// Published, or counted.
    pub captured: Word,
    /// The condition was false.
    pub condition_false: Word,
    /// The condition could not be evaluated.
    pub condition_failed: Word,
    /// A quota forbade it.
    pub over_quota: Word,
    /// No buffer was free.
    pub buffer_full: Word,
    /// Inside another hit, or lost to a defect of ours.
    pub missed: Word,
}

impl Tally {
    /// As it is reported.
    pub fn read(&self) -> Counters {
        let mut counters = Counters {
            hits: 0,
            captured: self.captured.get(),
            condition_false: self.condition_false.get(),
            condition_failed: self.condition_failed.get(),
            over_quota: self.over_quota.get(),
            buffer_full: self.buffer_full.get(),
            missed: self.missed.get(),
        };
        counters.hits = counters.captured
            + counters.condition_false
            + counters.condition_failed
            + counters.over_quota
            + counters.buffer_full
            + counters.missed;
        counters
    }

    /// Hits in all.
    pub fn hits(&self) -> u64 {
        self.read().hits
    }

    /// Forgets everything: a new instance counts from zero.
    pub fn reset(&self) {
        let words = [
            &self.captured,
            &self.condition_false,
            &self.condition_failed,
            &self.over_quota,
            &self.buffer_full,
            &self.missed,
        ];
        words.into_iter().for_each(|word| word.set(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_the_sum_of_what_became_of_them() {
        let tally = Tally::default();
        tally.captured.bump();
        tally.condition_false.add(64);
        tally.missed.bump();
        let counters = tally.read();
        assert_eq!((counters.hits, counters.condition_false), (66, 64));
        tally.reset();
        assert_eq!(tally.hits(), 0);
    }
}
