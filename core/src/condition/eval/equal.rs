//! Truth, equality, order and identity.
//!
//! Invariant: an object whose class decides these by its own code is an error, never a guess.

use super::element::lookup;
use super::number::{self, Number, not_a_number, satisfies};
use super::{Ctx, Outcome, open, ordered};
use crate::condition::dialect::Rules;
use crate::condition::failure::FailureKind;
use crate::condition::syntax::Comparison;
use crate::condition::text;
use crate::host::Scope;
use crate::value::{Kind, Missing, Object, Ordered, Text, Value};
use std::cmp::Ordering;

/// Collections within collections that a comparison goes into.
const MAX_DEPTH: u32 = 16;

/// Whether the host takes `value` for true.
pub(in crate::condition) fn truth<S: Scope>(ctx: &Ctx<'_, S>, value: &Value<'_>) -> Outcome<bool> {
    match value {
        Value::Null | Value::Undefined => Ok(false),
        Value::Bool(value) => Ok(*value),
        _ if ctx.rules == Rules::Open => Ok(true),
        Value::Int(value) => Ok(*value != 0),
        Value::Int32(value) => Ok(*value != 0),
        Value::Char(unit) => Ok(*unit != 0),
        Value::BigInt(int) => Ok(int.digits.iter().any(|digit| *digit != 0)),
        Value::Float(value) => Ok(*value != 0.0 && !(value.is_nan() && ctx.rules == Rules::Loose)),
        Value::Float32(value) => Ok(*value != 0.0),
        Value::Text(text) => Ok(text.units() != 0),
        Value::Bytes(bytes) => Ok(!bytes.is_empty() || ctx.rules == Rules::Loose),
        Value::Object(object) => ctx.scope.truth(*object).map_err(|missing| match missing {
            Missing::Absent | Missing::Unreadable => FailureKind::NeedsCode,
            other => other.into(),
        }),
    }
}

/// `a is b`.
pub(in crate::condition) fn same(a: &Value<'_>, b: &Value<'_>) -> Outcome<bool> {
    let unless_equal = |equal: bool| if equal { Err(FailureKind::Identity) } else { Ok(false) };
    match (a, b) {
        (Value::Null, Value::Null) | (Value::Undefined, Value::Undefined) => Ok(true),
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Object(a), Value::Object(b)) => Ok(a.raw == b.raw),
        (Value::Int(a), Value::Int(b)) => unless_equal(a == b),
        (Value::Float(a), Value::Float(b)) => unless_equal(a.to_bits() == b.to_bits()),
        (Value::BigInt(a), Value::BigInt(b)) => unless_equal(super::bigint::order(*a, *b).is_eq()),
        (Value::Text(a), Value::Text(b)) => unless_equal(text::equal(*a, *b)),
        (Value::Bytes(a), Value::Bytes(b)) => unless_equal(a == b),
        _ => Ok(false),
    }
}

/// `a comparison b`, one of the six that compare values.
pub(in crate::condition) fn compare<S: Scope>(
    ctx: &Ctx<'_, S>,
    comparison: Comparison,
    a: &Value<'_>,
    b: &Value<'_>,
) -> Outcome<bool> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => return Ok(number::compare_ints(comparison, *a, *b)),
        (Value::Float(a), Value::Float(b)) => return Ok(satisfies(comparison, a.partial_cmp(b))),
        _ => {}
    }
    match comparison {
        Comparison::Equal => equal(ctx, a, b, 0),
        Comparison::NotEqual => equal(ctx, a, b, 0).map(|equal| !equal),
        _ if ctx.rules == Rules::Open => open::ordered(ctx, comparison, a, b),
        _ => ordered(ctx, comparison, a, b, 0),
    }
}

/// A value whose comparison is known.
pub(super) enum Settled<'a> {
    /// One of the host's own.
    Plain(Value<'a>),
    /// An object equal to itself alone.
    Identity(usize),
    /// One of the host's library.
    Ordered(Ordered),
}

pub(super) fn settle<'a, S: Scope>(ctx: &Ctx<'a, S>, value: &Value<'a>) -> Outcome<Settled<'a>> {
    let mut value = *value;
    // A known library's wrapper may hold another one.
    for _ in 0..4 {
        let Value::Object(object) = value else { return Ok(Settled::Plain(value)) };
        match object.kind {
            Kind::Function | Kind::Class | Kind::Module if object.exact => {
                return Ok(Settled::Identity(object.raw));
            }
            Kind::Instance | Kind::Text | Kind::Bytes | Kind::Number => {}
            _ if object.exact => return Ok(Settled::Plain(value)),
            _ => {}
        }
        if ctx.scope.compares_by_identity(object) {
            return Ok(Settled::Identity(object.raw));
        }
        match ctx.scope.ordered(object) {
            Ok(ordered) => return Ok(Settled::Ordered(ordered)),
            Err(Missing::Absent) => {}
            Err(missing) => return Err(missing.into()),
        }
        value = match ctx.scope.underlying(object) {
            Ok(Value::Object(same)) if same.raw == object.raw => {
                return Ok(Settled::Plain(Value::Object(same)));
            }
            Ok(underlying) => underlying,
            Err(Missing::Absent | Missing::Unreadable) => return Err(FailureKind::NeedsCode),
            Err(missing) => return Err(missing.into()),
        };
    }
    Err(FailureKind::NeedsCode)
}

