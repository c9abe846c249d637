//! Ruby's literals: numbers, strings in two kinds of quotes, characters, symbols, patterns, lists of
//! words, and names that begin with `@`.
//!
//! Invariant: a literal's value is exactly Ruby's; what Ruby itself refuses (`08`, `1__0`) is refused
//! too, and so is a string that a Rust string cannot hold.

use super::lexer::{Before, Lexer, Token};
use super::number::{integer, run};
use crate::condition::message;
use crate::error::Result;
use std::iter::Peekable;
use std::str::Chars;

impl Lexer<'_> {
    /// A number, at its first digit.
    pub(super) fn ruby_number(&mut self) -> Result<Token> {
        let rest = self.rest();
        let (radix, prefix) = match rest.as_bytes() {
            [b'0', b'x' | b'X', ..] => (16, 2),
            [b'0', b'o' | b'O', ..] => (8, 2),
            [b'0', b'b' | b'B', ..] => (2, 2),
            [b'0', b'd' | b'D', ..] => (10, 2),
            [b'0', b'0'..=b'9' | b'_', ..] => (8, 1),
            _ => (10, 0),
        };
        let len = if prefix == 0 { decimal_len(rest) } else { prefix + run(rest, prefix, 36) };
        let text = rest.get(..len).unwrap_or_default();
        let after = rest.get(len..).unwrap_or_default();
        let tail: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let span = self.span_of(len + tail.len());
        if matches!(tail.as_str(), "r" | "i" | "ri" | "n" | "L" | "f") {
            return Err(message::number_suffix(span, text));
        }
        let body = text.get(prefix..).unwrap_or_default();
        let digits: String = body.chars().filter(|c| *c != '_').collect();
        let is_float = prefix == 0 && digits.contains(['.', 'e', 'E']);
        let token = match is_float {
            _ if !tail.is_empty() || !separated(body, prefix) => None,
            true => digits.parse().ok().map(Token::Float),
            false => integer(&digits, radix),
        };
        self.position = usize::from(span.end);
        token.ok_or_else(|| message::bad_number(span))
    }

    /// Whether an operand begins here. Behind a method's name it does where a blank stands before it,
    /// and none behind its first sign.
    fn begins_operand(&self) -> bool {
        match self.before {
            Before::Value => false,
            Before::Argument => {
                let before = self.source.get(..self.position).unwrap_or_default();
                let after = self.rest().chars().nth(1).unwrap_or(' ');
                before.ends_with(char::is_whitespace) && !after.is_whitespace()
            }
            Before::Dot | Before::Other => true,
        }
    }

    /// A literal that begins with a sign, or a name that does, if one stands here.
    pub(super) fn ruby_literal(&mut self) -> Result<Option<Token>> {
        let rest = self.rest();
        let mut characters = rest.chars();
        let (first, second) = (characters.next(), characters.next());
        let begins = self.begins_operand();
        match (first, second) {
            (Some(quote @ ('"' | '\'')), _) => self.ruby_string(quote).map(Some),
            (Some('@'), _) => self.field().map(Some),
            (Some(':'), Some(':')) if begins && is_constant(rest.get(2..).unwrap_or_default()) => {
                let len = 2 + path_len(rest.get(2..).unwrap_or_default());
                Ok(Some(self.taken(len)))
            }
            (Some(':'), Some(second)) if begins && second != ':' => self.symbol(second),
            (Some('/'), _) if begins => self.ruby_pattern(1, '/', '/').map(Some),
            (Some('/'), Some('/')) if self.before != Before::Argument => {
                let instead = "write a / b, which rounds down between integers";
                Err(message::refused(self.span_of(2), "`//`", instead))
            }
            (Some('?'), Some(second)) if begins => self.character(second),
            (Some('%'), Some(second)) if begins => self.percent(second),
            _ => Ok(None),
        }
    }

    /// A word whose letters take `len` bytes: behind a dot, any is a name.
    pub(super) fn ruby_word(&mut self, len: usize) -> Result<Token> {
        let rest = self.rest();
        let after = rest.get(len..).unwrap_or_default();
        let is_called = self.before == Before::Dot;
        let len = match is_constant(rest) && !is_called {
            true if sign_len(after) == 0 => path_len(rest),
            _ => len + sign_len(after),
        };
        let word = rest.get(..len).unwrap_or_default();
        if is_called {
            return Ok(self.taken(len));
        }
        self.refuse(word)?;
        match self.dialect.signs.iter().find(|(spelling, _)| *spelling == word) {
            Some((_, sign)) => {
                self.position += len;
                Ok(Token::Sign(*sign))
            }
            None => Ok(self.taken(len)),
        }
    }

    /// The next `len` bytes as a name.
    fn taken(&mut self, len: usize) -> Token {
        let name = self.rest().get(..len).unwrap_or_default();
        self.position += len;
        Token::Name(name.into())
    }

    /// `@x` or `@@x`.
    fn field(&mut self) -> Result<Token> {
        let rest = self.rest();
        let signs = rest.bytes().take(2).take_while(|byte| *byte == b'@').count();
        let name = rest.get(signs..).unwrap_or_default();
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Err(message::expected(self.span_of(signs), "a field", "`@`"));
        }
        Ok(self.taken(signs + name_len(name)))
    }

    /// `:name`, `:"name"` or `:+`, at the colon.
    fn symbol(&mut self, second: char) -> Result<Option<Token>> {
        let rest = self.rest().get(1..).unwrap_or_default();
        if let '"' | '\'' = second {
            let start = self.span_of(1);
            self.position += 1;
            let Token::Text(text) = self.ruby_string(second)? else { return Ok(None) };
            if text.starts_with(':') {
                // It would be the name of a constant.
                let what = "a symbol that begins with a colon";
                return Err(message::refused(start, what, "compare another value"));
            }
            return Ok(Some(Token::Name(format!(":{text}").into())));
        }
        let signs = rest.bytes().take(2).take_while(|byte| *byte == b'@').count();
        let name = rest.get(signs..).unwrap_or_default();
        if name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            let mut len = name_len(name);
            let after = name.get(len..).unwrap_or_default().as_bytes();
            // Of a setter's name the sign is a part, of an assignment or comparison behind it not.
            let is_sign = matches!(after, [b'=', b'~' | b'>' | b'=', ..]);
            let sets = matches!(after, [b'=', ..]) && !is_sign;
            let asks = sign_len(name.get(len..).unwrap_or_default());
            len += if sets { 1 } else { asks };
            return Ok(Some(self.taken(1 + signs + len)));
        }
        let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator));
        Ok(operator.map(|operator| self.taken(1 + operator.len())))
    }

    fn ruby_string(&mut self, quote: char) -> Result<Token> {
        let inner = self.rest().get(1..).unwrap_or_default();
        let Some(len) = inner_len(inner, None, quote) else {
            return Err(message::unclosed_string(self.span_of(1)));
        };
        let span = self.span_of(len + 2);
        let inner = inner.get(..len).unwrap_or_default();
        if quote == '"' && interpolates(inner) {
            return Err(message::interpolation(span));
        }
        let text = if quote == '"' { unescape(inner) } else { Some(raw(inner, &['\'', '\\'])) };
        self.position += len + 2;
        Ok(Token::Text(text.ok_or_else(|| message::bad_java_escape(span))?.into()))
    }

    /// `?a`, at the question mark.
    fn character(&mut self, second: char) -> Result<Option<Token>> {
        let rest = self.rest().get(1..).unwrap_or_default();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        if second.is_whitespace() || is_word(second) && rest.chars().nth(1).is_some_and(is_word) {
            return Ok(None);
        }
        let len = match second {
            '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            _ => second.len_utf8(),
        };
        let span = self.span_of(1 + len);
        let text = unescape(rest.get(..len).unwrap_or_default());
        self.position += 1 + len;
        Ok(Some(Token::Text(text.ok_or_else(|| message::bad_java_escape(span))?.into())))
    }

    /// `%w[…]`, `%i[…]` or `%r{…}`, at the percent sign.
    fn percent(&mut self, second: char) -> Result<Option<Token>> {
        let rest = self.rest();
        let open = rest.chars().nth(2).filter(|c| c.is_ascii_punctuation());
        let Some(open) = open.filter(|_| matches!(second, 'w' | 'i' | 'r')) else {
            let instead = "write quotes around strings; %w[…], %i[…] and %r{…} are read";
            return Err(message::refused(self.span_of(2), "this `%`", instead));
        };
        let close = match open {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            '<' => '>',
            same => same,
        };
        if second == 'r' {
            return self.ruby_pattern(3, open, close).map(Some);
        }
        let inner = rest.get(3..).unwrap_or_default();
        let nests = (open != close).then_some(open);
        let Some(len) = inner_len(inner, nests, close) else {
            return Err(message::unclosed_string(self.span_of(3)));
        };
        let prefix = if second == 'i' { ":" } else { "" };
        let words = inner.get(..len).unwrap_or_default().split_ascii_whitespace();
        let words = words.map(|word| format!("{prefix}{word}").into()).collect();
        self.position += 3 + len + close.len_utf8();
        Ok(Some(Token::Words(words, second == 'i')))
    }

    /// `/…/flags`, whose opening is `skipped` bytes long; as it would stand between slashes.
    fn ruby_pattern(&mut self, skipped: usize, open: char, close: char) -> Result<Token> {
        let rest = self.rest();
        let inner = rest.get(skipped..).unwrap_or_default();
        let nests = (open != close).then_some(open);
        let Some(len) = inner_len(inner, nests, close) else {
            return Err(message::unclosed_pattern_of_ruby(self.span_of(skipped)));
        };
        let body = inner.get(..len).unwrap_or_default();
        let after = inner.get(len + close.len_utf8()..).unwrap_or_default();
        let flags: String = after.chars().take_while(char::is_ascii_alphabetic).collect();
        let whole = skipped + len + close.len_utf8() + flags.len();
        if interpolates(body) {
            return Err(message::interpolation(self.span_of(whole)));
        }
        self.position += whole;
        let body = if skipped == 1 { body.to_owned() } else { slashed(body) };
        Ok(Token::Pattern(format!("/{body}/{flags}").into()))
    }
}

