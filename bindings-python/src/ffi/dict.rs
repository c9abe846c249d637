//! Dicts and the attributes that instances store, read from their own tables.
//!
//! Knows the tables, not what an attribute means. Invariant: no key of the application is hashed or
//! compared by its own code: only exact strings are compared, by their characters.

use super::asked;
use super::layout::{dict, keys, values};
use super::memory::{Gil, load};
use super::object::Obj;
use super::proof::Part;
use super::types::Type;
use pyo3::ffi;
#[cfg(not(Py_3_11))]
use std::sync::atomic::{AtomicUsize, Ordering};
use stillframe_core::value::{Reading, Text};

unsafe extern "C" {
    /// The interpreter's string hash, over the characters as they are stored.
    #[cfg_attr(Py_3_14, link_name = "Py_HashBuffer")]
    fn _Py_HashBytes(bytes: *const u8, len: isize) -> isize;
}

/// Steps of the probe sequence of a dict (`PERTURB_SHIFT`).
const PERTURB_SHIFT: u32 = 5;
/// `DKIX_EMPTY`.
const EMPTY: i64 = -1;

/// A string to look up, with its hash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key<'a> {
    text: Text<'a>,
    hash: isize,
    object: Option<Obj>,
}

impl<'a> Key<'a> {
    /// The key that `object`, a string, is.
    pub(crate) fn of_object(object: Obj, gil: Gil<'a>) -> Self {
        if !are_tables_proven() {
            return Self { text: Text::Utf8(""), hash: 0, object: Some(object) };
        }
        let text = object.text(gil);
        let kept = object.text_hash();
        let hash = if kept == -1 { hash_of(text) } else { kept };
        Self { text, hash, object: Some(object) }
    }

    /// The key with these characters; `None` where they are not stored as CPython would store them.
    pub(crate) fn of_text(text: Text<'a>) -> Option<Self> {
        if !are_tables_proven() {
            let object = match text {
                Text::Utf8(text) => asked::key_object(text),
                Text::Latin1(_) | Text::Units16(_) | Text::Units32(_) => None,
            };
            return object.map(|_| Self { text, hash: 0, object });
        }
        match text {
            Text::Utf8(ascii) if !ascii.is_ascii() => None,
            text => Some(Self { text, hash: hash_of(text), object: None }),
        }
    }

    /// Whether both are the same string.
    pub(crate) fn is_text(&self, other: Key<'_>) -> bool {
        if let (false, Some(own), Some(other)) = (are_tables_proven(), self.object, other.object) {
            return asked::same_text(own, other);
        }
        (self.object.is_some() && self.object == other.object)
            || (self.hash == other.hash && same_text(self.text, other.text))
    }

    /// The string as an object, where it was made from one.
    pub(super) fn object(&self) -> Option<Obj> {
        self.object
    }

    #[inline(always)]
    fn is(&self, other: Obj, gil: Gil<'_>) -> bool {
        if self.object == Some(other) {
            return true;
        }
        if !other.ty().is_exact_text() {
            return false;
        }
        let hash = other.text_hash();
        (hash == self.hash || hash == -1) && same_text(self.text, other.text(gil))
    }
}

/// Whether dicts are searched by the interpreter's own hash, over the characters where they lie.
#[inline(always)]
fn are_tables_proven() -> bool {
    Part::Dict.is_proven() && Part::Text.is_proven()
}

fn hash_of(text: Text<'_>) -> isize {
    let (first, len) = match text {
        Text::Utf8(text) => (text.as_ptr(), text.len()),
        Text::Latin1(units) => (units.as_ptr(), units.len()),
        Text::Units16(units) => (units.as_ptr().cast(), units.len() * 2),
        Text::Units32(units) => (units.as_ptr().cast(), units.len() * 4),
    };
    // SAFETY: the slice of `text` has `len` bytes from `first`; the call reads them and a constant
    // of the process.
    unsafe { _Py_HashBytes(first, len.cast_signed()) }
}

/// Whether two strings in CPython's canonical storage are the same.
pub(super) fn same_text(left: Text<'_>, right: Text<'_>) -> bool {
    match (left, right) {
        (Text::Utf8(left), Text::Utf8(right)) => left == right,
        (Text::Latin1(left), Text::Latin1(right)) => left == right,
        (Text::Units16(left), Text::Units16(right)) => left == right,
        (Text::Units32(left), Text::Units32(right)) => left == right,
        // The canonical storage of a string is unique.
        _ => false,
    }
}

/// Outcome of a lookup.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    /// There.
    Value(Obj),
    /// Not there.
    Absent,
    /// The dict has keys that are not exact strings, one of which may be equal.
    Mixed,
}

