//! Patterns held against strings.
//!
//! Invariant: a place counts characters.

use super::compare::name_of;
use crate::condition::eval::machine::Machine;
use crate::condition::eval::sequence::{View, no_method};
use crate::condition::eval::{Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::op::Asks;
use crate::condition::pattern::Pattern;
use crate::host::Scope;
use crate::value::{Kind, Text, Value};

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// Whether `pattern` is found in the operand, or where.
    pub(super) fn search(
        &self,
        operand: &Operand<'a>,
        pattern: &Pattern,
        asks: Asks,
        tells_place: bool,
    ) -> Outcome<Value<'a>> {
        let nothing = if tells_place { Value::Null } else { Value::Bool(false) };
        let value = self.view(operand);
        let name = name_of(&self.ctx, &value)?;
        let text = match (&value, name) {
            (Value::Text(Text::Utf8(text)), _) => *text,
            (_, Some(Text::Utf8(text))) => text,
            // Of another encoding.
            (Value::Text(_) | Value::Bytes(_), _) | (_, Some(_)) => {
                return Err(FailureKind::Unreadable);
            }
            (Value::Object(object), _) if matches!(object.kind, Kind::Text | Kind::Bytes) => {
                return Err(FailureKind::NeedsCode);
            }
            (Value::Null, _) if asks != Asks::Text => return Ok(nothing),
            (Value::Object(object), _) if object.kind == Kind::Instance || !object.exact => {
                return Err(FailureKind::NeedsCode);
            }
            _ if asks == Asks::Anything => return Ok(nothing),
            _ if asks == Asks::Pattern => return Err(FailureKind::Types),
            (other, _) => return Err(no_method(other)),
        };
        self.ctx.burn(text.len() / 16)?;
        if !pattern.is_found(text).ok_or(FailureKind::Pattern)? {
            return Ok(nothing);
        }
        if !tells_place {
            return Ok(Value::Bool(true));
        }
        // It is found somewhere: the first place at which it begins.
        for (n, at) in text.char_indices().map(|(at, _)| at).chain([text.len()]).enumerate() {
            let (begins, looked) = pattern.begins_at(text, at).ok_or(FailureKind::Pattern)?;
            self.ctx.burn(1 + looked / 16)?;
            if begins {
                return Ok(Value::Int(n as i64));
            }
        }
        Ok(Value::Null)
    }
}
