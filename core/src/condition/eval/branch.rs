//! Instructions that decide where the program goes on.

use super::equal::{compare, same, truth};
use super::machine::{Machine, Next, slot_missing};
use super::number::compare_ints;
use super::sequence::View;
use super::{Operand, Outcome, loose, typed};
use crate::condition::dialect::Rules;
use crate::condition::op::Op;
use crate::condition::syntax::Comparison;
use crate::host::Scope;
use crate::value::{Text, Value};

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// Carries out one instruction.
    #[inline]
    pub(super) fn step(&mut self, op: Op) -> Outcome<Next> {
        let (holds, want, to) = match op {
            Op::Return(outcome) => return Ok(Next::Test(outcome)),
            Op::ReturnTop => return Ok(Next::Value),
            Op::Jump { to } => return Ok(Next::Jump(to)),
            Op::BranchSlotInt { comparison, want, slot, to, int } => {
                (self.compares_with(comparison, self.slot(slot)?, int)?, want, to)
            }
            Op::BranchSlotText { want, slot, to, text } => {
                (self.equals_text(&Operand::Value(self.slot(slot)?), text)?, want, to)
            }
            Op::BranchSlotNull { want, slot, to } => (self.is_null(&self.slot(slot)?)?, want, to),
            Op::BranchSlotTruth { want, slot, to } => {
                (truth(&self.ctx, &self.slot(slot)?)?, want, to)
            }
            Op::BranchSlotBool { want, slot, to } => (typed::boolean(&self.slot(slot)?)?, want, to),
            Op::BranchTopInt { comparison, want, to, int } => {
                let holds = self.compare_top(comparison, int)?;
                self.height = self.height.saturating_sub(1);
                (holds, want, to)
            }
            Op::BranchTopText { want, to, text } => {
                let top = self.pop();
                (self.equals_text(&top, text)?, want, to)
            }
            Op::BranchTopNull { want, to } => {
                let top = self.pop();
                (self.is_null(&self.view(&top))?, want, to)
            }
            Op::BranchCompare { comparison, want, to } => (self.compare_two(comparison)?, want, to),
            Op::BranchTyped { comparison, want, unboxes, to } => {
                (self.compare_typed(comparison, unboxes)?, want, to)
            }
            Op::BranchLoose { comparison, want, to } => {
                (self.compare_loosely(comparison)?, want, to)
            }
            Op::BranchSame { want, to } => (self.are_same()?, want, to),
            Op::BranchBool { want, to } => {
                let top = self.pop();
                (typed::boolean(&self.view(&top))?, want, to)
            }
            Op::BranchTruth { want, to } => {
                let top = self.pop();
                (truth(&self.ctx, &self.view(&top))?, want, to)
            }
            Op::BranchIs { want, to } => {
                let [left, right] = self.take(2);
                (same(&self.view(&left), &self.view(&right))?, want, to)
            }
            Op::BranchMember { want, source, to } => (self.member(source)?, want, to),
            _ => return self.keep(op),
        };
        Ok(if holds == want { Next::Go } else { Next::Jump(to) })
    }

    #[inline]
    fn compare_top(&self, comparison: Comparison, int: i32) -> Outcome<bool> {
        match self.int_at(0).or(self.int32_at(0).map(i64::from)) {
            Some(top) => Ok(compare_ints(comparison, top, i64::from(int))),
            None => self.compares_with(comparison, self.view(&self.top()), int),
        }
    }

    #[inline]
    fn compare_two(&mut self, comparison: Comparison) -> Outcome<bool> {
        if let Some((left, right)) = self.int_at(1).zip(self.int_at(0)) {
            self.height = self.height.saturating_sub(2);
            return Ok(compare_ints(comparison, left, right));
        }
        let [left, right] = self.take(2);
        compare(&self.ctx, comparison, &self.view(&left), &self.view(&right))
    }

    #[inline]
    fn compare_typed(&mut self, comparison: Comparison, unboxes: bool) -> Outcome<bool> {
        if let Some((left, right)) = self.int32_at(1).zip(self.int32_at(0)) {
            self.height = self.height.saturating_sub(2);
            return Ok(compare_ints(comparison, i64::from(left), i64::from(right)));
        }
        let [left, right] = self.take(2);
        typed::compare(&self.ctx, comparison, &self.view(&left), &self.view(&right), unboxes)
    }

    fn compares_with(&self, comparison: Comparison, value: Value<'_>, int: i32) -> Outcome<bool> {
        match self.ctx.rules {
            Rules::Exact | Rules::Open => {
                compare(&self.ctx, comparison, &value, &Value::Int(i64::from(int)))
            }
            Rules::Typed => typed::compare(&self.ctx, comparison, &value, &Value::Int32(int), true),
            Rules::Loose => {
                loose::compare_values(&self.ctx, comparison, &value, &Value::Int32(int))
            }
        }
    }

    /// Whether a value is null, where no object can say so.
    fn is_null(&self, value: &Value<'_>) -> Outcome<bool> {
        match self.ctx.rules {
            Rules::Open => self.is_nil(value),
            _ => Ok(matches!(value, Value::Null)),
        }
    }

    fn equals_text(&self, operand: &Operand<'a>, text: u16) -> Outcome<bool> {
        let (value, text) = (self.view(operand), self.constant(text));
        match self.ctx.rules {
            Rules::Exact | Rules::Open => compare(&self.ctx, Comparison::Equal, &value, &text),
            Rules::Typed => typed::compare(&self.ctx, Comparison::Equal, &value, &text, false),
            Rules::Loose => loose::compare_values(&self.ctx, Comparison::Is, &value, &text),
        }
    }

    /// Branches that keep a value on the stack on one of their ways.
    fn keep(&mut self, op: Op) -> Outcome<Next> {
        match op {
            Op::BranchChain { comparison, to } => {
                let [left, middle] = self.take(2);
                let (left, right) = (self.view(&left), self.view(&middle));
                if !compare(&self.ctx, comparison, &left, &right)? {
                    return Ok(Next::Jump(to));
                }
                self.push(middle)?;
            }
            Op::KeepIf { truth: wanted, to } => {
                let top = self.top();
                if truth(&self.ctx, &self.view(&top))? == wanted {
                    return Ok(Next::Jump(to));
                }
                self.pop();
            }
            Op::KeepNull { to } => {
                if matches!(self.top(), Operand::Value(Value::Null)) {
                    return Ok(Next::Jump(to));
                }
            }
            Op::KeepNullish { to } => {
                if self.is_nullish() {
                    self.pop();
                    self.push_value(Value::Undefined)?;
                    return Ok(Next::Jump(to));
                }
            }
            Op::KeepPresent { to } => {
                if !self.is_nullish() {
                    return Ok(Next::Jump(to));
                }
                self.pop();
            }
            Op::LooseNext { level, holes, to } => return self.loose_next(level, holes, to),
            Op::Step { step, to } => {
                let candidate = self.pop();
                if self.fits(step, &candidate)? {
                    self.pop();
                    return Ok(Next::Jump(to));
                }
            }
            Op::LoopNext { level, targets, to } => return self.loop_next(level, targets, to),
            _ => self.load(op)?,
        }
        Ok(Next::Go)
    }

    #[inline]
    pub(super) fn slot(&self, slot: u16) -> Outcome<Value<'a>> {
        self.ctx.scope.slot(slot).map_err(slot_missing)
    }

    #[inline]
    pub(super) fn constant(&self, text: u16) -> Value<'a> {
        let text = self.code.texts.get(usize::from(text));
        Value::Text(Text::Utf8(text.map_or("", |text| text)))
    }
}
