//! Integers beyond 64 bits: exact order, among themselves and with floats.
//!
//! Invariant: digits of any width up to 32 bits compare as the numbers they are.

use crate::value::BigInt;
use std::cmp::Ordering;

/// Bits of the magnitude.
pub(super) fn bit_length(int: BigInt<'_>) -> u64 {
    let width = u64::from(int.digit_bits);
    let top = int.digits.iter().rposition(|&digit| digit != 0);
    top.map_or(0, |at| {
        let digit = int.digits.get(at).copied().unwrap_or_default();
        at as u64 * width + u64::from(u32::BITS - digit.leading_zeros())
    })
}

/// 32 bits of the magnitude from bit `from` up.
fn bits(int: BigInt<'_>, from: u64) -> u32 {
    let width = u64::from(int.digit_bits.max(1));
    let mut value = 0_u64;
    let mut filled = 0;
    let mut at = from;
    while filled < 32 {
        let Some(&digit) = int.digits.get((at / width) as usize) else { break };
        let skipped = at % width;
        value |= (u64::from(digit) >> skipped) << filled;
        filled += width - skipped;
        at += width - skipped;
    }
    value as u32
}

/// The order of two magnitudes.
fn magnitude(a: BigInt<'_>, b: BigInt<'_>) -> Ordering {
    let (len, other) = (bit_length(a), bit_length(b));
    if len != other {
        return len.cmp(&other);
    }
    let chunks = len.div_ceil(32);
    (0..chunks)
        .rev()
        .map(|chunk| bits(a, chunk * 32).cmp(&bits(b, chunk * 32)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// The order of two integers.
pub(super) fn order(a: BigInt<'_>, b: BigInt<'_>) -> Ordering {
    match (a.negative, b.negative) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => magnitude(a, b),
        (true, true) => magnitude(b, a),
    }
}

/// The order of an integer and a float; `None` for NaN.
pub(super) fn order_float(int: BigInt<'_>, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    if int.negative != (float < 0.0) || float.is_infinite() {
        let above = if float.is_infinite() { float < 0.0 } else { !int.negative };
        return Some(if above { Ordering::Greater } else { Ordering::Less });
    }
    let order = magnitude_float(int, float.abs());
    Some(if int.negative { order.reverse() } else { order })
}

/// The order of a magnitude and a finite float that is not negative.
fn magnitude_float(int: BigInt<'_>, float: f64) -> Ordering {
    let floor = float.floor();
    let raw = floor.to_bits();
    let exponent = (raw >> 52) as i64 - 1075;
    let mantissa = (raw & ((1 << 52) - 1)) | (1 << 52);
    // The float as an integer: its mantissa, shifted, in digits of 32 bits.
    let (low, shift) = if exponent < 0 {
        (mantissa.checked_shr((-exponent) as u32).unwrap_or(0), 0)
    } else {
        (mantissa, exponent as u64)
    };
    let mut digits = [0_u32; 34];
    let wide = u128::from(low) << (shift % 32);
    for (n, digit) in digits.iter_mut().skip((shift / 32) as usize).take(4).enumerate() {
        *digit = (wide >> (32 * n)) as u32;
    }
    let whole = BigInt { negative: false, digits: &digits, digit_bits: 32 };
    magnitude(int, whole).then(if float > floor { Ordering::Less } else { Ordering::Equal })
}

/// Hexadecimal digits of the magnitude, the most significant first.
pub(in crate::condition) fn nibbles(int: BigInt<'_>) -> impl Iterator<Item = u32> + Clone {
    let count = bit_length(int).div_ceil(4);
    (0..count).rev().map(move |at| bits(int, at * 4) & 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(digits: &[u32], digit_bits: u8) -> BigInt<'_> {
        BigInt { negative: false, digits, digit_bits }
    }

    #[test]
    fn digit_widths_agree() {
        // 2^64 in digits of 32 and of 30 bits.
        let (wide, narrow) = ([0, 0, 1], [0, 0, 16]);
        assert_eq!(bit_length(big(&wide, 32)), 65);
        assert_eq!(order(big(&wide, 32), big(&narrow, 30)), Ordering::Equal);
        assert_eq!(order(big(&[1, 0, 1], 32), big(&narrow, 30)), Ordering::Greater);
    }

    #[test]
    fn floats_compare_exactly() {
        let wide = [0, 0, 1];
        let two_64 = 18_446_744_073_709_551_616.0;
        assert_eq!(order_float(big(&wide, 32), two_64), Some(Ordering::Equal));
        assert_eq!(order_float(big(&[1, 0, 1], 32), two_64), Some(Ordering::Greater));
        assert_eq!(order_float(big(&wide, 32), f64::INFINITY), Some(Ordering::Less));
        assert_eq!(order_float(big(&wide, 32), f64::NEG_INFINITY), Some(Ordering::Greater));
        assert_eq!(order_float(big(&wide, 32), f64::NAN), None);
        assert_eq!(order_float(big(&wide, 32), f64::MAX), Some(Ordering::Less));
        assert_eq!(order_float(big(&wide, 32), 0.5), Some(Ordering::Greater));
        let negative = BigInt { negative: true, digits: &wide, digit_bits: 32 };
        assert_eq!(order_float(negative, -two_64), Some(Ordering::Equal));
        assert_eq!(order_float(negative, 0.0), Some(Ordering::Less));
        assert_eq!(order_float(negative, -1e300), Some(Ordering::Greater));
    }
}
