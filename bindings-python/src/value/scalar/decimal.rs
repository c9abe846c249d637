//! A decimal number, as `str` writes it.
//!
//! Invariant: the digits are exact; what is longer than the room is cut and says so.

use super::Room;
use crate::ffi::Decimal;
use std::fmt::Write as _;

/// Digits of a word of the coefficient.
const WORD_DIGITS: usize = 19;
/// Words of which all digits are written; more are cut.
const MOST_WORDS: usize = 32;

/// Appends `decimal`.
pub(super) fn write(decimal: Decimal<'_>, room: &mut Room) {
    let sign = if decimal.negative { "-" } else { "" };
    if let Some(special) = decimal.special {
        let _ = write!(room, "{sign}{special}");
        // A NaN may carry digits.
        if !decimal.words.iter().all(|word| *word == 0) {
            digits(decimal.words, |_, digit| room.write_char(char::from(digit)).is_ok());
        }
        return;
    }
    let count = count(decimal.words);
    // Where the point stands, in digits from the first one.
    let whole = decimal.exponent.saturating_add(count as i64);
    let is_plain = decimal.exponent <= 0 && whole > -6;
    let point = if is_plain { whole } else { 1 };
    let _ = room.write_str(sign);
    if point <= 0 {
        let _ = room.write_str("0.");
        for _ in point..0 {
            let _ = room.write_str("0");
        }
    }
    digits(decimal.words, |at, digit| {
        let separator = if at as i64 == point && at > 0 { "." } else { "" };
        room.write_str(separator).and_then(|()| room.write_char(char::from(digit))).is_ok()
    });
    if !is_plain {
        let _ = write!(room, "E{:+}", whole - 1);
    }
}

/// Digits of the coefficient; zero has one.
fn count(words: &[u64]) -> usize {
    let used = words.iter().rposition(|word| *word != 0);
    used.map_or(1, |last| {
        let top = words.get(last).copied().unwrap_or_default();
        last * WORD_DIGITS + top.ilog10() as usize + 1
    })
}

/// Shows the digits of the coefficient from the first on, with their places.
fn digits(words: &[u64], mut show: impl FnMut(usize, u8) -> bool) {
    let used = words.iter().rposition(|word| *word != 0).unwrap_or(0);
    let mut at = 0;
    for (number, word) in words.iter().take(used + 1).rev().take(MOST_WORDS).enumerate() {
        let len = if number == 0 { word.max(&1).ilog10() as usize + 1 } else { WORD_DIGITS };
        for place in (0..len as u32).rev() {
            let digit = word / 10_u64.pow(place) % 10;
            if !show(at, b'0' + digit as u8) {
                return;
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(negative: bool, words: &[u64], exponent: i64) -> String {
        let mut room = Room::new();
        write(Decimal { negative, special: None, exponent, words }, &mut room);
        room.text().to_owned()
    }

    #[test]
    fn as_the_specification_writes_them() {
        for (negative, words, exponent, expected) in [
            (false, &[123][..], 0, "123"),
            (true, &[123], 0, "-123"),
            (false, &[123], 1, "1.23E+3"),
            (false, &[123], -2, "1.23"),
            (false, &[123], -5, "0.00123"),
            (false, &[123], -10, "1.23E-8"),
            (true, &[123], -12, "-1.23E-10"),
            (false, &[0], 0, "0"),
            (false, &[0], -2, "0.00"),
            (false, &[0], 2, "0E+2"),
            (true, &[0], 0, "-0"),
            (false, &[5], -6, "0.000005"),
            (false, &[50], -7, "0.0000050"),
            (false, &[5], -7, "5E-7"),
            (false, &[5_678_901_234_567_890_125, 1_234], -1, "1234567890123456789012.5"),
            (false, &[7, 1], 0, "10000000000000000007"),
        ] {
            assert_eq!(text(negative, words, exponent), expected);
        }
    }

    #[test]
    fn what_is_too_long_says_so() {
        let words = vec![1_111_111_111_111_111_111; 40];
        let text = text(false, &words, 0);
        assert!(text.starts_with("1111") && text.ends_with('…') && text.len() <= 512);
    }
}
