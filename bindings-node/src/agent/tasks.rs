//! What the agent wants to do where JavaScript may be called, until a thread has time for it.
//!
//! Knows tasks, not what they do. Any thread that is probed may run them; the main one is woken for
//! it. Invariants: tasks run one at a time, in order, whichever threads run them; no thread waits long
//! for another; once closed none is taken.

use super::threads;
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

type Task = Box<dyn FnOnce() + Send>;

/// How long a thread waits for one that runs tasks: longer than it takes to look at a file.
const PATIENCE: Duration = Duration::from_millis(100);

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    is_closed: bool,
    /// The thread that runs tasks: what comes meanwhile, from within one too, is left to it.
    runner: Option<u32>,
}

/// The queue.
#[derive(Default)]
pub(crate) struct Tasks {
    state: Mutex<State>,
    is_free: Condvar,
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tasks")
    }
}

impl Tasks {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `task` run when a thread has time; false once closed.
    pub(super) fn run(&self, task: Task) -> bool {
        let mut state = self.state();
        if state.is_closed {
            return false;
        }
        state.tasks.push_back(task);
        drop(state);
        threads::wake(threads::MAIN);
        true
    }

    /// Runs what there is, on this thread; whether there was any. If it `is_awaited`, because code is
    /// about to run here that may be probed by it, what another thread began with is waited for.
    pub(crate) fn run_all(&self, is_awaited: bool) -> bool {
        let is_mine = self.is_mine(is_awaited, |state| !state.tasks.is_empty());
        if is_mine {
            self.drain();
        }
        is_mine
    }

    /// Runs what there is behind `first`, which no task of another thread comes between; whether it
    /// could.
    pub(super) fn run_behind(&self, first: impl FnOnce()) -> bool {
        let is_mine = self.is_mine(true, |_| true);
        if is_mine {
            first();
            self.drain();
        }
        is_mine
    }

    fn drain(&self) {
        while let Some(task) = self.next() {
            let _ = catch_unwind(AssertUnwindSafe(task));
        }
    }

    /// Whether tasks are this thread's to run from now on, if they are `wanted`.
    fn is_mine(&self, is_awaited: bool, wanted: impl Fn(&State) -> bool) -> bool {
        let until = Instant::now() + if is_awaited { PATIENCE } else { Duration::ZERO };
        let me = threads::number();
        let mut state = self.state();
        loop {
            match state.runner {
                None if !wanted(&state) => return false,
                None => {
                    state.runner = Some(me);
                    return true;
                }
                Some(runner) if runner == me => return false,
                Some(_) => {}
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.is_free.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The next task; with none, nobody runs them any more.
    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        let task = state.tasks.pop_front();
        if task.is_none() {
            state.runner = None;
            drop(state);
            self.is_free.notify_all();
        }
        task
    }

    /// Takes no more.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        let left = std::mem::take(&mut state.tasks);
        drop(state);
        drop(left);
    }
}