/// From an entry whose key is a string to that key; the value lies behind it.
#[cfg(Py_3_11)]
pub(super) const TEXT_KEY: usize = 0;
/// The same: every entry begins with a hash.
#[cfg(not(Py_3_11))]
pub(super) const TEXT_KEY: usize = keys::ENTRY_KEY;
/// Bytes of an entry whose key is a string.
#[cfg(Py_3_11)]
const TEXT_ENTRY: usize = 16;
/// The same.
#[cfg(not(Py_3_11))]
const TEXT_ENTRY: usize = keys::ENTRY;

/// The interpreter's function that looks mixed keys up, by which a table with such keys is told from
/// others; 0 until the canary saw one.
#[cfg(not(Py_3_11))]
static MIXED_LOOKUP: AtomicUsize = AtomicUsize::new(0);

/// Notes which function that is.
#[cfg(not(Py_3_11))]
pub(super) fn set_mixed_lookup(function: usize) {
    MIXED_LOOKUP.store(function, Ordering::Relaxed);
}

/// Where a walk over a dict or an instance's attributes stands.
pub(crate) type DictCursor = usize;

/// The table of keys of a dict, or of a class for its instances.
#[derive(Clone, Copy)]
struct Keys(*const u8);

impl Keys {
    #[inline(always)]
    fn field<T: Copy>(self, offset: usize) -> T {
        // SAFETY: made from a live dict or type, which owns the table.
        unsafe { load(self.0, offset) }
    }

    #[cfg(Py_3_11)]
    fn has_only_text(self) -> bool {
        self.field::<u8>(keys::KIND) != keys::KIND_GENERAL
    }

    #[cfg(not(Py_3_11))]
    fn has_only_text(self) -> bool {
        let mixed = MIXED_LOOKUP.load(Ordering::Relaxed);
        mixed != 0 && self.field::<usize>(keys::LOOKUP) != mixed
    }

    /// Slots of the table of indices, a power of two.
    #[cfg(Py_3_11)]
    #[inline(always)]
    fn size(self) -> usize {
        1_usize << self.field::<u8>(keys::LOG2_SIZE)
    }

    /// Slots of the table of indices, a power of two.
    #[cfg(not(Py_3_11))]
    #[inline(always)]
    fn size(self) -> usize {
        self.field(keys::SIZE)
    }

    #[inline(always)]
    fn index_at(self, slot: usize) -> i64 {
        let indices = keys::INDICES;
        match self.size() {
            0..=0xff => i64::from(self.field::<i8>(indices + slot)),
            0x100..=0xffff => i64::from(self.field::<i16>(indices + slot * 2)),
            0x1_0000..=0xffff_ffff => i64::from(self.field::<i32>(indices + slot * 4)),
            _ => self.field(indices + slot * 8),
        }
    }

    #[cfg(Py_3_11)]
    fn entries(self) -> usize {
        keys::INDICES + (1_usize << self.field::<u8>(keys::LOG2_INDEX_BYTES))
    }

    #[cfg(not(Py_3_11))]
    fn entries(self) -> usize {
        let size = self.size();
        keys::INDICES
            + match size {
                0..=0xff => size,
                0x100..=0xffff => size * 2,
                0x1_0000..=0xffff_ffff => size * 4,
                _ => size * 8,
            }
    }

    /// Key of entry `index`, given that all keys are text.
    #[inline(always)]
    fn text_key(self, index: usize) -> Option<Obj> {
        Obj::new(self.field(self.entries() + index * TEXT_ENTRY + TEXT_KEY))
    }

    /// Value of entry `index`, given that all keys are text and values are not split off.
    #[inline(always)]
    fn text_value(self, index: usize) -> Option<Obj> {
        Obj::new(self.field(self.entries() + index * TEXT_ENTRY + TEXT_KEY + 8))
    }

    /// The entry of `key`, given that all keys are text.
    #[inline(always)]
    fn find(self, key: Key<'_>, gil: Gil<'_>) -> Option<usize> {
        let mask = self.size() - 1;
        let mut perturb = key.hash.cast_unsigned();
        let mut slot = perturb & mask;
        // The table always has an empty slot, so this ends; the bound is for a table torn by a bug.
        for _ in 0..=mask.saturating_mul(4) + 64 {
            let index = self.index_at(slot);
            if index == EMPTY {
                return None;
            }
            if let Ok(index) = usize::try_from(index)
                && self.text_key(index).is_some_and(|other| key.is(other, gil))
            {
                return Some(index);
            }
            perturb >>= PERTURB_SHIFT;
            slot = slot.wrapping_mul(5).wrapping_add(perturb).wrapping_add(1) & mask;
        }
        None
    }
}

/// The values of one object whose keys its class holds.
#[derive(Clone, Copy)]
struct Split {
    keys: Keys,
    values: *const u8,
}

impl Split {
    #[inline(always)]
    fn at(self, index: usize) -> Option<Obj> {
        // SAFETY: made from a live object; it owns a value for each key its class has room for.
        Obj::new(unsafe { load(self.values, values::FIRST + index * 8) })
    }
}

