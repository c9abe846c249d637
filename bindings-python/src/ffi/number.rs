//! Numbers as CPython stores them.
//!
//! Knows no type checks: callers made them. Invariant: an integer is read exactly, whatever its size.

use super::asked;
use super::layout::object;
use super::memory::Gil;
use super::object::Obj;
use super::proof::Part;
use pyo3::ffi;
use stillframe_core::value::{BigInt, Kind, Object, Value};

/// Bits used of each 32-bit digit (`PyLong_SHIFT` on all 64-bit builds).
const DIGIT_BITS: u8 = 30;

impl Obj {
    /// Value of an int that has at most one digit, as line numbers and most counts have.
    #[cfg(not(Py_3_12))]
    #[inline(always)]
    pub(crate) fn compact_int(self) -> Option<i64> {
        if !Part::Number.is_proven() {
            return asked::int(self);
        }
        // The number of digits, with the sign of the whole.
        let size: isize = self.field(object::BODY);
        match size {
            0 => Some(0),
            -1 | 1 => Some(size as i64 * i64::from(self.field::<u32>(object::SECOND))),
            _ => None,
        }
    }

    /// Value of an int that has at most one digit, as line numbers and most counts have.
    #[cfg(Py_3_12)]
    #[inline(always)]
    pub(crate) fn compact_int(self) -> Option<i64> {
        if !Part::Number.is_proven() {
            return asked::int(self);
        }
        let tag: usize = self.field(object::BODY);
        // The two low bits are the sign (0 positive, 1 zero, 2 negative), the digits' count above.
        if tag >> 3 > 1 {
            return None;
        }
        let sign = 1 - (tag & 3).cast_signed() as i64;
        Some(sign * i64::from(self.field::<u32>(object::SECOND)))
    }

    /// Value of an int, subclasses included.
    #[inline]
    pub(crate) fn int<'g>(self, gil: Gil<'g>) -> Value<'g> {
        self.compact_int().map_or_else(|| self.long_int(gil), Value::Int)
    }

    /// Value of an int of more than one digit.
    #[inline(never)]
    fn long_int<'g>(self, gil: Gil<'g>) -> Value<'g> {
        if !Part::Number.is_proven() {
            let unread = Object { raw: self.handle(), kind: Kind::Number, exact: false };
            return asked::big_int(self, gil).unwrap_or(Value::Object(unread));
        }
        let (count, negative) = self.digits();
        let first = self.base().wrapping_add(object::SECOND).cast::<u32>();
        // SAFETY: an int owns as many digits as it says, and never changes.
        let digits: &'g [u32] = unsafe { std::slice::from_raw_parts(first, count) };
        if digits.len() <= 3 {
            let magnitude = digits
                .iter()
                .rev()
                .fold(0_i128, |all, digit| (all << DIGIT_BITS) | i128::from(*digit));
            let signed = if negative { -magnitude } else { magnitude };
            if let Ok(value) = i64::try_from(signed) {
                return Value::Int(value);
            }
        }
        Value::BigInt(BigInt { negative, digits, digit_bits: DIGIT_BITS })
    }

    /// How many digits an int has, and whether it is negative.
    #[cfg(Py_3_12)]
    fn digits(self) -> (usize, bool) {
        let tag: usize = self.field(object::BODY);
        (tag >> 3, tag & 3 == 2)
    }

    /// How many digits an int has, and whether it is negative.
    #[cfg(not(Py_3_12))]
    fn digits(self) -> (usize, bool) {
        let size: isize = self.field(object::BODY);
        (size.unsigned_abs(), size < 0)
    }

    /// Value of a float, subclasses included.
    #[inline(always)]
    pub(crate) fn float(self) -> f64 {
        if !Part::Number.is_proven() {
            // SAFETY: callers checked that it is a float, of which the call reads a field.
            return unsafe { ffi::PyFloat_AsDouble(self.as_ptr()) };
        }
        self.field(object::BODY)
    }

    /// Real and imaginary part of a complex number.
    pub(crate) fn complex(self) -> (f64, f64) {
        // SAFETY: callers checked that it is a complex number, of which the call reads a field.
        let real = unsafe { ffi::PyComplex_RealAsDouble(self.as_ptr()) };
        // SAFETY: as above.
        (real, unsafe { ffi::PyComplex_ImagAsDouble(self.as_ptr()) })
    }
}