/// Symbols of operators, longer ones before their own beginnings.
const OPERATORS: &[&str] = &[
    "[]=", "[]", "<=>", "===", "==", "=~", "!~", "!=", "**", "+@", "-@", "<<", ">>", "<=", ">=",
    "+", "-", "*", "/", "%", "<", ">", "!", "&", "|", "^", "~",
];

/// Whether a symbol stands behind its colon without quotes.
pub(in crate::condition) fn is_plain_symbol(text: &str) -> bool {
    if OPERATORS.contains(&text) {
        return true;
    }
    let signs = text.bytes().take(2).take_while(|byte| *byte == b'@').count();
    let name = text.get(signs..).unwrap_or_default();
    let stem = name.strip_suffix(['?', '!', '=']).filter(|_| signs == 0).unwrap_or(name);
    stem.starts_with(|c: char| c.is_alphabetic() || c == '_') && name_len(stem) == stem.len()
}

/// Bytes of a name at the beginning of `text`.
fn name_len(text: &str) -> usize {
    let joins = |c: char| c.is_alphanumeric() || c == '_' || super::lexer::is_mark(c);
    text.char_indices().find(|(_, c)| !joins(*c)).map_or(text.len(), |(at, _)| at)
}

pub(super) fn is_constant(text: &str) -> bool {
    text.starts_with(char::is_uppercase)
}

