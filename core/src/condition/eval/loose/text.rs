//! Strings: what is joined by `+`, what is searched, patterns.
//!
//! Invariant: no code runs; what only `toString` could write fails.

use super::datum::Datum;
use crate::condition::eval::bigint::nibbles;
use crate::condition::eval::machine::Machine;
use crate::condition::eval::number::Number;
use crate::condition::eval::sequence::View;
use crate::condition::eval::typed::Digits;
use crate::condition::eval::{Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::pattern::Pattern;
use crate::condition::utf16;
use crate::host::Scope;
use crate::value::{BigInt, Text, Value};

/// A value as a string.
pub(super) enum Written<'v> {
    Text(Text<'v>),
    Digits(Digits),
}

impl Written<'_> {
    pub(super) fn text(&self) -> Text<'_> {
        match self {
            Self::Text(text) => *text,
            Self::Digits(digits) => Text::Utf8(digits.text()),
        }
    }
}

/// `ToString`.
pub(super) fn written(datum: Datum<'_>) -> Outcome<Written<'_>> {
    let word = |word| Ok(Written::Text(Text::Utf8(word)));
    match datum {
        Datum::Text(text) => Ok(Written::Text(text)),
        Datum::Undefined => word("undefined"),
        Datum::Null => word("null"),
        Datum::Bool(true) => word("true"),
        Datum::Bool(false) => word("false"),
        Datum::Number(number) => {
            Ok(Written::Digits(Digits::number(if number == 0.0 { 0.0 } else { number })))
        }
        Datum::Big(number) => exact(number).map(Written::Digits),
        Datum::Symbol(_) => Err(FailureKind::Types),
        Datum::Bytes(_) | Datum::Object(_) => Err(FailureKind::NeedsCode),
    }
}

/// An exact integer in decimal, of at most so many bits as its writer takes.
fn exact(number: Number<'_>) -> Outcome<Digits> {
    match number {
        Number::Int(value) => Ok(Digits::int(value)),
        Number::Big(BigInt { negative, digits, digit_bits }) => {
            let int = BigInt { negative, digits, digit_bits };
            if nibbles(int).count() > 24 {
                return Err(FailureKind::TooLong);
            }
            let magnitude = nibbles(int).fold(0_u128, |all, nibble| all << 4 | u128::from(nibble));
            Ok(Digits::of(format_args!("{}{magnitude}", if negative { "-" } else { "" })))
        }
        Number::Float(_) => Err(FailureKind::Types),
    }
}

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    /// Both in one string, if one is a string and no object would have to be asked.
    pub(super) fn joined_loosely(
        &mut self,
        left: &Operand<'a>,
        right: &Operand<'a>,
    ) -> Outcome<Option<Operand<'a>>> {
        let (a, b) = (self.datum(left), self.datum(right));
        if a.is_object() || b.is_object() {
            return Err(FailureKind::NeedsCode);
        }
        if !matches!(a, Datum::Text(_)) && !matches!(b, Datum::Text(_)) {
            return Ok(None);
        }
        let begin = self.text_len;
        self.write_loosely(left)?;
        self.write_loosely(right)?;
        Ok(Some(self.computed(begin)))
    }

    fn write_loosely(&mut self, operand: &Operand<'a>) -> Outcome<()> {
        if matches!(operand, Operand::Value(Value::Text(_)) | Operand::Computed { .. }) {
            return self.append(operand);
        }
        let digits = match written(self.datum(operand))? {
            Written::Digits(digits) => digits,
            Written::Text(Text::Utf8(word)) => Digits::of(format_args!("{word}")),
            Written::Text(_) => return Err(FailureKind::Types),
        };
        self.push_bytes(digits.as_bytes())
    }

    /// Where `part` is first found in `whole`, in units.
    pub(super) fn found(&self, whole: Text<'_>, part: Text<'_>) -> Outcome<Option<usize>> {
        self.ctx.burn_text(whole)?;
        self.ctx.burn((whole.units() / 16).saturating_mul(part.units() / 16))?;
        Ok(utf16::find(whole, part))
    }

    /// Whether `pattern` is found in what `operand` is as a string.
    pub(super) fn test(&mut self, operand: &Operand<'a>, pattern: &Pattern) -> Outcome<bool> {
        let undecided = FailureKind::Pattern;
        let written = written(self.datum(operand))?;
        let text = written.text();
        self.ctx.burn_text(text)?;
        match text {
            Text::Utf8(text) if pattern.reads(text) => {
                return pattern.is_found(text).ok_or(undecided);
            }
            Text::Latin1(units) if units.is_ascii() => {
                let text = std::str::from_utf8(units).unwrap_or_default();
                return pattern.is_found(text).ok_or(undecided);
            }
            _ => {}
        }
        // The automaton reads UTF-8. What is copied may stand in the room that is written to, so it is
        // read anew character by character.
        let (begin, mut read) = (self.text_len, 0);
        loop {
            let Value::Text(text) = self.view(operand) else { return Err(FailureKind::Types) };
            let Some(piece) = pattern.piece(text, read) else { break };
            read += piece.taken;
            for character in piece.characters {
                let Some(character) = character else { continue };
                self.push_bytes(character.encode_utf8(&mut [0; 4]).as_bytes())?;
            }
            if piece.characters == [None, None] {
                return Err(FailureKind::Domain);
            }
        }
        let copy = self.computed(begin);
        let found = match self.view(&copy) {
            Value::Text(Text::Utf8(text)) => pattern.is_found(text).ok_or(undecided),
            _ => Err(FailureKind::Domain),
        };
        self.text_len = begin;
        found
    }
}
