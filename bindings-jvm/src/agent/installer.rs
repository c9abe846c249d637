//! The thread of ours that enters the virtual machine, from the first task on.
//!
//! Knows tasks, not what they do. Invariants: tasks run one at a time, in order; with none the thread
//! sleeps outside the machine; once closed it runs none any more.

use crate::ffi::{Env, Machine, guard};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use stillframe_core::agent::spawn_quiet;

type Task = Box<dyn FnOnce() + Send>;

/// Bytes of the thread's stack: retransforming parses and verifies on it.
const STACK_BYTES: usize = 2 << 20;
/// References that a task makes at a time without the machine having to grow its table.
const REFERENCES: i32 = 512;

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    has_thread: bool,
    /// Tasks may run: what they ask for is there.
    is_open: bool,
    is_closed: bool,
    /// Tasks run where they are given, because the machine ends.
    is_leaving: bool,
    /// Tasks given and tasks done, ever.
    given: u64,
    done: u64,
}

/// Runs a task, and ends what it remembered for as long as it ran.
fn perform(task: Task) {
    guard((), task);
    crate::locate::forget_loaded();
    crate::hook::forget_read();
}

/// The queue and its thread.
#[derive(Default)]
pub(crate) struct Installer {
    state: Mutex<State>,
    changed: Condvar,
}

impl Installer {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `task` on our thread; false if it was closed or the system gives no thread.
    pub(super) fn run(&'static self, task: Task) -> bool {
        let mut state = self.state();
        if state.is_closed {
            return false;
        }
        if state.is_leaving {
            drop(state);
            perform(task);
            return true;
        }
        if !state.has_thread {
            let work = || self.attach();
            state.has_thread = spawn_quiet("stillframe-jvm", STACK_BYTES, work).is_ok();
        }
        if state.has_thread {
            state.tasks.push_back(task);
            state.given += 1;
        }
        let is_taken = state.has_thread;
        drop(state);
        self.changed.notify_all();
        is_taken
    }

    /// Tasks run from now on.
    pub(crate) fn open(&self) {
        self.state().is_open = true;
        self.changed.notify_all();
    }

    /// Whether the machine ends.
    pub(super) fn is_leaving(&self) -> bool {
        self.state().is_leaving
    }

    /// The machine ends: what comes from now on is done at once by whoever asks.
    pub(super) fn leave(&self) {
        self.state().is_leaving = true;
    }

    fn attach(&self) {
        let attached = Machine::get()
            .and_then(|machine| machine.attached(c"stillframe-jvm", |env| self.work(env)));
        if attached.is_none() {
            let mut state = self.state();
            state.is_closed = true;
            state.done += state.tasks.len() as u64;
            let left = std::mem::take(&mut state.tasks);
            drop(state);
            drop(left);
            self.changed.notify_all();
        }
    }

    fn work(&self, env: Env) {
        while let Some(task) = self.next() {
            env.in_frame(REFERENCES, || perform(task));
            self.state().done += 1;
            self.changed.notify_all();
        }
    }

    /// Waits for the next task; none once closed.
    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        loop {
            if state.is_open
                && let Some(task) = state.tasks.pop_front()
            {
                return Some(task);
            }
            if state.is_closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until the tasks given so far were run, at most `timeout`; whether they were.
    pub(crate) fn wait(&self, timeout: Duration) -> bool {
        let mut state = self.state();
        let target = state.given;
        let deadline = Instant::now() + timeout;
        while state.done < target {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return false };
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Runs no task that comes from now on; those that were given end first, at most `timeout`.
    pub(crate) fn close(&self, timeout: Duration) {
        self.wait(timeout);
        self.state().is_closed = true;
        self.changed.notify_all();
    }
}
