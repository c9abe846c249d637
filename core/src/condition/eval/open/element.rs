//! Elements: by place, key, or as a part of a string; null where there is none.
//!
//! Invariant: what stands under a redacted key is never read, and a map yields what it would without its
//! default code.

use super::compare::numeric;
use super::within;
use crate::condition::eval::element::lookup;
use crate::condition::eval::equal::equal;
use crate::condition::eval::machine::Machine;
use crate::condition::eval::number::Number;
use crate::condition::eval::sequence::{Element, View, no_method, part};
use crate::condition::eval::{Ctx, Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::op::Part;
use crate::condition::text;
use crate::host::Scope;
use crate::value::{Kind, Missing, Object, Text, Value};

/// The integer that a place is.
pub(super) fn place(value: &Value<'_>) -> Outcome<i64> {
    match numeric(value) {
        Some(Number::Int(at)) => Ok(at),
        Some(Number::Float(at)) if at.is_finite() && at.abs() < 9e18 => Ok(at as i64),
        // The host takes no place beyond its own words.
        Some(_) => Err(FailureKind::Domain),
        None => Err(match value {
            Value::Object(object) if object.kind == Kind::Instance || !object.exact => {
                FailureKind::NeedsCode
            }
            _ => FailureKind::Types,
        }),
    }
}

/// Where a place that may count from the end lies in `len` elements.
fn within_len(at: i64, len: usize) -> Option<usize> {
    let signed = i64::try_from(len).ok()?;
    let at = if at < 0 { at.checked_add(signed)? } else { at };
    usize::try_from(at).ok().filter(|at| *at < len)
}

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// `object[key]`.
    pub(in crate::condition::eval) fn open_index(
        &self,
        object: &Operand<'a>,
        key: &Operand<'a>,
        is_constant: bool,
    ) -> Outcome<Operand<'a>> {
        let (whole, key) = (self.view(object), self.view(key));
        match &whole {
            Value::Text(text) => return self.character(object, *text, &key),
            Value::Object(container) => {
                if container.kind == Kind::Instance {
                    return self.struct_member(*container, &key, is_constant);
                }
                if !container.exact && self.ctx.scope.is_overridden(*container, "[]") {
                    return Err(FailureKind::NeedsCode);
                }
                let found = at_key(&self.ctx, *container, &key, is_constant)?;
                return Ok(Operand::Value(found));
            }
            _ => {}
        }
        Err(match whole {
            Value::Null => FailureKind::OfNull,
            Value::Bool(_) | Value::Float(_) => FailureKind::NoAttribute,
            // A bit, a byte.
            _ => FailureKind::Unreadable,
        })
    }

    /// A member of a Struct, or what else a binding can look up in an object.
    fn struct_member(
        &self,
        object: Object,
        key: &Value<'_>,
        is_constant: bool,
    ) -> Outcome<Operand<'a>> {
        if !is_constant {
            self.ctx.visible(key)?;
        }
        if let Value::Int(at) = key {
            // By its place a member is told as by its name.
            let at = usize::try_from(*at).map_err(|_| FailureKind::Unreadable)?;
            if let Some(name) = self.ctx.scope.element_name(object, at) {
                self.ctx.visible(&Value::Text(name))?;
            }
        }
        match self.ctx.scope.lookup(object, key) {
            Some(Ok(value)) => Ok(Operand::Value(value)),
            Some(Err(Missing::Absent)) => Err(FailureKind::NoKey),
            Some(Err(missing)) => Err(missing.into()),
            None => Err(FailureKind::NeedsCode),
        }
    }

    fn character(
        &self,
        object: &Operand<'a>,
        whole: Text<'_>,
        key: &Value<'_>,
    ) -> Outcome<Operand<'a>> {
        if let Value::Text(wanted) = key {
            self.ctx.burn_text(whole)?;
            let found = text::find(whole, *wanted);
            return Ok(found.map_or(Operand::NULL, |(at, taken)| part(object, at, at + taken)));
        }
        self.ctx.burn_count(whole)?;
        let Some(at) = within_len(place(key)?, text::length(whole)) else {
            return Ok(Operand::NULL);
        };
        let (start, end) = text::slice(whole, at, at + 1);
        Ok(part(object, start, end))
    }

    /// Pushes an element as a block's parameters take it: a pair or list is spread over several.
    /// Without any, it is only asked for its truth.
    pub(in crate::condition::eval) fn spread(
        &mut self,
        element: Element<'a>,
        targets: usize,
    ) -> Outcome<()> {
        let mut rest = targets;
        match element {
            (_, Some(_)) if targets == 0 => return self.push_value(Value::Bool(true)),
            // A pair of a key and a value is none of its own.
            (_, Some(_)) if targets == 1 => return Err(FailureKind::Unreadable),
            (key, Some(value)) => {
                self.push(key)?;
                self.push(value)?;
                rest -= 2;
            }
            (element, None) if targets < 2 => return self.push(element),
            (Operand::Value(Value::Object(list)), None) if list.kind == Kind::List => {
                let len = self.ctx.scope.len(list)?.min(targets);
                for at in 0..len {
                    let item = self.ctx.item(list, at)?;
                    self.push_value(item)?;
                }
                rest -= len;
            }
            (Operand::Value(Value::Object(object)), None)
                if !object.exact && self.ctx.scope.is_overridden(object, "to_ary") =>
            {
                return Err(FailureKind::NeedsCode);
            }
            (element, None) => {
                self.push(element)?;
                rest -= 1;
            }
        }
        (0..rest).try_for_each(|_| self.push_value(Value::Null))
    }

    /// `object[start, length]` and `object[first..last]`.
    pub(super) fn part_of(&mut self, form: Part) -> Outcome<Operand<'a>> {
        let [object, first, last] = self.take(3);
        let (first, last) = (self.view(&first), self.view(&last));
        let whole = match self.view(&object) {
            Value::Text(whole) => whole,
            Value::Null => return Err(FailureKind::OfNull),
            // Bits of an integer, a part of a symbol's name.
            Value::Int(_) | Value::BigInt(_) => return Err(FailureKind::Unreadable),
            Value::Object(symbol) if symbol.exact && symbol.kind == Kind::Text => {
                return Err(FailureKind::Unreadable);
            }
            // It would make another array.
            Value::Object(list) if list.exact && list.kind == Kind::List => {
                return Err(FailureKind::Types);
            }
            other => return Err(no_method(&other)),
        };
        self.ctx.burn_count(whole)?;
        let len = text::length(whole);
        Ok(match bounds(form, &first, &last, len)? {
            Some((start, end)) => {
                let (start, end) = text::slice(whole, start, end);
                part(&object, start, end)
            }
            None => Operand::NULL,
        })
    }
}

