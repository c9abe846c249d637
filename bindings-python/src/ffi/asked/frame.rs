//! Frames and code, where their layout is not proven.
//!
//! Knows which variable a name is by asking the frame. Invariant: a frame object is used only while
//! the frame runs, which keeps it alive.

use super::super::memory::Gil;
use super::super::object::Obj;
use super::kept;
use super::value::forget_error;
use pyo3::ffi;
use std::ffi::CStr;
use stillframe_core::value::Missing;

type Frame = *mut ffi::PyFrameObject;

/// The running frame as an object.
pub(crate) fn current(_gil: Gil<'_>) -> Option<Frame> {
    // SAFETY: the thread holds the GIL, so it has a state.
    let thread = unsafe { ffi::PyThreadState_Get() };
    // SAFETY: `thread` is this thread's live state; the call hands out a reference or null.
    running(unsafe { ffi::PyThreadState_GetFrame(thread) })
}

/// The frame that called another, if one did.
pub(crate) fn back(frame: Frame) -> Option<Frame> {
    // SAFETY: `frame` is live; a reference or null is handed out.
    running(unsafe { ffi::PyFrame_GetBack(frame) })
}

fn running(frame: Frame) -> Option<Frame> {
    if frame.is_null() {
        return None;
    }
    // SAFETY: a running frame keeps its object and outlives this callback, so giving the reference
    // back frees nothing.
    unsafe { ffi::Py_DECREF(frame.cast()) };
    Some(frame)
}

/// The code that a frame runs, which it keeps.
pub(crate) fn code(frame: Frame) -> Option<Obj> {
    // SAFETY: `frame` is live; a reference is handed out.
    kept::object(unsafe { ffi::PyFrame_GetCode(frame) }.cast())
}

/// The line that a frame is at; 0 if it is at none.
pub(crate) fn line(frame: Frame) -> u32 {
    // SAFETY: `frame` is live.
    u32::try_from(unsafe { ffi::PyFrame_GetLineNumber(frame) }).unwrap_or(0)
}

/// Bytes from the first instruction to the one that runs.
#[cfg(Py_3_11)]
pub(crate) fn instruction(frame: Frame) -> Option<usize> {
    // SAFETY: `frame` is live.
    usize::try_from(unsafe { ffi::PyFrame_GetLasti(frame) }).ok()
}

/// Bytes from the first instruction to the one that runs: older interpreters do not tell.
#[cfg(not(Py_3_11))]
pub(crate) fn instruction(_frame: Frame) -> Option<usize> {
    None
}

/// A variable by name.
#[cfg(Py_3_12)]
pub(crate) fn variable(frame: Frame, name: Obj) -> Result<Obj, Missing> {
    // SAFETY: both are live; the call hands out a reference or sets a `NameError`.
    let value = unsafe { ffi::PyFrame_GetVar(frame, name.as_ptr()) };
    if value.is_null() {
        forget_error();
    }
    kept::object(value).ok_or(Missing::Unset)
}

/// A variable by name. What older interpreters offer would rewrite what `locals()` answered.
#[cfg(not(Py_3_12))]
pub(crate) fn variable(_frame: Frame, _name: Obj) -> Result<Obj, Missing> {
    Err(Missing::Unreadable)
}

/// Globals and builtins of a frame.
#[cfg(Py_3_11)]
pub(crate) fn namespaces(frame: Frame) -> (Option<Obj>, Option<Obj>) {
    // SAFETY: `frame` is live; a reference is handed out.
    let globals = kept::object(unsafe { ffi::PyFrame_GetGlobals(frame) });
    // SAFETY: as above.
    (globals, kept::object(unsafe { ffi::PyFrame_GetBuiltins(frame) }))
}

/// Globals and builtins of a frame: two members of its exact type.
#[cfg(not(Py_3_11))]
pub(crate) fn namespaces(frame: Frame) -> (Option<Obj>, Option<Obj>) {
    let Some(frame) = Obj::new(frame.cast()) else { return (None, None) };
    (attribute(frame, c"f_globals"), attribute(frame, c"f_builtins"))
}

/// The namespace of a module or class body, given that the frame is of one.
#[cfg(Py_3_11)]
pub(crate) fn namespace(frame: Frame) -> Option<Obj> {
    // SAFETY: `frame` is live; a reference is handed out, to the namespace itself in such a body.
    kept::object(unsafe { ffi::PyFrame_GetLocals(frame) })
}

/// The namespace of a module or class body, given that the frame is of one.
#[cfg(not(Py_3_11))]
pub(crate) fn namespace(frame: Frame) -> Option<Obj> {
    attribute(Obj::new(frame.cast())?, c"f_locals")
}

/// File that code was compiled from.
pub(crate) fn filename(code: Obj) -> Option<Obj> {
    attribute(code, c"co_filename")
}

/// Qualified name of code.
pub(crate) fn code_name(code: Obj) -> Option<Obj> {
    attribute(code, if cfg!(Py_3_11) { c"co_qualname" } else { c"co_name" })
}

/// The constants of code.
pub(crate) fn consts(code: Obj) -> Option<Obj> {
    attribute(code, c"co_consts")
}

/// The tuple of names that code uses besides its variables.
pub(super) fn names(code: Obj) -> Option<Obj> {
    attribute(code, c"co_names")
}

fn attribute(object: Obj, name: &CStr) -> Option<Obj> {
    // SAFETY: `object` is a frame or code, whose types have no subclasses and whose attributes are
    // all in C; a reference or null is handed out.
    let value = unsafe { ffi::PyObject_GetAttrString(object.as_ptr(), name.as_ptr()) };
    if value.is_null() {
        forget_error();
    }
    kept::object(value)
}
