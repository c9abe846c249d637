//! Proves the fields of types that are read by everything else: those of the public header.
//!
//! Invariant: as of [`super`].

use super::objects::word;
use crate::ffi::memory::read_word;
use pyo3::types::PyAnyMethods;
use pyo3::{Bound, PyAny, PyResult, Python, ffi};
use std::mem::offset_of;

/// A class with a slot, a base, and attributes of its own.
const SOURCE: &std::ffi::CStr = c"
class Canary(ValueError):
    __slots__ = ('field',)
    own = 1
";

/// Why types cannot be read, if so.
pub(super) fn examine(py: Python<'_>) -> Result<(), String> {
    match check(py) {
        Ok(true) => Ok(()),
        Ok(false) => Err("types keep their fields elsewhere".to_owned()),
        Err(error) => Err(format!("the canary could not run: {error}")),
    }
}

fn check(py: Python<'_>) -> PyResult<bool> {
    let globals = pyo3::types::PyDict::new(py);
    py.run(SOURCE, Some(&globals), None)?;
    let class = globals.get_item("Canary")?;
    let int = py.get_type::<pyo3::types::PyInt>().into_any();
    Ok(is_type(&class, "Canary")? && is_type(&int, "int")? && has_slots(&class))
}

fn is_type(class: &Bound<'_, PyAny>, name: &str) -> PyResult<bool> {
    let number = |name: &str| class.getattr(name)?.extract::<isize>().map(isize::cast_unsigned);
    let object = |name: &str| class.getattr(name).map(|found| found.as_ptr() as usize);
    let is = |offset: usize, wanted: usize| word(class, offset) == Some(wanted);
    let text = word(class, offset_of!(ffi::PyTypeObject, tp_name)).and_then(read_word);
    let mut wanted = [0; 8];
    wanted[..name.len()].copy_from_slice(name.as_bytes());
    // What follows the end of a short name is not ours to know.
    let mask = u64::MAX >> (8 * (7 - name.len()));
    Ok(text.is_some_and(|text| text as u64 & mask == u64::from_ne_bytes(wanted))
        && is(offset_of!(ffi::PyTypeObject, tp_basicsize), number("__basicsize__")?)
        && is(offset_of!(ffi::PyTypeObject, tp_itemsize), number("__itemsize__")?)
        && is(offset_of!(ffi::PyTypeObject, tp_flags), number("__flags__")?)
        && is(offset_of!(ffi::PyTypeObject, tp_dictoffset), number("__dictoffset__")?)
        && is(offset_of!(ffi::PyTypeObject, tp_base), object("__base__")?)
        && is(offset_of!(ffi::PyTypeObject, tp_mro), object("__mro__")?))
}

/// Slots that hold functions are where the interpreter itself says that they are.
fn has_slots(class: &Bound<'_, PyAny>) -> bool {
    let slots = [
        (offset_of!(ffi::PyTypeObject, tp_getattro), ffi::Py_tp_getattro),
        (offset_of!(ffi::PyTypeObject, tp_richcompare), ffi::Py_tp_richcompare),
        (offset_of!(ffi::PyTypeObject, tp_traverse), ffi::Py_tp_traverse),
        (offset_of!(ffi::PyTypeObject, tp_descr_get), ffi::Py_tp_descr_get),
        (offset_of!(ffi::PyTypeObject, tp_descr_set), ffi::Py_tp_descr_set),
        (offset_of!(ffi::PyTypeObject, tp_iter), ffi::Py_tp_iter),
        (offset_of!(ffi::PyTypeObject, tp_iternext), ffi::Py_tp_iternext),
    ];
    slots.into_iter().all(|(offset, slot)| {
        // SAFETY: `class` is a live heap type; the call looks the slot up and nothing else.
        let wanted = unsafe { ffi::PyType_GetSlot(class.as_ptr().cast(), slot) };
        word(class, offset) == Some(wanted as usize)
    })
}
