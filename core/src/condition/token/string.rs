//! String and byte string literals, their prefixes and escapes.
//!
//! Invariant: a literal's value is exactly the host's; one that a Rust string cannot hold (a lone
//! surrogate) is refused.

use super::lexer::{Lexer, Token};
use crate::condition::message;
use crate::error::Result;

/// What stands before the opening quote.
#[derive(Clone, Copy, Default)]
struct Prefix {
    raw: bool,
    bytes: bool,
    formatted: bool,
}

impl Lexer<'_> {
    /// A string literal if one stands here.
    pub(super) fn string(&mut self) -> Result<Option<Token>> {
        let rest = self.rest();
        let letters = rest.bytes().take(3).take_while(u8::is_ascii_alphabetic).count();
        let quote = match rest.as_bytes().get(letters) {
            Some(&quote @ (b'"' | b'\'')) => char::from(quote),
            _ => return Ok(None),
        };
        let Some(prefix) = rest.get(..letters).and_then(prefix) else { return Ok(None) };
        if prefix.formatted {
            return Err(message::formatted_string(self.span_of(letters + 1)));
        }
        let body = rest.get(letters..).unwrap_or_default();
        let triple = quote.to_string().repeat(3);
        let fence = if body.starts_with(&triple) { triple } else { quote.to_string() };
        let inner = body.get(fence.len()..).unwrap_or_default();
        let Some(len) = inner_len(inner, &fence) else {
            return Err(message::unclosed_string(self.span_of(letters + 1)));
        };
        let whole = self.span_of(letters + 2 * fence.len() + len);
        let inner = inner.get(..len).unwrap_or_default();
        let value = literal(inner, prefix).ok_or_else(|| message::bad_escape(whole))?;
        self.position += letters + 2 * fence.len() + len;
        Ok(Some(value))
    }
}

fn prefix(letters: &str) -> Option<Prefix> {
    let mut prefix = Prefix::default();
    for letter in letters.chars() {
        match letter.to_ascii_lowercase() {
            'r' if !prefix.raw => prefix.raw = true,
            'b' if !prefix.bytes => prefix.bytes = true,
            'f' | 't' if !prefix.formatted => prefix.formatted = true,
            'u' if letters.len() == 1 => {}
            _ => return None,
        }
    }
    Some(prefix)
}

/// Bytes up to the closing fence; a backslash protects what follows it, in raw strings too.
fn inner_len(inner: &str, fence: &str) -> Option<usize> {
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        if inner.get(at..)?.starts_with(fence) {
            return Some(at);
        }
        if character == '\\' {
            characters.next();
        } else if character == '\n' && fence.len() == 1 {
            return None;
        }
    }
    None
}

fn literal(inner: &str, prefix: Prefix) -> Option<Token> {
    if prefix.bytes && !inner.is_ascii() {
        return None;
    }
    let text = if prefix.raw { inner.to_owned() } else { unescape(inner, prefix.bytes)? };
    if !prefix.bytes {
        return Some(Token::Text(text.into()));
    }
    // Escapes of a byte string were read as U+0000 to U+00FF.
    text.chars().map(|c| u8::try_from(c).ok()).collect::<Option<Box<[u8]>>>().map(Token::Bytes)
}

fn unescape(inner: &str, bytes: bool) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        let escape = rest.next()?;
        match escape {
            '\n' => {}
            '\\' | '\'' | '"' => text.push(escape),
            'a' => text.push('\x07'),
            'b' => text.push('\x08'),
            'f' => text.push('\x0c'),
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'v' => text.push('\x0b'),
            'x' => text.push(hexadecimal(&mut rest, 2)?),
            'u' if !bytes => text.push(hexadecimal(&mut rest, 4)?),
            'U' if !bytes => text.push(hexadecimal(&mut rest, 8)?),
            'N' if !bytes => return None,
            '0'..='7' => {
                let first = escape.to_digit(8)?;
                text.push(octal(&mut rest, first, bytes)?);
            }
            // The host keeps a backslash that means nothing.
            other => text.extend(['\\', other]),
        }
    }
    Some(text)
}

fn hexadecimal(rest: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let mut value = 0_u32;
    for _ in 0..digits {
        value = (value << 4) | rest.next()?.to_digit(16)?;
    }
    char::from_u32(value)
}

/// Up to two more octal digits; a byte keeps the low eight bits.
fn octal(rest: &mut std::str::Chars<'_>, first: u32, bytes: bool) -> Option<char> {
    let mut value = first;
    for _ in 0..2 {
        match rest.clone().next().and_then(|next| next.to_digit(8)) {
            Some(digit) => {
                value = value * 8 + digit;
                rest.next();
            }
            None => break,
        }
    }
    char::from_u32(if bytes { value & 0xff } else { value })
}
