//! JavaScript's literals: numbers, strings in three kinds of quotes, patterns between slashes.
//!
//! Invariant: a literal's value is exactly JavaScript's; what JavaScript itself refuses (`08`, `1_`) is
//! refused too, and so is a string that a Rust string cannot hold (a lone surrogate).

use super::lexer::{Before, Lexer, Token};
use super::number::{decimal_len, integer, run};
use crate::condition::message;
use crate::error::Result;
use std::iter::Peekable;
use std::str::Chars;

/// Integers up to here are those of doubles that have no neighbour nearer than one.
const SAFE: f64 = 9_007_199_254_740_991.0;

impl Lexer<'_> {
    /// A number, at its first digit or point.
    pub(super) fn javascript_number(&mut self) -> Result<Token> {
        let rest = self.rest();
        let radix = match rest.as_bytes() {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'o' | b'O', ..] => 8,
            [b'0', b'b' | b'B', ..] => 2,
            _ => 10,
        };
        let len = if radix == 10 { decimal_len(rest) } else { 2 + run(rest, 2, radix) };
        let text = rest.get(..len).unwrap_or_default();
        let after = rest.get(len..).unwrap_or_default();
        let tail: String =
            after.chars().take_while(|c| c.is_alphanumeric() || self.joins(*c)).collect();
        let span = self.span_of(len + tail.len());
        if matches!(tail.as_str(), "L" | "l" | "f" | "F" | "d" | "D" | "j") {
            return Err(message::number_suffix(span, text));
        }
        let digits: String = text.chars().filter(|c| *c != '_').collect();
        let is_float = radix == 10 && digits.contains(['.', 'e', 'E']);
        let is_octal = radix == 10 && digits.starts_with('0') && digits.len() > 1 && !is_float;
        let whole = || integer(if radix == 10 { &digits } else { digits.get(2..)? }, radix);
        let token = match tail.as_str() {
            _ if is_octal || !separated(text) => None,
            "n" if !is_float => whole().map(|value| Token::BigInt(magnitude(value))),
            "" if radix == 10 => digits.parse().ok().map(number),
            "" => whole().map(nearest),
            _ => None,
        };
        self.position = usize::from(span.end);
        token.ok_or_else(|| message::bad_number(span))
    }

    /// A string, a pattern or a private name if one stands here.
    pub(super) fn javascript_literal(&mut self) -> Result<Option<Token>> {
        let mut characters = self.rest().chars();
        let (first, second) = (characters.next(), characters.next());
        match (first, second) {
            (Some(quote @ ('"' | '\'' | '`')), _) => self.javascript_string(quote).map(Some),
            (Some('/'), _) if self.before != Before::Value => self.pattern().map(Some),
            (Some('#'), Some(letter)) if letter.is_alphabetic() || self.joins(letter) => {
                self.private()
            }
            _ => Ok(None),
        }
    }

    /// `#name`, at its sign: none behind a value, where it is nothing.
    fn private(&mut self) -> Result<Option<Token>> {
        let before = self.before;
        if before == Before::Value {
            return Ok(None);
        }
        self.position += 1;
        // Any word is a name here.
        self.before = Before::Dot;
        Ok(Some(match (self.word()?, before) {
            (Token::Name(name), Before::Dot) => Token::Name(format!("#{name}").into()),
            (Token::Name(name), _) => Token::Private(format!("#{name}").into()),
            (other, _) => other,
        }))
    }

    fn javascript_string(&mut self, quote: char) -> Result<Token> {
        let inner = self.rest().get(1..).unwrap_or_default();
        let is_template = quote == '`';
        let Some(len) = inner_len(inner, quote) else {
            return Err(message::unclosed_string(self.span_of(1)));
        };
        let span = self.span_of(len + 2);
        let inner = inner.get(..len).unwrap_or_default();
        if is_template && inner.contains("${") {
            return Err(message::substitution(span));
        }
        let units = units(inner).ok_or_else(|| message::bad_java_escape(span))?;
        self.position += len + 2;
        let text = String::from_utf16(&units).map_err(|_| message::bad_java_escape(span))?;
        Ok(Token::Text(text.into()))
    }

    /// `/…/flags`, at the slash.
    fn pattern(&mut self) -> Result<Token> {
        let rest = self.rest();
        let (mut in_class, mut is_escaped) = (false, false);
        for (at, character) in rest.char_indices().skip(1) {
            match character {
                '\n' | '\r' => break,
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => {
                    let after = rest.get(at + 1..).unwrap_or_default();
                    let flags = after.chars().take_while(char::is_ascii_alphanumeric).count();
                    let len = at + 1 + flags;
                    self.position += len;
                    return Ok(Token::Pattern(rest.get(..len).unwrap_or_default().into()));
                }
                _ => {}
            }
        }
        Err(message::unclosed_pattern(self.span_of(1)))
    }
}

