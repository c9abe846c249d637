//! Puts the stream's primitives into a buffer of fixed capacity.
//!
//! Knows no objects and no limits but bytes. Invariant: a method that returns false has written
//! nothing or a part that its caller rolls back, and the buffer never grows past its capacity.

use super::stream::{self, encoding};
use crate::value::{BigInt, Text, Value};

/// Digits of an integer beyond 64 bits that are taken: a thousand digits of 30 bits.
const MAX_DIGITS: usize = 1_024;
/// The longest string whose length takes one byte.
const SHORT: usize = 0x7f;
/// Integers that are written in one go.
const TOGETHER: usize = 32;

pub(super) struct Writer<'a> {
    out: &'a mut Vec<u8>,
    limit: usize,
}

impl<'a> Writer<'a> {
    /// Writes to `out` until it is `limit` bytes long, or full.
    pub(super) fn new(out: &'a mut Vec<u8>, limit: usize) -> Self {
        let limit = limit.min(out.capacity());
        Self { out, limit }
    }

    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.min(self.out.capacity());
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.out.truncate(len);
    }

    /// Bytes that are always written, because [`walk`](super::walk) kept room for them.
    pub(super) fn reserved<const N: usize>(&mut self, bytes: [u8; N]) {
        if self.out.capacity() - self.out.len() >= N {
            self.push(bytes);
        }
    }

    #[inline(always)]
    pub(super) fn put<const N: usize>(&mut self, bytes: [u8; N]) -> bool {
        let fits = self.out.len() + N <= self.limit;
        if fits {
            self.push(bytes);
        }
        fits
    }

    /// A few bytes, for which there is room. Their number is known here, so that they are stored and
    /// not copied by a call.
    #[inline(always)]
    fn push<const N: usize>(&mut self, bytes: [u8; N]) {
        self.out.extend_from_slice(&bytes);
    }

    /// A tag and what follows it, stored apart: one store of odd length would be slower than two.
    #[inline(always)]
    fn put_after<const N: usize>(&mut self, tag: u8, bytes: [u8; N]) -> bool {
        let fits = self.out.len() + 1 + N <= self.limit;
        if fits {
            self.out.push(tag);
            self.push(bytes);
        }
        fits
    }

    #[inline(always)]
    pub(super) fn slice(&mut self, bytes: &[u8]) -> bool {
        let fits = self.out.len() + bytes.len() <= self.limit;
        if fits {
            self.out.extend_from_slice(bytes);
        }
        fits
    }

    #[inline(always)]
    pub(super) fn varint(&mut self, mut number: u64) -> bool {
        while number >= 0x80 {
            if !self.put([(number & 0x7f) as u8 | 0x80]) {
                return false;
            }
            number >>= 7;
        }
        self.put([(number & 0x7f) as u8])
    }

    /// A tag and a number, which is mostly below 128.
    #[inline(always)]
    pub(super) fn short(&mut self, tag: u8, number: u16) -> bool {
        match u8::try_from(number) {
            Ok(number) if number < 0x80 => self.put([tag, number]),
            _ => self.put([tag]) && self.varint(u64::from(number)),
        }
    }

    /// A value without children. False too for an object, which is not written here.
    #[inline(always)]
    pub(super) fn leaf(&mut self, value: &Value<'_>, max_bytes: usize) -> bool {
        match value {
            Value::Null => self.put([stream::NULL]),
            Value::Undefined => self.put([stream::UNDEFINED]),
            Value::Bool(value) => self.put([stream::FALSE + u8::from(*value)]),
            Value::Int(value) => self.int(*value),
            Value::BigInt(value) => self.big_int(value),
            Value::Float(value) => self.put_after(stream::FLOAT, value.to_le_bytes()),
            Value::Int32(_) | Value::Float32(_) | Value::Char(_) => self.narrow(value, max_bytes),
            Value::Text(text) => self.text(*text, max_bytes),
            Value::Bytes(bytes) => self.bytes(bytes, max_bytes),
            Value::Object(_) => false,
        }
    }

    /// Integers that surely fit, however long each is; else nothing is written.
    #[inline]
    pub(super) fn integers(&mut self, integers: &[i64]) -> bool {
        const LONGEST: usize = 9;
        if integers.len() > TOGETHER || self.out.len() + TOGETHER * LONGEST > self.limit {
            return false;
        }
        // Put together here, where nothing but one number has to be kept.
        let (mut bytes, mut len) = ([0; TOGETHER * LONGEST], 0);
        for integer in integers {
            let at = &mut bytes[len..len + LONGEST];
            len += if let Ok(short) = i8::try_from(*integer) {
                at[..2].copy_from_slice(&[stream::INT8, short.cast_unsigned()]);
                2
            } else if let Ok(middle) = i32::try_from(*integer) {
                at[0] = stream::INT32;
                at[1..5].copy_from_slice(&middle.to_le_bytes());
                5
            } else {
                at[0] = stream::INT64;
                at[1..].copy_from_slice(&integer.to_le_bytes());
                LONGEST
            };
        }
        self.out.extend_from_slice(&bytes[..len]);
        true
    }

    #[inline(always)]
    fn int(&mut self, value: i64) -> bool {
        if let Ok(value) = i8::try_from(value) {
            self.put([stream::INT8, value.cast_unsigned()])
        } else if let Ok(value) = i32::try_from(value) {
            self.put_after(stream::INT32, value.to_le_bytes())
        } else {
            self.put_after(stream::INT64, value.to_le_bytes())
        }
    }

    /// A value that only a host with primitive types has: of a watch, for such a host writes its own
    /// variables itself.
    #[inline(never)]
    fn narrow(&mut self, value: &Value<'_>, max_bytes: usize) -> bool {
        match *value {
            Value::Int32(value) => self.int(i64::from(value)),
            Value::Float32(value) => self.put_after(stream::FLOAT32, value.to_le_bytes()),
            Value::Char(unit) => self.text(Text::Units16(&[unit]), max_bytes),
            _ => false,
        }
    }

    #[inline(never)]
    fn big_int(&mut self, value: &BigInt<'_>) -> bool {
        if value.digits.len() > MAX_DIGITS {
            return self.put([stream::MISSING, crate::snapshot::Reason::Bytes as u8]);
        }
        self.put([stream::BIG_INT, u8::from(value.negative), value.digit_bits])
            && self.varint(value.digits.len() as u64)
            && value.digits.iter().all(|digit| self.put(digit.to_le_bytes()))
    }

    #[inline(never)]
    fn bytes(&mut self, bytes: &[u8], max_bytes: usize) -> bool {
        let taken = bytes.len().min(max_bytes);
        let whole = taken == bytes.len();
        self.put([if whole { stream::BYTES } else { stream::BYTES_CUT }])
            && self.varint(taken as u64)
            && (whole || self.varint(bytes.len() as u64))
            && self.slice(&bytes[..taken])
    }

    /// A string, at most `max_bytes` of it in UTF-8.
    #[inline(always)]
    pub(super) fn text(&mut self, text: Text<'_>, max_bytes: usize) -> bool {
        match text {
            Text::Utf8(text) if text.len() <= SHORT.min(max_bytes) => self.short_text(text),
            text => self.long_text(&text, max_bytes),
        }
    }

    /// The common string: whole, and its length in one byte.
    #[inline(always)]
    fn short_text(&mut self, text: &str) -> bool {
        let fits = self.out.len() + 2 + text.len() <= self.limit;
        if fits {
            self.push([stream::TEXT + encoding::UTF8, text.len() as u8]);
            self.out.extend_from_slice(text.as_bytes());
        }
        fits
    }

    #[inline(never)]
    fn long_text(&mut self, text: &Text<'_>, max_bytes: usize) -> bool {
        let text = *text;
        match text {
            Text::Utf8(text) => {
                let taken = if text.len() <= max_bytes {
                    text.len()
                } else {
                    text.floor_char_boundary(max_bytes)
                };
                self.text_start(encoding::UTF8, taken, text.len())
                    && self.slice(&text.as_bytes()[..taken])
            }
            Text::Latin1(units) => {
                let most = units.len().min(max_bytes);
                let taken = if units[..most].is_ascii() {
                    most
                } else {
                    taken(units, max_bytes, |unit| 1 + usize::from(unit >> 7))
                };
                self.text_start(encoding::LATIN1, taken, units.len()) && self.slice(&units[..taken])
            }
            Text::Units16(units) => {
                let mut taken = taken(units, max_bytes, |unit| match unit {
                    0..0x80 => 1,
                    0x80..0x800 | 0xd800..0xe000 => 2,
                    _ => 3,
                });
                let splits = |at: usize| {
                    (0xd800..0xdc00).contains(&units[at - 1])
                        && (0xdc00..0xe000).contains(&units[at])
                };
                if taken > 0 && taken < units.len() && splits(taken) {
                    taken -= 1;
                }
                self.text_start(encoding::UTF16, taken, units.len())
                    && self.wide(units[..taken].iter().map(|unit| unit.to_le_bytes()))
            }
            Text::Units32(units) => {
                let taken = taken(units, max_bytes, |unit| match unit {
                    0..0x80 => 1,
                    0x80..0x800 => 2,
                    0x800..0x1_0000 => 3,
                    _ => 4,
                });
                self.text_start(encoding::UTF32, taken, units.len())
                    && self.wide(units[..taken].iter().map(|unit| unit.to_le_bytes()))
            }
        }
    }

    #[inline(always)]
    fn text_start(&mut self, encoding: u8, taken: usize, all: usize) -> bool {
        if taken == all {
            match u8::try_from(taken) {
                Ok(taken) if taken < 0x80 => self.put([stream::TEXT + encoding, taken]),
                _ => self.put([stream::TEXT + encoding]) && self.varint(taken as u64),
            }
        } else {
            self.put([stream::TEXT_CUT + encoding])
                && self.varint(taken as u64)
                && self.varint(all as u64)
        }
    }

    fn wide<const N: usize>(&mut self, units: impl ExactSizeIterator<Item = [u8; N]>) -> bool {
        let fits = self.out.len() + units.len() * N <= self.limit;
        if fits {
            units.for_each(|unit| self.out.extend_from_slice(&unit));
        }
        fits
    }
}

/// Units from the front whose UTF-8 takes at most `max_bytes`.
fn taken<T: Copy>(units: &[T], max_bytes: usize, width: impl Fn(T) -> usize) -> usize {
    let mut bytes = 0;
    let fits = |unit: &&T| {
        bytes += width(**unit);
        bytes <= max_bytes
    };
    units.iter().take(max_bytes).take_while(fits).count()
}
