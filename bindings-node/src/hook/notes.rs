//! What is said of hooks that do not reach all that runs.
//!
//! Knows which threads have not had time yet, not what they are to do. Invariant: what is said goes
//! away once it is not so any more.

use crate::agent::{self, NodeAgent, threads};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use stillframe_core::ids::ProbeId;
use threads::{Job, Thread};

/// What is said of a site.
struct Note {
    probe: ProbeId,
    /// Its text's number.
    text: u64,
    /// What stays as it is.
    lasting: Option<String>,
    /// Whether it was said that threads have not had time.
    is_late: bool,
}

impl Note {
    fn said(&self) -> Option<String> {
        let is_late = |thread: &std::sync::Arc<Thread>| thread.waits_for(Job::Follow(self.text));
        let late: Vec<_> = threads::all().into_iter().filter(is_late).collect();
        let parts = [self.lasting.clone(), threads::not_yet(&late)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

static NOTES: Mutex<BTreeMap<u32, Note>> = Mutex::new(BTreeMap::new());

fn notes() -> MutexGuard<'static, BTreeMap<u32, Note>> {
    NOTES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is to be said of a site that was hooked.
pub(super) fn keep(
    site: u32,
    probe: ProbeId,
    text: u64,
    lasting: Option<String>,
) -> Option<String> {
    let mut note = Note { probe, text, lasting, is_late: false };
    let said = note.said();
    note.is_late = said != note.lasting;
    notes().insert(site, note);
    said
}

/// A site is not hooked any more.
pub(super) fn forget(site: u32) {
    notes().remove(&site);
}

/// No site is.
pub(super) fn forget_all() {
    notes().clear();
}

/// Has the agent say what is so now, if any thread was late: in a task, so that it is said behind what
/// was said when the hook was set.
pub(crate) fn tell_soon() {
    if notes().values().any(|note| note.is_late) {
        agent::soon(|agent| tell(agent));
    }
}

fn tell(agent: &NodeAgent) {
    let mut said: BTreeMap<ProbeId, Vec<String>> = BTreeMap::new();
    let mut all = notes();
    let late: Vec<ProbeId> =
        all.values().filter(|note| note.is_late).map(|note| note.probe).collect();
    for note in all.values_mut().filter(|note| late.contains(&note.probe)) {
        let now = note.said();
        note.is_late = now != note.lasting;
        said.entry(note.probe).or_default().extend(now);
    }
    drop(all);
    for (probe, mut parts) in said {
        parts.dedup();
        agent.reaches(probe, (!parts.is_empty()).then(|| parts.join("; ")));
    }
}
