//! The verdict on names and values.
//!
//! Knows neither streams nor conditions: who asks decides what a verdict means. Invariant: a name
//! that a user added is redacted whatever else is excluded, and a verdict on a name allocates nothing.

use super::automaton::{Automaton, Cursor};
use super::known::{Key, Known};
use super::names;
use super::{card, normal, patterns};
use crate::value::Text;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Units of a name that are judged. A longer one is text rather than a name; what stands under it is
/// redacted, because judging it would take unbounded time in a hit.
pub const MAX_NAME_UNITS: usize = 4_096;
/// What stands in a text where something was redacted.
pub const REDACTED: &str = "(redacted)";

const BUILT_IN: u8 = 1;
const INCLUDED: u8 = 2;
const EXCLUDED: u8 = 4;

/// Names that are never read and patterns of values that never leave. Cheap to clone.
///
/// ```
/// use stillframe_core::redaction::Redaction;
/// let redaction = Redaction::standard();
/// assert!(redaction.name("userPassword") && redaction.name("API-Key"));
/// assert!(!redaction.name("compass") && !redaction.name("author"));
/// let mut text = String::from("https://lea:hunter2@shop.internal/");
/// assert!(redaction.scrub(&mut text));
/// assert_eq!(text, "(redacted)");
/// ```
#[derive(Clone)]
pub struct Redaction(Arc<List>);

struct List {
    automaton: Automaton,
    known: Known,
}

impl Redaction {
    /// The built-in lists.
    pub fn standard() -> Self {
        static STANDARD: OnceLock<Redaction> = OnceLock::new();
        STANDARD.get_or_init(|| Self::with(&[], &[])).clone()
    }

    /// The built-in lists, more names, and names to take out of the built-in lists. A name is meant
    /// whole; `*` at its beginning or end stands for anything (`*iban*`).
    pub fn with(include: &[String], exclude: &[String]) -> Self {
        let built_in = names::ANYWHERE.iter().chain(&names::WHOLE);
        let built_in = built_in.map(|name| (name.as_bytes().to_vec(), BUILT_IN));
        let include = include.iter().map(|name| (pattern(name), INCLUDED));
        let exclude = exclude.iter().map(|name| (pattern(name), EXCLUDED));
        let patterns: Vec<_> = built_in.chain(include).chain(exclude).collect();
        Self(Arc::new(List { automaton: Automaton::new(&patterns), known: Known::new() }))
    }

    /// Whether what has this name is redacted.
    pub fn name(&self, name: &str) -> bool {
        self.name_text(Text::Utf8(name))
    }

    /// Whether what has this name is redacted. On the hit path: 5 ns where it was judged before, else
    /// about 1 ns a character for ASCII.
    pub fn name_text(&self, name: Text<'_>) -> bool {
        let Some(key) = Key::of(name) else { return self.judge_whole(name) };
        self.0.known.verdict(key).unwrap_or_else(|| {
            let redacted = self.judge_whole(name);
            self.0.known.put(key, redacted);
            redacted
        })
    }

    fn judge_whole(&self, name: Text<'_>) -> bool {
        if name.units() > MAX_NAME_UNITS {
            return true;
        }
        self.judge(name) || private_part(name).is_some_and(|part| self.judge(part))
    }

    fn judge(&self, name: Text<'_>) -> bool {
        let automaton = &self.0.automaton;
        let plain = match name {
            Text::Utf8(text) => plain(automaton, text.bytes().map(u32::from)),
            Text::Latin1(units) => plain(automaton, units.iter().map(|unit| u32::from(*unit))),
            Text::Units16(units) => plain(automaton, units.iter().map(|unit| u32::from(*unit))),
            Text::Units32(units) => plain(automaton, units.iter().copied()),
        };
        let cursor = plain.unwrap_or_else(|| {
            let mut cursor = automaton.start();
            normal::normalise(name, &mut |byte| cursor = automaton.step(cursor, byte));
            cursor
        });
        let marks = automaton.finish(cursor);
        marks & INCLUDED != 0 || marks & (BUILT_IN | EXCLUDED) == BUILT_IN
    }

    /// Makes ready what would else be made at the first use: a process that forks meanwhile would
    /// leave its child waiting for ever for a thread that is not there.
    pub fn prepare(&self) {
        patterns::prepare();
    }

    /// Whether a value holds a secret by its look; with `cut`, whether a secret may begin where the
    /// value was cut.
    pub fn value(&self, value: &[u8], cut: bool) -> bool {
        patterns::holds_secret(value, cut)
    }

    /// Whether an integer is a card number.
    pub fn number(&self, value: u64) -> bool {
        card::is_card(value)
    }

    /// Replaces a value that holds a secret by [`REDACTED`], the whole of it; true if it did.
    pub fn scrub(&self, text: &mut String) -> bool {
        let redacted = self.value(text.as_bytes(), false);
        if redacted {
            text.replace_range(.., REDACTED);
        }
        redacted
    }

    /// Replaces each secret within a line by [`REDACTED`] and leaves the rest; true if it did.
    pub fn scrub_line(&self, line: &mut String) -> bool {
        match patterns::replace_secrets(line, REDACTED) {
            std::borrow::Cow::Borrowed(_) => false,
            std::borrow::Cow::Owned(scrubbed) => {
                *line = scrubbed;
                true
            }
        }
    }
}

