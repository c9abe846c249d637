//! The threads that run JavaScript here and are probed: the main one, and workers that attached.
//!
//! Knows threads and how to wake them, not what they do. Each has an isolate of V8 for itself, and what
//! is to change in that only the thread can change, when it has time. Invariants: jobs of a thread run
//! on it, one at a time, in order; a job that waits already is not added again, so that a thread that
//! has no time keeps few; waking an event loop keeps no thread alive.

use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking};
use napi::{Result, Status};
use std::cell::{Cell, RefCell};
use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

/// Node's number of the main thread.
pub(crate) const MAIN: u32 = 0;
/// Threads that are named in what is said.
const MOST_NAMED: usize = 3;
/// Names that a thread is remembered to have looked for.
const MOST_NAMES: usize = 1_000;

/// What a thread is to do in its isolate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// An agent began: be probed by it.
    Begin,
    /// The agent ended: be probed no more.
    End,
    /// Have what V8 does in scripts of this text be as it is wanted.
    Follow(u64),
    /// Look for code that probes wait for.
    Visit,
}

/// A thread.
pub(crate) struct Thread {
    /// Node's number.
    pub(crate) number: u32,
    /// As snapshots name it.
    pub(crate) name: Box<str>,
    jobs: Mutex<VecDeque<Job>>,
    /// Functions that it was asked to look for.
    names: Mutex<HashSet<Box<str>>>,
    wake: Wake,
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Thread").field(&self.name).finish()
    }
}

static THREADS: Mutex<Vec<Arc<Thread>>> = Mutex::new(Vec::new());

thread_local! {
    static HERE: RefCell<Option<Arc<Thread>>> = const { RefCell::new(None) };
    /// Jobs or tasks run on this thread: what comes from within is left to who runs them.
    static IS_AT_WORK: Cell<bool> = const { Cell::new(false) };
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Thread {
    /// Has it do something when it has time; the main thread looks whether it has (`lib/reach.js`).
    pub(crate) fn leave(&self, job: Job) {
        let mut jobs = held(&self.jobs);
        if !jobs.contains(&job) {
            jobs.push_back(job);
        }
        drop(jobs);
        self.wake();
        if self.number != MAIN {
            wake(MAIN);
        }
    }

    /// Has its event loop look what there is to do.
    pub(super) fn wake(&self) {
        self.wake.call((), NonBlocking);
    }

    /// Whether it has not yet had time for a job.
    pub(crate) fn waits_for(&self, job: Job) -> bool {
        held(&self.jobs).contains(&job)
    }

    /// Has it look for code, the first time that it is asked for functions of this name.
    pub(crate) fn ask_once(&self, name: &str) {
        let mut names = held(&self.names);
        if names.len() >= MOST_NAMES {
            names.clear();
        }
        let is_new = names.insert(name.into());
        drop(names);
        if is_new {
            self.leave(Job::Visit);
        }
    }
}

/// This thread is one of them from now on; `wake` is to have it work. False if it is already.
pub(super) fn enter(number: u32, name: &str, wake: Function<'_, (), ()>) -> Result<bool> {
    if here().is_some() {
        return Ok(false);
    }
    let wake = wake.build_threadsafe_function::<()>();
    let wake = wake.weak::<true>().callee_handled::<false>().build()?;
    let (jobs, names) = (Mutex::default(), Mutex::default());
    let thread = Arc::new(Thread { number, name: name.into(), jobs, names, wake });
    HERE.set(Some(Arc::clone(&thread)));
    held(&THREADS).push(thread);
    Ok(true)
}

/// This thread ends.
pub(super) fn gone() {
    let Some(gone) = HERE.take() else { return };
    held(&THREADS).retain(|thread| thread.number != gone.number);
}

/// This thread, if it is one of them.
pub(crate) fn here() -> Option<Arc<Thread>> {
    HERE.with_borrow(Clone::clone)
}

/// Node's number of this thread.
pub(crate) fn number() -> u32 {
    HERE.with_borrow(|here| here.as_ref().map_or(MAIN, |here| here.number))
}

/// All of them, by number.
pub(crate) fn all() -> Vec<Arc<Thread>> {
    held(&THREADS).clone()
}

/// All but this one.
pub(crate) fn others() -> Vec<Arc<Thread>> {
    let mut others = all();
    others.retain(|thread| thread.number != number());
    others
}

/// Numbers of workers that have not had time yet.
pub(crate) fn late() -> Vec<u32> {
    let is_late = |thread: &&Arc<Thread>| thread.number != MAIN && !held(&thread.jobs).is_empty();
    held(&THREADS).iter().filter(is_late).map(|thread| thread.number).collect()
}

/// Says of threads that they have not had time yet; nothing, if there are none.
pub(crate) fn not_yet(threads: &[Arc<Thread>]) -> Option<String> {
    let named: Vec<&str> = threads.iter().take(MOST_NAMED).map(|thread| &*thread.name).collect();
    let more = match threads.len().saturating_sub(named.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let verb = if threads.len() == 1 { "has" } else { "have" };
    let named = named.join(", ");
    (!named.is_empty()).then(|| format!("{named}{more} {verb} not let us in yet"))
}

/// Has a thread look what there is to do.
pub(super) fn wake(number: u32) {
    let thread = held(&THREADS).iter().find(|thread| thread.number == number).cloned();
    if let Some(thread) = thread {
        thread.wake();
    }
}

/// The next job of this thread.
pub(super) fn next() -> Option<Job> {
    here().and_then(|here| held(&here.jobs).pop_front())
}

/// Whether this thread has one.
pub(super) fn has_next() -> bool {
    here().is_some_and(|here| !held(&here.jobs).is_empty())
}

/// Runs `work` unless it is run from within itself.
pub(crate) fn once(work: impl FnOnce()) {
    if !IS_AT_WORK.replace(true) {
        work();
        IS_AT_WORK.set(false);
    }
}
