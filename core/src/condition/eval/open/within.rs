//! Whether a value lies in a range.
//!
//! Invariant: a range of strings is never counted through.

use super::compare::{numeric, order};
use crate::condition::eval::sequence::Loop;
use crate::condition::eval::{Ctx, Outcome};
use crate::condition::failure::FailureKind;
use crate::host::{Bounds, Scope};
use crate::value::{Kind, Text, Value};
use std::cmp::Ordering;

/// Whether `value` lies between the bounds, as `cover?` has it.
pub(super) fn covers<S: Scope>(
    ctx: &Ctx<'_, S>,
    bounds: &Bounds<'_>,
    value: &Value<'_>,
) -> Outcome<bool> {
    check(ctx, bounds)?;
    let open = |bound: &Value<'_>| matches!(bound, Value::Null);
    if !open(&bounds.first) && !order(ctx, &bounds.first, value)?.is_some_and(Ordering::is_le) {
        return Ok(false);
    }
    if open(&bounds.last) {
        return Ok(true);
    }
    let order = order(ctx, value, &bounds.last)?;
    Ok(match bounds.excludes_last {
        true => order.is_some_and(Ordering::is_lt),
        false => order.is_some_and(Ordering::is_le),
    })
}

/// An error if no range can have these bounds.
fn check<S: Scope>(ctx: &Ctx<'_, S>, bounds: &Bounds<'_>) -> Outcome<()> {
    let has_both = !matches!(bounds.first, Value::Null) && !matches!(bounds.last, Value::Null);
    if has_both && order(ctx, &bounds.first, &bounds.last)?.is_none() {
        return Err(FailureKind::Types);
    }
    Ok(())
}

/// The same as `include?` has it, which counts through a range of what is no number.
pub(super) fn includes<S: Scope>(
    ctx: &Ctx<'_, S>,
    bounds: &Bounds<'_>,
    value: &Value<'_>,
) -> Outcome<bool> {
    let is_linear = |bound: &Value<'_>| {
        let is_moment = matches!(bound, Value::Object(object) if object.kind == Kind::Instance);
        numeric(bound).is_some() || is_moment
    };
    if is_linear(&bounds.first) || is_linear(&bounds.last) {
        return covers(ctx, bounds, value);
    }
    check(ctx, bounds)?;
    match (one(&bounds.first), one(&bounds.last), value) {
        (Some(_), Some(_), Value::Text(_)) => match one(value) {
            Some(_) => covers(ctx, bounds, value),
            None => Ok(false),
        },
        _ => Err(FailureKind::Unreadable),
    }
}

/// The one ASCII character that a string is.
fn one(value: &Value<'_>) -> Option<u8> {
    match value {
        Value::Text(Text::Utf8(text)) => match text.as_bytes() {
            [byte] if byte.is_ascii() => Some(*byte),
            _ => None,
        },
        _ => None,
    }
}

/// The integers of a range, one after the other.
pub(in crate::condition::eval) fn counted<'a>(bounds: &Bounds<'_>) -> Outcome<Loop<'a>> {
    match (&bounds.first, &bounds.last) {
        (Value::Int(first), Value::Int(last)) if bounds.excludes_last => {
            match last.checked_sub(1) {
                Some(last) => Ok(Loop::Integers { at: *first, last }),
                None => Ok(Loop::Done),
            }
        }
        (Value::Int(first), Value::Int(last)) => Ok(Loop::Integers { at: *first, last: *last }),
        (Value::Int(first), Value::Null) => Ok(Loop::Integers { at: *first, last: i64::MAX }),
        (Value::Int(first), Value::Float(last)) if last.abs() < 9e18 => {
            let floor = last.floor() as i64;
            let is_out = bounds.excludes_last && floor as f64 == *last;
            Ok(Loop::Integers { at: *first, last: floor - i64::from(is_out) })
        }
        (Value::Float(_) | Value::Null, _) => Err(FailureKind::Types),
        // Strings and dates are not counted through.
        _ => Err(FailureKind::Unreadable),
    }
}
