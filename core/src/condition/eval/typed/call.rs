//! Methods of a typed host's library that are pure, and its static functions.
//!
//! Knows strings, boxes and collections of the library itself; a method of any other object would run
//! its code. Invariant: indices and lengths count 16-bit units.

use super::compare::{compare_numbers, equals, nullable_equals};
use super::element::{contains_value, get, lookup, no_method, own, position};
use super::number::{Number, absolute};
use crate::condition::eval::machine::Machine;
use crate::condition::eval::sequence::{View, part};
use crate::condition::eval::{Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::syntax::Function;
use crate::condition::{text, utf16};
use crate::host::Scope;
use crate::value::{Kind, Missing, Object, Text, Value};

fn of<'a>(value: Value<'a>) -> Outcome<Operand<'a>> {
    Ok(Operand::Value(value))
}

/// A length or place as Java's `int`.
fn int<'a>(count: usize) -> Outcome<Operand<'a>> {
    i32::try_from(count)
        .map(|count| Operand::Value(Value::Int32(count)))
        .or(Err(FailureKind::Overflow))
}

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// A method without arguments, or an array's length: of the host's own types what they mean, of
    /// others the attribute of that name.
    pub(in crate::condition::eval) fn method(
        &mut self,
        function: Function,
        attr: u16,
        receiver: &Operand<'a>,
    ) -> Outcome<Operand<'a>> {
        match receiver {
            Operand::Value(Value::Object(object)) if !has_method(*object, function) => {
                self.attr(attr, receiver).map(Operand::Value)
            }
            _ => self.typed_call(function, &[*receiver]),
        }
    }

    /// `function(args…)`; a method's receiver is the first.
    pub(in crate::condition::eval) fn typed_call(
        &mut self,
        function: Function,
        args: &[Operand<'a>],
    ) -> Outcome<Operand<'a>> {
        let first = args.first().copied().unwrap_or(Operand::NULL);
        let second = args.get(1).copied().unwrap_or(Operand::NULL);
        match function {
            Function::Lower => self.change_case(&first, false),
            Function::Upper => self.change_case(&first, true),
            Function::Trim => self.trimmed(&first, |point| point <= 0x20),
            Function::Strip => self.trimmed(&first, utf16::is_blank),
            Function::Get | Function::GetOrDefault | Function::Cast => {
                self.kept(function, &first, args)
            }
            Function::Abs => of(absolute(&self.view(&first))?),
            Function::Min | Function::Max => {
                let (a, b) = (self.view(&first), self.view(&second));
                let pair = Number::unboxed(&a)?.with(Number::unboxed(&b)?);
                of(pair.extreme(function == Function::Max))
            }
            Function::IsNan => {
                let number = Number::unboxed(&self.view(&first))?;
                of(Value::Bool(number.with(number).order().is_none()))
            }
            Function::Length | Function::Size | Function::ArrayLength => {
                int(self.count(function, &self.view(&first))?)
            }
            Function::IsEmpty => of(Value::Bool(self.count(function, &self.view(&first))? == 0)),
            Function::CharAt => {
                let whole = self.exact_text(&first)?;
                let at = Number::index(&self.view(&second))?;
                of(Value::Char(utf16::at(whole, at).ok_or(FailureKind::NoIndex)?))
            }
            Function::IndexOf => {
                let found = self.index_of(&self.view(&first), &self.view(&second))?;
                found.map_or(of(Value::Int32(-1)), int)
            }
            Function::CompareTo => {
                of(Value::Int32(self.order(&self.view(&first), &self.view(&second))?))
            }
            _ => {
                let (a, b) = (self.view(&first), self.view(&second));
                of(Value::Bool(self.holds(function, &a, &b)?))
            }
        }
    }

    /// Functions that yield a value as it is stored.
    fn kept(
        &self,
        function: Function,
        first: &Operand<'a>,
        args: &[Operand<'a>],
    ) -> Outcome<Operand<'a>> {
        let second = args.get(1).map_or(Value::Null, |second| self.view(second));
        if function == Function::Cast {
            return match self.is_instance(&self.view(first), &second, true)? {
                true => Ok(*first),
                false => Err(FailureKind::Types),
            };
        }
        let Operand::Value(container) = first else { return Err(FailureKind::NoAttribute) };
        if function == Function::GetOrDefault && own(container)?.kind != Kind::Map {
            return Err(FailureKind::NoAttribute);
        }
        let found = get(&self.ctx, container, &second)?.map(Operand::Value);
        Ok(found.or(args.get(2).copied()).unwrap_or(Operand::NULL))
    }

    /// Whether `value` is an instance of `class`; null is one where it is cast.
    pub(in crate::condition::eval) fn is_instance(
        &self,
        value: &Value<'_>,
        class: &Value<'_>,
        null: bool,
    ) -> Outcome<bool> {
        let Value::Object(class) = class else { return Err(FailureKind::Types) };
        if class.kind != Kind::Class {
            return Err(FailureKind::Types);
        }
        if matches!(value, Value::Null) {
            return Ok(null);
        }
        self.ctx.scope.is_instance(value, *class).map_err(|missing| match missing {
            Missing::Absent => FailureKind::NeedsCode,
            other => other.into(),
        })
    }

    /// Elements of a collection or array, units of a string.
    fn count(&self, function: Function, value: &Value<'_>) -> Outcome<usize> {
        match (function, value) {
            (Function::Length | Function::IsEmpty, Value::Text(text)) => {
                self.ctx.burn_count(*text)?;
                Ok(utf16::length(*text))
            }
            (Function::ArrayLength, Value::Bytes(bytes)) => Ok(bytes.len()),
            (_, Value::Object(object)) if has_method(*object, function) => {
                Ok(self.ctx.scope.len(*object)?)
            }
            (_, other) => Err(no_method(other)),
        }
    }

    fn trimmed(&self, operand: &Operand<'a>, drops: impl Fn(u32) -> bool) -> Outcome<Operand<'a>> {
        let (start, end) = text::trim(self.exact_text(operand)?, drops);
        Ok(part(operand, start, end))
    }

    fn index_of(&self, whole: &Value<'_>, wanted: &Value<'_>) -> Outcome<Option<usize>> {
        match (whole, wanted) {
            (Value::Text(whole), Value::Text(part)) => self.find(*whole, *part),
            (Value::Text(_), Value::Null) => Err(FailureKind::OfNull),
            (Value::Text(whole), wanted) => {
                self.ctx.burn_text(*whole)?;
                match Number::of(wanted) {
                    Some(Number::Int(point)) => {
                        Ok(utf16::find_point(*whole, point.cast_unsigned()))
                    }
                    _ => Err(FailureKind::Types),
                }
            }
            (whole, wanted) => match own(whole)? {
                list if list.kind == Kind::List => position(&self.ctx, list, wanted),
                _ => Err(FailureKind::NoAttribute),
            },
        }
    }

    fn find(&self, whole: Text<'_>, part: Text<'_>) -> Outcome<Option<usize>> {
        self.ctx.burn_text(whole)?;
        self.ctx.burn((whole.units() / 16).saturating_mul(part.units() / 16))?;
        Ok(utf16::find(whole, part))
    }

    /// `a.compareTo(b)`.
    fn order(&self, a: &Value<'_>, b: &Value<'_>) -> Outcome<i32> {
        Ok(match (a, b) {
            (Value::Null, _) | (_, Value::Null) => return Err(FailureKind::OfNull),
            (Value::Text(a), Value::Text(b)) => {
                self.ctx.burn(a.units().min(b.units()) / 16)?;
                utf16::difference(*a, *b)
            }
            (Value::Char(a), Value::Char(b)) => i32::from(*a) - i32::from(*b),
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b) as i32,
            (Value::Int32(a), Value::Int32(b)) => a.cmp(b) as i32,
            (Value::Int(a), Value::Int(b)) => a.cmp(b) as i32,
            (Value::Float(a), Value::Float(b)) => total(*a, *b),
            (Value::Float32(a), Value::Float32(b)) => total(f64::from(*a), f64::from(*b)),
            (Value::Object(_) | Value::BigInt(_), _) => compare_numbers(&self.ctx, a, b)?,
            _ => return Err(FailureKind::Types),
        })
    }

    /// Functions whose outcome is a boolean.
    fn holds(&self, function: Function, a: &Value<'_>, b: &Value<'_>) -> Outcome<bool> {
        match (function, a) {
            (Function::Equals, _) => equals(&self.ctx, a, b, 0),
            (Function::ObjectsEqual, _) => nullable_equals(&self.ctx, a, b, 0),
            (Function::IsBlank, Value::Text(text)) => {
                self.ctx.burn_text(*text)?;
                Ok(text::points(*text).all(utf16::is_blank))
            }
            (
                Function::StartsWith
                | Function::EndsWith
                | Function::EqualsIgnoreCase
                | Function::Contains,
                Value::Text(text),
            ) => self.text_holds(function, *text, b),
            (Function::Contains, _) => self.contains(a, b),
            (Function::ContainsKey, _) => {
                let map = own(a)?;
                if map.kind != Kind::Map {
                    return Err(FailureKind::NoAttribute);
                }
                get(&self.ctx, &Value::Object(map), b).map(|found| found.is_some())
            }
            (Function::ContainsValue, _) => contains_value(&self.ctx, a, b),
            _ => Err(no_method(a)),
        }
    }

    fn text_holds(&self, function: Function, whole: Text<'_>, other: &Value<'_>) -> Outcome<bool> {
        let other = match other {
            Value::Text(other) => *other,
            Value::Null if function == Function::EqualsIgnoreCase => return Ok(false),
            Value::Null => return Err(FailureKind::OfNull),
            _ => return Err(FailureKind::Types),
        };
        match function {
            Function::Contains => self.find(whole, other).map(|found| found.is_some()),
            Function::StartsWith => {
                self.ctx.burn_text(other)?;
                Ok(utf16::starts_with(whole, other))
            }
            Function::EndsWith => {
                self.ctx.burn_text(whole)?;
                Ok(utf16::ends_with(whole, other))
            }
            _ => {
                self.ctx.burn_text(whole)?;
                utf16::equal_ignoring_case(whole, other).ok_or(FailureKind::Domain)
            }
        }
    }

    fn contains(&self, collection: &Value<'_>, wanted: &Value<'_>) -> Outcome<bool> {
        let collection = own(collection)?;
        match collection.kind {
            Kind::List => Ok(position(&self.ctx, collection, wanted)?.is_some()),
            Kind::Set | Kind::FrozenSet => Ok(lookup(&self.ctx, collection, wanted, 0)?.is_some()),
            _ => Err(FailureKind::NoAttribute),
        }
    }
}

/// `Double.compare`: NaN above all, and zeros told apart.
fn total(a: f64, b: f64) -> i32 {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => -1,
        _ => a.total_cmp(&b) as i32,
    }
}

/// Whether a method without arguments is one of the host's own library on this object.
fn has_method(object: Object, function: Function) -> bool {
    let is_collection = matches!(object.kind, Kind::List | Kind::Map | Kind::Set | Kind::FrozenSet);
    match function {
        Function::ArrayLength => object.kind == Kind::Tuple,
        Function::Size | Function::IsEmpty => object.exact && is_collection,
        _ => false,
    }
}
