//! What instances and slots hold.
//!
//! No function of the API lists an instance's attributes without making its `__dict__`, which the
//! application could notice. So names are guessed, from what the class's own code names and from the
//! dicts that the object refers to, and each is looked up. Knows no meaning of an attribute.
//! Invariant: what is answered is the very object that the instance stores; a lookup is made only
//! where neither a descriptor nor a key of the application could be called.

use super::super::dict::Key;
use super::super::memory::Gil;
use super::super::object::Obj;
use super::super::types::Type;
use super::kept;
use super::value::forget_error;
use pyo3::ffi;
use std::ffi::{c_int, c_void};
use stillframe_core::value::{Missing, Reading, Text};

/// Objects that one may refer to, and names that are tried, at most.
const MAX_REFERRED: usize = 4096;
const MAX_NAMES: usize = 512;
/// Keys of its dicts and its classes that are looked at, at most.
const MAX_KEYS: usize = 20_000;

/// Attributes that were found.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// Name and value of each.
    pub(crate) entries: Vec<(Obj, Obj)>,
    /// Whether the object refers to something that none of them is.
    pub(crate) is_partial: bool,
}

/// The dict of an object whose type says where it is.
fn plain_dict(object: Obj, ty: Type) -> Option<Obj> {
    let offset = usize::try_from(ty.dict_offset()).ok().filter(|offset| *offset > 0)?;
    // The offset is the type's own word (`__dictoffset__`).
    object.slot(offset)
}

/// An attribute that the object itself stores outside of slots; `Unreadable` if that cannot be told.
pub(crate) fn stored(object: Obj, key: Key<'_>, gil: Gil<'_>) -> Reading<Option<Obj>> {
    let ty = object.ty();
    if !ty.has_managed_dict() {
        let dict = plain_dict(object, ty);
        return Ok(dict.and_then(|dict| dict.dict_find_text(key, gil)));
    }
    let is_hidden = ty.find(key, gil).is_some_and(|(found, _)| calls(found.ty()));
    let is_known = || referred(object, ty).is_some_and(|referred| is_tame(ty, &referred, gil));
    match key.object() {
        Some(name) if !is_hidden && is_known() => Ok(generic(object, name)),
        _ => Err(Missing::Unreadable),
    }
}

/// The attributes that an object itself stores outside of slots, as far as they can be told.
pub(crate) fn stored_attributes(object: Obj, gil: Gil<'_>) -> Listed {
    let ty = object.ty();
    if !ty.has_managed_dict() {
        let dict = plain_dict(object, ty);
        let entries = dict.into_iter().flat_map(entries_of).take(MAX_KEYS).collect();
        return Listed { entries, is_partial: false };
    }
    let nothing = Listed { entries: Vec::new(), is_partial: true };
    let Some(referred) = referred(object, ty) else { return nothing };
    if !is_tame(ty, &referred, gil) {
        return nothing;
    }
    let mut found = Listed::default();
    for name in names(ty, &referred, gil) {
        let of_class = ty.find(Key::of_object(name, gil), gil).map(|(found, _)| found);
        if of_class.is_some_and(|found| calls(found.ty())) {
            continue;
        }
        // The very object that the class has may be the class's or the instance's.
        if let Some(value) = generic(object, name).filter(|value| Some(*value) != of_class) {
            found.entries.push((name, value));
        }
    }
    found.is_partial = !is_explained(object, ty, &referred, &found.entries, gil);
    found
}

/// Whether looking something up could run code of a class of this type.
fn calls(ty: Type) -> bool {
    ty.is_descriptor() || ty.is_data_descriptor()
}

fn entries_of(dict: Obj) -> impl Iterator<Item = (Obj, Obj)> {
    let mut cursor = 0;
    std::iter::from_fn(move || dict.dict_next(&mut cursor))
}

/// What an object refers to, as the collector is told.
fn referred(object: Obj, ty: Type) -> Option<Vec<Obj>> {
    let mut found: Vec<Obj> = Vec::new();
    if let Some(traverse) = ty.traverse_slot() {
        // SAFETY: the slot is of the object's own type and must not change anything; `visit` gets
        // back the vector, which nobody else touches meanwhile.
        unsafe { traverse(object.as_ptr(), visit, (&raw mut found).cast()) };
    }
    (found.len() < MAX_REFERRED).then_some(found)
}

extern "C" fn visit(object: *mut ffi::PyObject, found: *mut c_void) -> c_int {
    // SAFETY: `referred` passed its own vector.
    let found = unsafe { &mut *found.cast::<Vec<Obj>>() };
    found.extend(Obj::new(object));
    c_int::from(found.len() >= MAX_REFERRED)
}

/// Whether no key that a lookup may come upon can be compared by code of the application.
fn is_tame(ty: Type, referred: &[Obj], gil: Gil<'_>) -> bool {
    let mut left = MAX_KEYS;
    let mut has_plain_keys = |dict: Obj| {
        entries_of(dict).all(|(key, _)| {
            left = left.saturating_sub(1);
            left > 0 && (key.is_none() || key.ty().is_plain_key())
        })
    };
    let of_classes = |at: usize| ty.mro(gil).get(at).copied().and_then(Type::from_object);
    (0..).map_while(of_classes).filter_map(Type::own_dict).all(&mut has_plain_keys)
        && referred.iter().filter(|object| object.ty().is_dict()).all(|dict| has_plain_keys(*dict))
}

