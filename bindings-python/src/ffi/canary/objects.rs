//! Proves that objects lie in memory as `layout` says, before any is read.
//!
//! Invariant: as of [`super`]: what is looked at here is looked at by the kernel, which answers with
//! an error where there is nothing.

use super::Proof;
use crate::ffi::layout::{dict, keys, object, set, tuple, unicode};
use crate::ffi::memory::read_word;
use crate::ffi::proof::Part;
use pyo3::types::{
    PyAnyMethods, PyByteArray, PyBytes, PyDict, PyDictMethods, PyFloat, PyInt, PyList, PySet,
    PyString, PyTuple,
};
use pyo3::{Bound, PyAny, PyResult, Python};

/// A check that could not be made is one that did not hold.
pub(super) fn settled(part: Part, checked: PyResult<bool>, otherwise: &str) -> Proof {
    let proof = match checked {
        Ok(true) => Ok(()),
        Ok(false) => Err(otherwise.to_owned()),
        Err(error) => Err(format!("the canary could not run: {error}")),
    };
    (part, proof)
}

/// Looks at objects of every kind that values are made of.
pub(super) fn examine(py: Python<'_>) -> Vec<Proof> {
    vec![
        settled(Part::Number, Ok(numbers(py)), "a number keeps its value in another form"),
        settled(Part::Text, Ok(texts(py)), "a string keeps its characters elsewhere"),
        settled(Part::Bytes, Ok(bytes(py)), "bytes are kept elsewhere"),
        settled(Part::Sequence, sequences(py), "a list or tuple keeps its elements elsewhere"),
        settled(Part::Dict, dicts(py), "a dict keeps its entries or their kind elsewhere"),
        settled(Part::Set, sets(py), "a set keeps its elements elsewhere"),
    ]
}

fn numbers(py: Python<'_>) -> bool {
    // Two digits of 30 bits each, 5 and 1; and one digit. The smallest ones carry a flag besides.
    let large = PyInt::new(py, -((1_i64 << 30) + 5)).into_any();
    let small = PyInt::new(py, 70_007_i64).into_any();
    let tag = |digits: isize| {
        let above = digits.unsigned_abs() << 3 | if digits < 0 { 2 } else { 0 };
        if cfg!(Py_3_12) { above } else { digits.cast_unsigned() }
    };
    word(&large, object::BODY) == Some(tag(-2))
        && word(&large, object::SECOND) == Some(1 << 32 | 5)
        // The upper half is no digit of it.
        && word(&small, object::BODY) == Some(tag(1))
        && word(&small, object::SECOND).is_some_and(|word| word as u32 == 70_007)
        && word(&PyFloat::new(py, 2.5).into_any(), object::BODY) == Some(2.5_f64.to_bits() as usize)
}

fn texts(py: Python<'_>) -> bool {
    let narrow = PyString::new(py, "canaries").into_any();
    let wide = PyString::new(py, "caña\u{20ac}").into_any();
    let state = |text, flags: u32, kind: u32| {
        word(text, unicode::STATE).is_some_and(|state| state as u32 & 0x7c == flags | kind << 2)
    };
    // Interned or not stands below the kind, the flags above it.
    word(&narrow, unicode::LENGTH) == Some(8)
        && state(&narrow, unicode::COMPACT_ASCII, 1)
        && word(&narrow, unicode::ASCII_DATA) == Some(usize::from_ne_bytes(*b"canaries"))
        && word(&wide, unicode::LENGTH) == Some(5)
        && state(&wide, unicode::COMPACT, 2)
        && word(&wide, unicode::COMPACT_DATA) == Some(0x0061_00f1_0061_0063)
}

fn bytes(py: Python<'_>) -> bool {
    let wanted = Some(usize::from_ne_bytes(*b"canaries"));
    let fixed = PyBytes::new(py, b"canaries").into_any();
    let growing = PyByteArray::new(py, b"canaries").into_any();
    word(&fixed, object::BODY) == Some(8)
        && word(&fixed, object::THIRD) == wanted
        && word(&growing, object::BODY) == Some(8)
        && word(&growing, object::FOURTH).and_then(read_word) == wanted
}

fn sequences(py: Python<'_>) -> PyResult<bool> {
    let items = [PyList::empty(py).into_any(), PyList::empty(py).into_any()];
    let list = PyList::new(py, &items)?.into_any();
    let tuple = PyTuple::new(py, &items)?.into_any();
    let first = word(&list, object::SECOND);
    let holds = |place: Option<usize>| {
        let stored = |at: usize| place.and_then(|place| read_word(place + at * 8));
        (0..2).all(|at| stored(at) == Some(items[at].as_ptr() as usize))
    };
    Ok(word(&list, object::BODY) == Some(2)
        && word(&tuple, object::BODY) == Some(2)
        && holds(first)
        && holds(Some(tuple.as_ptr() as usize + tuple::ITEMS)))
}

fn dicts(py: Python<'_>) -> PyResult<bool> {
    let text = PyString::new(py, "canaries").into_any();
    let other = PyString::new(py, "another").into_any();
    let map = PyDict::new(py);
    map.set_item(&text, &other)?;
    let mixed = PyDict::new(py);
    mixed.set_item(1, &other)?;
    let hash = text.hash()?.cast_unsigned();
    Ok(is_dict_of(&map, &text, &other)
        && compare_kinds(&map, &mixed)
        && word(&text, unicode::HASH) == Some(hash))
}

fn sets(py: Python<'_>) -> PyResult<bool> {
    let item = PyString::new(py, "canaries").into_any();
    let set = PySet::new(py, [&item])?.into_any();
    let hash = item.hash()?.cast_unsigned();
    let Some(table) = word(&set, set::TABLE) else { return Ok(false) };
    let entry =
        |at: usize| (read_word(table + at * set::ENTRY), read_word(table + at * set::ENTRY + 8));
    let wanted = (Some(item.as_ptr() as usize), Some(hash));
    // A small set has eight places.
    Ok(word(&set, set::USED) == Some(1)
        && word(&set, set::MASK) == Some(7)
        && (0..8).filter(|at| entry(*at) == wanted).count() == 1
        && (0..8).filter(|at| entry(*at).0 == Some(0)).count() == 7)
}

pub(super) fn word(object: &Bound<'_, PyAny>, offset: usize) -> Option<usize> {
    read_word(object.as_ptr() as usize + offset)
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
fn compare_kinds(text: &Bound<'_, PyDict>, mixed: &Bound<'_, PyDict>) -> bool {
    let kind = |map: &Bound<'_, PyDict>| {
        let table = word(map.as_any(), dict::KEYS)?;
        read_word(table + keys::KIND).map(|word| word as u8)
    };
    let is_general = |map| kind(map).map(|kind| kind == keys::KIND_GENERAL);
    is_general(text) == Some(false) && is_general(mixed) == Some(true)
}

/// The function by which mixed keys are looked up is what tells such a table.
#[cfg(not(Py_3_11))]
fn compare_kinds(text: &Bound<'_, PyDict>, mixed: &Bound<'_, PyDict>) -> bool {
    let lookup = |map: &Bound<'_, PyDict>| {
        let table = word(map.as_any(), dict::KEYS)?;
        (read_word(table + keys::SIZE) == Some(8)).then_some(())?;
        read_word(table + keys::LOOKUP)
    };
    match (lookup(text), lookup(mixed)) {
        (Some(text), Some(mixed)) if text != mixed && mixed != 0 => {
            crate::ffi::dict::set_mixed_lookup(mixed);
            true
        }
        _ => false,
    }
}
