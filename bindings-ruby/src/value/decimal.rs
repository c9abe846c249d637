//! Decimal numbers of Ruby's library: what their own text says.
//!
//! Knows how a BigDecimal writes itself, `-0.15e3`. Invariant: only the library's own method is asked.

use super::reader::is_native;
use crate::ffi::{Obj, asked};
use stillframe_core::value::{Missing, Ordered, Reading};

/// What a BigDecimal compares as.
pub(super) fn ordered(object: Obj<'_>, class: Obj<'_>) -> Reading<Ordered> {
    let text = text(object, class).ok_or(Missing::NeedsCode)?;
    parse(text).ok_or(Missing::Unreadable)
}

/// The text of a BigDecimal, unless the application writes it otherwise.
pub(super) fn text<'g>(object: Obj<'g>, class: Obj<'_>) -> Option<&'g str> {
    let is_own = is_native(class, "to_s");
    is_own.then(|| asked(object, "to_s")).flatten().and_then(Obj::utf8)
}

fn parse(text: &str) -> Option<Ordered> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    match text {
        "NaN" => return Some(Ordered::NotANumber),
        "Infinity" => return Some(Ordered::Infinite { negative }),
        "0.0" => return Some(Ordered::Decimal { negative, coefficient: 0, exponent: 0 }),
        _ => {}
    }
    let (digits, exponent) = text.strip_prefix("0.")?.split_once('e')?;
    let coefficient: u128 = digits.parse().ok().filter(|_| digits.len() <= 38)?;
    let exponent = exponent.parse::<i64>().ok()? - digits.len() as i64;
    Some(Ordered::Decimal { negative, coefficient, exponent })
}