/// The walk of a name without escapes and beyond ASCII; `None` if it has such.
#[inline]
fn plain(automaton: &Automaton, units: impl Iterator<Item = u32>) -> Option<Cursor> {
    let mut cursor = automaton.start();
    for unit in units {
        let byte = u8::try_from(unit).ok().filter(|byte| byte.is_ascii() && *byte != b'\\')?;
        if !normal::is_stripped(char::from(byte)) {
            cursor = automaton.step(cursor, byte.to_ascii_lowercase());
        }
    }
    Some(cursor)
}

/// What the author wrote of a name that the host keeps apart by its class (`_User__pin` of `__pin`).
#[inline]
fn private_part(name: Text<'_>) -> Option<Text<'_>> {
    fn after<T: Copy + PartialEq + From<u8>>(units: &[T]) -> Option<usize> {
        let line = T::from(b'_');
        let [first, second, ..] = units else { return None };
        if *first != line || *second == line {
            return None;
        }
        let at = units[1..].windows(2).position(|pair| pair == [line, line])?;
        Some(at + 3)
    }
    Some(match name {
        Text::Utf8(text) => Text::Utf8(text.get(after(text.as_bytes())?..)?),
        Text::Latin1(units) => Text::Latin1(&units[after(units)?..]),
        Text::Units16(units) => Text::Units16(&units[after(units)?..]),
        Text::Units32(units) => Text::Units32(&units[after(units)?..]),
    })
}

/// A user's name in normal form, its stars kept.
fn pattern(name: &str) -> Vec<u8> {
    let name = name.trim();
    let mut bytes = Vec::with_capacity(name.len());
    normal::normalise(Text::Utf8(name), &mut |byte| bytes.push(byte));
    bytes
}

impl Default for Redaction {
    fn default() -> Self {
        Self::standard()
    }
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redaction")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_every_storage_and_spelling_are_found() {
        let redaction = Redaction::standard();
        let latin1: Vec<u8> = b"DB_Pass\\u0077ord".to_vec();
        let wide: Vec<u16> = "ｐａｓｓｗｏｒｄ".encode_utf16().collect();
        let wider: Vec<u32> = "api\u{ad}Key".chars().map(u32::from).collect();
        assert!(redaction.name_text(Text::Latin1(&latin1)));
        assert!(redaction.name_text(Text::Units16(&wide)));
        assert!(redaction.name_text(Text::Units32(&wider)));
        assert!(redaction.name_text(Text::Latin1(&[b'x'; MAX_NAME_UNITS + 1])));
        assert!(!redaction.name_text(Text::Latin1(&[b'x'; MAX_NAME_UNITS])));
    }

    #[test]
    fn a_private_name_is_judged_without_its_class() {
        let redaction = Redaction::standard();
        for name in ["_User__pin", "_User__auth", "_A__session_id", "__pin", "_Größe__otp"] {
            assert!(redaction.name(name), "{name}");
            let latin1: Vec<u8> = name.chars().map(|c| u32::from(c) as u8).collect();
            assert!(redaction.name_text(Text::Latin1(&latin1)), "{name}");
            let wide: Vec<u16> = name.encode_utf16().collect();
            assert!(redaction.name_text(Text::Units16(&wide)), "{name}");
        }
        for name in ["_User__pins", "_User_pin", "user__pin", "_", "__", "_a__", "___pin_code_x"] {
            assert!(!redaction.name(name), "{name}");
        }
    }

    #[test]
    fn users_add_and_exclude() {
        let redaction = Redaction::with(
            &["Größe".into(), "*iban*".into(), "passport".into()],
            &["session".into(), "passport".into()],
        );
        assert!(redaction.name("GRÖßE") && redaction.name("gr_öß_e"));
        assert!(redaction.name("gro\u{308}ße"), "decomposed and composed are the same name");
        assert!(redaction.name("customer_iban_2"));
        assert!(redaction.name("passport"), "what a user adds is not excluded");
        assert!(!redaction.name("session") && redaction.name("session_id"));
    }

    #[test]
    fn the_built_in_list_is_in_normal_form() {
        for name in names::ANYWHERE.iter().chain(&names::WHOLE) {
            assert_eq!(pattern(name), name.as_bytes(), "{name}");
        }
    }

    #[test]
    fn a_line_keeps_what_is_no_secret() {
        let mut line = String::from("sent Bearer abcdefghijkl to shop");
        assert!(Redaction::standard().scrub_line(&mut line));
        assert_eq!(line, "sent (redacted) to shop");
        let mut shown =
            String::from(r#"{"id": 7, "password": (redacted), "x": Bearer abcdefghij}"#);
        assert!(Redaction::standard().scrub_line(&mut shown));
        assert_eq!(shown, r#"{"id": 7, "password": (redacted), "x": (redacted)}"#);
        let mut done = String::from(r#"{"id": 7, "password": (redacted)} password=(redacted)"#);
        assert!(!Redaction::standard().scrub_line(&mut done), "{done}");
        assert!(!Redaction::standard().scrub_line(&mut String::from("nothing here")));
    }
}
