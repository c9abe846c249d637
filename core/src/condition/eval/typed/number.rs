//! Numbers of a width: promotion, arithmetic that wraps, conversion.
//!
//! Invariant: the result is Java's to the last bit; only an integer's division by zero has none.

use crate::condition::eval::Outcome;
use crate::condition::failure::FailureKind;
use crate::condition::syntax::{Binary, Primitive, Unary};
use crate::value::Value;
use std::cmp::Ordering;

/// A number that computes: what is narrower than an `int` is one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
}

/// Two numbers of the same width.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pair {
    Int(i32, i32),
    Long(i64, i64),
    Float(f32, f32),
    Double(f64, f64),
}

impl Number {
    pub(super) fn of(value: &Value<'_>) -> Option<Self> {
        match *value {
            Value::Int32(value) => Some(Self::Int(value)),
            Value::Char(unit) => Some(Self::Int(i32::from(unit))),
            Value::Int(value) => Some(Self::Long(value)),
            Value::Float32(value) => Some(Self::Float(value)),
            Value::Float(value) => Some(Self::Double(value)),
            _ => None,
        }
    }

    /// The number, or why there is none: null cannot be unboxed.
    pub(super) fn unboxed(value: &Value<'_>) -> Outcome<Self> {
        match value {
            Value::Null => Err(FailureKind::OfNull),
            value => Self::of(value).ok_or(FailureKind::Types),
        }
    }

    /// An index of an array, list or string.
    pub(super) fn index(value: &Value<'_>) -> Outcome<usize> {
        match Self::unboxed(value)? {
            Self::Int(at) => usize::try_from(at).map_err(|_| FailureKind::NoIndex),
            _ => Err(FailureKind::Types),
        }
    }

    fn float(self) -> f32 {
        match self {
            Self::Int(value) => value as f32,
            Self::Long(value) => value as f32,
            Self::Float(value) => value,
            Self::Double(value) => value as f32,
        }
    }

    fn double(self) -> f64 {
        match self {
            Self::Int(value) => f64::from(value),
            Self::Long(value) => value as f64,
            Self::Float(value) => f64::from(value),
            Self::Double(value) => value,
        }
    }

    fn long(self) -> i64 {
        match self {
            Self::Int(value) => i64::from(value),
            Self::Long(value) => value,
            // Beyond the range it is the nearest end, and NaN is zero, as in Java.
            Self::Float(value) => value as i64,
            Self::Double(value) => value as i64,
        }
    }

    fn int(self) -> i32 {
        match self {
            Self::Int(value) => value,
            Self::Long(value) => value as i32,
            Self::Float(value) => value as i32,
            Self::Double(value) => value as i32,
        }
    }

    fn value(self) -> Value<'static> {
        match self {
            Self::Int(value) => Value::Int32(value),
            Self::Long(value) => Value::Int(value),
            Self::Float(value) => Value::Float32(value),
            Self::Double(value) => Value::Float(value),
        }
    }

    /// Both as the wider of their types.
    pub(super) fn with(self, other: Self) -> Pair {
        match (self, other) {
            (Self::Double(_), _) | (_, Self::Double(_)) => {
                Pair::Double(self.double(), other.double())
            }
            (Self::Float(_), _) | (_, Self::Float(_)) => Pair::Float(self.float(), other.float()),
            (Self::Long(_), _) | (_, Self::Long(_)) => Pair::Long(self.long(), other.long()),
            (Self::Int(a), Self::Int(b)) => Pair::Int(a, b),
        }
    }
}

impl Pair {
    /// Their order; `None` with NaN.
    pub(super) fn order(self) -> Option<Ordering> {
        match self {
            Self::Int(a, b) => Some(a.cmp(&b)),
            Self::Long(a, b) => Some(a.cmp(&b)),
            Self::Float(a, b) => a.partial_cmp(&b),
            Self::Double(a, b) => a.partial_cmp(&b),
        }
    }

