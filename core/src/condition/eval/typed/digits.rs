//! Numbers as a typed host, Java, writes them, for a string that they are joined to.
//!
//! Floats as of JDK 19: the shortest digits that read back as the same number. Invariant: nothing is
//! allocated.

use std::fmt::{self, Write};

/// Characters of a number at most: a sign, 17 digits, a point and an exponent.
const ROOM: usize = 32;

/// A number's characters, all ASCII.
pub(in crate::condition) struct Digits {
    bytes: [u8; ROOM],
    len: usize,
}

impl Digits {
    pub(in crate::condition) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn empty() -> Self {
        Self { bytes: [0; ROOM], len: 0 }
    }

    /// What `arguments` come to; a number never fills the room.
    pub(in crate::condition) fn of(arguments: fmt::Arguments<'_>) -> Self {
        let mut digits = Self::empty();
        let _ = digits.write_fmt(arguments);
        digits
    }

    pub(in crate::condition) fn int(value: i64) -> Self {
        Self::of(format_args!("{value}"))
    }

    pub(super) fn double(value: f64) -> Self {
        // Where one digit suffices, Java takes the nearest number of two.
        let two = Self::of(format_args!("{value:.1e}"));
        let shortest = Self::of(format_args!("{value:e}"));
        let reads_back = two.text().parse() == Ok(value);
        float(value, if reads_back && !shortest.text().contains('.') { two } else { shortest })
    }

    pub(super) fn float(value: f32) -> Self {
        let two = Self::of(format_args!("{value:.1e}"));
        let shortest = Self::of(format_args!("{value:e}"));
        let reads_back = two.text().parse() == Ok(value);
        let digits = if reads_back && !shortest.text().contains('.') { two } else { shortest };
        float(f64::from(value), digits)
    }

    pub(in crate::condition) fn text(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Java's form of a number whose digits are written as `d.ddde7`.
fn float(value: f64, digits: Digits) -> Digits {
    if value.is_nan() {
        return Digits::of(format_args!("NaN"));
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_infinite() {
        return Digits::of(format_args!("{sign}Infinity"));
    }
    if value == 0.0 {
        return Digits::of(format_args!("{sign}0.0"));
    }
    let (mantissa, exponent) = digits.text().split_once('e').unwrap_or(("0", "0"));
    let mantissa = mantissa.trim_start_matches('-');
    let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    match exponent {
        0 => Digits::of(format_args!("{sign}{first}.{rest}")),
        1..=6 => {
            let behind = rest.trim_end_matches('0');
            let shift = exponent as usize;
            let whole = behind.get(..shift).unwrap_or(behind);
            let zeros = shift - whole.len();
            let fraction = behind.get(shift..).filter(|fraction| !fraction.is_empty());
            let fraction = fraction.unwrap_or("0");
            Digits::of(format_args!("{sign}{first}{whole}{:0<zeros$}.{fraction}", ""))
        }
        -3..=-1 => {
            let zeros = (-exponent - 1) as usize;
            let rest = if rest == "0" { "" } else { rest };
            Digits::of(format_args!("{sign}0.{:0<zeros$}{first}{rest}", ""))
        }
        _ => Digits::of(format_args!("{sign}{first}.{rest}E{exponent}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_java_does() {
        for (value, text) in [
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (100.0, "100.0"),
            (1234.5, "1234.5"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1.25e10, "1.25E10"),
            (0.001, "0.001"),
            (0.0125, "0.0125"),
            (0.00099, "9.9E-4"),
            (5e-324, "4.9E-324"),
            (2e-323, "2.0E-323"),
            (1e23, "1.0E23"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::MAX, "1.7976931348623157E308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
            (-0.0, "-0.0"),
        ] {
            assert_eq!(Digits::double(value).text(), text);
        }
    }

    #[test]
    fn floats_are_written_as_java_does() {
        for (value, text) in
            [(0.1_f32, "0.1"), (1e10, "1.0E10"), (1.4e-45, "1.4E-45"), (3.0, "3.0")]
        {
            assert_eq!(Digits::float(value).text(), text);
        }
    }
}