/// Bytes of constants joined by `::` at the beginning of `text`.
pub(super) fn path_len(text: &str) -> usize {
    let len = name_len(text);
    match text.get(len..).and_then(|rest| rest.strip_prefix("::")) {
        Some(rest) if is_constant(rest) => len + 2 + path_len(rest),
        _ => len,
    }
}

/// Bytes of a name's sign at its end: `nil?`, `save!`.
pub(super) fn sign_len(after: &str) -> usize {
    let bytes = after.as_bytes();
    let is_sign = matches!(bytes.first(), Some(b'?' | b'!'));
    usize::from(is_sign && bytes.get(1) != Some(&b'='))
}

/// Bytes of a decimal literal: a point is one only where a digit follows it.
fn decimal_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut len = run(text, 0, 10);
    if bytes.get(len) == Some(&b'.') && is_digit(len + 1) {
        len += 1 + run(text, len + 1, 10);
    }
    if matches!(bytes.get(len), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(bytes.get(len + 1), Some(b'+' | b'-')));
        if is_digit(len + 1 + signed) {
            len += 1 + signed + run(text, len + 1 + signed, 10);
        }
    }
    len
}

/// Whether every underscore stands between two digits. Behind an octal's zero one may stand too.
fn separated(digits: &str, prefix: usize) -> bool {
    let digits = if prefix == 1 { digits.strip_prefix('_').unwrap_or(digits) } else { digits };
    let bytes = digits.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at)).is_some_and(|b| b.is_ascii_hexdigit() && *b != b'_')
    };
    let between = |(at, _): (usize, &str)| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
    let beside_exponent = |pair: &str| prefix == 0 && digits.to_ascii_lowercase().contains(pair);
    digits.match_indices('_').all(between) && !beside_exponent("e_") && !beside_exponent("_e")
}

