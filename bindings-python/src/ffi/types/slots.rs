//! Slots of a type that reads through the API need.
//!
//! Knows where a type keeps them, not when they may be called. Invariant: see [`Type`].

use super::Type;
use pyo3::ffi;

/// How the collector is told what an object refers to, with a `visit` of our own.
type Visit = extern "C" fn(*mut ffi::PyObject, *mut std::ffi::c_void) -> std::ffi::c_int;
type Traverse =
    unsafe extern "C" fn(*mut ffi::PyObject, Visit, *mut std::ffi::c_void) -> std::ffi::c_int;

impl Type {
    /// Exactly `set`.
    #[cfg(Py_3_12)]
    pub(in super::super) fn of_sets() -> Self {
        Self(&raw mut ffi::PySet_Type)
    }

    /// What `iter` calls.
    #[cfg(Py_3_12)]
    pub(in super::super) fn iter_slot(self) -> Option<ffi::getiterfunc> {
        // SAFETY: `self` is a live type.
        unsafe { (*self.0).tp_iter }
    }

    /// What `next` calls.
    #[cfg(Py_3_12)]
    pub(in super::super) fn next_slot(self) -> Option<ffi::iternextfunc> {
        // SAFETY: `self` is a live type.
        unsafe { (*self.0).tp_iternext }
    }

    /// What computes `object.attribute` for objects of it.
    pub(in super::super) fn get_slot(self) -> Option<ffi::descrgetfunc> {
        // SAFETY: `self` is a live type.
        unsafe { (*self.0).tp_descr_get }
    }

    /// What tells the collector of an object's references.
    pub(in super::super) fn traverse_slot(self) -> Option<Traverse> {
        // SAFETY: `self` is a live type.
        let slot = unsafe { (*self.0).tp_traverse }?;
        // SAFETY: the two types differ only in the name of the function that is handed on.
        Some(unsafe { std::mem::transmute::<ffi::traverseproc, Traverse>(slot) })
    }

    /// Exactly `property`.
    pub(in super::super) fn is_property(self) -> bool {
        std::ptr::eq(self.0, &raw const ffi::PyProperty_Type)
    }

    /// 0 for generators, 1 for coroutines, else 2, given that it is a type that suspends.
    pub(in super::super) fn suspended_kind(self) -> u8 {
        if std::ptr::eq(self.0, &raw const ffi::PyGen_Type) {
            0
        } else if std::ptr::eq(self.0, &raw const ffi::PyCoro_Type) {
            1
        } else {
            2
        }
    }

    /// Whether its objects are hashed and compared by no code but the builtin type's.
    pub(in super::super) fn is_plain_key(self) -> bool {
        self.is_exact_text()
            || self.is_exact_int()
            || self.is_bool()
            || self.is_exact_float()
            || self.is_exact_bytes()
    }
}
