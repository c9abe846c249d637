//! Sums, and the least and greatest of elements, one element after the other.
//!
//! Invariant: a sum of floats keeps what rounding drops, as the host's does (Kahan and Babuška).

use super::compare::{has_no_order, numeric, order};
use crate::condition::eval::machine::Machine;
use crate::condition::eval::number::Number;
use crate::condition::eval::sequence::View;
use crate::condition::eval::{Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::syntax::Function;
use crate::host::Scope;
use crate::value::{Kind, Value};
use std::cmp::Ordering;

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// Adds the top to what is gathered at this place of the stack.
    pub(super) fn gather(&mut self, function: Function, place: u16) -> Outcome<()> {
        let element = self.pop();
        let place = usize::from(place);
        let total = self.stack.get(place).copied().unwrap_or(Operand::NULL);
        if function != Function::Sum {
            if self.displaces(function, &element, &total)? {
                self.put(place, element);
            }
            return Ok(());
        }
        let lost = match self.stack.get(place + 1) {
            Some(Operand::Value(Value::Float(lost))) => *lost,
            _ => 0.0,
        };
        let (total, lost) = added(&self.view(&total), lost, &self.view(&element))?;
        self.put(place, Operand::Value(total));
        self.put(place + 1, Operand::Value(Value::Float(lost)));
        Ok(())
    }

    fn put(&mut self, place: usize, operand: Operand<'a>) {
        if let Some(place) = self.stack.get_mut(place) {
            *place = operand;
        }
    }

    fn displaces(
        &self,
        function: Function,
        element: &Operand<'a>,
        best: &Operand<'a>,
    ) -> Outcome<bool> {
        if let Operand::Computed { .. } = element {
            // Its room is used again for the next element.
            return Err(FailureKind::TooLong);
        }
        if let Operand::Value(Value::Undefined) = best {
            return Ok(true);
        }
        self.better(function, &self.view(element), &self.view(best))
    }

    /// Whether `element` is less than `best`, or greater.
    pub(super) fn better(
        &self,
        function: Function,
        element: &Value<'_>,
        best: &Value<'_>,
    ) -> Outcome<bool> {
        match order(&self.ctx, element, best)? {
            Some(order) if function == Function::Min => Ok(order == Ordering::Less),
            Some(order) => Ok(order == Ordering::Greater),
            // Versions of the host differ about NaN.
            None if numeric(element).is_some() && numeric(best).is_some() => {
                Err(FailureKind::Domain)
            }
            None => Err(match element {
                Value::Null | Value::Bool(_) => FailureKind::Types,
                Value::Object(object) if object.exact => FailureKind::Types,
                _ => has_no_order(&self.ctx, element, best),
            }),
        }
    }

    /// What was gathered.
    pub(super) fn gathered(&mut self, function: Function) -> Operand<'a> {
        let [total, lost] = self.take(2);
        match (function, total, lost) {
            (
                Function::Sum,
                Operand::Value(Value::Float(total)),
                Operand::Value(Value::Float(lost)),
            ) => Operand::Value(Value::Float(total + lost)),
            (_, Operand::Value(Value::Undefined), _) => Operand::NULL,
            (_, total, _) => total,
        }
    }
}

/// `total + element`, and what rounding dropped so far.
fn added<'a>(total: &Value<'_>, lost: f64, element: &Value<'_>) -> Outcome<(Value<'a>, f64)> {
    let element = match numeric(element) {
        Some(element) => element,
        None => {
            return Err(match element {
                Value::Object(object) if object.kind == Kind::Instance || !object.exact => {
                    FailureKind::NeedsCode
                }
                _ => FailureKind::Types,
            });
        }
    };
    let of_float = |total: f64, value: f64| {
        let (sum, dropped) = compensated(total, value);
        (Value::Float(sum), lost + dropped)
    };
    match (total, element) {
        (_, Number::Big(_)) => Err(FailureKind::Overflow),
        (Value::Int(total), Number::Int(value)) => {
            let sum = total.checked_add(value).ok_or(FailureKind::Overflow)?;
            Ok((Value::Int(sum), lost))
        }
        (Value::Int(total), Number::Float(value)) => Ok(of_float(*total as f64, value)),
        (Value::Float(total), Number::Int(value)) => Ok(of_float(*total, value as f64)),
        (Value::Float(total), Number::Float(value)) => Ok(of_float(*total, value)),
        _ => Err(FailureKind::Types),
    }
}

/// A sum, and what rounding dropped of it.
fn compensated(total: f64, value: f64) -> (f64, f64) {
    if total.is_nan() || value.is_nan() {
        return (f64::NAN, 0.0);
    }
    if !total.is_finite() || !value.is_finite() {
        return (total + value, 0.0);
    }
    let sum = total + value;
    let dropped = match total.abs() >= value.abs() {
        true => (total - sum) + value,
        false => (value - sum) + total,
    };
    (sum, dropped)
}
