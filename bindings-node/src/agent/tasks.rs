//! What the agent wants to do on JavaScript's thread, until that has time.
//!
//! Knows tasks, not what they do. Invariants: tasks run one at a time, in order; waking the event
//! loop keeps no process alive; once closed none is taken.

use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking};
use napi::{Result, Status};
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

type Task = Box<dyn FnOnce() + Send>;
type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    is_closed: bool,
    /// Somebody runs tasks: what comes meanwhile, from within one too, is left to them.
    is_running: bool,
}

/// The queue.
pub(crate) struct Tasks {
    state: Mutex<State>,
    wake: Wake,
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tasks")
    }
}

impl Tasks {
    /// An empty queue; `wake` is to have the tasks run.
    pub(super) fn new(wake: Function<'_, (), ()>) -> Result<Self> {
        let wake = wake.build_threadsafe_function::<()>();
        let wake = wake.weak::<true>().callee_handled::<false>().build()?;
        Ok(Self { state: Mutex::default(), wake })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `task` run when the event loop has time; false once closed.
    pub(super) fn run(&self, task: Task) -> bool {
        let mut state = self.state();
        if state.is_closed {
            return false;
        }
        state.tasks.push_back(task);
        drop(state);
        self.wake.call((), NonBlocking);
        true
    }

    /// Runs what waits, on JavaScript's thread.
    pub(crate) fn run_all(&self) {
        if std::mem::replace(&mut self.state().is_running, true) {
            return;
        }
        while let Some(task) = self.next() {
            let _ = catch_unwind(AssertUnwindSafe(task));
        }
    }

    /// The next task; with none, nobody runs them any more.
    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        let task = state.tasks.pop_front();
        state.is_running = task.is_some();
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
