//! The probes of this process: who placed them, where they stand, what is said of them.
//!
//! Knows no runtime and no hit path: it flips states and says whose hooks are to change. Invariant: a
//! probe is in the table from when it was placed until its owner took it away and its last capture
//! was delivered.

use super::place::explain;
use crate::clock;
use crate::error::{Error, ErrorKind, Result};
use crate::host::Mechanism;
use crate::ids::ProbeId;
use crate::limits::MAX_PROBES;
use crate::probe::durations::Durations;
use crate::probe::{
    ArmedAt, Counters, Delivery, Explanation, ProbeKind, ProbeSpec, ProbeState, RunningSource,
};
use crate::quota;
use crate::registry::{Origin, Probe, State};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A site, and the code that its hook is set on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) site: u32,
    pub(super) code: u64,
}

/// How a probe goes on in what its file becomes.
#[derive(Clone, Debug, Default)]
pub(super) struct Following {
    /// The edition of the file that it was placed in; zero where it follows none.
    pub(super) edition: u64,
    /// How often it was placed in newer code.
    pub(super) times: u32,
    /// Why it is not in the newest.
    pub(super) strayed: Option<String>,
    /// Sites whose hooks are off, each with what it does in one number: others like it are not made.
    pub(super) retired: Vec<(u32, u64)>,
}

/// What is known of a probe besides what its hits share.
pub(super) struct Entry {
    pub(super) probe: Arc<Probe>,
    /// Its sites, once it was installed.
    pub(super) sites: Vec<Spot>,
    pub(super) following: Following,
    /// Whether its hooks are on their lines.
    pub(super) is_hooked: bool,
    /// What its hooks do not reach, where they do not reach all.
    pub(super) unreached: Option<String>,
    /// How they work, where that is not the same for all.
    pub(super) mechanism: Option<Mechanism>,
    /// Whether a task is under way that will bring its hooks in line with its state.
    pub(super) is_queued: bool,
    /// Its stopwatch, while it may be timed.
    pub(super) stopwatch: Option<u32>,
    /// What it measured with a stopwatch that is another's now.
    pub(super) durations: Option<Durations>,
    pub(super) why: Option<Explanation>,
    pub(super) at: Option<ArmedAt>,
    pub(super) not_probed: Vec<String>,
    /// The running source, where it differs.
    pub(super) running: Option<RunningSource>,
    pub(super) first_failure: Option<String>,
    pub(super) latest_failure: Option<String>,
    /// Monotonic.
    pub(super) expires_ns: u64,
    /// Whether it was placed once: from then on its expiry runs.
    pub(super) was_placed: bool,
    /// Monotonic.
    pub(super) rests_until_ns: Option<u64>,
    pub(super) window: Window,
    /// The state that was last announced.
    pub(super) seen: ProbeState,
    /// What was counted under a former id of this instance.
    former: (Counters, Delivery),
    /// Whether the hub has heard the last word about it.
    pub(super) is_told: bool,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("probe", &self.probe.id).finish_non_exhaustive()
    }
}

/// What a probe did and cost lately.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    since_ns: u64,
    hits: u64,
    spent_ns: u64,
    pub(super) hits_per_s: u64,
    pub(super) cost_ppm: u32,
}

impl Window {
    pub(super) fn since_ns(&self) -> u64 {
        self.since_ns
    }

    /// Closes the window at `now_ns` and begins the next.
    pub(super) fn roll(&mut self, now_ns: u64, hits: u64, spent_ns: u64) {
        let span_ns = now_ns.saturating_sub(self.since_ns).max(1);
        if self.since_ns != 0 {
            let share = |part: u64, unit: u128| u128::from(part) * unit / u128::from(span_ns);
            let new_hits = hits.saturating_sub(self.hits);
            self.hits_per_s = share(new_hits, 1_000_000_000).try_into().unwrap_or(u64::MAX);
            let cost = share(spent_ns.saturating_sub(self.spent_ns), 1_000_000);
            self.cost_ppm = cost.try_into().unwrap_or(u32::MAX);
        }
        (self.since_ns, self.hits, self.spent_ns) = (now_ns, hits, spent_ns);
    }
}

