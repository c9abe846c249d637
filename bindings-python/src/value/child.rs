//! The children of an object, for a capture.
//!
//! Knows how builtin containers, instances, slots, exceptions, enums and known proxies store theirs;
//! the core decides how many are wanted. Invariant: nothing is allocated, and a walk that stops early
//! costs only what it visited.

use super::known::{Known, is_a};
use super::scalar::{self, Room};
use super::{hidden_target, reading_of, stored_len, value_of};
use crate::ffi::{Gil, Key, Obj, Part, Type};
use stillframe_core::host::{Name, Visitor};
use stillframe_core::value::{Kind, Missing, Reading, Text, Value};

/// Children in all, where the container itself counts them.
#[inline]
pub(crate) fn count_of(object: Obj, kind: Kind, gil: Gil<'_>) -> Option<u64> {
    // A range is shown by its parts.
    let len = if kind == Kind::Range { None } else { stored_len(object, kind, gil) };
    len.map(|len| len as u64)
}

/// Shows the children of an object to `visitor`, until it wants no more.
pub(crate) fn children(
    object: Obj,
    kind: Kind,
    known: &Known,
    gil: Gil<'_>,
    visitor: &mut impl Visitor,
) {
    match kind {
        Kind::List if super::is_deque(object.ty()) => {
            object.deque_items(0, |item| rare_item(visitor, &reading_of(item, gil)));
        }
        Kind::List | Kind::Tuple => {
            let names = field_names(object, known, gil);
            if !names.is_empty() {
                return named_items(object, names, gil, visitor);
            }
            for item in object.items(gil) {
                if !visitor.item(&reading_of(*item, gil)) {
                    return;
                }
            }
        }
        Kind::Map => {
            let mut cursor = 0;
            while let Some((key, value)) = object.dict_next(&mut cursor) {
                if !visitor.entry(&value_of(key, gil), &reading_of(value, gil)) {
                    return;
                }
            }
        }
        Kind::Set | Kind::FrozenSet => {
            let mut cursor = 0;
            while let Some(item) = object.set_next(&mut cursor) {
                if !rare_item(visitor, &reading_of(item, gil)) {
                    return;
                }
            }
        }
        Kind::Range => range_parts(object, gil, visitor),
        Kind::Text | Kind::Bytes | Kind::Number | Kind::Instance => {
            fields(object, kind, known, gil, visitor);
        }
        Kind::Class | Kind::Function | Kind::Module => named(object, kind, known, gil, visitor),
    }
}

#[inline(never)]
fn range_parts(object: Obj, gil: Gil<'_>, visitor: &mut impl Visitor) {
    for (name, part) in ["start", "stop", "step"].into_iter().zip(object.range_parts()) {
        let value = part.map(|part| value_of(part, gil)).ok_or(Missing::Unreadable);
        if !rare_field(visitor, name, value) {
            return;
        }
    }
}

/// [`Visitor::item`] where it is not worth a copy of the core's code in the caller.
#[inline(never)]
fn rare_item(visitor: &mut impl Visitor, item: &Reading<Value<'_>>) -> bool {
    visitor.item(item)
}

/// [`Visitor::field`], likewise.
#[inline(never)]
fn rare_field(visitor: &mut impl Visitor, name: &str, value: Reading<Value<'_>>) -> bool {
    visitor.field(&Name { identity: 0, text: Text::Utf8(name) }, &value)
}

/// Names of a tuple's elements, if `namedtuple` made its class.
#[inline]
fn field_names<'g>(object: Obj, known: &Known, gil: Gil<'g>) -> &'g [Obj] {
    let ty = object.ty();
    if ty.is_exact_tuple() || !ty.is_tuple() {
        return &[];
    }
    names_of_class(ty, object.items(gil).len(), known, gil).unwrap_or_default()
}

/// The name of a tuple's element, if `namedtuple` made its class.
pub(crate) fn element_name<'g>(
    object: Obj,
    index: usize,
    known: &Known,
    gil: Gil<'g>,
) -> Option<Text<'g>> {
    field_names(object, known, gil).get(index).map(|name| name.text(gil))
}

#[inline(never)]
fn names_of_class<'g>(ty: Type, len: usize, known: &Known, gil: Gil<'g>) -> Option<&'g [Obj]> {
    let (fields, _) = ty.find(known.names?.tuple_fields(gil), gil)?;
    let fields = fields.ty().is_exact_tuple().then(|| fields.items(gil))?;
    let getter = |name: &Obj| {
        let found = name.ty().is_exact_text().then(|| ty.find(Key::of_object(*name, gil), gil))?;
        found.map(|(getter, _)| getter.ty().as_object() == known.tuplegetter)
    };
    (fields.len() == len && fields.iter().all(|name| getter(name) == Some(true))).then_some(fields)
}

#[inline(never)]
fn named_items(object: Obj, names: &[Obj], gil: Gil<'_>, visitor: &mut impl Visitor) {
    for (name, item) in names.iter().zip(object.items(gil)) {
        let name = Name { identity: name.handle(), text: name.text(gil) };
        if !visitor.field(&name, &reading_of(*item, gil)) {
            return;
        }
    }
}

/// Shows the one value that an object of the standard library stands for; false if it is none.
#[inline(never)]
fn one_value(
    object: Obj,
    ty: Type,
    known: &Known,
    gil: Gil<'_>,
    visitor: &mut impl Visitor,
) -> bool {
    let mut room = Room::new();
    let is_known = scalar::write(object, ty, known, gil, &mut room);
    if is_known {
        rare_item(visitor, &Ok(Value::Text(Text::Utf8(room.text()))));
    }
    is_known
}

