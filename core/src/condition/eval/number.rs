//! Numbers: exact comparison across kinds, and arithmetic within 64 bits.
//!
//! Invariant: an integer result that does not fit fails; it is never rounded or wrapped.

use super::{Outcome, bigint, float};
use crate::condition::failure::FailureKind;
use crate::condition::syntax::{Binary, Comparison, Unary};
use crate::value::{BigInt, Kind, Value};
use std::cmp::Ordering;

/// A number of any kind; a boolean is one.
#[derive(Clone, Copy)]
pub(super) enum Number<'a> {
    Int(i64),
    Big(BigInt<'a>),
    Float(f64),
}

impl<'a> Number<'a> {
    pub(super) fn of(value: &Value<'a>) -> Option<Self> {
        match *value {
            Value::Bool(value) => Some(Self::Int(i64::from(value))),
            Value::Int(value) => Some(Self::Int(value)),
            Value::BigInt(value) => Some(Self::Big(value)),
            Value::Float(value) => Some(Self::Float(value)),
            _ => None,
        }
    }

    fn as_float(self) -> Outcome<f64> {
        match self {
            Self::Int(value) => Ok(value as f64),
            Self::Float(value) => Ok(value),
            Self::Big(_) => Err(FailureKind::Overflow),
        }
    }
}

/// `a comparison b` of two integers.
#[inline]
pub(in crate::condition) fn compare_ints(comparison: Comparison, a: i64, b: i64) -> bool {
    match comparison {
        Comparison::Equal | Comparison::Is => a == b,
        Comparison::Less => a < b,
        Comparison::LessEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterEqual => a >= b,
        _ => a != b,
    }
}

/// Whether `order` satisfies `comparison`; no order (NaN) satisfies only `!=`.
pub(super) fn satisfies(comparison: Comparison, order: Option<Ordering>) -> bool {
    match (comparison, order) {
        (Comparison::NotEqual, order) => order != Some(Ordering::Equal),
        (_, None) => false,
        (Comparison::Equal, Some(order)) => order.is_eq(),
        (Comparison::Less, Some(order)) => order.is_lt(),
        (Comparison::LessEqual, Some(order)) => order.is_le(),
        (Comparison::Greater, Some(order)) => order.is_gt(),
        (_, Some(order)) => order.is_ge(),
    }
}

/// The exact order of two numbers; `None` with NaN.
pub(super) fn order(a: Number<'_>, b: Number<'_>) -> Option<Ordering> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b),
        (Number::Int(a), Number::Float(b)) => order_int_float(a, b),
        (Number::Float(a), Number::Int(b)) => order_int_float(b, a).map(Ordering::reverse),
        (Number::Big(a), Number::Big(b)) => Some(bigint::order(a, b)),
        (Number::Big(a), Number::Float(b)) => bigint::order_float(a, b),
        (Number::Float(a), Number::Big(b)) => bigint::order_float(b, a).map(Ordering::reverse),
        // Whatever needs more than 64 bits lies beyond whatever does not.
        (Number::Big(a), Number::Int(_)) => Some(sign(a)),
        (Number::Int(_), Number::Big(b)) => Some(sign(b).reverse()),
    }
}

fn sign(int: BigInt<'_>) -> Ordering {
    if int.negative { Ordering::Less } else { Ordering::Greater }
}

/// The order of an integer and a float without rounding the integer.
fn order_int_float(int: i64, float: f64) -> Option<Ordering> {
    // 2^63, the first double beyond every i64.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= BEYOND {
        return Some(Ordering::Less);
    }
    if float < -BEYOND {
        return Some(Ordering::Greater);
    }
    let whole = float.trunc();
    let order = int.cmp(&(whole as i64));
    Some(order.then_with(|| 0.0_f64.partial_cmp(&(float - whole)).unwrap_or(Ordering::Equal)))
}

/// Why an operation has no result on a value that is no number.
pub(super) fn not_a_number(value: &Value<'_>) -> FailureKind {
    match value {
        Value::Object(object) => match object.kind {
            Kind::Instance | Kind::Number | Kind::Text | Kind::Bytes => FailureKind::NeedsCode,
            _ if !object.exact => FailureKind::NeedsCode,
            _ => FailureKind::Types,
        },
        _ => FailureKind::Types,
    }
}

/// `a operator b`.
pub(super) fn arithmetic<'v>(
    operator: Binary,
    a: &Value<'v>,
    b: &Value<'v>,
) -> Outcome<Value<'static>> {
    let (left, right) = match (Number::of(a), Number::of(b)) {
        (Some(left), Some(right)) => (left, right),
        (None, _) if not_a_number(a) == FailureKind::NeedsCode => {
            return Err(FailureKind::NeedsCode);
        }
        (_, None) => return Err(not_a_number(b)),
        _ => return Err(FailureKind::Types),
    };
    match (left, right) {
        (Number::Int(x), Number::Int(y)) => {
            if let (Value::Bool(a), Value::Bool(b)) = (a, b)
                && let Some(value) = booleans(operator, *a, *b)
            {
                return Ok(Value::Bool(value));
            }
            integers(operator, x, y)
        }
        (Number::Big(_), _) | (_, Number::Big(_)) => Err(FailureKind::Overflow),
        _ => floats(operator, left.as_float()?, right.as_float()?).map(Value::Float),
    }
}

