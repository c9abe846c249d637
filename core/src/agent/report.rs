//! What an agent reports of its probes: to its hub, and to its own application.
//!
//! Reads the table and the counters, changes nothing. Invariant: a report holds no value of the
//! application; a message names types at most.

use super::Agent;
use super::control::Entry;
use super::life::lock;
use super::place::{explain, percent};
use super::status::{LinkStatus, Status};
use crate::host::Runtime;
use crate::probe::durations::Durations;
use crate::probe::{ArmedAt, Explanation, ProbeKind, ProbeReport, ProbeState};
use crate::quota;
use crate::registry::{Origin, State, Stopwatch};

impl<R: Runtime> Agent<R> {
    /// One report a probe; `for_hub` also the last word about what the hub took away.
    pub(super) fn reports(&self, for_hub: bool) -> (Vec<ProbeReport>, u32) {
        // Before the counters are read: what is not under way now is in them.
        let nothing_under_way = self.is_quiet();
        let mut control = lock(&self.life().control);
        let last_word = |entry: &Entry| {
            for_hub && entry.probe.origin == Origin::Hub && !entry.is_told && entry.is_hit()
        };
        let entries = control.entries.values();
        let shown =
            entries.filter(|entry| entry.probe.state.get() != State::Removed || last_word(entry));
        let reports = shown.map(|entry| self.report(entry)).collect();
        let cost = control.entries.values().map(|entry| entry.window.cost_ppm);
        let cost_ppm = cost.fold(0, u32::saturating_add);
        if for_hub {
            control.told(nothing_under_way);
        }
        (reports, cost_ppm)
    }

    fn report(&self, entry: &Entry) -> ProbeReport {
        let stopwatch = entry.stopwatch.and_then(|number| self.stopwatches.get(number));
        let measured = [entry.durations.clone(), stopwatch.map(Stopwatch::durations)];
        let counts_false = entry.mechanism.map_or(R::COUNTS_FALSE, |one| one.counts_false);
        let false_uncounted = !counts_false && !entry.probe.spec.counts_false();
        let durations = Durations::added(measured.iter().flatten());
        ProbeReport { false_uncounted, ..report_of(entry, durations) }
    }

    /// Everything the agent knows about itself.
    pub fn status(&self) -> Status {
        self.look_for_fork();
        let life = self.life();
        let (probes, cost_ppm) = self.reports(false);
        let link = lock(&life.link).clone();
        let instance = *lock(&life.instance);
        let hub = self.config.hub.clone().filter(|_| life.waker.is_some());
        Status {
            enabled: self.config.enabled,
            instance,
            service: self.config.service.clone(),
            agent: env!("CARGO_PKG_VERSION").to_owned(),
            link: hub.map(|hub| LinkStatus { hub, ..link }),
            probes,
            cost_ppm,
            notes: lock(&life.notes).clone(),
        }
    }

    /// Says something of the binding in status and `doctor`: `canary`, `mechanism`.
    pub fn note(&self, key: &str, value: &str) {
        let life = self.life();
        lock(&life.notes).insert(key.to_owned(), value.to_owned());
        life.announce();
    }
}

fn report_of(entry: &Entry, durations: Option<Durations>) -> ProbeReport {
    let probe = &entry.probe;
    let state = entry.reported();
    let (counters, delivery) = entry.account();
    let ns_per_hit = (counters.hits > 0).then(|| probe.spent_ns.get() / counters.hits);
    let over = matches!(state, ProbeState::Resting | ProbeState::Stopped);
    let why = if over { Some(over_budget(entry, ns_per_hit)) } else { entry.why.clone() };
    ProbeReport {
        probe: probe.id,
        revision: probe.spec.revision,
        state,
        why,
        at: entry.at.clone().map(|at| with_notes(at, entry)),
        running: entry.running.clone(),
        not_probed: entry.not_probed.clone(),
        counters,
        false_uncounted: false,
        delivery,
        durations,
        first_failure: entry.first_failure.clone(),
        latest_failure: entry.latest_failure.clone(),
        ns_per_hit,
        engine: entry.mechanism.map(|one| one.engine.to_owned()),
        hit_cost_ns: entry.mechanism.map(|one| one.hit_cost_ns),
        affords_per_s: affords(entry),
        hits_per_s: (counters.hits > 0).then_some(entry.window.hits_per_s),
        cost_ppm: entry.window.cost_ppm,
        budget_ppm: probe.budget.ppm(),
    }
}

/// Hits a second that its budget affords; of a passage that is timed there are two and more.
fn affords(entry: &Entry) -> Option<u64> {
    let cost_ns = entry.mechanism.map_or(0, |one| one.hit_cost_ns);
    let is_timed = entry.probe.spec.kind == ProbeKind::Time;
    entry.probe.budget.affords(cost_ns).filter(|_| !is_timed)
}

/// Where it sits, with what became of its file and what the hooks there do not reach.
fn with_notes(mut at: ArmedAt, entry: &Entry) -> ArmedAt {
    let following = &entry.following;
    let followed = (following.times > 0).then(|| {
        let times = following.times;
        format!("loaded anew and armed in the new code, {times} times")
    });
    let parts = [at.note.as_deref(), followed.as_deref(), following.strayed.as_deref()];
    let parts = parts.into_iter().chain([entry.unreached.as_deref()]);
    let notes: Vec<&str> = parts.flatten().collect();
    at.note = (!notes.is_empty()).then(|| notes.join("; "));
    at
}

/// What makes any probe cheaper.
const CHEAPER: &str = "choose a line that runs less often, or raise its budget";

fn over_budget(entry: &Entry, ns_per_hit: Option<u64>) -> Explanation {
    let (ns, hits) = (ns_per_hit.unwrap_or(0), entry.window.hits_per_s);
    let cost_ppm = u32::try_from(ns.saturating_mul(hits) / 1_000).unwrap_or(u32::MAX);
    let budget = percent(entry.probe.budget.ppm());
    let message = format!(
        "{ns} ns a hit x {hits} hits/s = {} % of a core; budget {budget} %; {}",
        percent(cost_ppm),
        if entry.probe.rests() >= quota::MAX_RESTS { "off for good" } else { "off for 10 s" }
    );
    let advice = entry.mechanism.map_or("", |one| one.advice);
    let advice = if advice.is_empty() { CHEAPER } else { advice };
    explain("over_budget", message, advice)
}
