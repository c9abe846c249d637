//! The Ruby thread of ours, in which tasks enter the VM: it waits outside the VM's lock.
//!
//! Knows tasks, not what they do. Invariants: tasks run one at a time, in order; once closed, the
//! thread is past its last task; in a forked child it is made anew.

use crate::ffi::{guard, run_soon, without_lock};
use crate::locate::until_look;
use magnus::value::ReprValue;
use magnus::{Ruby, Value};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use stillframe_core::clock;

type Task = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    has_thread: bool,
    /// The system's number of the thread.
    thread_id: u64,
    is_busy: bool,
    is_paused: bool,
    is_closed: bool,
    /// The thread is wanted by Ruby: it is being killed, or something is raised in it.
    is_wanted: bool,
    /// Tasks given and tasks done, ever.
    given: u64,
    done: u64,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// What the thread is to do.
enum Next {
    Task(Task),
    /// Nothing yet, and Ruby wants to see the thread, or code is to be looked for that nobody tells of.
    Look,
    End,
}

/// The queue and its thread.
#[derive(Clone, Default)]
pub(super) struct Installer(Arc<Shared>);

impl Installer {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `task` in our thread; false if it was closed. From any thread.
    pub(super) fn run(&self, task: Task) -> bool {
        let mut state = self.state();
        if state.is_closed {
            return false;
        }
        state.tasks.push_back(task);
        state.given += 1;
        let has_thread = state.has_thread || state.is_paused;
        drop(state);
        self.0.changed.notify_all();
        if !has_thread {
            run_soon(super::runtime::make_thread);
        }
        true
    }

    /// Makes the thread if there is none. With the VM's lock.
    pub(super) fn ensure_thread(&self, ruby: &Ruby) {
        let mut state = self.state();
        if state.has_thread || state.is_closed || state.is_paused {
            return;
        }
        state.has_thread = true;
        drop(state);
        let own = self.clone();
        let thread = ruby.thread_create_from_fn(move |_| own.work());
        // A thread without a name works as well.
        let _ = thread.funcall::<_, _, Value>("name=", ("stillframe",));
        let _ = thread.funcall::<_, _, Value>("report_on_exception=", (false,));
    }

    fn work(&self) {
        self.state().thread_id = clock::thread_id();
        loop {
            let next = without_lock(|| self.next(), || self.hurry());
            match next {
                Ok(Some(Next::Task(task))) => {
                    guard(task);
                    let mut state = self.state();
                    state.is_busy = false;
                    state.done += 1;
                    drop(state);
                    self.0.changed.notify_all();
                }
                Ok(Some(Next::Look) | None) => {
                    guard(super::runtime::look_for_main_script);
                }
                Ok(Some(Next::End)) | Err(_) => break,
            }
        }
        let mut state = self.state();
        state.has_thread = false;
        state.is_busy = false;
        drop(state);
        self.0.changed.notify_all();
    }

    /// Waits for the next task.
    fn next(&self) -> Next {
        let mut state = self.state();
        loop {
            if std::mem::take(&mut state.is_wanted) {
                return Next::Look;
            }
            if state.is_paused {
                return Next::End;
            }
            if let Some(task) = state.tasks.pop_front() {
                state.is_busy = true;
                return Next::Task(task);
            }
            if state.is_closed {
                return Next::End;
            }
            let Some(pause) = until_look() else {
                state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if pause.is_zero() {
                return Next::Look;
            }
            let waited = self.0.changed.wait_timeout(state, pause);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Ruby wants the thread: it is not to wait on.
    fn hurry(&self) {
        self.state().is_wanted = true;
        self.0.changed.notify_all();
    }

    /// Whether this is our thread.
    pub(super) fn is_our_thread(&self) -> bool {
        let state = self.state();
        state.has_thread && state.thread_id == clock::thread_id()
    }

    /// How many tasks were given so far.
    pub(super) fn given(&self) -> u64 {
        self.state().given
    }

    /// Waits until so many tasks were run, at most `timeout`. Without the VM's lock.
    pub(super) fn wait(&self, target: u64, timeout: Duration) -> bool {
        self.wait_until(timeout, |state| state.done >= target || state.is_closed)
    }

    fn wait_until(&self, timeout: Duration, is_so: impl Fn(&State) -> bool) -> bool {
        let deadline = Instant::now() + timeout;
        let mut state = self.state();
        while !is_so(&state) {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return false };
            let waited = self.0.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Ends the thread, at most `timeout`, until [`Installer::go_on`]; tasks wait meanwhile. Without
    /// the VM's lock.
    pub(super) fn pause(&self, timeout: Duration) {
        self.state().is_paused = true;
        self.0.changed.notify_all();
        self.wait_until(timeout, |state| !state.has_thread);
    }

    /// Ends the pause; the thread is made anew if there is something to do. With the VM's lock.
    pub(super) fn go_on(&self, ruby: &Ruby) {
        let mut state = self.state();
        state.is_paused = false;
        drop(state);
        self.ensure_thread(ruby);
    }

    /// Ends the thread after the tasks it has, at most `timeout`. Without the VM's lock.
    pub(super) fn close(&self, timeout: Duration) {
        let target = self.given();
        self.wait(target, timeout);
        let mut state = self.state();
        state.is_closed = true;
        let left = std::mem::take(&mut state.tasks);
        drop(state);
        // Not under the lock: what a task holds may tell others that it is gone.
        drop(left);
        self.0.changed.notify_all();
        self.wait_until(timeout, |state| !state.has_thread);
    }
}
