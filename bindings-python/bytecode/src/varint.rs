//! Numbers of varying length, as the two tables of CPython 3.11 write them.
//!
//! Knows bytes. Invariant: what is written reads back the same.

/// Reads bytes from the front.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    /// The bytes from `start` on that were read since.
    pub(crate) fn since(&self, start: &Self) -> &'a [u8] {
        &start.bytes[..start.bytes.len() - self.bytes.len()]
    }

    /// Six bits a byte, the lowest first; another byte follows where bit 6 is set.
    pub(crate) fn lowest_first(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0_u64, 0_u32);
        loop {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x3f).checked_shl(shift)?;
            if byte & 0x40 == 0 {
                return Some(value);
            }
            shift += 6;
            if shift > 30 {
                return None;
            }
        }
    }

    /// The same with the sign in the lowest bit.
    pub(crate) fn signed(&mut self) -> Option<i64> {
        let value = i64::try_from(self.lowest_first()?).ok()?;
        Some(if value & 1 == 0 { value >> 1 } else { -(value >> 1) })
    }

    /// Six bits a byte, the highest first; the first byte's bit 7 is another's business.
    pub(crate) fn highest_first(&mut self) -> Option<u32> {
        let mut value = 0_u32;
        for _ in 0..6 {
            let byte = self.byte()?;
            value = value.checked_mul(64)? | u32::from(byte & 0x3f);
            if byte & 0x40 == 0 {
                return Some(value);
            }
        }
        None
    }
}

pub(crate) fn write_lowest_first(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x3f {
        out.push(0x40 | low_bits(value));
        value >>= 6;
    }
    out.push(low_bits(value));
}

pub(crate) fn write_signed(out: &mut Vec<u8>, value: i64) {
    let sign = u64::from(value < 0);
    write_lowest_first(out, value.unsigned_abs() << 1 | sign);
}

/// `mark` is set in bit 7 of the first byte.
pub(crate) fn write_highest_first(out: &mut Vec<u8>, value: u32, mark: bool) {
    let digits = (32 - (value | 1).leading_zeros()).div_ceil(6);
    let mut first = if mark { 0x80 } else { 0 };
    for digit in (0..digits).rev() {
        let more = if digit > 0 { 0x40 } else { 0 };
        out.push(first | more | low_bits(u64::from(value) >> (6 * digit)));
        first = 0;
    }
}

/// The six lowest bits.
fn low_bits(value: u64) -> u8 {
    u8::try_from(value & 0x3f).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(value in 0..1_i64 << 28, mark in any::<bool>()) {
            let mut out = Vec::new();
            write_signed(&mut out, value);
            write_signed(&mut out, -value);
            write_lowest_first(&mut out, value.unsigned_abs());
            let unsigned = u32::try_from(value).unwrap();
            let at = out.len();
            write_highest_first(&mut out, unsigned, mark);
            prop_assert_eq!(out[at] & 0x80 != 0, mark);
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.signed(), Some(value));
            prop_assert_eq!(reader.signed(), Some(-value));
            prop_assert_eq!(reader.lowest_first(), Some(value.unsigned_abs()));
            prop_assert_eq!(reader.highest_first(), Some(unsigned));
            prop_assert!(reader.is_empty());
        }
    }
}
