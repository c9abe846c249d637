//! A value as text in a log line: ours, not the host's, so that no code runs and nothing is unbounded.
//!
//! Invariant: nothing is written beyond the line's room, no control character is written, and what
//! stands under a redacted name is not read.

use super::dialect::{Dialect, Literal, Rules};
use super::failure::{Failure, FailureKind};
use super::hidden::{is_hidden_item, is_hidden_key};
use super::text::each_char;
use super::token::is_plain_symbol;
use crate::host::Scope;
use crate::limits::LOG_VALUE_BYTES;
use crate::redaction::{REDACTED, Redaction};
use crate::value::{BigInt, Kind, Missing, Object, Text, Value};
use std::fmt::{self, Write as _};

/// Elements shown of a collection, and collections within collections: a line is for reading.
const ITEMS: usize = 20;
const DEPTH: u32 = 3;
/// Said where something was left out.
const MORE: &str = "…";

/// What rendering must know of the place.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) dialect: &'static Dialect,
    pub(super) redaction: &'a Redaction,
}

/// A line under construction, within its room.
pub(super) struct Line<'o> {
    out: &'o mut Vec<u8>,
    /// Where the room for this line, and for the value being written, ends.
    end: usize,
    value_end: usize,
    is_cut: bool,
}

impl<'o> Line<'o> {
    /// A line of at most `limit` bytes behind what `out` holds, and within its capacity.
    pub(super) fn new(out: &'o mut Vec<u8>, limit: usize) -> Self {
        let end = (out.len() + limit).min(out.capacity());
        Self { out, end, value_end: end, is_cut: false }
    }

    /// Text as it is, control characters escaped.
    pub(super) fn plain(&mut self, text: &str) {
        text.chars().all(|character| self.character(character));
    }

    /// Writes one character; false once the room is used up.
    fn character(&mut self, character: char) -> bool {
        let mut encoded = [0; 4];
        match character {
            '\n' => self.bytes(b"\\n"),
            '\r' => self.bytes(b"\\r"),
            '\t' => self.bytes(b"\\t"),
            // Separators that some readers take for line ends.
            '\u{2028}' | '\u{2029}' => write!(self, "\\u{:04x}", u32::from(character)).is_ok(),
            _ if character.is_control() => write!(self, "\\x{:02x}", u32::from(character)).is_ok(),
            _ => self.bytes(character.encode_utf8(&mut encoded).as_bytes()),
        }
    }

    /// Writes all of `bytes`, or none and nothing more.
    fn bytes(&mut self, bytes: &[u8]) -> bool {
        // Room is kept for the mark that says the rest is missing.
        let fits = self.out.len() + bytes.len() + MORE.len() <= self.value_end;
        if fits && !self.is_cut {
            self.out.extend_from_slice(bytes);
        } else if !self.is_cut {
            self.is_cut = true;
            if self.out.len() + MORE.len() <= self.value_end {
                self.out.extend_from_slice(MORE.as_bytes());
            }
        }
        !self.is_cut
    }

    /// Opens the room of one value.
    fn begin_value(&mut self) {
        self.value_end = self.end.min(self.out.len() + LOG_VALUE_BYTES);
    }

    /// Closes it: a value that was cut does not cut the line.
    fn end_value(&mut self) {
        let line_is_full = self.value_end == self.end;
        self.value_end = self.end;
        self.is_cut = self.is_cut && line_is_full;
    }
}

impl fmt::Write for Line<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.bytes(text.as_bytes()) { Ok(()) } else { Err(fmt::Error) }
    }
}

/// Writes a value.
pub(super) fn value<S: Scope>(scope: &S, place: Place<'_>, value: &Value<'_>, line: &mut Line<'_>) {
    line.begin_value();
    Renderer { scope, place, line }.value(value, 0);
    line.end_value();
}

/// Writes why there is no value.
pub(super) fn failure(failure: &Failure, place: Place<'_>, line: &mut Line<'_>) {
    line.plain("{!");
    line.plain(match failure.kind() {
        FailureKind::NotLoaded if place.dialect.rules == Rules::Typed => NOT_INITIALISED,
        kind => phrase(kind),
    });
    line.plain("}");
}

