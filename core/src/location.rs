//! The grammar of locations: one place reads `shop/cart.py:42`, for every command and every API.
//!
//! Knows the text only, neither files nor runtimes. Invariant: what parses prints as it was typed.

use crate::error::{Error, ErrorKind, Result};
use crate::probe::Location;
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Endings by which a word is taken for a file and not for a host's own name.
const FILE_ENDINGS: [&str; 16] = [
    "py", "pyx", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "java", "kt", "scala",
    "groovy", "rb", "erb",
];

impl FromStr for Location {
    type Err = Error;

    /// `FILE:LINE`, `FILE:A..B`, `FILE:FUNCTION`, or the host's name: `shop.cart.Cart.total`,
    /// `Cart#total`, `com.acme.Cart:42`; split at the last colon that is not part of a `::`, which
    /// belongs to a name (`rules.rb:Shop::Rules.best`).
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.is_empty() || text.contains(char::is_control) {
            return refuse("a location is empty or holds control characters");
        }
        let Some((before, after)) = split(text) else {
            if is_file(text) {
                return refuse("the line is missing");
            }
            return Ok(Self { function: Some(name(text)?), ..Self::default() });
        };
        if before.is_empty() || after.is_empty() {
            return refuse("one side of the colon is empty");
        }
        let mut location = Self::default();
        let is_file = is_file(before);
        if after.starts_with(|c: char| c.is_ascii_digit()) {
            if split(before).is_some_and(|(file, line)| {
                self::is_file(file) && line.bytes().all(|byte| byte.is_ascii_digit())
            }) {
                return refuse(&format!("a column means nothing here: write {before}"));
            }
            (location.line, location.last_line) = lines(after)?;
        } else if is_file {
            location.function = Some(name(after)?);
        } else {
            return refuse("what stands before the colon is no file, and behind it no line");
        }
        if is_file {
            location.file = Some(before.replace('\\', "/"));
        } else {
            location.function = Some(name(before)?);
        }
        Ok(location)
    }
}

fn refuse<T>(message: &str) -> Result<T> {
    Err(Error::new(ErrorKind::Location, message).with_hint(
        "write FILE:LINE such as shop/cart.py:42, FILE:FUNCTION such as \
         shop/cart.py:Cart.total, or a full name such as shop.cart.Cart.total",
    ))
}

/// What stands before and behind the last colon that is one: `::` joins names, and begins them.
fn split(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    while let Some(last) = rest.rfind(':') {
        let before = rest[..last].trim_end_matches(':');
        let colons = last + 1 - before.len();
        if colons % 2 == 1 {
            return Some((before, &text[before.len() + 1..]));
        }
        rest = before;
    }
    None
}

/// `42`, or `42..47` with the second not before the first.
fn lines(text: &str) -> Result<(Option<u32>, Option<u32>)> {
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<u32>() {
            Ok(line) if is_number && line > 0 => Ok(line),
            _ if is_number => refuse("lines are counted from 1"),
            _ => refuse(&format!("{text} is no line")),
        }
    };
    let Some((first, last)) = text.split_once("..") else {
        return Ok((Some(number(text)?), None));
    };
    let (first, last) = (number(first)?, number(last)?);
    if last < first {
        return refuse("a range of lines goes forward");
    }
    Ok((Some(first), Some(last)))
}

/// A function, or a host's own name, if it can be one in any language.
fn name(text: &str) -> Result<String> {
    if text.contains(['(', ')']) && !text.contains('<') {
        return refuse("a function is named without parentheses");
    }
    let foreign = |c: char| c.is_whitespace() || "\"'`,;{}/\\".contains(c);
    if let Some(c) = text.chars().find(|c| foreign(*c)) {
        return refuse(&format!("no name holds {c:?}"));
    }
    if text.starts_with(|c: char| c.is_ascii_digit() || ".-".contains(c)) || text.ends_with('.') {
        return refuse(&format!("{text} is no name"));
    }
    Ok(text.to_owned())
}

fn is_file(text: &str) -> bool {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    text.contains(['/', '\\'])
        || name.rsplit_once('.').is_some_and(|(_, ending)| FILE_ENDINGS.contains(&ending))
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.last_line.map_or_else(String::new, |last| format!("..{last}"));
        match (&self.file, &self.function, self.line) {
            (Some(file), _, Some(line)) => write!(f, "{file}:{line}{last}"),
            (Some(file), Some(function), None) => write!(f, "{file}:{function}"),
            (Some(file), None, None) => f.write_str(file),
            (None, Some(function), Some(line)) => write!(f, "{function}:{line}{last}"),
            (None, function, _) => f.write_str(function.as_deref().unwrap_or_default()),
        }
    }
}

