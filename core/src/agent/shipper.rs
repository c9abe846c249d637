//! The shipper: the one thread that turns captures into results, and keeps the probes' states.
//!
//! Never enters the runtime: callbacks and hooks go through `run_soon`. Invariant: every capture that
//! was published is accounted for exactly once, as refused by the check or as handed to its reader.

use super::Agent;
use super::life::{Life, lock};
use crate::capture::check;
use crate::host::Runtime;
use crate::ids::InstanceId;
use crate::registry::{Owed, Site};
use crate::snapshot::{Frame, Snapshot};
use crate::transport::log::Level;
use crate::transport::sink::{Sink, SinkTarget};
use crate::transport::spool::{Receipt, Spool};
use crate::wire;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Callbacks that may wait for the runtime; beyond them results are dropped and counted.
const MAX_CALLBACKS: u64 = 1_024;
/// How often the file of probes is looked at, and the ticks are measured.
const SECOND: Duration = Duration::from_secs(1);

/// A snapshot, and the token that accounts for it.
type Taken = (Owed, Snapshot);

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
                match self.safely(|| self.turn(life, &mut desk)).unwrap_or(Some(SECOND)) {
                    Some(wait) => std::thread::park_timeout(wait),
                    None => std::thread::park(),
                }
            }
            self.safely(|| self.ship_all(life, &mut desk));
            let mut thread = lock(&life.shipper);
            // Under the lock: who ends a pause either is seen here or sees that nobody runs.
            if life.is_ending() {
                *thread = None;
                return;
            }
        }
    }

    /// A defect costs what was in hand, which then counts as dropped, and not the thread.
    fn safely<O>(&self, work: impl FnOnce() -> O) -> Option<O> {
        let done = catch_unwind(AssertUnwindSafe(work));
        if done.is_err() {
            self.life().busy.store(false, Ordering::SeqCst);
            self.log.say(Level::Error, "thread", "captures were dropped by a defect");
        }
        done.ok()
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
        let pass = self.tick(life, self.is_quiet());
        if pass.wants_tasks {
            self.reconcile();
        }
        let file = self.config.probes_file.is_some().then_some(SECOND);
        [pass.wait, file].into_iter().flatten().min()
    }

    /// Whether no hit and no capture is under way between here and its reader's call.
    pub(super) fn is_quiet(&self) -> bool {
        let life = self.life();
        // The hit first: what it captured is then seen in the slab.
        self.gate.inside.get() == 0
            && self.slab.is_idle()
            && !life.busy.load(Ordering::SeqCst)
            && life.callbacks.load(Ordering::Acquire) == 0
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
            let owed = Owed::new(&site.probe);
            let read = catch_unwind(AssertUnwindSafe(|| {
                let origin = |frame: &mut Frame, column, depth| {
                    self.find_origin(frame, column, (depth == 0).then_some(site));
                };
                check::read_with_origins(&buffer.bytes, &site.plan, &origin)
            }));
            match read {
                Ok(Ok(mut snapshot)) => {
                    snapshot.notes.extend(site.notes.iter().cloned());
                    taken.push((owed, snapshot));
                }
                Ok(Err(error)) => {
                    owed.refuse();
                    self.log.say(Level::Warn, "check", format_args!("a capture: {error}"));
                }
                Err(_) => owed.refuse(),
            }
        });
        // Buffers come in the order of their places, which is not that of the hits.
        taken.sort_by_key(|(_, snapshot)| snapshot.monotonic_ns);
        for (_, snapshot) in &mut taken {
            snapshot.sequence = life.sequence.fetch_add(1, Ordering::Relaxed) + 1;
        }
        taken
    }

    /// Makes of a frame what it was written as; the probed one is where its site is said to be.
    fn find_origin(&self, frame: &mut Frame, column: u32, probed: Option<&Site>) {
        let Some(written) = self.runtime.written(&frame.file, frame.line, column) else { return };
        *frame = match probed {
            Some(Site { at, .. }) => {
                Frame { file: at.file.clone(), line: at.line, function: at.function.clone() }
            }
            None => Frame {
                file: written.file,
                line: written.line,
                function: written.function.unwrap_or_else(|| std::mem::take(&mut frame.function)),
            },
        };
    }

    /// The first of callback, hub and sink accounts for a result; a sink gets a copy of all.
    fn deliver(&self, life: &Life, desk: &mut Desk, taken: Vec<Taken>) {
        let mut for_hub = Vec::new();
        let calls_sink = matches!(self.config.sink, Some(SinkTarget::Callback(_)));
        for (owed, snapshot) in taken {
            let written = self.write(life, desk, &snapshot);
            let has_reader = owed.probe().is_some_and(|probe| probe.reader.is_some());
            if calls_sink && (has_reader || life.waker.is_some()) {
                self.call(life, None, snapshot.clone());
            }
            if has_reader {
                self.call(life, Some(owed), snapshot);
            } else if life.waker.is_some() {
                for_hub.push((owed, snapshot));
            } else if calls_sink {
                self.call(life, Some(owed), snapshot);
            } else if written {
                owed.acknowledge();
            }
        }
        if !for_hub.is_empty() {
            self.spool(life, for_hub);
        }
    }

    /// Writes into the sink, if it is a place to write to; whether it was written.
    fn write(&self, life: &Life, desk: &mut Desk, snapshot: &Snapshot) -> bool {
        let Some(sink) = &mut desk.sink else { return false };
        let dropped = sink.dropped_files();
        let written = sink.write(snapshot);
        if sink.dropped_files() > dropped {
            let files = sink.dropped_files().to_string();
            lock(&life.notes).insert("result files dropped, 64 MiB each".into(), files);
        }
        if let Err(error) = &written {
            self.log.say(Level::Warn, "sink", error);
        }
        written.is_ok()
    }

    /// Hands a snapshot to a function of the application, where the runtime may be entered: its
    /// probe's own, or the sink's. Without a token it is a copy that nothing is counted for.
    fn call(&self, life: &Life, owed: Option<Owed>, snapshot: Snapshot) {
        let Some(agent) = self.me.upgrade() else { return };
        if life.callbacks.load(Ordering::Acquire) >= MAX_CALLBACKS {
            return;
        }
        let mut calling = Calling::new(agent, owed);
        // Let go of unrun, by a runtime that goes away, it counts as dropped.
        self.runtime.run_soon(Box::new(move || {
            let reader = calling.owed.as_ref().and_then(Owed::probe);
            let reader = reader.and_then(|probe| probe.reader.as_ref());
            let call = || match (reader, &calling.agent.config.sink) {
                (Some(reader), _) => (reader.0)(&snapshot),
                (None, Some(SinkTarget::Callback(sink))) => sink(&snapshot),
                (None, _) => {}
            };
            if catch_unwind(AssertUnwindSafe(call)).is_ok() {
                calling.owed.take().into_iter().for_each(Owed::acknowledge);
            }
        }));
        // Who waits for it may have to run it.
        life.progressed();
    }

    fn spool(&self, life: &Life, taken: Vec<Taken>) {
        let (mut owed, snapshots): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
        let mut spool = lock(&life.spool);
        // Under the spool's lock: else a new id might pass between, and the hub refuse the frame.
        let instance = *lock(&life.instance);
        for snapshots in snapshots.chunks(wire::MAX_BATCH_SNAPSHOTS) {
            let rest = owed.split_off(snapshots.len().min(owed.len()));
            frame(instance, std::mem::replace(&mut owed, rest), snapshots, &mut spool);
        }
        drop(spool);
        if let Some(waker) = &life.waker {
            waker.wake();
        }
    }
}