impl Entry {
    pub(super) fn new(probe: Arc<Probe>, now_ns: u64) -> Self {
        let expires_ns = now_ns.saturating_add(quota::expiry_ns(&probe.spec));
        Self {
            probe,
            sites: Vec::new(),
            following: Following::default(),
            is_hooked: false,
            unreached: None,
            mechanism: None,
            is_queued: false,
            stopwatch: None,
            durations: None,
            why: Some(explain(
                "waiting_for_runtime",
                "the runtime has not let us in yet".into(),
                "",
            )),
            at: None,
            not_probed: Vec::new(),
            running: None,
            first_failure: None,
            latest_failure: None,
            expires_ns,
            was_placed: false,
            rests_until_ns: None,
            window: Window::default(),
            seen: ProbeState::Pending,
            former: Default::default(),
            is_told: false,
        }
    }

    /// Its copy for a forked child, which counts anew.
    pub(super) fn in_child(&self) -> Self {
        Self {
            probe: Arc::clone(&self.probe),
            sites: self.sites.clone(),
            following: self.following.clone(),
            is_hooked: self.is_hooked,
            unreached: self.unreached.clone(),
            mechanism: self.mechanism,
            is_queued: false,
            stopwatch: self.stopwatch,
            durations: None,
            why: self.why.clone(),
            at: self.at.clone(),
            not_probed: self.not_probed.clone(),
            running: self.running.clone(),
            first_failure: None,
            latest_failure: None,
            expires_ns: self.expires_ns,
            was_placed: self.was_placed,
            rests_until_ns: self.rests_until_ns,
            window: Window::default(),
            seen: ProbeState::Pending,
            former: Default::default(),
            is_told: false,
        }
    }

    /// Its state as others are told. Its first hooks are set in a state that lets hits pass: until
    /// what came of them is written down, it waits for the runtime.
    pub(super) fn reported(&self) -> ProbeState {
        match self.probe.state.get().reported() {
            ProbeState::Armed | ProbeState::Resting | ProbeState::Stopped | ProbeState::Done
                if self.at.is_none() =>
            {
                ProbeState::Pending
            }
            state => state,
        }
    }

    /// What this instance counted, under the id it has now.
    pub(super) fn account(&self) -> (Counters, Delivery) {
        // In this order: a capture counts as such before it is taken, so that no cut has more taken
        // than captured.
        let delivery = self.probe.deliveries.read();
        let counters = self.probe.tally.read();
        (counters.since(&self.former.0), delivery.since(&self.former.1))
    }

    /// The instance has another id from now on: what was delivered under the former one stays there,
    /// and what waits goes with the new one.
    pub(super) fn renew(&mut self) {
        let delivery = Delivery { spooled: 0, ..self.probe.deliveries.read() };
        let mut counters = self.probe.tally.read();
        if !matches!(self.probe.spec.kind, ProbeKind::Count | ProbeKind::Time) {
            counters.captured =
                delivery.acknowledged + delivery.spool_dropped + delivery.refused_by_check;
        }
        self.former = (counters, delivery);
    }

    /// Whether it was ever on a line that ran.
    pub(super) fn is_hit(&self) -> bool {
        self.probe.tally.hits() > 0
    }

    /// Whether it was taken away and the hub knows all of it: nothing moves here any more.
    pub(super) fn is_dormant(&self) -> bool {
        self.is_told && self.probe.state.get() == State::Removed
    }

    /// Whether a probe that was taken away has nothing on its way any more.
    fn is_over(&self, nothing_under_way: bool) -> bool {
        self.probe.state.get() == State::Removed
            && !self.is_hooked
            && !self.is_queued
            && nothing_under_way
            && !self.probe.deliveries.any_waits()
    }

    /// Goes on as the probe it was, its counts with it: the hub takes back that it took it away.
    fn revive(&mut self, expires_ns: u64) {
        let to = if self.sites.is_empty() { State::Pending } else { State::Armed };
        self.probe.state.step(&[State::Removed], to);
        (self.expires_ns, self.rests_until_ns) = (expires_ns, None);
        self.is_told = false;
    }

    pub(super) fn refuse(&mut self, why: Explanation) {
        const OPEN: [State; 4] = [State::Pending, State::Armed, State::Exhausted, State::Resting];
        if self.probe.state.step(&OPEN, State::Refused) {
            self.why = Some(why);
        }
    }

    /// It was placed: from the first time on its expiry runs.
    pub(super) fn begin_expiry(&mut self) {
        if !std::mem::replace(&mut self.was_placed, true) {
            let now_ns = clock::monotonic_ns();
            self.expires_ns = now_ns.saturating_add(quota::expiry_ns(&self.probe.spec));
        }
    }

