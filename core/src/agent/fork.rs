//! A process that was forked begins a new life: its own id, counters, threads and connection.
//!
//! The child has one thread and a copy of everything, locks included, some of them held by threads
//! that do not exist. So nothing of the parent's life is waited for, dropped or written to. Invariant:
//! the parent notices nothing.

use super::Agent;
use super::control::{Control, Entry, Spot};
use super::life::Life;
use crate::clock;
use crate::ffi;
use crate::host::Runtime;
use crate::registry::{Action, Probe, State};
use crate::transport::log::Level;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How long a fork may be held up for our threads to end.
const PAUSE: Duration = Duration::from_millis(200);

/// Waits, at most until `until`, for the system to forget the thread `id` of this process: one that
/// is done is still counted for some microseconds.
pub fn await_end(id: u64, until: Instant) {
    while Path::new(&format!("/proc/self/task/{id}")).exists() && Instant::now() < until {
        std::thread::yield_now();
    }
}

impl<R: Runtime> Agent<R> {
    /// The process is about to fork: ends our threads, their connection kept, so that none of them
    /// holds a lock that the child would inherit, and none makes the process a multi-threaded one
    /// that a runtime warns about. Below a millisecond; at most 200 ms. To be followed by
    /// [`Agent::fork_in_parent`] in the parent and [`Agent::fork_in_child`] in the child.
    pub fn before_fork(&self) {
        let life = self.life();
        life.pausing.store(true, Ordering::Release);
        life.wake_shipper();
        if let Some(waker) = &life.waker {
            waker.pause(true);
        }
        let until = Instant::now() + PAUSE;
        while life.threads.load(Ordering::Acquire) > 0 && Instant::now() < until {
            let seen = life.progress();
            if life.threads.load(Ordering::Acquire) > 0 {
                life.await_progress(seen, until.saturating_duration_since(Instant::now()));
            }
        }
        for id in std::mem::take(&mut *super::life::lock(&life.thread_ids)) {
            await_end(id, until);
        }
    }

    /// The process has forked, and this is the parent: our threads go on.
    pub fn fork_in_parent(&self) {
        let life = self.life();
        if !life.pausing.swap(false, Ordering::AcqRel) || life.ending.load(Ordering::Acquire) {
            return;
        }
        if let Some(waker) = &life.waker {
            waker.pause(false);
        }
        if life.has_shipper.load(Ordering::Acquire) {
            self.start_shipper();
        }
        self.ensure_link();
    }

    /// This process is a forked child: call it from the runtime's own hook, in the child, before the
    /// application goes on; never inside `pthread_atfork`, because it may start threads. A child that
    /// no hook sees is noticed at its first hit or call; one that was noticed so keeps its counts.
    pub fn fork_in_child(&self) {
        if !self.gate.notices_forks() || self.gate.is_foreign() {
            self.begin_life();
        }
    }

    /// Notices a fork that no hook told of. One load.
    pub(super) fn look_for_fork(&self) {
        if self.gate.is_foreign() {
            self.begin_life();
        }
    }

    /// Begins the life of a child.
    pub(super) fn begin_life(&self) {
        let old = self.life();
        // Dropped, the parent's life would close descriptors by numbers that are somebody else's now.
        std::mem::forget(self.me.upgrade());
        clock::learn_thread_id();
        self.gate.reset_in_child();
        self.stopwatches.reset_in_child();
        self.slab.reset_in_child();
        self.runtime.forked();
        let control = self.inherited(old);
        for site in self.sites.iter() {
            site.probe.reset_in_child();
        }
        for entry in control.entries.values() {
            entry.probe.reset_in_child();
        }
        let descriptors = old.waker.as_ref().map(|waker| waker.descriptors());
        let link = old.link_descriptor.load(Ordering::Acquire);
        for descriptor in descriptors.into_iter().flatten().chain([link]) {
            if descriptor >= 0 {
                ffi::close_inherited(descriptor);
            }
        }
        let stopped = old.is_stopping();
        match Life::new(old.waker.is_some(), control, self.config.spool_bytes) {
            Ok(life) => {
                life.stopping.store(stopped, Ordering::Release);
                if let Ok(notes) = old.notes.try_lock() {
                    *super::life::lock(&life.notes) = notes.clone();
                }
                old.follow(life);
            }
            Err(error) => {
                // Without a life of its own the child must not use its parent's.
                for site in self.sites.iter() {
                    site.probe.state.set(State::Removed);
                }
                self.log.say(Level::Error, "fork", error);
                return;
            }
        }
        if !stopped {
            self.resume();
        }
    }

    /// Threads and tasks of the new life.
    fn resume(&self) {
        let life = self.life();
        let waiting: Vec<_> = {
            let control = super::life::lock(&life.control);
            let pending = control.entries.values();
            let pending = pending.filter(|entry| entry.probe.state.get() == State::Pending);
            pending.map(|entry| entry.probe.id).collect()
        };
        let has_probes = !super::life::lock(&life.control).entries.is_empty();
        waiting.into_iter().for_each(|id| self.install_soon(id));
        self.ensure_link();
        if has_probes || self.config.probes_file.is_some() {
            self.ensure_shipper();
        }
    }

    /// The parent's entries; if one of its threads held their lock, what the sites still tell.
    fn inherited(&self, old: &Life) -> Control {
        if let Ok(control) = old.control.try_lock() {
            let entries = control.entries.iter();
            let entries = entries.map(|(id, entry)| (*id, entry.in_child())).collect();
            return Control { entries, leftovers: control.leftovers.clone() };
        }
        let mut entries: BTreeMap<_, Entry> = BTreeMap::new();
        let is_on_line = |probe: &Probe| probe.state.get().is_on_line();
        for site in self.sites.iter().filter(|site| is_on_line(&site.probe)) {
            let entry = entries.entry(site.probe.id).or_insert_with(|| {
                let probe = Arc::clone(&site.probe);
                let mut entry = Entry::new(probe, clock::monotonic_ns());
                (entry.why, entry.at, entry.is_hooked) = (None, Some(site.at.clone()), true);
                entry
            });
            entry.sites.push(Spot { site: site.index, code: site.code });
            if let Action::Time { stopwatch, .. } = site.action {
                entry.stopwatch = Some(stopwatch);
            }
        }
        Control { entries, leftovers: Vec::new() }
    }
}
