//! How rewritten code gets to run on CPython 3.9 and 3.10: a frame is given it before its first step,
//! by a function that evaluates frames (PEP 523) and is installed only while there is a probe.
//!
//! Invariants: functions, constants and generators keep the original code, so nothing has to be put
//! back; frames that have begun keep the code that they began with.

use super::rewritten::{Change, Patch, unreached};
use crate::ffi::{Exchange, Obj, waiting_frames};
use pyo3::{Py, PyAny, PyResult, Python};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What `status` calls it.
pub(super) const NAME: &str = "hooks in rewritten bytecode, by frame evaluation (PEP 523)";

/// Original and rewritten code, by the original's address.
type Pairs = BTreeMap<usize, (Py<PyAny>, Py<PyAny>)>;

static PAIRS: Mutex<Pairs> = Mutex::new(Pairs::new());

/// Has the latest version run instead of the original from each frame's beginning. What of the
/// frames in `without` goes on as it is.
pub(super) fn set(
    py: Python<'_>,
    change: &Change<'_>,
    without: &[Obj],
) -> PyResult<Option<String>> {
    let pair = (change.original.clone().unbind(), change.latest.clone().unbind());
    publish(py, |pairs| {
        pairs.insert(Obj::of(&change.original).handle(), pair);
    });
    let waiting = if without.is_empty() { 0 } else { waiting_frames(py, without) };
    unreached(py, without, waiting)
}

/// Has the originals run again.
pub(super) fn restore(py: Python<'_>, patches: &[Patch]) {
    publish(py, |pairs| {
        for patch in patches {
            pairs.remove(&Obj::of_kept(patch.original()).handle());
        }
    });
}

fn publish(py: Python<'_>, change: impl FnOnce(&mut Pairs)) {
    let pairs: Vec<_> = {
        let mut pairs = PAIRS.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut pairs);
        pairs.values().map(|(old, new)| (old.clone_ref(py), new.clone_ref(py))).collect()
    };
    // No frame is being looked at now: that is done with the GIL held.
    drop(Exchange::new(pairs.into_iter()).publish(py));
}
