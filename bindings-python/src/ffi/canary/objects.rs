//! Proves that objects lie in memory as `layout` says, before any is read.
//!
//! Invariant: as of [`super`]: what is looked at here is looked at by the kernel, which answers with
//! an error where there is nothing.

use crate::ffi::layout::{dict, keys, object, unicode};
use crate::ffi::memory::read_word;
use pyo3::types::{PyDict, PyDictMethods, PyInt, PyString};
use pyo3::{Bound, PyAny, PyResult, Python};

/// Why objects cannot be read, if so.
pub(super) fn examine(py: Python<'_>) -> Result<(), String> {
    check(py).map_err(|error| format!("the canary could not run: {error}"))?.map_err(str::to_owned)
}

fn check(py: Python<'_>) -> PyResult<Result<(), &'static str>> {
    // Two digits of 30 bits each: 5 and 1.
    let number = PyInt::new(py, -((1_i64 << 30) + 5)).into_any();
    let tag = if cfg!(Py_3_12) { 2 << 3 | 2 } else { (-2_isize).cast_unsigned() };
    let is_int = word(&number, object::BODY) == Some(tag)
        && word(&number, object::SECOND) == Some(1 << 32 | 5);
    if !is_int {
        return Ok(Err("an int keeps its digits in another form"));
    }
    let text = PyString::new(py, "canaries").into_any();
    let is_text = word(&text, unicode::LENGTH) == Some(8)
        && word(&text, unicode::STATE).is_some_and(|state| has_ascii_state(state as u32))
        && word(&text, unicode::ASCII_DATA) == Some(usize::from_ne_bytes(*b"canaries"));
    if !is_text {
        return Ok(Err("a string keeps its characters elsewhere"));
    }
    let other = PyString::new(py, "another").into_any();
    let map = PyDict::new(py);
    map.set_item(&text, &other)?;
    if !is_dict_of(&map, &text, &other) {
        return Ok(Err("a dict keeps its entries elsewhere"));
    }
    let mixed = PyDict::new(py);
    mixed.set_item(1, &other)?;
    Ok(compare_kinds(&map, &mixed))
}

fn word(object: &Bound<'_, PyAny>, offset: usize) -> Option<usize> {
    read_word(object.as_ptr() as usize + offset)
}

fn has_ascii_state(state: u32) -> bool {
    // Kind 1: a byte a character.
    state & unicode::COMPACT_ASCII == unicode::COMPACT_ASCII && (state >> 2) & 7 == 1
}

/// A dict with one entry has eight indices of a byte each.
fn is_dict_of(map: &Bound<'_, PyDict>, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> bool {
    let map = map.as_any();
    let Some(table) = word(map, dict::KEYS) else { return false };
    let entry = table + keys::INDICES + 8 + crate::ffi::dict::TEXT_KEY;
    let holds =
        |at: usize, object: &Bound<'_, PyAny>| read_word(at) == Some(object.as_ptr() as usize);
    word(map, dict::USED) == Some(1)
        && word(map, dict::VALUES) == Some(0)
        && read_word(table + keys::COUNT) == Some(1)
        && holds(entry, key)
        && holds(entry + 8, value)
}

/// Whether a table says of which kind its keys are.
#[cfg(Py_3_11)]
fn compare_kinds(text: &Bound<'_, PyDict>, mixed: &Bound<'_, PyDict>) -> Result<(), &'static str> {
    let kind = |map: &Bound<'_, PyDict>| {
        let table = word(map.as_any(), dict::KEYS)?;
        read_word(table + keys::KIND).map(|word| word as u8)
    };
    let is_general = |map| kind(map).map(|kind| kind == keys::KIND_GENERAL);
    if is_general(text) == Some(false) && is_general(mixed) == Some(true) {
        return Ok(());
    }
    Err("a dict keeps the kind of its keys elsewhere")
}

/// The function by which mixed keys are looked up is what tells such a table.
#[cfg(not(Py_3_11))]
fn compare_kinds(text: &Bound<'_, PyDict>, mixed: &Bound<'_, PyDict>) -> Result<(), &'static str> {
    let lookup = |map: &Bound<'_, PyDict>| {
        let table = word(map.as_any(), dict::KEYS)?;
        (read_word(table + keys::SIZE) == Some(8)).then_some(())?;
        read_word(table + keys::LOOKUP)
    };
    match (lookup(text), lookup(mixed)) {
        (Some(text), Some(mixed)) if text != mixed && mixed != 0 => {
            crate::ffi::dict::set_mixed_lookup(mixed);
            Ok(())
        }
        _ => Err("a dict keeps the kind of its keys elsewhere"),
    }
}
