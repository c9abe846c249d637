//! Order of what the host's library makes comparable: decimal numbers, exactly, and moments.
//!
//! Invariant: a decimal is never rounded. Where deciding would take more room than there is, it is an
//! error.

use super::Outcome;
use super::number::Number;
use crate::condition::failure::FailureKind;
use crate::value::{BigInt, Ordered};
use std::cmp::Ordering;

/// 32-bit words of a product: doubles have 1,074 bits behind the point, and both sides of a comparison
/// that needs so many are nearly equal.
const WORDS: usize = 48;
/// Coefficients have fewer than 39 digits, so that two can be aligned.
const MOST: u128 = 10_u128.pow(38);
/// Decimals whose first digit stands further from the point are beyond every double.
const BEYOND_DOUBLES: i64 = 400;

/// `coefficient * 10^exponent`.
#[derive(Clone, Copy)]
struct Finite {
    negative: bool,
    coefficient: u128,
    exponent: i64,
}

/// The order of two ordered values; `None` where they are of different kinds, or no numbers.
pub(super) fn order(a: Ordered, b: Ordered) -> Option<Ordering> {
    match (a, b) {
        (Ordered::Point { line: a, at: x }, Ordered::Point { line: b, at: y }) if a == b => {
            Some(x.cmp(&y))
        }
        (Ordered::Point { .. }, _) | (_, Ordered::Point { .. }) => None,
        (Ordered::NotANumber, _) | (_, Ordered::NotANumber) => None,
        _ => match (finite(a), finite(b)) {
            (Some(a), Some(b)) => Some(order_finite(a, b)),
            _ => Some(direction(a).cmp(&direction(b))),
        },
    }
}

/// The order of an ordered value and a number.
pub(super) fn order_number(a: Ordered, b: Number<'_>) -> Outcome<Option<Ordering>> {
    let number = match b {
        Number::Float(float) if float.is_nan() => Ordered::NotANumber,
        Number::Float(float) if float.is_infinite() => Ordered::Infinite { negative: float < 0.0 },
        Number::Float(float) => {
            return match finite(a) {
                Some(a) => order_float(a, float).map(Some),
                None => Ok(order(a, of_int(0))),
            };
        }
        Number::Int(int) => of_int(int),
        Number::Big(int) => of_big(int)?,
    };
    Ok(order(a, number))
}

fn of_int(int: i64) -> Ordered {
    let coefficient = u128::from(int.unsigned_abs());
    Ordered::Decimal { negative: int < 0, coefficient, exponent: 0 }
}

fn of_big(int: BigInt<'_>) -> Outcome<Ordered> {
    let wide = int.digits.iter().rev().try_fold(0_u128, |wide, digit| {
        let shifted = wide.checked_mul(1 << int.digit_bits)?;
        Some(shifted | u128::from(*digit))
    });
    let coefficient = wide.filter(|wide| *wide < MOST).ok_or(FailureKind::Overflow)?;
    Ok(Ordered::Decimal { negative: int.negative, coefficient, exponent: 0 })
}

fn finite(value: Ordered) -> Option<Finite> {
    match value {
        Ordered::Decimal { negative, coefficient, exponent } => {
            Some(Finite { negative, coefficient, exponent })
        }
        _ => None,
    }
}

/// Where an infinity lies; 0 for what is finite.
fn direction(value: Ordered) -> i8 {
    match value {
        Ordered::Infinite { negative: true } => -1,
        Ordered::Infinite { negative: false } => 1,
        _ => 0,
    }
}

/// Sign of a value: zero has none.
fn sign(value: Finite) -> i8 {
    match (value.coefficient, value.negative) {
        (0, _) => 0,
        (_, true) => -1,
        (_, false) => 1,
    }
}

/// How far from the point the first digit stands.
fn height(value: Finite) -> i64 {
    value.exponent.saturating_add(i64::from(value.coefficient.checked_ilog10().unwrap_or(0)))
}

fn order_finite(a: Finite, b: Finite) -> Ordering {
    let signs = (sign(a), sign(b));
    if signs.0 != signs.1 || signs.0 == 0 {
        return signs.0.cmp(&signs.1);
    }
    let magnitude = height(a).cmp(&height(b)).then_with(|| {
        // As many digits on both sides: neither product has more than the longer one has now.
        let digits = |value: Finite| value.coefficient.checked_ilog10().unwrap_or(0);
        let most = digits(a).max(digits(b));
        let aligned =
            |value: Finite| value.coefficient.saturating_mul(10_u128.pow(most - digits(value)));
        aligned(a).cmp(&aligned(b))
    });
    if signs.0 < 0 { magnitude.reverse() } else { magnitude }
}

fn order_float(a: Finite, float: f64) -> Outcome<Ordering> {
    let signs = (
        sign(a),
        if float == 0.0 {
            0
        } else if float < 0.0 {
            -1
        } else {
            1
        },
    );
    if signs.0 != signs.1 || signs.0 == 0 {
        return Ok(signs.0.cmp(&signs.1));
    }
    let magnitude = order_magnitudes(a, float.abs())?;
    Ok(if signs.0 < 0 { magnitude.reverse() } else { magnitude })
}