/// What is not loaded where the host's classes have initialisers.
const NOT_INITIALISED: &str = "not initialised yet";

fn phrase(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Unset => "not set yet",
        FailureKind::NoAttribute => "no such attribute",
        FailureKind::NoKey => "no such key",
        FailureKind::NoIndex => "no such element",
        FailureKind::NeedsCode => "would run application code",
        FailureKind::NotLoaded => "not loaded",
        FailureKind::Redacted => "redacted",
        FailureKind::Unreadable => "cannot be read",
        FailureKind::OutOfFuel => "too many steps",
        FailureKind::OfNull => "of null",
        FailureKind::Types => "not possible on these types",
        FailureKind::Unhashable => "not a key",
        FailureKind::ZeroDivision => "division by zero",
        FailureKind::Overflow => "beyond 64 bits",
        FailureKind::Domain => "no value",
        FailureKind::TooDeep => "nested too deeply",
        FailureKind::TooLong => "string too long",
        FailureKind::Identity => "identity unknown",
        FailureKind::Pattern => "pattern undecided",
    }
}

struct Renderer<'r, 'o, S> {
    scope: &'r S,
    place: Place<'r>,
    line: &'r mut Line<'o>,
}

impl<S: Scope> Renderer<'_, '_, S> {
    fn push(&mut self, text: &str) {
        self.line.bytes(text.as_bytes());
    }

    fn value(&mut self, value: &Value<'_>, depth: u32) {
        let dialect = self.place.dialect;
        match value {
            Value::Null => self.push(dialect.literal(Literal::Null)),
            Value::Undefined => self.push("undefined"),
            Value::Bool(true) => self.push(dialect.literal(Literal::True)),
            Value::Bool(false) => self.push(dialect.literal(Literal::False)),
            // A full line is marked as such, so the results of writing are not needed.
            Value::Int(value) => {
                let _ = write!(self.line, "{value}");
            }
            Value::Int32(value) => {
                let _ = write!(self.line, "{value}");
            }
            Value::Float(value) if dialect.rules == Rules::Loose => {
                self.push(super::eval::Digits::number(*value).text());
            }
            Value::Float(value) if !value.is_finite() && self.is_open() => {
                self.push(match (value.is_nan(), *value > 0.0) {
                    (true, _) => "NaN",
                    (false, true) => "Infinity",
                    (false, false) => "-Infinity",
                });
            }
            Value::Float(value) if value.is_nan() => self.push("nan"),
            Value::Float(value) => {
                let _ = write!(self.line, "{value:?}");
            }
            Value::Float32(value) if value.is_nan() => self.push("nan"),
            Value::Float32(value) => {
                let _ = write!(self.line, "{value:?}");
            }
            Value::Char(unit) => {
                let quote = if depth == 0 { "" } else { "'" };
                self.push(quote);
                self.text(Text::Units16(&[*unit]));
                self.push(quote);
            }
            Value::BigInt(int) => self.big(*int),
            Value::Text(text) if depth == 0 => self.text(*text),
            Value::Text(text) => {
                self.push("\"");
                self.text(*text);
                self.push("\"");
            }
            Value::Bytes(bytes) => {
                self.push("b\"");
                self.text(Text::Latin1(bytes));
                self.push("\"");
            }
            Value::Object(object) => self.object(*object, depth),
        }
    }

    fn is_open(&self) -> bool {
        self.place.dialect.rules == Rules::Open
    }

    /// A symbol: within a collection with its colon.
    fn symbol(&mut self, symbol: Object, depth: u32) {
        let Some(name) = self.scope.stored_text(symbol) else { return self.type_name(symbol) };
        let is_plain = matches!(name, Text::Utf8(name) if is_plain_symbol(name));
        self.push(if depth == 0 { "" } else { ":" });
        self.value(&Value::Text(name), if is_plain { 0 } else { depth });
    }

