//! Decimals and moments as the vectors write them, for the JSON host.
//!
//! Knows the texts of `tests/conformance/README.md`. Invariant: what the host's library would refuse
//! does not occur.

use serde_json::Value as Json;
use stillframe_core::value::{Missing, Ordered, Reading};

/// Parts of an object by name.
type Parts = Vec<(&'static str, i64)>;

/// What a value compares as, and its parts.
pub(super) fn of(tag: &str, content: &Json) -> (Reading<Ordered>, Parts) {
    let text = content.as_str().unwrap_or_default();
    match tag {
        "decimal" => (decimal(text), Vec::new()),
        "uuid" => {
            let bits =
                u128::from_str_radix(&text.replace('-', ""), 16).expect("hexadecimal digits");
            (Ok(Ordered::Point { line: 4, at: (bits ^ 1 << 127).cast_signed() }), Vec::new())
        }
        "timedelta" => {
            let part = |at: usize| content[at].as_i64().expect("a number");
            let (days, seconds, micros) = (part(0), part(1), part(2));
            let at = i128::from(days * 86_400 + seconds) * 1_000_000 + i128::from(micros);
            let parts = vec![("days", days), ("seconds", seconds), ("microseconds", micros)];
            (Ok(Ordered::Point { line: 3, at }), parts)
        }
        _ => moment(tag, text),
    }
}

/// A decimal of at most 38 digits.
fn decimal(text: &str) -> Reading<Ordered> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    match rest {
        "Infinity" => return Ok(Ordered::Infinite { negative }),
        "NaN" => return Ok(Ordered::NotANumber),
        _ => {}
    }
    let (digits, power) = rest.split_once('E').unwrap_or((rest, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let exponent = power.parse::<i64>().expect("a power of ten") - fraction.len() as i64;
    let coefficient: u128 =
        format!("{whole}{fraction}").parse().map_err(|_| Missing::Unreadable)?;
    if coefficient >= 10_u128.pow(38) {
        return Err(Missing::Unreadable);
    }
    Ok(Ordered::Decimal { negative, coefficient, exponent })
}

/// A date, or a date and a time without a zone.
fn moment(tag: &str, text: &str) -> (Reading<Ordered>, Parts) {
    const NAMES: [&str; 7] = ["year", "month", "day", "hour", "minute", "second", "microsecond"];
    let numbers = text.split(['-', 'T', ' ', ':', '.']).map(|part| part.parse().expect("digits"));
    let mut numbers: Vec<i64> = numbers.collect();
    numbers.resize(if tag == "date" { 3 } else { 7 }, 0);
    let place = |all: i128, (at, part): (usize, &i64)| {
        all * if at == 6 { 1_000_000 } else { 100 } + i128::from(*part)
    };
    let at = numbers.iter().enumerate().fold(0, place);
    let line = if tag == "date" { 1 } else { 2 };
    (Ok(Ordered::Point { line, at }), NAMES.into_iter().zip(numbers).collect())
}
