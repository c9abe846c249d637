//! A histogram that a hit fills: counters in the layout of the histogram library.
//!
//! Not the library's own `Histogram`: recording into that needs it exclusively, so either a hit or
//! the shipper that reads would wait. Invariant: recording allocates nothing and waits for nobody.

use crate::probe::durations::{BUCKETS, SCALE_BITS, Spread, bucket, middle};
use crate::registry::Word;

/// The counters.
#[derive(Debug)]
pub(super) struct Counts {
    counts: Box<[Word]>,
    sum_ns: Word,
    /// The greatest difference from `u64::MAX`: zero, as everything here, before there is one.
    least: Word,
    max_ns: Word,
}

impl Default for Counts {
    fn default() -> Self {
        let counts = std::iter::repeat_with(Word::default).take(BUCKETS).collect();
        Self { counts, sum_ns: Word::default(), least: Word::default(), max_ns: Word::default() }
    }
}

impl Counts {
    /// Counts one duration. 3 ns.
    #[inline]
    pub(super) fn record(&self, ns: u64) {
        if let Some(count) = self.counts.get(bucket(ns, SCALE_BITS)) {
            count.bump();
        }
        self.sum_ns.add(ns);
        if self.least.get() < u64::MAX - ns {
            self.least.set(u64::MAX - ns);
        }
        if self.max_ns.get() < ns {
            self.max_ns.set(ns);
        }
    }

    /// Counts one duration where threads count at the same time. 20 ns.
    pub(super) fn record_shared(&self, ns: u64) {
        if let Some(count) = self.counts.get(bucket(ns, SCALE_BITS)) {
            count.add_shared(1);
        }
        self.sum_ns.add_shared(ns);
        self.least.raise_shared(u64::MAX - ns);
        self.max_ns.raise_shared(ns);
    }

    /// What was counted so far, if anything.
    pub(super) fn spread(&self) -> Option<Spread> {
        let counts = self.counts.iter().map(Word::get).enumerate().filter(|(_, count)| *count > 0);
        let buckets = counts.map(|(at, count)| (middle(at, SCALE_BITS), count)).collect();
        Spread::of(buckets, self.sum_ns.get(), u64::MAX - self.least.get(), self.max_ns.get())
    }

    /// Forgets everything.
    pub(super) fn reset(&self) {
        self.counts.iter().chain([&self.sum_ns, &self.least, &self.max_ns]).for_each(|word| {
            word.set(0);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_recorded_is_summed_up() {
        let counts = Counts::default();
        assert_eq!(counts.spread(), None);
        [700, 100, 400].into_iter().for_each(|ns| counts.record(ns));
        let spread = counts.spread().expect("three were recorded");
        assert_eq!((spread.count, spread.min_ns, spread.max_ns), (3, 100, 700));
        assert_eq!((spread.mean_ns, spread.buckets.len()), (400, 3));
        counts.reset();
        counts.record(9);
        let spread = counts.spread().expect("one was recorded");
        assert_eq!((spread.count, spread.min_ns, spread.max_ns), (1, 9, 9));
    }
}