/// UTF-8's byte order mark.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// SHA-256 of a source text with LF line ends and no byte order mark, lower-case hexadecimal: what
/// both sides compare.
pub fn source_sha256(source: &[u8]) -> String {
    let mut hasher = Sha256::new();
    let mut rest = source.strip_prefix(BYTE_ORDER_MARK).unwrap_or(source);
    while let Some(at) = rest.iter().position(|byte| *byte == b'\r') {
        hasher.update(&rest[..at]);
        hasher.update(b"\n");
        rest = &rest[at + 1..];
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    hasher.update(rest);
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The lines of a source text, as both sides number them. What is no UTF-8 is shown as such.
pub fn source_lines(source: &[u8]) -> Vec<String> {
    let source = source.strip_prefix(BYTE_ORDER_MARK).unwrap_or(source);
    let text = String::from_utf8_lossy(source).replace("\r\n", "\n").replace('\r', "\n");
    text.lines().map(str::to_owned).collect()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrParts {
    Text(String),
    Parts(Location),
}

/// Reads a location from a string as people type it, or from its parts.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Location, D::Error> {
    match TextOrParts::deserialize(deserializer)? {
        TextOrParts::Text(text) => text.parse().map_err(serde::de::Error::custom),
        TextOrParts::Parts(location) => Ok(location),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_parses_and_prints_as_typed() {
        for text in [
            "app.py:42",
            "services/checkout/app.py:42",
            "shop/cart.py:42..47",
            "shop/cart.py:Cart.total",
            "shop/cart.py:total.<locals>.<lambda>",
            "src/orders/orders.service.ts:88",
            "shop.cart.Cart.total",
            "com.acme.Cart#total",
            "com.acme.Cart:42",
            "com.acme.Cart:42..47",
            "com.acme.Cart$Item#total",
            "Cart#total",
            "Shop::Cart#total?",
            "shop/rules.rb:Shop::Rules.best",
            "shop/rules.rb:Shop::Rules#best?",
            "shop/rules.rb:::Shop.best",
            "Shop::Cart:42",
            "cart.js:Cart.total",
            "shop/Cart.java:Cart.Item.total",
            "/app/with space/x:y.py:7",
            "C:/app/shop/cart.py:42",
        ] {
            let location: Location = text.parse().expect(text);
            assert_eq!(location.to_string(), text);
        }
    }

    #[test]
    fn the_last_colon_parts_the_place_from_what_is_in_it() {
        let of = |text: &str| {
            let location: Location = text.parse().expect(text);
            (location.file, location.function, location.line, location.last_line)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(of("src\\cart.py:42"), (some("src/cart.py"), None, Some(42), None));
        assert_eq!(of("C:\\app\\cart.py:42"), (some("C:/app/cart.py"), None, Some(42), None));
        assert_eq!(of("x:y.py:7"), (some("x:y.py"), None, Some(7), None));
        assert_eq!(of(" app.py:4..9 "), (some("app.py"), None, Some(4), Some(9)));
        assert_eq!(of("a/manage:12"), (some("a/manage"), None, Some(12), None));
        assert_eq!(of("a.py:f"), (some("a.py"), some("f"), None, None));
        assert_eq!(of("com.acme.Cart:42"), (None, some("com.acme.Cart"), Some(42), None));
        assert_eq!(of("Shop::Cart"), (None, some("Shop::Cart"), None, None));
        assert_eq!(of("::Shop::Cart"), (None, some("::Shop::Cart"), None, None));
        assert_eq!(of("Shop::Cart:42"), (None, some("Shop::Cart"), Some(42), None));
        let rules = (some("shop/rules.rb"), some("Shop::Rules.best"), None, None);
        assert_eq!(of("shop/rules.rb:Shop::Rules.best"), rules);
        let windows = (some("C:/shop/a.rb"), some("Shop::A.b"), None, None);
        assert_eq!(of("C:\\shop\\a.rb:Shop::A.b"), windows);
        assert_eq!(of("a.rb:::Shop.b"), (some("a.rb"), some("::Shop.b"), None, None));
    }

    #[test]
    fn line_ends_do_not_change_the_hash() {
        let unix = source_sha256(b"a = 1\n\nb = 2\n");
        assert_eq!(unix, source_sha256(b"a = 1\r\n\r\nb = 2\r\n"));
        assert_ne!(unix, source_sha256(b"a = 1\n\nb = 3\n"));
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(source_sha256(b""), empty);
    }

    #[test]
    fn a_byte_order_mark_and_old_line_ends_do_not_either() {
        let plain = source_sha256(b"a = 1\nb = 2\n");
        assert_eq!(plain, source_sha256(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n"));
        assert_eq!(plain, source_sha256(b"a = 1\rb = 2\r"));
        let lines = source_lines(b"\xef\xbb\xbfa\r\n\rb \xff\n");
        assert_eq!(lines, ["a", "", "b \u{fffd}"]);
    }

    #[test]
    fn bad_forms_say_what_to_write() {
        for (text, message) in [
            ("", "empty"),
            ("a\nb:1", "control characters"),
            ("app.py", "line is missing"),
            ("src/manage", "line is missing"),
            ("app.py:", "side of the colon"),
            (":42", "side of the colon"),
            ("app.py:0", "counted from 1"),
            ("app.py:99999999999", "counted from 1"),
            ("app.py:1..", "is no line"),
            ("app.py:9..8", "goes forward"),
            ("app.py:4x", "4x is no line"),
            ("app.py:-4", "-4 is no name"),
            ("rules.rb:4:Shop::Rules", "no file"),
            ("app.py:42:7", "a column means nothing here: write app.py:42"),
            ("app.py:total()", "without parentheses"),
            ("app.py:a b", "no name holds ' '"),
            ("Cart:total", "no file"),
            ("what is this", "no name holds ' '"),
            ("shop.", "is no name"),
        ] {
            let error = text.parse::<Location>().expect_err(text);
            assert_eq!(error.kind(), ErrorKind::Location);
            assert!(error.message().contains(message), "{text}: {error}");
            assert!(error.hint().is_some());
        }
    }
}
