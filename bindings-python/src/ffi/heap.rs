//! Finding the code that is loaded: everything the collector tracks that leads to code.
//!
//! Knows nothing of files or probes. Invariant: of what it finds only code is kept alive, never a
//! function or a generator, whose end would run code of the application on our thread.

use super::collector::{Stretch, Walk};
use super::layout::Reads;
use super::object::Obj;
use pyo3::{Py, PyAny, Python};
use std::time::Instant;

/// A walk over everything tracked that leads to code.
#[derive(Debug)]
pub(crate) struct Heap {
    /// `None` where the collector's lists are not as we know them: then one look shows everything.
    walk: Option<Walk>,
}

impl Heap {
    /// A walk that has not begun.
    pub(crate) fn new(py: Python<'_>) -> Self {
        // Where layouts are not proven, the interpreter shows its lists itself.
        let walk = (Reads::current() == Reads::Direct).then(|| Walk::new(py));
        Self { walk: walk.flatten() }
    }

    /// Whether it shows what `gc.freeze` put aside, too.
    pub(crate) fn sees_frozen(&self) -> bool {
        self.walk.is_some()
    }

    /// Adds code to `found` until the deadline or the end; whether there may be more. 5 to 10 ns an
    /// object, with the GIL held.
    pub(crate) fn look(
        &mut self,
        py: Python<'_>,
        deadline: Instant,
        found: &mut Vec<Py<PyAny>>,
    ) -> bool {
        let visit = |object: Obj| {
            if let Some(code) = code_behind(object) {
                found.push(code.to_bound(py).unbind());
            }
        };
        match &mut self.walk {
            Some(walk) => walk.stretch(py, deadline, visit) != Stretch::Done,
            None => {
                all_at_once::visit(py, visit);
                false
            }
        }
    }
}

/// The code that a function, generator, coroutine or asynchronous generator runs.
fn code_behind(object: Obj) -> Option<Obj> {
    let ty = object.ty();
    let code = if ty.is_function() {
        object.function_code()?
    } else if ty.is_suspended() {
        object.suspended_code()?
    } else {
        return None;
    };
    if !code.ty().is_code() {
        return None;
    }
    #[cfg(not(Py_3_11))]
    if ty.is_function() {
        super::extra::name_by_function(code, object);
    }
    Some(code)
}

/// One look, with the GIL held all the time.
#[cfg(Py_3_12)]
mod all_at_once {
    use super::Obj;
    use pyo3::{Python, ffi};
    use std::ffi::{c_int, c_void};

    unsafe extern "C" {
        fn PyUnstable_GC_VisitObjects(
            callback: unsafe extern "C" fn(*mut ffi::PyObject, *mut c_void) -> c_int,
            arg: *mut c_void,
        );
    }

    /// Shows every object that is tracked.
    pub(super) fn visit<V: FnMut(Obj)>(_py: Python<'_>, mut visit: V) {
        unsafe extern "C" fn each<V: FnMut(Obj)>(
            object: *mut ffi::PyObject,
            visit: *mut c_void,
        ) -> c_int {
            // SAFETY: `visit` below passed its own closure, which nobody else touches meanwhile.
            let visit = unsafe { &mut *visit.cast::<V>() };
            if let Some(object) = Obj::new(object) {
                visit(object);
            }
            1
        }
        // SAFETY: the GIL is held; the callback takes the closure, which outlives the call.
        unsafe { PyUnstable_GC_VisitObjects(each::<V>, (&raw mut visit).cast()) };
    }
}

/// One look, with the GIL held all the time.
#[cfg(not(Py_3_12))]
pub(super) mod all_at_once {
    use super::Obj;
    use pyo3::types::{PyAnyMethods, PyList, PyListMethods};
    use pyo3::{PyResult, Python};

    /// Shows every object that is tracked; none if `gc` does not answer.
    pub(in crate::ffi) fn visit(py: Python<'_>, mut visit: impl FnMut(Obj)) {
        let all = || -> PyResult<_> {
            Ok(py.import("gc")?.call_method0("get_objects")?.cast_into::<PyList>()?)
        };
        if let Ok(all) = all() {
            all.iter().for_each(|object| visit(Obj::of(&object)));
        }
    }
}
