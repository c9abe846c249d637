//! Equality and order beyond what all exact hosts share.
//!
//! Invariant: an object whose class decides these by its own code is an error, never a guess.

use crate::condition::eval::equal::{self, Settled, settle};
use crate::condition::eval::number::{self, Number, satisfies};
use crate::condition::eval::{Ctx, Outcome, ordered as library};
use crate::condition::failure::FailureKind;
use crate::condition::syntax::Comparison;
use crate::condition::text;
use crate::host::Scope;
use crate::value::{Kind, Object, Text, Value};
use std::cmp::Ordering;

/// Collections within collections that a comparison goes into.
const MAX_DEPTH: u32 = 16;

/// A number; a boolean is none.
pub(super) fn numeric<'v>(value: &Value<'v>) -> Option<Number<'v>> {
    match value {
        Value::Bool(_) => None,
        value => Number::of(value),
    }
}

/// Whether it is a symbol.
pub(super) fn is_symbol(value: &Value<'_>) -> bool {
    matches!(value, Value::Object(object) if object.kind == Kind::Text && object.exact)
}

/// The name of a symbol.
pub(super) fn name_of<'a, S: Scope>(
    ctx: &Ctx<'a, S>,
    value: &Value<'_>,
) -> Outcome<Option<Text<'a>>> {
    match value {
        Value::Object(object) if is_symbol(value) => {
            ctx.scope.stored_text(*object).map(Some).ok_or(FailureKind::Unreadable)
        }
        _ => Ok(None),
    }
}

/// Why `a` does not answer to `<`, or not about `b`.
pub(in crate::condition::eval) fn has_no_order<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: &Value<'_>,
    b: &Value<'_>,
) -> FailureKind {
    match (a, b) {
        (Value::Null, _) => FailureKind::OfNull,
        (Value::Bool(_), _) => FailureKind::NoAttribute,
        (Value::Object(a), _) if a.kind == Kind::Instance || !a.exact => FailureKind::NeedsCode,
        (Value::Object(a), _) => match a.kind {
            Kind::Text => asked_of(ctx, b),
            // Whether it is a part of the other.
            Kind::Map | Kind::Set | Kind::Class | Kind::Module => FailureKind::Unreadable,
            _ => FailureKind::NoAttribute,
        },
        _ => asked_of(ctx, b),
    }
}

/// Why a number, string or symbol cannot be held against `b`: an object of the application would be
/// asked.
fn asked_of<S: Scope>(_: &Ctx<'_, S>, b: &Value<'_>) -> FailureKind {
    match b {
        Value::Object(b) if b.kind == Kind::Instance || !b.exact => FailureKind::NeedsCode,
        _ => FailureKind::Types,
    }
}

/// The order of two values as `<=>` has it; `None` where they have none.
pub(super) fn order<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: &Value<'_>,
    b: &Value<'_>,
) -> Outcome<Option<Ordering>> {
    if let (Some(a), Some(b)) = (numeric(a), numeric(b)) {
        return Ok(number::order(a, b));
    }
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => {
            ctx.burn(a.units().min(b.units()) / 16)?;
            return Ok(Some(text::order(*a, *b)));
        }
        (Value::Bytes(a), Value::Bytes(b)) => return Ok(Some(a.cmp(b))),
        (Value::Text(Text::Utf8(a)), Value::Bytes(b)) => return Ok(Some(a.as_bytes().cmp(b))),
        (Value::Bytes(a), Value::Text(Text::Utf8(b))) => return Ok(Some((*a).cmp(b.as_bytes()))),
        _ => {}
    }
    if let (Some(a), Some(b)) = (name_of(ctx, a)?, name_of(ctx, b)?) {
        return Ok(Some(text::order(a, b)));
    }
    let is_plain = |value: &Value<'_>| match value {
        Value::Object(object) => object.exact && object.kind != Kind::Instance,
        _ => true,
    };
    if is_plain(a) && is_plain(b) {
        return same_order(ctx, a, b);
    }
    match (settle(ctx, a)?, settle(ctx, b)?) {
        (Settled::Ordered(a), Settled::Ordered(b)) => Ok(library::order(a, b)),
        (Settled::Ordered(a), Settled::Plain(b)) => match numeric(&b) {
            Some(Number::Float(_)) => Err(FailureKind::Unreadable),
            Some(b) => library::order_number(a, b),
            None => Ok(None),
        },
        (Settled::Plain(a), Settled::Ordered(b)) => match numeric(&a) {
            Some(Number::Float(_)) => Err(FailureKind::Unreadable),
            Some(a) => Ok(library::order_number(b, a)?.map(Ordering::reverse)),
            None => Ok(None),
        },
        (Settled::Plain(a), Settled::Plain(b)) if is_plain(&a) && is_plain(&b) => {
            order(ctx, &a, &b)
        }
        _ => Err(FailureKind::NeedsCode),
    }
}