#[inline(always)]
fn fields(object: Obj, kind: Kind, known: &Known, gil: Gil<'_>, visitor: &mut impl Visitor) {
    let ty = object.ty();
    // Enums have a metaclass.
    if !ty.has_plain_metaclass() && is_a(object, known.enum_class) {
        return enum_fields(object, known, gil, visitor);
    }
    if !ty.has_generic_attributes() || kind == Kind::Number {
        if let Some(target) = hidden_by_proxy(object, ty, known, gil) {
            rare_field(visitor, "_get_current_object()", target);
            return;
        }
        if kind == Kind::Number && ty.is_complex() {
            let (real, imaginary) = object.complex();
            let _ = rare_field(visitor, "real", Ok(Value::Float(real)))
                && rare_field(visitor, "imag", Ok(Value::Float(imaginary)));
            return;
        }
    }
    // Classes of the application keep their attributes in a dict, known ones do not.
    if !ty.has_dict() && one_value(object, ty, known, gil, visitor) {
        if let Some(zone) = scalar::foreign_zone(object, ty, known) {
            rare_field(visitor, "tzinfo", Ok(value_of(zone, gil)));
        }
        return;
    }
    let mut attributes = object.stored_attributes(gil);
    for (key, value) in attributes.by_ref() {
        if key.ty().is_text() {
            let name = Name { identity: key.handle(), text: key.text(gil) };
            if !visitor.field(&name, &reading_of(value, gil)) {
                return;
            }
        }
    }
    if attributes.is_partial() && !rare_field(visitor, "…", Err(Missing::Unreadable)) {
        return;
    }
    if ty.is_exception() {
        let args = object.exception_args().ok_or(Missing::Unset);
        if !rare_field(visitor, "args", args.map(|args| value_of(args, gil))) {
            return;
        }
    }
    if !Part::HeapType.is_proven() {
        asked_slot_fields(object, gil, visitor);
    } else if ty.base().is_none_or(|base| !base.is_exact_object()) || ty.own_slot(0, gil).is_some()
    {
        slot_fields(object, gil, visitor);
    }
}

/// What a proxy of werkzeug stands for, if `object` is one.
fn hidden_by_proxy<'g>(
    object: Obj,
    ty: Type,
    known: &Known,
    gil: Gil<'g>,
) -> Option<Reading<Value<'g>>> {
    known.local_proxy?;
    let target = hidden_target(object, known, gil)?;
    let is_proxy = ty.as_object() == known.local_proxy;
    is_proxy.then(|| target.map(|target| value_of(target, gil)))
}

/// The fields that classes declared in `__slots__`, its own class's first, then those of its bases.
#[inline(never)]
fn slot_fields(object: Obj, gil: Gil<'_>, visitor: &mut impl Visitor) {
    for ty in object.ty().layout_bases().take_while(|ty| ty.is_heap_type()) {
        for member in (0..).map_while(|index| ty.own_slot(index, gil)) {
            // `__dict__` and `__weakref__` of C types appear as members too.
            let name = member.name.to_str().unwrap_or_default();
            if name.starts_with("__") && name.ends_with("__") {
                continue;
            }
            let value = match member.read(object) {
                Ok(Some(value)) => Ok(value_of(value, gil)),
                Ok(None) => Err(Missing::Unset),
                Err(()) => continue,
            };
            if !rare_field(visitor, name, value) {
                return;
            }
        }
    }
}

/// The same where the interpreter is asked for each of them.
#[inline(never)]
fn asked_slot_fields(object: Obj, gil: Gil<'_>, visitor: &mut impl Visitor) {
    object.asked_slots(&mut |name, value| {
        let text = name.text(gil);
        if matches!(text, Text::Utf8(name) if name.starts_with("__") && name.ends_with("__")) {
            return true;
        }
        let value = value.map(|value| value_of(value, gil)).ok_or(Missing::Unset);
        visitor.field(&Name { identity: name.handle(), text }, &value)
    });
}

/// An enum's member is its name and its value.
#[inline(never)]
fn enum_fields(object: Obj, known: &Known, gil: Gil<'_>, visitor: &mut impl Visitor) {
    let Some(names) = known.names else { return };
    for (name, key) in [("name", names.enum_name(gil)), ("value", names.enum_value(gil))] {
        let value = object.stored(key, gil).ok_or(Missing::Unset);
        if !rare_field(visitor, name, value.map(|value| value_of(value, gil))) {
            return;
        }
    }
}

/// A class, function or module is shown by its name.
#[inline(never)]
fn named(object: Obj, kind: Kind, known: &Known, gil: Gil<'_>, visitor: &mut impl Visitor) {
    let text = match kind {
        Kind::Class => Type::from_object(object).map(|ty| ty.name(gil)),
        Kind::Module => known.names.and_then(|names| {
            let key = names.module_name(gil);
            let name = object.module_dict().and_then(|dict| dict.dict_find_text(key, gil));
            name.filter(|name| name.ty().is_text()).map(|name| name.text(gil))
        }),
        _ if object.ty().is_function() => {
            object.function_qualname().filter(|name| name.ty().is_text()).map(|name| name.text(gil))
        }
        _ => None,
    };
    if let Some(text) = text {
        rare_field(visitor, "__name__", Ok(Value::Text(text)));
    }
}
