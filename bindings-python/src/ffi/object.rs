//! One object of the application, looked at and never touched.
//!
//! Knows storage, not meaning. Invariant: see [`Obj`]; every read here is of a field that the
//! object's own type guarantees, so a caller that checked the type cannot read amiss.

use super::asked;
use super::layout::{function, generator, object, set, tuple, unicode};
use super::memory::{Gil, load};
use super::proof::Part;
use super::types::Type;
use pyo3::{Borrowed, Bound, Py, PyAny, Python, ffi};
use std::ptr::NonNull;
use stillframe_core::value::{Kind, Object, Text, Value};

/// A borrowed, live object. It is made from a slot that owns the object and used only until the GIL
/// is given up, or by someone who holds a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Obj(NonNull<ffi::PyObject>);

impl Obj {
    /// The object in a slot, if the slot is filled.
    #[inline(always)]
    pub(super) fn new(pointer: *mut ffi::PyObject) -> Option<Self> {
        NonNull::new(pointer).map(Self)
    }

    /// The object that a `Bound` owns.
    pub(crate) fn of<T>(object: &Bound<'_, T>) -> Self {
        // `Bound` never holds null.
        Self(NonNull::new(object.as_ptr()).unwrap_or(NonNull::dangling()))
    }

    /// The object that a `Py` owns, for as long as it does.
    #[inline(always)]
    pub(crate) fn of_kept<T>(object: &Py<T>) -> Self {
        // `Py` never holds null.
        Self(NonNull::new(object.as_ptr()).unwrap_or(NonNull::dangling()))
    }

    /// The object behind a handle that this binding gave to the core during the same hit.
    #[inline(always)]
    pub(crate) fn from_handle(handle: usize) -> Option<Self> {
        Self::new(handle as *mut ffi::PyObject)
    }

    /// The handle by which the core names this object.
    #[inline(always)]
    pub(crate) fn handle(self) -> usize {
        self.0.as_ptr() as usize
    }

    pub(super) fn as_ptr(self) -> *mut ffi::PyObject {
        self.0.as_ptr()
    }

    #[inline(always)]
    pub(super) fn base(self) -> *const u8 {
        self.0.as_ptr().cast_const().cast()
    }