/// The places from which and up to which a part of `len` elements goes; none where there is no such
/// part.
fn bounds(
    form: Part,
    first: &Value<'_>,
    last: &Value<'_>,
    len: usize,
) -> Outcome<Option<(usize, usize)>> {
    let signed = i64::try_from(len).map_err(|_| FailureKind::Overflow)?;
    let from_end = |at: i64| if at < 0 { at.saturating_add(signed) } else { at };
    let start = match (form, first) {
        (Part::Through | Part::Below, Value::Null) => 0,
        _ => from_end(place(first)?),
    };
    let end = match (form, last) {
        (Part::Length, _) => match place(last)? {
            length if length < 0 => return Ok(None),
            length => start.saturating_add(length),
        },
        (_, Value::Null) => signed,
        (Part::Through, _) => from_end(place(last)?).saturating_add(1),
        (Part::Below, _) => from_end(place(last)?),
    };
    if !(0..=signed).contains(&start) {
        return Ok(None);
    }
    let end = end.clamp(start, signed);
    Ok(usize::try_from(start).ok().zip(usize::try_from(end).ok()))
}

/// What a collection has at a place or under a key.
pub(super) fn at_key<'a, S: Scope>(
    ctx: &Ctx<'a, S>,
    container: Object,
    key: &Value<'_>,
    is_constant: bool,
) -> Outcome<Value<'a>> {
    match container.kind {
        Kind::List => {
            let len = ctx.scope.len(container)?;
            if matches!(key, Value::Object(range) if range.kind == Kind::Range) {
                return Err(FailureKind::Types);
            }
            match within_len(place(key)?, len) {
                Some(at) => ctx.item(container, at),
                None => Ok(Value::Null),
            }
        }
        Kind::Map => match under(ctx, container, key, is_constant)? {
            Some(value) => Ok(value),
            None => ctx.scope.absent_value(container).map_err(FailureKind::from),
        },
        Kind::Function | Kind::Class | Kind::Module | Kind::Instance => Err(FailureKind::NeedsCode),
        // A part of its name.
        Kind::Text | Kind::Bytes => Err(FailureKind::Unreadable),
        _ => Err(FailureKind::NoAttribute),
    }
}

/// What a map stores under a key.
pub(super) fn under<'a, S: Scope>(
    ctx: &Ctx<'a, S>,
    map: Object,
    key: &Value<'_>,
    is_constant: bool,
) -> Outcome<Option<Value<'a>>> {
    if !is_constant {
        ctx.visible(key)?;
    }
    lookup(ctx, map, key, 0)
}

/// Whether a collection has an element, a map a key, a string a part.
pub(super) fn includes<S: Scope>(
    ctx: &Ctx<'_, S>,
    container: &Value<'_>,
    wanted: &Value<'_>,
) -> Outcome<bool> {
    let object = match (container, wanted) {
        (Value::Object(object), _) => *object,
        (Value::Text(whole), Value::Text(wanted)) => {
            ctx.burn_text(*whole)?;
            return Ok(text::find(*whole, *wanted).is_some());
        }
        (Value::Text(_), Value::Object(object)) if object.kind == Kind::Instance => {
            return Err(FailureKind::NeedsCode);
        }
        (Value::Text(_), _) => return Err(FailureKind::Types),
        (Value::Bytes(_), _) => return Err(FailureKind::Unreadable),
        (other, _) => return Err(no_method(other)),
    };
    match object.kind {
        Kind::List => {
            for at in 0..ctx.scope.len(object)? {
                ctx.burn(1)?;
                let item = ctx.item(object, at)?;
                if same_or_equal(ctx, &item, wanted)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        // Whether a redacted key is there is not told either.
        Kind::Map => under(ctx, object, wanted, false).map(|found| found.is_some()),
        Kind::Set => lookup(ctx, object, wanted, 0).map(|found| found.is_some()),
        Kind::Range => within::includes(ctx, &ctx.scope.bounds(object)?, wanted),
        Kind::Class | Kind::Module => Err(FailureKind::Unreadable),
        _ => Err(no_method(container)),
    }
}

/// Equality of elements, which are equal to themselves whatever their class says.
pub(super) fn same_or_equal<S: Scope>(
    ctx: &Ctx<'_, S>,
    a: &Value<'_>,
    b: &Value<'_>,
) -> Outcome<bool> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if a.raw == b.raw => Ok(true),
        (Value::Float(a), Value::Float(b)) if a.is_nan() && b.is_nan() => {
            Err(FailureKind::Identity)
        }
        _ => equal(ctx, a, b, 0),
    }
}