    /// All of its code went between being found and being hooked: it waits for it as it did before.
    pub(super) fn lose(&mut self) {
        const ON: [State; 3] = [State::Armed, State::Exhausted, State::Resting];
        if self.probe.state.step(&ON, State::Pending) {
            let message = "its code was unloaded before the hook was set".to_owned();
            self.why = Some(explain("file_not_loaded", message, "it is looked for once more"));
        }
        (self.is_hooked, self.at, self.unreached) = (false, None, None);
        self.following.strayed = None;
        self.sites.clear();
    }

    /// Whether its hooks are not as its state wants them, and nobody sees to it. While its first hooks
    /// are set, the task that sets them does.
    pub(super) fn wants_task(&self) -> bool {
        let is_on_line = self.probe.state.get().is_on_line();
        let is_being_placed = is_on_line && self.at.is_none();
        !self.is_queued && !is_being_placed && self.is_hooked != is_on_line
    }
}

/// The table.
#[derive(Debug, Default)]
pub(super) struct Control {
    pub(super) entries: BTreeMap<ProbeId, Entry>,
    /// Sites of entries that made room for others before their hooks were taken off.
    pub(super) leftovers: Vec<u32>,
}

impl Control {
    /// Adds an entry; the oldest that is over makes room if it must.
    pub(super) fn add(&mut self, entry: Entry) -> Result<()> {
        let id = entry.probe.id;
        let is_live = |entry: &Entry| !entry.probe.state.get().is_final();
        if self.entries.get(&id).is_some_and(|entry| entry.probe.state.get() != State::Removed) {
            return Err(Error::new(ErrorKind::Limit, format!("there is a probe {id} already")));
        }
        if self.entries.len() >= MAX_PROBES {
            let over = self.entries.iter().filter(|(_, entry)| !is_live(entry) && !entry.is_hooked);
            let oldest = over.min_by_key(|(_, entry)| entry.expires_ns).map(|(id, _)| *id);
            let oldest = oldest.ok_or_else(|| {
                Error::new(ErrorKind::Limit, format!("this process has {MAX_PROBES} probes"))
                    .with_hint("remove some first: `stillframe rm`")
            })?;
            self.entries.remove(&oldest);
        }
        if let Some(replaced) = self.entries.insert(id, entry)
            && replaced.is_hooked
        {
            self.leftovers.extend(replaced.sites.iter().map(|spot| spot.site));
        }
        Ok(())
    }

    /// Takes a probe away; whether it was there.
    pub(super) fn remove(&mut self, id: ProbeId) -> bool {
        let found = self.entries.get(&id);
        found.is_some_and(|entry| entry.probe.state.set(State::Removed) != State::Removed)
    }

    /// Forgets what was taken away and has nothing on its way any more. Where there is a hub, what
    /// was hit is kept until the room is needed: the hub is to hear the last word, and may take its
    /// own back.
    pub(super) fn sweep(&mut self, nothing_under_way: bool, has_hub: bool) {
        self.entries.retain(|_, entry| {
            let is_of_hub = has_hub && entry.probe.origin == Origin::Hub;
            let is_kept = is_of_hub && entry.is_hit();
            is_kept || !entry.is_over(nothing_under_way)
        });
    }

    /// Goes on with a probe of the hub that the hub took away and gives once more.
    pub(super) fn revive(&mut self, spec: &ProbeSpec, now_ns: u64) -> bool {
        let entry = spec.id.and_then(|id| self.entries.get_mut(&id));
        let entry = entry.filter(|entry| {
            let probe = &entry.probe;
            probe.origin == Origin::Hub
                && probe.state.get() == State::Removed
                && probe.spec.revision == spec.revision
        });
        let Some(entry) = entry else { return false };
        entry.revive(now_ns.saturating_add(quota::expiry_ns(spec)));
        true
    }

    /// The hub was told all reports; with `nothing_under_way` those of what is over were the last.
    pub(super) fn told(&mut self, nothing_under_way: bool) {
        for entry in self.entries.values_mut() {
            entry.is_told = entry.is_over(nothing_under_way);
        }
    }

    /// Probes of `origin` that were not taken away.
    pub(super) fn of(&self, origin: Origin) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(move |entry| {
            entry.probe.origin == origin && entry.probe.state.get() != State::Removed
        })
    }

    /// The budget that the process needs so that the dearest probe that was granted one may use it.
    pub(super) fn process_budget_ppm(&self) -> u32 {
        let granted = self.entries.values().filter(|entry| !entry.probe.state.get().is_final());
        let granted = granted.map(|entry| entry.probe.budget.ppm()).max().unwrap_or(0);
        granted.max(quota::PROCESS_BUDGET_PPM)
    }
}
