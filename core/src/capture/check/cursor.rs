//! Primitives of the stream, read from bytes that nobody vouches for.
//!
//! Knows no records. Invariant: never reads outside the bytes, never allocates more than a small
//! multiple of them, and every fault is an error that names its place.

use crate::capture::stream::{self, encoding};
use crate::error::{Error, ErrorKind, Result};

pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A string, and its length in the host's units if it was cut.
pub(super) struct ReadText {
    pub(super) text: String,
    pub(super) cut_from: Option<u64>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn fault(&self, what: &str) -> Error {
        let message = format!("a capture is malformed at byte {}: {what}", self.at);
        Error::new(ErrorKind::Wire, message)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    pub(super) fn peek(&self) -> Result<u8> {
        self.bytes.get(self.at).copied().ok_or_else(|| self.fault("it ends too early"))
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(len);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| self.fault("it ends too early"))?;
        self.at += len;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.fault("it ends too early"))
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn varint(&mut self) -> Result<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(self.fault("a number is beyond 64 bits"))
    }

    pub(super) fn count(&mut self) -> Result<usize> {
        let number = self.varint()?;
        usize::try_from(number).map_err(|_| self.fault("a count is beyond the address space"))
    }

    /// `count` units of `N` bytes each.
    pub(super) fn units<const N: usize>(&mut self, count: usize) -> Result<&'a [[u8; N]]> {
        let len = count.checked_mul(N).ok_or_else(|| self.fault("it ends too early"))?;
        Ok(self.take(len)?.as_chunks().0)
    }

    /// A text record whose tag is still to be read.
    pub(super) fn tagged_text(&mut self) -> Result<ReadText> {
        let tag = self.byte()?;
        self.text(tag)
    }

    pub(super) fn text(&mut self, tag: u8) -> Result<ReadText> {
        let is_cut = match tag {
            stream::TEXT..stream::TEXT_CUT => false,
            stream::TEXT_CUT..stream::BYTES => true,
            _ => return Err(self.fault("a text is expected")),
        };
        let taken = self.count()?;
        let cut_from = if is_cut { Some(self.varint()?) } else { None };
        if cut_from.is_some_and(|all| all < taken as u64) {
            return Err(self.fault("a cut text is longer than the whole"));
        }
        let text = match tag & 3 {
            encoding::UTF8 => {
                let bytes = self.take(taken)?;
                let text = std::str::from_utf8(bytes);
                text.map_err(|_| self.fault("a text is not UTF-8"))?.to_owned()
            }
            encoding::LATIN1 => self.take(taken)?.iter().copied().map(char::from).collect(),
            encoding::UTF16 => {
                let units = self.units(taken)?.iter().map(|unit| u16::from_le_bytes(*unit));
                char::decode_utf16(units)
                    .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect()
            }
            _ => {
                let units = self.units(taken)?.iter().map(|unit| u32::from_le_bytes(*unit));
                units.map(|c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
        };
        Ok(ReadText { text, cut_from })
    }
}
