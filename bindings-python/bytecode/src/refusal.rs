//! Why code stays as it is.
//!
//! Knows no code. Invariant: every refusal reads as a fragment after "failed to rewrite: ", and
//! nothing of the code was changed.

use crate::Spot;
use std::fmt;

/// Why a code object was not rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The bytes are not what a compiler of this version makes; says what is wrong.
    Damaged(&'static str),
    /// The version's bytecode has no such place, or another mechanism must see it; says which.
    Unsupported(Spot, &'static str),
    /// No instruction of the code executes there.
    Nowhere(Spot),
    /// The frame is made before the code is rewritten, and its stack is full at the place.
    NoRoom(Spot),
    /// The code is larger than the format can say.
    TooLarge,
}

impl fmt::Display for Refusal {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(what) => write!(to, "the bytecode is damaged: {what}"),
            Self::Unsupported(spot, why) => write!(to, "{spot} cannot be hooked: {why}"),
            Self::Nowhere(spot) => write!(to, "{spot} does not execute in this function"),
            Self::NoRoom(spot) => {
                write!(to, "{spot} is reached with a full stack, which leaves a call no room")
            }
            Self::TooLarge => to.write_str("the function is too large"),
        }
    }
}

impl std::error::Error for Refusal {}
