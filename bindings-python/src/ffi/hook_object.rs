//! The object that rewritten code asks for its truth: `not hook` is the hit.
//!
//! Knows how the interpreter asks, not what a hit does. Invariant: the answer is always *true*, at
//! once where nothing is behind the object any more, and no exception is ever left behind. Marshalled
//! or pickled with the code that holds it, it becomes `b""`, whose truth does nothing at all.

use super::memory::{Gil, guard, leaked, unleak};
use super::object::Obj;
use pyo3::{Bound, Py, PyAny, PyResult, Python, ffi};
use std::ffi::{c_int, c_void};
use std::marker::PhantomData;
use std::mem::size_of;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

/// What stands behind a hook object.
pub(crate) trait Place: Send + Sync + 'static {
    /// The object was asked: on the application's thread, in the frame that is running.
    fn reached(&self, gil: Gil<'_>);
}

#[repr(C)]
struct Fields<P> {
    head: ffi::PyObject,
    /// Null where nothing is to happen.
    place: AtomicPtr<P>,
}

/// A hook object of ours, with a `P` behind it.
pub(crate) struct HookObject<P: Place> {
    object: Py<PyAny>,
    place: PhantomData<P>,
}

/// The type, once a process: all objects have the same kind of place behind them.
static TYPE: OnceLock<Py<PyAny>> = OnceLock::new();

impl<P: Place> HookObject<P> {
    /// An object with nothing behind it.
    pub(crate) fn new(py: Python<'_>) -> PyResult<Self> {
        let ty = hook_type::<P>(py)?;
        // SAFETY: the type is a ready type of ours; the memory behind its head is handed out wiped.
        let object = unsafe { ffi::PyType_GenericAlloc(ty, 0) };
        // SAFETY: the reference is ours, or null with the exception set.
        let object = unsafe { Bound::from_owned_ptr_or_err(py, object) }?;
        Ok(Self { object: object.unbind(), place: PhantomData })
    }

    /// The object, as a constant of code.
    pub(crate) fn object(&self) -> &Py<PyAny> {
        &self.object
    }

    /// Puts `place` behind it, or nothing; what was there before. Nobody is looking at that any more
    /// as soon as no hit is under way.
    pub(crate) fn put(&self, _py: Python<'_>, place: Option<Box<P>>) -> Option<Box<P>> {
        let place = place.map_or(std::ptr::null_mut(), Box::into_raw);
        let fields = self.object.as_ptr().cast::<Fields<P>>();
        // SAFETY: `new` made the object of the one type that has these fields.
        let slot = unsafe { &(*fields).place };
        unleak(slot.swap(place, Ordering::AcqRel))
    }
}

impl<P: Place> std::fmt::Debug for HookObject<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HookObject")
    }
}

/// Whether `object` is a hook object, with something behind it or without.
pub(crate) fn is_hook(object: Obj) -> bool {
    TYPE.get().is_some_and(|ty| object.ty().as_object() == Some(Obj::of_kept(ty)))
}

fn hook_type<P: Place>(py: Python<'_>) -> PyResult<*mut ffi::PyTypeObject> {
    if let Some(ty) = TYPE.get() {
        return Ok(ty.as_ptr().cast());
    }
    let reduce = ffi::PyMethodDefPointer { PyCFunction: reduce };
    let methods = Box::leak(Box::new([
        ffi::PyMethodDef {
            ml_name: c"__reduce__".as_ptr(),
            ml_meth: reduce,
            ml_flags: ffi::METH_NOARGS,
            ml_doc: std::ptr::null(),
        },
        ffi::PyMethodDef::zeroed(),
    ]));
    let truth = truth::<P> as unsafe extern "C" fn(*mut ffi::PyObject) -> c_int;
    let slots = Box::leak(Box::new([
        ffi::PyType_Slot { slot: ffi::Py_nb_bool, pfunc: truth as *mut c_void },
        ffi::PyType_Slot { slot: ffi::Py_bf_getbuffer, pfunc: no_bytes as *mut c_void },
        ffi::PyType_Slot { slot: ffi::Py_tp_methods, pfunc: methods.as_mut_ptr().cast() },
        ffi::PyType_Slot { slot: 0, pfunc: std::ptr::null_mut() },
    ]));
    let spec = Box::leak(Box::new(ffi::PyType_Spec {
        name: c"_stillframe.Hook".as_ptr(),
        basicsize: size_of::<Fields<P>>() as c_int,
        itemsize: 0,
        flags: ffi::Py_TPFLAGS_DEFAULT as u32,
        slots: slots.as_mut_ptr(),
    }));
    // SAFETY: the specification and all it points to were leaked, so they outlive the type.
    let ty = unsafe { ffi::PyType_FromSpec(spec) };
    // SAFETY: the reference is ours, or null with the exception set.
    let ty = unsafe { Bound::from_owned_ptr_or_err(py, ty) }?;
    let ty = TYPE.get_or_init(|| ty.unbind());
    Ok(ty.as_ptr().cast())
}

/// What the interpreter calls for `not hook`. 1 ns where nothing is behind it.
unsafe extern "C" fn truth<P: Place>(object: *mut ffi::PyObject) -> c_int {
    let fields = object.cast::<Fields<P>>();
    // SAFETY: only instances of our type have this function in their slot.
    let place = unsafe { &(*fields).place }.load(Ordering::Acquire);
    if let Some(place) = leaked(place) {
        guard(|| place.reached(Gil::in_callback()));
    }
    1
}

/// The buffer of `b""`: by it `marshal` writes the object.
unsafe extern "C" fn no_bytes(
    object: *mut ffi::PyObject,
    view: *mut ffi::Py_buffer,
    flags: c_int,
) -> c_int {
    let empty = c"".as_ptr().cast_mut().cast();
    // SAFETY: the interpreter passes its own view to fill; the empty text is static.
    unsafe { ffi::PyBuffer_FillInfo(view, object, empty, 0, 1, flags) }
}

/// `(bytes, ())`: by it `pickle` and `copy` make it `b""`.
unsafe extern "C" fn reduce(_: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: called from Python, so the GIL is held; null or a reference of ours is handed out.
    let nothing = unsafe { ffi::PyTuple_New(0) };
    if nothing.is_null() {
        return nothing;
    }
    let bytes = (&raw mut ffi::PyBytes_Type).cast::<ffi::PyObject>();
    // SAFETY: both are live; the call takes references of its own.
    let pair = unsafe { ffi::PyTuple_Pack(2, bytes, nothing) };
    // SAFETY: gives back the one reference from above.
    unsafe { ffi::Py_DECREF(nothing) };
    pair
}
