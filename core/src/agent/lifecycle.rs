//! An agent's life: start, flush, stop, and the two threads it has in between.
//!
//! Knows neither hits nor probes. Invariant: with nothing to do no thread runs, and none of ours ever
//! takes a signal of the application's.

use super::config::Config;
use super::control::Control;
use super::gate::Gate;
use super::life::{Life, lock};
use super::thread::spawn_quiet;
use crate::buffer::Slab;
use crate::clock;
use crate::condition::Dialect;
use crate::error::{Error, ErrorKind, Result};
use crate::host::Runtime;
use crate::limits::CaptureLimits;
use crate::quota;
use crate::redaction::Redaction;
use crate::registry::{Site, SiteTable, Stopwatches};
use crate::transport::address::Address;
use crate::transport::client::Link;
use crate::transport::log::{Level, Log};
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Buffers for captures that wait for the shipper.
const BUFFERS: u32 = 64;
/// Bytes of a thread's stack: only what is used of it costs memory.
const STACK_BYTES: usize = 512 << 10;
/// How long a wait for progress is before it looks again whatever happened.
const LOOK: Duration = Duration::from_millis(20);

/// The agent of one process.
pub struct Agent<R: Runtime> {
    pub(super) runtime: R,
    pub(super) dialect: &'static Dialect,
    pub(super) config: Config,
    pub(super) redaction: Redaction,
    pub(super) sites: SiteTable<Site>,
    pub(super) stopwatches: Stopwatches,
    pub(super) slab: Slab,
    pub(super) gate: Gate,
    pub(super) log: Log,
    pub(super) me: Weak<Self>,
    address: Option<Address>,
    life: Life,
}

impl<R: Runtime> fmt::Debug for Agent<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent").field("config", &self.config).finish_non_exhaustive()
    }
}

impl<R: Runtime> Agent<R> {
    /// Starts the agent. With `config.enabled` false it holds no thread and arms nothing. Fails where
    /// the hub's address is none that this build may connect to.
    pub fn start(runtime: R, dialect: &'static Dialect, config: Config) -> Result<Arc<Self>> {
        let address = match &config.hub {
            Some(hub) if config.enabled => Some(Address::parse(hub)?),
            _ => None,
        };
        let life = Life::new(address.is_some(), Control::default(), config.spool_bytes)?;
        "connecting".clone_into(&mut lock(&life.link).state);
        let budget_ppm = quota::PROCESS_BUDGET_PPM.min(config.max_budget_ppm);
        let agent = Arc::new_cyclic(|me| Self {
            runtime,
            dialect,
            redaction: Redaction::with(&config.redact, &config.readable),
            sites: SiteTable::default(),
            stopwatches: Stopwatches::default(),
            slab: Slab::new(BUFFERS, CaptureLimits::CEILING.snapshot_bytes as usize),
            gate: Gate::new(config.hit_cost_ns, budget_ppm),
            log: Log::new(config.log),
            me: me.clone(),
            address,
            life,
            config,
        });
        if agent.config.enabled {
            agent.ensure_link();
            if agent.config.probes_file.is_some() {
                agent.ensure_shipper();
            }
        }
        Ok(agent)
    }

    /// The runtime it was started with.
    pub fn runtime(&self) -> &R {
        &self.runtime
    }

    /// Names that never leave the process.
    pub fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// What it goes by.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether this process was forked from one that had the agent.
    pub(super) fn is_forked(&self) -> bool {
        !std::ptr::eq(self.life(), &raw const self.life)
    }

    pub(super) fn life(&self) -> &Life {
        self.life.last()
    }

    #[cold]
    pub(super) fn wake_shipper(&self) {
        self.life().try_wake_shipper();
    }