/// Equality of elements, which are equal to themselves whatever their class says.
pub(super) fn element_equal<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: &Value<'_>,
    b: &Value<'_>,
    depth: u32,
) -> Outcome<bool> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if a.raw == b.raw => Ok(true),
        // Whether two NaNs are one object decides, and cannot be seen.
        (Value::Float(a), Value::Float(b)) if a.is_nan() && b.is_nan() => {
            Err(FailureKind::Identity)
        }
        _ => equal(ctx, a, b, depth),
    }
}

pub(super) fn equal<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: &Value<'_>,
    b: &Value<'_>,
    depth: u32,
) -> Outcome<bool> {
    if let (Some(a), Some(b)) = (ctx.number(a), ctx.number(b)) {
        return Ok(number::order(a, b) == Some(Ordering::Equal));
    }
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => {
            // Strings of different lengths are told apart without looking.
            ctx.burn(a.units().min(b.units()) / 16)?;
            return Ok(text::equal(*a, *b));
        }
        // Where equality is asked of the left, these two are equal to themselves alone.
        (Value::Null | Value::Bool(_), Value::Object(_)) if ctx.rules == Rules::Open => {
            return Ok(false);
        }
        (Value::Object(_), _) | (_, Value::Object(_)) => {}
        (Value::Bytes(a), Value::Bytes(b)) => return Ok(a == b),
        (Value::Bytes(bytes), Value::Text(Text::Utf8(text)))
        | (Value::Text(Text::Utf8(text)), Value::Bytes(bytes))
            if ctx.rules == Rules::Open =>
        {
            return Ok(text.is_ascii() && text.as_bytes() == *bytes);
        }
        (Value::Bool(a), Value::Bool(b)) => return Ok(a == b),
        (Value::Null, Value::Null) | (Value::Undefined, Value::Undefined) => return Ok(true),
        _ => return Ok(false),
    }
    match (settle(ctx, a)?, settle(ctx, b)?) {
        (Settled::Identity(a), Settled::Identity(b)) => Ok(a == b),
        (Settled::Plain(Value::Object(a)), Settled::Plain(Value::Object(b))) => {
            objects_equal(ctx, a, b, depth)
        }
        (Settled::Plain(Value::Object(_)), _) | (_, Settled::Plain(Value::Object(_))) => Ok(false),
        (Settled::Ordered(a), Settled::Ordered(b)) => {
            Ok(ordered::order(a, b) == Some(Ordering::Equal))
        }
        (Settled::Ordered(a), Settled::Plain(b)) | (Settled::Plain(b), Settled::Ordered(a)) => {
            library_equal(ctx, a, &b)
        }
        (Settled::Plain(a), Settled::Plain(b)) => equal(ctx, &a, &b, depth),
        _ => Ok(false),
    }
}

/// Equality of one of the host's library and a plain value.
fn library_equal<S: Scope>(ctx: &Ctx<'_, S>, a: Ordered, b: &Value<'_>) -> Outcome<bool> {
    let Some(b) = ctx.number(b) else { return Ok(false) };
    if matches!(b, Number::Float(_)) && ctx.rules == Rules::Open {
        // How many digits of a float count is the library's own.
        return Err(FailureKind::Unreadable);
    }
    Ok(ordered::order_number(a, b)? == Some(Ordering::Equal))
}

fn objects_equal<S: Scope>(ctx: &Ctx<'_, S>, a: Object, b: Object, depth: u32) -> Outcome<bool> {
    if a.raw == b.raw {
        return Ok(true);
    }
    if depth == MAX_DEPTH {
        return Err(FailureKind::TooDeep);
    }
    match (a.kind, b.kind) {
        (Kind::Range, Kind::Range) if ctx.rules == Rules::Open => open::ranges_equal(ctx, a, b),
        (Kind::List, Kind::List) | (Kind::Tuple, Kind::Tuple) | (Kind::Range, Kind::Range) => {
            let len = length(ctx, a)?;
            if len != length(ctx, b)? {
                return Ok(false);
            }
            Ok(first_difference(ctx, a, b, len, depth)?.is_none())
        }
        (Kind::Set | Kind::FrozenSet, Kind::Set | Kind::FrozenSet) => {
            members_equal(ctx, a, b, depth, false)
        }
        (Kind::Map, Kind::Map) => members_equal(ctx, a, b, depth, true),
        _ => Ok(false),
    }
}