    /// The lesser, or the greater; NaN with NaN, and a zero's sign counts.
    pub(super) fn extreme(self, greater: bool) -> Value<'static> {
        match self {
            Self::Int(a, b) => Value::Int32(if (a > b) == greater { a } else { b }),
            Self::Long(a, b) => Value::Int(if (a > b) == greater { a } else { b }),
            Self::Float(a, b) => {
                let extreme = double_extreme(f64::from(a), f64::from(b), greater);
                Value::Float32(extreme as f32)
            }
            Self::Double(a, b) => Value::Float(double_extreme(a, b, greater)),
        }
    }
}

fn double_extreme(a: f64, b: f64, greater: bool) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a.total_cmp(&b).is_gt() == greater { a } else { b }
}

/// `a operator b` of what is no string.
pub(in crate::condition::eval) fn arithmetic(
    operator: Binary,
    a: &Value<'_>,
    b: &Value<'_>,
) -> Outcome<Value<'static>> {
    if let (Value::Bool(a), Value::Bool(b)) = (a, b) {
        return match operator {
            Binary::BitAnd => Ok(Value::Bool(a & b)),
            Binary::BitOr => Ok(Value::Bool(a | b)),
            Binary::BitXor => Ok(Value::Bool(a ^ b)),
            _ => Err(FailureKind::Types),
        };
    }
    let (a, b) = (Number::unboxed(a)?, Number::unboxed(b)?);
    match operator {
        Binary::ShiftLeft | Binary::ShiftRight | Binary::ShiftRightUnsigned => {
            shift(operator, a, b)
        }
        _ => match a.with(b) {
            Pair::Int(a, b) => ints(operator, a, b).map(Value::Int32),
            Pair::Long(a, b) => longs(operator, a, b).map(Value::Int),
            Pair::Float(a, b) => floats(operator, a, b).map(Value::Float32),
            Pair::Double(a, b) => doubles(operator, a, b).map(Value::Float),
        },
    }
}

pub(super) fn ints(operator: Binary, a: i32, b: i32) -> Outcome<i32> {
    let divisor = || if b == 0 { Err(FailureKind::ZeroDivision) } else { Ok(b) };
    Ok(match operator {
        Binary::Add => a.wrapping_add(b),
        Binary::Subtract => a.wrapping_sub(b),
        Binary::Multiply => a.wrapping_mul(b),
        Binary::Quotient => a.wrapping_div(divisor()?),
        Binary::Remainder => a.wrapping_rem(divisor()?),
        Binary::BitAnd => a & b,
        Binary::BitOr => a | b,
        Binary::BitXor => a ^ b,
        _ => return Err(FailureKind::Types),
    })
}

fn longs(operator: Binary, a: i64, b: i64) -> Outcome<i64> {
    let divisor = || if b == 0 { Err(FailureKind::ZeroDivision) } else { Ok(b) };
    Ok(match operator {
        Binary::Add => a.wrapping_add(b),
        Binary::Subtract => a.wrapping_sub(b),
        Binary::Multiply => a.wrapping_mul(b),
        Binary::Quotient => a.wrapping_div(divisor()?),
        Binary::Remainder => a.wrapping_rem(divisor()?),
        Binary::BitAnd => a & b,
        Binary::BitOr => a | b,
        Binary::BitXor => a ^ b,
        _ => return Err(FailureKind::Types),
    })
}

fn floats(operator: Binary, a: f32, b: f32) -> Outcome<f32> {
    Ok(match operator {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Quotient => a / b,
        Binary::Remainder => a % b,
        _ => return Err(FailureKind::Types),
    })
}

fn doubles(operator: Binary, a: f64, b: f64) -> Outcome<f64> {
    Ok(match operator {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Quotient => a / b,
        Binary::Remainder => a % b,
        _ => return Err(FailureKind::Types),
    })
}

