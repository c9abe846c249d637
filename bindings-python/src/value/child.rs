//! The children of an object, one at a time, for a capture.
//!
//! Knows how builtin containers, instances, slots, exceptions, enums and known proxies store theirs;
//! the core decides how many are wanted. Invariant: a child is found by a cursor alone, so nothing
//! is allocated, and a walk that stops early costs only what it visited.

use super::known::{Known, is_a};
use super::{hidden_target, range_item, stored_len, value_of};
use crate::ffi::{Gil, Obj, Type};
use stillframe_core::host::{Child, Name};
use stillframe_core::value::{Kind, Missing, Text, Value};

/// Bit of a cursor that stands behind the attributes of an instance's own dict.
const IN_SLOTS: usize = 1 << 62;
/// Bits of a cursor that count members of one class.
const MEMBER_BITS: u32 = 16;

/// Children in all, where the container itself counts them.
pub(crate) fn count_of(object: Obj, kind: Kind, gil: Gil<'_>) -> Option<u64> {
    stored_len(object, kind, gil).map(|len| len as u64)
}

/// The child at or after `cursor`, which moves on.
pub(crate) fn child<'g>(
    object: Obj,
    kind: Kind,
    cursor: &mut usize,
    known: &Known,
    gil: Gil<'g>,
) -> Option<Child<'g>> {
    match kind {
        Kind::List | Kind::Tuple => {
            let item = object.items(gil).get(*cursor)?;
            *cursor += 1;
            Some(Child::Item(Ok(value_of(*item, gil))))
        }
        Kind::Map => object
            .dict_next(cursor)
            .map(|(key, value)| Child::Entry(value_of(key, gil), Ok(value_of(value, gil)))),
        Kind::Set | Kind::FrozenSet => {
            object.set_next(cursor).map(|item| Child::Item(Ok(value_of(item, gil))))
        }
        Kind::Range => {
            let item = range_item(object, *cursor, gil);
            *cursor += 1;
            match item {
                Err(Missing::Absent) => None,
                item => Some(Child::Item(item)),
            }
        }
        Kind::Text | Kind::Bytes | Kind::Number | Kind::Instance => {
            field(object, kind, cursor, known, gil)
        }
        Kind::Class | Kind::Function | Kind::Module => named(object, kind, cursor, known, gil),
    }
}

fn plain(text: &str) -> Name<'_> {
    Name { identity: 0, text: Text::Utf8(text) }
}

fn field<'g>(
    object: Obj,
    kind: Kind,
    cursor: &mut usize,
    known: &Known,
    gil: Gil<'g>,
) -> Option<Child<'g>> {
    let ty = object.ty();
    // Enums have a metaclass.
    if !ty.has_plain_metaclass() && is_a(object, known.enum_class) {
        return enum_field(object, cursor, known, gil);
    }
    if kind == Kind::Number && ty.is_complex() {
        let (real, imaginary) = object.complex();
        let part = [("real", real), ("imag", imaginary)].get(*cursor).copied()?;
        *cursor += 1;
        return Some(Child::Field(plain(part.0), Ok(Value::Float(part.1))));
    }
    if !ty.has_generic_attributes()
        && known.local_proxy.is_some()
        && let Some(target) = hidden_target(object, known, gil)
        && ty.as_object() == known.local_proxy
    {
        let first = *cursor == 0;
        *cursor += 1;
        let target = target.map(|target| value_of(target, gil));
        return first.then(|| Child::Field(plain("_get_current_object()"), target));
    }
    if *cursor & IN_SLOTS == 0 {
        while let Some((key, value)) = object.stored_next(cursor) {
            if key.ty().is_text() {
                let name = Name { identity: key.handle(), text: key.text(gil) };
                return Some(Child::Field(name, Ok(value_of(value, gil))));
            }
        }
        *cursor = IN_SLOTS;
        if ty.is_exception() {
            let args = object.exception_args().ok_or(Missing::Unset);
            return Some(Child::Field(plain("args"), args.map(|args| value_of(args, gil))));
        }
    }
    slot_field(object, cursor, gil)
}

/// The next field that a class declared in `__slots__`, its own first, then those of its bases.
fn slot_field<'g>(object: Obj, cursor: &mut usize, gil: Gil<'g>) -> Option<Child<'g>> {
    loop {
        let place = *cursor & !IN_SLOTS;
        let (base, member) = (place >> MEMBER_BITS, place & ((1 << MEMBER_BITS) - 1));
        let mut ty = object.ty();
        for _ in 0..base {
            ty = ty.base()?;
        }
        if !ty.is_heap_type() {
            return None;
        }
        let Some(member) = ty.own_slot(member, gil) else {
            *cursor = IN_SLOTS | ((base + 1) << MEMBER_BITS);
            continue;
        };
        *cursor += 1;
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
        return Some(Child::Field(plain(name), value));
    }
}

/// An enum's member is its name and its value.
fn enum_field<'g>(
    object: Obj,
    cursor: &mut usize,
    known: &Known,
    gil: Gil<'g>,
) -> Option<Child<'g>> {
    let names = known.names?;
    let (name, key) = match *cursor {
        0 => ("name", names.enum_name(gil)),
        1 => ("value", names.enum_value(gil)),
        _ => return None,
    };
    *cursor += 1;
    let value = object.stored(key, gil).ok_or(Missing::Unset);
    Some(Child::Field(plain(name), value.map(|value| value_of(value, gil))))
}

/// A class, function or module is shown by its name.
fn named<'g>(
    object: Obj,
    kind: Kind,
    cursor: &mut usize,
    known: &Known,
    gil: Gil<'g>,
) -> Option<Child<'g>> {
    if *cursor > 0 {
        return None;
    }
    *cursor += 1;
    let text = match kind {
        Kind::Class => Some(Type::from_object(object)?.name(gil)),
        Kind::Module => {
            let key = known.names?.module_name(gil);
            let name = object.module_dict().and_then(|dict| dict.dict_find_text(key, gil));
            name.filter(|name| name.ty().is_text()).map(|name| name.text(gil))
        }
        _ if object.ty().is_function() => {
            object.function_qualname().filter(|name| name.ty().is_text()).map(|name| name.text(gil))
        }
        _ => None,
    };
    text.map(|text| Child::Field(plain("__name__"), Ok(Value::Text(text))))
}
