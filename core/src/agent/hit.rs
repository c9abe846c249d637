//! The hit path: everything that happens on the application's own thread.
//!
//! Knows no runtime and no shipper beyond waking it. Invariants: nothing here waits, allocates without
//! bound, does I/O or unwinds; each hit ends in exactly one counter. The caller holds the runtime's
//! lock, so plain counters are exact and one flag guards against a hit inside a hit.

use super::Agent;
use super::gate::{Meter, SAMPLE};
use crate::capture::{self, Header};
use crate::clock;
use crate::host::{Runtime, Walker};
use crate::probe::ProbeKind;
use crate::quota::Reservation;
use crate::registry::{Action, FailureSeen, Probe, Site, State};
use std::panic::{AssertUnwindSafe, catch_unwind};

impl<R: Runtime> Agent<R> {
    /// A hit of site `site`: the whole hit path. Never unwinds. The caller holds the runtime's lock.
    /// A false condition costs below 15 ns besides reading what it names.
    #[inline]
    pub fn hit<W: Walker>(&self, site: u32, walker: &W) {
        if let Some(site) = self.sites.get(site) {
            self.arrive(site, walker, 0);
        }
    }

    /// The hit path; whether it captured. `frame` is that of a passage, which begins then.
    #[inline]
    pub(super) fn arrive<W: Walker>(&self, site: &Site, walker: &W, frame: u64) -> bool {
        let probe = &*site.probe;
        self.look_for_fork();
        let mut captured = false;
        if !probe.state.is_armed() {
            self.over_quota(probe);
        } else if self.gate.inside.get() != 0 {
            probe.tally.missed.bump();
        } else {
            self.gate.inside.set(1);
            match catch_unwind(AssertUnwindSafe(|| self.inside(site, walker, frame))) {
                Ok(did) => captured = did,
                Err(_) => {
                    // Whatever was counted last came after what can unwind.
                    probe.tally.missed.bump();
                    self.gate.defects.bump();
                }
            }
            self.gate.inside.set(0);
        }
        captured
    }

    /// A hit of a probe that may not act. 2 ns.
    #[inline]
    fn over_quota(&self, probe: &Probe) {
        if probe.tally.over_quota.bump().is_multiple_of(SAMPLE) {
            self.gate.charge(probe, SAMPLE, 0);
        }
    }

    #[inline]
    fn inside<W: Walker>(&self, site: &Site, walker: &W, frame: u64) -> bool {
        let probe = &*site.probe;
        let Some(condition) = &site.condition else {
            return self.commit(site, walker, frame);
        };
        let unmet = probe.tally.condition_false.get() + probe.tally.condition_failed.get();
        let meter = unmet.is_multiple_of(SAMPLE).then(|| Meter::start(probe));
        match condition.test(walker) {
            Ok(true) => return self.commit(site, walker, frame),
            Ok(false) => {
                probe.tally.condition_false.bump();
            }
            Err(failure) => {
                // A line that always fails is not to copy each failure.
                if meter.is_some() || probe.tally.condition_failed.get() < SAMPLE {
                    probe.saw_failure(FailureSeen { site: site.index, failure });
                }
                probe.tally.condition_failed.bump();
            }
        }
        if let Some(meter) = meter {
            let (_, cost_ns) = meter.stop(&self.gate, probe);
            self.gate.charge(probe, SAMPLE, cost_ns.saturating_mul(SAMPLE));
        }
        false
    }

    /// The condition is true, or there is none: takes what the quotas allow. A count costs 3 ns.
    #[inline]
    fn commit<W: Walker>(&self, site: &Site, walker: &W, frame: u64) -> bool {
        let probe = &*site.probe;
        if let Some(rate) = &probe.rate {
            let now_ns = clock::coarse_ns();
            let of_all = || probe.spec.kind != ProbeKind::Snap || self.gate.snaps.take(now_ns);
            // In this order, so that no grant of the process is lost to a probe without room.
            let granted = rate.has_room(now_ns) && of_all() && rate.take(now_ns);
            if !granted || !rate.has_room(now_ns) {
                probe.state.step(&[State::Armed], State::Exhausted);
            }
            if !granted {
                self.over_quota(probe);
                return false;
            }
        }
        match site.action {
            Action::Count if probe.spec.limit.is_none() => {
                self.count(probe);
                return true;
            }
            Action::Time { stopwatch, .. } => return self.admit(probe, stopwatch, frame),
            _ => {}
        }
        let Some(reservation) = probe.limit.hold() else {
            probe.state.step(&[State::Armed, State::Exhausted], State::Done);
            self.over_quota(probe);
            return false;
        };
        let captured = match site.action {
            Action::Count => {
                reservation.keep();
                self.count(probe);
                true
            }
            _ => self.capture(site, walker, reservation),
        };
        if probe.limit.is_reached() {
            probe.state.step(&[State::Armed, State::Exhausted], State::Done);
        }
        captured
    }

    /// Whether a passage may begin in `frame`. A limit that is reached ends the probe only when the
    /// last passage has ended: it is not over before it was measured.
    #[inline]
    fn admit(&self, probe: &Probe, stopwatch: u32, frame: u64) -> bool {
        let Some(stopwatch) = self.stopwatches.get(stopwatch) else { return false };
        if !stopwatch.has_room(frame, clock::coarse_ns) {
            probe.tally.buffer_full.bump();
            return false;
        }
        if probe.limit.reserve().is_none() {
            if stopwatch.open() == 0 {
                probe.state.step(&[State::Armed, State::Exhausted], State::Done);
            }
            self.over_quota(probe);
            return false;
        }
        probe.tally.captured.bump();
        true
    }

    #[inline]
    fn count(&self, probe: &Probe) {
        if probe.tally.captured.bump().is_multiple_of(SAMPLE) {
            self.gate.charge(probe, SAMPLE, 0);
        }
    }

    #[inline(never)]
    fn capture<W: Walker>(&self, site: &Site, walker: &W, reservation: Reservation<'_>) -> bool {
        let probe = &*site.probe;
        let Some(mut claim) = self.slab.claim() else {
            probe.tally.buffer_full.bump();
            return false;
        };
        let meter = Meter::start(probe);
        let header = Header {
            site: site.index,
            probe: probe.id,
            revision: probe.spec.revision,
            number: reservation.number(),
            time_ns: clock::wall_ns(),
            monotonic_ns: clock::monotonic_ns(),
            thread_id: clock::thread_id(),
        };
        let cost_ns = claim.write(|buffer| {
            buffer.site = site.index;
            match &site.action {
                Action::Log(template) => {
                    capture::log_line(walker, template, &site.plan, &header, &mut buffer.bytes);
                }
                _ => capture::snapshot(walker, &site.plan, &header, &mut buffer.bytes),
            }
            let (took_ns, cost_ns) = meter.stop(&self.gate, probe);
            capture::set_took(&mut buffer.bytes, took_ns);
            cost_ns
        });
        reservation.keep();
        // Before it is published, so that none is ever taken that was not yet captured.
        probe.tally.captured.bump();
        if claim.publish() == self.slab.len() / 2 {
            self.wake_shipper();
        }
        self.gate.charge(probe, 1, cost_ns);
        true
    }
}
