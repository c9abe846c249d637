//! The callable that `sys.monitoring` calls: a type of ours with a vectorcall slot, because an
//! ordinary native function costs 9 ns more a call.
//!
//! Knows the calling convention; what an event means is `hook`'s. Invariant: no call ever returns
//! null, so no exception of ours reaches the application.

use super::memory::{Gil, guard};
use super::object::Obj;
use pyo3::exceptions::PyRuntimeError;
use pyo3::{Bound, PyAny, PyResult, Python, ffi};
use std::ffi::c_int;
use std::mem::{offset_of, size_of};
use std::sync::atomic::{AtomicPtr, Ordering};

/// What the interpreter should do with the event from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Call again.
    Keep,
    /// Never again for this line of this code.
    Disable,
}

/// Decides about an event: the code, and the line or the instruction.
pub(crate) type Decide = fn(Gil<'_>, Obj, i64) -> Verdict;

#[repr(C)]
struct Callback {
    head: ffi::PyObject,
    vectorcall: ffi::vectorcallfunc,
    decide: Decide,
}

/// `sys.monitoring.DISABLE`, which lives as long as the interpreter.
static DISABLE: AtomicPtr<ffi::PyObject> = AtomicPtr::new(std::ptr::null_mut());

/// A callable that asks `decide`. `disable` is `sys.monitoring.DISABLE`.
pub(crate) fn new_callback<'py>(
    py: Python<'py>,
    disable: &Bound<'py, PyAny>,
    decide: Decide,
) -> PyResult<Bound<'py, PyAny>> {
    DISABLE.store(disable.clone().into_ptr(), Ordering::Relaxed);
    let ty = callback_type(py)?;
    // SAFETY: `ty` is a ready type of ours; null and an exception, or a reference, is handed out.
    let object = unsafe { ffi::PyType_GenericAlloc(ty, 0) };
    // SAFETY: the reference is ours, or null with the exception set.
    let object = unsafe { Bound::from_owned_ptr_or_err(py, object) }?;
    let callback = object.as_ptr().cast::<Callback>();
    let vectorcall =
        callback.wrapping_byte_add(offset_of!(Callback, vectorcall)).cast::<ffi::vectorcallfunc>();
    // SAFETY: a field of what was allocated just now, which nobody else knows of.
    unsafe { vectorcall.write(call) };
    let decides = callback.wrapping_byte_add(offset_of!(Callback, decide)).cast::<Decide>();
    // SAFETY: as above.
    unsafe { decides.write(decide) };
    Ok(object)
}

/// The type, made anew for each callback: there are a few a process.
fn callback_type(py: Python<'_>) -> PyResult<*mut ffi::PyTypeObject> {
    let members = Box::leak(Box::new([
        ffi::PyMemberDef {
            name: c"__vectorcalloffset__".as_ptr(),
            type_code: ffi::Py_T_PYSSIZET,
            offset: offset_of!(Callback, vectorcall).cast_signed(),
            flags: ffi::Py_READONLY,
            doc: std::ptr::null(),
        },
        ffi::PyMemberDef {
            name: std::ptr::null(),
            type_code: 0,
            offset: 0,
            flags: 0,
            doc: std::ptr::null(),
        },
    ]));
    let slots = Box::leak(Box::new([
        ffi::PyType_Slot { slot: ffi::Py_tp_members, pfunc: members.as_mut_ptr().cast() },
        ffi::PyType_Slot { slot: ffi::Py_tp_call, pfunc: ffi::PyVectorcall_Call as *mut _ },
        ffi::PyType_Slot { slot: 0, pfunc: std::ptr::null_mut() },
    ]));
    let flags = ffi::Py_TPFLAGS_DEFAULT
        | ffi::Py_TPFLAGS_HAVE_VECTORCALL
        | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION;
    let spec = Box::leak(Box::new(ffi::PyType_Spec {
        name: c"_stillframe.Callback".as_ptr(),
        basicsize: size_of::<Callback>() as c_int,
        itemsize: 0,
        flags: flags as u32,
        slots: slots.as_mut_ptr(),
    }));
    // SAFETY: the specification and all it points to were leaked, so they outlive the type.
    let ty = unsafe { ffi::PyType_FromSpec(spec) };
    if ty.is_null() {
        return Err(pyo3::PyErr::take(py)
            .unwrap_or_else(|| PyRuntimeError::new_err("failed to make the callback's type")));
    }
    Ok(ty.cast())
}

/// What the interpreter calls. 16 ns of dispatch on its side, a few on ours.
unsafe extern "C" fn call(
    callable: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    _keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the count is decoded from a number alone.
    let count = unsafe { ffi::PyVectorcall_NARGS(nargsf) };
    // Some events tell a third, which none of ours looks at.
    let verdict = if count >= 2 {
        // SAFETY: only instances of our type have this function in their slot.
        let decide = unsafe { (*callable.cast::<Callback>()).decide };
        // SAFETY: at least two arguments lie there, as the count says.
        let [code, at] = unsafe { *args.cast::<[*mut ffi::PyObject; 2]>() };
        guard(|| ask(decide, code, at)).unwrap_or(Verdict::Keep)
    } else {
        Verdict::Keep
    };
    let answer = match verdict {
        // SAFETY: `Py_None` only takes an address.
        Verdict::Keep => unsafe { ffi::Py_None() },
        Verdict::Disable => DISABLE.load(Ordering::Relaxed),
    };
    // SAFETY: `None` and `DISABLE` are live: the second because we hold a reference since the start.
    unsafe { ffi::Py_INCREF(answer) };
    answer
}

#[inline(always)]
fn ask(decide: Decide, code: *mut ffi::PyObject, at: *mut ffi::PyObject) -> Verdict {
    let (Some(code), Some(at)) = (Obj::new(code), Obj::new(at)) else { return Verdict::Keep };
    if !code.ty().is_code() || !at.ty().is_exact_int() {
        return Verdict::Keep;
    }
    let at = at.compact_int().unwrap_or(-1);
    decide(Gil::in_callback(), code, at)
}
