//! Arithmetic of an open host: integers divide downwards, floats by zero are infinite.
//!
//! Invariant: an integer result that does not fit fails; it is never rounded or wrapped.

use super::compare::numeric;
use crate::condition::eval::Outcome;
use crate::condition::eval::number::{self, Number};
use crate::condition::failure::FailureKind;
use crate::condition::syntax::{Binary, Unary};
use crate::value::{Kind, Value};

/// Why `a` has no such operator, or not with `b`.
fn refused(operator: Binary, a: &Value<'_>, b: &Value<'_>) -> FailureKind {
    let asks = |value: &Value<'_>| match value {
        Value::Object(object) => object.kind == Kind::Instance || !object.exact,
        _ => false,
    };
    match a {
        _ if asks(a) => FailureKind::NeedsCode,
        Value::Null if !is_logical(operator) => FailureKind::OfNull,
        Value::Bool(_) => FailureKind::NoAttribute,
        // Of two collections or of a string it would make another one.
        Value::Object(object) => match (object.kind, operator) {
            (Kind::List, Binary::Add | Binary::Subtract | Binary::Multiply) => FailureKind::Types,
            (Kind::List, Binary::BitAnd | Binary::BitOr | Binary::ShiftLeft) => FailureKind::Types,
            (Kind::Set, _) => FailureKind::Types,
            _ => FailureKind::NoAttribute,
        },
        Value::Text(_) | Value::Bytes(_) => match operator {
            Binary::Add | Binary::Multiply | Binary::FloorModulo | Binary::ShiftLeft => {
                FailureKind::Types
            }
            _ => FailureKind::NoAttribute,
        },
        _ if asks(b) => FailureKind::NeedsCode,
        _ => FailureKind::Types,
    }
}

fn is_logical(operator: Binary) -> bool {
    matches!(operator, Binary::BitAnd | Binary::BitOr | Binary::BitXor)
}

/// `a operator b`; strings are the machine's business.
pub(in crate::condition::eval) fn arithmetic(
    operator: Binary,
    a: &Value<'_>,
    b: &Value<'_>,
) -> Outcome<Value<'static>> {
    if let (Value::Null | Value::Bool(_), true) = (a, is_logical(operator)) {
        let (left, right) = (matches!(a, Value::Bool(true)), is_true(b));
        return Ok(Value::Bool(match operator {
            Binary::BitAnd => left && right,
            Binary::BitOr => left || right,
            _ => left != right,
        }));
    }
    match (numeric(a), numeric(b)) {
        (Some(Number::Int(a)), Some(Number::Int(b))) => integers(operator, a, b),
        // A float has no bits.
        (Some(Number::Float(_)), _) if is_logical(operator) || is_shift(operator) => {
            Err(FailureKind::NoAttribute)
        }
        (Some(Number::Big(_)), Some(_)) | (Some(_), Some(Number::Big(_))) => {
            Err(FailureKind::Overflow)
        }
        (Some(Number::Int(a)), Some(Number::Float(b))) if is_shift(operator) => {
            integers(operator, a, whole(b)?)
        }
        (Some(Number::Int(_)), Some(_)) if is_logical(operator) => Err(FailureKind::Types),
        (Some(x), Some(y)) => floats(operator, float(x), float(y)).map(Value::Float),
        _ => Err(refused(operator, a, b)),
    }
}

fn is_shift(operator: Binary) -> bool {
    matches!(operator, Binary::ShiftLeft | Binary::ShiftRight)
}

/// The integer that a float begins with.
fn whole(value: f64) -> Outcome<i64> {
    match value.is_finite() && value.abs() < 9e18 {
        true => Ok(value as i64),
        false => Err(FailureKind::Domain),
    }
}

fn is_true(value: &Value<'_>) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

fn float(number: Number<'_>) -> f64 {
    match number {
        Number::Int(value) => value as f64,
        Number::Float(value) => value,
        Number::Big(_) => f64::NAN,
    }
}

fn integers(operator: Binary, a: i64, b: i64) -> Outcome<Value<'static>> {
    let operator = match operator {
        // A shift by less than nothing goes the other way.
        Binary::ShiftLeft if b < 0 => Binary::ShiftRight,
        Binary::ShiftRight if b < 0 => Binary::ShiftLeft,
        // The host's answer is a fraction.
        Binary::Power if b < 0 && a != 0 => return Err(FailureKind::Domain),
        Binary::Power if b < 0 => return Err(FailureKind::ZeroDivision),
        same => same,
    };
    let b = if is_shift(operator) { b.checked_abs().ok_or(FailureKind::Overflow)? } else { b };
    number::arithmetic(operator, &Value::Int(a), &Value::Int(b))
}

fn floats(operator: Binary, a: f64, b: f64) -> Outcome<f64> {
    Ok(match operator {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::FloorDivide => a / b,
        Binary::FloorModulo => return modulo(a, b),
        Binary::Power if a < 0.0 && b != b.round() => return Err(FailureKind::Domain),
        Binary::Power => a.powf(b),
        _ => return Err(FailureKind::Types),
    })
}

/// `a % b`, with the divisor's sign.
fn modulo(a: f64, b: f64) -> Outcome<f64> {
    if b == 0.0 {
        return Err(FailureKind::ZeroDivision);
    }
    if b.is_infinite() && a.is_finite() {
        return Ok(if a == 0.0 || (a < 0.0) == (b < 0.0) { a } else { b });
    }
    let remainder = a % b;
    Ok(if remainder != 0.0 && (b < 0.0) != (remainder < 0.0) { remainder + b } else { remainder })
}

/// `-a`, `+a`, `~a`.
pub(in crate::condition::eval) fn unary<'a>(
    operator: Unary,
    value: &Value<'a>,
) -> Outcome<Value<'a>> {
    if let (Value::Text(_) | Value::Bytes(_), Unary::Minus | Unary::Plus) = (value, operator) {
        // The same string, frozen or not.
        return Ok(*value);
    }
    match numeric(value) {
        Some(Number::Float(_)) if operator == Unary::Invert => Err(FailureKind::NoAttribute),
        Some(_) => number::unary(operator, value),
        None => Err(match value {
            Value::Null => FailureKind::OfNull,
            Value::Object(object) if object.kind == Kind::Instance || !object.exact => {
                FailureKind::NeedsCode
            }
            _ => FailureKind::NoAttribute,
        }),
    }
}
