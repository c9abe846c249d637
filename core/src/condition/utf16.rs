//! Strings as 16-bit units, whatever they are stored in: length, places, comparison and search of hosts
//! that count so.
//!
//! Knows no evaluation. Invariant: nothing here allocates, and everything is linear in its arguments
//! (search: in their product at worst, which its caller pays for with fuel).

use super::text::{Points, points};
use crate::value::Text;

/// The units of a text, from its beginning.
#[derive(Clone)]
pub(super) struct Units<'a> {
    points: Points<'a>,
    /// The second unit of the character whose first was the last one.
    low: Option<u16>,
}

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if let Some(low) = self.low.take() {
            return Some(low);
        }
        let point = self.points.next()?;
        if let Ok(unit) = u16::try_from(point) {
            return Some(unit);
        }
        let above = point - 0x1_0000;
        self.low = Some(0xdc00 | (above & 0x3ff) as u16);
        Some(0xd800 | (above >> 10) as u16)
    }
}

/// The units of `text`.
pub(super) fn units(text: Text<'_>) -> Units<'_> {
    Units { points: points(text), low: None }
}

/// How many there are.
pub(super) fn length(text: Text<'_>) -> usize {
    match text {
        Text::Latin1(_) | Text::Units16(_) => text.units(),
        Text::Utf8(text) if text.is_ascii() => text.len(),
        _ => units(text).count(),
    }
}

/// The unit at a place.
pub(super) fn at(text: Text<'_>, place: usize) -> Option<u16> {
    match text {
        Text::Latin1(units) => units.get(place).map(|unit| u16::from(*unit)),
        Text::Units16(units) => units.get(place).copied(),
        _ => units(text).nth(place),
    }
}

/// Whether both have the same units.
pub(super) fn equal(a: Text<'_>, b: Text<'_>) -> bool {
    match (a, b) {
        (Text::Utf8(a), Text::Utf8(b)) => a == b,
        (Text::Latin1(a), Text::Latin1(b)) => a == b,
        (Text::Units16(a), Text::Units16(b)) => a == b,
        _ => units(a).eq(units(b)),
    }
}

/// Below zero, zero or above, as Java's `compareTo`: how far the first units that differ lie apart, or
/// the lengths.
pub(super) fn difference(a: Text<'_>, b: Text<'_>) -> i32 {
    let pair = units(a).zip(units(b)).find(|(a, b)| a != b);
    match pair {
        Some((a, b)) => i32::from(a) - i32::from(b),
        None => {
            let apart = length(a) as i64 - length(b) as i64;
            apart.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
        }
    }
}

/// Whether `text` begins with `prefix`.
pub(super) fn starts_with(text: Text<'_>, prefix: Text<'_>) -> bool {
    begins(units(text), units(prefix))
}

fn begins(mut text: Units<'_>, mut prefix: Units<'_>) -> bool {
    prefix.all(|wanted| text.next() == Some(wanted))
}

/// Whether `text` ends with `suffix`.
pub(super) fn ends_with(text: Text<'_>, suffix: Text<'_>) -> bool {
    let before = length(text).checked_sub(length(suffix));
    before.is_some_and(|before| units(text).skip(before).eq(units(suffix)))
}

/// Where `needle` is first found.
pub(super) fn find(text: Text<'_>, needle: Text<'_>) -> Option<usize> {
    let mut rest = units(text);
    let mut at = 0;
    loop {
        if begins(rest.clone(), units(needle)) {
            return Some(at);
        }
        rest.next()?;
        at += 1;
    }
}

/// Where a character is first found, by its code point.
pub(super) fn find_point(text: Text<'_>, point: u32) -> Option<usize> {
    let character = match char::from_u32(point) {
        Some(character) => character,
        None => return units(text).position(|unit| u32::from(unit) == point),
    };
    find(text, Text::Utf8(character.encode_utf8(&mut [0; 4])))
}

/// Whether both are the same but for case; `None` where a mapping of single characters is not known.
pub(super) fn equal_ignoring_case(a: Text<'_>, b: Text<'_>) -> Option<bool> {
    if length(a) != length(b) {
        return Some(false);
    }
    let (mut left, mut right) = (characters(a), characters(b));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Some(true),
            (Some(Ok(a)), Some(Ok(b))) if a == b => {}
            (Some(Ok(a)), Some(Ok(b))) => {
                let (a, b) = (upper(a)?, upper(b)?);
                if a != b && lower(a)? != lower(b)? {
                    return Some(false);
                }
            }
            (Some(Err(a)), Some(Err(b))) if a == b => {}
            _ => return Some(false),
        }
    }
}

/// The characters of a text; a surrogate without its other half as its unit.
pub(super) fn characters(text: Text<'_>) -> impl Iterator<Item = Result<char, u16>> {
    let alone = |error: std::char::DecodeUtf16Error| error.unpaired_surrogate();
    char::decode_utf16(units(text)).map(move |character| character.map_err(alone))
}

/// The one upper case character that a character has, or itself.
fn upper(character: char) -> Option<char> {
    single(character, character.to_uppercase())
}

fn lower(character: char) -> Option<char> {
    match character {
        // Alone it is a plain i; with its dot kept it would be two characters.
        '\u{130}' => Some('i'),
        _ => single(character, character.to_lowercase()),
    }
}

fn single(character: char, mut mapped: impl Iterator<Item = char>) -> Option<char> {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => Some(one),
        // Greek with an iota below has a mapping of one character beside the one of two.
        _ if ('\u{1f80}'..='\u{1fff}').contains(&character) => None,
        _ => Some(character),
    }
}

/// Whether Java's `strip` takes it away: `Character.isWhitespace`.
pub(super) fn is_blank(point: u32) -> bool {
    matches!(
        point,
        0x09..=0x0d
            | 0x1c..=0x20
            | 0x1680
            | 0x2000..=0x2006
            | 0x2008..=0x200a
            | 0x2028
            | 0x2029
            | 0x205f
            | 0x3000
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMILE: [u16; 3] = [0xd83d, 0xde00, 0x61];

    #[test]
    fn characters_beyond_16_bits_are_two_units() {
        assert_eq!(length(Text::Utf8("😀a")), 3);
        assert!(equal(Text::Utf8("😀a"), Text::Units16(&SMILE)));
        assert_eq!(at(Text::Utf8("😀a"), 1), Some(0xde00));
        assert_eq!(find(Text::Units16(&SMILE), Text::Latin1(b"a")), Some(2));
        assert_eq!(find_point(Text::Units16(&SMILE), 0x1f600), Some(0));
        assert_eq!(find_point(Text::Units16(&SMILE), 0xde00), Some(1));
        assert!(ends_with(Text::Units16(&SMILE), Text::Utf8("a")));
        assert!(difference(Text::Utf8("😀"), Text::Utf8("\u{ffff}")) < 0);
    }

    #[test]
    fn case_is_ignored_character_by_character() {
        let equal = |a, b| equal_ignoring_case(Text::Utf8(a), Text::Utf8(b));
        assert_eq!(equal("aÉ", "Aé"), Some(true));
        assert_eq!(equal("ß", "SS"), Some(false));
        assert_eq!(equal("\u{130}", "i"), Some(true));
        assert_eq!(equal("\u{131}", "I"), Some(true));
        assert_eq!(equal("\u{1f80}", "\u{1f88}"), None);
    }
}
