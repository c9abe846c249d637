//! What the shipper sees to at each turn: states that time, quotas or hits have changed.
//!
//! Knows no runtime: it flips states, and `reconcile` follows. Invariant: one pass over the table,
//! under its lock, without waiting for anything.

use super::Agent;
use super::control::Entry;
use super::life::{Life, lock};
use crate::clock;
use crate::host::Runtime;
use crate::quota;
use crate::registry::{Probe, State};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The longest wait while a probe is on its line: how old a capture may grow here.
const ARMED: Duration = Duration::from_millis(5);
/// The longest wait while something else is to be seen to.
const SECOND: Duration = Duration::from_secs(1);
const SECOND_NS: u64 = 1_000_000_000;

/// What one pass found.
pub(super) struct Pass {
    /// Whether hooks are to be brought in line.
    pub(super) wants_tasks: bool,
    /// How long may be waited; for ever if nothing is there to wait for.
    pub(super) wait: Option<Duration>,
}

impl<R: Runtime> Agent<R> {
    pub(super) fn tick(&self, life: &Life, nothing_under_way: bool) -> Pass {
        let (now_ns, coarse_ns) = (clock::monotonic_ns(), clock::coarse_ns());
        let mut control = lock(&life.control);
        let (mut wants_tasks, mut changed, mut wait) = (false, false, None);
        let (mut waits_for_code, mut costs) = (false, false);
        for entry in control.entries.values_mut() {
            let before = entry.seen;
            let is_new_second = self.pass(entry, now_ns, coarse_ns);
            let state = entry.probe.state.get();
            entry.seen = entry.reported();
            changed |= entry.seen != before;
            wants_tasks |= entry.wants_task();
            waits_for_code |= is_new_second && state == State::Pending;
            costs |= is_new_second && state.is_on_line();
            let own = match state {
                State::Armed | State::Exhausted => Some(ARMED),
                State::Pending | State::Resting => Some(SECOND),
                _ if entry.is_hooked || entry.probe.deliveries.any_waits() => Some(SECOND),
                _ => None,
            };
            wait = [wait, own].into_iter().flatten().min();
        }
        control.sweep(nothing_under_way, life.waker.is_some());
        drop(control);
        if waits_for_code {
            // Once a second besides: not every runtime tells of every piece of code.
            self.reload();
        }
        if life.follow_due.load(Ordering::SeqCst)
            && now_ns >= life.follow_after_ns.load(Ordering::SeqCst)
        {
            self.look_again();
        }
        if costs {
            self.runtime.look_at_costs();
        }
        if changed {
            life.announce();
        }
        Pass { wants_tasks, wait }
    }

    /// Sees to one probe; whether its window of a second was closed.
    fn pass(&self, entry: &mut Entry, now_ns: u64, coarse_ns: u64) -> bool {
        const OPEN: [State; 4] = [State::Pending, State::Armed, State::Exhausted, State::Resting];
        let probe = &entry.probe;
        if now_ns >= entry.expires_ns && probe.state.step(&OPEN, State::Expired) {
            entry.why = None;
        }
        match probe.state.get() {
            State::Exhausted if self.has_room(probe, coarse_ns) => {
                probe.state.step(&[State::Exhausted], State::Armed);
            }
            State::Resting => match entry.rests_until_ns {
                None => entry.rests_until_ns = Some(now_ns + quota::REST_NS),
                Some(until_ns) if now_ns >= until_ns => {
                    probe.budget.reset();
                    entry.rests_until_ns = None;
                    probe.state.step(&[State::Resting], State::Armed);
                }
                Some(_) => {}
            },
            _ => {}
        }
        let is_new_second = now_ns.saturating_sub(entry.window.since_ns()) >= SECOND_NS;
        if is_new_second {
            entry.window.roll(now_ns, probe.tally.hits(), probe.spent_ns.get());
        }
        if let Some(seen) = probe.take_failure()
            && let Some(condition) =
                self.sites.get(seen.site).and_then(|site| site.condition.as_ref())
        {
            let message = condition.explain(&seen.failure);
            let message = match condition.hint(&seen.failure) {
                Some(hint) => format!("{message}\n  {hint}"),
                None => message,
            };
            entry.first_failure.get_or_insert_with(|| message.clone());
            let is_first = entry.first_failure.as_ref() == Some(&message);
            entry.latest_failure = (!is_first).then_some(message);
        }
        is_new_second
    }

    fn has_room(&self, probe: &Probe, coarse_ns: u64) -> bool {
        let is_snap = probe.spec.kind == crate::probe::ProbeKind::Snap;
        probe.rate.as_ref().is_none_or(|rate| rate.has_room(coarse_ns))
            && (!is_snap || self.gate.snaps.has_room(coarse_ns))
    }
}