/// Names that an attribute may have.
fn names(ty: Type, referred: &[Obj], gil: Gil<'_>) -> Vec<Obj> {
    let mut names: Vec<Obj> = Vec::new();
    let mut add = |name: Obj| {
        if names.len() < MAX_NAMES && name.ty().is_exact_text() && !names.contains(&name) {
            names.push(name);
        }
    };
    for class in
        ty.mro(gil).iter().copied().filter_map(Type::from_object).filter(|ty| ty.is_heap_type())
    {
        for (key, value) in class.own_dict().into_iter().flat_map(entries_of) {
            // Functions name what they set, some as a string (`setattr`); from 3.13 on the compiler
            // lists it besides.
            let lists = if value.ty().is_function() {
                let code = value.function_code();
                [code.and_then(super::frame::names), code.and_then(super::frame::consts)]
            } else {
                let is_list = key.ty().is_exact_text()
                    && matches!(key.text(gil), Text::Utf8("__static_attributes__"));
                [is_list.then_some(value), None]
            };
            let listed = lists.into_iter().flatten().flat_map(|list| list.items(gil));
            listed.copied().for_each(&mut add);
        }
    }
    for dict in referred.iter().filter(|object| object.ty().is_exact_dict()) {
        entries_of(*dict).for_each(|(key, _)| add(key));
    }
    names
}

/// The value that `object.__getattribute__` would find: only where nothing can be called.
fn generic(object: Obj, name: Obj) -> Option<Obj> {
    kept::object(generic_reference(object, name))
}

#[cfg(Py_3_12)]
fn generic_reference(object: Obj, name: Obj) -> *mut ffi::PyObject {
    // SAFETY: both are live; callers made sure that neither keys nor descriptors have code.
    let value = unsafe { ffi::PyObject_GenericGetAttr(object.as_ptr(), name.as_ptr()) };
    if value.is_null() {
        forget_error();
    }
    value
}

/// Without an exception where there is nothing: making one could start a collection.
#[cfg(not(Py_3_12))]
fn generic_reference(object: Obj, name: Obj) -> *mut ffi::PyObject {
    unsafe extern "C" {
        fn _PyObject_GenericGetAttrWithDict(
            object: *mut ffi::PyObject,
            name: *mut ffi::PyObject,
            dict: *mut ffi::PyObject,
            suppress: c_int,
        ) -> *mut ffi::PyObject;
    }
    let none = std::ptr::null_mut();
    // SAFETY: both are live; callers made sure that neither keys nor descriptors have code.
    unsafe { _PyObject_GenericGetAttrWithDict(object.as_ptr(), name.as_ptr(), none, 1) }
}

/// Whether all that the object refers to is its class, an attribute that was found, or in a slot.
fn is_explained(
    object: Obj,
    ty: Type,
    referred: &[Obj],
    entries: &[(Obj, Obj)],
    gil: Gil<'_>,
) -> bool {
    let is_entry = |object: Obj| entries.iter().any(|(_, value)| *value == object);
    let is_own_dict = |object: Obj| {
        object.ty().is_exact_dict()
            && entries_of(object).all(|entry| entries.contains(&entry))
            && object.dict_len() == entries.len()
    };
    let mut slots = Vec::new();
    class_slots(object, &mut |_, value| {
        slots.extend(value);
        true
    });
    if ty.is_dict() || ty.is_subtype_of_set().is_some() {
        // Its elements, which are shown as such, would have to be told from attributes.
        return true;
    }
    // So are those of a list or tuple.
    let elements = object.items(gil);
    let is_element = |object: Obj| elements.contains(&object);
    referred.iter().all(|object| {
        ty.as_object() == Some(*object)
            || is_entry(*object)
            || is_own_dict(*object)
            || slots.contains(object)
            || is_element(*object)
    })
}

/// Shows the fields that classes declared in `__slots__` until `show` wants no more: the name, and
/// the value if it is set.
pub(crate) fn class_slots(object: Obj, show: &mut dyn FnMut(Obj, Option<Obj>) -> bool) {
    for class in object.ty().layout_bases().take_while(|ty| ty.is_heap_type()) {
        for (name, descriptor) in class.own_dict().into_iter().flat_map(entries_of) {
            if !name.ty().is_exact_text() || !descriptor.ty().is_member_descriptor() {
                continue;
            }
            if !show(name, member(descriptor, object)) {
                return;
            }
        }
    }
}

/// What a member descriptor, exactly of that type, says of an object of its class.
pub(crate) fn member(descriptor: Obj, object: Obj) -> Option<Obj> {
    let get = descriptor.ty().get_slot()?;
    let class = object.ty().as_object()?;
    // SAFETY: the slot is that of the builtin type of member descriptors, which reads a field.
    let value = unsafe { get(descriptor.as_ptr(), object.as_ptr(), class.as_ptr()) };
    if value.is_null() {
        forget_error();
    }
    kept::object(value)
}
