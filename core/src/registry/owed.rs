//! What becomes of captures after they were published, counted by tokens that cannot be lost.
//!
//! Knows neither readers nor frames. Invariant: each [`Owed`] moves exactly one of acknowledged,
//! dropped and refused, once, in whatever way it ends; so captures are neither lost nor counted twice.

use super::Probe;
use crate::probe::Delivery;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one probe's captures; the hit path never touches them.
#[derive(Debug, Default)]
pub struct Deliveries {
    taken: AtomicU64,
    acknowledged: AtomicU64,
    dropped: AtomicU64,
    refused: AtomicU64,
}

impl Deliveries {
    /// As it is reported. In whatever moment: the sum is what the shipper has taken so far, and no
    /// part ever goes back but what waits.
    pub fn read(&self) -> Delivery {
        // What ended was taken before, so in this order nothing can seem to end untaken.
        let acknowledged = self.acknowledged.load(Ordering::Acquire);
        let spool_dropped = self.dropped.load(Ordering::Acquire);
        let refused_by_check = self.refused.load(Ordering::Acquire);
        let taken = self.taken.load(Ordering::Acquire);
        let ended = acknowledged + spool_dropped + refused_by_check;
        let spooled = taken.saturating_sub(ended);
        Delivery { acknowledged, spooled, spool_dropped, refused_by_check }
    }

    /// Whether something waits.
    pub fn any_waits(&self) -> bool {
        self.read().spooled > 0
    }

    /// Forgets everything: a new instance counts from zero.
    pub fn reset(&self) {
        let words = [&self.taken, &self.acknowledged, &self.dropped, &self.refused];
        words.into_iter().for_each(|word| word.store(0, Ordering::Relaxed));
    }
}

/// One capture that left the buffer and is owed to its reader. Let go of in whatever way but the two
/// others, it counts as dropped.
#[derive(Debug)]
pub struct Owed(Option<Arc<Probe>>);

impl Owed {
    /// A capture of `probe` was taken out of the buffer.
    pub fn new(probe: &Arc<Probe>) -> Self {
        probe.deliveries.taken.fetch_add(1, Ordering::AcqRel);
        Self(Some(Arc::clone(probe)))
    }

    /// Whose it is.
    pub fn probe(&self) -> Option<&Arc<Probe>> {
        self.0.as_ref()
    }

    /// Its reader has it.
    pub fn acknowledge(self) {
        self.end(|deliveries| &deliveries.acknowledged);
    }

    /// The check refused it.
    pub fn refuse(self) {
        self.end(|deliveries| &deliveries.refused);
    }

    fn end(mut self, word: impl Fn(&Deliveries) -> &AtomicU64) {
        if let Some(probe) = self.0.take() {
            word(&probe.deliveries).fetch_add(1, Ordering::AcqRel);
        }
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        if let Some(probe) = self.0.take() {
            probe.deliveries.dropped.fetch_add(1, Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{Location, ProbeSpec};
    use crate::registry::Origin;

    #[test]
    fn each_token_ends_in_one_counter() {
        let id = "p7k2".parse().expect("it is an id");
        let probe = Probe::new(id, ProbeSpec::snap(Location::default()), Origin::Api, 1_000_000);
        let probe = Arc::new(probe);
        let mut owed: Vec<Owed> = (0..6).map(|_| Owed::new(&probe)).collect();
        owed.pop().into_iter().for_each(Owed::refuse);
        owed.drain(..2).for_each(Owed::acknowledge);
        drop(owed.pop());
        let (acknowledged, spooled) = (2, 2);
        let expected = Delivery { acknowledged, spooled, spool_dropped: 1, refused_by_check: 1 };
        assert_eq!(probe.deliveries.read(), expected);
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _held = owed;
            panic!("on purpose");
        }));
        assert_eq!(probe.deliveries.read().spool_dropped, 3);
        assert!(!probe.deliveries.any_waits());
    }
}
