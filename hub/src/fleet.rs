//! The instances that are connected and the probes they hold, shared by link, API and store.
//!
//! Knows how to lock, tell and save; the rules are in [`state`]. Invariant: the lock is never held
//! across I/O or a wait.

use crate::api::types::{Event, FreezeView, InstanceReport, InstanceView, ProbeView, WhyView};
use crate::steady::Steady;
use crate::store::{FreezeRecord, Outcome, ProbeRecord, Store, Stored};
use save::{Change, Saver};
use state::{Effects, State};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use stillframe_core::ids::{InstanceId, ProbeId};
use stillframe_core::probe::ProbeSpec;
use stillframe_core::transport::message::InstanceInfo;
use tokio::sync::{broadcast, watch};

mod choose;
mod earlier;
mod instance;
mod probe;
mod save;
mod state;

pub(crate) use instance::{Connection, Hello, StatusReport};
pub(crate) use save::BY_ITSELF;
pub(crate) use state::{Candidate, Times};

/// Events a slow reader may be behind before it has to catch up from the store.
const MAX_EVENTS_BEHIND: usize = 8_192;

/// What is told to everyone who follows.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// A snapshot was stored.
    Snapshot(Arc<Stored>),
    /// Something else happened, to a probe or, where there is none, to an instance; with the probes
    /// that an instance concerns.
    Event { event: Arc<Event>, probes: Arc<[ProbeId]> },
}

/// The one fleet of a hub.
pub(crate) struct Fleet {
    state: Arc<Mutex<State>>,
    told: broadcast::Sender<Told>,
    /// Counts up with every change, for those who wait for reports.
    changes: watch::Sender<u64>,
    saver: Arc<Saver>,
    changed: Sender<Change>,
    time: Steady,
}

impl Fleet {
    /// A fleet with the probes that the store kept, and the thread that saves them.
    pub(crate) fn load(
        store: Arc<dyn Store>,
        times: Times,
    ) -> crate::store::Result<(Self, JoinHandle<()>)> {
        let mut state = State::new(times, store.frozen()?);
        let tallies = store.tallies()?;
        let time = Steady::new();
        let now_ns = time.now_ns();
        for record in store.probes()? {
            let tally = tallies.get(&record.id).copied().unwrap_or_default();
            let shares = store.shares(record.id)?;
            state.load(record, tally, shares, now_ns);
        }
        let state = Arc::new(Mutex::new(state));
        let (saver, changed, thread) = Saver::start(Arc::clone(&state), store)?;
        let told = broadcast::Sender::new(MAX_EVENTS_BEHIND);
        let fleet = Self { state, told, changes: watch::Sender::new(0), saver, changed, time };
        Ok((fleet, thread))
    }

