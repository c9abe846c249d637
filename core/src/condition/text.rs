//! Strings in whatever form the host stores them: code points, comparison, search, slices.
//!
//! Knows no evaluation. Invariant: nothing here allocates, and every function is linear in its
//! arguments (search: in their product at worst, bounded by the fuel its caller charges).

use crate::value::Text;

/// Calls `f` with each character, lone surrogates as U+FFFD, until it returns false.
pub(super) fn each_char(text: Text<'_>, mut f: impl FnMut(char) -> bool) {
    let of = |point: u32| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
    match text {
        Text::Utf8(text) => text.chars().all(f),
        Text::Latin1(units) => units.iter().all(|&unit| f(char::from(unit))),
        Text::Units16(units) => char::decode_utf16(units.iter().copied())
            .all(|unit| f(unit.unwrap_or(char::REPLACEMENT_CHARACTER))),
        Text::Units32(units) => units.iter().all(|&unit| f(of(unit))),
    };
}
