//! Numbers as JavaScript writes them, and strings as it reads them as numbers.
//!
//! Invariant: nothing is allocated, and the digits are the fewest that read back.

use crate::condition::eval::Outcome;
use crate::condition::eval::typed::Digits;
use crate::condition::failure::FailureKind;
use crate::condition::utf16;
use crate::value::Text;

/// Characters of a string that is read as a number, at most.
const ROOM: usize = 512;

impl Digits {
    /// A number as `String(value)` writes it; a negative zero keeps its sign, as its literal has one.
    pub(in crate::condition) fn number(value: f64) -> Self {
        let sign = if value.is_sign_negative() && !value.is_nan() { "-" } else { "" };
        if value.is_nan() {
            return Self::of(format_args!("NaN"));
        }
        if value.is_infinite() {
            return Self::of(format_args!("{sign}Infinity"));
        }
        let magnitude = value.abs();
        if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
            return Self::of(format_args!("{value}"));
        }
        let shortest = Self::of(format_args!("{magnitude:e}"));
        let (mantissa, exponent) = shortest.text().split_once('e').unwrap_or(("0", "0"));
        let plus = if exponent.starts_with('-') { "" } else { "+" };
        Self::of(format_args!("{sign}{mantissa}e{plus}{exponent}"))
    }
}

/// The characters of a numeral without blanks around it, if all are ASCII.
struct Numeral {
    bytes: [u8; ROOM],
    len: usize,
}

impl Numeral {
    /// `None` if it is no numeral.
    fn of(text: Text<'_>) -> Outcome<Option<Self>> {
        let mut numeral = Self { bytes: [0; ROOM], len: 0 };
        // Blanks within are told from those behind by what follows.
        let mut blanks = 0;
        for unit in utf16::units(text) {
            if is_blank(unit) {
                blanks += usize::from(numeral.len > 0);
                continue;
            }
            if blanks > 0 || !(0x21..0x7f).contains(&unit) {
                return Ok(None);
            }
            let place = numeral.bytes.get_mut(numeral.len).ok_or(FailureKind::TooLong)?;
            *place = unit as u8;
            numeral.len += 1;
        }
        Ok(Some(numeral))
    }

    fn text(&self) -> &str {
        let bytes = self.bytes.get(..self.len).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// Digits behind `0x`, `0o` or `0b`, and their radix.
fn radix(text: &str) -> Option<(&str, u32)> {
    let digits = text.get(2..)?;
    match text.as_bytes().get(..2)? {
        b"0x" | b"0X" => Some((digits, 16)),
        b"0o" | b"0O" => Some((digits, 8)),
        b"0b" | b"0B" => Some((digits, 2)),
        _ => None,
    }
}

/// `Number(text)`.
pub(super) fn parse(text: Text<'_>) -> Outcome<f64> {
    let Some(numeral) = Numeral::of(text)? else { return Ok(f64::NAN) };
    let text = numeral.text();
    if let Some((digits, radix)) = radix(text) {
        // More digits than 64 bits hold would have to be rounded by hand.
        let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        let value = u64::from_str_radix(digits, radix);
        return match (is_number, value) {
            (false, _) => Ok(f64::NAN),
            (true, Ok(value)) => Ok(value as f64),
            (true, Err(_)) => Err(FailureKind::TooLong),
        };
    }
    Ok(match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ if !text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) => {
            f64::NAN
        }
        _ => text.parse().unwrap_or(f64::NAN),
    })
}

/// `BigInt(text)`; `None` if it is no integer.
pub(super) fn parse_exact(text: Text<'_>) -> Outcome<Option<i64>> {
    let Some(numeral) = Numeral::of(text)? else { return Ok(None) };
    let text = numeral.text();
    let (digits, radix) = radix(text).unwrap_or((text, 10));
    if text.is_empty() {
        return Ok(Some(0));
    }
    let unsigned = if radix == 10 { digits.trim_start_matches(['+', '-']) } else { digits };
    let is_one_sign = digits.len() - unsigned.len() <= 1;
    let is_number = !unsigned.is_empty() && unsigned.chars().all(|digit| digit.is_digit(radix));
    if !is_one_sign || !is_number {
        return Ok(None);
    }
    i64::from_str_radix(digits, radix).map(Some).map_err(|_| FailureKind::Overflow)
}

/// Whether it is white space or a line end.
pub(super) fn is_blank(unit: u16) -> bool {
    matches!(
        unit,
        0x09..=0x0d
            | 0x20
            | 0xa0
            | 0x1680
            | 0x2000..=0x200a
            | 0x2028
            | 0x2029
            | 0x202f
            | 0x205f
            | 0x3000
            | 0xfeff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_javascript_does() {
        for (value, text) in [
            (5.0, "5"),
            (-0.5, "-0.5"),
            (-0.0, "-0"),
            (1e21, "1e+21"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e-6, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(Digits::number(value).text(), text);
        }
    }

    #[test]
    fn strings_are_read_as_javascript_does() {
        for (text, value) in [
            ("", 0.0),
            (" 12\n", 12.0),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("0x1F", 31.0),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(parse(Text::Utf8(text)), Ok(value), "{text:?}");
        }
        for text in ["1 2", "12px", "inf", "nan", "0x", "-0x1", "1_000", "é", "e5", ".", "10n"] {
            assert!(parse(Text::Utf8(text)).is_ok_and(f64::is_nan), "{text:?}");
        }
        assert_eq!(parse_exact(Text::Utf8(" -12 ")), Ok(Some(-12)));
        assert_eq!(parse_exact(Text::Utf8("1.5")), Ok(None));
        assert_eq!(parse_exact(Text::Utf8("--1")), Ok(None));
    }
}
