//! The hub's own time: the wall clock's, without its jumps.
//!
//! Leases, expiries and retention are spans, and a wall clock that somebody sets would end them all,
//! or none. Knows both clocks of the system. Invariant: between two looks this time goes on by what
//! the monotonic clock says, give or take a twentieth; so it comes back to a wall clock that was set,
//! slowly.

use std::sync::Mutex;
use std::sync::PoisonError;
use stillframe_core::clock;

/// The share of passed time by which it may be off: one in this many.
const SLEW: u64 = 20;

/// A time that is always in nanoseconds since 1970.
pub(crate) struct Steady(Mutex<Last>);

/// The last look.
#[derive(Clone, Copy)]
struct Last {
    now_ns: u64,
    monotonic_ns: u64,
}

impl Steady {
    /// Begins with what the wall clock says.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Last { now_ns: clock::wall_ns(), monotonic_ns: clock::monotonic_ns() }))
    }

    pub(crate) fn now_ns(&self) -> u64 {
        // Two numbers are whole between statements.
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.look(clock::wall_ns(), clock::monotonic_ns())
    }
}

impl Last {
    fn look(&mut self, wall_ns: u64, monotonic_ns: u64) -> u64 {
        let passed_ns = monotonic_ns.saturating_sub(self.monotonic_ns);
        let slack_ns = passed_ns / SLEW;
        let (least, most) = (passed_ns - slack_ns, passed_ns + slack_ns);
        let wanted_ns = wall_ns.saturating_sub(self.now_ns).clamp(least, most);
        *self = Self { now_ns: self.now_ns + wanted_ns, monotonic_ns };
        self.now_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn it_follows_a_clock_that_is_set_slowly_and_never_goes_back() {
        let begin = 1_000_000 * SECOND;
        let mut last = Last { now_ns: begin, monotonic_ns: 0 };
        assert_eq!(last.look(begin + SECOND, SECOND), begin + SECOND, "nobody sets it");
        let ahead = last.look(begin + 4_000 * SECOND, 2 * SECOND);
        assert_eq!(ahead, begin + 2 * SECOND + SECOND / 20, "an hour ahead");
        let behind = last.look(0, 3 * SECOND);
        assert_eq!(behind, begin + 3 * SECOND, "to 1970");
        // Half a minute off is made good within ten minutes.
        let found =
            (1..=700).map(|n| last.look(begin + (33 + n) * SECOND, (3 + n) * SECOND)).last();
        assert_eq!(found, Some(begin + 733 * SECOND));
    }
}
