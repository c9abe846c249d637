//! Brings hooks in line with states: the only code that enters the runtime.
//!
//! Runs as tasks of [`Runtime::run_soon`], one at a time. A task sees to the probe that it is of, and to
//! as many others that wait as the runtime changes together: all are looked at, their hooks are changed
//! in one call, and what came of each is written down. Invariant: the table of probes is never locked
//! while the runtime is asked anything.

use super::Agent;
use super::control::{Entry, Spot};
use super::life::lock;
use super::locate::{Found, Located, Refused, locate, locate_span, nearest};
use super::place::explanation;
use crate::error::{Error, ErrorKind};
use crate::host::{Hook, Mechanism, Runtime};
use crate::ids::ProbeId;
use crate::probe::{Explanation, ProbeKind, ProbeSpec};
use crate::registry::{Action, Probe, Site, State};
use std::iter::once;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A probe whose hooks are to change.
struct Change {
    probe: Arc<Probe>,
    sites: Vec<Spot>,
    to: To,
}

/// What its hooks are to be.
enum To {
    /// Set for the first time, where it was found.
    Placed(Found),
    /// Set once more.
    On,
    /// Taken off.
    Off,
}

impl Change {
    /// Sites whose hooks are to be set.
    fn on(&self) -> &[Spot] {
        if matches!(self.to, To::Off) { &[] } else { &self.sites }
    }

    /// Sites whose hooks are to be taken off.
    fn off(&self) -> impl Iterator<Item = u32> {
        let off: &[Spot] = if matches!(self.to, To::Off) { &self.sites } else { &[] };
        off.iter().map(|spot| spot.site)
    }
}

/// What a task found to do.
#[derive(Default)]
struct Work {
    /// Sites that nobody has any more.
    leftovers: Vec<u32>,
    changes: Vec<Change>,
    /// Probes whose code is not there.
    waiting: Vec<ProbeId>,
}

/// What came of the hooks that a probe was to have.
#[derive(Default)]
struct Outcome {
    /// Where hooks are set.
    set: Vec<Spot>,
    /// Whether the code of others went between being found and being hooked: it needs none.
    is_any_gone: bool,
    /// What those that are set do not reach.
    unreached: Vec<String>,
    /// Why one that was to be set could not be: then none stays.
    why: Option<Error>,
}

impl Outcome {
    fn of(answers: impl Iterator<Item = (Spot, Result<Option<String>, Error>)>) -> Self {
        let mut outcome = Self::default();
        for (spot, answer) in answers {
            match answer {
                Ok(unreached) => {
                    outcome.set.push(spot);
                    outcome.unreached.extend(unreached);
                }
                Err(error) if error.kind() == ErrorKind::Location => outcome.is_any_gone = true,
                Err(error) => drop(outcome.why.get_or_insert(error)),
            }
        }
        outcome.unreached.dedup();
        outcome
    }

    /// Whether there is nothing left to hook: it is to be looked for once more.
    fn is_lost(&self) -> bool {
        self.is_any_gone && self.set.is_empty() && self.why.is_none()
    }
}

impl<R: Runtime> Agent<R> {
    /// Has the hooks of `id` brought in line with its state.
    pub(super) fn install_soon(&self, id: ProbeId) {
        let life = self.life();
        if let Some(entry) = lock(&life.control).entries.get_mut(&id) {
            entry.is_queued = true;
        }
        let Some(agent) = self.me.upgrade() else { return };
        let queued = self.runtime.run_soon(Box::new(move || agent.sync_with_others(id)));
        if !queued && let Some(entry) = lock(&life.control).entries.get_mut(&id) {
            entry.is_queued = false;
        }
    }

    /// Has every hook that is not as its state wants it brought in line.
    pub(super) fn reconcile(&self) {
        let life = self.life();
        let wanting: Vec<ProbeId> = {
            let control = lock(&life.control);
            let wanting = control.entries.values().filter(|entry| entry.wants_task());
            wanting.map(|entry| entry.probe.id).collect()
        };
        wanting.into_iter().for_each(|id| self.install_soon(id));
        self.survey();
        life.wake_shipper();
    }