fn booleans(operator: Binary, a: bool, b: bool) -> Option<bool> {
    match operator {
        Binary::BitAnd => Some(a & b),
        Binary::BitOr => Some(a | b),
        Binary::BitXor => Some(a ^ b),
        _ => None,
    }
}

fn integers(operator: Binary, a: i64, b: i64) -> Outcome<Value<'static>> {
    let checked = |value: Option<i64>| value.ok_or(FailureKind::Overflow);
    let divisible = if b == 0 { Err(FailureKind::ZeroDivision) } else { Ok(()) };
    let value = match operator {
        Binary::Add => checked(a.checked_add(b))?,
        Binary::Subtract => checked(a.checked_sub(b))?,
        Binary::Multiply => checked(a.checked_mul(b))?,
        Binary::Divide => return float::divide_ints(a, b).map(Value::Float),
        Binary::FloorDivide => {
            divisible?;
            let quotient = checked(a.checked_div(b))?;
            let is_below = a.wrapping_rem(b) != 0 && (a < 0) != (b < 0);
            quotient - i64::from(is_below)
        }
        Binary::FloorModulo => {
            divisible?;
            let remainder = a.wrapping_rem(b);
            if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder }
        }
        Binary::Power if b < 0 => {
            return float::power(a as f64, b as f64).map(Value::Float);
        }
        Binary::Power => float::power_ints(a, b)?,
        Binary::BitAnd => a & b,
        Binary::BitOr => a | b,
        Binary::BitXor => a ^ b,
        Binary::ShiftLeft | Binary::ShiftRight if b < 0 => return Err(FailureKind::Domain),
        Binary::ShiftRight => a >> b.min(63),
        Binary::ShiftLeft if a == 0 => 0,
        Binary::ShiftLeft => {
            let shifted = if b < 63 { a << b } else { 0 };
            checked((b < 63 && shifted >> b == a).then_some(shifted))?
        }
        // Of languages whose numbers have a width.
        Binary::Quotient | Binary::Remainder | Binary::ShiftRightUnsigned => {
            return Err(FailureKind::Types);
        }
    };
    Ok(Value::Int(value))
}

fn floats(operator: Binary, a: f64, b: f64) -> Outcome<f64> {
    match operator {
        Binary::Add => Ok(a + b),
        Binary::Subtract => Ok(a - b),
        Binary::Multiply => Ok(a * b),
        Binary::Divide => float::divide(a, b),
        Binary::FloorDivide => float::floor_divide(a, b).map(|(quotient, _)| quotient),
        Binary::FloorModulo => float::floor_divide(a, b).map(|(_, remainder)| remainder),
        Binary::Power => float::power(a, b),
        _ => Err(FailureKind::Types),
    }
}

/// `-a`, `+a`, `~a`.
pub(super) fn unary<'a>(operator: Unary, value: &Value<'a>) -> Outcome<Value<'a>> {
    match Number::of(value).ok_or_else(|| not_a_number(value))? {
        Number::Int(int) => match operator {
            Unary::Minus => int.checked_neg().map(Value::Int).ok_or(FailureKind::Overflow),
            Unary::Invert => Ok(Value::Int(!int)),
            _ => Ok(Value::Int(int)),
        },
        Number::Float(float) => match operator {
            Unary::Minus => Ok(Value::Float(-float)),
            Unary::Invert => Err(FailureKind::Types),
            _ => Ok(Value::Float(float)),
        },
        Number::Big(int) => match operator {
            Unary::Plus => Ok(Value::BigInt(int)),
            Unary::Minus => Ok(negated(int)),
            _ => Err(FailureKind::Overflow),
        },
    }
}

/// `-int`, which may fit where `int` does not.
fn negated(int: BigInt<'_>) -> Value<'_> {
    let power_63 = BigInt { negative: false, digits: &[0, 1 << 31], digit_bits: 32 };
    if !int.negative && bigint::order(int, power_63).is_eq() {
        return Value::Int(i64::MIN);
    }
    Value::BigInt(BigInt { negative: !int.negative, ..int })
}

/// `abs(value)`.
pub(super) fn absolute<'a>(value: &Value<'a>) -> Outcome<Value<'a>> {
    match Number::of(value).ok_or_else(|| not_a_number(value))? {
        Number::Int(int) => int.checked_abs().map(Value::Int).ok_or(FailureKind::Overflow),
        Number::Float(float) => Ok(Value::Float(float.abs())),
        Number::Big(int) => Ok(Value::BigInt(BigInt { negative: false, ..int })),
    }
}
