//! The hit path of runtimes whose threads hit at the same time, and which evaluate conditions and write
//! variables themselves.
//!
//! The runtime's own code decides that a condition is true; quotas, buffers and counters are the
//! core's. No lock serialises the callers, so every counter is moved by an atomic addition, and the
//! binding keeps the guard against a hit inside a hit, one for each thread. Invariants: those of
//! the other hit path ([`Agent::hit`]): nothing waits, each hit that is told ends in exactly one
//! counter, nothing unwinds.

use super::Agent;
use super::gate::{Meter, SAMPLE};
use crate::buffer::{Claim, Parked};
use crate::capture::{self, Begun, Header};
use crate::clock;
use crate::condition::Failure;
use crate::host::{Runtime, Scope, Walker};
use crate::probe::ProbeKind;
use crate::probe::durations::Measured;
use crate::registry::{Action, FailureSeen, Probe, Site, State, Stopwatch};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A snapshot whose variables are still to be written. Dropped instead of handed back, its buffer is
/// lost for good.
#[derive(Debug)]
pub struct Open {
    site: u32,
    parked: Parked,
    meter: Meter,
    /// Where the writer goes on.
    pub begun: Begun,
    /// Address of the stream's first byte. Its buffer is only this writer's until it is handed back.
    pub address: usize,
    /// Bytes written so far: the writer goes on behind them.
    pub len: usize,
    /// When the writer stops, on the monotonic clock.
    pub deadline_ns: u64,
}

impl Open {
    /// The site that was hit.
    pub fn site(&self) -> u32 {
        self.site
    }

    /// Number of its buffer: nobody else's while this is open.
    pub fn buffer(&self) -> u32 {
        self.parked.index()
    }
}

impl<R: Runtime> Agent<R> {
    /// Whether the condition of site `site` holds, by the core's own machine: for what the runtime's own
    /// code could not decide. False is counted, as is a failure. Never unwinds. The condition's own cost
    /// is measured each time.
    pub fn test_in_parallel<S: Scope>(&self, site: u32, scope: &S) -> bool {
        let Some(site) = self.sites.get(site) else { return false };
        let probe = &*site.probe;
        self.look_for_fork();
        if !probe.state.is_armed() {
            self.over_quota_in_parallel(probe);
            return false;
        }
        let Some(condition) = &site.condition else { return true };
        let meter = Meter::start(probe);
        let tested = catch_unwind(AssertUnwindSafe(|| condition.test(scope)));
        let holds = match tested {
            Ok(Ok(holds)) => {
                probe.tally.condition_false.add_shared(u64::from(!holds));
                holds
            }
            Ok(Err(failure)) => self.failed_in_parallel(site, failure),
            Err(_) => self.defect(probe),
        };
        let (_, cost_ns) = meter.stop(&self.gate, probe);
        self.gate.charge(probe, u64::from(!holds), cost_ns);
        holds
    }

    fn failed_in_parallel(&self, site: &Site, failure: Failure) -> bool {
        let seen = site.probe.tally.condition_failed.add_shared(1);
        if seen < SAMPLE || seen.is_multiple_of(SAMPLE) {
            site.probe.saw_failure(FailureSeen { site: site.index, failure });
        }
        false
    }

    fn defect(&self, probe: &Probe) -> bool {
        probe.tally.missed.add_shared(1);
        self.gate.defects.add_shared(1);
        false
    }

    fn over_quota_in_parallel(&self, probe: &Probe) {
        if probe.tally.over_quota.add_shared(1).is_multiple_of(SAMPLE) {
            self.gate.charge(probe, SAMPLE, 0);
        }
    }

    /// A hit of site `site` inside another hit of its thread, or one that the binding could not handle.
    pub fn missed_in_parallel(&self, site: u32) {
        if let Some(site) = self.sites.get(site) {
            site.probe.tally.missed.add_shared(1);
        }
    }

    /// The condition of site `site` was false so many times, as the runtime's own code counted.
    pub fn false_in_parallel(&self, site: u32, hits: u64) {
        if let Some(site) = self.sites.get(site) {
            site.probe.tally.condition_false.add_shared(hits);
            self.gate.charge(&site.probe, hits, 0);
        }
    }

