//! Types: what they are exactly, and what their classes store.
//!
//! Knows slots and bases, never a metaclass's code. Invariant: `Type` follows the rule of [`Obj`];
//! a type is looked at by its own structure alone, so no descriptor runs.

mod slots;

use super::asked;
use super::dict::{Found, Key};
use super::memory::Gil;
use super::object::Obj;
use super::proof::Part;
use pyo3::ffi;
use std::ffi::{CStr, c_char, c_ulong};
use stillframe_core::value::Text;

unsafe extern "C" {
    static mut PyMethod_Type: ffi::PyTypeObject;

}

/// A live type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Type(*mut ffi::PyTypeObject);

/// A field that a member descriptor (`__slots__`, or a C type's own) describes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'g> {
    /// Its name as the class body has it.
    pub(crate) name: &'g CStr,
    offset: usize,
    is_object: bool,
}

impl Member<'_> {
    /// What `object` has there; `Err` if the field is not an object.
    pub(crate) fn read(&self, object: Obj) -> Result<Option<Obj>, ()> {
        if self.is_object { Ok(object.slot(self.offset)) } else { Err(()) }
    }
}

macro_rules! exactly {
    ($($(#[$doc:meta])* $name:ident => $type:ident;)*) => {
        $($(#[$doc])*
        #[inline(always)]
        pub(crate) fn $name(self) -> bool {
            std::ptr::eq(self.0, &raw const ffi::$type)
        })*
    };
}

macro_rules! has_flag {
    ($($(#[$doc:meta])* $name:ident => $flag:ident;)*) => {
        $($(#[$doc])*
        #[inline(always)]
        pub(crate) fn $name(self) -> bool {
            self.flags() & ffi::$flag != 0
        })*
    };
}

impl Type {
    #[inline(always)]
    pub(super) fn new(pointer: *mut ffi::PyTypeObject) -> Self {
        Self(pointer)
    }

    /// The type that `object` is, if it is one.
    pub(crate) fn from_object(object: Obj) -> Option<Self> {
        object.ty().is_metatype().then(|| Self(object.as_ptr().cast()))
    }

    /// The type as an object.
    pub(crate) fn as_object(self) -> Option<Obj> {
        Obj::new(self.0.cast())
    }

    exactly! {
        /// Exactly `int`.
        is_exact_int => PyLong_Type;
        /// Exactly `str`.
        is_exact_text => PyUnicode_Type;
        /// `bool`, which has no subclasses.
        is_bool => PyBool_Type;
        /// Exactly `float`.
        is_exact_float => PyFloat_Type;
        /// Exactly `bytes`.
        is_exact_bytes => PyBytes_Type;
        /// Exactly `bytearray`.
        is_exact_bytearray => PyByteArray_Type;
        /// Exactly `list`.
        is_exact_list => PyList_Type;
        /// Exactly `tuple`.
        is_exact_tuple => PyTuple_Type;
        /// Exactly `dict`.
        is_exact_dict => PyDict_Type;
        /// Exactly `set`.
        is_exact_set => PySet_Type;
        /// Exactly `frozenset`.
        is_exact_frozenset => PyFrozenSet_Type;
        /// `range`, which has no subclasses.
        is_range => PyRange_Type;
        /// Exactly `complex`.
        is_exact_complex => PyComplex_Type;
        /// A cell of a closure.
        is_cell => PyCell_Type;
        /// A function of Python code.
        is_function => PyFunction_Type;
        /// A code object.
        is_code => PyCode_Type;
        /// A member descriptor.
        is_member_descriptor => PyMemberDescr_Type;
        /// Exactly `type`.
        is_exact_type => PyType_Type;
        /// Exactly `object`.
        is_exact_object => PyBaseObject_Type;
        /// Exactly the type of modules.
        is_exact_module => PyModule_Type;
        /// A context variable.
        is_context_var => PyContextVar_Type;
    }

    has_flag! {
        /// `int` or a subclass.
        is_int => Py_TPFLAGS_LONG_SUBCLASS;
        /// `list` or a subclass.
        is_list => Py_TPFLAGS_LIST_SUBCLASS;
        /// `tuple` or a subclass.
        is_tuple => Py_TPFLAGS_TUPLE_SUBCLASS;
        /// `bytes` or a subclass.
        is_bytes => Py_TPFLAGS_BYTES_SUBCLASS;
        /// `str` or a subclass.
        is_text => Py_TPFLAGS_UNICODE_SUBCLASS;
        /// `dict` or a subclass.
        is_dict => Py_TPFLAGS_DICT_SUBCLASS;
        /// `type` or a subclass: its instances are types.
        is_metatype => Py_TPFLAGS_TYPE_SUBCLASS;
        /// An exception type.
        is_exception => Py_TPFLAGS_BASE_EXC_SUBCLASS;
        /// Made by a class statement or `PyType_FromSpec`.
        is_heap_type => Py_TPFLAGS_HEAPTYPE;
    }

    /// Whether its instances keep a dict before the object.
    #[inline(always)]
    pub(crate) fn has_managed_dict(self) -> bool {
        // `Py_TPFLAGS_MANAGED_DICT`; before 3.11 the bit has no meaning.
        cfg!(Py_3_11) && self.flags() & (1 << 4) != 0
    }

    /// Bytes of an object of it with so many items.
    #[cfg(not(Py_3_12))]
    pub(super) fn size_of(self, items: usize) -> usize {
        // SAFETY: `self` is a live type.
        let basic = unsafe { (*self.0).tp_basicsize };
        // SAFETY: as above.
        let item = unsafe { (*self.0).tp_itemsize };
        basic.unsigned_abs() + items * item.unsigned_abs()
    }

    #[inline(always)]
    fn flags(self) -> c_ulong {
        // SAFETY: `self` is a live type (the rule of `Type`).
        unsafe { (*self.0).tp_flags }
    }

    /// Whether its instances keep their attributes' values inside the object.
    #[cfg(Py_3_13)]
    pub(super) fn has_inline_values(self) -> bool {
        // `Py_TPFLAGS_INLINE_VALUES`, which PyO3 does not name.
        self.flags() & (1 << 2) != 0
    }

    /// Bytes from an object of it to its inline values, given that it has some.
    #[cfg(Py_3_13)]
    #[inline(always)]
    pub(super) fn inline_values_offset(self) -> usize {
        if cfg!(Py_3_14) { self.instance_size() } else { super::layout::object::BODY }
    }

    /// Whether it is that of generators, coroutines or asynchronous generators.
    pub(crate) fn is_suspended(self) -> bool {
        let types = [
            &raw const ffi::PyGen_Type,
            &raw const ffi::PyCoro_Type,
            &raw const ffi::PyAsyncGen_Type,
        ];
        types.iter().any(|ty| std::ptr::eq(*ty, self.0))
    }

    /// Whether it is a builtin function or method type.
    pub(crate) fn is_callable_builtin(self) -> bool {
        let types = [
            &raw const ffi::PyCFunction_Type,
            &raw const PyMethod_Type,
            &raw const ffi::PyMethodDescr_Type,
            &raw const ffi::PyWrapperDescr_Type,
            &raw const ffi::PyClassMethodDescr_Type,
            &raw const ffi::PyStaticMethod_Type,
            &raw const ffi::PyClassMethod_Type,
        ];
        types.iter().any(|ty| std::ptr::eq(*ty, self.0))
    }

    /// Whether its first field is the function that it wraps.
    pub(crate) fn is_wrapper(self) -> bool {
        let types = [
            &raw const PyMethod_Type,
            &raw const ffi::PyStaticMethod_Type,
            &raw const ffi::PyClassMethod_Type,
            &raw const ffi::PyProperty_Type,
        ];
        types.iter().any(|ty| std::ptr::eq(*ty, self.0))
    }

    /// Whether it is `set`, `frozenset` or a subclass of the one named.
    pub(crate) fn is_subtype_of_set(self) -> Option<bool> {
        if self.is_subtype(Self(&raw mut ffi::PySet_Type)) {
            return Some(false);
        }
        self.is_subtype(Self(&raw mut ffi::PyFrozenSet_Type)).then_some(true)
    }

    /// Whether it is `float`, `complex` or a subclass.
    pub(crate) fn is_float(self) -> bool {
        self.is_subtype(Self(&raw mut ffi::PyFloat_Type))
    }

    /// Whether it is `bytearray` or a subclass.
    pub(crate) fn is_bytearray(self) -> bool {
        self.is_subtype(Self(&raw mut ffi::PyByteArray_Type))
    }

    /// Whether it is `complex` or a subclass.
    pub(crate) fn is_complex(self) -> bool {
        self.is_subtype(Self(&raw mut ffi::PyComplex_Type))
    }

    /// Whether it is the module type or a subclass.
    pub(crate) fn is_module(self) -> bool {
        self.is_subtype(Self(&raw mut ffi::PyModule_Type))
    }

    /// Whether `other` is among its stored bases, or it itself.
    pub(crate) fn is_subtype(self, other: Self) -> bool {
        self == other || {
            // SAFETY: both are live types; the call walks the tuple of bases and nothing else.
            let answer = unsafe { ffi::PyType_IsSubtype(self.0, other.0) };
            answer != 0
        }
    }

    /// Itself and its bases in the order of method resolution.
    pub(crate) fn mro<'g>(self, gil: Gil<'g>) -> &'g [Obj] {
        // SAFETY: `self` is a live type.
        let mro = unsafe { (*self.0).tp_mro };
        Obj::new(mro).map(|mro| mro.items(gil)).unwrap_or_default()
    }

    /// The dict of its own attributes.
    pub(crate) fn own_dict(self) -> Option<Obj> {
        // SAFETY: `self` is a live type.
        let dict = unsafe { (*self.0).tp_dict };
        if let Some(dict) = Obj::new(dict) {
            return Some(dict);
        }
        static_dict(self)
    }

    /// What the class stores under a name, and the class of the bases that has it.
    pub(crate) fn find(self, key: Key<'_>, gil: Gil<'_>) -> Option<(Obj, Self)> {
        self.mro(gil).iter().find_map(|base| {
            let base = Self(base.as_ptr().cast());
            match base.own_dict()?.dict_find(key, gil) {
                Found::Value(value) => Some((value, base)),
                Found::Absent | Found::Mixed => None,
            }
        })
    }

    /// Its name, without the module.
    #[inline]
    pub(crate) fn name<'g>(self, gil: Gil<'g>) -> Text<'g> {
        // The C string has the same, but its length must be counted.
        if self.is_heap_type() && Part::HeapType.is_proven() {
            let heap = self.0.cast::<ffi::PyHeapTypeObject>();
            // SAFETY: the flag says that it is a heap type, which always has a name.
            let name = unsafe { (*heap).ht_name };
            if let Some(name) = Obj::new(name) {
                return name.text(gil);
            }
        }
        // SAFETY: `self` is a live type.
        let name = unsafe { (*self.0).tp_name };
        let text = c_text::<'g>(name).to_str().unwrap_or_default();
        Text::Utf8(text.rsplit('.').next().unwrap_or_default())
    }

    /// What `object` has in the field that `descriptor`, a member descriptor, describes; `Err` if
    /// that is not an object.
    pub(crate) fn member_value(descriptor: Obj, object: Obj) -> Result<Option<Obj>, ()> {
        if !Part::HeapType.is_proven() {
            return Ok(asked::member(descriptor, object));
        }
        Self::member_of(descriptor).ok_or(())?.read(object)
    }

    /// The field that a member descriptor describes, given that `descriptor` is one.
    fn member_of<'g>(descriptor: Obj) -> Option<Member<'g>> {
        // `d_member`, behind type, name and qualified name of the descriptor.
        let member: *const ffi::PyMemberDef = descriptor.field(40);
        Self::read_member(member)
    }

    /// Member `index` of those that its own class body declared in `__slots__`.
    pub(crate) fn own_slot<'g>(self, index: usize, _gil: Gil<'g>) -> Option<Member<'g>> {
        if !self.is_heap_type() {
            return None;
        }
        // SAFETY: `self` is a live type; `ob_size` of a heap type counts its members.
        let count = unsafe { ffi::Py_SIZE(self.0.cast()) };
        if index >= usize::try_from(count).unwrap_or_default() {
            return None;
        }
        let members = self.0.wrapping_byte_add(self.metatype_size());
        let member = members.cast::<ffi::PyMemberDef>().wrapping_add(index);
        Self::read_member(member.cast_const())
    }

    fn metatype_size(self) -> usize {
        self.as_object().map_or(0, |class| class.ty().instance_size())
    }

    /// Bytes of an object of it, without what follows in objects of variable size.
    #[inline(always)]
    fn instance_size(self) -> usize {
        // SAFETY: `self` is a live type.
        let size = unsafe { (*self.0).tp_basicsize };
        usize::try_from(size).unwrap_or_default()
    }

    fn read_member<'g>(member: *const ffi::PyMemberDef) -> Option<Member<'g>> {
        if member.is_null() {
            return None;
        }
        // SAFETY: a descriptor and a heap type own the definitions they point to.
        let definition = unsafe { member.read() };
        let is_object = matches!(definition.type_code, ffi::Py_T_OBJECT_EX | 6);
        let offset = usize::try_from(definition.offset).ok()?;
        (!definition.name.is_null()).then(|| Member {
            name: c_text(definition.name),
            offset,
            is_object,
        })
    }

    /// Itself and the bases along which its objects' layout grew. A builtin type with fields of its
    /// own is among them if the class derives from it at all: layouts of two cannot be combined.
    #[inline(always)]
    pub(crate) fn layout_bases(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |ty| ty.base())
    }

    /// Whether its metaclass is `type`. Then no base of it has a metaclass of its own either.
    #[inline(always)]
    pub(crate) fn has_plain_metaclass(self) -> bool {
        self.as_object().is_some_and(|ty| ty.ty().is_exact_type())
    }

    /// Its single base along which layouts grow.
    #[inline(always)]
    pub(crate) fn base(self) -> Option<Self> {
        // SAFETY: `self` is a live type.
        let base = unsafe { (*self.0).tp_base };
        (!base.is_null()).then_some(Self(base))
    }

    /// Whether its objects have a dict of their own, wherever it lies.
    #[inline(always)]
    pub(crate) fn has_dict(self) -> bool {
        self.dict_offset() != 0
    }

    /// Bytes from the object to its dict, for types that keep it there.
    pub(super) fn dict_offset(self) -> isize {
        // SAFETY: `self` is a live type.
        unsafe { (*self.0).tp_dictoffset }
    }

    /// Whether attributes of its objects are found as `object` finds them, with no code of a class.
    #[inline(always)]
    pub(crate) fn has_generic_attributes(self) -> bool {
        // SAFETY: `self` is a live type.
        let lookup = unsafe { (*self.0).tp_getattro };
        lookup.is_some_and(|lookup| {
            lookup as usize == ffi::PyObject_GenericGetAttr as *const () as usize
        })
    }

    /// Whether objects of it intercept `object.attribute` and replace it.
    pub(crate) fn is_data_descriptor(self) -> bool {
        // SAFETY: `self` is a live type.
        unsafe { (*self.0).tp_descr_set }.is_some()
    }

    /// Whether objects of it compute what `object.attribute` is.
    pub(crate) fn is_descriptor(self) -> bool {
        // SAFETY: `self` is a live type.
        unsafe { (*self.0).tp_descr_get }.is_some()
    }

    /// Whether `==` is the very one of `object`.
    pub(crate) fn compares_by_identity(self) -> bool {
        let plain = Self(&raw mut ffi::PyBaseObject_Type);
        self.compare_slot() == plain.compare_slot()
    }

    /// Whether `==` is the very one that the builtin type `builtin` has.
    pub(crate) fn compares_as_builtin(self) -> bool {
        self.builtin_base().is_some_and(|base| base.compare_slot() == self.compare_slot())
    }

    fn compare_slot(self) -> usize {
        // SAFETY: `self` is a live type.
        unsafe { (*self.0).tp_richcompare }.map_or(0, |slot| slot as usize)
    }

    /// Whether nothing decides an object's truth but its being there.
    pub(crate) fn is_always_true(self) -> bool {
        self.truth_slots() == [0; 3]
    }

    /// Whether truth and length are decided as in the builtin type it derives from.
    pub(crate) fn has_builtin_truth(self) -> bool {
        self.builtin_base().is_some_and(|base| base.truth_slots() == self.truth_slots())
    }

    /// `__bool__`, and both slots that `__len__` fills.
    fn truth_slots(self) -> [usize; 3] {
        // SAFETY: `self` is a live type.
        let ty = unsafe { &*self.0 };
        let (number, sequence, mapping) = (ty.tp_as_number, ty.tp_as_sequence, ty.tp_as_mapping);
        let to_bool = if number.is_null() {
            None
        } else {
            // SAFETY: not null, and owned by the live type.
            unsafe { (*number).nb_bool }
        };
        let len = if sequence.is_null() {
            None
        } else {
            // SAFETY: not null, and owned by the live type.
            unsafe { (*sequence).sq_length }
        };
        let mapping_len = if mapping.is_null() {
            None
        } else {
            // SAFETY: not null, and owned by the live type.
            unsafe { (*mapping).mp_length }
        };
        [
            to_bool.map_or(0, |slot| slot as usize),
            len.map_or(0, |slot| slot as usize),
            mapping_len.map_or(0, |slot| slot as usize),
        ]
    }

    /// Whether what it finds under a special method's name was written in C, for a builtin type. The
    /// slot does not tell: `list` and `dict` define `__getitem__` as a method, too.
    pub(crate) fn has_builtin_method(self, name: Key<'_>, gil: Gil<'_>) -> bool {
        self.find(name, gil).is_some_and(|(_, owner)| !owner.is_heap_type())
    }

    /// The builtin container, string or number type it derives from.
    fn builtin_base(self) -> Option<Self> {
        let builtins = [
            &raw mut ffi::PyDict_Type,
            &raw mut ffi::PyList_Type,
            &raw mut ffi::PyTuple_Type,
            &raw mut ffi::PyUnicode_Type,
            &raw mut ffi::PyLong_Type,
            &raw mut ffi::PyBytes_Type,
            &raw mut ffi::PyFloat_Type,
            &raw mut ffi::PySet_Type,
            &raw mut ffi::PyFrozenSet_Type,
            &raw mut ffi::PyByteArray_Type,
            &raw mut ffi::PyComplex_Type,
        ];
        builtins.into_iter().map(Self).find(|builtin| self.is_subtype(*builtin))
    }

    /// The builtin type of a value that the core holds without an object.
    pub(crate) fn of_value(value: &stillframe_core::value::Value<'_>) -> Option<Self> {
        use stillframe_core::value::Value;
        Some(Self(match value {
            Value::Null => {
                // SAFETY: it only takes an address.
                let none = unsafe { ffi::Py_None() };
                // SAFETY: `None` lives for ever.
                unsafe { ffi::Py_TYPE(none) }
            }
            Value::Bool(_) => &raw mut ffi::PyBool_Type,
            Value::Int(_) | Value::BigInt(_) => &raw mut ffi::PyLong_Type,
            Value::Float(_) => &raw mut ffi::PyFloat_Type,
            Value::Text(_) => &raw mut ffi::PyUnicode_Type,
            Value::Bytes(_) => &raw mut ffi::PyBytes_Type,
            Value::Int32(_) | Value::Float32(_) | Value::Char(_) | Value::Undefined => return None,
            Value::Object(object) => return Obj::from_handle(object.raw).map(Obj::ty),
        }))
    }

    #[cfg(Py_3_11)]
    pub(super) fn cached_keys(self) -> *const u8 {
        // SAFETY: callers saw a managed dict, which only heap types have.
        unsafe {
            super::memory::load(self.0.cast_const().cast(), super::layout::heap_type::CACHED_KEYS)
        }
    }
}

/// Static builtin types keep their dict in the interpreter.
#[cfg(Py_3_12)]
fn static_dict(ty: Type) -> Option<Obj> {
    // SAFETY: `ty` is a live type; the call hands out a reference or null.
    let dict = Obj::new(unsafe { ffi::PyType_GetDict(ty.0) })?;
    // SAFETY: the type itself keeps the dict alive, so giving the reference back frees nothing.
    unsafe { ffi::Py_DECREF(dict.as_ptr()) };
    Some(dict)
}

/// Every type has its dict in its own field.
#[cfg(not(Py_3_12))]
fn static_dict(_ty: Type) -> Option<Obj> {
    None
}

fn c_text<'g>(text: *const c_char) -> &'g CStr {
    // SAFETY: names of types and members are C strings that live as long as their type.
    unsafe { CStr::from_ptr(text) }
}
