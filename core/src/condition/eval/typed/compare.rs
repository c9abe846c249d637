//! Comparison of a typed host: operators and `equals`.
//!
//! Invariant: an object whose class decides equality by its own code is an error, never a guess.

use super::element::{lookup, no_method};
use super::number::Number;
use crate::condition::eval::ordered;
use crate::condition::eval::{Ctx, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::syntax::Comparison;
use crate::condition::utf16;
use crate::host::Scope;
use crate::value::{BigInt, Kind, Missing, Object, Ordered, Text, Value};
use std::cmp::Ordering;

/// Collections within collections that a comparison goes into.
const MAX_DEPTH: u32 = 16;

/// The boolean that a value is.
pub(in crate::condition::eval) fn boolean(value: &Value<'_>) -> Outcome<bool> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::Null => Err(FailureKind::OfNull),
        _ => Err(FailureKind::Types),
    }
}

/// `a comparison b`. Where one side is computed (`unboxes`) and no string, null on the other is an
/// error.
pub(in crate::condition::eval) fn compare<S: Scope>(
    ctx: &Ctx<'_, S>,
    comparison: Comparison,
    a: &Value<'_>,
    b: &Value<'_>,
    unboxes: bool,
) -> Outcome<bool> {
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return Ok(crate::condition::eval::number::satisfies(comparison, a.with(b).order()));
    }
    match comparison {
        Comparison::Equal => same(ctx, a, b, unboxes),
        Comparison::NotEqual => same(ctx, a, b, unboxes).map(|same| !same),
        _ if matches!(a, Value::Null) || matches!(b, Value::Null) => Err(FailureKind::OfNull),
        _ => Err(FailureKind::Types),
    }
}

/// `a == b`, one of them no number: strings by their units, objects by identity.
fn same<S: Scope>(ctx: &Ctx<'_, S>, a: &Value<'_>, b: &Value<'_>, unboxes: bool) -> Outcome<bool> {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Null, Value::Text(_)) | (Value::Text(_), Value::Null) => Ok(false),
        (Value::Null, _) | (_, Value::Null) if unboxes => Err(FailureKind::OfNull),
        (Value::Null, Value::Null) => Ok(true),
        (Value::Null, _) | (_, Value::Null) => Ok(false),
        (Value::Text(a), Value::Text(b)) => texts_equal(ctx, *a, *b),
        (Value::Object(a), Value::Object(b)) => Ok(a.raw == b.raw),
        (Value::Text(_), Value::Object(_)) | (Value::Object(_), Value::Text(_)) => Ok(false),
        _ => Err(FailureKind::Types),
    }
}

fn texts_equal<S: Scope>(ctx: &Ctx<'_, S>, a: Text<'_>, b: Text<'_>) -> Outcome<bool> {
    ctx.burn(a.units().min(b.units()) / 16)?;
    Ok(utf16::equal(a, b))
}

/// `a.equals(b)`: the same type and the same value.
pub(super) fn equals<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: &Value<'_>,
    b: &Value<'_>,
    depth: u32,
) -> Outcome<bool> {
    match (a, b) {
        (Value::Null, _) => Err(FailureKind::OfNull),
        (Value::Object(a), b) => object_equals(ctx, *a, b, depth),
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Int32(a), Value::Int32(b)) => Ok(a == b),
        (Value::Int(a), Value::Int(b)) => Ok(a == b),
        (Value::Char(a), Value::Char(b)) => Ok(a == b),
        // By their bits, but that NaN is one NaN.
        (Value::Float(a), Value::Float(b)) => {
            Ok(a.total_cmp(b).is_eq() || a.is_nan() && b.is_nan())
        }
        (Value::Float32(a), Value::Float32(b)) => {
            Ok(a.total_cmp(b).is_eq() || a.is_nan() && b.is_nan())
        }
        (Value::Text(a), Value::Text(b)) => texts_equal(ctx, *a, *b),
        (Value::Bytes(a), Value::Bytes(b)) => Ok(a.as_ptr() == b.as_ptr()),
        (Value::BigInt(a), Value::BigInt(b)) => Ok(order_big(*a, *b)?.is_eq()),
        _ => Ok(false),
    }
}

/// `a.compareTo(b)` of numbers of the host's library, by what they come to: a decimal, or an integer,
/// which is an object where it fits 64 bits.
pub(super) fn compare_numbers<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: &Value<'_>,
    b: &Value<'_>,
) -> Outcome<i32> {
    let number = |value: &Value<'_>| match value {
        Value::Object(object) => match ctx.scope.ordered(*object) {
            Ok(decimal @ Ordered::Decimal { .. }) => Ok(Some(decimal)),
            Ok(_) | Err(Missing::Absent) => Err(no_method(value)),
            Err(missing) => Err(missing.into()),
        },
        Value::BigInt(_) => Ok(None),
        _ => Err(FailureKind::Types),
    };
    let (one, other) = (number(a)?, number(b)?);
    if !same_type(ctx, a, b) {
        return Err(FailureKind::Types);
    }
    let away = |big: &BigInt<'_>| if big.negative { Ordering::Less } else { Ordering::Greater };
    let order = match (a, b) {
        (Value::BigInt(a), Value::BigInt(b)) => Some(order_big(*a, *b)?),
        (Value::BigInt(a), _) => Some(away(a)),
        (_, Value::BigInt(b)) => Some(away(b).reverse()),
        _ => one.zip(other).and_then(|(one, other)| ordered::order(one, other)),
    };
    order.map(|order| order as i32).ok_or(FailureKind::Types)
}

