//! What an object of the application is to the core: a value, or an object of some kind.
//!
//! Knows Python's builtin types, not where objects come from. Invariant: the type is compared
//! exactly; `isinstance`, which may run code, is never asked.

mod attribute;
mod child;
mod known;
mod scalar;

pub(crate) use attribute::{attribute, hidden_target};
pub(crate) use child::{children, count_of, element_name};
pub(crate) use known::{Known, modules};
pub(crate) use scalar::{ordered, part};

use crate::ffi::{Gil, Obj, Type};
use stillframe_core::value::{Kind, Missing, Object, Reading, Text, Value};

/// The value that `object` is. 2 ns for the common ones.
#[inline(always)]
pub(crate) fn value_of<'g>(object: Obj, gil: Gil<'g>) -> Value<'g> {
    read_as(object, gil, |value| value)
}

/// The same as a reading. Wrapped afterwards, the value would be copied.
#[inline(always)]
pub(crate) fn reading_of<'g>(object: Obj, gil: Gil<'g>) -> Reading<Value<'g>> {
    read_as(object, gil, Ok)
}

/// What is common is wrapped where it was read, so that it is never copied.
#[inline(always)]
fn read_as<'g, T>(object: Obj, gil: Gil<'g>, wrap: impl Fn(Value<'g>) -> T) -> T {
    let ty = object.ty();
    if ty.is_exact_int() {
        return match object.compact_int() {
            Some(value) => wrap(Value::Int(value)),
            None => wrap(object.int(gil)),
        };
    }
    if ty.is_exact_text() {
        return match object.ascii_text(gil) {
            Some(text) => wrap(Value::Text(Text::Utf8(text))),
            None => wrap(object.text_value(gil)),
        };
    }
    if ty.is_bool() {
        return wrap(Value::Bool(object.is_true()));
    }
    if object.is_none() {
        return wrap(Value::Null);
    }
    if ty.is_exact_float() {
        return wrap(Value::Float(object.float()));
    }
    if ty.is_exact_bytes() {
        return wrap(Value::Bytes(object.bytes(gil)));
    }
    let (kind, exact) = kind_of(ty);
    wrap(Value::Object(Object { raw: object.handle(), kind, exact }))
}

#[inline(never)]
fn kind_of(ty: Type) -> (Kind, bool) {
    if ty.is_list() {
        (Kind::List, ty.is_exact_list())
    } else if ty.is_tuple() {
        (Kind::Tuple, ty.is_exact_tuple())
    } else if ty.is_dict() {
        (Kind::Map, ty.is_exact_dict())
    } else if ty.is_text() {
        (Kind::Text, false)
    } else if ty.is_int() {
        (Kind::Number, false)
    } else if ty.is_bytes() || ty.is_exact_bytearray() {
        (Kind::Bytes, ty.is_exact_bytearray())
    } else if ty.is_metatype() {
        (Kind::Class, ty.is_exact_type())
    } else if ty.is_heap_type() {
        // Of the types below only the subclasses are made by class statements.
        rare_kind_of(ty)
    } else if ty.is_function() || ty.is_callable_builtin() {
        (Kind::Function, true)
    } else if ty.is_range() {
        (Kind::Range, true)
    } else {
        rare_kind_of(ty)
    }
}

/// Kinds that only a walk over the bases tells.
fn rare_kind_of(ty: Type) -> (Kind, bool) {
    if is_deque(ty) {
        return (Kind::List, false);
    }
    let kind = ty.layout_bases().find_map(|base| {
        if base.is_exact_set() {
            Some(Kind::Set)
        } else if base.is_exact_frozenset() {
            Some(Kind::FrozenSet)
        } else if base.is_exact_float() || base.is_exact_complex() {
            Some(Kind::Number)
        } else if base.is_exact_bytearray() {
            Some(Kind::Bytes)
        } else {
            base.is_exact_module().then_some(Kind::Module)
        }
    });
    let kind = kind.unwrap_or(Kind::Instance);
    let exact = ty.is_exact_set() || ty.is_exact_frozenset() || ty.is_exact_complex();
    (kind, exact || kind == Kind::Module)
}

/// Whether objects of a type are exactly `deque`s.
#[inline]
fn is_deque(ty: Type) -> bool {
    !ty.has_dict() && ty.as_object() == Known::current().deque
}

/// Elements of a collection, characters of a string subclass.
pub(crate) fn len_of(object: Obj, kind: Kind, gil: Gil<'_>) -> Reading<usize> {
    let ty = object.ty();
    match kind {
        Kind::List if is_deque(ty) => Ok(object.deque_len()),
        Kind::List
        | Kind::Tuple
        | Kind::Map
        | Kind::Set
        | Kind::FrozenSet
        | Kind::Text
        | Kind::Bytes
            if !ty.has_builtin_truth() =>
        {
            Err(Missing::NeedsCode)
        }
        Kind::Range => range_len(object, gil).ok_or(Missing::Unreadable),
        Kind::Instance | Kind::Class if !ty.is_always_true() => Err(Missing::NeedsCode),
        _ => stored_len(object, kind, gil).ok_or(Missing::Absent),
    }
}

