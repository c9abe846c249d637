//! Values and elements of builtin types.
//!
//! Knows which function of the API reads what. Invariant: callers checked the type, so that no
//! function here can come upon code of the application.

use super::super::memory::Gil;
use super::super::object::Obj;
#[cfg(Py_3_12)]
use super::super::types::Type;
use super::kept;
use pyo3::ffi;
use std::ffi::{CStr, c_int};
use stillframe_core::value::{BigInt, Text, Value};

/// Characters of the longest string, and bytes of the longest int, that are copied.
const MAX_CHARACTERS: usize = 1 << 20;
const MAX_INT_BYTES: usize = 64 << 10;
/// Elements of a list or tuple that are copied, more than a capture shows or a class has bases.
const MAX_ITEMS: usize = 10_001;
/// Entries of the longest dict that is searched for a name.
const MAX_ENTRIES: usize = 100_000;

#[cfg(not(Py_3_13))]
unsafe extern "C" {
    fn _PyLong_AsByteArray(
        int: *mut ffi::PyObject,
        bytes: *mut u8,
        len: usize,
        little_endian: c_int,
        is_signed: c_int,
    ) -> c_int;
    fn _PyLong_NumBits(int: *mut ffi::PyObject) -> usize;
}

#[cfg(Py_3_13)]
unsafe extern "C" {
    fn PyLong_AsNativeBytes(
        int: *mut ffi::PyObject,
        buffer: *mut u8,
        len: isize,
        flags: c_int,
    ) -> isize;
}

/// Forgets the exception that a call of ours may have raised. Called only while none of the
/// application's is being raised: the interpreter fires no event then.
pub(super) fn forget_error() {
    // SAFETY: the GIL is held.
    unsafe { ffi::PyErr_Clear() };
}

/// Value of an int, subclasses included, if it has at most 64 bits.
pub(crate) fn int(object: Obj) -> Option<i64> {
    let mut overflow = 0;
    // SAFETY: callers checked that it is an int, so nothing of it is called; the flag is ours.
    let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(object.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(value)
}

/// Value of an int of more than 64 bits; `None` if it is too large to be copied.
pub(crate) fn big_int<'g>(object: Obj, gil: Gil<'g>) -> Option<Value<'g>> {
    let bytes = int_bytes(object)?;
    let negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
    let mut digits = Vec::with_capacity(bytes.len() / 4 + 1);
    let mut carry = u64::from(negative);
    for chunk in bytes.chunks(4) {
        let fill = if negative { 0xff } else { 0 };
        let word = u32::from_le_bytes(std::array::from_fn(|at| *chunk.get(at).unwrap_or(&fill)));
        // Two's complement: the magnitude of what is below zero is its inverse and one.
        let sum = u64::from(if negative { !word } else { word }) + carry;
        digits.push(sum as u32);
        carry = sum >> 32;
    }
    if carry != 0 {
        digits.push(1);
    }
    while digits.last() == Some(&0) {
        digits.pop();
    }
    let digits = kept::copy(digits, gil)?;
    Some(Value::BigInt(BigInt { negative, digits, digit_bits: 32 }))
}

/// An int in two's complement, least significant byte first, with room for the sign.
#[cfg(Py_3_13)]
fn int_bytes(object: Obj) -> Option<Vec<u8>> {
    /// `Py_ASNATIVEBYTES_LITTLE_ENDIAN`: else as the processor has it, and no `__index__`.
    const FLAGS: c_int = 1;
    // SAFETY: callers checked that it is an int; no byte is written into nothing.
    let len = unsafe { PyLong_AsNativeBytes(object.as_ptr(), std::ptr::null_mut(), 0, FLAGS) };
    let mut bytes = vec![0; usize::try_from(len).ok().filter(|len| *len <= MAX_INT_BYTES)?];
    // SAFETY: as above; `bytes` has the length that the call asked for.
    let len = unsafe { PyLong_AsNativeBytes(object.as_ptr(), bytes.as_mut_ptr(), len, FLAGS) };
    (len >= 0).then_some(bytes)
}

/// An int in two's complement, least significant byte first, with room for the sign.
#[cfg(not(Py_3_13))]
fn int_bytes(object: Obj) -> Option<Vec<u8>> {
    // SAFETY: callers checked that it is an int.
    let bits = unsafe { _PyLong_NumBits(object.as_ptr()) };
    let mut bytes = vec![0; bits.checked_div(8).filter(|len| *len < MAX_INT_BYTES)? + 1];
    // SAFETY: as above; `bytes` has room for all bits and the sign.
    let status =
        unsafe { _PyLong_AsByteArray(object.as_ptr(), bytes.as_mut_ptr(), bytes.len(), 1, 1) };
    (status == 0).then_some(bytes)
}

