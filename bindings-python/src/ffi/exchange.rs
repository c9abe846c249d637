//! Putting code where other code was: in functions, and in the constants of code around it.
//!
//! Knows the interpreter's slots, not which code is put or why. Invariant: every slot that is written
//! holds a reference before and after, and what was in it is kept alive by whoever asks for the
//! exchange, so that nothing is freed here.

use super::layout::tuple;
use super::object::Obj;
use pyo3::types::{PyTuple, PyTupleMethods};
use pyo3::{Bound, PyAny, ffi};

/// Has `function`, given that it is one, run `code` from its next call on.
///
/// Callers' specialised calls stay valid and stay fast, so the function keeps its version: they ask
/// the function for its code at each call, and what they remember of it (arguments, flags, the size
/// of the closure) is the same in `code`.
pub(super) fn put_function_code(function: Obj, code: Obj) {
    let place = function.as_ptr().cast::<ffi::PyFunctionObject>();
    // SAFETY: code is live; the reference is for the slot.
    unsafe { ffi::Py_INCREF(code.as_ptr()) };
    // SAFETY: callers saw that it is a function, and nothing ran since.
    let slot = unsafe { &mut (*place).func_code };
    let before = std::mem::replace(slot, code.as_ptr());
    // SAFETY: the function owned what its slot held; the caller keeps it alive.
    unsafe { ffi::Py_DECREF(before) };
}

/// The same for a function that the caller holds.
pub(crate) fn put_code(function: &Bound<'_, PyAny>, code: &Bound<'_, PyAny>) {
    let function = Obj::of(function);
    if function.ty().is_function() {
        put_function_code(function, Obj::of(code));
    }
}

/// Puts `new` where `tuple` holds one of `old`; whether it held any. In place: every code object that
/// has these constants, and every frame that runs one, sees it at once.
pub(crate) fn put_constants(
    tuple: &Bound<'_, PyTuple>,
    old: &[Obj],
    new: &Bound<'_, PyAny>,
) -> bool {
    let mut is_changed = false;
    let items = tuple.as_ptr();
    for index in 0..tuple.len() {
        let slot = items.wrapping_byte_add(tuple::ITEMS + index * size_of::<usize>());
        let slot = slot.cast::<*mut ffi::PyObject>();
        // SAFETY: a tuple has as many items as it says, and the GIL is held for as long as `tuple`.
        let held = unsafe { slot.read() };
        if Obj::new(held).is_none_or(|held| !old.contains(&held)) {
            continue;
        }
        // SAFETY: as above; the slot takes over a reference to `new`.
        unsafe { slot.write(new.clone().into_ptr()) };
        // SAFETY: the tuple owned what its slot held; whoever calls keeps it alive.
        unsafe { ffi::Py_DECREF(held) };
        is_changed = true;
    }
    is_changed
}
