//! Instructions that take values apart: attributes, elements, slices, membership, loops.

use super::element::{bound, contains, index, not_a_collection, position};
use super::equal::element_equal;
use super::machine::{Machine, Next};
use super::number::not_a_number;
use super::sequence::{Element, View, next, no_method, part, start};
use super::{Operand, Outcome, loose};
use crate::condition::dialect::Rules;
use crate::condition::failure::FailureKind;
use crate::condition::op::{Source, Step};
use crate::condition::text;
use crate::host::{Attr, Scope};
use crate::value::{Kind, Missing, Value};

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    pub(super) fn attr(&self, attr: u16, object: &Operand<'a>) -> Outcome<Value<'a>> {
        let Operand::Value(Value::Object(object)) = object else {
            return Err(match object {
                Operand::Value(Value::Null) => FailureKind::OfNull,
                // Of a core class's methods only those of the table are told.
                _ if self.ctx.rules == Rules::Open => FailureKind::Unreadable,
                _ => FailureKind::NoAttribute,
            });
        };
        let name = self.code.attrs.get(usize::from(attr)).ok_or(FailureKind::NoAttribute)?;
        let attr = Attr { index: name.index, text: &name.text };
        self.ctx.scope.attr(*object, attr).map_err(FailureKind::from)
    }

    pub(super) fn index(
        &self,
        object: &Operand<'a>,
        key: &Operand<'a>,
        is_constant: bool,
    ) -> Outcome<Operand<'a>> {
        let key = self.view(key);
        if let Value::Text(whole) = self.view(object) {
            self.ctx.burn_count(whole)?;
            let at = position(&key, text::length(whole))?;
            let (start, end) = text::slice(whole, at, at + 1);
            return Ok(part(object, start, end));
        }
        match object {
            Operand::Value(object) => {
                index(&self.ctx, object, &key, is_constant).map(Operand::Value)
            }
            _ => Err(FailureKind::Types),
        }
    }

    pub(super) fn slice(&mut self, has_start: bool, has_end: bool) -> Outcome<Operand<'a>> {
        let count = 1 + usize::from(has_start) + usize::from(has_end);
        let operands: [Operand<'a>; 3] = self.take(count);
        let [object, ..] = operands;
        let first = has_start.then(|| self.view(&operands[1]));
        let last = has_end.then(|| self.view(&operands[count - 1]));
        let ends = |len: usize| -> Outcome<(usize, usize)> {
            let start = bound(first.as_ref(), len, 0)?;
            Ok((start, bound(last.as_ref(), len, len)?.max(start)))
        };
        match self.view(&object) {
            Value::Text(whole) => {
                self.ctx.burn_count(whole)?;
                let (start, end) = ends(text::length(whole))?;
                let (start, end) = text::slice(whole, start, end);
                Ok(part(&object, start, end))
            }
            Value::Null => Err(FailureKind::OfNull),
            other => match object {
                Operand::Value(Value::Bytes(bytes)) => {
                    let (start, end) = ends(bytes.len())?;
                    Ok(Operand::Value(Value::Bytes(bytes.get(start..end).unwrap_or_default())))
                }
                _ => Err(not_a_number(&other)),
            },
        }
    }

    pub(super) fn member(&mut self, source: Source) -> Outcome<bool> {
        let operands: [Operand<'a>; 4] = self.take(1 + source.values());
        let [item, container, ..] = operands;
        if source == Source::Elements {
            return contains(&self.ctx, &self.view(&container), &self.view(&item));
        }
        let of_source = operands.get(1..=source.values()).unwrap_or_default();
        let mut elements = start(&self.ctx, self, source, of_source)?;
        if source == Source::Keys {
            return contains(&self.ctx, &self.view(&container), &self.view(&item));
        }
        while let Some((element, _)) = next(&self.ctx, self, &mut elements)? {
            if element_equal(&self.ctx, &self.view(&element), &self.view(&item), 0)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the candidate fits the value on top.
    pub(super) fn fits(&self, step: Step, candidate: &Operand<'a>) -> Outcome<bool> {
        let top = self.top();
        let (value, candidate) = (self.view(&top), self.view(candidate));
        if step == Step::Instance && self.ctx.rules == Rules::Typed {
            return self.is_instance(&value, &candidate, false);
        }
        match (step, &value, &candidate) {
            (Step::Element, ..) if self.ctx.rules == Rules::Loose => {
                loose::same_value(&self.ctx, &value, &candidate)
            }
            (Step::Element, ..) => element_equal(&self.ctx, &value, &candidate, 0),
            (Step::Instance, _, Value::Object(class)) if class.kind == Kind::Class => {
                self.ctx.scope.is_instance(&value, *class).map_err(|missing| match missing {
                    Missing::Absent => FailureKind::NeedsCode,
                    other => other.into(),
                })
            }
            (Step::Starts, Value::Text(text), Value::Text(affix)) => {
                self.ctx.burn_text(*affix)?;
                Ok(text::prefix(*text, *affix).is_some())
            }
            (Step::Ends, Value::Text(text), Value::Text(affix)) => {
                self.ctx.burn_text(*affix)?;
                Ok(text::ends_with(*text, *affix))
            }
            (Step::Starts, Value::Bytes(bytes), Value::Bytes(affix)) => {
                Ok(bytes.starts_with(affix))
            }
            (Step::Ends, Value::Bytes(bytes), Value::Bytes(affix)) => Ok(bytes.ends_with(affix)),
            (Step::Instance, ..) | (_, Value::Text(_) | Value::Bytes(_), _) => {
                Err(not_a_number(&candidate))
            }
            _ => Err(no_method(&value)),
        }
    }

    pub(super) fn loop_start(&mut self, level: u8, source: Source) -> Outcome<()> {
        let operands: [Operand<'a>; 3] = self.take(source.values());
        let operands = operands.get(..source.values()).unwrap_or_default();
        let iteration = start(&self.ctx, self, source, operands)?;
        let mark = self.text_len;
        let place = self.loops.get_mut(usize::from(level));
        *place.ok_or(FailureKind::TooLong)? = (iteration, mark);
        Ok(())
    }

    pub(super) fn loop_next(&mut self, level: u8, targets: u8, to: u16) -> Outcome<Next> {
        let level = usize::from(level);
        let (mut iteration, mark) = self.loops.get(level).copied().ok_or(FailureKind::TooLong)?;
        self.text_len = mark;
        let element = next(&self.ctx, self, &mut iteration)?;
        if let Some(place) = self.loops.get_mut(level) {
            place.0 = iteration;
        }
        let Some(element) = element else { return Ok(Next::Jump(to)) };
        self.unpack(element, usize::from(targets))?;
        Ok(Next::Go)
    }

    /// Pushes an element as `targets` values.
    fn unpack(&mut self, element: Element<'a>, targets: usize) -> Outcome<()> {
        if self.ctx.rules == Rules::Open {
            return self.spread(element, targets);
        }
        let whole = match element {
            (key, Some(value)) => {
                self.push(key)?;
                return self.push(value);
            }
            (element, None) if targets == 1 => return self.push(element),
            (Operand::Value(Value::Object(object)), None) => object,
            (other, None) => {
                return Err(not_a_collection(&self.view(&other)));
            }
        };
        if !matches!(whole.kind, Kind::Tuple | Kind::List) {
            return Err(not_a_collection(&Value::Object(whole)));
        }
        if self.ctx.scope.len(whole).map_err(FailureKind::from)? != targets {
            return Err(FailureKind::Domain);
        }
        for at in 0..targets {
            let item = self.ctx.item(whole, at)?;
            self.push_value(item)?;
        }
        Ok(())
    }
}