/// Frames of snapshots, halved until each fits what a reader accepts.
fn frame(instance: InstanceId, mut owed: Vec<Owed>, snapshots: &[Snapshot], spool: &mut Spool) {
    let mut frames = wire::frames(instance, snapshots);
    match (frames.pop(), frames.is_empty(), snapshots.last()) {
        (Some(bytes), true, Some(last)) => {
            spool.push(last.sequence, bytes.into(), Box::new(Counted(owed)));
        }
        _ if snapshots.len() > 1 => {
            let (left, right) = snapshots.split_at(snapshots.len() / 2);
            let rest = owed.split_off(left.len().min(owed.len()));
            frame(instance, owed, left, spool);
            frame(instance, rest, right, spool);
        }
        // One snapshot that no frame can hold: its token is dropped.
        _ => {}
    }
}

/// Settles the captures of one frame.
struct Counted(Vec<Owed>);

impl Receipt for Counted {
    fn acknowledged(self: Box<Self>) {
        self.0.into_iter().for_each(Owed::acknowledge);
    }
}

/// A call of the application's that is under way, over when this is dropped.
struct Calling<R: Runtime> {
    agent: Arc<Agent<R>>,
    owed: Option<Owed>,
}

impl<R: Runtime> Calling<R> {
    fn new(agent: Arc<Agent<R>>, owed: Option<Owed>) -> Self {
        agent.life().callbacks.fetch_add(1, Ordering::AcqRel);
        Self { agent, owed }
    }
}

impl<R: Runtime> Drop for Calling<R> {
    fn drop(&mut self) {
        // First: who sees no call under way sees all of them counted.
        drop(self.owed.take());
        let life = self.agent.life();
        life.callbacks.fetch_sub(1, Ordering::AcqRel);
        life.progressed();
    }
}
