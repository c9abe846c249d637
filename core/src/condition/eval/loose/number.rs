//! Arithmetic of doubles, and of exact integers within 64 bits.
//!
//! Invariant: a double's result is ECMAScript's; an exact integer that does not fit fails, and the two
//! never mix.

use super::datum::Datum;
use crate::condition::eval::number::Number;
use crate::condition::eval::{Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::syntax::{Binary, Unary};
use crate::value::Value;

fn of<'a>(value: f64) -> Operand<'a> {
    Operand::Value(Value::Float(value))
}

/// `a operator b`, neither of them a string that is joined.
pub(super) fn arithmetic<'a>(operator: Binary, a: Datum<'_>, b: Datum<'_>) -> Outcome<Operand<'a>> {
    match (a, b) {
        (Datum::Big(a), Datum::Big(b)) => {
            integers(operator, whole(a)?, whole(b)?).map(Operand::Long)
        }
        // The other side is converted first, which may be what fails.
        (Datum::Big(_), other) | (other, Datum::Big(_)) => {
            other.number()?;
            Err(FailureKind::Types)
        }
        _ => Ok(numbers(operator, a.number()?, b.number()?)),
    }
}

fn whole(number: Number<'_>) -> Outcome<i64> {
    match number {
        Number::Int(value) => Ok(value),
        _ => Err(FailureKind::Overflow),
    }
}

fn integers(operator: Binary, a: i64, b: i64) -> Outcome<i64> {
    let value = match operator {
        Binary::Add => a.checked_add(b),
        Binary::Subtract => a.checked_sub(b),
        Binary::Multiply => a.checked_mul(b),
        Binary::Divide | Binary::Remainder if b == 0 => return Err(FailureKind::ZeroDivision),
        Binary::Divide => a.checked_div(b),
        Binary::Remainder => Some(a.wrapping_rem(b)),
        Binary::Power if b < 0 => return Err(FailureKind::Domain),
        Binary::Power => return crate::condition::eval::float::power_ints(a, b),
        Binary::BitAnd => Some(a & b),
        Binary::BitOr => Some(a | b),
        Binary::BitXor => Some(a ^ b),
        Binary::ShiftLeft => shifted(a, b),
        Binary::ShiftRight => b.checked_neg().and_then(|b| shifted(a, b)),
        _ => return Err(FailureKind::Types),
    };
    value.ok_or(FailureKind::Overflow)
}

/// `a << count`; to the right if `count` is below zero.
fn shifted(a: i64, count: i64) -> Option<i64> {
    if count <= 0 {
        return Some(a >> count.unsigned_abs().min(63));
    }
    let shifted = if count < 64 { a << count } else { 0 };
    (a == 0 || count < 64 && shifted >> count == a).then_some(shifted)
}

fn numbers<'a>(operator: Binary, a: f64, b: f64) -> Operand<'a> {
    let bits = |value: u32| Operand::Value(Value::Int32(value.cast_signed()));
    let count = low_bits(b) & 31;
    match operator {
        Binary::Add => of(a + b),
        Binary::Subtract => of(a - b),
        Binary::Multiply => of(a * b),
        Binary::Remainder => of(a % b),
        Binary::Power => of(power(a, b)),
        Binary::BitAnd => bits(low_bits(a) & low_bits(b)),
        Binary::BitOr => bits(low_bits(a) | low_bits(b)),
        Binary::BitXor => bits(low_bits(a) ^ low_bits(b)),
        Binary::ShiftLeft => bits(low_bits(a) << count),
        Binary::ShiftRight => Operand::Value(Value::Int32(low_bits(a).cast_signed() >> count)),
        Binary::ShiftRightUnsigned => of(f64::from(low_bits(a) >> count)),
        _ => of(a / b),
    }
}

fn power(a: f64, b: f64) -> f64 {
    // Where IEEE 754 says one.
    if b.is_nan() || (a.abs() == 1.0 && b.is_infinite()) { f64::NAN } else { a.powf(b) }
}

/// `ToInt32` as its bits: the number modulo 2^32.
fn low_bits(value: f64) -> u32 {
    const MODULUS: f64 = 4_294_967_296.0;
    if value.is_finite() { value.trunc().rem_euclid(MODULUS) as u32 } else { 0 }
}

/// `-a`, `+a`, `~a`.
pub(super) fn unary<'a>(operator: Unary, value: Datum<'_>) -> Outcome<Operand<'a>> {
    if let Datum::Big(number) = value {
        let value = match operator {
            Unary::Minus => whole(number)?.checked_neg().ok_or(FailureKind::Overflow)?,
            Unary::Invert => !whole(number)?,
            _ => return Err(FailureKind::Types),
        };
        return Ok(Operand::Long(value));
    }
    let number = value.number()?;
    Ok(match operator {
        Unary::Minus => of(-number),
        Unary::Invert => Operand::Value(Value::Int32(!low_bits(number).cast_signed())),
        _ => of(number),
    })
}

/// `Math.round`: halves towards plus infinity, and a zero keeps the sign.
pub(super) fn round(value: f64) -> f64 {
    let floor = value.floor();
    let rounded = if value - floor >= 0.5 { floor + 1.0 } else { floor };
    if rounded == 0.0 { 0.0_f64.copysign(value) } else { rounded }
}

/// The lesser or the greater; NaN with NaN, and a zero's sign counts.
pub(super) fn extreme(a: f64, b: f64, greater: bool) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a.total_cmp(&b).is_gt() == greater { a } else { b }
}
