//! Floats and divisions, to the last bit as the host computes them.

use super::Outcome;
use crate::condition::failure::FailureKind;

/// `a // b` and `a % b` of floats: the remainder has the divisor's sign.
pub(super) fn floor_divide(a: f64, b: f64) -> Outcome<(f64, f64)> {
    if b == 0.0 {
        return Err(FailureKind::ZeroDivision);
    }
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder != 0.0 {
        if (b < 0.0) != (remainder < 0.0) {
            remainder += b;
            quotient -= 1.0;
        }
    } else {
        remainder = 0.0_f64.copysign(b);
    }
    let floored = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0.0_f64.copysign(a / b)
    };
    Ok((floored, remainder))
}

/// `a / b` of floats.
pub(super) fn divide(a: f64, b: f64) -> Outcome<f64> {
    if b == 0.0 { Err(FailureKind::ZeroDivision) } else { Ok(a / b) }
}

/// `a / b` of integers, correctly rounded however large they are.
pub(super) fn divide_ints(a: i64, b: i64) -> Outcome<f64> {
    const EXACT: u64 = 1 << 53;
    if b == 0 {
        return Err(FailureKind::ZeroDivision);
    }
    let (top, bottom) = (a.unsigned_abs(), b.unsigned_abs());
    if top <= EXACT && bottom <= EXACT {
        return Ok(a as f64 / b as f64);
    }
    if top == 0 {
        return Ok(0.0);
    }
    // At least 56 bits of quotient, and a last bit that says whether anything was left over.
    let bits = |value: u64| u64::BITS - value.leading_zeros();
    let shift = (56 + bits(bottom)).saturating_sub(bits(top)).min(120 - bits(top));
    let wide = u128::from(top) << shift;
    let bottom = u128::from(bottom);
    let quotient = (wide / bottom) << 1 | u128::from(!wide.is_multiple_of(bottom));
    let magnitude = quotient as f64 * 2.0_f64.powi(-(shift as i32) - 1);
    Ok(if (a < 0) == (b < 0) { magnitude } else { -magnitude })
}

/// `a ** b` of floats.
pub(super) fn power(a: f64, b: f64) -> Outcome<f64> {
    if a == 0.0 && b < 0.0 {
        return Err(FailureKind::ZeroDivision);
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && b != b.floor() {
        // The host's answer is a complex number.
        return Err(FailureKind::Domain);
    }
    let power = a.powf(b);
    if power.is_infinite() && a.is_finite() && b.is_finite() {
        return Err(FailureKind::Overflow);
    }
    Ok(power)
}

/// `a ** b` of integers.
pub(super) fn power_ints(a: i64, b: i64) -> Outcome<i64> {
    match (a, u32::try_from(b)) {
        (1, _) => Ok(1),
        (0, _) => Ok(i64::from(b == 0)),
        (-1, _) => Ok(if b % 2 == 0 { 1 } else { -1 }),
        (_, Ok(exponent)) => a.checked_pow(exponent).ok_or(FailureKind::Overflow),
        _ => Err(FailureKind::Overflow),
    }
}

/// A sum of floats as the host's `sum` makes it.
pub(super) struct Sum {
    total: f64,
    lost: f64,
    keeps_lost: bool,
}

impl Sum {
    /// One that keeps what rounding drops.
    pub(super) fn new(total: f64) -> Self {
        Self { total, lost: 0.0, keeps_lost: true }
    }

    /// One that adds and rounds.
    pub(super) fn rounded(total: f64) -> Self {
        Self { keeps_lost: false, ..Self::new(total) }
    }

    pub(super) fn add(&mut self, value: f64) {
        let total = self.total + value;
        if !self.keeps_lost {
            self.total = total;
            return;
        }
        self.lost += if self.total.abs() >= value.abs() {
            (self.total - total) + value
        } else {
            (value - total) + self.total
        };
        self.total = total;
    }

    pub(super) fn add_int(&mut self, value: i64) {
        self.total += value as f64;
    }

    pub(super) fn total(&self) -> f64 {
        if self.lost != 0.0 && self.lost.is_finite() { self.total + self.lost } else { self.total }
    }
}
