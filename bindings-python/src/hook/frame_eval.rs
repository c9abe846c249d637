//! How rewritten code gets to run on CPython 3.9 and 3.10: a frame is given it before its first step,
//! by a function that evaluates frames (PEP 523) and is installed only while there is a probe.
//!
//! Invariants: functions, constants and generators keep the original code, so nothing has to be put
//! back; frames that have begun keep the code that they began with.

use super::rewritten::{Change, Patch, Site, unreached};
use crate::agent::PythonRuntime;
use crate::ffi::{Exchange, Frame, Gil, Obj, leaked, unleak, waiting_frames};
use crate::frame::Hit;
use pyo3::types::PyAnyMethods;
use pyo3::{Py, PyAny, PyResult, Python};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use stillframe_core::agent::Agent;
use stillframe_core::host::Moment;

/// What `status` calls it.
pub(super) const NAME: &str = "hooks in rewritten bytecode, by frame evaluation (PEP 523)";

/// `CO_GENERATOR`, `CO_COROUTINE`, `CO_ITERABLE_COROUTINE` and `CO_ASYNC_GENERATOR`.
const SUSPENDS: i32 = 0x20 | 0x80 | 0x100 | 0x200;

/// Original and rewritten code.
struct Pair {
    old: Py<PyAny>,
    new: Py<PyAny>,
    /// Addresses of all code made of the original, if frames of it are timed.
    codes: Vec<usize>,
    timed: Vec<Arc<Site>>,
    agent: Arc<Agent<PythonRuntime>>,
}

/// By the original's address.
type Pairs = BTreeMap<usize, Pair>;

/// Who is told of the frames of each code, sorted by its address.
type Timed = Vec<(usize, Vec<Arc<Site>>, Arc<Agent<PythonRuntime>>)>;

static TIMED: AtomicPtr<Timed> = AtomicPtr::new(std::ptr::null_mut());

static PAIRS: Mutex<Pairs> = Mutex::new(Pairs::new());

/// Has the latest version run instead of the original from each frame's beginning. What of the
/// frames in `without` goes on as it is.
pub(super) fn set(
    py: Python<'_>,
    change: &Change<'_>,
    without: &[Obj],
) -> PyResult<Option<String>> {
    let made = change.earlier.iter().chain([&change.latest]);
    let pair = Pair {
        old: change.original.clone().unbind(),
        new: change.latest.clone().unbind(),
        codes: made.map(|code| Obj::of(code).handle()).collect(),
        timed: change.timed.clone(),
        agent: Arc::clone(&change.agent),
    };
    publish(py, |pairs| {
        pairs.insert(Obj::of(&change.original).handle(), pair);
    });
    // Only such frames wait, and to find them everything the collector tracks is looked at.
    let can_wait = change.original.getattr("co_flags")?.extract::<i32>()? & SUSPENDS != 0;
    let is_asked = can_wait && !without.is_empty();
    let waiting = if is_asked { waiting_frames(py, without) } else { 0 };
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
    let (pairs, mut timed): (Vec<_>, Timed) = {
        let mut pairs = PAIRS.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut pairs);
        let timed = pairs.values().filter(|pair| !pair.timed.is_empty()).flat_map(|pair| {
            pair.codes.iter().map(|code| (*code, pair.timed.clone(), Arc::clone(&pair.agent)))
        });
        let both = pairs.values().map(|pair| (pair.old.clone_ref(py), pair.new.clone_ref(py)));
        (both.collect(), timed.collect())
    };
    timed.sort_by_key(|entry| entry.0);
    let codes = timed.iter().map(|entry| entry.0).collect();
    let before = TIMED.swap(Box::into_raw(Box::new(timed)), Ordering::AcqRel);
    // No frame is being looked at now: that is done with the GIL held.
    drop(unleak(before));
    drop(Exchange::new(pairs.into_iter()).timing(codes, tell).publish(py));
}

/// Something happened to a frame of code that is timed.
fn tell(gil: Gil<'_>, code: Obj, frame: Frame<'_>, moment: Moment) {
    let Some(timed) = leaked(TIMED.load(Ordering::Acquire)) else { return };
    let Ok(at) = timed.binary_search_by_key(&code.handle(), |entry| entry.0) else { return };
    let (_, sites, agent) = &timed[at];
    for site in sites {
        let hit = Hit::new(gil, frame, &site.plan, site.line);
        agent.passage(site.site, frame.identity(), moment, &hit);
    }
}
