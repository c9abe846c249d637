//! `+` with a string: what is joined, as Java writes it.
//!
//! Invariant: no code runs; what only `toString` could write fails.

use super::digits::Digits;
use crate::condition::eval::machine::Machine;
use crate::condition::eval::sequence::View;
use crate::condition::eval::{Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::host::Scope;
use crate::value::{Text, Value};

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// Both in one string, if one is a string.
    pub(in crate::condition::eval) fn joined(
        &mut self,
        left: &Operand<'a>,
        right: &Operand<'a>,
    ) -> Outcome<Option<Operand<'a>>> {
        let is_text = |operand| matches!(self.view(operand), Value::Text(_));
        if !is_text(left) && !is_text(right) {
            return Ok(None);
        }
        let begin = self.text_len;
        self.write(left)?;
        self.write(right)?;
        Ok(Some(self.computed(begin)))
    }

    fn write(&mut self, operand: &Operand<'a>) -> Outcome<()> {
        let digits = match operand {
            Operand::Value(Value::Null) => return self.push_bytes(b"null"),
            Operand::Value(Value::Bool(true)) => return self.push_bytes(b"true"),
            Operand::Value(Value::Bool(false)) => return self.push_bytes(b"false"),
            Operand::Value(Value::Char(unit)) => {
                let units = [*unit];
                return self.push_points(Text::Units16(&units));
            }
            Operand::Value(Value::Int32(value)) => Digits::int(i64::from(*value)),
            Operand::Value(Value::Int(value)) => Digits::int(*value),
            Operand::Value(Value::Float(value)) => Digits::double(*value),
            Operand::Value(Value::Float32(value)) => Digits::float(*value),
            Operand::Long(value) => Digits::int(*value),
            Operand::Value(Value::Text(_)) | Operand::Computed { .. } => {
                return self.append(operand);
            }
            Operand::Value(_) => return Err(FailureKind::NeedsCode),
        };
        self.push_bytes(digits.as_bytes())
    }
}