/// The order of two of the core's own that are neither numbers nor strings: lists by their elements,
/// others none unless they are equal.
fn same_order<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: &Value<'_>,
    b: &Value<'_>,
) -> Outcome<Option<Ordering>> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) if (x.kind, y.kind) == (Kind::List, Kind::List) => {
            let (len, other) = (ctx.scope.len(*x)?, ctx.scope.len(*y)?);
            for at in 0..len.min(other) {
                ctx.burn(1)?;
                let (left, right) = (ctx.item(*x, at)?, ctx.item(*y, at)?);
                if matches!(left, Value::Object(within) if within.kind == Kind::List) {
                    return Err(FailureKind::TooDeep);
                }
                match order(ctx, &left, &right)? {
                    Some(Ordering::Equal) => {}
                    decided => return Ok(decided),
                }
            }
            Ok(Some(len.cmp(&other)))
        }
        (Value::Object(x), Value::Object(_)) if matches!(x.kind, Kind::Class | Kind::Module) => {
            Err(FailureKind::Unreadable)
        }
        _ => Ok(equal::equal(ctx, a, b, 0)?.then_some(Ordering::Equal)),
    }
}

/// `a comparison b`, one of the four that ask for an order.
pub(in crate::condition::eval) fn ordered<S: Scope>(
    ctx: &Ctx<'_, S>,
    comparison: Comparison,
    a: &Value<'_>,
    b: &Value<'_>,
) -> Outcome<bool> {
    let both_numbers = numeric(a).is_some() && numeric(b).is_some();
    let comparable = both_numbers
        || matches!(a, Value::Text(_) | Value::Bytes(_))
        || matches!(a, Value::Object(object) if matches!(object.kind, Kind::Instance | Kind::Text))
        || numeric(a).is_some();
    if !comparable {
        return Err(has_no_order(ctx, a, b));
    }
    match order(ctx, a, b)? {
        None if both_numbers => Ok(false),
        None => Err(has_no_order(ctx, a, b)),
        order => Ok(satisfies(comparison, order)),
    }
}

/// Ruby's `a.eql?(b)`, by which keys are told apart: the same class and the same value.
pub(in crate::condition::eval) fn eql<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: &Value<'_>,
    b: &Value<'_>,
    depth: u32,
) -> Outcome<bool> {
    match (numeric(a), numeric(b)) {
        (Some(Number::Float(a)), Some(Number::Float(b))) => {
            // Whether two NaNs are one object decides, and cannot be seen.
            return if a.is_nan() && b.is_nan() { Err(FailureKind::Identity) } else { Ok(a == b) };
        }
        (Some(Number::Float(_)), _) | (_, Some(Number::Float(_))) => return Ok(false),
        (Some(a), Some(b)) => return Ok(number::order(a, b) == Some(Ordering::Equal)),
        (Some(_), None) | (None, Some(_)) => return Ok(false),
        (None, None) => {}
    }
    let (Value::Object(x), Value::Object(y)) = (a, b) else {
        return match (a, b) {
            (Value::Object(object), _) | (_, Value::Object(object)) if is_open(ctx, *object) => {
                Err(FailureKind::NeedsCode)
            }
            _ => equal::equal(ctx, a, b, depth),
        };
    };
    if x.raw == y.raw {
        return Ok(true);
    }
    if is_open(ctx, *x) || is_open(ctx, *y) {
        return Err(FailureKind::NeedsCode);
    }
    if depth == MAX_DEPTH {
        return Err(FailureKind::TooDeep);
    }
    match (x.kind, y.kind) {
        (Kind::List, Kind::List) => lists_eql(ctx, *x, *y, depth),
        (Kind::Map, Kind::Map) | (Kind::Set, Kind::Set) | (Kind::Range, Kind::Range) => {
            Err(FailureKind::Unreadable)
        }
        _ => Ok(false),
    }
}

fn lists_eql<S: Scope>(ctx: &Ctx<'_, S>, a: Object, b: Object, depth: u32) -> Outcome<bool> {
    let len = ctx.scope.len(a)?;
    if len != ctx.scope.len(b)? {
        return Ok(false);
    }
    for at in 0..len {
        ctx.burn(1)?;
        if !eql(ctx, &ctx.item(a, at)?, &ctx.item(b, at)?, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether code of the application says what equals an object.
fn is_open<S: Scope>(ctx: &Ctx<'_, S>, object: Object) -> bool {
    !object.exact && ctx.scope.is_overridden(object, "eql?")
}

/// Equality of two ranges: of their bounds.
pub(in crate::condition::eval) fn ranges_equal<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: Object,
    b: Object,
) -> Outcome<bool> {
    let (a, b) = (ctx.scope.bounds(a)?, ctx.scope.bounds(b)?);
    Ok(a.excludes_last == b.excludes_last
        && equal::equal(ctx, &a.first, &b.first, 0)?
        && equal::equal(ctx, &a.last, &b.last, 0)?)
}

/// Whether both are the same object.
pub(super) fn same(a: &Value<'_>, b: &Value<'_>) -> Outcome<bool> {
    /// Integers up to here are no objects of their own.
    const IMMEDIATE: std::ops::Range<i64> = -(1 << 62)..1 << 62;
    match (a, b) {
        (Value::Int(a), Value::Int(b)) if IMMEDIATE.contains(a) => Ok(a == b),
        _ => equal::same(a, b),
    }
}
