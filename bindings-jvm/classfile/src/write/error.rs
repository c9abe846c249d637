//! What keeps a class from being written.
//!
//! Knows no class. Invariant: every error reads as a fragment after "failed to write the class: ".

use std::fmt;

/// Why a class was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// More constants than the format can count.
    ConstantsFull,
    /// A text of more bytes than the format can count.
    TextTooLong,
    /// Code, or the number of members, over what the format can count.
    TooLarge,
    /// A jump over more than 32 KB.
    JumpTooFar,
    /// The code makes no sense; says what is wrong with it.
    Code(&'static str),
}

impl fmt::Display for WriteError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::ConstantsFull => "it has more constants than a class file can hold",
            Self::TextTooLong => "a text is longer than a class file can hold",
            Self::TooLarge => "it is larger than a class file can be",
            Self::JumpTooFar => "a jump goes over more than 32 KB",
            Self::Code(what) => what,
        })
    }
}

impl std::error::Error for WriteError {}
