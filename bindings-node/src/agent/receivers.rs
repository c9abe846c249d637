//! Functions of the application that are to be called with what was captured, and what waits for them.
//!
//! Each is known by the thread that gave it and a number there; the functions themselves are
//! JavaScript's (`lib/receivers.js`). Invariants: nothing here calls JavaScript, a thread is woken and
//! takes what waits for it, or takes it when it asks for it; it comes in the order of the captures.

use super::threads;
use crate::convert;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use stillframe_core::snapshot::{Callback, Snapshot};

/// The number of a function, and a result for it; without one it is called no more.
pub(crate) type Told = (u32, Option<String>);

/// By thread.
static WAITING: Mutex<BTreeMap<u32, VecDeque<Told>>> = Mutex::new(BTreeMap::new());

fn waiting() -> MutexGuard<'static, BTreeMap<u32, VecDeque<Told>>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Receiver {
    thread: u32,
    number: u32,
}

impl Receiver {
    fn tell(&self, json: Option<String>) {
        // The thread, or all of the agent, may not have begun yet; one that ended is told nothing.
        let is_main = self.thread == threads::MAIN;
        if is_main || threads::all().iter().any(|thread| thread.number == self.thread) {
            waiting().entry(self.thread).or_default().push_back((self.number, json));
            threads::wake(self.thread);
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.tell(None);
    }
}

/// What has the function that this thread knows by `number` called with each snapshot as JSON.
pub(crate) fn callback(number: u32) -> Callback {
    let receiver = Receiver { thread: threads::number(), number };
    Box::new(move |snapshot: &Snapshot| {
        if let Ok(json) = convert::json(&snapshot.to_json(&convert::service())) {
            receiver.tell(Some(json));
        }
    })
}

/// What comes next for this thread.
pub(crate) fn next() -> Option<Told> {
    waiting().get_mut(&threads::number())?.pop_front()
}

/// This thread ends.
pub(super) fn gone() {
    waiting().remove(&threads::number());
}
