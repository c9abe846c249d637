//! How much of a core may be spent: a token bucket of nanoseconds, kept as one instant.
//!
//! Knows no probe and no clock. Spending `c` nanoseconds at a share of `ppm` millionths moves the
//! instant by the time in which that share would have paid for it. Invariant: over any span the
//! grants add up to at most the share of that span, the burst, and one last cost that overdrew it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Processor time that may be spent at once, as a part of one second at a whole core's share: a tenth
/// of a second for 1 %, so that ten seconds of rest pay exactly for it (Google Cloud Debugger's cost
/// quota has the same form).
const BURST_S: u64 = 10;
const WHOLE_PPM: u64 = 1_000_000;

/// A share of one core.
#[derive(Debug)]
pub struct Budget {
    ppm: AtomicU64,
    /// When everything spent so far will have been paid for.
    paid_ns: AtomicU64,
}

impl Budget {
    /// `ppm` millionths of one core.
    pub fn new(ppm: u32) -> Self {
        Self { ppm: AtomicU64::new(u64::from(ppm.max(1))), paid_ns: AtomicU64::new(0) }
    }

    /// The share in millionths.
    pub fn ppm(&self) -> u32 {
        u32::try_from(self.ppm.load(Ordering::Relaxed)).unwrap_or(u32::MAX)
    }

    /// Changes the share.
    pub fn set_ppm(&self, ppm: u32) {
        self.ppm.store(u64::from(ppm.max(1)), Ordering::Relaxed);
    }

    /// How often a second `cost_ns` can be spent for good.
    pub fn affords(&self, cost_ns: u64) -> Option<u64> {
        const NS_PER_US: u64 = 1_000;
        // A millionth of a core is a microsecond a second.
        (u64::from(self.ppm()) * NS_PER_US).checked_div(cost_ns)
    }

    /// Spends `cost_ns` at `now_ns`; whether that was still within the budget.
    pub fn spend(&self, now_ns: u64, cost_ns: u64) -> bool {
        let ppm = self.ppm.load(Ordering::Relaxed);
        let span = u128::from(cost_ns) * u128::from(WHOLE_PPM) / u128::from(ppm);
        let span_ns = u64::try_from(span).unwrap_or(u64::MAX);
        let paid = |paid_ns: u64| Some(paid_ns.max(now_ns).saturating_add(span_ns));
        let before = self.paid_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, paid);
        let paid_ns = before.unwrap_or(0).max(now_ns).saturating_add(span_ns);
        paid_ns - now_ns <= BURST_S * 1_000_000_000
    }

    /// Forgets what was spent.
    pub fn reset(&self) {
        self.paid_ns.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_afforded_is_within_the_budget_for_good() {
        let budget = Budget::new(5_000);
        assert_eq!(budget.affords(25_000), Some(200));
        assert_eq!(budget.affords(0), None);
        assert_eq!(Budget::new(u32::MAX).affords(1), Some(4_294_967_295_000));
        let second =
            |times: u64| (0..times).all(|at| budget.spend(1 + at / 200 * 1_000_000_000, 25_000));
        assert!(second(200 * 100));
        assert!(!(0..30_000).all(|_| budget.spend(101_000_000_000, 25_000)));
    }

    #[test]
    fn a_hundredth_of_a_core_has_a_burst_of_a_tenth_of_a_second() {
        let budget = Budget::new(10_000);
        let now_ns = 77;
        assert!(budget.spend(now_ns, 100_000_000));
        assert!(!budget.spend(now_ns, 1_000));
        budget.reset();
        assert!(budget.spend(now_ns, 1_000));
    }

    #[test]
    fn a_rest_pays_for_the_burst() {
        let budget = Budget::new(5_000);
        assert!(budget.spend(0, 50_000_000));
        assert!(!budget.spend(0, 1));
        assert!(budget.spend(11_000_000_000, 50_000_000));
    }

    #[test]
    fn absurd_costs_do_not_overflow() {
        let budget = Budget::new(1);
        assert!(!budget.spend(1, u64::MAX));
        assert!(!budget.spend(2, u64::MAX));
    }

    proptest! {
        #[test]
        fn never_more_than_the_share_and_the_burst(
            ppm in 1_u32..=1_000_000,
            costs in prop::collection::vec((0_u64..20_000_000, 0_u64..2_000_000_000), 1..200),
        ) {
            let budget = Budget::new(ppm);
            let (start_ns, mut now_ns, mut granted) = (5_u64, 5_u64, 0_u128);
            for (cost_ns, pause_ns) in costs {
                now_ns += pause_ns;
                if budget.spend(now_ns, cost_ns) {
                    granted += u128::from(cost_ns);
                }
                let span = u128::from(now_ns - start_ns) + 10_000_000_000;
                // One nanosecond a grant is lost to rounding at most.
                prop_assert!(granted <= span * u128::from(ppm) / 1_000_000 + 200);
            }
        }
    }
}
