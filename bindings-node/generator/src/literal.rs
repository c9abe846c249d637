//! Constants, as JavaScript writes them.
//!
//! Invariant: what is written reads back as the same value wherever it stands in an expression, and
//! needs no name that could mean something else there.

use std::fmt::Write as _;
use stillframe_core::condition::tree::Kind;

/// Units of a text for which comparing takes no fuel.
const FREE_UNITS: usize = 15;

/// A constant; none if it is something else.
pub(crate) fn literal(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::Null => "null".to_owned(),
        Kind::Undefined => "undefined".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Int(value) => number(*value as f64),
        Kind::Float(value) => number(*value),
        Kind::BigInt(is_negative, digits) => exact(*is_negative, digits),
        Kind::Text(text) => quoted(text),
        _ => return None,
    })
}

/// A text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => "(0 / 0)".to_owned(),
        value if value.is_infinite() => format!("({} / 0)", value.signum()),
        value => format!("({value:?})"),
    }
}

fn exact(is_negative: bool, digits: &[u32]) -> String {
    let mut text = if is_negative { "(-0x" } else { "(0x" }.to_owned();
    for digit in digits.iter().rev() {
        let _ = write!(text, "{digit:08x}");
    }
    if digits.is_empty() {
        text.push('0');
    }
    text + "n)"
}

/// Whether comparing anything with it is one step.
pub(crate) fn is_simple(kind: &Kind) -> bool {
    match kind {
        Kind::Text(text) => text.encode_utf16().count() <= FREE_UNITS,
        other => literal(other).is_some(),
    }
}

/// Whether it is a number.
pub(crate) fn is_number(kind: &Kind) -> bool {
    matches!(kind, Kind::Int(_) | Kind::Float(_))
}