    /// In a task of the runtime: brings the hooks of `id` in line with its state, and those of others
    /// for which a task is under way. If an earlier task did that, nothing is left to do: those that
    /// came since gather until the first of their own tasks.
    fn sync_with_others(&self, id: ProbeId) {
        let others: Vec<ProbeId> = {
            let control = lock(&self.life().control);
            let is_queued = control.entries.get(&id).is_some_and(|entry| entry.is_queued);
            let most = if is_queued { R::TOGETHER.saturating_sub(1) } else { 0 };
            let queued = control.entries.values().filter(|entry| entry.is_queued);
            let others = queued.map(|entry| entry.probe.id).filter(|other| *other != id);
            others.take(most).collect()
        };
        let all: Vec<ProbeId> = once(id).chain(others).collect();
        self.sync(&all);
    }

    /// In a task of the runtime: brings the hooks of these in line with their states.
    pub(super) fn sync(&self, ids: &[ProbeId]) {
        ids.chunks(R::TOGETHER.max(1)).for_each(|some| self.sync_together(some));
    }

    fn sync_together(&self, ids: &[ProbeId]) {
        let before = self.life().loads.load(Ordering::SeqCst);
        let mut work = Work::default();
        let taken = self.taken(ids, &mut work);
        let mut is_news = false;
        for (probe, sites, is_hooked) in taken {
            let state = probe.state.get();
            let to = match (state.is_on_line(), is_hooked) {
                (false, false) if state == State::Pending => {
                    self.install(probe, &mut work);
                    is_news = true;
                    continue;
                }
                (true, false) => To::On,
                (false, true) => To::Off,
                _ => continue,
            };
            work.changes.push(Change { probe, sites, to });
        }
        let Work { leftovers, changes, mut waiting } = work;
        if !leftovers.is_empty() || !changes.is_empty() {
            waiting.append(&mut self.change(&leftovers, changes));
            is_news = true;
        }
        if is_news {
            self.settled();
        }
        // Code that came after the look and before it was known that somebody waits.
        let loads = self.life().loads.load(Ordering::SeqCst);
        let missed = waiting.into_iter().filter(|_| before != loads);
        missed.for_each(|id| self.install_soon(id));
    }

