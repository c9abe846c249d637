//! What instances said of a probe before it was armed anew, which counts on.
//!
//! Knows revisions and sums. Invariant: every hit that an instance told is in the sum once, whichever
//! revision it was counted in, and what is kept does not grow with the number of revisions.

use crate::store::{Earlier, KeptReport};
use stillframe_core::probe::Counters;
use stillframe_core::probe::durations::Durations;

impl Earlier {
    /// A new revision begins; `reports` are the last words about the one that ends.
    pub(super) fn begin(&mut self, reports: impl IntoIterator<Item = KeptReport>) {
        let counted = reports.into_iter().filter(|kept| kept.report.counters.hits > 0);
        for kept in std::mem::replace(&mut self.last, counted.collect()) {
            self.counters.add(&kept.report.counters);
            self.false_uncounted |= kept.report.is_at_least();
            let both = self.durations.iter().chain(&kept.report.durations);
            self.durations = Durations::added(both);
        }
    }

    /// What an instance says late about the revision before; whether that is news.
    pub(super) fn late(&mut self, kept: KeptReport) -> bool {
        match self.last.iter_mut().find(|one| one.instance == kept.instance) {
            None => self.last.push(kept),
            Some(one) if one.report.counters.hits < kept.report.counters.hits => *one = kept,
            Some(_) => return false,
        }
        true
    }

    /// What was counted, over all instances and revisions.
    pub(super) fn counters(&self) -> Counters {
        let mut sum = self.counters;
        self.last.iter().for_each(|kept| sum.add(&kept.report.counters));
        sum
    }

    /// What was measured, over all instances and revisions.
    pub(super) fn durations(&self) -> impl Iterator<Item = &Durations> + Clone {
        let last = self.last.iter().filter_map(|kept| kept.report.durations.as_ref());
        self.durations.iter().chain(last)
    }

    /// Whether what was counted is the least it was.
    pub(super) fn is_at_least(&self) -> bool {
        self.false_uncounted || self.last.iter().any(|kept| kept.report.is_at_least())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stillframe_core::ids::{InstanceId, ProbeId};
    use stillframe_core::probe::{ProbeReport, ProbeState};

    fn kept(instance: u8, hits: u64) -> KeptReport {
        let id: ProbeId = "aa".parse().expect("an id");
        let mut report = ProbeReport::new(id, 1, ProbeState::Removed);
        report.counters.hits = hits;
        KeptReport {
            instance: InstanceId([instance; 16]),
            name: "host/1".into(),
            service: "shop".into(),
            version: None,
            report,
        }
    }

    #[test]
    fn every_hit_of_every_revision_counts_once() {
        let mut earlier = Earlier::default();
        earlier.begin([kept(1, 10), kept(2, 0)]);
        assert_eq!(earlier.counters().hits, 10);
        assert!(earlier.late(kept(1, 12)), "two more that were told late");
        assert!(!earlier.late(kept(1, 12)), "and once more");
        assert!(earlier.late(kept(2, 5)), "one that had told nothing");
        assert_eq!(earlier.counters().hits, 17);
        earlier.begin([kept(1, 3)]);
        assert_eq!(earlier.counters().hits, 20);
        earlier.begin([]);
        assert_eq!((earlier.counters().hits, earlier.last.len()), (20, 0));
    }
}