    /// A range by its bounds.
    fn range(&mut self, range: Object, depth: u32) {
        let Ok(bounds) = self.scope.bounds(range) else { return self.type_name(range) };
        let dots = if bounds.excludes_last { "..." } else { ".." };
        for (before, bound) in [("", bounds.first), (dots, bounds.last)] {
            self.push(before);
            if !matches!(bound, Value::Null) {
                self.value(&bound, depth + 1);
            }
        }
    }

    fn text(&mut self, text: Text<'_>) {
        each_char(text, |character| self.line.character(character));
    }

    fn big(&mut self, int: BigInt<'_>) {
        if int.negative {
            self.push("-");
        }
        let nibbles = super::eval::nibbles(int);
        if nibbles.clone().count() <= 32 {
            let magnitude = nibbles.fold(0_u128, |sum, nibble| sum << 4 | u128::from(nibble));
            let _ = write!(self.line, "{magnitude}");
            return;
        }
        self.push("0x");
        let mut characters = nibbles.filter_map(|nibble| char::from_digit(nibble, 16));
        characters.all(|character| self.line.character(character));
    }

    fn object(&mut self, object: Object, depth: u32) {
        let (open, close) = match object.kind {
            Kind::Text if object.exact && self.is_open() => return self.symbol(object, depth),
            Kind::Range if self.is_open() && depth < DEPTH => return self.range(object, depth),
            Kind::List => ("[", "]"),
            Kind::Tuple if !self.place.dialect.has_collections => ("[", "]"),
            Kind::Tuple if self.scope.len(object) == Ok(1) => ("(", ",)"),
            Kind::Tuple => ("(", ")"),
            Kind::Map | Kind::Set | Kind::FrozenSet => ("{", "}"),
            // Of the host's library some objects stand for one value: a date, an enum's constant.
            Kind::Text | Kind::Bytes | Kind::Number | Kind::Instance => {
                return match self.scope.underlying(object) {
                    Ok(Value::Object(_)) | Err(_) => self.type_name(object),
                    Ok(underlying) => self.value(&underlying, depth),
                };
            }
            _ => return self.type_name(object),
        };
        if depth == DEPTH {
            self.push(open);
            self.push(MORE);
            self.push(close);
            return;
        }
        self.push(open);
        match object.kind {
            Kind::List | Kind::Tuple => self.items(object, depth),
            _ => self.entries(object, depth),
        }
        self.push(close);
    }

    fn items(&mut self, object: Object, depth: u32) {
        let len = self.scope.len(object).unwrap_or(0);
        for at in 0..len.min(ITEMS) {
            if at > 0 {
                self.push(", ");
            }
            match self.scope.item(object, at) {
                _ if is_hidden_item(self.scope, self.place.redaction, object, at) => {
                    self.push(REDACTED);
                }
                Ok(item) => self.value(&item, depth + 1),
                Err(missing) => self.missing(missing),
            }
            if self.line.is_cut {
                return;
            }
        }
        if len > ITEMS {
            self.push(", ");
            self.push(MORE);
        }
    }

    fn entries(&mut self, object: Object, depth: u32) {
        let mut cursor = 0;
        let mut count = 0;
        while let Some((key, value)) = self.scope.entry(object, &mut cursor) {
            if count > 0 {
                self.push(", ");
            }
            if count == ITEMS {
                self.push(MORE);
                return;
            }
            self.value(&key, depth + 1);
            if object.kind == Kind::Map {
                self.push(if self.is_open() { " => " } else { ": " });
                match is_hidden_key(self.scope, self.place.redaction, &key) {
                    true => self.push(REDACTED),
                    false => self.value(&value, depth + 1),
                }
            }
            if self.line.is_cut {
                return;
            }
            count += 1;
        }
    }

    fn missing(&mut self, missing: Missing) {
        self.push("{!");
        self.push(phrase(missing.into()));
        self.push("}");
    }

    fn type_name(&mut self, object: Object) {
        let name = self.scope.type_name(&Value::Object(object));
        self.push("<");
        self.text(name);
        self.push(">");
    }
}