/// Bytes up to `close`; a backslash protects what follows it, and `nests` opens one more.
fn inner_len(inner: &str, nests: Option<char>, close: char) -> Option<usize> {
    let mut depth = 0;
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == close {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        } else if Some(character) == nests {
            depth += 1;
        }
    }
    None
}

/// Whether a text in double quotes or slashes holds `#{`, `#@` or `#$`.
fn interpolates(inner: &str) -> bool {
    let mut escaped = false;
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        if !escaped && character == '#' && matches!(characters.peek(), Some('{' | '@' | '$')) {
            return true;
        }
        escaped = !escaped && character == '\\';
    }
    false
}

/// A text in which a backslash protects only `protected`.
fn raw(inner: &str, protected: &[char]) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars().peekable();
    while let Some(character) = rest.next() {
        let escaped =
            (character == '\\').then(|| rest.next_if(|next| protected.contains(next))).flatten();
        text.push(escaped.unwrap_or(character));
    }
    text
}

/// A pattern's body with its slashes escaped.
fn slashed(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    let mut escaped = false;
    for character in body.chars() {
        if character == '/' && !escaped {
            text.push('\\');
        }
        escaped = !escaped && character == '\\';
        text.push(character);
    }
    text
}

/// The value of a literal in double quotes; `None` if an escape is not one that a string can hold.
fn unescape(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match rest.next()? {
            '\n' => {}
            'n' => text.push('\n'),
            't' => text.push('\t'),
            's' => text.push(' '),
            'r' => text.push('\r'),
            'e' => text.push('\x1b'),
            'a' => text.push('\x07'),
            'b' => text.push('\x08'),
            'v' => text.push('\x0b'),
            'f' => text.push('\x0c'),
            'x' => text.push(byte(number(&mut rest, 16, 2, 0)?)?),
            'u' => unicode(&mut rest, &mut text)?,
            // Bytes beyond ASCII, and keys.
            'c' | 'C' | 'M' => return None,
            octal @ '0'..='7' => {
                let first = octal.to_digit(8)?;
                text.push(byte(number(&mut rest, 8, 2, first).unwrap_or(first))?);
            }
            other => text.push(other),
        }
    }
    Some(text)
}

/// A byte that is a character of its own.
fn byte(value: u32) -> Option<char> {
    char::from_u32(value).filter(char::is_ascii)
}

/// At least one digit and at most `most`, behind `value`.
fn number(rest: &mut Peekable<Chars<'_>>, radix: u32, most: usize, value: u32) -> Option<u32> {
    let mut value = value;
    let mut count = 0;
    while count < most
        && let Some(digit) = rest.next_if(|next| next.is_digit(radix))
    {
        value = value * radix + digit.to_digit(radix)?;
        count += 1;
    }
    (count > 0).then_some(value)
}

/// What `\u` says: four digits, or several characters in braces.
fn unicode(rest: &mut Peekable<Chars<'_>>, text: &mut String) -> Option<()> {
    if rest.next_if_eq(&'{').is_none() {
        let mut value = 0;
        for _ in 0..4 {
            value = value << 4 | rest.next()?.to_digit(16)?;
        }
        text.push(char::from_u32(value)?);
        return Some(());
    }
    loop {
        while rest.next_if_eq(&' ').is_some() {}
        if rest.next_if_eq(&'}').is_some() {
            return Some(());
        }
        text.push(char::from_u32(number(rest, 16, 6, 0)?)?);
    }
}
