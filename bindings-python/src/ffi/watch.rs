//! Word of each code object that comes or goes.
//!
//! From CPython 3.12 on the interpreter's own code watcher tells. Before, and where all watchers are
//! taken, code is seen when it is about to run as a module (`exec`), and goes with what it carries of
//! ours (`extra`). Knows nothing of files or probes. Invariant: it only notes addresses; it runs no
//! Python and takes no lock that anybody holds without the GIL.

use super::layout::Reads;
use super::memory::Gil;
use super::object::Obj;
use super::{exec, extra};
use pyo3::Python;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use stillframe_core::clock;
use stillframe_core::value::Text;

/// What was noted since it was last asked.
#[derive(Debug, Default)]
struct Watched {
    /// Live code that came, and when (wall time in nanoseconds).
    created: HashMap<usize, u64>,
    /// Addresses whose code went, before what came there since, with its number. A walk may have
    /// indexed code that is among those that came, so what came and went again is here too.
    gone: HashSet<Gone>,
    /// When a file's code last ran as a module before there was an index, where nothing else tells.
    ran: HashMap<String, u64>,
    /// Whether anybody keeps an index, which must hear of what goes.
    is_indexed: bool,
}

/// Address of code that went, and its number (0 where the interpreter's own watcher tells).
pub(crate) type Gone = (usize, u32);

static WATCHED: Mutex<Option<Watched>> = Mutex::new(None);
static WAKE: OnceLock<fn()> = OnceLock::new();
/// Whether the interpreter's own watcher tells.
static HAS_WATCHER: AtomicBool = AtomicBool::new(false);

