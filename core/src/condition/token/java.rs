//! Java's literals: numbers with a width, chars and strings.
//!
//! Invariant: a literal's value is exactly Java's; what Java itself refuses (`08`, `1e400`, `'ab'`) is
//! refused too, and so is a string that a Rust string cannot hold (a lone surrogate).

use super::lexer::{Lexer, Token};
use super::number::{decimal_len, run};
use crate::condition::message;
use crate::condition::syntax::Span;
use crate::error::Result;

impl Lexer<'_> {
    /// A number, at its first digit or point.
    pub(super) fn java_number(&mut self) -> Result<Token> {
        let rest = self.rest();
        let radix = match rest.as_bytes() {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'b' | b'B', ..] => 2,
            _ => 10,
        };
        let len = if radix == 10 { decimal_len(rest) } else { 2 + run(rest, 2, radix) };
        let text = rest.get(..len).unwrap_or_default();
        let after = rest.get(len..).unwrap_or_default();
        let tail: String =
            after.chars().take_while(|c| c.is_alphanumeric() || self.joins(*c)).collect();
        let span = self.span_of(len + tail.len());
        let digits: String = text.chars().filter(|c| *c != '_').collect();
        let is_float = radix == 10 && digits.contains(['.', 'e', 'E']);
        let token = match tail.as_str() {
            _ if !separated(text) => None,
            "" if is_float => double(&digits),
            "d" | "D" if radix == 10 => double(&digits),
            "f" | "F" if radix == 10 => float(&digits),
            "" => return self.java_integer(&digits, radix, span, false),
            "l" | "L" if !is_float => return self.java_integer(&digits, radix, span, true),
            _ => None,
        };
        self.position = usize::from(span.end);
        token.ok_or_else(|| message::bad_number(span))
    }

    fn java_integer(
        &mut self,
        digits: &str,
        radix: u32,
        span: Span,
        is_long: bool,
    ) -> Result<Token> {
        let (digits, radix) = match (radix, digits.strip_prefix('0')) {
            (10, Some("") | None) => (digits, 10),
            (10, Some(octal)) => (octal, 8),
            _ => (digits.get(2..).unwrap_or_default(), radix),
        };
        let malformed = digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix));
        if malformed {
            return Err(message::bad_number(span));
        }
        let magnitude = u64::from_str_radix(digits, radix).ok();
        // Digits of a power of two are bits; in decimal, one number more has a minus sign in front.
        let token = match (magnitude, is_long) {
            (Some(bits), true) if radix != 10 => Some(Token::Int(bits.cast_signed())),
            (Some(MOST_LONG), true) => Some(Token::BigInt(Box::new([0, 1 << 31]))),
            (Some(value), true) => i64::try_from(value).ok().map(Token::Int),
            (Some(bits), false) if radix != 10 => {
                u32::try_from(bits).ok().map(|bits| Token::Int32(bits.cast_signed()))
            }
            (Some(MOST_INT), false) => Some(Token::BigInt(Box::new([1 << 31]))),
            (Some(value), false) => i32::try_from(value).ok().map(Token::Int32),
            (None, _) => None,
        };
        self.position = usize::from(span.end);
        token.ok_or_else(|| message::too_wide(span, is_long))
    }

    /// A string or char literal if one stands here.
    pub(super) fn java_quoted(&mut self) -> Result<Option<Token>> {
        let rest = self.rest();
        let quote = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => quote,
            _ => return Ok(None),
        };
        if rest.starts_with("\"\"\"") {
            let instead = "write \"…\", with \\n for a line end";
            return Err(message::refused(self.span_of(3), "a text block", instead));
        }
        let inner = rest.get(1..).unwrap_or_default();
        let Some(len) = inner_len(inner, quote) else {
            return Err(message::unclosed_string(self.span_of(1)));
        };
        let span = self.span_of(len + 2);
        let inner = inner.get(..len).unwrap_or_default();
        let units = units(inner).ok_or_else(|| message::bad_java_escape(span))?;
        self.position += len + 2;
        if quote == '\'' {
            return match units[..] {
                [unit] => Ok(Some(Token::Char(unit))),
                _ => Err(message::char_literal(span)),
            };
        }
        let text = String::from_utf16(&units).map_err(|_| message::bad_java_escape(span))?;
        Ok(Some(Token::Text(text.into())))
    }
}

/// Magnitude of the least `long` and the least `int`.
const MOST_LONG: u64 = 1 << 63;
const MOST_INT: u64 = 1 << 31;

/// Whether every underscore stands between two digits.
fn separated(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at)).is_some_and(|b| b.is_ascii_hexdigit() || *b == b'_')
    };
    let is_radix = matches!(bytes, [b'0', b'b' | b'B' | b'x' | b'X', b'_', ..]);
    let exponent = text.contains("e_") || text.contains("_e") || text.contains("_E");
    let exponent = (exponent || text.contains("E_")) && !text.starts_with("0x");
    let between = |(at, _): (usize, &str)| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
    !is_radix && !exponent && text.match_indices('_').all(between)
}

/// A double; none where Java says that it is too large, or too small to be told from zero.
fn double(digits: &str) -> Option<Token> {
    let value: f64 = digits.parse().ok()?;
    let is_zero = value == 0.0 && !spells_zero(digits);
    (value.is_finite() && !is_zero).then_some(Token::Float(value))
}

fn float(digits: &str) -> Option<Token> {
    let value: f32 = digits.parse().ok()?;
    let is_zero = value == 0.0 && !spells_zero(digits);
    (value.is_finite() && !is_zero).then_some(Token::Float32(value))
}

fn spells_zero(digits: &str) -> bool {
    let mantissa = digits.split(['e', 'E']).next().unwrap_or_default();
    !mantissa.contains(|digit: char| ('1'..='9').contains(&digit))
}

/// Bytes up to the closing quote, which is on the same line.
fn inner_len(inner: &str, quote: char) -> Option<usize> {
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\n' | '\r' => return None,
            '\\' => {
                characters.next();
            }
            _ if character == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// The 16-bit units of a literal without its quotes; `None` if an escape is not Java's.
fn units(inner: &str) -> Option<Vec<u16>> {
    let mut units = Vec::with_capacity(inner.len());
    let mut rest = inner.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\\' {
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            continue;
        }
        units.push(match rest.next()? {
            'b' => 8,
            't' => 9,
            'n' => 10,
            'f' => 12,
            'r' => 13,
            's' => 32,
            quoted @ ('"' | '\'' | '\\') => quoted as u16,
            'u' => {
                while rest.next_if_eq(&'u').is_some() {}
                let mut value = 0_u16;
                for _ in 0..4 {
                    value = value << 4 | rest.next()?.to_digit(16)? as u16;
                }
                // Java reads these before it sees a literal: there they end it, or escape.
                if matches!(value, 0x0a | 0x0d | 0x22 | 0x27 | 0x5c) {
                    return None;
                }
                value
            }
            octal @ '0'..='7' => {
                let more = if octal <= '3' { 2 } else { 1 };
                let mut value = octal.to_digit(8)? as u16;
                for _ in 0..more {
                    let Some(digit) = rest.peek().and_then(|next| next.to_digit(8)) else { break };
                    value = value * 8 + digit as u16;
                    rest.next();
                }
                value
            }
            _ => return None,
        });
    }
    Some(units)
}
