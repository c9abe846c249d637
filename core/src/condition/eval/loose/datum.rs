//! A value as ECMAScript's types have it, and its conversions.
//!
//! Invariant: what would convert an object runs its code, and fails.

use super::numeral::parse;
use crate::condition::eval::Outcome;
use crate::condition::eval::bigint::{bit_length, nibbles};
use crate::condition::eval::number::Number;
use crate::condition::failure::FailureKind;
use crate::value::{BigInt, Kind, Object, Text, Value};

/// A value.
#[derive(Clone, Copy)]
pub(super) enum Datum<'v> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    /// An exact integer: within 64 bits as such.
    Big(Number<'v>),
    Text(Text<'v>),
    Symbol(usize),
    Bytes(&'v [u8]),
    Object(Object),
}

impl<'v> Datum<'v> {
    pub(super) fn of(value: &Value<'v>) -> Self {
        match *value {
            Value::Undefined => Self::Undefined,
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Int(value) => Self::Number(value as f64),
            Value::Int32(value) => Self::Number(f64::from(value)),
            Value::Char(unit) => Self::Number(f64::from(unit)),
            Value::Float(value) => Self::Number(value),
            Value::Float32(value) => Self::Number(f64::from(value)),
            Value::BigInt(int) => Self::Big(exact(int)),
            Value::Text(text) => Self::Text(text),
            Value::Bytes(bytes) => Self::Bytes(bytes),
            Value::Object(object) if object.kind == Kind::Text && object.exact => {
                Self::Symbol(object.raw)
            }
            Value::Object(object) => Self::Object(object),
        }
    }

    pub(super) fn is_object(self) -> bool {
        matches!(self, Self::Object(_) | Self::Bytes(_))
    }

    /// `ToNumber`.
    pub(super) fn number(self) -> Outcome<f64> {
        match self {
            Self::Undefined => Ok(f64::NAN),
            Self::Null => Ok(0.0),
            Self::Bool(value) => Ok(f64::from(u8::from(value))),
            Self::Number(value) => Ok(value),
            Self::Text(text) => parse(text),
            Self::Big(_) | Self::Symbol(_) => Err(FailureKind::Types),
            Self::Bytes(_) | Self::Object(_) => Err(FailureKind::NeedsCode),
        }
    }

    /// What `typeof` says.
    pub(super) fn type_of(self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Null | Self::Bytes(_) => "object",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Big(_) => "bigint",
            Self::Text(_) => "string",
            Self::Symbol(_) => "symbol",
            Self::Object(object) => match object.kind {
                Kind::Class | Kind::Function => "function",
                _ => "object",
            },
        }
    }

    /// Why it has none of the methods that can be called.
    pub(super) fn no_method(self) -> FailureKind {
        match self {
            Self::Undefined | Self::Null => FailureKind::OfNull,
            Self::Object(object) if !object.exact || object.kind == Kind::Instance => {
                FailureKind::NeedsCode
            }
            _ => FailureKind::NoAttribute,
        }
    }
}

/// An exact integer, in 64 bits if it fits them.
fn exact(int: BigInt<'_>) -> Number<'_> {
    if bit_length(int) > 64 {
        return Number::Big(int);
    }
    let magnitude = nibbles(int).fold(0_i128, |all, nibble| all << 4 | i128::from(nibble));
    match i64::try_from(if int.negative { -magnitude } else { magnitude }) {
        Ok(value) => Number::Int(value),
        Err(_) => Number::Big(int),
    }
}
