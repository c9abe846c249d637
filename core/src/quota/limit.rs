//! So many in all: reservations on one word.
//!
//! Knows no probe. Invariant: reservations that were not released are never more than the limit, and
//! each that stands has a number of its own, from 1.

use std::sync::atomic::{AtomicU64, Ordering};

/// A limit on how many there may be in all.
#[derive(Debug)]
pub struct Limit {
    most: u64,
    taken: AtomicU64,
}

impl Limit {
    /// At most `most`.
    pub fn new(most: u64) -> Self {
        Self { most, taken: AtomicU64::new(0) }
    }

    /// Reserves one and says its number; `None` if all are taken.
    pub fn reserve(&self) -> Option<u64> {
        let next = |taken: u64| (taken < self.most).then_some(taken + 1);
        let before = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        before.ok().map(|before| before + 1)
    }

    /// Gives the latest reservation back.
    pub fn release(&self) {
        let back = |taken: u64| taken.checked_sub(1);
        // An error says that nothing was reserved: nothing to give back.
        let _ = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, back);
    }

    /// Reserves one that is given back unless it is kept: whatever unwinds meanwhile takes nothing.
    pub fn hold(&self) -> Option<Reservation<'_>> {
        self.reserve().map(|number| Reservation { limit: self, number, kept: false })
    }

    /// Whether all are taken.
    pub fn is_reached(&self) -> bool {
        self.taken.load(Ordering::Relaxed) >= self.most
    }

    /// Forgets every reservation.
    pub fn reset(&self) {
        self.taken.store(0, Ordering::Relaxed);
    }
}

/// One of a limit, while it is not certain that it will be used.
#[derive(Debug)]
pub struct Reservation<'a> {
    limit: &'a Limit,
    number: u64,
    kept: bool,
}

impl Reservation<'_> {
    /// Its number, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// It was used.
    pub fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.limit.release();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn threads_together_take_no_more_than_the_limit() {
        let limit = Limit::new(1_000);
        let taken: usize = std::thread::scope(|scope| {
            let takers: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..400).filter(|_| limit.reserve().is_some()).count()))
                .collect();
            takers.into_iter().map(|taker| taker.join().expect("it does not panic")).sum()
        });
        assert_eq!(taken, 1_000);
    }

    proptest! {
        #[test]
        fn what_stands_is_what_was_reserved_less_what_was_released(
            most in 0_u64..20,
            reserves in prop::collection::vec(any::<bool>(), 0..100),
        ) {
            let limit = Limit::new(most);
            let mut standing = 0;
            for reserve in reserves {
                if reserve {
                    let number = limit.reserve();
                    prop_assert_eq!(number, (standing < most).then_some(standing + 1));
                    standing += u64::from(number.is_some());
                } else {
                    limit.release();
                    standing = standing.saturating_sub(1);
                }
                prop_assert_eq!(limit.is_reached(), standing >= most);
            }
        }
    }
}