    /// A hit of site `site` whose condition is true: takes what the quotas allow, and for a log or a
    /// count does all of it. What is returned is a snapshot to be finished with
    /// [`Agent::publish_in_parallel`] or given up with [`Agent::abandon_in_parallel`]. Never unwinds.
    pub fn open_in_parallel<W: Walker>(&self, site: u32, walker: &W) -> Option<Open> {
        let site = self.sites.get(site)?;
        let probe = &*site.probe;
        self.look_for_fork();
        if !probe.state.is_armed() || !self.rate_allows(probe) {
            self.over_quota_in_parallel(probe);
            return None;
        }
        if matches!(site.action, Action::Count) && probe.spec.limit.is_none() {
            self.count_in_parallel(probe);
            return None;
        }
        let Some(number) = probe.limit.reserve() else {
            probe.state.step(&[State::Armed, State::Exhausted], State::Done);
            self.over_quota_in_parallel(probe);
            return None;
        };
        let took = catch_unwind(AssertUnwindSafe(|| self.take(site, walker, number)));
        let took = took.unwrap_or_else(|_| {
            self.defect(probe);
            Took::Nothing
        });
        match took {
            Took::Snapshot(open) => return Some(open),
            Took::All => self.look_at_the_limit(probe),
            Took::Nothing => probe.limit.release(),
        }
        None
    }

    /// A call of the function that site `site` times begins, in a runtime that remembers itself when:
    /// whether it is measured, and then to be ended with [`Agent::end_in_parallel`]. About 30 ns.
    pub fn begin_in_parallel(&self, site: u32) -> bool {
        let Some((probe, stopwatch)) = self.timed(site) else { return false };
        self.look_for_fork();
        if !probe.state.is_armed() || !self.rate_allows(probe) {
            self.over_quota_in_parallel(probe);
            return false;
        }
        if probe.limit.reserve().is_none() {
            if stopwatch.open() == 0 {
                probe.state.step(&[State::Armed, State::Exhausted], State::Done);
            }
            self.over_quota_in_parallel(probe);
            return false;
        }
        probe.tally.captured.add_shared(1);
        stopwatch.begin_shared();
        true
    }

    /// That call ends. About 40 ns.
    pub fn end_in_parallel(&self, site: u32, took: Measured, by_exception: bool) {
        let Some((probe, stopwatch)) = self.timed(site) else { return };
        // Over, it has given its stopwatch back.
        if !probe.state.get().is_on_line() {
            return;
        }
        stopwatch.end_shared(took, by_exception);
        if stopwatch.ended().is_multiple_of(SAMPLE) {
            self.gate.charge(probe, 2 * SAMPLE, 0);
        }
        self.step_when_measured(probe, stopwatch);
    }

    /// That call is over, and nobody saw when.
    pub fn lose_in_parallel(&self, site: u32) {
        let Some((probe, stopwatch)) = self.timed(site) else { return };
        if probe.state.get().is_on_line() {
            stopwatch.lose_shared();
            self.step_when_measured(probe, stopwatch);
        }
    }

    /// A probe that has measured as many as it may is done when the last of them ends.
    fn step_when_measured(&self, probe: &Probe, stopwatch: &Stopwatch) {
        if probe.limit.is_reached() && stopwatch.open() == 0 {
            probe.state.step(&[State::Armed, State::Exhausted], State::Done);
        }
    }

    fn timed(&self, site: u32) -> Option<(&Probe, &Stopwatch)> {
        let site = self.sites.get(site)?;
        let Action::Time { stopwatch, .. } = site.action else { return None };
        Some((&*site.probe, self.stopwatches.get(stopwatch)?))
    }

    /// What the runtime takes for a hit of site `site` before the core is reached, where that differs
    /// from place to place. The dearest of a probe's sites counts for all.
    pub fn set_hit_cost(&self, site: u32, ns: u64) {
        if let Some(site) = self.sites.get(site) {
            site.probe.hit_cost_ns.raise_shared(ns);
        }
    }

    /// What it takes beyond that now, wherever the hit is.
    pub fn set_hit_surplus(&self, ns: u64) {
        self.gate.surplus_ns.set(ns);
    }

