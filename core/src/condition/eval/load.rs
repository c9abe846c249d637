//! Instructions that push a value: a constant, a variable, or one computed from others.

use super::aggregate::aggregate;
use super::element::hashable;
use super::machine::Machine;
use super::number::{arithmetic, unary};
use super::sequence::{View, split_index};
use super::{Operand, Outcome, open, typed};
use crate::condition::dialect::Rules;
use crate::condition::failure::FailureKind;
use crate::condition::op::Op;
use crate::condition::syntax::{Binary, Function};
use crate::host::Scope;
use crate::value::{BigInt, Kind, Value};

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// Instructions that push a constant or a variable, or move the stack.
    pub(super) fn load(&mut self, op: Op) -> Outcome<()> {
        match op {
            Op::Null => self.push_value(Value::Null),
            Op::Undefined => self.push_value(Value::Undefined),
            Op::Bool(value) => self.push_value(Value::Bool(value)),
            Op::Int(value) => self.push_value(Value::Int(value)),
            Op::Int32(value) => self.push_value(Value::Int32(value)),
            Op::Float(value) => self.push_value(Value::Float(value)),
            Op::Float32(value) => self.push_value(Value::Float32(value)),
            Op::Char(unit) => self.push_value(Value::Char(unit)),
            Op::BigInt(at) => {
                let Some((negative, digits)) = self.code.integers.get(usize::from(at)) else {
                    return Err(FailureKind::Types);
                };
                let int = BigInt { negative: *negative, digits, digit_bits: 32 };
                self.push_value(Value::BigInt(int))
            }
            Op::Text(at) => self.push_value(self.constant(at)),
            Op::Bytes(at) => {
                let bytes = self.code.bytes.get(usize::from(at));
                self.push_value(Value::Bytes(bytes.map_or(&[], |bytes| bytes)))
            }
            Op::Slot(slot) => {
                let value = self.slot(slot)?;
                self.push_value(value)
            }
            Op::Bound(place) => {
                let bound = self.stack.get(usize::from(place)).copied();
                self.push(bound.unwrap_or(Operand::NULL))
            }
            Op::Pop(count) => {
                self.height = self.height.saturating_sub(usize::from(count));
                Ok(())
            }
            Op::Hashable => hashable(&self.view(&self.top())),
            Op::Module(slot) => match self.slot(slot)? {
                Value::Object(object) if object.kind == Kind::Module => Ok(()),
                _ => Err(FailureKind::NeedsCode),
            },
            _ => {
                let result = self.compute(op)?;
                match result {
                    Some(result) => self.push(result),
                    None => Ok(()),
                }
            }
        }
    }

    /// Instructions that take values and compute one.
    fn compute(&mut self, op: Op) -> Outcome<Option<Operand<'a>>> {
        let of = |value: Value<'a>| Some(Operand::Value(value));
        Ok(match op {
            Op::Attr(attr) => {
                let object = self.pop();
                match self.attr(attr, &object) {
                    Err(FailureKind::NoAttribute) if self.ctx.rules == Rules::Loose => {
                        Some(self.loose_attr(attr, &object)?)
                    }
                    found => of(found?),
                }
            }
            Op::Index { is_constant } => {
                let [object, key] = self.take(2);
                Some(match self.ctx.rules {
                    Rules::Open => self.open_index(&object, &key, is_constant)?,
                    _ => self.index(&object, &key, is_constant)?,
                })
            }
            Op::Slice { has_start, has_end } => Some(self.slice(has_start, has_end)?),
            Op::SplitIndex(values) => {
                let values = usize::from(values);
                let operands: [Operand<'a>; 4] = self.take(values + 1);
                let index = operands.get(values).map_or(Value::Null, |index| self.view(index));
                let of_split = operands.get(..values).unwrap_or_default();
                Some(split_index(&self.ctx, self, of_split, &index)?)
            }
            Op::Unary(operator) if self.ctx.rules == Rules::Open => {
                let operand = self.pop();
                match operand {
                    Operand::Value(value) => of(open::unary(operator, &value)?),
                    computed => {
                        open::unary(operator, &self.view(&computed))?;
                        Some(computed)
                    }
                }
            }
            Op::Unary(operator) => match self.pop() {
                Operand::Value(value) => of(unary(operator, &value)?),
                _ => return Err(FailureKind::Types),
            },
            Op::Arithmetic(operator) => Some(self.arithmetic(operator)?),
            Op::Call(function, count) => Some(self.call_with(function, usize::from(count))?),
            Op::Aggregate(function, source) => {
                let operands: [Operand<'a>; 3] = self.take(source.values());
                let operands = operands.get(..source.values()).unwrap_or_default();
                Some(aggregate(&self.ctx, self, function, source, operands)?)
            }
            Op::Matches(at) => {
                let operand = self.pop();
                let code = self.code;
                let pattern = code.patterns.get(usize::from(at)).ok_or(FailureKind::Pattern)?;
                of(Value::Bool(self.matches(&operand, pattern)?))
            }
            Op::LoopStart { level, source } => {
                self.loop_start(level, source)?;
                None
            }
            _ => self.compute_typed(op)?,
        })
    }

    /// The same, where values have types.
    fn compute_typed(&mut self, op: Op) -> Outcome<Option<Operand<'a>>> {
        let of = |value: Value<'a>| Some(Operand::Value(value));
        Ok(match op {
            Op::TypedArithmetic(operator) => Some(self.typed_arithmetic(operator)?),
            Op::TypedUnary(operator) => {
                let operand = self.pop();
                of(typed::unary(operator, &self.view(&operand))?)
            }
            Op::Convert(primitive) => {
                let operand = self.pop();
                of(typed::convert(primitive, &self.view(&operand))?)
            }
            Op::Promote(primitive) => match self.pop() {
                Operand::Value(value) => of(typed::promote(primitive, value)),
                computed => Some(computed),
            },
            Op::TypedCall(function, count) => {
                let args: [Operand<'a>; 3] = self.take(usize::from(count));
                Some(self.typed_call(function, args.get(..usize::from(count)).unwrap_or_default())?)
            }
            Op::Method { function, attr } => {
                let receiver = self.pop();
                Some(match self.ctx.rules {
                    Rules::Open => self.message(function, attr, &receiver)?,
                    _ => self.method(function, attr, &receiver)?,
                })
            }
            Op::ArrayItem => {
                let [array, index] = self.take(2);
                let Operand::Value(array) = array else { return Err(FailureKind::Types) };
                of(typed::array_item(&self.ctx, &array, &self.view(&index))?)
            }
            _ => return self.compute_openly(op),
        })
    }

    fn typed_arithmetic(&mut self, operator: Binary) -> Outcome<Operand<'a>> {
        if let Some((left, right)) = self.int32_at(1).zip(self.int32_at(0)) {
            self.height = self.height.saturating_sub(2);
            let (left, right) = (Value::Int32(left), Value::Int32(right));
            return typed::arithmetic(operator, &left, &right).map(Operand::Value);
        }
        let [left, right] = self.take(2);
        if operator == Binary::Add
            && let Some(joined) = self.joined(&left, &right)?
        {
            return Ok(joined);
        }
        typed::arithmetic(operator, &self.view(&left), &self.view(&right)).map(Operand::Value)
    }

    fn call_with(&mut self, function: Function, count: usize) -> Outcome<Operand<'a>> {
        if count <= 3 {
            let args: [Operand<'a>; 3] = self.take(count);
            return self.call_of(function, args.get(..count).unwrap_or_default());
        }
        let args: [Operand<'a>; 16] = self.take(count);
        self.call_of(function, args.get(..count).unwrap_or_default())
    }

    fn call_of(&mut self, function: Function, args: &[Operand<'a>]) -> Outcome<Operand<'a>> {
        match self.ctx.rules {
            Rules::Open => self.open_call(function, args),
            _ => self.call(function, args),
        }
    }

    fn arithmetic(&mut self, operator: Binary) -> Outcome<Operand<'a>> {
        if let Some((left, right)) = self.int_at(1).zip(self.int_at(0)) {
            self.height = self.height.saturating_sub(2);
            let (left, right) = (Value::Int(left), Value::Int(right));
            return match self.ctx.rules {
                Rules::Open => open::arithmetic(operator, &left, &right).map(Operand::Value),
                _ => arithmetic(operator, &left, &right).map(Operand::Value),
            };
        }
        let [left, right] = self.take(2);
        let texts = matches!(self.view(&left), Value::Text(_))
            && matches!(self.view(&right), Value::Text(_));
        if operator == Binary::Add && texts {
            return self.concatenate(&left, &right);
        }
        let (left, right) = (self.view(&left), self.view(&right));
        match self.ctx.rules {
            Rules::Open => open::arithmetic(operator, &left, &right).map(Operand::Value),
            _ => arithmetic(operator, &left, &right).map(Operand::Value),
        }
    }
}
