//! Which parts of the interpreter's memory were proven to lie as `layout` says.
//!
//! Knows no offsets. Invariant: a part that is not proven is not read by its offsets; what it holds
//! is asked for through the public API (`asked`), slowly, or answered unreadable.

use std::sync::atomic::{AtomicU32, Ordering};

/// Something whose offsets are proven or not as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Part {
    /// Frames, their variables, and code.
    Frame = 1,
    /// Numbers: int, float.
    Number = 1 << 1,
    /// Strings.
    Text = 1 << 2,
    /// Bytes and bytearray.
    Bytes = 1 << 3,
    /// List and tuple.
    Sequence = 1 << 4,
    /// Dict and its table of keys.
    Dict = 1 << 5,
    /// Set and frozenset.
    Set = 1 << 6,
    /// What instances store outside of slots.
    Attributes = 1 << 7,
    /// Heap types: their name and the members that `__slots__` made.
    HeapType = 1 << 8,
    /// Cells, and the fields of smaller builtin objects.
    Small = 1 << 9,
}

/// All of them, with what people call them.
pub(crate) const PARTS: [(Part, &str); 10] = [
    (Part::Frame, "frames"),
    (Part::Number, "numbers"),
    (Part::Text, "strings"),
    (Part::Bytes, "bytes"),
    (Part::Sequence, "lists and tuples"),
    (Part::Dict, "dicts"),
    (Part::Set, "sets"),
    (Part::Attributes, "attributes of instances"),
    (Part::HeapType, "classes"),
    (Part::Small, "cells"),
];

const EVERYTHING: u32 = (1 << PARTS.len()) - 1;

static PROVEN: AtomicU32 = AtomicU32::new(0);

impl Part {
    /// Whether it may be read by its offsets. One load.
    #[inline(always)]
    pub(crate) fn is_proven(self) -> bool {
        PROVEN.load(Ordering::Relaxed) & self as u32 != 0
    }

    /// Decides, once at the start, which may.
    pub(crate) fn decide(proven: &[Self]) {
        PROVEN.store(proven.iter().fold(0, |all, part| all | *part as u32), Ordering::Relaxed);
    }

    /// Whether all may, so that no read ever asks the interpreter.
    #[inline(always)]
    pub(crate) fn is_everything_proven() -> bool {
        PROVEN.load(Ordering::Relaxed) == EVERYTHING
    }
}
