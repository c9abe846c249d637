//! Methods of the host's core that are pure.
//!
//! Knows what they mean on the core's own classes; a method of any other object would run its code,
//! unless it is only read. Invariant: a method of the core that a class of the application has made its
//! own is never taken for the core's.

use super::compare::{eql, name_of, numeric, order, same};
use super::count::{outermost, size};
use super::element::{at_key, includes, same_or_equal, under};
use super::within::{self, covers};
use crate::condition::eval::machine::Machine;
use crate::condition::eval::number::{Number, absolute};
use crate::condition::eval::sequence::{View, no_method, part};
use crate::condition::eval::{Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::op::Op;
use crate::condition::syntax::Function;
use crate::condition::text;
use crate::host::{Bounds, Scope};
use crate::value::{Kind, Missing, Text, Value};
use std::cmp::Ordering;

fn of<'a>(value: Value<'a>) -> Outcome<Operand<'a>> {
    Ok(Operand::Value(value))
}

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// Instructions that only an open host has.
    pub(in crate::condition::eval) fn compute_openly(
        &mut self,
        op: Op,
    ) -> Outcome<Option<Operand<'a>>> {
        Ok(match op {
            Op::Gather(function, place) => {
                self.gather(function, place)?;
                None
            }
            Op::Gathered(function) => Some(self.gathered(function)),
            Op::Part(form) => Some(self.part_of(form)?),
            Op::Search { pattern, asks, tells_place } => {
                let operand = self.pop();
                let code = self.code;
                let pattern =
                    code.patterns.get(usize::from(pattern)).ok_or(FailureKind::Pattern)?;
                Some(Operand::Value(self.search(&operand, pattern, asks, tells_place)?))
            }
            _ => return self.compute_loosely(op),
        })
    }

    /// A method without arguments: of the core's own classes what it means there, of others the
    /// attribute.
    pub(in crate::condition::eval) fn message(
        &mut self,
        function: Function,
        attr: u16,
        receiver: &Operand<'a>,
    ) -> Outcome<Operand<'a>> {
        let Operand::Value(Value::Object(object)) = receiver else {
            return self.open_call(function, &[*receiver]);
        };
        let name = self.code.attrs.get(usize::from(attr)).map_or("", |attr| &attr.text);
        let is_of_core = object.kind != Kind::Instance || function == Function::IsNil;
        let is_own = !object.exact && self.ctx.scope.is_overridden(*object, name);
        match is_of_core && !is_own {
            true if matches!(object.kind, Kind::Class | Kind::Module) => match function {
                Function::IsNil => of(Value::Bool(false)),
                _ => self.attr(attr, receiver).map(Operand::Value),
            },
            true if object.kind == Kind::Text && !object.exact => {
                let text = self.ctx.scope.stored_text(*object).ok_or(FailureKind::NeedsCode)?;
                self.open_call(function, &[Operand::Value(Value::Text(text))])
            }
            true => self.open_call(function, &[*receiver]),
            false => self.attr(attr, receiver).map(Operand::Value),
        }
    }

    /// Whether a value is null, and says so.
    pub(in crate::condition::eval) fn is_nil(&self, value: &Value<'_>) -> Outcome<bool> {
        match value {
            Value::Null => Ok(true),
            Value::Object(object)
                if !object.exact && self.ctx.scope.is_overridden(*object, "nil?") =>
            {
                Err(FailureKind::NeedsCode)
            }
            _ => Ok(false),
        }
    }

    /// `function(args…)`, whose receiver is the first.
    pub(in crate::condition::eval) fn open_call(
        &mut self,
        function: Function,
        args: &[Operand<'a>],
    ) -> Outcome<Operand<'a>> {
        let first = args.first().copied().unwrap_or(Operand::NULL);
        let second = args.get(1).copied().unwrap_or(Operand::NULL);
        match function {
            Function::Lower => self.cased(&first, false),
            Function::Upper => self.cased(&first, true),
            Function::Strip => self.stripped(&first),
            Function::Min | Function::Max => self.extreme_of(function, args),
            Function::First | Function::Last => match self.view(&first) {
                Value::Object(object) => of(outermost(&self.ctx, function, object)?),
                other => Err(no_method(&other)),
            },
            Function::Abs => match first {
                Operand::Value(value) if numeric(&value).is_some() => of(absolute(&value)?),
                other => Err(no_method(&self.view(&other))),
            },
            Function::Fetch => self.fetch(&first, &second, args.get(2)),
            Function::Dig => self.dig(&first, args.get(1..).unwrap_or_default()),
            Function::Size | Function::Length | Function::Count => {
                of(Value::Int(size(&self.ctx, function, &self.view(&first))?))
            }
            Function::CompareTo => {
                let order = order(&self.ctx, &self.view(&first), &self.view(&second))?;
                of(order.map_or(Value::Null, |order| Value::Int(order as i64)))
            }
            Function::Within | Function::WithinBelow => {
                let third = args.get(2).copied().unwrap_or(Operand::NULL);
                let counts = matches!(args.get(3), Some(Operand::Value(Value::Bool(true))));
                let excludes_last = function == Function::WithinBelow;
                let (first, last) = (self.view(&first), self.view(&second));
                let bounds = Bounds { first, last, excludes_last };
                let value = self.view(&third);
                of(Value::Bool(match counts {
                    true => within::includes(&self.ctx, &bounds, &value)?,
                    false => covers(&self.ctx, &bounds, &value)?,
                }))
            }
            _ => {
                let third = args.get(2).copied().unwrap_or(Operand::NULL);
                let values = [&first, &second, &third].map(|operand| self.view(operand));
                if let Function::StartsWith | Function::EndsWith = function {
                    return of(Value::Bool(self.has_affix(function, args)?));
                }
                of(Value::Bool(self.asks(function, &values)?))
            }
        }
    }

    /// Methods whose outcome is a boolean.
    fn asks(&self, function: Function, [a, b, c]: &[Value<'_>; 3]) -> Outcome<bool> {
        let ctx = &self.ctx;
        match function {
            Function::IsNil => self.is_nil(a),
            Function::IsEmpty => match a {
                Value::Int(_) | Value::BigInt(_) => Err(no_method(a)),
                _ => Ok(size(ctx, function, a)? == 0),
            },
            Function::IsInstance | Function::IsExactly => self.is_of(function, a, b),
            Function::Equals => eql(ctx, a, b, 0),
            Function::Same => same(a, b),
            Function::CaseEquals => self.case_equals(a, b),
            Function::Includes => self.of_core(a, "include?", || includes(ctx, a, b)),
            Function::Has => match a {
                Value::Object(map) if map.kind == Kind::Map => {
                    self.of_core(a, "key?", || Ok(under(ctx, *map, b, false)?.is_some()))
                }
                _ => Err(no_method(a)),
            },
            Function::ContainsValue => self.has_value(a, b),
            Function::Covers => match a {
                Value::Object(range) if range.kind == Kind::Range => {
                    covers(ctx, &ctx.scope.bounds(*range)?, b)
                }
                _ => Err(no_method(a)),
            },
            Function::IsBetween => self.is_between(a, b, c),
            _ => is_such(function, a),
        }
    }

    /// What the core's method says, unless a class of the application has its own.
    fn of_core(
        &self,
        receiver: &Value<'_>,
        method: &str,
        says: impl FnOnce() -> Outcome<bool>,
    ) -> Outcome<bool> {
        match receiver {
            Value::Object(object)
                if !object.exact && self.ctx.scope.is_overridden(*object, method) =>
            {
                Err(FailureKind::NeedsCode)
            }
            _ => says(),
        }
    }

    fn is_of(&self, function: Function, value: &Value<'_>, class: &Value<'_>) -> Outcome<bool> {
        let Value::Object(class) = class else { return Err(FailureKind::Types) };
        if !matches!(class.kind, Kind::Class | Kind::Module) {
            return Err(FailureKind::Types);
        }
        let scope = self.ctx.scope;
        let reading = match function {
            Function::IsExactly => scope.is_exactly(value, *class),
            _ => scope.is_instance(value, *class),
        };
        reading.map_err(|missing| match missing {
            Missing::Absent => FailureKind::NeedsCode,
            other => other.into(),
        })
    }

    /// `a === b`.
    fn case_equals(&self, a: &Value<'_>, b: &Value<'_>) -> Outcome<bool> {
        let Value::Object(asked) = a else { return same_or_equal(&self.ctx, a, b) };
        if !asked.exact && self.ctx.scope.is_overridden(*asked, "===") {
            return Err(FailureKind::NeedsCode);
        }
        match asked.kind {
            Kind::Class | Kind::Module => self.is_of(Function::IsInstance, b, a),
            Kind::Range => covers(&self.ctx, &self.ctx.scope.bounds(*asked)?, b),
            Kind::Set => includes(&self.ctx, a, b),
            Kind::Function => Err(FailureKind::NeedsCode),
            _ => same_or_equal(&self.ctx, a, b),
        }
    }

    fn has_value(&self, map: &Value<'_>, wanted: &Value<'_>) -> Outcome<bool> {
        let map = match map {
            Value::Object(map) if map.kind == Kind::Map => *map,
            other => return Err(no_method(other)),
        };
        let mut cursor = 0;
        while let Some((key, value)) = self.ctx.scope.entry(map, &mut cursor) {
            self.ctx.burn(1)?;
            self.ctx.visible(&key)?;
            if same_or_equal(&self.ctx, &value, wanted)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_between(&self, value: &Value<'_>, least: &Value<'_>, most: &Value<'_>) -> Outcome<bool> {
        let ctx = &self.ctx;
        let is_comparable = numeric(value).is_some()
            || matches!(value, Value::Text(_))
            || name_of(ctx, value)?.is_some();
        if !is_comparable {
            return Err(no_method(value));
        }
        let against = |bound: &Value<'_>| order(ctx, value, bound)?.ok_or(FailureKind::Types);
        if against(least)? == Ordering::Less {
            return Ok(false);
        }
        Ok(against(most)? != Ordering::Greater)
    }

    /// The least or greatest of values that are there.
    fn extreme_of(&self, function: Function, args: &[Operand<'a>]) -> Outcome<Operand<'a>> {
        let Some((first, others)) = args.split_first() else { return Ok(Operand::NULL) };
        let mut best = *first;
        for candidate in others {
            if self.better(function, &self.view(candidate), &self.view(&best))? {
                best = *candidate;
            }
        }
        Ok(best)
    }

    fn fetch(
        &self,
        container: &Operand<'a>,
        key: &Operand<'a>,
        default: Option<&Operand<'a>>,
    ) -> Outcome<Operand<'a>> {
        let (container, key) = (self.view(container), self.view(key));
        let object = match container {
            Value::Object(object) if matches!(object.kind, Kind::Map | Kind::List) => object,
            other => return Err(no_method(&other)),
        };
        if !object.exact && self.ctx.scope.is_overridden(object, "fetch") {
            return Err(FailureKind::NeedsCode);
        }
        if object.kind == Kind::Map {
            let found = under(&self.ctx, object, &key, false)?.map(Operand::Value);
            return found.or(default.copied()).ok_or(FailureKind::NoKey);
        }
        let (at, len) = (super::element::place(&key)?, self.ctx.scope.len(object)?);
        let is_there = i64::try_from(len).is_ok_and(|len| (-len..len).contains(&at));
        match (is_there, default) {
            (true, _) => of(at_key(&self.ctx, object, &Value::Int(at), false)?),
            (false, Some(default)) => Ok(*default),
            (false, None) => Err(FailureKind::NoIndex),
        }
    }

    fn dig(&self, container: &Operand<'a>, keys: &[Operand<'a>]) -> Outcome<Operand<'a>> {
        let mut found = *container;
        for (n, key) in keys.iter().enumerate() {
            match self.view(&found) {
                Value::Null if n > 0 => return Ok(Operand::NULL),
                Value::Object(object) if matches!(object.kind, Kind::Map | Kind::List) => {
                    if !object.exact && self.ctx.scope.is_overridden(object, "dig") {
                        return Err(FailureKind::NeedsCode);
                    }
                    let key = self.view(key);
                    found = Operand::Value(at_key(&self.ctx, object, &key, false)?);
                }
                Value::Object(object) if object.kind == Kind::Instance => {
                    return Err(FailureKind::NeedsCode);
                }
                other if n > 0 => return Err(not_dug(&other)),
                other => return Err(no_method(&other)),
            }
        }
        Ok(found)
    }

    fn has_affix(&self, function: Function, args: &[Operand<'a>]) -> Outcome<bool> {
        let Some((first, affixes)) = args.split_first() else { return Ok(false) };
        let whole = self.view(first);
        let text = match (&whole, name_of(&self.ctx, &whole)?) {
            (_, Some(name)) => name,
            (Value::Text(text), _) => *text,
            (Value::Bytes(_), _) => return Err(FailureKind::Unreadable),
            (other, _) => return Err(no_method(other)),
        };
        for affix in affixes {
            let Value::Text(affix) = self.view(affix) else { return Err(FailureKind::Types) };
            self.ctx.burn_text(affix)?;
            let has = match function {
                Function::StartsWith => text::prefix(text, affix).is_some(),
                _ => text::ends_with(text, affix),
            };
            if has {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A string without blanks and zeros at its ends: only at the end are zeros blanks.
    fn stripped(&self, operand: &Operand<'a>) -> Outcome<Operand<'a>> {
        let whole = self.exact_text(operand)?;
        let is_blank = |point: u32| matches!(point, 9..=13 | 32 | 0);
        let (start, end) = text::trim(whole, is_blank);
        Ok(part(operand, start, end))
    }

    fn cased(&mut self, operand: &Operand<'a>, upper: bool) -> Outcome<Operand<'a>> {
        match self.view(operand) {
            Value::Text(Text::Utf8(_)) => self.change_case(operand, upper),
            Value::Text(_) | Value::Bytes(_) => Err(FailureKind::Unreadable),
            Value::Object(object) if object.kind == Kind::Text => Err(FailureKind::Unreadable),
            other => Err(no_method(&other)),
        }
    }
}

/// What cannot be dug into.
fn not_dug(value: &Value<'_>) -> FailureKind {
    match value {
        Value::Object(object) if !object.exact => FailureKind::NeedsCode,
        _ => FailureKind::Types,
    }
}

/// Questions about a number.
fn is_such(function: Function, value: &Value<'_>) -> Outcome<bool> {
    let Some(number) = numeric(value) else { return Err(no_method(value)) };
    let sign = match number {
        Number::Int(value) => Some(value.cmp(&0)),
        Number::Float(value) => value.partial_cmp(&0.0),
        Number::Big(int) if int.negative => Some(Ordering::Less),
        Number::Big(_) => Some(Ordering::Greater),
    };
    let is_odd = match number {
        Number::Int(value) => Some(value % 2 != 0),
        Number::Big(int) => Some(int.digits.first().is_some_and(|digit| digit % 2 != 0)),
        Number::Float(_) => None,
    };
    match function {
        Function::IsZero => Ok(sign == Some(Ordering::Equal)),
        Function::IsPositive => Ok(sign == Some(Ordering::Greater)),
        Function::IsNegative => Ok(sign == Some(Ordering::Less)),
        Function::IsEven => is_odd.map(|odd| !odd).ok_or(FailureKind::NoAttribute),
        Function::IsOdd => is_odd.ok_or(FailureKind::NoAttribute),
        Function::IsNan => match number {
            Number::Float(value) => Ok(value.is_nan()),
            _ => Err(FailureKind::NoAttribute),
        },
        _ => Err(FailureKind::Types),
    }
}
