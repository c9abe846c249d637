//! Strings in whatever form the host stores them: code points, comparison, search, slices.
//!
//! Knows no evaluation. Invariant: nothing here allocates, and everything is linear in its arguments
//! (search: in their product at worst, which its caller pays for with fuel).

use crate::value::Text;
use std::cmp::Ordering;

/// Code points of a text, from either end.
#[derive(Clone)]
pub(super) enum Points<'a> {
    Utf8(std::str::Chars<'a>),
    Latin1(std::slice::Iter<'a, u8>),
    Units16(std::slice::Iter<'a, u16>),
    Units32(std::slice::Iter<'a, u32>),
}

impl Iterator for Points<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::Utf8(rest) => rest.next().map(u32::from),
            Self::Latin1(rest) => rest.next().map(|&unit| u32::from(unit)),
            Self::Units16(rest) => rest.next().map(|&unit| u32::from(unit)),
            Self::Units32(rest) => rest.next().copied(),
        }
    }
}

/// The code points of `text`; a unit of 16 bits is one, as hosts with code point strings store them.
pub(super) fn points(text: Text<'_>) -> Points<'_> {
    match text {
        Text::Utf8(text) => Points::Utf8(text.chars()),
        Text::Latin1(units) => Points::Latin1(units.iter()),
        Text::Units16(units) => Points::Units16(units.iter()),
        Text::Units32(units) => Points::Units32(units.iter()),
    }
}

/// Code points in all.
pub(super) fn length(text: Text<'_>) -> usize {
    match text {
        Text::Utf8(text) if text.is_ascii() => text.len(),
        Text::Utf8(text) => text.chars().count(),
        other => other.units(),
    }
}

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

/// Whether both have the same code points.
#[inline]
pub(super) fn equal(a: Text<'_>, b: Text<'_>) -> bool {
    match (a, b) {
        (Text::Utf8(a), Text::Utf8(b)) => a == b,
        (Text::Latin1(a), Text::Latin1(b)) => a == b,
        (Text::Units16(a), Text::Units16(b)) => a == b,
        (Text::Units32(a), Text::Units32(b)) => a == b,
        _ => points(a).eq(points(b)),
    }
}

/// Order by code points.
pub(super) fn order(a: Text<'_>, b: Text<'_>) -> Ordering {
    match (a, b) {
        // The order of UTF-8 bytes is that of code points.
        (Text::Utf8(a), Text::Utf8(b)) => a.cmp(b),
        _ => points(a).cmp(points(b)),
    }
}

/// The storage units of the part from code point `start` up to `end`, clipped to what is there.
pub(super) fn slice(text: Text<'_>, start: usize, end: usize) -> (usize, usize) {
    let end = end.max(start);
    match text {
        Text::Utf8(text) => (byte_of(text, start), byte_of(text, end)),
        _ => (start.min(text.units()), end.min(text.units())),
    }
}

/// Byte at which code point `point` begins.
fn byte_of(text: &str, point: usize) -> usize {
    if text.is_ascii() {
        return point.min(text.len());
    }
    text.char_indices().nth(point).map_or(text.len(), |(at, _)| at)
}

/// The part from storage unit `start` up to `end`, which for UTF-8 are bytes on character bounds.
pub(super) fn units(text: Text<'_>, start: usize, end: usize) -> Text<'_> {
    fn part<T>(all: &[T], start: usize, end: usize) -> &[T] {
        let end = end.min(all.len());
        all.get(start.min(end)..end).unwrap_or_default()
    }
    match text {
        Text::Utf8(text) => {
            let end = end.min(text.len());
            Text::Utf8(text.get(start.min(end)..end).unwrap_or_default())
        }
        Text::Latin1(all) => Text::Latin1(part(all, start, end)),
        Text::Units16(all) => Text::Units16(part(all, start, end)),
        Text::Units32(all) => Text::Units32(part(all, start, end)),
    }
}

/// Storage units that the first code point of `text` takes.
pub(super) fn first_units(text: Text<'_>) -> usize {
    match text {
        Text::Utf8(text) => text.chars().next().map_or(0, char::len_utf8),
        other => other.units().min(1),
    }
}

/// Storage units of `text` that `prefix` takes, if it begins with it.
pub(super) fn prefix(text: Text<'_>, prefix: Text<'_>) -> Option<usize> {
    if let (Text::Utf8(text), Text::Utf8(prefix)) = (text, prefix) {
        return text.starts_with(prefix).then_some(prefix.len());
    }
    let mut rest = points(text);
    let mut taken = 0;
    for wanted in points(prefix) {
        if rest.next() != Some(wanted) {
            return None;
        }
        taken += width(text, wanted);
    }
    Some(taken)
}

/// Whether `text` ends with `suffix`.
pub(super) fn ends_with(text: Text<'_>, suffix: Text<'_>) -> bool {
    if let (Text::Utf8(text), Text::Utf8(suffix)) = (text, suffix) {
        return text.ends_with(suffix);
    }
    let (all, tail) = (length(text), length(suffix));
    let (start, end) = slice(text, all.saturating_sub(tail), all);
    tail <= all && equal(units(text, start, end), suffix)
}

/// Storage unit at which `needle` is first found in `text`, and the units it takes there.
pub(super) fn find(text: Text<'_>, needle: Text<'_>) -> Option<(usize, usize)> {
    if let (Text::Utf8(text), Text::Utf8(needle)) = (text, needle) {
        return text.find(needle).map(|at| (at, needle.len()));
    }
    let all = text.units();
    let mut at = 0;
    loop {
        let rest = units(text, at, all);
        if let Some(taken) = prefix(rest, needle) {
            return Some((at, taken));
        }
        if at >= all {
            return None;
        }
        at += first_units(rest);
    }
}

/// Whether the host strips and splits at this code point.
pub(super) fn is_blank(point: u32) -> bool {
    matches!(point, 0x1c..=0x1f)
        || char::from_u32(point).is_some_and(|character| character.is_whitespace())
}

/// Storage units that `point` takes in `text`.
pub(super) fn width(text: Text<'_>, point: u32) -> usize {
    match text {
        Text::Utf8(_) => char::from_u32(point).map_or(1, char::len_utf8),
        _ => 1,
    }
}

/// The storage units of `text` without what `drops` names at both ends.
pub(super) fn trim(text: Text<'_>, drops: impl Fn(u32) -> bool) -> (usize, usize) {
    let (mut start, mut end, mut at) = (None, 0, 0);
    for point in points(text) {
        let width = width(text, point);
        if !drops(point) {
            start = start.or(Some(at));
            end = at + width;
        }
        at += width;
    }
    (start.unwrap_or(0), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SNOW: [u16; 3] = [0x2744, 0x61, 0xd800];

    #[test]
    fn storages_compare_by_code_points() {
        assert!(equal(Text::Utf8("é"), Text::Latin1(&[0xe9])));
        assert!(equal(Text::Latin1(&[0xe9]), Text::Units32(&[0xe9])));
        assert_eq!(order(Text::Utf8("z"), Text::Latin1(&[0xe9])), Ordering::Less);
        assert_eq!(order(Text::Units16(&SNOW), Text::Utf8("❄b")), Ordering::Less);
        assert_eq!(length(Text::Utf8("né❄")), 3);
    }

    #[test]
    fn parts_are_counted_in_code_points() {
        assert_eq!(slice(Text::Utf8("né❄!"), 1, 3), (1, 6));
        assert_eq!(slice(Text::Units16(&SNOW), 1, 9), (1, 3));
        assert_eq!(find(Text::Utf8("né❄!"), Text::Units16(&[0x2744])), Some((3, 3)));
        assert!(ends_with(Text::Units16(&[0x61, 0xe9]), Text::Latin1(&[0xe9])));
        assert_eq!(trim(Text::Latin1(b"\x1f a\xa0"), is_blank), (2, 3));
    }
}