    /// Takes the tasks of these over: their probes, sites, and whether their hooks are set.
    fn taken(&self, ids: &[ProbeId], work: &mut Work) -> Vec<(Arc<Probe>, Vec<Spot>, bool)> {
        let mut control = lock(&self.life().control);
        work.leftovers = std::mem::take(&mut control.leftovers);
        let mut taken = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(entry) = control.entries.get_mut(id) {
                entry.is_queued = false;
                taken.push((Arc::clone(&entry.probe), entry.sites.clone(), entry.is_hooked));
            }
        }
        taken
    }

    /// Changes hooks, those of each probe all or none, and writes down what came of it. Answers the
    /// probes whose code went meanwhile.
    fn change(&self, leftovers: &[u32], changes: Vec<Change>) -> Vec<ProbeId> {
        let off = changes.iter().flat_map(Change::off);
        let off: Vec<u32> = leftovers.iter().copied().chain(off).collect();
        let on: Vec<Vec<Hook<'_>>> = changes.iter().map(|one| self.hooks(one.on())).collect();
        let mut answers = self.runtime.change(&off, &on.concat()).into_iter();
        let mut outcomes = Vec::with_capacity(changes.len());
        let (mut undone, mut lost) = (Vec::new(), Vec::new());
        for (change, on) in changes.into_iter().zip(on) {
            let sites = on.iter().map(|hook| Spot { site: hook.site, code: hook.code });
            let mut outcome = Outcome::of(sites.zip(answers.by_ref()));
            if outcome.why.is_some() {
                undone.extend(outcome.set.drain(..).map(|spot| spot.site));
            }
            if outcome.is_lost() {
                lost.push(change.probe.id);
            }
            outcomes.push((change, outcome));
        }
        if !undone.is_empty() {
            self.runtime.change(&undone, &[]);
        }
        let gone = outcomes.into_iter().flat_map(|(change, outcome)| self.came_of(change, outcome));
        let gone: Vec<u32> = gone.collect();
        if !gone.is_empty() {
            self.runtime.change(&gone, &[]);
        }
        lost
    }

    /// Writes down what came of a change; the sites whose hooks nobody wants any more.
    fn came_of(&self, change: Change, outcome: Outcome) -> Vec<u32> {
        let Change { probe, sites, to } = change;
        if matches!(to, To::Off) {
            self.cut(&numbers(&sites));
        }
        let is_lost = outcome.is_lost();
        let Outcome { set, unreached, why, .. } = outcome;
        let is_on = why.is_none() && !is_lost && !matches!(to, To::Off);
        let mechanism = is_on.then(|| self.mechanism(&numbers(&set))).flatten();
        probe.hit_cost_ns.set(mechanism.map_or(0, |mechanism| mechanism.hit_cost_ns));
        let edition = match &to {
            To::Placed(found) => self.runtime.edition(&found.at.file),
            _ => 0,
        };
        let is_there = self.settle(&probe, |entry| {
            if is_lost {
                return entry.lose();
            }
            if let To::Placed(found) = to {
                entry.at = Some(found.at);
                entry.not_probed = found.not_probed;
                if is_on {
                    entry.why = None;
                    entry.following.edition = edition;
                    entry.begin_expiry();
                }
            }
            if is_on {
                entry.mechanism = mechanism;
                entry.sites.clone_from(&set);
            }
            match why {
                Some(error) => entry.refuse(explanation(&error)),
                None => {
                    let unreached = (!unreached.is_empty()).then(|| unreached.join("; "));
                    (entry.is_hooked, entry.unreached) = (is_on, unreached);
                }
            }
        });
        if is_on && !is_there { numbers(&set) } else { Vec::new() }
    }

    /// How the hooks of a probe work: as the dearest of them.
    fn mechanism(&self, sites: &[u32]) -> Option<Mechanism> {
        let each = || sites.iter().filter_map(|site| self.runtime.mechanism(*site));
        let counts_false = each().all(|one| one.counts_false);
        let dearest = each().max_by_key(|one| one.hit_cost_ns)?;
        Some(Mechanism { counts_false, ..dearest })
    }

    pub(super) fn hooks(&self, spots: &[Spot]) -> Vec<Hook<'_>> {
        let known = |spot: &Spot| Some(hook_of(self.sites.get(spot.site)?, spot.code));
        spots.iter().filter_map(known).collect()
    }

    /// Writes down what is known of a probe; whether it is still there.
    pub(super) fn settle(&self, probe: &Probe, change: impl FnOnce(&mut Entry)) -> bool {
        let mut control = lock(&self.life().control);
        let entry = control.entries.get_mut(&probe.id);
        // Another probe may have taken its id meanwhile.
        let entry = entry.filter(|entry| std::ptr::eq(&raw const *entry.probe, probe));
        entry.map(change).is_some()
    }

    /// What the hooks of a probe do not reach is this now, and not what it was when they were set. Call
    /// it in a task of the runtime.
    pub fn reaches(&self, id: ProbeId, unreached: Option<String>) {
        let life = self.life();
        let mut control = lock(&life.control);
        let entry = control.entries.get_mut(&id).filter(|entry| entry.unreached != unreached);
        let is_news = entry.map(|entry| entry.unreached = unreached).is_some();
        drop(control);
        if is_news {
            life.announce();
        }
    }

    /// What was to be written down is: a state that moved on meanwhile is seen to at once.
    pub(super) fn settled(&self) {
        self.reconcile();
        let life = self.life();
        life.progressed();
        life.announce();
    }

    /// Where a probe goes, or why nowhere.
    pub(super) fn look(&self, spec: &ProbeSpec) -> Located {
        let look = if spec.kind == ProbeKind::Time { locate_span } else { locate };
        look(&self.runtime, &spec.location, spec.unchecked, self.config.source_root.as_ref())
    }

    /// Finds where a probe goes: what is to be done is work, and what cannot be is written down.
    fn install(&self, probe: Arc<Probe>, work: &mut Work) {
        let found = match self.look(&probe.spec) {
            Located::Found(found) => found,
            Located::Pending(pending) => {
                self.wait_for_code(&probe, pending);
                work.waiting.push(probe.id);
                return;
            }
            Located::Refused(refused) => {
                self.settle(&probe, |entry| {
                    entry.not_probed = refused.not_probed;
                    entry.running = refused.running;
                    entry.refuse(refused.why);
                });
                return;
            }
        };
        if probe.spec.dry_run {
            return self.only_say(&probe, found);
        }
        match self.add_sites(&probe, &found, &mut Vec::new()) {
            // Before the hooks: a hit that comes at once is to count.
            Ok(sites) if probe.state.step(&[State::Pending], State::Armed) => {
                work.changes.push(Change { probe, sites, to: To::Placed(found) });
            }
            Ok(sites) => self.is_over_already(&probe, found, sites),
            Err(why) => {
                self.settle(&probe, |entry| {
                    entry.at = Some(found.at);
                    entry.not_probed = found.not_probed;
                    entry.refuse(why);
                });
            }
        }
    }

    /// Writes down where a probe would be that is over before its hooks were set.
    fn is_over_already(&self, probe: &Probe, found: Found, sites: Vec<Spot>) {
        self.settle(probe, |entry| {
            entry.at = Some(found.at);
            entry.not_probed = found.not_probed;
            entry.why = None;
            entry.sites = sites;
            entry.begin_expiry();
        });
    }

    /// Writes down that code is awaited.
    fn wait_for_code(&self, probe: &Probe, mut pending: Refused) {
        let nearest = self.nearest_once(probe, &pending.why);
        self.settle(probe, |entry| {
            let before = entry.why.take().filter(|before| before.code == pending.why.code);
            let before = before.and_then(|before| before.hint);
            pending.why.hint = pending.why.hint.or(nearest).or(before);
            entry.why = Some(pending.why);
            entry.not_probed = pending.not_probed;
        });
    }

    /// A dry run ends where it would be armed.
    fn only_say(&self, probe: &Arc<Probe>, found: Found) {
        let fits = self.add_sites(probe, &found, &mut Vec::new());
        self.settle(probe, |entry| {
            entry.at = Some(found.at);
            entry.not_probed = found.not_probed;
            match fits {
                Ok(_) => {
                    entry.why = None;
                    probe.state.step(&[State::Pending], State::Done);
                }
                Err(why) => entry.refuse(why),
            }
        });
    }

    /// What a location that nothing fits may have meant. Only at the first look: later ones come with
    /// each import of a program that starts.
    fn nearest_once(&self, probe: &Probe, why: &Explanation) -> Option<String> {
        let is_first = {
            let control = lock(&self.life().control);
            let before = control.entries.get(&probe.id).and_then(|entry| entry.why.as_ref());
            before.is_none_or(|before| before.code != why.code)
        };
        let nearest = if is_first && why.hint.is_none() {
            nearest(&self.runtime, &probe.spec.location)
        } else {
            Vec::new()
        };
        (!nearest.is_empty()).then(|| format!("loaded are {}", nearest.join(", ")))
    }

    /// Counts who waits for code, and what the dearest probe may cost.
    fn survey(&self) {
        let life = self.life();
        let control = lock(&life.control);
        let pending = control.entries.values();
        let pending = pending.filter(|entry| entry.probe.state.get() == State::Pending).count();
        life.pending.store(u32::try_from(pending).unwrap_or(u32::MAX), Ordering::SeqCst);
        let followed = control
            .entries
            .values()
            .filter(|entry| entry.following.edition != 0 && !entry.probe.state.get().is_final());
        let followed = u32::try_from(followed.count()).unwrap_or(u32::MAX);
        life.followed.store(followed, Ordering::SeqCst);
        let ppm = control.process_budget_ppm().min(self.config.max_budget_ppm);
        self.gate.budget.set_ppm(ppm);
    }
}

fn numbers(spots: &[Spot]) -> Vec<u32> {
    spots.iter().map(|spot| spot.site).collect()
}

/// The hook of a site on `code`.
fn hook_of(site: &Site, code: u64) -> Hook<'_> {
    let span = match site.action {
        Action::Time { span, .. } => Some(span),
        _ => None,
    };
    Hook { site: site.index, code, line: site.line, span, attrs: &site.attrs }
}
