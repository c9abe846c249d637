//! The shipper: the one thread that turns captures into results, and keeps the probes' states.
//!
//! Never enters the runtime: callbacks and hooks go through `run_soon`. Invariant: every capture that
//! was published is accounted for exactly once, as refused by the check or as handed to its reader.

use super::Agent;
use super::life::{Life, lock};
use crate::capture::check;
use crate::host::Runtime;
use crate::ids::InstanceId;
use crate::registry::Probe;
use crate::snapshot::Snapshot;
use crate::transport::log::Level;
use crate::transport::sink::{Callback, Sink, SinkTarget};
use crate::transport::spool::Receipt;
use crate::wire;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Callbacks that may wait for the runtime; beyond them results are dropped and counted.
const MAX_CALLBACKS: u64 = 1_024;
/// How often the file of probes is looked at, and the ticks are measured.
const SECOND: Duration = Duration::from_secs(1);

/// A snapshot and the probe that took it.
type Taken = (Arc<Probe>, Snapshot);

/// What the shipper's thread alone uses.
struct Desk {
    sink: Option<Sink>,
    file: super::probes_file::Watched,
    looked: Option<Instant>,
}

impl<R: Runtime> Agent<R> {
    /// The thread's whole work.
    pub(super) fn ship(&self) {
        let life = self.life();
        let sink = self.config.sink.as_ref().and_then(|target| Sink::of(target, &self.service()));
        let file = super::probes_file::Watched::default();
        let mut desk = Desk { sink, file, looked: None };
        loop {
            while !life.is_ending() {
                match self.turn(life, &mut desk) {
                    Some(wait) => std::thread::park_timeout(wait),
                    None => std::thread::park(),
                }
            }
            self.ship_all(life, &mut desk);
            let mut thread = lock(&life.shipper);
            // Under the lock: who ends a pause either is seen here or sees that nobody runs.
            if life.is_ending() {
                *thread = None;
                return;
            }
        }
    }

    fn turn(&self, life: &Life, desk: &mut Desk) -> Option<Duration> {
        self.ship_all(life, desk);
        if desk.looked.is_none_or(|at| at.elapsed() >= SECOND) {
            desk.looked = Some(Instant::now());
            self.gate.calibrate();
            if let Some(path) = &self.config.probes_file {
                self.read_probes(path, &mut desk.file);
            }
            if self.gate.defects.get() > 0 {
                let text = format!("{} hits were lost to a defect", self.gate.defects.get());
                self.log.say(Level::Error, "defect", text);
            }
        }
        let nothing_under_way = self.slab.is_idle() && life.callbacks.load(Ordering::Acquire) == 0;
        let pass = self.tick(life, nothing_under_way);
        if pass.wants_tasks {
            self.reconcile();
        }
        let file = self.config.probes_file.is_some().then_some(SECOND);
        [pass.wait, file].into_iter().flatten().min()
    }

    /// Empties the slab and hands everything to its reader.
    fn ship_all(&self, life: &Life, desk: &mut Desk) {
        // Set before the slab is emptied: who sees it empty and this unset knows all is delivered.
        life.busy.store(true, Ordering::SeqCst);
        let taken = self.drain(life);
        let any = !taken.is_empty();
        self.deliver(life, desk, taken);
        life.busy.store(false, Ordering::SeqCst);
        if any || life.awaited.swap(false, Ordering::AcqRel) {
            life.progressed();
        }
    }

    fn drain(&self, life: &Life) -> Vec<Taken> {
        let mut taken = Vec::new();
        self.slab.drain(|buffer| {
            let Some(site) = self.sites.get(buffer.site) else { return };
            let read =
                catch_unwind(AssertUnwindSafe(|| check::read_planned(&buffer.bytes, &site.plan)));
            match read {
                Ok(Ok(mut snapshot)) => {
                    snapshot.sequence = life.sequence.fetch_add(1, Ordering::Relaxed) + 1;
                    snapshot.notes.extend(site.notes.iter().cloned());
                    site.probe.spool(1);
                    taken.push((Arc::clone(&site.probe), snapshot));
                }
                Ok(Err(error)) => {
                    site.probe.refuse();
                    self.log.say(Level::Warn, "check", format_args!("a capture: {error}"));
                }
                Err(_) => site.probe.refuse(),
            }
        });
        taken
    }

