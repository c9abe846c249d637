//! Where CPython keeps what we read, in bytes from the start of each struct, and how it is read.
//!
//! Knows offsets only; each version has a file of its own with the same names. Invariant: nothing is
//! read by the offsets of frames, threads and code before `canary` proved them on the running
//! interpreter.

#[cfg(all(Py_3_10, not(Py_3_11)))]
mod v310;
#[cfg(all(Py_3_11, not(Py_3_12)))]
mod v311;
#[cfg(all(Py_3_12, not(Py_3_13)))]
mod v312;
#[cfg(all(Py_3_13, not(Py_3_14)))]
mod v313;
#[cfg(Py_3_14)]
mod v314;
#[cfg(not(Py_3_10))]
mod v39;

#[cfg(not(Py_3_10))]
pub(crate) use v39::*;
#[cfg(all(Py_3_10, not(Py_3_11)))]
pub(crate) use v310::*;
#[cfg(all(Py_3_11, not(Py_3_12)))]
pub(crate) use v311::*;
#[cfg(all(Py_3_12, not(Py_3_13)))]
pub(crate) use v312::*;
#[cfg(all(Py_3_13, not(Py_3_14)))]
pub(crate) use v313::*;
#[cfg(Py_3_14)]
pub(crate) use v314::*;

use std::sync::atomic::{AtomicU8, Ordering};

/// How locals are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Reads {
    /// Straight off the frame, as the canary proved.
    Direct = 1,
    /// Through `PyFrame_GetVar`, because the canary failed or was told to.
    Api = 2,
}

static READS: AtomicU8 = AtomicU8::new(Reads::Api as u8);

impl Reads {
    /// How this process reads.
    #[inline(always)]
    pub(crate) fn current() -> Self {
        if READS.load(Ordering::Relaxed) == Self::Direct as u8 { Self::Direct } else { Self::Api }
    }

    /// Decides it, once at the start.
    pub(crate) fn decide(self) {
        READS.store(self as u8, Ordering::Relaxed);
    }
}