fn length<S: Scope>(ctx: &Ctx<'_, S>, object: Object) -> Outcome<usize> {
    ctx.scope.len(object).map_err(FailureKind::from)
}

/// Where the first `len` elements differ first.
fn first_difference<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: Object,
    b: Object,
    len: usize,
    depth: u32,
) -> Outcome<Option<usize>> {
    for at in 0..len {
        ctx.burn(1)?;
        let left = ctx.item(a, at)?;
        let right = ctx.item(b, at)?;
        if !element_equal(ctx, &left, &right, depth + 1)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Equality of two sets, or of two maps with their values. A redacted key is an error, because the
/// outcome would tell what stands under it.
fn members_equal<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: Object,
    b: Object,
    depth: u32,
    with_values: bool,
) -> Outcome<bool> {
    if length(ctx, a)? != length(ctx, b)? {
        return Ok(false);
    }
    let mut cursor = 0;
    while let Some((key, value)) = ctx.scope.entry(a, &mut cursor) {
        ctx.burn(1)?;
        if with_values {
            ctx.visible(&key)?;
        }
        let Some(other) = lookup(ctx, b, &key, depth + 1)? else { return Ok(false) };
        if with_values && !element_equal(ctx, &value, &other, depth + 1)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn ordered<S: Scope>(
    ctx: &Ctx<'_, S>,
    comparison: Comparison,
    a: &Value<'_>,
    b: &Value<'_>,
    depth: u32,
) -> Outcome<bool> {
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return Ok(satisfies(comparison, number::order(a, b)));
    }
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => {
            ctx.burn(a.units().min(b.units()) / 16)?;
            return Ok(satisfies(comparison, Some(text::order(*a, *b))));
        }
        (Value::Bytes(a), Value::Bytes(b)) => return Ok(satisfies(comparison, Some(a.cmp(b)))),
        (Value::Object(_), _) | (_, Value::Object(_)) => {}
        _ => return Err(FailureKind::Types),
    }
    match (settle(ctx, a)?, settle(ctx, b)?) {
        (Settled::Plain(Value::Object(a)), Settled::Plain(Value::Object(b))) => {
            sequences_ordered(ctx, comparison, a, b, depth)
        }
        (Settled::Plain(Value::Object(_)), _) | (_, Settled::Plain(Value::Object(_))) => {
            Err(FailureKind::Types)
        }
        (Settled::Ordered(a), Settled::Ordered(b)) => {
            satisfied(comparison, a, ordered::order(a, b))
        }
        (Settled::Ordered(a), Settled::Plain(b)) => {
            let b = Number::of(&b).ok_or(FailureKind::Types)?;
            satisfied(comparison, a, ordered::order_number(a, b)?)
        }
        (Settled::Plain(a), Settled::Ordered(b)) => {
            let a = Number::of(&a).ok_or(FailureKind::Types)?;
            let order = ordered::order_number(b, a)?;
            satisfied(comparison, b, order.map(Ordering::reverse))
        }
        (Settled::Plain(a), Settled::Plain(b)) => ordered(ctx, comparison, &a, &b, depth),
        // Equality by identity says nothing of order.
        (Settled::Identity(_), _) => Err(not_a_number(a)),
        _ => Err(not_a_number(b)),
    }
}

/// Whether the order of library values satisfies `comparison`. No order is an error there: of moments
/// because they are of different kinds, of decimals because one is no number.
fn satisfied(comparison: Comparison, one: Ordered, order: Option<Ordering>) -> Outcome<bool> {
    match (one, order) {
        (_, Some(order)) => Ok(satisfies(comparison, Some(order))),
        (Ordered::Point { .. }, None) => Err(FailureKind::Types),
        (_, None) => Err(FailureKind::Domain),
    }
}

/// Lists with lists and tuples with tuples: the first difference decides, then the length.
fn sequences_ordered<S: Scope>(
    ctx: &Ctx<'_, S>,
    comparison: Comparison,
    a: Object,
    b: Object,
    depth: u32,
) -> Outcome<bool> {
    let alike = matches!((a.kind, b.kind), (Kind::List, Kind::List) | (Kind::Tuple, Kind::Tuple));
    if !alike {
        return Err(FailureKind::Types);
    }
    if depth == MAX_DEPTH {
        return Err(FailureKind::TooDeep);
    }
    let (len, other) = (length(ctx, a)?, length(ctx, b)?);
    match first_difference(ctx, a, b, len.min(other), depth)? {
        None => Ok(satisfies(comparison, Some(len.cmp(&other)))),
        Some(at) => {
            let left = ctx.item(a, at)?;
            let right = ctx.item(b, at)?;
            ordered(ctx, comparison, &left, &right, depth + 1)
        }
    }
}