/// All who lock hold the GIL, so nobody ever waits here.
fn watched() -> MutexGuard<'static, Option<Watched>> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Watches from now on; `wake` is called on application threads after new code of a file, once
/// there is an index. Else why what comes is not noticed.
pub(crate) fn watch_code(py: Python<'_>, wake: fn()) -> Result<(), &'static str> {
    if WAKE.set(wake).is_ok() {
        *watched() = Some(Watched::default());
        HAS_WATCHER.store(events::watch(py), Ordering::Relaxed);
    }
    if HAS_WATCHER.load(Ordering::Relaxed) { Ok(()) } else { exec::install(py) }
}

/// Puts back what stands in for a watcher; a watcher itself stays, and costs nothing.
pub(crate) fn unwatch_code(py: Python<'_>) {
    exec::uninstall(py);
}

/// Whether the interpreter itself tells of all code that comes.
pub(crate) fn has_watcher() -> bool {
    HAS_WATCHER.load(Ordering::Relaxed)
}

/// Makes sure that the end of `code` will be told, with the number that is answered; `None` if it
/// cannot be told.
pub(crate) fn follow_code(code: Obj) -> Option<u32> {
    if HAS_WATCHER.load(Ordering::Relaxed) {
        return Some(0);
    }
    extra::claim(code)?;
    Some(extra::id_of(code))
}

/// Code that came, with its time, and code that went, since this was last asked. All that came is
/// alive until the caller lets the interpreter run.
pub(crate) fn take_watched(_py: Python<'_>) -> (Vec<(Obj, u64)>, Vec<Gone>) {
    let mut guard = watched();
    let Some(watched) = guard.as_mut() else { return (Vec::new(), Vec::new()) };
    watched.is_indexed = true;
    let created = std::mem::take(&mut watched.created).into_iter();
    let alive = created.filter_map(|(code, time)| Some((Obj::from_handle(code)?, time)));
    (alive.collect(), std::mem::take(&mut watched.gone).into_iter().collect())
}

/// When code of `file` last ran as a module, if that was before there was an index and nothing else
/// tells; else 0.
pub(crate) fn ran_ns(file: &str) -> u64 {
    watched().as_ref().and_then(|watched| watched.ran.get(file).copied()).unwrap_or(0)
}

/// Notes that code came. Whether somebody must be told.
fn came(code: Obj) -> bool {
    let mut guard = watched();
    let Some(watched) = guard.as_mut() else { return false };
    watched.created.insert(code.handle(), clock::wall_ns());
    // Code made from strings (`<string>`) lies in no file that anybody could name.
    watched.is_indexed && !is_made_up(code)
}

/// Notes that the code at an address went, which had the number `id`.
pub(super) fn went(code: usize, id: u32) {
    let mut guard = watched();
    let Some(watched) = guard.as_mut() else { return };
    watched.created.remove(&code);
    if watched.is_indexed {
        watched.gone.insert((code, id));
    }
}

/// Notes that `code` is about to run as a module, with all code inside it. 20 ns for code that ran
/// before.
pub(super) fn runs(code: Obj) {
    // SAFETY: the interpreter calls its functions with the GIL held.
    let py = unsafe { Python::assume_attached() };
    if Reads::current() == Reads::Api || extra::id_of(code) != 0 || is_made_up(code) {
        return;
    }
    let is_indexed = watched().as_ref().is_some_and(|watched| watched.is_indexed);
    if !is_indexed {
        let file = code.code_filename().map(|name| name.to_bound(py).to_string());
        if let (Some(file), Some(watched)) = (file, watched().as_mut()) {
            watched.ran.insert(file, clock::wall_ns());
        }
        return;
    }
    let (gil, mut all, mut at) = (Gil::of(py), vec![code], 0);
    while let Some(code) = all.get(at).copied() {
        at += 1;
        if extra::claim(code) == Some(true) {
            came(code);
            let inner = code.code_consts().map(|consts| consts.items(gil)).unwrap_or_default();
            all.extend(inner.iter().copied().filter(|constant| constant.ty().is_code()));
        }
    }
    // Not before, for a name makes an extra too.
    #[cfg(not(Py_3_11))]
    all.into_iter().for_each(|code| super::naming::name_inner(code, gil));
    if let Some(wake) = WAKE.get() {
        wake();
    }
}

fn is_made_up(code: Obj) -> bool {
    if Reads::current() == Reads::Api {
        // The layout of code is not proven, so every one may matter.
        return false;
    }
    let name = code.code_filename().filter(|name| name.ty().is_exact_text());
    // SAFETY: the interpreter calls its watchers and functions with the GIL held.
    let py = unsafe { Python::assume_attached() };
    name.is_some_and(
        |name| matches!(name.text(Gil::of(py)), Text::Utf8(name) if name.starts_with('<')),
    )
}

/// The interpreter's own watcher.
#[cfg(Py_3_12)]
mod events {
    use super::{Obj, WAKE, came, went};
    use crate::ffi::memory::guard;
    use pyo3::{Python, ffi};
    use std::ffi::c_int;

    unsafe extern "C" {
        fn PyCode_AddWatcher(
            callback: unsafe extern "C" fn(c_int, *mut ffi::PyObject) -> c_int,
        ) -> c_int;
    }

    /// `PY_CODE_EVENT_CREATE`.
    const CREATED: c_int = 0;

    /// Watches from now on; false if all eight watchers of the interpreter are taken.
    pub(super) fn watch(_py: Python<'_>) -> bool {
        // SAFETY: the GIL is held, and the callback lives in a library that is never unloaded.
        let id = unsafe { PyCode_AddWatcher(code_event) };
        if id < 0 {
            // SAFETY: the GIL is held.
            unsafe { ffi::PyErr_Clear() };
        }
        id >= 0
    }

    unsafe extern "C" fn code_event(event: c_int, code: *mut ffi::PyObject) -> c_int {
        let must_wake = guard(|| match Obj::new(code) {
            Some(code) if event == CREATED => came(code),
            Some(code) => {
                went(code.handle(), 0);
                false
            }
            None => false,
        });
        if let (Some(true), Some(wake)) = (must_wake, WAKE.get()) {
            guard(wake);
        }
        0
    }
}

/// There is none.
#[cfg(not(Py_3_12))]
mod events {
    /// Never watches.
    pub(super) fn watch(_py: pyo3::Python<'_>) -> bool {
        false
    }
}
