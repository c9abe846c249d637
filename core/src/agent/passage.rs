//! Passages of timed code: what each moment in the life of a frame means to a time probe.
//!
//! The beginning of a passage is a hit like any other: same guard, condition, quotas and counters.
//! Knows no runtime: a frame is a number that no other living frame has. Invariants: as for a hit,
//! nothing here waits, allocates or unwinds; a passage that was not seen from its begin is never
//! measured; our own bookkeeping lies outside what is measured, on both ends.

use super::Agent;
use super::gate::{Meter, SAMPLE};
use super::life::lock;
use crate::clock;
use crate::error::{Error, ErrorKind, Result};
use crate::host::{Moment, Runtime, Span, Walker};
use crate::limits::MAX_TIME_PROBES;
use crate::probe::durations::Durations;
use crate::registry::{Action, Phase, Probe, Site, State, Stopwatch};

impl<R: Runtime> Agent<R> {
    /// A moment of frame `frame` at time site `site`. Never unwinds. The caller holds the runtime's
    /// lock, and `frame` is not zero. A begin costs some 40 ns besides its condition, an end 35.
    #[inline]
    pub fn passage<W: Walker>(&self, site: u32, frame: u64, moment: Moment, walker: &W) {
        self.passage_by(site, frame, moment, walker, clock::monotonic_ns);
    }

    #[inline]
    pub(super) fn passage_by<W: Walker>(
        &self,
        site: u32,
        frame: u64,
        moment: Moment,
        walker: &W,
        clock: impl Fn() -> u64,
    ) {
        let Some(site) = self.sites.get(site) else { return };
        let Action::Time { stopwatch, span } = site.action else { return };
        let Some(stopwatch) = self.stopwatches.get(stopwatch) else { return };
        let timed = Timed { site, stopwatch, is_range: span != Span::Function };
        match moment {
            Moment::Begin => {
                stopwatch.forget(frame);
                if timed.is_range {
                    stopwatch.note(frame, Phase::Outside);
                } else {
                    self.begin(&timed, frame, walker, clock);
                }
            }
            Moment::Enter { afresh } => {
                let may_begin = match stopwatch.phase(frame) {
                    Some(phase) => phase == Phase::Outside,
                    None => afresh,
                };
                if may_begin {
                    self.begin(&timed, frame, walker, clock);
                }
            }
            _ => self.go_on(&timed, frame, moment, clock()),
        }
    }

    fn begin<W: Walker>(&self, timed: &Timed<'_>, frame: u64, walker: &W, clock: impl Fn() -> u64) {
        if self.arrive(timed.site, walker, frame) {
            self.charge_event(&timed.site.probe, timed.stopwatch);
            timed.stopwatch.begin(frame, clock());
        } else if timed.is_range {
            timed.stopwatch.note(frame, Phase::Skipped);
        }
    }

    /// Anything but the begin of a passage, at `now_ns`.
    fn go_on(&self, timed: &Timed<'_>, frame: u64, moment: Moment, now_ns: u64) {
        let (probe, stopwatch) = (&*timed.site.probe, timed.stopwatch);
        self.look_for_fork();
        // Over, it has given its stopwatch back.
        if !probe.state.get().is_on_line() {
            return;
        }
        let meter = stopwatch.ended().is_multiple_of(SAMPLE).then(|| Meter::start(probe));
        match moment {
            Moment::Suspend => stopwatch.suspend(frame, now_ns),
            Moment::Resume => stopwatch.resume(frame, now_ns),
            Moment::Out => {
                stopwatch.end(frame, now_ns, false);
                stopwatch.note(frame, Phase::Outside);
            }
            _ => {
                stopwatch.end(frame, now_ns, moment == Moment::Raise);
                stopwatch.remove(frame);
            }
        }
        if let Some(meter) = meter {
            stopwatch.event_cost_ns.set(meter.stop(&self.gate, probe).1);
        }
        self.charge_event(probe, stopwatch);
        if probe.limit.is_reached() && stopwatch.open() == 0 {
            probe.state.step(&[State::Armed, State::Exhausted], State::Done);
        }
    }

    /// An event was delivered because site `site` is timed, and is none of its own: whoever asked for
    /// the measurement pays for it. 2 ns.
    #[inline]
    pub fn overheard(&self, site: u32) {
        let Some(site) = self.sites.get(site) else { return };
        let Action::Time { stopwatch, .. } = site.action else { return };
        let Some(stopwatch) = self.stopwatches.get(stopwatch) else { return };
        if site.probe.state.get().is_on_line() && stopwatch.events.bump().is_multiple_of(SAMPLE) {
            self.gate.charge(&site.probe, SAMPLE, 0);
        }
    }

    /// In a task of the runtime: the stopwatch of a time probe, which gets one if it has none.
    pub(super) fn stopwatch_of(&self, probe: &Probe) -> Result<u32> {
        let mut control = lock(&self.life().control);
        if let Some(has) = control.entries.get(&probe.id).and_then(|entry| entry.stopwatch) {
            return Ok(has);
        }
        let (mut held, mut needed) = (0_u32, 0_u32);
        for entry in control.entries.values() {
            let bit = entry.stopwatch.map_or(0, |number| 1 << number);
            let is_over = entry.probe.state.get().is_final() && !entry.is_hooked;
            (held, needed) = (held | bit, needed | if is_over { 0 } else { bit });
        }
        for site in control.leftovers.iter().filter_map(|site| self.sites.get(*site)) {
            let Action::Time { stopwatch, .. } = site.action else { continue };
            (held, needed) = (held | 1 << stopwatch, needed | 1 << stopwatch);
        }
        let free = [held, needed].map(u32::trailing_ones);
        let free = free.into_iter().find(|number| (*number as usize) < MAX_TIME_PROBES);
        let number = free.ok_or_else(|| {
            let message = format!("this process times {MAX_TIME_PROBES} places already");
            Error::new(ErrorKind::Limit, message).with_hint("remove some first: `stillframe rm`")
        })?;
        for entry in control.entries.values_mut().filter(|entry| entry.stopwatch == Some(number)) {
            let latest = self.stopwatches.get(number).map(Stopwatch::durations);
            let all = [entry.durations.take(), latest];
            entry.durations = Durations::added(all.iter().flatten());
            entry.stopwatch = None;
            // Its sites name the stopwatch: should it come back, it gets others.
            entry.sites.clear();
        }
        self.stopwatches.start(number);
        if let Some(entry) = control.entries.get_mut(&probe.id) {
            entry.stopwatch = Some(number);
        }
        Ok(number)
    }

    /// In a task of the runtime: the hooks of `sites` are off.
    pub(super) fn cut(&self, sites: &[u32]) {
        for site in sites.iter().filter_map(|site| self.sites.get(*site)) {
            if let Action::Time { stopwatch, .. } = site.action
                && let Some(stopwatch) = self.stopwatches.get(stopwatch)
            {
                stopwatch.cut();
            }
        }
    }

    #[inline]
    fn charge_event(&self, probe: &Probe, stopwatch: &Stopwatch) {
        if stopwatch.events.bump().is_multiple_of(SAMPLE) {
            let cost_ns = stopwatch.event_cost_ns.get().saturating_mul(SAMPLE);
            self.gate.charge(probe, SAMPLE, cost_ns);
        }
    }
}

/// A time site and what measures it.
struct Timed<'a> {
    site: &'a Site,
    stopwatch: &'a Stopwatch,
    is_range: bool,
}