    /// What was installed under a number.
    pub fn site(&self, site: u32) -> Option<&Site> {
        self.sites.get(site)
    }

    fn rate_allows(&self, probe: &Probe) -> bool {
        let Some(rate) = &probe.rate else { return true };
        let now_ns = clock::coarse_ns();
        let of_all = || probe.spec.kind != ProbeKind::Snap || self.gate.snaps.take(now_ns);
        // In this order, so that no grant of the process is lost to a probe without room.
        let granted = rate.has_room(now_ns) && of_all() && rate.take(now_ns);
        if !granted || !rate.has_room(now_ns) {
            probe.state.step(&[State::Armed], State::Exhausted);
        }
        granted
    }

    fn count_in_parallel(&self, probe: &Probe) {
        if probe.tally.captured.add_shared(1).is_multiple_of(SAMPLE) {
            self.gate.charge(probe, SAMPLE, 0);
        }
    }

    fn look_at_the_limit(&self, probe: &Probe) {
        if probe.limit.is_reached() {
            probe.state.step(&[State::Armed, State::Exhausted], State::Done);
        }
    }

    fn take<W: Walker>(&self, site: &Site, walker: &W, number: u64) -> Took {
        let probe = &*site.probe;
        if matches!(site.action, Action::Count | Action::Time { .. }) {
            self.count_in_parallel(probe);
            return Took::All;
        }
        let Some(mut claim) = self.slab.claim() else {
            probe.tally.buffer_full.add_shared(1);
            return Took::Nothing;
        };
        let meter = Meter::start(probe);
        let header = Header {
            site: site.index,
            probe: probe.id,
            revision: probe.spec.revision,
            number,
            time_ns: clock::wall_ns(),
            monotonic_ns: clock::monotonic_ns(),
            thread_id: clock::thread_id(),
        };
        let (begun, address, len) = claim.write(|buffer| {
            buffer.site = site.index;
            let bytes = &mut buffer.bytes;
            let begun = match &site.action {
                Action::Log(template) => {
                    capture::log_line(walker, template, &site.plan, &header, bytes);
                    None
                }
                _ => capture::begin(walker, &site.plan, &header, bytes),
            };
            (begun, bytes.as_mut_ptr() as usize, bytes.len())
        });
        let Some(begun) = begun else {
            self.finish(probe, claim, meter);
            return Took::All;
        };
        let parked = claim.park();
        let deadline_ns = header.monotonic_ns.saturating_add(site.plan.limits.deadline_ns);
        Took::Snapshot(Open { site: site.index, parked, meter, begun, address, len, deadline_ns })
    }

    /// The variables of `open` are written: `fill` makes the buffer's bytes as many as there are now.
    pub fn publish_in_parallel(&self, open: Open, fill: impl FnOnce(&mut Vec<u8>)) {
        let Open { site, parked, meter, .. } = open;
        let (Some(site), Some(mut claim)) = (self.sites.get(site), self.slab.resume(parked)) else {
            return;
        };
        claim.write(|buffer| fill(&mut buffer.bytes));
        self.finish(&site.probe, claim, meter);
        self.look_at_the_limit(&site.probe);
    }

    /// The variables of `open` could not be written.
    pub fn abandon_in_parallel(&self, open: Open) {
        if let Some(site) = self.sites.get(open.site) {
            self.defect(&site.probe);
            site.probe.limit.release();
        }
        drop(self.slab.resume(open.parked));
    }

    fn finish(&self, probe: &Probe, mut claim: Claim<'_>, meter: Meter) {
        let (took_ns, cost_ns) = meter.stop(&self.gate, probe);
        claim.write(|buffer| capture::set_took(&mut buffer.bytes, took_ns));
        // Before it is published, so that none is ever taken that was not yet captured.
        probe.tally.captured.add_shared(1);
        if claim.publish() == self.slab.len() / 2 {
            self.wake_shipper();
        }
        self.gate.charge(probe, 1, cost_ns);
    }
}

/// What came of a hit whose condition is true.
enum Took {
    /// A snapshot whose variables are still to be written.
    Snapshot(Open),
    /// Everything.
    All,
    /// Nothing: the reservation goes back.
    Nothing,
}