    fn with<T>(&self, change: impl FnOnce(&mut State, u64, &mut Effects) -> T) -> T {
        let mut effects = Effects::default();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut state, self.time.now_ns(), &mut effects);
        // Told under the lock, so that everyone hears changes in the order they were made.
        for told in effects.told.drain(..) {
            // Nobody may be listening.
            let _ = self.told.send(told);
        }
        drop(state);
        self.changes.send_modify(|count| *count += 1);
        self.save_later(effects);
        result
    }

    /// Saves a probe as it is now; waits for the disk.
    pub(crate) fn save(&self, id: ProbeId) -> crate::store::Result<()> {
        self.saver.save(id)
    }

    fn save_later(&self, effects: Effects) {
        let records = effects.changed.into_iter().map(Change::Record);
        let ends = effects.ended.into_iter().map(|(id, what)| Change::End(id, what));
        for change in records.chain(ends) {
            // The saver lives as long as the fleet.
            let _ = self.changed.send(change);
        }
    }

    fn look<T>(&self, look: impl FnOnce(&State, u64) -> T) -> T {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        look(&state, self.time.now_ns())
    }

    /// The hub's time: what every span of a probe or an instance is counted by.
    pub(crate) fn now_ns(&self) -> u64 {
        self.time.now_ns()
    }

    /// Everything that happens from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Told> {
        self.told.subscribe()
    }

    /// Changes whenever something may have changed.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    // What agents do.

    /// Who an instance is, if it is remembered.
    pub(crate) fn info_of(&self, id: InstanceId) -> Option<InstanceInfo> {
        self.look(|state, _| state.info_of(id))
    }

    /// The connection of an instance, if it has one.
    pub(crate) fn connection(&self, id: InstanceId) -> Option<Connection> {
        self.look(|state, _| state.connection(id))
    }

    /// An instance said hello on `connection`.
    pub(crate) fn hello(&self, hello: Hello, connection: Connection) {
        self.with(|state, now_ns, effects| state.hello(hello, connection, now_ns, effects));
    }

    /// An instance said who it is now.
    pub(crate) fn info(&self, id: InstanceId, info: InstanceInfo) {
        self.with(|state, now_ns, effects| state.info(id, info, now_ns, effects));
    }

    /// An instance said on `connection` how its probes are.
    pub(crate) fn status(&self, id: InstanceId, connection: u64, status: StatusReport) {
        self.with(|state, now_ns, effects| {
            state.status(id, connection, status, now_ns, effects);
        });
    }

    /// A connection ended; in good order or not.
    pub(crate) fn left(&self, id: InstanceId, connection: u64, goodbye: bool) {
        self.with(|state, now_ns, effects| {
            state.left(id, connection, goodbye, now_ns, effects);
        });
    }

    /// Captures a probe may have in all.
    pub(crate) fn limit(&self, probe: ProbeId) -> Option<u64> {
        self.look(|state, _| state.limit(probe))
    }

    /// The store has written a group.
    pub(crate) fn stored(&self, outcomes: Vec<Outcome>) {
        self.with(|state, now_ns, effects| state.stored(outcomes, now_ns, effects));
    }

    /// Time passed: expiries, leases, instances that did not come back.
    pub(crate) fn tick(&self) {
        self.with(|state, now_ns, effects| state.tick(now_ns, effects));
    }

    // What people do.

    pub(crate) fn instances(&self, all: bool) -> Vec<InstanceView> {
        self.look(|state, now_ns| state.instance_views(all, now_ns))
    }

    pub(crate) fn probes(&self, ended: bool) -> Vec<ProbeView> {
        self.look(|state, now_ns| state.probe_views(ended, now_ns))
    }

    pub(crate) fn probe(&self, id: ProbeId) -> Option<ProbeView> {
        self.look(|state, now_ns| state.probe_view(id, now_ns))
    }

    pub(crate) fn why(&self, id: ProbeId) -> Option<WhyView> {
        self.look(|state, now_ns| state.why(id, now_ns))
    }

    pub(crate) fn reports(&self, id: ProbeId) -> Vec<InstanceReport> {
        self.look(|state, _| state.reports(id))
    }

    /// A probe with what its instances say at the same moment.
    pub(crate) fn probe_with_reports(
        &self,
        id: ProbeId,
    ) -> Option<(ProbeView, Vec<InstanceReport>)> {
        self.look(|state, now_ns| Some((state.probe_view(id, now_ns)?, state.reports(id))))
    }

    /// Whether every instance that holds the probe has had its say.
    pub(crate) fn settled(&self, id: ProbeId) -> bool {
        self.look(|state, _| state.settled(id))
    }

    /// Instances a wish fits, without arming anything.
    pub(crate) fn candidates(&self, record: &ProbeRecord) -> Vec<Candidate> {
        self.look(|state, _| state.candidates(record))
    }

    /// Names of instances that a wish is meant for and that take no probe of its kind.
    pub(crate) fn unable(&self, record: &ProbeRecord) -> Vec<String> {
        self.look(|state, _| state.unable(record))
    }

    /// Names of the services that have instances.
    pub(crate) fn services(&self) -> Vec<String> {
        self.look(|state, _| state.services())
    }

    /// The view a record would have, for a dry run.
    pub(crate) fn preview(&self, record: ProbeRecord) -> ProbeView {
        self.look(|state, now_ns| state.preview(record, now_ns))
    }

    /// Hands a probe out; with `trial` it only finds where it would sit. Refuses an id in use.
    pub(crate) fn insert(&self, record: ProbeRecord, trial: bool) -> bool {
        self.with(|state, now_ns, effects| state.insert(record, trial, now_ns, effects))
    }

    /// Services whose instances armed a probe.
    pub(crate) fn armed_services(&self, id: ProbeId) -> Vec<String> {
        self.look(|state, _| state.armed_services(id))
    }

    /// Ends a probe's trial: from now on it captures.
    pub(crate) fn arm(&self, id: ProbeId) {
        self.with(|state, now_ns, effects| state.arm(id, now_ns, effects));
    }

    /// Takes a probe back as if it had never been.
    pub(crate) fn withdraw(&self, id: ProbeId) {
        self.with(|state, now_ns, effects| state.withdraw(id, now_ns, effects));
    }

    /// Removes a live probe; one that ended stays as it is.
    pub(crate) fn remove(&self, id: ProbeId) -> Option<ProbeView> {
        self.with(|state, now_ns, effects| {
            state.remove(id, now_ns, effects);
            state.probe_view(id, now_ns)
        })
    }

    /// Who froze the hub, if it is.
    pub(crate) fn frozen(&self) -> Option<FreezeRecord> {
        self.look(|state, _| state.frozen().cloned())
    }

    pub(crate) fn freeze_view(&self) -> FreezeView {
        self.look(|state, _| state.freeze_view())
    }

    /// Takes every probe from every instance until [`Self::unfreeze`]; frozen it stays whose it was.
    pub(crate) fn freeze(&self, by: &str) {
        self.with(|state, now_ns, effects| state.freeze(by, now_ns, effects));
    }

    /// Arms anew the probes that live still.
    pub(crate) fn unfreeze(&self, by: &str) {
        self.with(|state, now_ns, effects| state.unfreeze(by, now_ns, effects));
    }

    /// Saves whether the hub is frozen; waits for the disk.
    pub(crate) fn save_freeze(&self) -> crate::store::Result<()> {
        self.saver.save_freeze()
    }

    /// A reader of a probe's events; its lease holds while this lives.
    pub(crate) fn read(self: &Arc<Self>, probe: ProbeId) -> Reading {
        self.look_mut(|state, now_ns| state.reader(probe, 1, now_ns));
        Reading { fleet: Arc::clone(self), probe }
    }

    fn look_mut(&self, change: impl FnOnce(&mut State, u64)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state, self.time.now_ns());
    }
}

/// Somebody reads a probe's events.
pub(crate) struct Reading {
    fleet: Arc<Fleet>,
    probe: ProbeId,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.fleet.look_mut(|state, now_ns| state.reader(self.probe, -1, now_ns));
    }
}

/// What an instance is told to hold.
pub(crate) type ProbeSet = Arc<Vec<ProbeSpec>>;