    /// A reference of one's own, for use off the hit path.
    pub(crate) fn to_bound(self, py: Python<'_>) -> Bound<'_, PyAny> {
        // SAFETY: `self` is a live object (the invariant of `Obj`), and `py` proves the GIL.
        let borrowed = unsafe { Borrowed::from_ptr(py, self.as_ptr()) };
        borrowed.to_owned()
    }

    /// Its type.
    #[inline(always)]
    pub(crate) fn ty(self) -> Type {
        // SAFETY: `self` is a live object, and every object has a type.
        Type::new(unsafe { ffi::Py_TYPE(self.as_ptr()) })
    }

    /// Whether it is `None`.
    pub(crate) fn is_none(self) -> bool {
        // SAFETY: `Py_None` only takes an address.
        self.as_ptr() == unsafe { ffi::Py_None() }
    }

    /// Whether it is `True`, given that it is a bool.
    #[inline(always)]
    pub(crate) fn is_true(self) -> bool {
        // SAFETY: `Py_True` only takes an address.
        self.as_ptr() == unsafe { ffi::Py_True() }
    }

    #[inline(always)]
    pub(super) fn field<T: Copy>(self, offset: usize) -> T {
        // SAFETY: private to this folder; each caller checked the type that has the field.
        unsafe { load(self.base(), offset) }
    }

    /// The object in a field, if it is set.
    #[inline(always)]
    pub(super) fn slot(self, offset: usize) -> Option<Self> {
        Self::new(self.field(offset))
    }

    /// How many elements a list or tuple has, subclasses included.
    pub(crate) fn items_len(self) -> usize {
        let len = if Part::Sequence.is_proven() {
            self.field(object::BODY)
        } else {
            asked::items_len(self)
        };
        usize::try_from(len).unwrap_or_default()
    }

    /// One element of a list or tuple, subclasses included.
    #[inline]
    pub(crate) fn item_at(self, index: usize, gil: Gil<'_>) -> Option<Self> {
        if Part::Sequence.is_proven() {
            self.items(gil).get(index).copied()
        } else {
            asked::item(self, index)
        }
    }

    /// Elements of a list or tuple, subclasses included; empty of anything else. Where they had to
    /// be asked for, only the first of very many.
    #[inline]
    pub(crate) fn items<'g>(self, gil: Gil<'g>) -> &'g [Obj] {
        let ty = self.ty();
        if !Part::Sequence.is_proven() {
            return asked::items(self, gil);
        }
        let len = self.field::<isize>(object::BODY).max(0).cast_unsigned();
        let first: *const Obj = if ty.is_list() {
            self.field(object::SECOND)
        } else if ty.is_tuple() {
            self.base().wrapping_add(tuple::ITEMS).cast()
        } else {
            return &[];
        };
        if len == 0 {
            return &[];
        }
        // SAFETY: a list or tuple owns `ob_size` elements from there, none null once the object is
        // visible to code; nothing can resize it before the GIL, that 'g stands for, is given up.
        unsafe { std::slice::from_raw_parts(first, len) }
    }

    /// Elements of a set or frozenset, subclasses included.
    pub(crate) fn set_len(self) -> usize {
        if !Part::Set.is_proven() {
            // SAFETY: callers checked that it is a set; the call reads a field.
            let len = unsafe { ffi::PySet_Size(self.as_ptr()) };
            return usize::try_from(len).unwrap_or_default();
        }
        self.field::<isize>(set::USED).max(0).cast_unsigned()
    }

    /// The element of a set at or after `cursor`, which is zero at first and moves on.
    pub(crate) fn set_next(self, cursor: &mut usize) -> Option<Self> {
        if !Part::Set.is_proven() {
            return asked::set_next(self, cursor);
        }
        let mask = self.field::<isize>(set::MASK).max(0).cast_unsigned();
        let table: *const u8 = self.field(set::TABLE);
        while *cursor <= mask {
            let entry = table.wrapping_add(*cursor * set::ENTRY);
            *cursor += 1;
            // SAFETY: a set's table has `mask + 1` entries of a key and a hash.
            let key = unsafe { load::<*mut ffi::PyObject>(entry, 0) };
            // SAFETY: as above.
            let hash = unsafe { load::<isize>(entry, 8) };
            // A deleted entry keeps a dummy key and the hash -1, which no live key has.
            if let (Some(key), true) = (Self::new(key), hash != -1) {
                return Some(key);
            }
        }
        None
    }

    /// Start, stop and step of a range.
    pub(crate) fn range_parts(self) -> [Option<Self>; 3] {
        if Part::Small.is_proven() {
            [object::BODY, object::SECOND, object::THIRD].map(|at| self.slot(at))
        } else {
            [c"start", c"stop", c"step"].map(|name| asked::range_part(self, name))
        }
    }

    /// How many numbers a range has, if that has at most 64 bits.
    pub(crate) fn range_len(self, gil: Gil<'_>) -> Option<i64> {
        if !Part::Small.is_proven() {
            return asked::range_len(self);
        }
        match self.slot(object::FOURTH)?.int(gil) {
            Value::Int(len) => Some(len),
            _ => None,
        }
    }

    /// What a cell holds.
    #[inline(always)]
    pub(crate) fn cell_contents(self) -> Option<Self> {
        if !Part::Small.is_proven() {
            return asked::contents(self);
        }
        self.slot(object::BODY)
    }

    /// The dict of a module.
    pub(crate) fn module_dict(self) -> Option<Self> {
        // SAFETY: callers checked that it is a module; the reference is borrowed from it.
        Self::new(unsafe { ffi::PyModule_GetDict(self.as_ptr()) })
    }

    /// The code of a function.
    pub(crate) fn function_code(self) -> Option<Self> {
        // SAFETY: callers checked that it is a function; the reference is borrowed from it.
        Self::new(unsafe { ffi::PyFunction_GetCode(self.as_ptr()) })
    }

    /// What a static or class method, a bound method or a property's getter wraps.
    pub(crate) fn wrapped_function(self) -> Option<Self> {
        if !self.ty().is_wrapper() {
            None
        } else if Part::Small.is_proven() {
            self.slot(object::BODY)
        } else {
            asked::wrapped(self)
        }
    }

    /// The code of a generator, coroutine or asynchronous generator.
    pub(super) fn suspended_code(self) -> Option<Self> {
        if !Part::Small.is_proven() {
            return asked::suspended_code(self);
        }
        let word: usize = self.field(generator::CODE);
        #[cfg(Py_3_14)]
        let word = word & !super::layout::stack_ref::REFERENCE;
        Self::from_handle(word)
    }

    /// The name of a function.
    #[cfg(not(Py_3_11))]
    pub(super) fn function_name(self) -> Option<Self> {
        Part::Small.is_proven().then(|| self.slot(function::NAME)).flatten()
    }

    /// The qualified name of a function.
    pub(crate) fn function_qualname(self) -> Option<Self> {
        if Part::Small.is_proven() { self.slot(function::QUALNAME) } else { asked::qualname(self) }
    }

    /// The tuple of cells that a function closes over.
    pub(crate) fn function_closure(self) -> Option<Self> {
        // SAFETY: callers checked that it is a function; the reference is borrowed from it.
        Self::new(unsafe { ffi::PyFunction_GetClosure(self.as_ptr()) })
    }

    /// What a tuple has in a field that `namedtuple` made, given that this is its `_tuplegetter`.
    pub(crate) fn tuplegetter_value(self, tuple: Self, gil: Gil<'_>) -> Option<Self> {
        if !Part::Small.is_proven() {
            return asked::member(self, tuple);
        }
        tuple.item_at(usize::try_from(self.field::<isize>(object::BODY)).ok()?, gil)
    }

    /// Shows the fields that its classes declared in `__slots__` until `show` wants no more: the
    /// name, and the value if it is set. For where classes are not read by offsets.
    pub(crate) fn asked_slots(self, show: &mut dyn FnMut(Self, Option<Self>) -> bool) {
        asked::class_slots(self, show);
    }

    /// The tuple of names of an `operator.attrgetter`.
    pub(crate) fn attrgetter_names(self) -> Option<Self> {
        Part::Small.is_proven().then(|| self.slot(object::SECOND)).flatten()
    }

    /// What an exception was raised with, given that this is one.
    pub(crate) fn exception_args(self) -> Option<Self> {
        if Part::Small.is_proven() {
            self.slot(object::SECOND)
        } else {
            asked::exception_args(self)
        }
    }

    /// Value of a context variable on this thread, given that this is one. The lookup is by the
    /// variable's own hash and identity, so no code runs.
    pub(crate) fn context_value(self) -> Option<Self> {
        let mut value = std::ptr::null_mut();
        // SAFETY: callers checked the type; `value` is of this frame.
        let status =
            unsafe { ffi::PyContextVar_Get(self.as_ptr(), std::ptr::null_mut(), &raw mut value) };
        if status != 0 {
            // SAFETY: the GIL is held; only the failed lookup's own exception can be set here.
            unsafe { ffi::PyErr_Clear() };
        }
        let value = Self::new(value)?;
        // SAFETY: the context, or the variable as its default, keeps the value alive meanwhile.
        unsafe { ffi::Py_DECREF(value.as_ptr()) };
        Some(value)
    }

    /// Bytes of a bytes object or bytearray, subclasses included.
    pub(crate) fn bytes<'g>(self, gil: Gil<'g>) -> &'g [u8] {
        if !Part::Bytes.is_proven() {
            return asked::bytes(self, gil);
        }
        let len = self.field::<isize>(object::BODY).max(0).cast_unsigned();
        let first: *const u8 = if self.ty().is_bytes() {
            self.base().wrapping_add(object::THIRD)
        } else {
            self.field(object::FOURTH)
        };
        if len == 0 || first.is_null() {
            return &[];
        }
        // SAFETY: both types own `ob_size` bytes from there, and neither changes while the GIL is
        // held and no code runs.
        unsafe { std::slice::from_raw_parts(first, len) }
    }

    /// Characters of a string, subclasses included. Where they had to be copied and are too many,
    /// there are none; a value is read by [`Obj::text_value`].
    #[inline(always)]
    pub(crate) fn text<'g>(self, gil: Gil<'g>) -> Text<'g> {
        let rare = || self.rare_text(gil).unwrap_or(Text::Utf8(""));
        self.ascii_text(gil).map_or_else(rare, Text::Utf8)
    }

    /// A string, subclasses included, as a value: an object where its characters cannot be read.
    pub(crate) fn text_value<'g>(self, gil: Gil<'g>) -> Value<'g> {
        let unread = Object { raw: self.handle(), kind: Kind::Text, exact: false };
        self.rare_text(gil).map_or(Value::Object(unread), Value::Text)
    }

    /// Storage units of a string, subclasses included.
    pub(crate) fn text_len(self) -> usize {
        let len = if Part::Text.is_proven() {
            self.field(unicode::LENGTH)
        } else {
            // SAFETY: callers checked that it is a string; the call reads a field.
            unsafe { ffi::PyUnicode_GetLength(self.as_ptr()) }
        };
        usize::try_from(len).unwrap_or_default()
    }

    /// Characters of a string that is stored as most are: all below 0x80, right behind its head.
    #[inline(always)]
    pub(crate) fn ascii_text<'g>(self, _gil: Gil<'g>) -> Option<&'g str> {
        if !Part::Text.is_proven() {
            return None;
        }
        let state: u32 = self.field(unicode::STATE);
        if state & unicode::COMPACT_ASCII != unicode::COMPACT_ASCII {
            return None;
        }
        let len = self.field::<isize>(unicode::LENGTH).max(0).cast_unsigned();
        let data = self.base().wrapping_add(unicode::ASCII_DATA);
        // SAFETY: a compact string owns `length` bytes behind its head; strings never change.
        let bytes = unsafe { std::slice::from_raw_parts(data, len) };
        // SAFETY: CPython sets the ASCII flag only where every byte is below 0x80.
        Some(unsafe { str::from_utf8_unchecked(bytes) })
    }

    /// Characters of a string beyond ASCII or of a subclass.
    #[inline(never)]
    fn rare_text<'g>(self, gil: Gil<'g>) -> Option<Text<'g>> {
        if Part::Text.is_proven() { Some(self.stored_text(gil)) } else { asked::text(self, gil) }
    }

    fn stored_text<'g>(self, _gil: Gil<'g>) -> Text<'g> {
        #[cfg(not(Py_3_12))]
        if let Some(wide) = self.wide_text() {
            return Text::Units32(wide);
        }
        let len = self.field::<isize>(unicode::LENGTH).max(0).cast_unsigned();
        let state: u32 = self.field(unicode::STATE);
        let data: *const u8 = if state & unicode::COMPACT != 0 {
            self.base().wrapping_add(unicode::COMPACT_DATA)
        } else {
            self.field(unicode::DATA_POINTER)
        };
        if data.is_null() || len == 0 {
            return Text::Utf8("");
        }
        // `interned:2, kind:3, compact:1, ascii:1`.
        match (state >> 2) & 7 {
            1 => {
                // SAFETY: a string of kind 1 owns `length` bytes; strings never change.
                let bytes = unsafe { std::slice::from_raw_parts(data, len) };
                if state & unicode::ASCII != 0 {
                    // SAFETY: CPython sets the ASCII flag only where every byte is below 0x80.
                    return Text::Utf8(unsafe { str::from_utf8_unchecked(bytes) });
                }
                Text::Latin1(bytes)
            }
            // SAFETY: a string of kind 2 owns `length` aligned 16-bit units.
            2 => Text::Units16(unsafe { std::slice::from_raw_parts(data.cast(), len) }),
            // SAFETY: a string of kind 4 owns `length` aligned 32-bit units.
            _ => Text::Units32(unsafe { std::slice::from_raw_parts(data.cast(), len) }),
        }
    }

    /// Characters of a string that was made of wide ones and never used since (`PyUnicode_FromUnicode`
    /// and kin): it has no others yet.
    #[cfg(not(Py_3_12))]
    fn wide_text<'g>(self) -> Option<&'g [u32]> {
        let state: u32 = self.field(unicode::STATE);
        let first: *const u32 = self.field(unicode::WIDE);
        if state & unicode::READY != 0 || first.is_null() {
            return None;
        }
        let len = self.field::<isize>(unicode::WIDE_LENGTH).max(0).cast_unsigned();
        // SAFETY: such a string owns that many wide characters, of four bytes on this system.
        Some(unsafe { std::slice::from_raw_parts(first, len) })
    }

    /// The hash that a string keeps once it was computed.
    pub(super) fn text_hash(self) -> isize {
        self.field(unicode::HASH)
    }
}