/// Where an object keeps its attributes.
enum Storage {
    Split(Split),
    Dict(Obj),
    /// What the interpreter was asked for.
    Listed(asked::Listed),
    None,
}

/// Whether attributes of instances are read where they lie.
#[inline(always)]
fn are_attributes_proven() -> bool {
    are_tables_proven() && Part::Attributes.is_proven()
}

impl Obj {
    /// Entries of a dict, subclasses included.
    pub(crate) fn dict_len(self) -> usize {
        if !Part::Dict.is_proven() {
            // SAFETY: callers checked that it is a dict, of which the call reads a field.
            let len = unsafe { ffi::PyDict_Size(self.as_ptr()) };
            return usize::try_from(len).unwrap_or_default();
        }
        self.field::<isize>(dict::USED).max(0).cast_unsigned()
    }

    /// Looks a string up in a dict, subclasses included. About 5 ns.
    #[inline]
    pub(crate) fn dict_find(self, key: Key<'_>, gil: Gil<'_>) -> Found {
        if !are_tables_proven() {
            let found = key.object.and_then(|key| asked::dict_find(self, key));
            return found.map_or(Found::Absent, Found::Value);
        }
        let table = Keys(self.field(dict::KEYS));
        if !table.has_only_text() {
            return Found::Mixed;
        }
        let values: *const u8 = self.field(dict::VALUES);
        let value = table.find(key, gil).and_then(|index| {
            if values.is_null() {
                table.text_value(index)
            } else {
                Split { keys: table, values }.at(index)
            }
        });
        value.map_or(Found::Absent, Found::Value)
    }

    /// Looks a string up in a dict whose keys may be mixed: an exact string that is equal counts.
    pub(crate) fn dict_find_text(self, key: Key<'_>, gil: Gil<'_>) -> Option<Obj> {
        match self.dict_find(key, gil) {
            Found::Value(value) => Some(value),
            Found::Absent => None,
            Found::Mixed => {
                let mut cursor = 0;
                while let Some((other, value)) = self.dict_next(&mut cursor) {
                    if key.is(other, gil) {
                        return Some(value);
                    }
                }
                None
            }
        }
    }

    /// Whether all keys of a dict are exact strings and it can be searched as a table.
    pub(crate) fn dict_has_only_text(self) -> bool {
        are_tables_proven() && Keys(self.field(dict::KEYS)).has_only_text()
    }

    /// The entry of a dict at or after `cursor`, which moves on.
    #[inline]
    pub(crate) fn dict_next(self, cursor: &mut DictCursor) -> Option<(Obj, Obj)> {
        let mut position = cursor.cast_signed();
        let mut key = std::ptr::null_mut();
        let mut value = std::ptr::null_mut();
        // SAFETY: callers checked that `self` is a dict; the three places are of this frame; the
        // call hands out borrowed references and runs no code.
        let more = unsafe {
            ffi::PyDict_Next(self.as_ptr(), &raw mut position, &raw mut key, &raw mut value)
        };
        *cursor = position.cast_unsigned();
        if more == 0 { None } else { Some((Obj::new(key)?, Obj::new(value)?)) }
    }

    #[inline(always)]
    fn storage(self) -> Storage {
        let ty = self.ty();
        #[cfg(Py_3_11)]
        if ty.has_managed_dict() {
            return self.managed(ty);
        }
        match ty.dict_offset() {
            0 => Storage::None,
            offset => match usize::try_from(offset).or_else(|_| self.offset_from_end(ty, offset)) {
                Ok(offset) => self.slot(offset).map_or(Storage::None, Obj::as_storage),
                Err(()) => Storage::None,
            },
        }
    }

    /// The dict of an object, which may share its keys with others of the class.
    #[inline(always)]
    fn as_storage(self) -> Storage {
        let values: *const u8 = self.field(dict::VALUES);
        if cfg!(Py_3_11) || values.is_null() {
            return Storage::Dict(self);
        }
        Storage::Split(Split { keys: Keys(self.field(dict::KEYS)), values })
    }

    /// An object of variable size may keep its dict behind its items: the offset counts from there.
    #[cfg(not(Py_3_12))]
    fn offset_from_end(self, ty: Type, offset: isize) -> Result<usize, ()> {
        // The sign of `ob_size` is that of an int.
        let items = self.field::<isize>(super::layout::object::BODY).unsigned_abs();
        let end = ty.size_of(items).next_multiple_of(8);
        end.checked_add_signed(offset).ok_or(())
    }

    /// No object keeps its dict behind its items.
    #[cfg(Py_3_12)]
    fn offset_from_end(self, _ty: Type, _offset: isize) -> Result<usize, ()> {
        Err(())
    }

