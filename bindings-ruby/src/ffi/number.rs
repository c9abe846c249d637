//! Numbers that do not lie in the reference itself.
//!
//! Invariant: digits are copied into room of ours, which belongs to the hit whose turn it is.

use super::object::{Obj, Tag};
use std::cell::UnsafeCell;
use std::ffi::c_int;
use std::sync::atomic::{AtomicUsize, Ordering};
use stillframe_core::value::{BigInt, Missing, Reading, Value};

/// 32-bit digits of all the large integers of one hit.
const ROOM: usize = 2_048;
/// Least significant digit first, in the machine's own order of bytes.
const LEAST_FIRST: c_int = 0x02 | 0x40;

struct Digits(UnsafeCell<[u32; ROOM]>);

// SAFETY: only the hit whose turn it is reaches for it.
unsafe impl Sync for Digits {}

static DIGITS: Digits = Digits(UnsafeCell::new([0; ROOM]));
static USED: AtomicUsize = AtomicUsize::new(0);

/// A hit begins: digits of earlier ones are nobody's.
#[inline(always)]
pub(super) fn forget_digits() {
    USED.store(0, Ordering::Relaxed);
}

impl<'g> Obj<'g> {
    /// A floating point number of either kind.
    #[inline]
    pub(crate) fn float(self) -> f64 {
        // SAFETY: callers looked at the tag.
        unsafe { rb_sys::rb_float_value(self.raw()) }
    }

    /// An integer that needs memory of its own. Unreadable beyond some thousand digits.
    pub(crate) fn big(self) -> Reading<Value<'g>> {
        // SAFETY: callers looked at the tag; counts bytes.
        let bytes = unsafe { rb_sys::rb_absint_size(self.raw(), std::ptr::null_mut()) };
        let len = (bytes as usize).div_ceil(size_of::<u32>());
        let begin = USED.load(Ordering::Relaxed);
        if len == 0 || begin + len > ROOM {
            return Err(Missing::Unreadable);
        }
        USED.store(begin + len, Ordering::Relaxed);
        let place = DIGITS.0.get().cast::<u32>().wrapping_add(begin);
        // SAFETY: there is room for so many, which nobody else was given during this hit; an integer
        // is packed without running anything.
        let sign = unsafe {
            rb_sys::rb_integer_pack(self.raw(), place.cast(), len as _, 4, 0, LEAST_FIRST)
        };
        // SAFETY: written just now.
        let digits: &'g [u32] = unsafe { std::slice::from_raw_parts(place, len) };
        if let Some(small) = small(sign < 0, digits) {
            return Ok(Value::Int(small));
        }
        Ok(Value::BigInt(BigInt { negative: sign < 0, digits, digit_bits: 32 }))
    }
}

/// An integer of 64 bits that Ruby stores as a large one.
fn small(negative: bool, digits: &[u32]) -> Option<i64> {
    let magnitude = match digits {
        [low] => u64::from(*low),
        [low, high] => u64::from(*high) << 32 | u64::from(*low),
        _ => return None,
    };
    let number = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    i64::try_from(number).ok()
}

impl<'g> Obj<'g> {
    /// The two parts of a Rational or a Complex.
    pub(crate) fn number_parts(self) -> [Obj<'g>; 2] {
        let raw = self.raw();
        if self.tag() == Tag::Rational {
            // SAFETY: looked at the tag; reads a field.
            let numerator = unsafe { rb_sys::rb_rational_num(raw) };
            // SAFETY: as above.
            let denominator = unsafe { rb_sys::rb_rational_den(raw) };
            return [Obj::new(numerator), Obj::new(denominator)];
        }
        // SAFETY: callers looked at the tag; reads a field.
        let real = unsafe { rb_sys::rb_complex_real(raw) };
        // SAFETY: as above.
        let imaginary = unsafe { rb_sys::rb_complex_imag(raw) };
        [Obj::new(real), Obj::new(imaginary)]
    }
}
