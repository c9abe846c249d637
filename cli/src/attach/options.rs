//! The text of options that the agent gets when it is loaded.
//!
//! `key=value` pairs with commas between them, keys and values percent-encoded: docs/commands.md has
//! the format. Invariant: nothing secret is in it, because recordings of the JVM name the options of
//! its agents.

use std::fmt::Write;

/// Options in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options(Vec<(&'static str, String)>);

impl Options {
    /// Adds an option.
    pub(crate) fn set(&mut self, key: &'static str, value: impl Into<String>) {
        self.0.push((key, value.into()));
    }

    /// The text that travels.
    pub(crate) fn text(&self) -> String {
        let pairs =
            self.0.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value)));
        pairs.collect::<Vec<_>>().join(",")
    }
}

/// Percent-encoded but for the unreserved characters of RFC 3986.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_be_taken_for_syntax() {
        let mut options = Options::default();
        assert_eq!(options.text(), "");
        options.set("hub", "http://127.0.0.1:4737");
        options.set("service", "größe, 100%\0");
        options.set("labels", "zone=a,team=x");
        let expected = "hub=http%3A%2F%2F127.0.0.1%3A4737,service=gr%C3%B6%C3%9Fe%2C%20100%25%00,\
            labels=zone%3Da%2Cteam%3Dx";
        assert_eq!(options.text(), expected);
    }
}
