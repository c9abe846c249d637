//! How long to wait before the next attempt: exponential with full jitter.
//!
//! Knows no sockets and no clock. Invariant: a wait is never longer than the ceiling, and the waits of
//! many agents that lost one hub together spread over the whole span.

use std::time::Duration;

/// The first wait is at most this.
const FIRST_MS: u64 = 200;
/// No wait is longer than this, so that a hub that came back is noticed soon.
const CEILING_MS: u64 = 10_000;
/// No wait is shorter than this.
const FLOOR_MS: u64 = 20;

/// The waits between attempts.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after one more failure.
    pub fn wait(&mut self) -> Duration {
        let mut random = [0; 8];
        // Without random numbers the wait is the longest of its span.
        let is_random = getrandom::fill(&mut random).is_ok();
        let random = if is_random { u64::from_le_bytes(random) } else { u64::MAX };
        self.wait_by(random)
    }

    /// It worked: the next failure is a first one.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// It was refused for a reason that will not go away soon: the next wait is among the longest.
    pub fn refused(&mut self) {
        self.failures = self.failures.max(6);
    }

    fn wait_by(&mut self, random: u64) -> Duration {
        let span_ms = FIRST_MS.saturating_mul(1 << self.failures.min(20)).min(CEILING_MS);
        self.failures = self.failures.saturating_add(1);
        let drawn = (u128::from(random) * u128::from(span_ms)) >> 64;
        Duration::from_millis(u64::try_from(drawn).unwrap_or(span_ms).max(FLOOR_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_double_up_to_the_ceiling() {
        let mut backoff = Backoff::default();
        let spans: Vec<u128> = (0..8).map(|_| backoff.wait_by(u64::MAX).as_millis()).collect();
        assert_eq!(spans, [199, 399, 799, 1_599, 3_199, 6_399, 9_999, 9_999]);
        backoff.reset();
        assert_eq!(backoff.wait_by(u64::MAX).as_millis(), 199);
        backoff.refused();
        assert_eq!(backoff.wait_by(u64::MAX).as_millis(), 9_999);
    }

    proptest! {
        #[test]
        fn no_wait_leaves_its_bounds(draws in prop::collection::vec(any::<u64>(), 1..100)) {
            let mut backoff = Backoff::default();
            for draw in draws {
                let wait_ms = backoff.wait_by(draw).as_millis() as u64;
                prop_assert!((FLOOR_MS..=CEILING_MS).contains(&wait_ms));
            }
        }
    }
}
