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

use super::proof::Part;

/// Whether this build has offsets for the version that it was built for. Those of the version before
/// stand in, and none is ever used.
pub(crate) const IS_KNOWN: bool = cfg!(not(Py_3_15));

/// How this process reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// Everything straight from memory, as the canary proved.
    Direct,
    /// Some or all of it through the public API (`asked`).
    Api,
}

impl Reads {
    /// How this process reads.
    #[inline(always)]
    pub(crate) fn current() -> Self {
        if Part::is_everything_proven() { Self::Direct } else { Self::Api }
    }
}
