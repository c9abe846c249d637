//! Number literals: `1_000`, `0xff`, `1.5e3`, and integers of any size.
//!
//! Invariant: a value is exact (integers) or what the nearest double is (floats).

use super::lexer::{Lexer, Token};
use crate::condition::message;
use crate::error::Result;

impl Lexer<'_> {
    pub(super) fn number(&mut self) -> Result<Token> {
        let rest = self.rest();
        let radix = match rest.as_bytes() {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'o' | b'O', ..] => 8,
            [b'0', b'b' | b'B', ..] => 2,
            _ => 10,
        };
        let len = if radix == 10 { decimal_len(rest) } else { 2 + run(rest, 2, 36) };
        let text = rest.get(..len).unwrap_or_default();
        let span = self.span_of(len);
        self.check_suffix(text, len)?;
        let well_formed = !text.ends_with('_')
            && !text.contains("__")
            && !text.contains("_.")
            && !text.contains("._")
            && !text.contains("e_");
        let digits: String = text.chars().filter(|&c| c != '_').collect();
        let value = if !well_formed {
            None
        } else if radix != 10 {
            integer(digits.get(2..).unwrap_or_default(), radix)
        } else if digits.contains(['.', 'e', 'E']) {
            digits.parse().ok().map(Token::Float)
        } else if digits.starts_with('0') && digits.bytes().any(|b| b != b'0') {
            None
        } else {
            integer(&digits, 10)
        };
        self.position += len;
        value.ok_or_else(|| message::bad_number(span))
    }

    fn check_suffix(&self, text: &str, len: usize) -> Result<()> {
        let after = self.rest().get(len..).unwrap_or_default();
        let tail: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let span = self.span_of(len + tail.len());
        match tail.as_str() {
            "" => Ok(()),
            "j" | "J" => Err(message::imaginary(span)),
            "L" | "l" | "n" | "f" | "F" | "d" | "D" => Err(message::number_suffix(span, text)),
            // `1if x else 2` is a number and a keyword.
            _ if self.dialect.signs.iter().any(|(word, _)| *word == tail) => Ok(()),
            _ => Err(message::bad_number(span)),
        }
    }
}

/// Bytes from `start` that are digits of `radix` or underscores.
pub(super) fn run(text: &str, start: usize, radix: u32) -> usize {
    let bytes = text.as_bytes().get(start..).unwrap_or_default();
    bytes.iter().take_while(|&&b| char::from(b).is_digit(radix) || b == b'_').count()
}

/// Bytes of a decimal literal, with fraction and exponent.
pub(super) fn decimal_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut len = run(text, 0, 10);
    if bytes.get(len) == Some(&b'.') {
        len += 1 + run(text, len + 1, 10);
    }
    if matches!(bytes.get(len), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(bytes.get(len + 1), Some(b'+' | b'-')));
        let exponent = run(text, len + 1 + signed, 10);
        if exponent > 0 {
            len += 1 + signed + exponent;
        }
    }
    len
}

/// An integer of any size; `None` if a digit is not one of `radix` or there is none.
pub(super) fn integer(digits: &str, radix: u32) -> Option<Token> {
    if digits.is_empty() {
        return None;
    }
    let mut magnitude: Vec<u32> = Vec::new();
    for digit in digits.chars() {
        let mut carry = u64::from(digit.to_digit(radix)?);
        for part in &mut magnitude {
            let wide = u64::from(*part) * u64::from(radix) + carry;
            *part = wide as u32;
            carry = wide >> 32;
        }
        if carry > 0 {
            magnitude.push(carry as u32);
        }
    }
    let part = |at: usize| u64::from(magnitude.get(at).copied().unwrap_or_default());
    match i64::try_from(part(0) | part(1) << 32) {
        Ok(value) if magnitude.len() <= 2 => Some(Token::Int(value)),
        _ => Some(Token::BigInt(magnitude.into())),
    }
}
