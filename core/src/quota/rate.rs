//! So many a second with a burst: the generic cell rate algorithm on one word.
//!
//! Knows no probe and no clock. Invariant: in any span of `t` nanoseconds it grants at most
//! `burst + t / interval` (rounded up), whatever the order in which threads come.

use std::sync::atomic::{AtomicU64, Ordering};

/// A rate.
#[derive(Debug)]
pub struct Rate {
    interval_ns: u64,
    tolerance_ns: u64,
    /// When the next grant would be due if grants came evenly.
    due_ns: AtomicU64,
}

impl Rate {
    /// `per_s` grants a second, of which up to `burst` at once.
    pub fn new(per_s: u32, burst: u32) -> Self {
        let interval_ns = 1_000_000_000_u64.div_ceil(u64::from(per_s.max(1)));
        let tolerance_ns = interval_ns * u64::from(burst.max(1) - 1);
        Self { interval_ns, tolerance_ns, due_ns: AtomicU64::new(0) }
    }

    /// Takes one grant at `now_ns`, if there is one. One compare-and-swap.
    pub fn take(&self, now_ns: u64) -> bool {
        let granted = self.due_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |due_ns| {
            self.allows(due_ns, now_ns).then(|| due_ns.max(now_ns) + self.interval_ns)
        });
        granted.is_ok()
    }

    /// Whether [`Rate::take`] would be granted at `now_ns`.
    pub fn has_room(&self, now_ns: u64) -> bool {
        self.allows(self.due_ns.load(Ordering::Relaxed), now_ns)
    }

    /// Forgets every grant.
    pub fn reset(&self) {
        self.due_ns.store(0, Ordering::Relaxed);
    }

    fn allows(&self, due_ns: u64, now_ns: u64) -> bool {
        due_ns <= now_ns.saturating_add(self.tolerance_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_burst_then_one_an_interval() {
        let rate = Rate::new(1, 10);
        let second = 1_000_000_000;
        assert_eq!((0..20).filter(|_| rate.take(5 * second)).count(), 10);
        assert!(!rate.has_room(6 * second - 1));
        assert!(rate.take(6 * second));
        assert!(!rate.take(6 * second));
        rate.reset();
        assert!(rate.has_room(6 * second));
    }

    proptest! {
        #[test]
        fn never_more_than_promised(
            per_s in 1_u32..10_000,
            burst in 1_u32..50,
            steps in prop::collection::vec(0_u64..50_000_000, 1..300),
        ) {
            let rate = Rate::new(per_s, burst);
            let (mut now_ns, mut granted) = (1_u64, Vec::new());
            for step in steps {
                now_ns += step;
                let room = rate.has_room(now_ns);
                prop_assert_eq!(rate.take(now_ns), room);
                if room {
                    granted.push(now_ns);
                }
            }
            let interval_ns = 1_000_000_000_u64.div_ceil(u64::from(per_s));
            for (index, start_ns) in granted.iter().enumerate() {
                for (count, end_ns) in granted[index..].iter().enumerate() {
                    let most = u64::from(burst) + (end_ns - start_ns).div_ceil(interval_ns);
                    prop_assert!((count as u64) < most);
                }
            }
        }

        #[test]
        fn a_clock_that_goes_back_grants_nothing_extra(back in 0_u64..1_000_000_000) {
            let rate = Rate::new(10, 1);
            prop_assert!(rate.take(1_000_000_000));
            prop_assert!(!rate.take(1_000_000_000 - back));
        }
    }
}