    /// The first of callback, hub and sink accounts for a result; a sink gets a copy of all.
    fn deliver(&self, life: &Life, desk: &mut Desk, taken: Vec<Taken>) {
        let mut for_hub = Vec::new();
        for (probe, snapshot) in taken {
            let callback =
                lock(&life.control).entries.get(&probe.id).and_then(|entry| entry.callback.clone());
            let accounts = callback.is_none() && life.waker.is_none();
            if let Some(sink) = &mut desk.sink {
                let dropped = sink.dropped_files();
                let written = sink.write(&snapshot);
                if sink.dropped_files() > dropped {
                    let files = sink.dropped_files().to_string();
                    lock(&life.notes).insert("result files dropped, 64 MiB each".into(), files);
                }
                if let Err(error) = &written {
                    self.log.say(Level::Warn, "sink", error);
                }
                match (accounts, written) {
                    (true, Ok(())) => probe.acknowledge(1),
                    (true, Err(_)) => probe.drop_spooled(1),
                    _ => {}
                }
            } else if accounts {
                match &self.config.sink {
                    Some(SinkTarget::Callback(_)) => self.call(life, probe, snapshot, None),
                    _ => probe.drop_spooled(1),
                }
                continue;
            }
            match callback {
                Some(callback) => self.call(life, probe, snapshot, Some(callback)),
                None if life.waker.is_some() => for_hub.push((probe, snapshot)),
                None => {}
            }
        }
        if !for_hub.is_empty() {
            self.spool(life, for_hub);
        }
    }

    /// Hands a snapshot to a function of the application, where the runtime may be entered: the
    /// probe's own, or the sink's.
    fn call(&self, life: &Life, probe: Arc<Probe>, snapshot: Snapshot, own: Option<Arc<Callback>>) {
        let Some(agent) = self.me.upgrade() else { return probe.drop_spooled(1) };
        if life.callbacks.fetch_add(1, Ordering::AcqRel) >= MAX_CALLBACKS {
            life.callbacks.fetch_sub(1, Ordering::AcqRel);
            return probe.drop_spooled(1);
        }
        let called = Arc::clone(&probe);
        let queued = self.runtime.run_soon(Box::new(move || {
            let call = || match (&own, &agent.config.sink) {
                (Some(own), _) => own(&snapshot),
                (None, Some(SinkTarget::Callback(sink))) => sink(&snapshot),
                (None, _) => {}
            };
            match catch_unwind(AssertUnwindSafe(call)) {
                Ok(()) => called.acknowledge(1),
                Err(_) => called.drop_spooled(1),
            }
            let life = agent.life();
            life.callbacks.fetch_sub(1, Ordering::AcqRel);
            life.progressed();
        }));
        if !queued {
            life.callbacks.fetch_sub(1, Ordering::AcqRel);
            probe.drop_spooled(1);
        }
    }

    fn spool(&self, life: &Life, taken: Vec<Taken>) {
        let instance = *lock(&life.instance);
        let (probes, snapshots): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
        let mut spool = lock(&life.spool);
        let chunk = wire::MAX_BATCH_SNAPSHOTS;
        for (probes, snapshots) in probes.chunks(chunk).zip(snapshots.chunks(chunk)) {
            frame(instance, probes, snapshots, &mut |last, bytes, probes| {
                spool.push(last, bytes.into(), Box::new(Counted(probes.to_vec())));
            });
        }
        drop(spool);
        if let Some(waker) = &life.waker {
            waker.wake();
        }
    }
}

/// Takes a frame: its last sequence, its bytes, and whose captures are in it.
type Push<'a> = dyn FnMut(u64, Vec<u8>, &[Arc<Probe>]) + 'a;

/// Frames of snapshots, halved until each fits what a reader accepts.
fn frame(instance: InstanceId, probes: &[Arc<Probe>], snapshots: &[Snapshot], push: &mut Push<'_>) {
    let mut frames = wire::frames(instance, snapshots);
    match (frames.pop(), frames.is_empty(), snapshots.last()) {
        (Some(bytes), true, Some(last)) => push(last.sequence, bytes, probes),
        _ if snapshots.len() > 1 => {
            let middle = snapshots.len() / 2;
            frame(instance, &probes[..middle], &snapshots[..middle], push);
            frame(instance, &probes[middle..], &snapshots[middle..], push);
        }
        // One snapshot that no frame can hold.
        _ => probes.iter().for_each(|probe| probe.drop_spooled(1)),
    }
}

/// Settles the captures of one frame.
struct Counted(Vec<Arc<Probe>>);

impl Receipt for Counted {
    fn acknowledged(&self) {
        self.0.iter().for_each(|probe| probe.acknowledge(1));
    }

    fn dropped(&self) {
        self.0.iter().for_each(|probe| probe.drop_spooled(1));
    }
}
