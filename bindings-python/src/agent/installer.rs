//! The thread of ours that takes the GIL, when there is a task and only then.
//!
//! Knows tasks, not what they do. Invariants: tasks run one at a time, in order; with none there is no
//! thread; once closed, the thread is past its last task and never takes the GIL again.

use crate::ffi::{Asking, Gil};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use stillframe_core::agent::{await_end, spawn_quiet};
use stillframe_core::clock;

type Task = Box<dyn FnOnce() + Send>;

/// Bytes of the thread's stack: tasks run Python's compiler and importer at most.
const STACK_BYTES: usize = 1 << 20;

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    has_thread: bool,
    /// The latest thread, for the system may count it a little longer than it runs.
    thread_id: Option<u64>,
    is_busy: bool,
    is_paused: bool,
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

/// The queue and its thread, which lives while there are tasks.
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
        let has_thread = state.is_paused || self.ensure_thread(&mut state);
        // What is refused must not run after all, with the next task.
        let refused = if has_thread { None } else { state.tasks.pop_back() };
        state.given -= u64::from(refused.is_some());
        drop(state);
        drop(refused);
        self.0.changed.notify_all();
        has_thread
    }

    fn ensure_thread(&self, state: &mut State) -> bool {
        if !state.has_thread {
            let own = self.clone();
            let work = move || own.work();
            state.has_thread = spawn_quiet("stillframe-py", STACK_BYTES, work).is_ok();
        }
        state.has_thread
    }

    fn work(&self) {
        self.state().thread_id = Some(clock::thread_id());
        while let Some(task) = self.next() {
            crate::ffi::guard(|| {
                crate::ffi::attach(|py| {
                    let _asking = Asking::enter(Gil::of(py));
                    task();
                });
            });
            let mut state = self.state();
            state.is_busy = false;
            state.done += 1;
            drop(state);
            self.0.changed.notify_all();
        }
    }

    /// The next task; with none, or in a pause, the thread is over.
    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        let task = if state.is_paused { None } else { state.tasks.pop_front() };
        state.is_busy = task.is_some();
        state.has_thread = task.is_some();
        if task.is_none() {
            self.0.changed.notify_all();
        }
        task
    }

    /// Ends the thread, at most `timeout`, until [`Installer::go_on`]; tasks wait meanwhile. Without
    /// the GIL.
    pub(super) fn pause(&self, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        let mut state = self.state();
        state.is_paused = true;
        while state.has_thread {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return };
            let waited = self.0.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if let Some(id) = state.thread_id.take() {
            drop(state);
            await_end(id, deadline);
        }
    }

    /// Ends the pause.
    pub(super) fn go_on(&self) {
        let mut state = self.state();
        state.is_paused = false;
        if !state.tasks.is_empty() {
            self.ensure_thread(&mut state);
        }
    }

    /// Waits until the tasks given so far were run, at most `timeout`. Without the GIL.
    pub(super) fn wait(&self, timeout: Duration) -> bool {
        let mut state = self.state();
        let target = state.given;
        let deadline = Instant::now() + timeout;
        while state.done < target && (state.has_thread || state.is_paused) {
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
        let left = std::mem::take(&mut state.tasks);
        drop(state);
        // Not under the lock: what a task holds may tell others that it is gone.
        drop(left);
        let mut state = self.state();
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
