//! What is renewed when a process forks: identity, locks, threads, connection, spool.
//!
//! Locks that the parent's threads held at the fork stay locked in the child for ever, so a child
//! never touches them again: it gets a new life behind the old one, which is neither read nor dropped.
//! Invariant: the last life of the chain is the present process's.

use super::control::Control;
use super::status::LinkStatus;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::InstanceId;
use crate::transport::client::Session;
use crate::transport::spool::Spool;
use crate::transport::wake::Waker;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::Duration;

/// Locks, and takes what a panic left behind: every guarded value here is whole between statements.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The link's thread.
#[derive(Debug, Default)]
pub(super) struct LinkThread {
    /// Whether it runs.
    pub(super) runs: bool,
    /// The connection that it left open for the next.
    pub(super) left: Option<Session>,
}

/// One life.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) instance: Mutex<InstanceId>,
    /// The probes. Never held while the runtime is asked anything: a thread that holds the runtime's
    /// lock may be waiting for this one.
    pub(super) control: Mutex<Control>,
    pub(super) spool: Mutex<Spool>,
    pub(super) link: Mutex<LinkStatus>,
    /// What the binding says of itself.
    pub(super) notes: Mutex<BTreeMap<String, String>>,
    /// Present where there is a hub.
    pub(super) waker: Option<Arc<Waker>>,
    /// The connection's descriptor, or -1.
    pub(super) link_descriptor: AtomicI32,
    /// The shipper's thread, once it runs. On the application's threads only ever tried.
    pub(super) shipper: Mutex<Option<Thread>>,
    pub(super) link_thread: Mutex<LinkThread>,
    /// Since when the hub is away.
    pub(super) away_since_ns: Mutex<Option<u64>>,
    /// The threads are to end for a moment, because the process forks.
    pub(super) pausing: AtomicBool,
    /// Threads of ours that run.
    pub(super) threads: AtomicU32,
    /// The system's ids of threads of ours that were started since the latest fork.
    pub(super) thread_ids: Mutex<Vec<u64>>,
    /// Whether the shipper holds captures that are neither in the slab nor delivered.
    pub(super) busy: AtomicBool,
    /// Callbacks that were handed to the runtime and have not returned.
    pub(super) callbacks: AtomicU64,
    pub(super) sequence: AtomicU64,
    /// Whether the hub is to hear of something at once.
    pub(super) news: AtomicBool,
    /// Whether the shipper was started.
    pub(super) has_shipper: AtomicBool,
    /// Whether somebody waits for the shipper's next turn.
    pub(super) awaited: AtomicBool,
    /// Nothing may be placed any more.
    pub(super) stopping: AtomicBool,
    /// The threads are to end.
    pub(super) ending: AtomicBool,
    /// Digest of the status that the hub heard last.
    pub(super) latest_status: Mutex<[u8; 32]>,
    /// Probes that wait for code to be loaded.
    pub(super) pending: AtomicU32,
    /// Times that code was loaded.
    pub(super) loads: AtomicU64,
    pub(super) reload_queued: AtomicBool,
    /// Probes that go on in what their files become.
    pub(super) followed: AtomicU32,
    /// When those may be looked for again at the earliest, monotonic, and whether they are to be then.
    pub(super) follow_after_ns: AtomicU64,
    pub(super) follow_due: AtomicBool,
    progress: Mutex<u64>,
    progressed: Condvar,
    next: OnceLock<Box<Life>>,
}

impl Life {
    pub(super) fn new(has_hub: bool, control: Control, spool_bytes: usize) -> Result<Self> {
        let waker = has_hub.then(Waker::new).transpose().map_err(|error| {
            Error::new(ErrorKind::Unsupported, format!("no socket pair for the link: {error}"))
        })?;
        Ok(Self {
            instance: Mutex::new(InstanceId::random()?),
            control: Mutex::new(control),
            spool: Mutex::new(Spool::new(spool_bytes)),
            link: Mutex::default(),
            notes: Mutex::default(),
            waker: waker.map(Arc::new),
            link_descriptor: AtomicI32::new(-1),
            shipper: Mutex::default(),
            link_thread: Mutex::default(),
            away_since_ns: Mutex::default(),
            pausing: AtomicBool::new(false),
            threads: AtomicU32::new(0),
            thread_ids: Mutex::default(),
            busy: AtomicBool::new(false),
            callbacks: AtomicU64::new(0),
            sequence: AtomicU64::new(0),
            news: AtomicBool::new(false),
            has_shipper: AtomicBool::new(false),
            awaited: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            ending: AtomicBool::new(false),
            latest_status: Mutex::default(),
            pending: AtomicU32::new(0),
            loads: AtomicU64::new(0),
            reload_queued: AtomicBool::new(false),
            followed: AtomicU32::new(0),
            follow_after_ns: AtomicU64::new(0),
            follow_due: AtomicBool::new(false),
            progress: Mutex::new(0),
            progressed: Condvar::new(),
            next: OnceLock::new(),
        })
    }

    /// The present life.
    pub(super) fn last(&self) -> &Self {
        let mut life = self;
        while let Some(next) = life.next.get() {
            life = next;
        }
        life
    }

    /// Begins the next life, unless a thread of this very child was faster.
    pub(super) fn follow(&self, next: Self) {
        // Lost against another thread of the child: its life is as good.
        let _ = self.next.set(Box::new(next));
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Whether the threads are to end, for good or for a moment.
    pub(super) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire) || self.pausing.load(Ordering::Acquire)
    }

    /// Something was delivered, settled or ended.
    pub(super) fn progressed(&self) {
        *lock(&self.progress) += 1;
        self.progressed.notify_all();
    }

    /// Waits for progress, at most `timeout`.
    pub(super) fn await_progress(&self, seen: u64, timeout: Duration) {
        let progress = lock(&self.progress);
        if *progress == seen {
            // Whether it was progress or the time that ended it, the caller looks for itself.
            let _ = self.progressed.wait_timeout(progress, timeout);
        }
    }

    pub(super) fn progress(&self) -> u64 {
        *lock(&self.progress)
    }

    /// Ends the shipper's wait.
    pub(super) fn wake_shipper(&self) {
        if let Some(thread) = &*lock(&self.shipper) {
            thread.unpark();
        }
    }

    /// The same from a hit: if the lock is taken, the shipper is just being started and looks itself.
    pub(super) fn try_wake_shipper(&self) {
        if let Ok(shipper) = self.shipper.try_lock()
            && let Some(thread) = &*shipper
        {
            thread.unpark();
        }
    }

    /// The hub is to hear of a change.
    pub(super) fn announce(&self) {
        self.news.store(true, Ordering::Release);
        if let Some(waker) = &self.waker {
            waker.wake();
        }
    }
}
