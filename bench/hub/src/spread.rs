//! How durations spread.

use std::time::Duration;

/// Durations that were measured, the shortest first.
pub(crate) struct Spread(Vec<Duration>);

impl Spread {
    pub(crate) fn of(mut durations: Vec<Duration>) -> Self {
        assert!(!durations.is_empty(), "something was measured");
        durations.sort_unstable();
        Self(durations)
    }

    /// Milliseconds that this share of the durations did not exceed.
    pub(crate) fn ms(&self, share: f64) -> f64 {
        let last = self.0.len() - 1;
        let at = (last as f64 * share).ceil() as usize;
        self.0[at.min(last)].as_secs_f64() * 1e3
    }
}