    #[cfg(all(Py_3_11, not(Py_3_12)))]
    #[inline(always)]
    fn managed(self, ty: Type) -> Storage {
        // SAFETY: a type with a managed dict allocates four words before each object: values, dict.
        let values: *const u8 = unsafe { load(self.base().wrapping_sub(32), 0) };
        if !values.is_null() {
            return Storage::Split(Split { keys: Keys(ty.cached_keys()), values });
        }
        // SAFETY: as above.
        let dict: *mut ffi::PyObject = unsafe { load(self.base().wrapping_sub(24), 0) };
        Obj::new(dict).map_or(Storage::None, Storage::Dict)
    }

    #[cfg(all(Py_3_12, not(Py_3_13)))]
    #[inline(always)]
    fn managed(self, ty: Type) -> Storage {
        // `PyDictOrValues`, three words before the object: values if the low bit is set.
        let place = self.base().wrapping_sub(24);
        // SAFETY: a type with a managed dict allocates four words before each object.
        let word: usize = unsafe { load(place, 0) };
        if word & 1 == 1 {
            let values = (word + 1) as *const u8;
            return Storage::Split(Split { keys: Keys(ty.cached_keys()), values });
        }
        Obj::new(word as *mut ffi::PyObject).map_or(Storage::None, Storage::Dict)
    }

    #[cfg(Py_3_13)]
    #[inline(always)]
    fn managed(self, ty: Type) -> Storage {
        let place = self.base().wrapping_sub(24);
        // SAFETY: a type with a managed dict allocates words before each object, this one for it.
        let dict: *mut ffi::PyObject = unsafe { load(place, 0) };
        if let Some(dict) = Obj::new(dict) {
            return Storage::Dict(dict);
        }
        let values = self.base().wrapping_add(ty.inline_values_offset());
        // SAFETY: a type with inline values puts them there in each of its objects.
        if ty.has_inline_values() && unsafe { load::<u8>(values, values::VALID) } != 0 {
            return Storage::Split(Split { keys: Keys(ty.cached_keys()), values });
        }
        Storage::None
    }

    /// An attribute that the object itself stores outside of slots.
    #[inline]
    pub(crate) fn stored(self, key: Key<'_>, gil: Gil<'_>) -> Option<Obj> {
        self.look_up(key, gil).ok().flatten()
    }

    /// The same, where it matters whether that can be told: `Unreadable` if not.
    #[inline]
    pub(crate) fn look_up(self, key: Key<'_>, gil: Gil<'_>) -> Reading<Option<Obj>> {
        if !are_attributes_proven() {
            return asked::stored(self, key, gil);
        }
        Ok(self.found(key, gil))
    }

    #[inline(always)]
    fn found(self, key: Key<'_>, gil: Gil<'_>) -> Option<Obj> {
        match self.storage() {
            Storage::Split(split) => split.keys.find(key, gil).and_then(|at| split.at(at)),
            Storage::Dict(dict) => dict.dict_find_text(key, gil),
            Storage::Listed(_) | Storage::None => None,
        }
    }

    /// The attributes that the object itself stores outside of slots.
    #[inline(always)]
    pub(crate) fn stored_attributes(self, gil: Gil<'_>) -> Attributes {
        if !are_attributes_proven() {
            let listed = asked::stored_attributes(self, gil);
            return Attributes { storage: Storage::Listed(listed), count: 0, cursor: 0 };
        }
        let storage = self.storage();
        let count = match &storage {
            Storage::Split(split) => split.keys.field::<isize>(keys::COUNT).max(0).cast_unsigned(),
            Storage::Dict(_) | Storage::Listed(_) | Storage::None => 0,
        };
        Attributes { storage, count, cursor: 0 }
    }
}

/// A walk over the attributes of an object, which does not change meanwhile.
pub(crate) struct Attributes {
    storage: Storage,
    /// Keys that the class has, where values are split off.
    count: usize,
    cursor: DictCursor,
}

impl Attributes {
    /// Whether the object has more than could be told.
    pub(crate) fn is_partial(&self) -> bool {
        matches!(&self.storage, Storage::Listed(listed) if listed.is_partial)
    }
}

impl Iterator for Attributes {
    type Item = (Obj, Obj);

    #[inline(always)]
    fn next(&mut self) -> Option<(Obj, Obj)> {
        match &self.storage {
            Storage::Dict(dict) => dict.dict_next(&mut self.cursor),
            Storage::None => None,
            Storage::Listed(listed) => {
                self.cursor += 1;
                listed.entries.get(self.cursor - 1).copied()
            }
            Storage::Split(split) => {
                while self.cursor < self.count {
                    let index = self.cursor;
                    self.cursor += 1;
                    if let (Some(key), Some(value)) = (split.keys.text_key(index), split.at(index))
                    {
                        return Some((key, value));
                    }
                }
                None
            }
        }
    }
}
