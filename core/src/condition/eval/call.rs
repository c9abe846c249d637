//! Functions of single values, and strings that they compute.
//!
//! Invariant: a computed string goes into the machine's own room or fails; none is cut.

use super::aggregate::better;
use super::element::{hashable, lookup};
use super::machine::Machine;
use super::number::{absolute, not_a_number};
use super::sequence::{View, no_method, part};
use super::{Operand, Outcome};
use crate::condition::dialect::Rules;
use crate::condition::failure::FailureKind;
use crate::condition::pattern::Pattern;
use crate::condition::syntax::{Comparison, Function};
use crate::condition::{text, utf16};
use crate::host::Scope;
use crate::value::{Kind, Text, Value};

/// Capital sigma, whose lower case depends on what stands around it.
const SIGMA: char = '\u{3a3}';

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// `function(args…)`; a method's receiver is the first.
    pub(super) fn call(
        &mut self,
        function: Function,
        args: &[Operand<'a>],
    ) -> Outcome<Operand<'a>> {
        let Some(first) = args.first() else { return Err(FailureKind::Types) };
        match function {
            Function::Min => self.extreme(args, Comparison::Less),
            Function::Max => self.extreme(args, Comparison::Greater),
            Function::Get => self.get(first, args),
            Function::Strip => self.strip(first, args.get(1)),
            Function::Lower => self.change_case(first, false),
            Function::Upper => self.change_case(first, true),
            Function::IsNan => match self.view(first) {
                Value::Float(value) => Ok(Operand::Value(Value::Bool(value.is_nan()))),
                Value::Int(_) | Value::Bool(_) => Ok(Operand::Value(Value::Bool(false))),
                Value::BigInt(_) => Err(FailureKind::Overflow),
                other => Err(not_a_number(&other)),
            },
            _ => match first {
                Operand::Value(value) => absolute(value).map(Operand::Value),
                _ => Err(FailureKind::Types),
            },
        }
    }

    fn extreme(&self, args: &[Operand<'a>], comparison: Comparison) -> Outcome<Operand<'a>> {
        let mut best = args.first().copied().ok_or(FailureKind::Domain)?;
        for candidate in args.iter().skip(1) {
            if better(&self.ctx, self, comparison, candidate, &best)? {
                best = *candidate;
            }
        }
        Ok(best)
    }

    fn get(&self, map: &Operand<'a>, args: &[Operand<'a>]) -> Outcome<Operand<'a>> {
        let map = match map {
            Operand::Value(Value::Object(map)) if map.kind == Kind::Map => *map,
            other => return Err(no_method(&self.view(other))),
        };
        let key = args.get(1).map_or(Value::Null, |key| self.view(key));
        self.ctx.visible(&key)?;
        hashable(&key)?;
        let found = lookup(&self.ctx, map, &key, 0)?.map(Operand::Value);
        Ok(found.or(args.get(2).copied()).unwrap_or(Operand::NULL))
    }

    /// The exact string that `operand` is.
    pub(super) fn exact_text(&self, operand: &Operand<'a>) -> Outcome<Text<'_>> {
        match self.view(operand) {
            Value::Text(text) => {
                self.ctx.burn_text(text)?;
                Ok(text)
            }
            other => Err(no_method(&other)),
        }
    }

    fn strip(&self, operand: &Operand<'a>, drops: Option<&Operand<'a>>) -> Outcome<Operand<'a>> {
        let whole = self.exact_text(operand)?;
        let (start, end) = match drops.map(|drops| self.view(drops)) {
            None | Some(Value::Null) => text::trim(whole, text::is_blank),
            Some(Value::Text(drops)) => {
                self.ctx.burn((whole.units() / 16).saturating_mul(drops.units()))?;
                text::trim(whole, |point| text::points(drops).any(|drop| drop == point))
            }
            Some(_) => return Err(FailureKind::Types),
        };
        Ok(part(operand, start, end))
    }

    pub(super) fn change_case(
        &mut self,
        operand: &Operand<'a>,
        upper: bool,
    ) -> Outcome<Operand<'a>> {
        let begin = self.text_len;
        let len = self.exact_text(operand)?.units();
        // Characters are taken one by one, because a computed string is in the room written to.
        let mut at = 0;
        while at < len {
            let whole = self.exact_text_unpaid(operand)?;
            let rest = text::units(whole, at, len);
            let character = self.first_character(rest)?;
            at += match rest {
                Text::Units16(_) => character.len_utf16(),
                _ => text::first_units(rest),
            };
            if upper {
                for changed in character.to_uppercase() {
                    self.push_char(changed)?;
                }
            } else if character == SIGMA {
                return Err(FailureKind::Domain);
            } else {
                for changed in character.to_lowercase() {
                    self.push_char(changed)?;
                }
            }
        }
        Ok(self.computed(begin))
    }

    fn first_character(&self, text: Text<'_>) -> Outcome<char> {
        let first = match text {
            Text::Units16(_) if self.ctx.rules != Rules::Exact => {
                utf16::characters(text).next().and_then(Result::ok)
            }
            _ => text::points(text).next().and_then(char::from_u32),
        };
        first.ok_or(FailureKind::Domain)
    }

    fn exact_text_unpaid(&self, operand: &Operand<'a>) -> Outcome<Text<'_>> {
        match self.view(operand) {
            Value::Text(text) => Ok(text),
            other => Err(no_method(&other)),
        }
    }

    /// Both strings in one.
    pub(super) fn concatenate(
        &mut self,
        left: &Operand<'a>,
        right: &Operand<'a>,
    ) -> Outcome<Operand<'a>> {
        let begin = self.text_len;
        for operand in [left, right] {
            self.append(operand)?;
        }
        Ok(self.computed(begin))
    }

    /// Appends a copy of a string to the room.
    pub(super) fn append(&mut self, operand: &Operand<'a>) -> Outcome<()> {
        match *operand {
            Operand::Value(Value::Text(text)) => {
                self.ctx.burn_text(text)?;
                if let Text::Utf8(text) = text {
                    return self.push_bytes(text.as_bytes());
                }
                self.push_points(text)
            }
            Operand::Value(_) | Operand::Long(_) => Err(FailureKind::Types),
            Operand::Computed { start, len } => {
                let (start, end) = (usize::from(start), usize::from(start) + usize::from(len));
                let room = self.text_len..self.text_len + usize::from(len);
                if room.end > TEXT {
                    return Err(FailureKind::TooLong);
                }
                self.text.copy_within(start..end, room.start);
                self.text_len = room.end;
                Ok(())
            }
        }
    }

    /// Appends the characters of a string that is not of UTF-8.
    pub(super) fn push_points(&mut self, text: Text<'_>) -> Outcome<()> {
        if self.ctx.rules != Rules::Exact {
            for character in utf16::characters(text) {
                self.push_char(character.map_err(|_| FailureKind::Domain)?)?;
            }
            return Ok(());
        }
        for point in text::points(text) {
            self.push_char(char::from_u32(point).ok_or(FailureKind::Domain)?)?;
        }
        Ok(())
    }

    fn push_char(&mut self, character: char) -> Outcome<()> {
        self.push_bytes(character.encode_utf8(&mut [0; 4]).as_bytes())
    }

    pub(super) fn push_bytes(&mut self, bytes: &[u8]) -> Outcome<()> {
        let end = self.text_len + bytes.len();
        let room = self.text.get_mut(self.text_len..end).ok_or(FailureKind::TooLong)?;
        room.copy_from_slice(bytes);
        self.text_len = end;
        Ok(())
    }

    /// What the room holds from `begin` on.
    pub(super) fn computed(&self, begin: usize) -> Operand<'a> {
        // The room is shorter than 16 bits can count.
        Operand::Computed { start: begin as u16, len: (self.text_len - begin) as u16 }
    }

    /// Whether `pattern` is found in the string.
    pub(super) fn matches(&mut self, operand: &Operand<'a>, pattern: &Pattern) -> Outcome<bool> {
        let begin = self.text_len;
        let whole = self.exact_text(operand).map_err(|kind| match (kind, self.ctx.rules) {
            (FailureKind::NoAttribute | FailureKind::OfNull, Rules::Exact) => FailureKind::Types,
            (other, _) => other,
        })?;
        if let Text::Utf8(text) = whole {
            return pattern.is_found(text).ok_or(FailureKind::Pattern);
        }
        if let Text::Latin1(units) = whole
            && units.is_ascii()
        {
            let text = std::str::from_utf8(units).unwrap_or_default();
            return pattern.is_found(text).ok_or(FailureKind::Pattern);
        }
        // The automaton reads UTF-8.
        self.append(operand)?;
        let copy = self.computed(begin);
        let found = match self.view(&copy) {
            Value::Text(Text::Utf8(text)) => pattern.is_found(text).ok_or(FailureKind::Pattern),
            _ => Err(FailureKind::Domain),
        };
        self.text_len = begin;
        found
    }
}
