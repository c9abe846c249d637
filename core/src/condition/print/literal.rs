//! Literals as the host writes them.
//!
//! Invariant: what is written reads back as the same value.

use std::fmt::Write as _;

pub(super) fn float(value: f64) -> String {
    if value.is_infinite() {
        // A literal beyond the largest double is infinite, and is written as one again.
        return if value > 0.0 { "1e999".to_owned() } else { "-1e999".to_owned() };
    }
    format!("{value:?}")
}

/// A string as Java writes it; control characters by their octal number, because a Unicode escape of
/// a line end would be one.
pub(super) fn java_text(text: &str) -> String {
    let mut out = String::from("\"");
    text.chars().for_each(|character| java_escape(character, '"', &mut out));
    out.push('"');
    out
}

pub(super) fn java_char(unit: u16) -> String {
    let mut out = String::from("'");
    match char::from_u32(u32::from(unit)) {
        Some(character) => java_escape(character, '\'', &mut out),
        None => {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out.push('\'');
    out
}

fn java_escape(character: char, quote: char, out: &mut String) {
    match character {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if character == quote => out.extend(['\\', quote]),
        _ if character < ' ' || character == '\x7f' => {
            let _ = write!(out, "\\{:03o}", u32::from(character));
        }
        _ => out.push(character),
    }
}

pub(super) fn quoted(characters: impl Iterator<Item = char>) -> String {
    let mut text = String::from("\"");
    for character in characters {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            _ if character < ' ' || character == '\x7f' => {
                let _ = write!(text, "\\x{:02x}", u32::from(character));
            }
            _ => text.push(character),
        }
    }
    text.push('"');
    text
}

pub(super) fn quoted_bytes(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push('"');
    text
}

/// A magnitude of 32-bit digits in decimal.
pub(super) fn decimal(digits: &[u32]) -> String {
    const CHUNK: u64 = 1_000_000_000;
    let mut rest = digits.to_vec();
    let mut chunks = Vec::new();
    while rest.iter().any(|&digit| digit != 0) {
        let mut remainder = 0_u64;
        for digit in rest.iter_mut().rev() {
            let wide = remainder << 32 | u64::from(*digit);
            *digit = (wide / CHUNK) as u32;
            remainder = wide % CHUNK;
        }
        chunks.push(remainder);
    }
    let Some(first) = chunks.pop() else { return "0".to_owned() };
    let mut text = first.to_string();
    for chunk in chunks.into_iter().rev() {
        let _ = write!(text, "{chunk:09}");
    }
    text
}

/// A string of Ruby, in double quotes.
pub(super) fn ruby_text(text: &str) -> String {
    let mut out = String::from("\"");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '#' if matches!(characters.peek(), Some('{' | '@' | '$')) => out.push_str("\\#"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if character < ' ' || character == '\x7f' => {
                let _ = write!(out, "\\x{:02x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}
