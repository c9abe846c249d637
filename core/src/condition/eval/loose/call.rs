//! Functions and methods of the language's library that are pure.
//!
//! Knows strings, arrays, maps and sets of the language itself; a method of any other object would run
//! its code. Invariant: indices and lengths count 16-bit units.

use super::compare::{same_value_zero, strictly_equal};
use super::datum::Datum;
use super::element::{counted, is_sequence};
use super::number::{extreme, round};
use super::text::written;
use crate::condition::eval::machine::Machine;
use crate::condition::eval::sequence::View;
use crate::condition::eval::{Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::syntax::Function;
use crate::condition::utf16;
use crate::host::Scope;
use crate::value::{Kind, Missing, Text, Value};

fn of<'a>(value: Value<'a>) -> Outcome<Operand<'a>> {
    Ok(Operand::Value(value))
}

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// `function(args…)`; a method's receiver is the first.
    pub(super) fn loose_call(
        &mut self,
        function: Function,
        args: &[Operand<'a>],
    ) -> Outcome<Operand<'a>> {
        let first = args.first().copied().unwrap_or(Operand::NULL);
        let second = args.get(1).copied().unwrap_or(Operand::NULL);
        match function {
            Function::Lower => self.change_case(&first, false),
            Function::Upper => self.change_case(&first, true),
            Function::Trim => self.trimmed_text(&first),
            Function::TypeOf => of(Value::Text(Text::Utf8(self.datum(&first).type_of()))),
            Function::Get => {
                let found = self.entry(&first, &second, true)?;
                of(found.unwrap_or(Value::Undefined))
            }
            Function::IndexOf => match self.index_in(&first, &second)? {
                Some(at) => Ok(counted(at)),
                None => of(Value::Int32(-1)),
            },
            Function::Min | Function::Max => {
                let greater = function == Function::Max;
                let mut best = if greater { f64::NEG_INFINITY } else { f64::INFINITY };
                for arg in args {
                    best = extreme(best, self.datum(arg).number()?, greater);
                }
                of(Value::Float(best))
            }
            Function::Abs
            | Function::Floor
            | Function::Ceil
            | Function::Round
            | Function::Truncate
            | Function::SquareRoot => {
                of(Value::Float(mathematical(function, self.datum(&first).number()?)))
            }
            _ => of(Value::Bool(self.holds_of(function, &first, &second)?)),
        }
    }

    /// Functions whose outcome is a boolean.
    fn holds_of(
        &self,
        function: Function,
        first: &Operand<'a>,
        second: &Operand<'a>,
    ) -> Outcome<bool> {
        match function {
            Function::IsNan => Ok(self.datum(first).number()?.is_nan()),
            Function::IsNanNumber => {
                Ok(matches!(self.datum(first), Datum::Number(value) if value.is_nan()))
            }
            Function::IsArray => Ok(matches!(
                self.datum(first),
                Datum::Object(object) if object.kind == Kind::List
            )),
            Function::Has => self.entry(first, second, false).map(|found| found.is_some()),
            Function::IsInstance => self.is_instance_of(first, second),
            Function::Includes => self.includes(first, second),
            Function::StartsWith | Function::EndsWith => {
                let Datum::Text(whole) = self.datum(first) else {
                    return Err(self.datum(first).no_method());
                };
                let affix = written(self.datum(second))?;
                if function == Function::StartsWith {
                    self.ctx.burn_text(affix.text())?;
                    return Ok(utf16::starts_with(whole, affix.text()));
                }
                self.ctx.burn_text(whole)?;
                Ok(utf16::ends_with(whole, affix.text()))
            }
            _ => Err(FailureKind::Types),
        }
    }

    /// `value instanceof class`.
    fn is_instance_of(&self, value: &Operand<'a>, class: &Operand<'a>) -> Outcome<bool> {
        let Datum::Object(class) = self.datum(class) else { return Err(FailureKind::Types) };
        if !matches!(class.kind, Kind::Class | Kind::Function) {
            return Err(FailureKind::Types);
        }
        if !self.datum(value).is_object() {
            return Ok(false);
        }
        self.ctx.scope.is_instance(&self.view(value), class).map_err(|missing| match missing {
            Missing::Absent => FailureKind::NeedsCode,
            other => other.into(),
        })
    }

    fn includes(&self, whole: &Operand<'a>, wanted: &Operand<'a>) -> Outcome<bool> {
        match self.datum(whole) {
            Datum::Text(whole) => {
                let part = written(self.datum(wanted))?;
                self.found(whole, part.text()).map(|found| found.is_some())
            }
            Datum::Bytes(bytes) => {
                let wanted = self.datum(wanted);
                self.byte_position(bytes, wanted).map(|found| found.is_some())
            }
            Datum::Object(object) if object.exact && is_sequence(object) => {
                let wanted = self.datum(wanted);
                let is_it = |item: Datum<'_>| same_value_zero(&self.ctx, item, wanted);
                self.position(object, true, is_it).map(|found| found.is_some())
            }
            other => Err(other.no_method()),
        }
    }

    /// Where a byte is first found.
    fn byte_position(&self, bytes: &[u8], wanted: Datum<'_>) -> Outcome<Option<usize>> {
        let Datum::Number(wanted) = wanted else { return Ok(None) };
        self.ctx.burn(bytes.len() / 16)?;
        Ok(bytes.iter().position(|byte| f64::from(*byte) == wanted))
    }

    fn index_in(&self, whole: &Operand<'a>, wanted: &Operand<'a>) -> Outcome<Option<usize>> {
        match self.datum(whole) {
            Datum::Text(whole) => {
                let part = written(self.datum(wanted))?;
                self.found(whole, part.text())
            }
            Datum::Bytes(bytes) => self.byte_position(bytes, self.datum(wanted)),
            Datum::Object(object) if object.exact && is_sequence(object) => {
                let wanted = self.datum(wanted);
                self.position(object, false, |item| strictly_equal(&self.ctx, item, wanted))
            }
            other => Err(other.no_method()),
        }
    }
}

fn mathematical(function: Function, value: f64) -> f64 {
    match function {
        Function::Floor => value.floor(),
        Function::Ceil => value.ceil(),
        Function::Round => round(value),
        Function::Truncate => value.trunc(),
        Function::SquareRoot => value.sqrt(),
        _ => value.abs(),
    }
}
