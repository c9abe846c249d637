//! Elements of a typed host's arrays and collections.
//!
//! Invariant: what stands under a redacted key is never read, and only collections of the host's own
//! library are read.

use super::compare::nullable_equals;
use super::number::Number;
use crate::condition::eval::element::lookup_by;
use crate::condition::eval::{Ctx, Outcome};
use crate::condition::failure::FailureKind;
use crate::host::Scope;
use crate::value::{Kind, Object, Value};

/// Why a value has none of the methods that can be called.
pub(super) fn no_method(value: &Value<'_>) -> FailureKind {
    match value {
        Value::Null => FailureKind::OfNull,
        Value::Object(object) if !object.exact || object.kind == Kind::Instance => {
            FailureKind::NeedsCode
        }
        _ => FailureKind::NoAttribute,
    }
}

/// `array[index]`.
pub(in crate::condition::eval) fn array_item<'a, S: Scope>(
    ctx: &Ctx<'a, S>,
    array: &Value<'a>,
    index: &Value<'_>,
) -> Outcome<Value<'a>> {
    match array {
        Value::Null => Err(FailureKind::OfNull),
        Value::Bytes(bytes) => {
            let byte = bytes.get(Number::index(index)?).ok_or(FailureKind::NoIndex)?;
            Ok(Value::Int32(i32::from(byte.cast_signed())))
        }
        Value::Object(array) if array.kind == Kind::Tuple => {
            ctx.item(*array, Number::index(index)?)
        }
        _ => Err(FailureKind::Types),
    }
}

/// A collection of the host's own library.
pub(super) fn own(value: &Value<'_>) -> Outcome<Object> {
    match value {
        Value::Object(object) if object.exact && object.kind != Kind::Instance => Ok(*object),
        other => Err(no_method(other)),
    }
}

/// `container.get(key)` of a list or map.
pub(super) fn get<'a, S: Scope>(
    ctx: &Ctx<'a, S>,
    container: &Value<'a>,
    key: &Value<'_>,
) -> Outcome<Option<Value<'a>>> {
    let object = own(container)?;
    match object.kind {
        Kind::List => ctx.item(object, Number::index(key)?).map(Some),
        Kind::Map => {
            // Whether a redacted key is there is not told either.
            ctx.visible(key)?;
            lookup(ctx, object, key, 0)
        }
        _ => Err(FailureKind::NoAttribute),
    }
}

/// The value under `key` of a map, or the key itself in a set; `None` if there is none.
pub(super) fn lookup<'a, S: Scope>(
    ctx: &Ctx<'a, S>,
    container: Object,
    key: &Value<'_>,
    depth: u32,
) -> Outcome<Option<Value<'a>>> {
    lookup_by(ctx, container, key, |candidate| nullable_equals(ctx, key, candidate, depth))
}

/// Whether a map has `wanted` as a value. A redacted key is an error: the outcome would tell of what
/// stands under it.
pub(super) fn contains_value<S: Scope>(
    ctx: &Ctx<'_, S>,
    map: &Value<'_>,
    wanted: &Value<'_>,
) -> Outcome<bool> {
    let object = own(map)?;
    if object.kind != Kind::Map {
        return Err(FailureKind::NoAttribute);
    }
    ctx.scope.len(object)?;
    let mut found = false;
    let mut cursor = 0;
    while let Some((key, value)) = ctx.scope.entry(object, &mut cursor) {
        ctx.burn(1)?;
        ctx.visible(&key)?;
        found = found || nullable_equals(ctx, wanted, &value, 0)?;
    }
    Ok(found)
}

/// Where `wanted` first stands in a list.
pub(super) fn position<S: Scope>(
    ctx: &Ctx<'_, S>,
    list: Object,
    wanted: &Value<'_>,
) -> Outcome<Option<usize>> {
    for at in 0..ctx.scope.len(list)? {
        ctx.burn(1)?;
        let item = ctx.item(list, at)?;
        if nullable_equals(ctx, wanted, &item, 0)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}
