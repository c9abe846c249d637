//! What we keep with a code object before CPython 3.12: a number of its own, its qualified name where
//! it has none, and word of its end. From 3.12 on the interpreter has all three.
//!
//! It stands in the code's `co_extra`, which the interpreter frees with the code. Knows nothing of
//! files. Invariant: an extra is made once a code object and lives exactly as long as that.

use super::memory::guard;
use super::object::Obj;
use pyo3::ffi;
use std::ffi::c_void;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

#[cfg(not(Py_3_11))]
pub(crate) use names::{name_by_function, name_code, qualname_of, set_name};

/// What a code object carries for us.
struct Extra {
    id: u32,
    code: usize,
    /// Its qualified name as far as it was found out.
    #[cfg(not(Py_3_11))]
    name: names::Kept,
}

/// Our place among the extras, if the interpreter had one left.
static INDEX: OnceLock<Option<isize>> = OnceLock::new();
static NEXT_ID: AtomicU32 = AtomicU32::new(1);

fn index() -> Option<isize> {
    *INDEX.get_or_init(|| {
        // SAFETY: all who call hold the GIL, and `free` lives in a library that is never unloaded.
        let index = unsafe { ffi::PyUnstable_Eval_RequestCodeExtraIndex(free) };
        (index >= 0).then_some(index)
    })
}

fn find(code: Obj) -> Option<&'static Extra> {
    let index = index()?;
    let mut extra = std::ptr::null_mut::<c_void>();
    // SAFETY: callers know that it is code, and hold the GIL; `extra` is of this frame.
    let status = unsafe { ffi::PyUnstable_Code_GetExtra(code.as_ptr(), index, &raw mut extra) };
    if status != 0 || extra.is_null() {
        return None;
    }
    // SAFETY: our place holds boxes of `claim`, which live as long as the code; callers use what
    // they are given only while they know that it lives.
    Some(unsafe { &*extra.cast::<Extra>() })
}

/// Gives a code object an extra. Whether it is new; `None` if it cannot have one, and then its end
/// would go unnoticed.
pub(super) fn claim(code: Obj) -> Option<bool> {
    if find(code).is_some() {
        return Some(false);
    }
    let extra = Extra {
        id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
        code: code.handle(),
        #[cfg(not(Py_3_11))]
        name: names::Kept::default(),
    };
    let extra = Box::into_raw(Box::new(extra));
    // SAFETY: callers know that it is code, and hold the GIL; the box is given away.
    let status = unsafe { ffi::PyUnstable_Code_SetExtra(code.as_ptr(), index()?, extra.cast()) };
    if status != 0 {
        // SAFETY: the GIL is held; the exception is that of the failed call.
        unsafe { ffi::PyErr_Clear() };
        drop(super::memory::unleak(extra));
        return None;
    }
    Some(true)
}

/// The number of a code object; 0 if it has no extra.
pub(super) fn id_of(code: Obj) -> u32 {
    find(code).map_or(0, |extra| extra.id)
}

/// Called by the interpreter when a code object goes, which may have no extra of ours.
unsafe extern "C" fn free(extra: *mut c_void) {
    guard(|| {
        if let Some(extra) = super::memory::unleak(extra.cast::<Extra>()) {
            super::watch::went(extra.code, extra.id);
        }
    });
}

/// Qualified names, which code objects have themselves from 3.11 on.
#[cfg(not(Py_3_11))]
mod names {
    use super::{Obj, claim, find};
    use pyo3::{Py, PyAny, Python};
    use std::sync::{Mutex, PoisonError};

    /// A name, once there is one. All who lock hold the GIL, so nobody ever waits.
    pub(super) type Kept = Mutex<Option<Py<PyAny>>>;

    /// The qualified name that was found for a code object.
    pub(crate) fn qualname_of(code: Obj) -> Option<Obj> {
        let name = find(code)?.name.lock().unwrap_or_else(PoisonError::into_inner);
        name.as_ref().map(Obj::of_kept)
    }

    /// Notes the qualified name of a code object, in place of one that is known less surely.
    pub(crate) fn set_name(code: Obj, name: Obj) {
        if !name.ty().is_exact_text() || claim(code).is_none() {
            return;
        }
        // SAFETY: all who call hold the GIL.
        let py = unsafe { Python::assume_attached() };
        if let Some(extra) = find(code) {
            let mut known = extra.name.lock().unwrap_or_else(PoisonError::into_inner);
            *known = Some(name.to_bound(py).unbind());
        }
    }

    /// Gives `to` the qualified name that `from` has, for code that was made in its place.
    pub(crate) fn name_code(to: Obj, from: Obj) {
        if let Some(name) = qualname_of(from) {
            set_name(to, name);
        }
    }

    /// Notes that `function` runs `code`, whose name may be that of the function.
    pub(crate) fn name_by_function(code: Obj, function: Obj) {
        // A wrapper that took another function's name (`functools.wraps`) says nothing of its code.
        let is_own = function.function_name() == code.code_name();
        let name = function.function_qualname().filter(|_| is_own);
        if let (None, Some(name)) = (qualname_of(code), name) {
            set_name(code, name);
        }
    }
}
