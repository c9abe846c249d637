//! Placing and removing probes: from the application's code, the hub, or a file.
//!
//! Knows what may be placed, not how it is hooked. Invariant: nothing that the application's own
//! ceilings forbid is ever handed to the runtime.

use super::Agent;
use super::control::Entry;
use super::life::lock;
use super::thread::with_room;
use crate::clock;
use crate::condition;
use crate::error::{Error, ErrorKind, Result};
use crate::host::Runtime;
use crate::ids::ProbeId;
use crate::probe::{Explanation, ProbeKind, ProbeSpec};
use crate::registry::{Origin, Probe, State};
use crate::transport::log::Level;
use crate::transport::sink::Callback;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(super) fn explain(code: &str, message: String, hint: &str) -> Explanation {
    let hint = (!hint.is_empty()).then(|| hint.to_owned());
    Explanation { code: code.to_owned(), message, hint, span: None }
}

pub(super) fn explanation(error: &Error) -> Explanation {
    let code = match error.kind() {
        ErrorKind::Condition => "condition",
        ErrorKind::Policy => "policy",
        ErrorKind::Limit => "limit",
        ErrorKind::Location => "location",
        ErrorKind::Unsupported => "unsupported",
        _ => "internal",
    };
    let mut why = explain(code, error.message().to_owned(), error.hint().unwrap_or_default());
    why.span = error.span().map(|span| (span.start, span.end));
    why
}

impl<R: Runtime> Agent<R> {
    /// Places a probe; what comes of it is in [`Agent::status`]. An error if the specification, its
    /// condition or watches cannot be right, or the application's ceilings forbid it. `callback` runs
    /// where the runtime may be entered, once for each snapshot.
    pub fn probe(&self, spec: ProbeSpec, callback: Option<Callback>) -> Result<ProbeId> {
        self.look_for_fork();
        let spec = with_room(|| {
            self.redaction.prepare();
            self.permitted(spec)
        })?;
        let is_in_status = matches!(spec.kind, ProbeKind::Count | ProbeKind::Time);
        let needs_reader = !is_in_status && callback.is_none();
        if needs_reader && self.config.sink.is_none() && self.config.hub.is_none() {
            return Err(Error::new(ErrorKind::Sink, "nothing would receive its results")
                .with_hint("give on_snapshot, or start with sink or hub"));
        }
        self.place(spec, Origin::Api, callback)
    }

    /// Removes a probe that the application's own code placed; false if there is none of that id.
    pub fn remove(&self, id: ProbeId) -> bool {
        self.look_for_fork();
        let life = self.life();
        let removed = lock(&life.control).remove(id);
        if removed {
            self.reconcile();
        }
        removed
    }

    fn permitted(&self, spec: ProbeSpec) -> Result<ProbeSpec> {
        let policy = |message: String| Err(Error::new(ErrorKind::Policy, message));
        if !self.config.enabled {
            return policy("the agent is off: STILLFRAME_ENABLED is false".to_owned());
        }
        let spec = spec.checked()?;
        if !self.config.allow.contains(&spec.kind) {
            let kind = spec.kind.word();
            return policy(format!("this application does not allow {kind} (STILLFRAME_ALLOW)"));
        }
        let ceiling = self.config.max_budget_ppm;
        if spec.budget_ppm.is_some_and(|ppm| ppm > ceiling) {
            let (asked, ceiling) = (percent(spec.budget_ppm.unwrap_or(0)), percent(ceiling));
            let message =
                format!("a budget of {asked} % is above this application's ceiling of {ceiling} %");
            let hint = format!("ask for {ceiling} % or less, or for none: it is the ceiling then");
            return Err(Error::new(ErrorKind::Policy, message).with_hint(hint));
        }
        for text in spec.condition.iter().chain(&spec.watches) {
            condition::check(text, self.dialect)?;
        }
        Ok(spec)
    }

    pub(super) fn place(
        &self,
        mut spec: ProbeSpec,
        origin: Origin,
        callback: Option<Callback>,
    ) -> Result<ProbeId> {
        let life = self.life();
        if life.is_stopping() {
            return Err(Error::new(ErrorKind::Policy, "the agent was stopped"));
        }
        let id = spec.id.map_or_else(|| self.unused_id(), Ok)?;
        spec.id = Some(id);
        let probe = Probe::new(id, spec, origin, self.config.max_budget_ppm);
        let entry = Entry::new(Arc::new(probe.with_reader(callback)), clock::monotonic_ns());
        {
            let mut control = lock(&life.control);
            control.add(entry)?;
            let ppm = control.process_budget_ppm().min(self.config.max_budget_ppm);
            self.gate.budget.set_ppm(ppm);
        }
        self.install_soon(id);
        self.ensure_shipper();
        life.wake_shipper();
        Ok(id)
    }

