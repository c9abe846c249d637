//! Saves probes beside those who change them, so that nobody waits for the disk under the lock, and
//! notes in the audit which of them ended by themselves.
//!
//! Knows the state and the store. Invariant: what is written last is what was true last, and what was
//! to be saved is saved before the thread ends.

use super::state::State;
use crate::log;
use crate::store::{AuditEntry, Result, Store};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use stillframe_core::clock;
use stillframe_core::ids::ProbeId;

/// Whom the audit names where nobody asked.
pub(crate) const BY_ITSELF: &str = "the hub";

/// What is to be written of a probe.
pub(super) enum Change {
    /// Its record.
    Record(ProbeId),
    /// That it ended, in the audit's words.
    End(ProbeId, &'static str),
}

pub(super) struct Saver {
    state: Arc<Mutex<State>>,
    store: Arc<dyn Store>,
    saving: Mutex<()>,
}

impl Saver {
    /// Starts the thread; it ends when the sender is dropped and all is saved.
    pub(super) fn start(
        state: Arc<Mutex<State>>,
        store: Arc<dyn Store>,
    ) -> Result<(Arc<Self>, Sender<Change>, JoinHandle<()>)> {
        let saver = Arc::new(Self { state, store, saving: Mutex::new(()) });
        let (sender, changed) = channel();
        let thread = Arc::clone(&saver);
        let thread = std::thread::Builder::new()
            .name("stillframe-save".into())
            .spawn(move || thread.run(&changed))?;
        Ok((saver, sender, thread))
    }

    fn run(&self, changed: &Receiver<Change>) {
        while let Ok(change) = changed.recv() {
            let (id, written) = match change {
                Change::Record(id) => (id, self.save(id)),
                Change::End(id, what) => (id, self.note(id, what)),
            };
            if let Err(error) = written {
                // It is in force all the same; a restart would bring its former state back.
                log::warn(&format!("probe {id} is not saved: {error}"));
            }
        }
    }

    fn note(&self, id: ProbeId, what: &str) -> Result<()> {
        self.store.audit(&AuditEntry {
            time_ns: clock::wall_ns(),
            who: BY_ITSELF.to_owned(),
            what: what.to_owned(),
            subject: id.to_string(),
            from: String::new(),
        })
    }

    /// Saves a probe as it is now.
    pub(super) fn save(&self, id: ProbeId) -> Result<()> {
        let _saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let record = self.state.lock().unwrap_or_else(PoisonError::into_inner).record(id);
        record.map_or(Ok(()), |record| self.store.put_probe(&record))
    }

    /// Saves whether the hub is frozen now.
    pub(super) fn save_freeze(&self) -> Result<()> {
        let _saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let frozen = state.frozen().cloned();
        drop(state);
        self.store.put_frozen(frozen.as_ref())
    }
}
