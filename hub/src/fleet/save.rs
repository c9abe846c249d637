//! Saves probes beside those who change them, so that nobody waits for the disk under the lock.
//!
//! Knows the state and the store. Invariant: what is written last is what was true last, and what was
//! to be saved is saved before the thread ends.

use super::state::State;
use crate::log;
use crate::store::{Result, Store};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use stillframe_core::ids::ProbeId;

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
    ) -> Result<(Arc<Self>, Sender<ProbeId>, JoinHandle<()>)> {
        let saver = Arc::new(Self { state, store, saving: Mutex::new(()) });
        let (sender, changed) = channel();
        let thread = Arc::clone(&saver);
        let thread = std::thread::Builder::new()
            .name("stillframe-save".into())
            .spawn(move || thread.run(&changed))?;
        Ok((saver, sender, thread))
    }

    fn run(&self, changed: &Receiver<ProbeId>) {
        while let Ok(id) = changed.recv() {
            if let Err(error) = self.save(id) {
                // It is in force all the same; a restart would bring its former state back.
                log::warn(&format!("probe {id} is not saved: {error}"));
            }
        }
    }

    /// Saves a probe as it is now.
    pub(super) fn save(&self, id: ProbeId) -> Result<()> {
        let _saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let record = self.state.lock().unwrap_or_else(PoisonError::into_inner).record(id);
        record.map_or(Ok(()), |record| self.store.put_probe(&record))
    }
}
