//! What an evaluation reads from and pays with, and the values it holds.
//!
//! Invariant: everything that grows with the application's data takes fuel.

use super::number::Number;
use crate::condition::dialect::Rules;
use crate::condition::failure::FailureKind;
use crate::condition::hidden::{is_hidden_item, is_hidden_key};
use crate::host::{Fuel, Scope};
use crate::redaction::Redaction;
use crate::value::{Object, Text, Value};

/// Steps over collections, or 16 bytes of string work each, of one evaluation: as many elements as
/// the largest capture takes, and well under a millisecond.
pub const FUEL: u32 = 10_000;

pub(super) type Outcome<T> = Result<T, FailureKind>;

/// What an evaluation reads from and pays with.
pub(in crate::condition) struct Ctx<'a, S> {
    pub(in crate::condition) scope: &'a S,
    pub(in crate::condition) fuel: Fuel,
    pub(in crate::condition) redaction: &'a Redaction,
    pub(in crate::condition) rules: Rules,
}

impl<'a, S: Scope> Ctx<'a, S> {
    pub(in crate::condition) fn new(scope: &'a S, redaction: &'a Redaction, rules: Rules) -> Self {
        Self { scope, fuel: Fuel::new(FUEL), redaction, rules }
    }

    /// The number that a value is.
    pub(super) fn number<'v>(&self, value: &Value<'v>) -> Option<Number<'v>> {
        match value {
            Value::Bool(_) if self.rules == Rules::Open => None,
            value => Number::of(value),
        }
    }

    pub(super) fn burn(&self, steps: usize) -> Outcome<()> {
        let steps = u32::try_from(steps).map_err(|_| FailureKind::OutOfFuel)?;
        self.fuel.take(steps).map_err(|_| FailureKind::OutOfFuel)
    }

    /// Pays for work on a string.
    pub(super) fn burn_text(&self, text: Text<'_>) -> Outcome<()> {
        self.burn(text.units() / 16)
    }

    /// Pays for finding a place in a string, which most storages know without looking.
    pub(super) fn burn_count(&self, text: Text<'_>) -> Outcome<()> {
        match text {
            // Eight bytes and more are looked at in one step.
            Text::Utf8(text) if text.is_ascii() => self.burn(text.len() / 1024),
            Text::Utf8(text) => self.burn(text.len() / 16),
            _ => Ok(()),
        }
    }

    /// An error if the value under this key must not be reached.
    pub(super) fn visible(&self, key: &Value<'_>) -> Outcome<()> {
        match is_hidden_key(self.scope, self.redaction, key) {
            true => Err(FailureKind::Redacted),
            false => Ok(()),
        }
    }

    /// Element `at` of a sequence, unless it must not be reached.
    pub(super) fn item(&self, sequence: Object, at: usize) -> Outcome<Value<'a>> {
        if is_hidden_item(self.scope, self.redaction, sequence, at) {
            return Err(FailureKind::Redacted);
        }
        self.scope.item(sequence, at).map_err(no_index)
    }
}

/// A value on the machine's stack.
#[derive(Clone, Copy, Debug)]
pub(in crate::condition) enum Operand<'a> {
    /// Of the application or the program.
    Value(Value<'a>),
    /// A computed string: UTF-8 in the machine's text room.
    Computed { start: u16, len: u16 },
    /// An exact integer that was computed, of a host that has them beside numbers.
    Long(i64),
}

impl Operand<'_> {
    pub(super) const NULL: Self = Self::Value(Value::Null);
}

/// What a missing element of a sequence is.
pub(super) fn no_index(missing: crate::value::Missing) -> FailureKind {
    match missing {
        crate::value::Missing::Absent => FailureKind::NoIndex,
        other => other.into(),
    }
}
