//! How durations spread.

use hdrhistogram::Histogram;
use std::time::Duration;

/// Durations that were measured.
pub(crate) struct Spread(Histogram<u64>);

impl Spread {
    pub(crate) fn of(durations: impl IntoIterator<Item = Duration>) -> Self {
        let mut histogram = Histogram::new(3).expect("three digits are within its bounds");
        for duration in durations {
            // It grows as it must.
            histogram.saturating_record(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
        }
        Self(histogram)
    }

    /// Milliseconds that this share of the durations did not exceed.
    pub(crate) fn ms(&self, share: f64) -> f64 {
        self.0.value_at_quantile(share) as f64 / 1_000.0
    }
}