/// Characters of a string, subclasses included; `None` if they are too many to be copied.
pub(crate) fn text<'g>(object: Obj, gil: Gil<'g>) -> Option<Text<'g>> {
    // SAFETY: callers checked that it is a string.
    let len = unsafe { ffi::PyUnicode_GetLength(object.as_ptr()) };
    let count = usize::try_from(len).ok().filter(|len| *len <= MAX_CHARACTERS)?;
    let mut units = vec![0_u32; count];
    // SAFETY: `units` has room for all characters; the call copies them and keeps nothing.
    let copied = unsafe { ffi::PyUnicode_AsUCS4(object.as_ptr(), units.as_mut_ptr(), len, 0) };
    if copied.is_null() {
        forget_error();
        return None;
    }
    // The narrowest form, as the interpreter itself would store it.
    Some(match units.iter().max().copied().unwrap_or(0) {
        0..0x80 => {
            let bytes = kept::copy(units.iter().map(|unit| *unit as u8).collect(), gil)?;
            Text::Utf8(str::from_utf8(bytes).unwrap_or_default())
        }
        0x80..0x100 => {
            Text::Latin1(kept::copy(units.iter().map(|unit| *unit as u8).collect(), gil)?)
        }
        0x100..0x1_0000 => {
            Text::Units16(kept::copy(units.iter().map(|unit| *unit as u16).collect(), gil)?)
        }
        _ => Text::Units32(kept::copy(units, gil)?),
    })
}

/// A string with these characters, kept until the scope ends.
pub(crate) fn key_object(text: &str) -> Option<Obj> {
    let len = isize::try_from(text.len()).ok()?;
    // SAFETY: the text has that many bytes of UTF-8; a reference or null is handed out.
    let made = unsafe { ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), len) };
    if made.is_null() {
        forget_error();
    }
    kept::object(made)
}

/// Whether two strings have the same characters.
pub(crate) fn same_text(left: Obj, right: Obj) -> bool {
    // SAFETY: callers checked that both are strings, of which it compares the characters.
    left == right || unsafe { ffi::PyUnicode_Compare(left.as_ptr(), right.as_ptr()) } == 0
}

/// Bytes of a bytes object or bytearray, subclasses included.
pub(crate) fn bytes<'g>(object: Obj, _gil: Gil<'g>) -> &'g [u8] {
    let pointer = object.as_ptr();
    let (first, len) = if object.ty().is_bytes() {
        // SAFETY: it is a bytes object.
        let len = unsafe { ffi::PyBytes_Size(pointer) };
        // SAFETY: as above.
        (unsafe { ffi::PyBytes_AsString(pointer) }, len)
    } else {
        // SAFETY: callers checked that it is a bytearray otherwise.
        let len = unsafe { ffi::PyByteArray_Size(pointer) };
        // SAFETY: as above.
        (unsafe { ffi::PyByteArray_AsString(pointer) }, len)
    };
    match usize::try_from(len) {
        // SAFETY: the object owns so many bytes from there while it is alive and nothing runs.
        Ok(len) if !first.is_null() => unsafe { std::slice::from_raw_parts(first.cast(), len) },
        _ => &[],
    }
}

/// How many elements a list or tuple has, subclasses included.
pub(crate) fn items_len(object: Obj) -> isize {
    if object.ty().is_list() {
        // SAFETY: as the type says; the call reads a field.
        unsafe { ffi::PyList_Size(object.as_ptr()) }
    } else if object.ty().is_tuple() {
        // SAFETY: as the type says; the call reads a field.
        unsafe { ffi::PyTuple_Size(object.as_ptr()) }
    } else {
        0
    }
}

/// One element of a list or tuple, subclasses included.
pub(crate) fn item(object: Obj, index: usize) -> Option<Obj> {
    let index = isize::try_from(index).ok().filter(|index| *index < items_len(object))?;
    Obj::new(if object.ty().is_list() {
        // SAFETY: it is a list that has so many elements; the reference is borrowed from it.
        unsafe { ffi::PyList_GetItem(object.as_ptr(), index) }
    } else {
        // SAFETY: what has elements is a tuple otherwise.
        unsafe { ffi::PyTuple_GetItem(object.as_ptr(), index) }
    })
}

/// The first elements of a list or tuple, subclasses included.
pub(crate) fn items<'g>(object: Obj, gil: Gil<'g>) -> &'g [Obj] {
    let items = (0..MAX_ITEMS).map_while(|index| item(object, index)).collect();
    kept::copy(items, gil).unwrap_or_default()
}

/// The entry of a dict whose key is an exact string with the characters of `key`.
pub(crate) fn dict_find(dict: Obj, key: Obj) -> Option<Obj> {
    let mut cursor = 0;
    for _ in 0..MAX_ENTRIES {
        let (other, value) = dict.dict_next(&mut cursor)?;
        if other == key || (other.ty().is_exact_text() && same_text(other, key)) {
            return Some(value);
        }
    }
    None
}

