//! Room for a watch's computed string, on the caller's stack.
//!
//! Knows nothing of how strings are computed. Invariant: it is written at most once and never
//! allocates, so a value borrowed from it stays what it was.

use crate::value::BigInt;
use std::cell::OnceCell;

/// Bytes of one computed string: what a watch may show of one.
pub(super) const TEXT_BYTES: usize = crate::limits::WATCH_STRING_BYTES as usize;

/// Where [`Program::value`](super::Program::value) leaves a computed string (`name.lower()`). One for
/// each evaluation; an unused one costs nothing.
#[derive(Debug, Default)]
pub struct Scratch {
    text: OnceCell<([u8; TEXT_BYTES], usize)>,
    digits: OnceCell<[u32; 2]>,
}

impl Scratch {
    /// An empty one.
    pub const fn new() -> Self {
        Self { text: OnceCell::new(), digits: OnceCell::new() }
    }

    /// Keeps the digits of an exact integer; nothing if some are kept already.
    pub(super) fn keep_exact(&self, value: i64) -> Option<BigInt<'_>> {
        let magnitude = value.unsigned_abs();
        self.digits.set([magnitude as u32, (magnitude >> 32) as u32]).ok()?;
        let digits = self.digits.get()?;
        let len = match digits {
            [0, 0] => 0,
            [_, 0] => 1,
            _ => 2,
        };
        let digits = digits.get(..len).unwrap_or_default();
        Some(BigInt { negative: value < 0, digits, digit_bits: 32 })
    }

    /// Keeps a copy of `text`; nothing if it is too long or one is kept already.
    pub(super) fn keep(&self, text: &str) -> Option<&str> {
        let mut bytes = [0; TEXT_BYTES];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        self.text.set((bytes, text.len())).ok()?;
        let (bytes, len) = self.text.get()?;
        std::str::from_utf8(bytes.get(..*len)?).ok()
    }
}
