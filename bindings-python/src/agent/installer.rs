//! The thread of ours that takes the GIL, when there is a task and only then.
//!
//! Knows tasks, not what they do. Invariants: tasks run one at a time, in order; once closed, the
//! thread is past its last task and never takes the GIL again.

use pyo3::Python;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

type Task = Box<dyn FnOnce() + Send>;

/// Bytes of the thread's stack: tasks run Python's compiler and importer at most.
const STACK_BYTES: usize = 1 << 20;

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    has_thread: bool,
    is_busy: bool,
    is_closed: bool,
    /// Tasks given and tasks done, ever.
    given: u64,
    done: u64,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// The queue and its thread, which starts with the first task.
#[derive(Clone, Default)]
pub(super) struct Installer(Arc<Shared>);

impl Installer {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `task` on our thread with the GIL; false if it was closed.
    pub(super) fn run(&self, task: Task) -> bool {
        let mut state = self.state();
        if state.is_closed {
            return false;
        }
        state.tasks.push_back(task);
        state.given += 1;
        if !state.has_thread {
            let own = self.clone();
            let work = move || own.work();
            state.has_thread = crate::ffi::spawn_quiet("stillframe-py", STACK_BYTES, work).is_ok();
        }
        let has_thread = state.has_thread;
        drop(state);
        self.0.changed.notify_all();
        has_thread
    }

    fn work(&self) {
        loop {
            let mut state = self.state();
            let task = loop {
                if let Some(task) = state.tasks.pop_front() {
                    break task;
                }
                if state.is_closed {
                    return;
                }
                state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            state.is_busy = true;
            drop(state);
            crate::ffi::guard(|| Python::attach(|_| task()));
            let mut state = self.state();
            state.is_busy = false;
            state.done += 1;
            drop(state);
            self.0.changed.notify_all();
        }
    }

    /// Waits until the tasks given so far were run, at most `timeout`. Without the GIL.
    pub(super) fn wait(&self, timeout: Duration) -> bool {
        let mut state = self.state();
        let target = state.given;
        let deadline = Instant::now() + timeout;
        while state.done < target && state.has_thread {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return false };
            let waited = self.0.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Ends the thread after the tasks it has, at most `timeout`. Without the GIL.
    pub(super) fn close(&self, timeout: Duration) {
        self.wait(timeout);
        let mut state = self.state();
        state.is_closed = true;
        state.tasks.clear();
        self.0.changed.notify_all();
        // A task under way needs the GIL, which our caller gave up; it is short, and leaving now
        // would have it enter an interpreter that is going.
        let deadline = Instant::now() + timeout;
        while state.is_busy {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return };
            let waited = self.0.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