/// A double, as an integer where that is the same.
fn number(value: f64) -> Token {
    let is_whole = value == value.trunc() && value.abs() <= SAFE;
    if is_whole { Token::Int(value as i64) } else { Token::Float(value) }
}

/// The double that is nearest to an integer.
fn nearest(integer: Token) -> Token {
    match integer {
        Token::Int(value) => number(value as f64),
        Token::BigInt(digits) => {
            let bits =
                digits.iter().rev().flat_map(|digit| (0..32).rev().map(move |at| digit >> at & 1));
            let significant: Vec<u32> = bits.skip_while(|bit| *bit == 0).collect();
            // More bits than a double has, and whether anything is left over, round as all bits do.
            let (head, tail) = significant.split_at(significant.len().min(62));
            let head = head.iter().fold(0_u64, |all, bit| all << 1 | u64::from(*bit));
            let sticky = u64::from(tail.contains(&1));
            let value = (head << 1 | sticky) as f64;
            number(value * 2.0_f64.powi(tail.len() as i32 - 1))
        }
        other => other,
    }
}

/// Digits of an integer, 32 bits each; none of zero.
fn magnitude(integer: Token) -> Box<[u32]> {
    let mut digits = match integer {
        Token::Int(value) => vec![value as u32, (value >> 32) as u32],
        Token::BigInt(digits) => digits.into_vec(),
        _ => Vec::new(),
    };
    while digits.last() == Some(&0) {
        digits.pop();
    }
    digits.into()
}

/// Whether every underscore stands between two digits.
fn separated(text: &str) -> bool {
    let digit = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at).copied());
    let is_digit = |at: Option<usize>| digit(at).is_some_and(|b| b.is_ascii_hexdigit());
    let is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let is_exponent =
        |at: Option<usize>| !is_hexadecimal && digit(at).is_some_and(|b| matches!(b, b'e' | b'E'));
    text.match_indices('_').all(|(at, _)| {
        let (left, right) = (at.checked_sub(1), Some(at + 1));
        let is_prefix = at == 2
            && text.starts_with('0')
            && digit(Some(1)).is_some_and(|b| b.is_ascii_alphabetic());
        is_digit(left) && is_digit(right) && !is_exponent(left) && !is_exponent(right) && !is_prefix
    }) && !(text.starts_with("0_"))
}

/// Bytes up to the closing quote, which is on the same line unless it is a template's.
fn inner_len(inner: &str, quote: char) -> Option<usize> {
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\n' | '\r' if quote != '`' => return None,
            '\\' => {
                characters.next();
            }
            _ if character == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// The 16-bit units of a literal without its quotes; `None` if an escape is not JavaScript's.
fn units(inner: &str) -> Option<Vec<u16>> {
    let mut units = Vec::with_capacity(inner.len());
    let mut rest = inner.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\\' {
            // A line end of a template is one character, however it was written.
            let is_pair = character == '\r';
            if is_pair {
                rest.next_if_eq(&'\n');
            }
            let read = if is_pair { '\n' } else { character };
            units.extend_from_slice(read.encode_utf16(&mut [0; 2]));
            continue;
        }
        match rest.next()? {
            'b' => units.push(8),
            't' => units.push(9),
            'n' => units.push(10),
            'v' => units.push(11),
            'f' => units.push(12),
            'r' => units.push(13),
            '0' if !rest.peek().is_some_and(char::is_ascii_digit) => units.push(0),
            '0'..='9' => return None,
            'x' => units.push(hexadecimal(&mut rest, 2)?),
            'u' if rest.next_if_eq(&'{').is_some() => {
                units.extend_from_slice(braced(&mut rest)?.encode_utf16(&mut [0; 2]));
            }
            'u' => units.push(hexadecimal(&mut rest, 4)?),
            '\r' => {
                rest.next_if_eq(&'\n');
            }
            // A line goes on.
            '\n' | '\u{2028}' | '\u{2029}' => {}
            other => units.extend_from_slice(other.encode_utf16(&mut [0; 2])),
        }
    }
    Some(units)
}

fn hexadecimal(rest: &mut Peekable<Chars<'_>>, digits: usize) -> Option<u16> {
    let mut value = 0_u16;
    for _ in 0..digits {
        value = value << 4 | rest.next()?.to_digit(16)? as u16;
    }
    Some(value)
}

/// The character of `\u{…}`, behind the brace.
fn braced(rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    let mut value = 0_u32;
    loop {
        match rest.next()? {
            '}' => return char::from_u32(value),
            digit => value = value.checked_mul(16)?.checked_add(digit.to_digit(16)?)?,
        }
    }
}
