//! Finding code: one walk over what the collector tracks, then word of each code object that comes
//! or goes.
//!
//! Knows nothing of files or probes. Invariant: the watcher only notes addresses; it runs no Python
//! and takes no lock that anybody holds without the GIL.

use super::layout::Reads;
use super::memory::{Gil, guard};
use super::object::Obj;
use pyo3::{Py, PyAny, Python, ffi};
use std::collections::{HashMap, HashSet};
use std::ffi::{c_int, c_void};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use stillframe_core::clock;
use stillframe_core::value::Text;

unsafe extern "C" {
    fn PyUnstable_GC_VisitObjects(
        callback: unsafe extern "C" fn(*mut ffi::PyObject, *mut c_void) -> c_int,
        arg: *mut c_void,
    );
    fn PyCode_AddWatcher(
        callback: unsafe extern "C" fn(c_int, *mut ffi::PyObject) -> c_int,
    ) -> c_int;
}

/// `PY_CODE_EVENT_CREATE`.
const CREATED: c_int = 0;

/// What the collector tracks that leads to code.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    /// Functions.
    pub(crate) functions: Vec<Py<PyAny>>,
    /// Generators, coroutines, asynchronous generators.
    pub(crate) suspended: Vec<Py<PyAny>>,
}

impl Heap {
    /// Looks once at everything tracked: 3 to 10 ns an object, with the GIL held.
    pub(crate) fn walk(_py: Python<'_>) -> Self {
        let mut heap = Self::default();
        // SAFETY: the GIL is held; the callback takes `heap`, which outlives the call.
        unsafe { PyUnstable_GC_VisitObjects(visit, (&raw mut heap).cast()) };
        heap
    }
}

unsafe extern "C" fn visit(object: *mut ffi::PyObject, heap: *mut c_void) -> c_int {
    let Some(object) = Obj::new(object) else { return 1 };
    let ty = object.ty();
    let is_suspended = ty.is_suspended();
    if !ty.is_function() && !is_suspended {
        return 1;
    }
    // SAFETY: `walk` passed its own `Heap`, which nobody else touches meanwhile.
    let heap = unsafe { &mut *heap.cast::<Heap>() };
    // SAFETY: the interpreter calls this with the GIL held.
    let py = unsafe { Python::assume_attached() };
    let held = object.to_bound(py).unbind();
    if is_suspended {
        heap.suspended.push(held)
    } else {
        heap.functions.push(held)
    }
    1
}

/// What the watcher noted since it was last asked.
#[derive(Debug, Default)]
struct Watched {
    /// Live code that came, and when (wall time in nanoseconds).
    created: HashMap<usize, u64>,
    /// Addresses whose code went, before what came there since. A walk may have indexed code that
    /// is among those that came, so what came and went again is here too.
    gone: HashSet<usize>,
    /// Whether anybody keeps an index, which must hear of what goes.
    is_indexed: bool,
}

static WATCHED: Mutex<Option<Watched>> = Mutex::new(None);
static WAKE: OnceLock<fn()> = OnceLock::new();

/// All who lock hold the GIL, so nobody ever waits here.
fn watched() -> MutexGuard<'static, Option<Watched>> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Watches from now on; `wake` is called on application threads after new code of a file, once
/// there is an index. False if all eight watchers of the interpreter are taken.
pub(crate) fn watch_code(_py: Python<'_>, wake: fn()) -> bool {
    if WAKE.set(wake).is_err() {
        return watched().is_some();
    }
    *watched() = Some(Watched::default());
    // SAFETY: the GIL is held, and the callback lives in a library that is never unloaded.
    let id = unsafe { PyCode_AddWatcher(code_event) };
    if id < 0 {
        // SAFETY: the GIL is held.
        unsafe { ffi::PyErr_Clear() };
        *watched() = None;
    }
    id >= 0
}

/// Code that came, with its time, and code that went, since this was last asked. All that came is
/// alive until the caller lets the interpreter run.
pub(crate) fn take_watched(_py: Python<'_>) -> (Vec<(Obj, u64)>, Vec<usize>) {
    let mut guard = watched();
    let Some(watched) = guard.as_mut() else { return (Vec::new(), Vec::new()) };
    watched.is_indexed = true;
    let created = std::mem::take(&mut watched.created).into_iter();
    let alive = created.filter_map(|(code, time)| Some((Obj::from_handle(code)?, time)));
    (alive.collect(), std::mem::take(&mut watched.gone).into_iter().collect())
}

unsafe extern "C" fn code_event(event: c_int, code: *mut ffi::PyObject) -> c_int {
    let must_wake = guard(|| note(event == CREATED, code)).unwrap_or(false);
    if let (true, Some(wake)) = (must_wake, WAKE.get()) {
        guard(wake);
    }
    0
}

fn note(came: bool, code: *mut ffi::PyObject) -> bool {
    let mut guard = watched();
    let Some(watched) = guard.as_mut() else { return false };
    let address = code as usize;
    if came {
        watched.created.insert(address, clock::wall_ns());
        // Code made from strings (`<string>`) lies in no file that anybody could name.
        return watched.is_indexed && Obj::new(code).is_some_and(|code| !is_made_up(code));
    }
    watched.created.remove(&address);
    if watched.is_indexed {
        watched.gone.insert(address);
    }
    false
}

fn is_made_up(code: Obj) -> bool {
    if Reads::current() == Reads::Api {
        // The layout of code is not proven, so every one may matter.
        return false;
    }
    let name = code.code_filename().filter(|name| name.ty().is_exact_text());
    // SAFETY: the interpreter calls its watchers with the GIL held.
    let py = unsafe { Python::assume_attached() };
    name.is_some_and(
        |name| matches!(name.text(Gil::of(py)), Text::Utf8(name) if name.starts_with('<')),
    )
}