/// The order of the magnitudes of two finite numbers, neither of them zero.
fn order_magnitudes(a: Finite, float: f64) -> Outcome<Ordering> {
    let height = height(a);
    if height.abs() > BEYOND_DOUBLES {
        return Ok(height.cmp(&0));
    }
    // The value lies from 10^height up to ten times as much; logarithms are good to many digits.
    let (lowest, log) = (height as f64, float.log10());
    if lowest > log + 0.01 {
        return Ok(Ordering::Greater);
    }
    if lowest + 1.0 < log - 0.01 {
        return Ok(Ordering::Less);
    }
    let bits = float.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let exponent = ((bits >> 52) & 0x7ff) as i64;
    // A subnormal number has no hidden bit.
    let (mantissa, power) =
        if exponent == 0 { (fraction, -1_074) } else { (fraction | 1 << 52, exponent - 1_075) };
    let zeros = mantissa.trailing_zeros();
    let (mantissa, power) = (mantissa >> zeros, power + i64::from(zeros));
    let (mut left, mut right) = (Wide::new(a.coefficient), Wide::new(u128::from(mantissa)));
    let scaled = |side: &mut Wide, base: u32, power: i64| {
        side.scale(base, power.unsigned_abs() as u32).ok_or(FailureKind::Overflow)
    };
    if a.exponent > 0 {
        scaled(&mut left, 10, a.exponent)?;
    } else {
        scaled(&mut right, 10, -a.exponent)?;
    }
    if power > 0 {
        scaled(&mut right, 2, power)?;
    } else {
        scaled(&mut left, 2, -power)?;
    }
    Ok(left.words.iter().rev().cmp(right.words.iter().rev()))
}

/// A product under construction, the least significant word first.
struct Wide {
    words: [u32; WORDS],
    used: usize,
}

impl Wide {
    fn new(value: u128) -> Self {
        let mut words = [0; WORDS];
        for (at, word) in words.iter_mut().take(4).enumerate() {
            *word = (value >> (32 * at)) as u32;
        }
        Self { words, used: 4 }
    }

    /// Multiplies by `base^power`, as many factors at a time as fit a word.
    fn scale(&mut self, base: u32, power: u32) -> Option<()> {
        let at_once = if base == 2 { 31 } else { 9 };
        let mut left = power;
        while left > 0 {
            let now = left.min(at_once);
            self.multiply(base.pow(now))?;
            left -= now;
        }
        Some(())
    }

    /// `None` if there is no room for the product.
    fn multiply(&mut self, by: u32) -> Option<()> {
        let mut carry = 0;
        for word in self.words.iter_mut().take(self.used) {
            let wide = u64::from(*word) * u64::from(by) + carry;
            *word = wide as u32;
            carry = wide >> 32;
        }
        if carry > 0 {
            *self.words.get_mut(self.used)? = carry as u32;
            self.used += 1;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(coefficient: i128, exponent: i64) -> Ordered {
        let negative = coefficient < 0;
        Ordered::Decimal { negative, coefficient: coefficient.unsigned_abs(), exponent }
    }

    #[test]
    fn decimals_compare_exactly() {
        for (a, b, expected) in [
            (decimal(1250, -2), decimal(125, -1), Ordering::Equal),
            (decimal(1, 0), decimal(1, 400), Ordering::Less),
            (decimal(-1, 0), decimal(-1, 400), Ordering::Greater),
            (decimal(0, 9), decimal(0, -9), Ordering::Equal),
            (decimal(0, 0), decimal(-1, -9), Ordering::Greater),
            (decimal(i128::MAX / 2, 0), decimal(i128::MAX / 2 - 1, 0), Ordering::Greater),
        ] {
            assert_eq!(order(a, b), Some(expected), "{a:?} {b:?}");
        }
    }

    #[test]
    fn decimals_and_doubles_compare_exactly() {
        for (a, float, expected) in [
            (decimal(1, -1), 0.1, Ordering::Less),
            (decimal(5, -1), 0.5, Ordering::Equal),
            (decimal(1299, -1), 129.9, Ordering::Less),
            (decimal(1, 0), 1.0, Ordering::Equal),
            (decimal(-15, -1), -1.5, Ordering::Equal),
            (decimal(1, 308), 1e308, Ordering::Less),
            (decimal(1, 309), f64::MAX, Ordering::Greater),
            (decimal(5, -324), f64::from_bits(1), Ordering::Greater),
            (decimal(1, -5_000), f64::from_bits(1), Ordering::Less),
            (decimal(0, 0), -0.0, Ordering::Equal),
        ] {
            let found = order_number(a, Number::Float(float));
            assert!(matches!(found, Ok(Some(found)) if found == expected), "{a:?} {float}");
        }
    }
}