/// Elements that a builtin container stores, whatever a subclass makes of its length.
#[inline]
pub(crate) fn stored_len(object: Obj, kind: Kind, gil: Gil<'_>) -> Option<usize> {
    match kind {
        Kind::List if is_deque(object.ty()) => Some(object.deque_len()),
        Kind::List | Kind::Tuple => Some(object.items_len()),
        Kind::Map => Some(object.dict_len()),
        Kind::Set | Kind::FrozenSet => Some(object.set_len()),
        Kind::Text => Some(object.text_len()),
        Kind::Bytes => Some(object.bytes(gil).len()),
        Kind::Range => range_len(object, gil),
        Kind::Number | Kind::Instance | Kind::Class | Kind::Function | Kind::Module => None,
    }
}

/// Whether Python takes an object for true.
pub(crate) fn truth_of(object: Obj, kind: Kind, gil: Gil<'_>) -> Reading<bool> {
    let ty = object.ty();
    if ty.is_always_true() {
        return Ok(true);
    }
    if kind == Kind::Range {
        return len_of(object, kind, gil).map(|len| len > 0);
    }
    if let Some(truth) = scalar::truth(object, ty, Known::current(), gil) {
        return Ok(truth);
    }
    if !ty.has_builtin_truth() && !is_deque(ty) {
        return Err(Missing::NeedsCode);
    }
    if let Some(len) = stored_len(object, kind, gil) {
        return Ok(len > 0);
    }
    match stored_builtin(object, gil) {
        Some(Value::Int(value)) => Ok(value != 0),
        Some(Value::BigInt(_)) => Ok(true),
        Some(Value::Float(value)) => Ok(value != 0.0),
        _ if ty.is_complex() => {
            let (real, imaginary) = object.complex();
            Ok(real != 0.0 || imaginary != 0.0)
        }
        _ => Err(Missing::NeedsCode),
    }
}

/// The builtin value inside an instance of a subclass.
fn stored_builtin<'g>(object: Obj, gil: Gil<'g>) -> Option<Value<'g>> {
    let ty = object.ty();
    if ty.is_text() {
        Some(object.text_value(gil))
    } else if ty.is_int() {
        Some(object.int(gil))
    } else if ty.is_float() {
        Some(Value::Float(object.float()))
    } else if ty.is_bytes() || ty.is_bytearray() {
        Some(Value::Bytes(object.bytes(gil)))
    } else {
        None
    }
}

/// The characters that an instance of a string or bytes subclass stores, whatever it overrides.
pub(crate) fn stored_text<'g>(object: Obj, gil: Gil<'g>) -> Option<Text<'g>> {
    match stored_builtin(object, gil)? {
        Value::Text(text) => Some(text),
        Value::Bytes(bytes) => Some(Text::Latin1(bytes)),
        _ => None,
    }
}

/// A non-negative integer of up to 128 bits.
pub(crate) fn unsigned_128(value: &Value<'_>) -> Option<u128> {
    match value {
        Value::Int(value) => u128::try_from(*value).ok(),
        Value::BigInt(value) if !value.negative => {
            value.digits.iter().rev().try_fold(0_u128, |all, digit| {
                let shifted = all.checked_mul(1 << value.digit_bits)?;
                Some(shifted | u128::from(*digit))
            })
        }
        _ => None,
    }
}

/// The builtin value inside an instance of a subclass that compares as the builtin does.
pub(crate) fn underlying<'g>(object: Obj, gil: Gil<'g>) -> Reading<Value<'g>> {
    let value = match (stored_builtin(object, gil), kind_of(object.ty()).0) {
        // A number or string too large for reads through the interpreter's API.
        (Some(Value::Object(_)), _) => return Err(Missing::Unreadable),
        (Some(value), _) => value,
        // A container's own storage, read as the builtin would.
        (None, kind @ (Kind::List | Kind::Tuple | Kind::Map | Kind::Set | Kind::FrozenSet)) => {
            Value::Object(Object { raw: object.handle(), kind, exact: true })
        }
        (None, _) => return Err(Missing::Absent),
    };
    if object.ty().compares_as_builtin() { Ok(value) } else { Err(Missing::NeedsCode) }
}

/// Element `index` of a list, tuple or range.
pub(crate) fn item<'g>(object: Obj, index: usize, gil: Gil<'g>) -> Reading<Value<'g>> {
    let ty = object.ty();
    if ty.is_range() {
        return range_item(object, index, gil);
    }
    if is_deque(ty) {
        let mut found = Err(Missing::Absent);
        object.deque_items(index, |item| {
            found = Ok(value_of(item, gil));
            false
        });
        return found;
    }
    let is_exact = ty.is_exact_list() || ty.is_exact_tuple();
    if !is_exact && !Known::current().has_builtin_subscript(ty, gil) {
        return Err(Missing::NeedsCode);
    }
    object.item_at(index, gil).map(|item| value_of(item, gil)).ok_or(Missing::Absent)
}

fn range_len(object: Obj, gil: Gil<'_>) -> Option<usize> {
    usize::try_from(object.range_len(gil)?).ok()
}

pub(crate) fn range_item<'g>(object: Obj, index: usize, gil: Gil<'g>) -> Reading<Value<'g>> {
    let [start, _, step] = object.range_parts().map(|part| match part.map(|part| part.int(gil)) {
        Some(Value::Int(value)) => Some(value),
        _ => None,
    });
    let (Some(start), Some(step), Some(len)) = (start, step, object.range_len(gil)) else {
        return Err(Missing::Unreadable);
    };
    let index = i64::try_from(index).map_err(|_| Missing::Absent)?;
    if index >= len {
        return Err(Missing::Absent);
    }
    let offset = step.checked_mul(index).and_then(|offset| start.checked_add(offset));
    offset.map(Value::Int).ok_or(Missing::Unreadable)
}
