//! Brings hooks in line with states: the only code that enters the runtime.
//!
//! Runs as tasks of [`Runtime::run_soon`], one at a time. Invariant: the table of probes is never
//! locked while the runtime is asked anything.

use super::Agent;
use super::life::lock;
use super::locate::{Found, Located, Refused, locate, locate_span, nearest};
use super::place::explanation;
use crate::clock;
use crate::error::Result;
use crate::host::Runtime;
use crate::ids::ProbeId;
use crate::probe::{Explanation, ProbeKind, ProbeSpec};
use crate::quota;
use crate::registry::{Action, Probe, State};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Sites, and where their hooks were set, what those do not reach.
type Hooked = (Vec<u32>, Option<Option<String>>);

impl<R: Runtime> Agent<R> {
    /// Has the hooks of `id` brought in line with its state.
    pub(super) fn install_soon(&self, id: ProbeId) {
        let life = self.life();
        if let Some(entry) = lock(&life.control).entries.get_mut(&id) {
            entry.is_queued = true;
        }
        let Some(agent) = self.me.upgrade() else { return };
        let queued = self.runtime.run_soon(Box::new(move || agent.sync(id)));
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

    /// In a task of the runtime: brings the hooks of `id` in line with its state.
    pub(super) fn sync(&self, id: ProbeId) {
        let life = self.life();
        let (found, leftovers) = {
            let mut control = lock(&life.control);
            let found = control.entries.get_mut(&id).map(|entry| {
                entry.is_queued = false;
                (Arc::clone(&entry.probe), entry.sites.clone(), entry.is_hooked)
            });
            (found, std::mem::take(&mut control.leftovers))
        };
        leftovers.into_iter().for_each(|site| self.runtime.disarm(site));
        let Some((probe, sites, is_hooked)) = found else { return };
        let state = probe.state.get();
        let hooked = match (state.is_on_line(), is_hooked) {
            (false, false) if state == State::Pending => {
                self.install(&probe);
                return;
            }
            (true, false) => self.hook(&sites).map(Some),
            (false, true) => {
                sites.iter().for_each(|site| self.runtime.disarm(*site));
                self.cut(&sites);
                Ok(None)
            }
            _ => return,
        };
        let is_hooked = matches!(hooked, Ok(Some(_)));
        let is_there = self.settle(&probe, |entry| match hooked {
            Ok(hooked) => {
                entry.is_hooked = hooked.is_some();
                entry.unreached = hooked.flatten();
            }
            Err(error) => entry.refuse(explanation(&error)),
        });
        if is_hooked && !is_there {
            sites.iter().for_each(|site| self.runtime.disarm(*site));
        }
    }

    /// Arms all sites or none. What of the running code that does not reach, if so.
    fn hook(&self, sites: &[u32]) -> Result<Option<String>> {
        let mut unreached: Vec<String> = Vec::new();
        for (index, site) in sites.iter().enumerate() {
            let Some(site) = self.sites.get(*site) else { continue };
            let (number, code, attrs) = (site.index, site.code, &site.attrs);
            let armed = match site.action {
                Action::Time { span, .. } => self.runtime.arm_span(number, code, span, attrs),
                _ => self.runtime.arm(number, code, site.line, attrs),
            };
            match armed {
                Ok(note) => unreached.extend(note),
                Err(error) => {
                    sites[..index].iter().for_each(|site| self.runtime.disarm(*site));
                    return Err(error);
                }
            }
        }
        Ok((!unreached.is_empty()).then(|| unreached.join("; ")))
    }

    /// Writes down what became of a task; whether the probe is still there.
    fn settle(&self, probe: &Probe, change: impl FnOnce(&mut super::control::Entry)) -> bool {
        let life = self.life();
        let is_there = {
            let mut control = lock(&life.control);
            let entry = control.entries.get_mut(&probe.id);
            // Another probe may have taken its id meanwhile.
            let entry = entry.filter(|entry| std::ptr::eq(&raw const *entry.probe, probe));
            entry.map(change).is_some()
        };
        // A state that moved on meanwhile is seen to at once.
        self.reconcile();
        life.progressed();
        life.announce();
        is_there
    }

    /// Where a probe goes, or why nowhere.
    fn look(&self, spec: &ProbeSpec) -> Located {
        let look = if spec.kind == ProbeKind::Time { locate_span } else { locate };
        look(&self.runtime, &spec.location, spec.unchecked, self.config.source_root.as_ref())
    }

    fn install(&self, probe: &Arc<Probe>) {
        let before = self.life().loads.load(Ordering::SeqCst);
        let found = match self.look(&probe.spec) {
            Located::Found(found) => found,
            Located::Pending(pending) => return self.wait_for_code(probe, pending, before),
            Located::Refused(refused) => {
                self.settle(probe, |entry| {
                    entry.not_probed = refused.not_probed;
                    entry.running = refused.running;
                    entry.refuse(refused.why);
                });
                return;
            }
        };
        if probe.spec.dry_run {
            return self.only_say(probe, found);
        }
        let installed = self.add_hooks(probe, &found);
        let hooked = installed.as_ref().map(|(sites, _)| sites.clone()).unwrap_or_default();
        let is_there = self.settle(probe, |entry| {
            entry.at = Some(found.at.clone());
            entry.not_probed = found.not_probed.clone();
            match installed {
                Ok((sites, hooked)) => {
                    entry.why = None;
                    (entry.sites, entry.is_hooked) = (sites, hooked.is_some());
                    entry.unreached = hooked.flatten();
                    let now_ns = clock::monotonic_ns();
                    entry.expires_ns = now_ns.saturating_add(quota::expiry_ns(&probe.spec));
                }
                Err(why) => entry.refuse(why),
            }
        });
        if !is_there {
            hooked.into_iter().for_each(|site| self.runtime.disarm(site));
        }
    }

    /// The sites of a probe, and what their hooks do not reach; no hooks if the probe is over already.
    fn add_hooks(&self, probe: &Arc<Probe>, found: &Found) -> Result<Hooked, Explanation> {
        let sites = self.add_sites(probe, found)?;
        // Before the hooks: a hit that comes at once is to count.
        if !probe.state.step(&[State::Pending], State::Armed) {
            return Ok((sites, None));
        }
        let unreached = self.hook(&sites).map_err(|error| explanation(&error))?;
        Ok((sites, Some(unreached)))
    }

    /// Writes down that code is awaited, of which none was there when `loads` counted so much.
    fn wait_for_code(&self, probe: &Probe, mut pending: Refused, loads: u64) {
        let nearest = self.nearest_once(probe, &pending.why);
        self.settle(probe, |entry| {
            let before = entry.why.take().filter(|before| before.code == pending.why.code);
            let before = before.and_then(|before| before.hint);
            pending.why.hint = pending.why.hint.or(nearest).or(before);
            entry.why = Some(pending.why);
            entry.not_probed = pending.not_probed;
        });
        // Code that came after the look and before it was known that somebody waits.
        if self.life().loads.load(Ordering::SeqCst) != loads {
            self.install_soon(probe.id);
        }
    }

    /// A dry run ends where it would be armed.
    fn only_say(&self, probe: &Arc<Probe>, found: Found) {
        let fits = self.add_sites(probe, &found);
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
        let ppm = control.process_budget_ppm().min(self.config.max_budget_ppm);
        self.gate.budget.set_ppm(ppm);
    }
}
