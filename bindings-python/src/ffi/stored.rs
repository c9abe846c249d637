//! Types of the standard library that are written in C, as they are stored.
//!
//! Knows offsets and no meaning; callers checked the exact type. The layouts are the same from CPython
//! 3.9 to 3.14 (`Include/datetime.h`, `Modules/_decimal/_decimal.c` and `libmpdec/mpdecimal.h`,
//! `Modules/_collectionsmodule.c`, `Modules/_zoneinfo.c`). Invariant: a type is read by them only
//! after [`prove`](super::prove) found sample objects of the running interpreter to lie so.

use super::memory::{Gil, load};
use super::object::Obj;
use pyo3::ffi;

pub(super) const BODY: usize = 16;
/// `hastzinfo` of dates and times, and the packed bytes behind it.
const HAS_ZONE: usize = 24;
pub(super) const PACKED: usize = 25;
pub(super) const TIME_ZONE: usize = 32;
pub(super) const DATETIME_ZONE: usize = 40;
/// Days, seconds and microseconds of a `timedelta`, 32 bits each.
pub(super) const DELTA: usize = 24;
const NAME: usize = 24;

/// `mpd_t` inside a `Decimal`.
pub(super) mod decimal {
    pub(in crate::ffi) const FLAGS: usize = 24;
    pub(in crate::ffi) const EXPONENT: usize = 32;
    pub(in crate::ffi) const DIGITS: usize = 40;
    pub(in crate::ffi) const WORDS: usize = 48;
    pub(in crate::ffi) const DATA: usize = 64;
}

/// A `deque`, and a block of its elements: `BLOCKLEN` of them between two links.
pub(super) mod deque {
    pub(in crate::ffi) const FIRST_BLOCK: usize = 24;
    pub(in crate::ffi) const FIRST_INDEX: usize = 40;
    pub(in crate::ffi) const BLOCK_ITEMS: usize = 8;
    pub(in crate::ffi) const BLOCK_LEN: usize = 64;
    pub(in crate::ffi) const NEXT_BLOCK: usize = 520;
}

/// A decimal number: `coefficient * 10^exponent`, or no number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal<'g> {
    /// Whether it has a minus sign.
    pub(crate) negative: bool,
    /// `Infinity`, `NaN`, `sNaN`, if it is one.
    pub(crate) special: Option<&'static str>,
    /// The power of ten.
    pub(crate) exponent: i64,
    /// The coefficient, 19 digits a word, the least significant first; of a NaN its payload.
    pub(crate) words: &'g [u64],
}

impl Obj {
    /// The packed bytes of a date or time.
    pub(crate) fn packed<const BYTES: usize>(self) -> [u8; BYTES] {
        self.field(PACKED)
    }

    /// The zone of a `time`.
    pub(crate) fn time_zone(self) -> Option<Self> {
        (self.field::<u8>(HAS_ZONE) != 0).then(|| self.slot(TIME_ZONE)).flatten()
    }

    /// The zone of a `datetime`.
    pub(crate) fn datetime_zone(self) -> Option<Self> {
        (self.field::<u8>(HAS_ZONE) != 0).then(|| self.slot(DATETIME_ZONE)).flatten()
    }

    /// Days, seconds and microseconds of a `timedelta`.
    pub(crate) fn delta(self) -> [i32; 3] {
        self.field(DELTA)
    }

    /// The `timedelta` of a `timezone`.
    pub(crate) fn zone_offset(self) -> Option<Self> {
        self.slot(BODY)
    }

    /// The name that a `timezone` was given.
    pub(crate) fn zone_name(self) -> Option<Self> {
        self.slot(NAME)
    }

    /// The key of a `ZoneInfo`.
    pub(crate) fn zone_key(self) -> Option<Self> {
        self.slot(BODY)
    }

    /// The parts of a `Decimal`.
    pub(crate) fn decimal<'g>(self, _gil: Gil<'g>) -> Decimal<'g> {
        let flags: u8 = self.field(decimal::FLAGS);
        let special = match flags & 0xe {
            0 => None,
            2 => Some("Infinity"),
            8 => Some("sNaN"),
            _ => Some("NaN"),
        };
        let len = self.field::<isize>(decimal::WORDS).max(0).cast_unsigned();
        let first: *const u64 = self.field(decimal::DATA);
        let words: &'g [u64] = if len == 0 || first.is_null() || special == Some("Infinity") {
            &[]
        } else {
            // SAFETY: a decimal owns `len` words there and never changes; `prove` saw that they lie so.
            unsafe { std::slice::from_raw_parts(first, len) }
        };
        Decimal {
            negative: flags & 1 != 0,
            special,
            exponent: self.field(decimal::EXPONENT),
            words,
        }
    }

    /// Elements of a `deque`.
    pub(crate) fn deque_len(self) -> usize {
        self.field::<isize>(BODY).max(0).cast_unsigned()
    }

    /// Shows the elements of a `deque` from number `from` on, until `show` wants no more.
    pub(crate) fn deque_items(self, from: usize, mut show: impl FnMut(Obj) -> bool) {
        let len = self.deque_len();
        let mut block: *const u8 = self.field(deque::FIRST_BLOCK);
        let first: usize = self.field(deque::FIRST_INDEX);
        let mut at = first + from;
        for _ in 0..at / deque::BLOCK_LEN {
            if from < len && !block.is_null() {
                // SAFETY: elements up to `len` lie in linked blocks, none missing; nothing changes
                // while the GIL is held and no code runs.
                block = unsafe { load(block, deque::NEXT_BLOCK) };
            }
        }
        at %= deque::BLOCK_LEN;
        for _ in from..len {
            if block.is_null() {
                return;
            }
            // SAFETY: as above; `at` is below the length of a block.
            let item = unsafe { load::<*mut ffi::PyObject>(block, deque::BLOCK_ITEMS + at * 8) };
            if !Obj::new(item).is_some_and(&mut show) {
                return;
            }
            at += 1;
            if at == deque::BLOCK_LEN {
                at = 0;
                // SAFETY: as above; behind the last element nothing is loaded through it.
                block = unsafe { load(block, deque::NEXT_BLOCK) };
            }
        }
    }
}