/// The element of a set or frozenset at or after `cursor`, which is zero at first.
pub(crate) fn set_next(set: Obj, cursor: &mut usize) -> Option<Obj> {
    set_entry(set, cursor)
}

/// Through the set type's own iterator: the interpreter collects no garbage while it is made. The
/// cursor is its address.
#[cfg(Py_3_12)]
fn set_entry(set: Obj, cursor: &mut usize) -> Option<Obj> {
    if *cursor == 0 {
        let begin = Type::of_sets().iter_slot()?;
        // SAFETY: callers checked that it is a set; an iterator or null is handed out.
        let iterator = kept::object(unsafe { begin(set.as_ptr()) });
        *cursor = iterator.map_or(0, Obj::handle);
    }
    let iterator = Obj::from_handle(*cursor)?;
    let step = iterator.ty().next_slot()?;
    // SAFETY: the iterator is the builtin one, made above and kept since.
    let item = unsafe { step(iterator.as_ptr()) };
    if item.is_null() {
        forget_error();
    }
    kept::object(item)
}

/// Through the function that older interpreters export: an iterator could start a collection.
#[cfg(not(Py_3_12))]
fn set_entry(set: Obj, cursor: &mut usize) -> Option<Obj> {
    unsafe extern "C" {
        fn _PySet_NextEntry(
            set: *mut ffi::PyObject,
            position: *mut isize,
            key: *mut *mut ffi::PyObject,
            hash: *mut isize,
        ) -> c_int;
    }
    let (mut position, mut key, mut hash) = (cursor.cast_signed(), std::ptr::null_mut(), 0);
    // SAFETY: callers checked that it is a set; the three places are of this frame.
    let more =
        unsafe { _PySet_NextEntry(set.as_ptr(), &raw mut position, &raw mut key, &raw mut hash) };
    *cursor = position.cast_unsigned();
    if more == 0 { None } else { Obj::new(key) }
}

/// An attribute that the builtin type of `object` itself defines in C.
fn builtin_attribute(object: Obj, name: &CStr) -> Option<Obj> {
    // SAFETY: callers compared the type exactly with one whose attribute of this name is in C.
    let value = unsafe { ffi::PyObject_GetAttrString(object.as_ptr(), name.as_ptr()) };
    if value.is_null() {
        forget_error();
    }
    kept::object(value)
}

/// `start`, `stop` or `step` of a range, which has no subclasses.
pub(crate) fn range_part(range: Obj, name: &CStr) -> Option<Obj> {
    builtin_attribute(range, name)
}

/// How many numbers a range has.
pub(crate) fn range_len(range: Obj) -> Option<i64> {
    // SAFETY: callers checked that it is a range, which has no subclasses.
    let len = unsafe { ffi::PyObject_Size(range.as_ptr()) };
    if len < 0 {
        forget_error();
    }
    (len >= 0).then_some(len as i64)
}

/// What a cell holds.
pub(crate) fn contents(cell: Obj) -> Option<Obj> {
    // SAFETY: callers checked that it is a cell; a reference or null is handed out.
    kept::object(unsafe { ffi::PyCell_Get(cell.as_ptr()) })
}

/// The qualified name of a function.
pub(crate) fn qualname(function: Obj) -> Option<Obj> {
    builtin_attribute(function, c"__qualname__")
}

/// What a method, static or class method or property, exactly of that type, wraps.
pub(crate) fn wrapped(object: Obj) -> Option<Obj> {
    let is_property = object.ty().is_property();
    builtin_attribute(object, if is_property { c"fget" } else { c"__func__" })
}

/// The code of a generator, coroutine or asynchronous generator, exactly of that type.
pub(crate) fn suspended_code(object: Obj) -> Option<Obj> {
    builtin_attribute(
        object,
        match object.ty().suspended_kind() {
            0 => c"gi_code",
            1 => c"cr_code",
            _ => c"ag_code",
        },
    )
}

#[cfg(Py_3_12)]
unsafe extern "C" {
    fn PyException_GetArgs(exception: *mut ffi::PyObject) -> *mut ffi::PyObject;
}

/// What an exception was raised with.
#[cfg(Py_3_12)]
pub(crate) fn exception_args(exception: Obj) -> Option<Obj> {
    // SAFETY: callers checked that it is an exception; a reference is handed out.
    kept::object(unsafe { PyException_GetArgs(exception.as_ptr()) })
}

/// What an exception was raised with: older interpreters have no function for it.
#[cfg(not(Py_3_12))]
pub(crate) fn exception_args(_exception: Obj) -> Option<Obj> {
    None
}
