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

    /// `FILE:LINE`, `FILE:FUNCTION`, or the host's name: `shop.cart.Cart.total`, `Cart#total`,
    /// `com.acme.Cart:42`; split at the last colon.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = |message: &str| {
            Err(Error::new(ErrorKind::Location, message).with_hint(
                "write FILE:LINE such as shop/cart.py:42, FILE:FUNCTION such as \
                 shop/cart.py:Cart.total, or a full name such as shop.cart.Cart.total",
            ))
        };
        let text = text.trim();
        if text.is_empty() || text.contains(char::is_control) {
            return refuse("a location is empty or holds control characters");
        }
        let Some((before, after)) = text.rsplit_once(':') else {
            if is_file(text) {
                return refuse("the line is missing");
            }
            return Ok(Self { function: Some(text.to_owned()), ..Self::default() });
        };
        if before.is_empty() || after.is_empty() {
            return refuse("one side of the colon is empty");
        }
        if after.contains("..") {
            return refuse("a range of lines is for `time` only");
        }
        let mut location = Self::default();
        if is_file(before) {
            location.file = Some(before.replace('\\', "/"));
        } else {
            location.function = Some(before.to_owned());
        }
        if after.bytes().all(|byte| byte.is_ascii_digit()) {
            match after.parse() {
                Ok(line) if line > 0 => location.line = Some(line),
                _ => return refuse("lines are counted from 1"),
            }
        } else if location.file.is_some() {
            location.function = Some(after.to_owned());
        } else {
            return refuse("what stands before the colon is no file");
        }
        Ok(location)
    }
}

fn is_file(text: &str) -> bool {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    text.contains(['/', '\\'])
        || name.rsplit_once('.').is_some_and(|(_, ending)| FILE_ENDINGS.contains(&ending))
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, &self.function, self.line) {
            (Some(file), _, Some(line)) => write!(f, "{file}:{line}"),
            (Some(file), Some(function), None) => write!(f, "{file}:{function}"),
            (Some(file), None, None) => f.write_str(file),
            (None, Some(function), Some(line)) => write!(f, "{function}:{line}"),
            (None, function, _) => f.write_str(function.as_deref().unwrap_or_default()),
        }
    }
}

/// SHA-256 of a source text with LF line ends, lower-case hexadecimal: what both sides compare.
pub fn source_sha256(source: &[u8]) -> String {
    let mut hasher = Sha256::new();
    let mut rest = source;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
        hasher.update(&rest[..at]);
        rest = &rest[at + 1..];
    }
    hasher.update(rest);
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
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
            "shop/cart.py:Cart.total",
            "src/orders/orders.service.ts:88",
            "shop.cart.Cart.total",
            "com.acme.Cart#total",
            "com.acme.Cart:42",
            "Cart#total",
            "/app/with space/x:y.py:7",
        ] {
            let location: Location = text.parse().expect(text);
            assert_eq!(location.to_string(), text);
        }
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
    fn bad_forms_say_what_to_write() {
        for text in
            ["", "app.py", "app.py:", ":42", "app.py:0", "app.py:1..2", "Cart:total", "a\nb:1"]
        {
            let error = text.parse::<Location>().expect_err(text);
            assert_eq!(error.kind(), ErrorKind::Location);
            assert!(error.hint().is_some());
        }
    }
}