/// The left side alone decides the width, and how many bits of the count are looked at.
fn shift(operator: Binary, a: Number, count: Number) -> Outcome<Value<'static>> {
    let count = match count {
        Number::Int(count) => count as u32,
        Number::Long(count) => count as u32,
        _ => return Err(FailureKind::Types),
    };
    match (a, operator) {
        (Number::Int(a), Binary::ShiftLeft) => Ok(Value::Int32(a.wrapping_shl(count))),
        (Number::Int(a), Binary::ShiftRight) => Ok(Value::Int32(a.wrapping_shr(count))),
        (Number::Int(a), _) => {
            Ok(Value::Int32(a.cast_unsigned().wrapping_shr(count).cast_signed()))
        }
        (Number::Long(a), Binary::ShiftLeft) => Ok(Value::Int(a.wrapping_shl(count))),
        (Number::Long(a), Binary::ShiftRight) => Ok(Value::Int(a.wrapping_shr(count))),
        (Number::Long(a), _) => Ok(Value::Int(a.cast_unsigned().wrapping_shr(count).cast_signed())),
        _ => Err(FailureKind::Types),
    }
}

/// `-a`, `+a`, `~a`.
pub(in crate::condition::eval) fn unary(
    operator: Unary,
    value: &Value<'_>,
) -> Outcome<Value<'static>> {
    let number = Number::unboxed(value)?;
    match (operator, number) {
        (Unary::Plus, number) => Ok(number.value()),
        (Unary::Minus, Number::Int(value)) => Ok(Value::Int32(value.wrapping_neg())),
        (Unary::Minus, Number::Long(value)) => Ok(Value::Int(value.wrapping_neg())),
        (Unary::Minus, Number::Float(value)) => Ok(Value::Float32(-value)),
        (Unary::Minus, Number::Double(value)) => Ok(Value::Float(-value)),
        (Unary::Invert, Number::Int(value)) => Ok(Value::Int32(!value)),
        (Unary::Invert, Number::Long(value)) => Ok(Value::Int(!value)),
        _ => Err(FailureKind::Types),
    }
}

/// The absolute value, which of the least integer is itself.
pub(super) fn absolute(value: &Value<'_>) -> Outcome<Value<'static>> {
    Ok(match Number::unboxed(value)? {
        Number::Int(value) => Value::Int32(value.wrapping_abs()),
        Number::Long(value) => Value::Int(value.wrapping_abs()),
        Number::Float(value) => Value::Float32(value.abs()),
        Number::Double(value) => Value::Float(value.abs()),
    })
}

/// `(primitive) value`.
pub(in crate::condition::eval) fn convert(
    primitive: Primitive,
    value: &Value<'_>,
) -> Outcome<Value<'static>> {
    if primitive == Primitive::Boolean {
        return super::boolean(value).map(Value::Bool);
    }
    let number = Number::unboxed(value)?;
    // What is narrower than an int is cut from one.
    Ok(match primitive {
        Primitive::Byte => Value::Int32(i32::from(number.int() as i8)),
        Primitive::Short => Value::Int32(i32::from(number.int() as i16)),
        Primitive::Char => Value::Char(number.int() as u16),
        Primitive::Int => Value::Int32(number.int()),
        Primitive::Long => Value::Int(number.long()),
        Primitive::Float => Value::Float32(number.float()),
        Primitive::Double | Primitive::Boolean => Value::Float(number.double()),
    })
}

/// A number as a choice between it and one of type `other` yields it; anything else as it is.
pub(in crate::condition::eval) fn promote<'a>(other: Primitive, value: Value<'a>) -> Value<'a> {
    let Some(number) = Number::of(&value) else { return value };
    let other = match other {
        Primitive::Long => Number::Long(0),
        Primitive::Float => Number::Float(0.0),
        Primitive::Double => Number::Double(0.0),
        _ => return value,
    };
    match number.with(other) {
        Pair::Int(..) => value,
        Pair::Long(number, _) => Value::Int(number),
        Pair::Float(number, _) => Value::Float32(number),
        Pair::Double(number, _) => Value::Float(number),
    }
}