    /// A random id that no entry has: among hundreds of probes ids of four characters meet.
    fn unused_id(&self) -> Result<ProbeId> {
        loop {
            let id = ProbeId::random()?;
            if !lock(&self.life().control).entries.contains_key(&id) {
                return Ok(id);
            }
        }
    }

    /// Makes the probes of `origin` those of `specs`. What cannot be placed is reported as refused.
    pub(super) fn replace_all(&self, specs: Vec<ProbeSpec>, origin: Origin) {
        let life = self.life();
        if life.is_stopping() {
            // What it had keeps its last counts; nothing is placed any more.
            return;
        }
        {
            let mut control = lock(&life.control);
            let stale: Vec<ProbeId> = control
                .of(origin)
                .filter(|entry| {
                    let probe = &entry.probe;
                    !specs.iter().any(|spec| {
                        spec.id == Some(probe.id) && spec.revision == probe.spec.revision
                    })
                })
                .map(|entry| entry.probe.id)
                .collect();
            for id in stale {
                control.remove(id);
            }
        }
        for spec in specs {
            let Some(id) = spec.id else { continue };
            if lock(&life.control).of(origin).any(|entry| entry.probe.id == id) {
                continue;
            }
            if origin == Origin::Hub && lock(&life.control).revive(&spec, clock::monotonic_ns()) {
                self.install_soon(id);
                self.ensure_shipper();
                continue;
            }
            let placed = self.permitted(spec.clone()).and_then(|s| self.place(s, origin, None));
            if let Err(error) = placed {
                self.report_refused(spec, origin, &error);
            }
        }
        self.reconcile();
        life.announce();
    }

    fn report_refused(&self, spec: ProbeSpec, origin: Origin, error: &Error) {
        let Some(id) = spec.id else { return };
        let probe = Probe::new(id, spec, origin, self.config.max_budget_ppm);
        let mut entry = Entry::new(Arc::new(probe), clock::monotonic_ns());
        entry.refuse(explanation(error));
        if let Err(error) = lock(&self.life().control).add(entry) {
            self.log.say(Level::Warn, "probes", format_args!("probe {id}: {error}"));
        }
    }

    /// Code was loaded: probes that wait for it are tried again. Cheap when none waits, and callable
    /// from the runtime's import hook.
    pub fn reload(&self) {
        self.look_for_fork();
        let life = self.life();
        // Each side writes its word before it reads the other's: one of them sees the other.
        life.loads.fetch_add(1, Ordering::SeqCst);
        if life.pending.load(Ordering::SeqCst) > 0 {
            self.look_again();
        }
    }

    /// The same of code of `file`, and probes that sit in it go on in what it has become.
    pub fn reload_file(&self, file: &str) {
        self.reload();
        let life = self.life();
        if life.followed.load(Ordering::SeqCst) == 0 {
            return;
        }
        let is_it = |entry: &Entry| {
            entry.following.edition != 0 && entry.at.as_ref().is_some_and(|at| at.file == file)
        };
        if !lock(&life.control).entries.values().any(is_it) {
            return;
        }
        life.follow_due.store(true, Ordering::SeqCst);
        if clock::monotonic_ns() >= life.follow_after_ns.load(Ordering::SeqCst) {
            self.look_again();
        }
    }

    /// Has all that wait for code looked for.
    pub(super) fn look_again(&self) {
        let life = self.life();
        if life.reload_queued.swap(true, Ordering::AcqRel) {
            return;
        }
        let Some(agent) = self.me.upgrade() else { return };
        let queued = self.runtime.run_soon(Box::new(move || {
            let life = agent.life();
            life.reload_queued.store(false, Ordering::Release);
            let waiting: Vec<ProbeId> = {
                let control = lock(&life.control);
                let pending = control
                    .entries
                    .values()
                    .filter(|entry| entry.probe.state.get() == State::Pending && !entry.is_queued);
                pending.map(|entry| entry.probe.id).collect()
            };
            agent.sync(&waiting);
            agent.follow();
        }));
        if !queued {
            life.reload_queued.store(false, Ordering::Release);
        }
    }
}

/// A share in percent, as people write it.
pub(super) fn percent(ppm: u32) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