/// The order of two integers, whatever their size.
fn order_big(a: BigInt<'_>, b: BigInt<'_>) -> Outcome<Ordering> {
    if a.digit_bits != b.digit_bits {
        return Err(FailureKind::Unreadable);
    }
    let size =
        |int: BigInt<'_>| int.digits.iter().rposition(|digit| *digit != 0).map_or(0, |at| at + 1);
    let (digits, others) = (a.digits.iter().rev(), b.digits.iter().rev());
    let by_size = size(a).cmp(&size(b));
    let same_sign = by_size.then_with(|| digits.cmp(others));
    Ok(match (a.negative, b.negative) {
        (false, false) => same_sign,
        (true, true) => same_sign.reverse(),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    })
}

fn same_type<S: Scope>(ctx: &Ctx<'_, S>, a: &Value<'_>, b: &Value<'_>) -> bool {
    utf16::equal(ctx.scope.type_name(a), ctx.scope.type_name(b))
}

/// Equality of objects of the host's library that stand for one value: the same class, written alike
/// (`1.5` is not `1.50`).
fn ordered_equals<S: Scope>(ctx: &Ctx<'_, S>, a: Object, b: &Value<'_>) -> Outcome<bool> {
    let ordered = |object: Object| match ctx.scope.ordered(object) {
        Ok(ordered) => Ok(Some(ordered)),
        // Of the host, and another class.
        Err(Missing::Absent) if object.exact && object.kind != Kind::Instance => Ok(None),
        Err(Missing::Absent) => Err(FailureKind::NeedsCode),
        Err(missing) => Err(missing.into()),
    };
    let own = ordered(a)?.ok_or(FailureKind::NeedsCode)?;
    match b {
        Value::Object(other) if other.raw == a.raw => Ok(true),
        Value::Object(other) => {
            Ok(ordered(*other)? == Some(own) && same_type(ctx, &Value::Object(a), b))
        }
        _ => Ok(false),
    }
}

/// `Objects.equals(a, b)`, and how collections compare their elements.
pub(super) fn nullable_equals<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: &Value<'_>,
    b: &Value<'_>,
    depth: u32,
) -> Outcome<bool> {
    match (a, b) {
        (Value::Null, Value::Null) => Ok(true),
        (Value::Null, _) => Ok(false),
        (Value::Object(a), Value::Object(b)) if a.raw == b.raw => Ok(true),
        _ => equals(ctx, a, b, depth),
    }
}

fn object_equals<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: Object,
    b: &Value<'_>,
    depth: u32,
) -> Outcome<bool> {
    let is_collection =
        a.exact && matches!(a.kind, Kind::List | Kind::Map | Kind::Set | Kind::FrozenSet);
    if !is_collection {
        if a.kind == Kind::Tuple || ctx.scope.compares_by_identity(a) {
            return Ok(matches!(b, Value::Object(b) if a.raw == b.raw));
        }
        return ordered_equals(ctx, a, b);
    }
    let Value::Object(b) = b else { return Ok(false) };
    if a.raw == b.raw {
        return Ok(true);
    }
    if !b.exact && matches!(b.kind, Kind::Instance | Kind::List | Kind::Map | Kind::Set) {
        // It may be a collection of the application, which is asked for its elements.
        return Err(FailureKind::NeedsCode);
    }
    if depth == MAX_DEPTH {
        return Err(FailureKind::TooDeep);
    }
    match (a.kind, b.kind) {
        (Kind::List, Kind::List) => lists_equal(ctx, a, *b, depth),
        (Kind::Map, Kind::Map) => members_equal(ctx, a, *b, depth),
        (Kind::Set | Kind::FrozenSet, Kind::Set | Kind::FrozenSet) => {
            members_equal(ctx, a, *b, depth)
        }
        _ => Ok(false),
    }
}

fn lists_equal<S: Scope>(ctx: &Ctx<'_, S>, a: Object, b: Object, depth: u32) -> Outcome<bool> {
    let len = ctx.scope.len(a)?;
    if len != ctx.scope.len(b)? {
        return Ok(false);
    }
    for at in 0..len {
        ctx.burn(1)?;
        let (left, right) = (ctx.item(a, at)?, ctx.item(b, at)?);
        if !nullable_equals(ctx, &left, &right, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Equality of two sets, or of two maps with their values. A redacted key is an error, because the
/// outcome would tell what stands under it.
fn members_equal<S: Scope>(ctx: &Ctx<'_, S>, a: Object, b: Object, depth: u32) -> Outcome<bool> {
    if ctx.scope.len(a)? != ctx.scope.len(b)? {
        return Ok(false);
    }
    let mut cursor = 0;
    while let Some((key, value)) = ctx.scope.entry(a, &mut cursor) {
        ctx.burn(1)?;
        let with_values = a.kind == Kind::Map;
        if with_values {
            ctx.visible(&key)?;
        }
        let Some(other) = lookup(ctx, b, &key, depth + 1)? else { return Ok(false) };
        if with_values && !nullable_equals(ctx, &value, &other, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}
