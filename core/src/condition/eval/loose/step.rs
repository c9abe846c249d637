//! The machine's instructions of a loose host.

use super::compare::{compare, same_value_zero};
use super::datum::Datum;
use super::element::is_sequence;
use super::number::{arithmetic, unary};
use crate::condition::dialect::Rules;
use crate::condition::eval::equal::element_equal;
use crate::condition::eval::machine::{Machine, Next};
use crate::condition::eval::sequence::{Loop, View, next};
use crate::condition::eval::{Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::op::{Holes, Op, Source};
use crate::condition::syntax::{Binary, Comparison};
use crate::host::Scope;
use crate::value::{Kind, Value};

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// Compares the two values on top, and pops them.
    pub(in crate::condition::eval) fn compare_loosely(
        &mut self,
        comparison: Comparison,
    ) -> Outcome<bool> {
        let [left, right] = self.take(2);
        if comparison == Comparison::In {
            return self.has_key(&left, &right);
        }
        compare(&self.ctx, comparison, self.datum(&left), self.datum(&right))
    }

    /// Whether the two values on top are equal as elements; pops them.
    pub(in crate::condition::eval) fn are_same(&mut self) -> Outcome<bool> {
        let [left, right] = self.take(2);
        if self.ctx.rules == Rules::Open {
            return element_equal(&self.ctx, &self.view(&left), &self.view(&right), 0);
        }
        same_value_zero(&self.ctx, self.datum(&left), self.datum(&right))
    }

    /// Instructions that take values and compute one.
    pub(in crate::condition::eval) fn compute_loosely(
        &mut self,
        op: Op,
    ) -> Outcome<Option<Operand<'a>>> {
        Ok(match op {
            Op::LooseArithmetic(operator) => {
                let [left, right] = self.take(2);
                if operator == Binary::Add
                    && let Some(joined) = self.joined_loosely(&left, &right)?
                {
                    return Ok(Some(joined));
                }
                Some(arithmetic(operator, self.datum(&left), self.datum(&right))?)
            }
            Op::LooseUnary(operator) => {
                let operand = self.pop();
                Some(unary(operator, self.datum(&operand))?)
            }
            Op::Property { function, attr } => {
                let object = self.pop();
                Some(self.property(function, attr, &object)?)
            }
            Op::LooseIndex { is_constant } => {
                let [object, key] = self.take(2);
                Some(self.loose_index(&object, &key, is_constant)?)
            }
            Op::HasPrivate(attr) => {
                let object = self.pop();
                Some(Operand::Value(Value::Bool(self.has_private(attr, &object)?)))
            }
            Op::LooseCall(function, count) if count <= 2 => {
                let args: [Operand<'a>; 2] = self.take(usize::from(count));
                let args = args.get(..usize::from(count)).unwrap_or_default();
                Some(self.loose_call(function, args)?)
            }
            Op::LooseCall(function, count) => {
                let args: [Operand<'a>; 16] = self.take(usize::from(count));
                let args = args.get(..usize::from(count)).unwrap_or_default();
                Some(self.loose_call(function, args)?)
            }
            Op::Test(at) => {
                let operand = self.pop();
                let code = self.code;
                let pattern = code.patterns.get(usize::from(at)).ok_or(FailureKind::Pattern)?;
                Some(Operand::Value(Value::Bool(self.test(&operand, pattern)?)))
            }
            Op::Under(count) => {
                let top = self.pop();
                self.height = self.height.saturating_sub(usize::from(count));
                Some(top)
            }
            Op::Increment(place) => {
                if let Some(Operand::Value(Value::Int(count))) =
                    self.stack.get_mut(usize::from(place))
                {
                    *count += 1;
                }
                None
            }
            // Whether a redacted key is there is not told either.
            Op::Visible => {
                self.ctx.visible(&self.view(&self.top()))?;
                None
            }
            Op::LooseStart { level, source } => {
                self.loose_start(level, source)?;
                None
            }
            _ => return Err(FailureKind::Types),
        })
    }

    fn loose_start(&mut self, level: u8, source: Source) -> Outcome<()> {
        let operand = self.pop();
        let iteration = match (source, self.datum(&operand), operand) {
            (Source::Keys, Datum::Undefined | Datum::Null, _) => return Err(FailureKind::OfNull),
            (Source::Keys, Datum::Object(object), _)
                if matches!(object.kind, Kind::Instance | Kind::Class | Kind::Function) =>
            {
                // A proxy would be asked for its keys.
                self.ctx.scope.len(object)?;
                Loop::Entries { object, cursor: 0, view: Source::Keys }
            }
            (
                Source::Keys,
                Datum::Bool(_) | Datum::Number(_) | Datum::Big(_) | Datum::Symbol(_),
                _,
            ) => Loop::Done,
            (Source::Keys, ..) => return Err(FailureKind::Unreadable),
            (_, Datum::Object(object), _) if object.exact && is_sequence(object) => {
                let len = self.ctx.scope.len(object)?;
                Loop::Items { object, at: 0, len }
            }
            (_, Datum::Bytes(_), Operand::Value(Value::Bytes(bytes))) => {
                Loop::Bytes { bytes, at: 0 }
            }
            (_, datum, _) => return Err(datum.no_method()),
        };
        let mark = self.text_len;
        let place = self.loops.get_mut(usize::from(level));
        *place.ok_or(FailureKind::TooLong)? = (iteration, mark);
        Ok(())
    }

    pub(in crate::condition::eval) fn loose_next(
        &mut self,
        level: u8,
        holes: Holes,
        to: u16,
    ) -> Outcome<Next> {
        let level = usize::from(level);
        let (mut iteration, mark) = self.loops.get(level).copied().ok_or(FailureKind::TooLong)?;
        self.text_len = mark;
        let element = loop {
            match (next(&self.ctx, self, &mut iteration), holes) {
                (Err(FailureKind::NoIndex), Holes::Skipped) => {}
                (Err(FailureKind::NoIndex), Holes::Undefined) => {
                    break Some(Operand::Value(Value::Undefined));
                }
                (Err(FailureKind::NoIndex), Holes::Refused) => {
                    return Err(FailureKind::Unreadable);
                }
                (element, _) => break element?.map(|(element, _)| element),
            }
        };
        if let Some(place) = self.loops.get_mut(level) {
            place.0 = iteration;
        }
        match element {
            Some(element) => self.push(element).map(|()| Next::Go),
            None => Ok(Next::Jump(to)),
        }
    }

    /// Whether the top is null or undefined.
    pub(in crate::condition::eval) fn is_nullish(&self) -> bool {
        matches!(self.top(), Operand::Value(Value::Null | Value::Undefined))
    }
}