    /// Waits until everything captured so far was delivered, at most `timeout`; whether it was. Gives
    /// up at once where the hub is away. Call it without the runtime's lock: callbacks need it, unless
    /// this thread may run them itself.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.look_for_fork();
        let until = Instant::now() + timeout;
        let life = self.life();
        loop {
            let seen = life.progress();
            self.runtime.lend();
            life.awaited.store(true, Ordering::Release);
            life.wake_shipper();
            if self.is_delivered(life) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || (self.is_shipped(life) && self.is_hub_away(life)) {
                return false;
            }
            life.await_progress(seen, left.min(LOOK));
        }
    }

    fn is_shipped(&self, life: &Life) -> bool {
        // In this order: the shipper sets `busy` before it empties the slab.
        self.slab.is_idle()
            && !life.busy.load(Ordering::SeqCst)
            && life.callbacks.load(Ordering::Acquire) == 0
    }

    fn is_delivered(&self, life: &Life) -> bool {
        self.is_shipped(life) && lock(&life.spool).is_empty()
    }

    fn is_hub_away(&self, life: &Life) -> bool {
        let link = lock(&life.link);
        life.waker.is_some() && (link.state == "waiting" || link.state == "refused")
    }

    /// Takes every hook off, delivers what it can within `timeout` and ends every thread. Call it
    /// without the runtime's lock, and while its tasks still run. Nothing works afterwards.
    pub fn stop(&self, timeout: Duration) {
        self.look_for_fork();
        let until = Instant::now() + timeout;
        let left = || until.saturating_duration_since(Instant::now());
        let life = self.life();
        if life.stopping.swap(true, Ordering::AcqRel) {
            return;
        }
        {
            let mut control = lock(&life.control);
            let ids: Vec<_> = control.entries.keys().copied().collect();
            for id in ids {
                control.remove(id);
            }
        }
        self.reconcile();
        let any_hooked = || lock(&life.control).entries.values().any(|entry| entry.is_hooked);
        // Half of the time at most: what was captured matters more than what could still be.
        let unhooked_by = Instant::now() + timeout / 2;
        while any_hooked() && Instant::now() < unhooked_by {
            let seen = life.progress();
            self.runtime.lend();
            life.await_progress(seen, left().min(LOOK));
        }
        // The rest is for the threads to end in good order.
        self.flush(left().saturating_sub(timeout / 8));
        life.ending.store(true, Ordering::Release);
        life.wake_shipper();
        if let Some(waker) = &life.waker {
            waker.stop();
        }
        while life.threads.load(Ordering::Acquire) > 0 && !left().is_zero() {
            let seen = life.progress();
            life.await_progress(seen, left().min(LOOK));
        }
    }

    /// Starts the shipper unless it runs.
    pub(super) fn ensure_shipper(&self) {
        let life = self.life();
        if !life.has_shipper.swap(true, Ordering::AcqRel) {
            self.start_shipper();
        }
    }

    pub(super) fn start_shipper(&self) {
        let life = self.life();
        let mut shipper = lock(&life.shipper);
        if shipper.is_some() {
            return;
        }
        match self.spawn("stillframe", Self::ship) {
            Ok(thread) => *shipper = Some(thread),
            Err(error) => {
                life.has_shipper.store(false, Ordering::Release);
                self.log.say(Level::Error, "thread", error);
            }
        }
    }

    /// Starts the link where there is a hub.
    pub(super) fn ensure_link(&self) {
        let life = self.life();
        let mut thread = lock(&life.link_thread);
        if self.address.is_none() || thread.runs {
            return;
        }
        match self.spawn("stillframe-link", Self::link) {
            Ok(_) => thread.runs = true,
            Err(error) => self.log.say(Level::Error, "thread", error),
        }
    }

    fn link(&self) {
        let life = self.life();
        let (Some(address), Some(waker), Some(station)) =
            (self.address.clone(), life.waker.clone(), self.me.upgrade())
        else {
            return;
        };
        let (token, way) = (self.config.agent_token.clone(), self.config.way.clone());
        let link = Link { address, way, token, waker };
        loop {
            let left = lock(&life.link_thread).left.take();
            let left = link.run(&station, left);
            let mut thread = lock(&life.link_thread);
            thread.left = left;
            // Under the lock: who ends the pause either is seen here or sees that nobody runs.
            if link.waker.is_stopped() || link.waker.is_paused() {
                thread.runs = false;
                return;
            }
        }
    }

    fn spawn(&self, name: &str, work: fn(&Self)) -> Result<std::thread::Thread> {
        let internal = |message: String| Error::new(ErrorKind::Internal, message);
        let agent = self.me.upgrade().ok_or_else(|| internal("the agent is gone".into()))?;
        self.redaction.prepare();
        self.life().threads.fetch_add(1, Ordering::AcqRel);
        #[cfg(test)]
        let frozen = clock::frozen::share();
        let started = spawn_quiet(name, STACK_BYTES, move || {
            #[cfg(test)]
            clock::frozen::adopt(frozen);
            lock(&agent.life().thread_ids).push(clock::thread_id());
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&agent)));
            if ended.is_err() {
                agent.log.say(Level::Error, "thread", "a thread ended by a defect");
            }
            let life = agent.life();
            life.threads.fetch_sub(1, Ordering::AcqRel);
            life.progressed();
        });
        started.map(|handle| handle.thread().clone()).map_err(|error| {
            self.life().threads.fetch_sub(1, Ordering::AcqRel);
            internal(format!("the system starts no thread: {error}"))
        })
    }
}
