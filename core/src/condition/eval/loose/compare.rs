//! Equality and order as ECMAScript has them.
//!
//! Invariant: an object is compared by identity alone; what would convert one to a primitive fails.

use super::datum::Datum;
use super::numeral::parse_exact;
use crate::condition::eval::number::{Number, order, satisfies};
use crate::condition::eval::{Ctx, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::syntax::Comparison;
use crate::condition::utf16;
use crate::host::Scope;
use crate::value::{Text, Value};
use std::cmp::Ordering;

fn texts_equal<S: Scope>(ctx: &Ctx<'_, S>, a: Text<'_>, b: Text<'_>) -> Outcome<bool> {
    ctx.burn(a.units().min(b.units()) / 16)?;
    Ok(utf16::equal(a, b))
}

/// `a === b`.
pub(super) fn strictly_equal<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: Datum<'_>,
    b: Datum<'_>,
) -> Outcome<bool> {
    Ok(match (a, b) {
        (Datum::Undefined, Datum::Undefined) | (Datum::Null, Datum::Null) => true,
        (Datum::Bool(a), Datum::Bool(b)) => a == b,
        (Datum::Number(a), Datum::Number(b)) => a == b,
        (Datum::Big(a), Datum::Big(b)) => order(a, b) == Some(Ordering::Equal),
        (Datum::Text(a), Datum::Text(b)) => return texts_equal(ctx, a, b),
        (Datum::Symbol(a), Datum::Symbol(b)) => a == b,
        (Datum::Object(a), Datum::Object(b)) => a.raw == b.raw,
        // Two that hold nothing may or may not be one.
        (Datum::Bytes([]), Datum::Bytes([])) => return Err(FailureKind::Identity),
        (Datum::Bytes(a), Datum::Bytes(b)) => a.as_ptr() == b.as_ptr() && a.len() == b.len(),
        _ => false,
    })
}

/// Equality of elements, of which NaN is one.
pub(super) fn same_value_zero<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: Datum<'_>,
    b: Datum<'_>,
) -> Outcome<bool> {
    match (a, b) {
        (Datum::Number(a), Datum::Number(b)) if a.is_nan() && b.is_nan() => Ok(true),
        _ => strictly_equal(ctx, a, b),
    }
}

/// The same of values.
pub(in crate::condition::eval) fn same_value<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: &Value<'_>,
    b: &Value<'_>,
) -> Outcome<bool> {
    same_value_zero(ctx, Datum::of(a), Datum::of(b))
}

/// `a == b`.
fn loosely_equal<S: Scope>(ctx: &Ctx<'_, S>, a: Datum<'_>, b: Datum<'_>) -> Outcome<bool> {
    let is_nullish = |datum| matches!(datum, Datum::Undefined | Datum::Null);
    if is_nullish(a) || is_nullish(b) {
        return Ok(is_nullish(a) && is_nullish(b));
    }
    if a.is_object() != b.is_object() {
        return Err(FailureKind::NeedsCode);
    }
    match (a, b) {
        (Datum::Bool(_), Datum::Bool(_)) | (Datum::Text(_), Datum::Text(_)) => {
            strictly_equal(ctx, a, b)
        }
        (Datum::Symbol(_), _) | (_, Datum::Symbol(_)) => strictly_equal(ctx, a, b),
        (Datum::Big(big), other) | (other, Datum::Big(big)) => {
            Ok(order_exact(big, other)? == Some(Ordering::Equal))
        }
        _ if a.is_object() => strictly_equal(ctx, a, b),
        _ => Ok(a.number()? == b.number()?),
    }
}

/// The order of an exact integer and another primitive; `None` if there is none.
fn order_exact(big: Number<'_>, other: Datum<'_>) -> Outcome<Option<Ordering>> {
    Ok(match other {
        Datum::Big(other) => order(big, other),
        Datum::Text(text) => parse_exact(text)?.and_then(|value| order(big, Number::Int(value))),
        other => order(big, Number::Float(other.number()?)),
    })
}

/// `a comparison b`, but for `in`.
pub(super) fn compare<S: Scope>(
    ctx: &Ctx<'_, S>,
    comparison: Comparison,
    a: Datum<'_>,
    b: Datum<'_>,
) -> Outcome<bool> {
    match comparison {
        Comparison::Is => strictly_equal(ctx, a, b),
        Comparison::IsNot => strictly_equal(ctx, a, b).map(|equal| !equal),
        Comparison::Equal => loosely_equal(ctx, a, b),
        Comparison::NotEqual => loosely_equal(ctx, a, b).map(|equal| !equal),
        _ => Ok(relation(ctx, a, b)?.is_some_and(|order| satisfies(comparison, Some(order)))),
    }
}

/// The order of two values; `None` with NaN.
fn relation<S: Scope>(ctx: &Ctx<'_, S>, a: Datum<'_>, b: Datum<'_>) -> Outcome<Option<Ordering>> {
    if a.is_object() || b.is_object() {
        return Err(FailureKind::NeedsCode);
    }
    match (a, b) {
        (Datum::Text(a), Datum::Text(b)) => {
            ctx.burn(a.units().min(b.units()) / 16)?;
            Ok(Some(utf16::difference(a, b).cmp(&0)))
        }
        (Datum::Symbol(_), _) | (_, Datum::Symbol(_)) => Err(FailureKind::Types),
        (Datum::Big(a), b) => order_exact(a, b),
        (a, Datum::Big(b)) => Ok(order_exact(b, a)?.map(Ordering::reverse)),
        _ => Ok(a.number()?.partial_cmp(&b.number()?)),
    }
}

/// `a comparison b` of two values, but for `in`.
pub(in crate::condition::eval) fn compare_values<S: Scope>(
    ctx: &Ctx<'_, S>,
    comparison: Comparison,
    a: &Value<'_>,
    b: &Value<'_>,
) -> Outcome<bool> {
    compare(ctx, comparison, Datum::of(a), Datum::of(b))
}
