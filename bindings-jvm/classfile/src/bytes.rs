//! Bytes read from front to back.
//!
//! Knows numbers only. Invariant: nothing is read beyond the end.

use crate::refusal::Reason;

const SHORT: Reason = Reason::Malformed("something ends too early");

#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    pub(crate) fn new(all: &'a [u8]) -> Self {
        Self { all, at: 0 }
    }

    /// Begins behind `at` bytes of `all`.
    pub(crate) fn from(all: &'a [u8], at: usize) -> Self {
        Self { all, at }
    }

    /// How many were read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Reason> {
        let rest = self.all.get(self.at..).ok_or(SHORT)?;
        let taken = rest.get(..count).ok_or(SHORT)?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        self.take(N)?.try_into().map_err(|_| SHORT)
    }

    pub(crate) fn u1(&mut self) -> Result<u8, Reason> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u2(&mut self) -> Result<u16, Reason> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u4(&mut self) -> Result<u32, Reason> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn i2(&mut self) -> Result<i16, Reason> {
        self.array().map(i16::from_be_bytes)
    }

    pub(crate) fn i4(&mut self) -> Result<i32, Reason> {
        self.array().map(i32::from_be_bytes)
    }

    /// As many bytes as the number before them says.
    pub(crate) fn counted(&mut self) -> Result<&'a [u8], Reason> {
        let count = self.u4()? as usize;
        self.take(count)
    }

    pub(crate) fn end(&self) -> Result<(), Reason> {
        let is_end = self.at == self.all.len();
        is_end.then_some(()).ok_or(Reason::Malformed("something is longer than it should be"))
    }
}

/// Writes numbers as class files hold them.
pub(crate) trait Put {
    fn u2(&mut self, number: u16);
    fn u4(&mut self, number: u32);
}

impl Put for Vec<u8> {
    fn u2(&mut self, number: u16) {
        self.extend(number.to_be_bytes());
    }

    fn u4(&mut self, number: u32) {
        self.extend(number.to_be_bytes());
    }
}
