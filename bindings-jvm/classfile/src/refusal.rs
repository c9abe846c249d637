//! Why a class stays as it is.
//!
//! Knows no class. Invariant: every reason reads as a fragment after "failed to patch: ", and nothing
//! was changed.

use crate::write::WriteError;
use std::fmt;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The bytes are no class file, or not one that verifies; says what is wrong.
    Malformed(&'static str),
    /// There is no such method.
    NoMethod,
    /// The method is abstract or native.
    NoCode,
    /// Only what is timed can be called without locals.
    NoForm,
    /// No instruction of the method is on the line.
    NoLine,
    /// Nothing leads to the place.
    NotReached,
    /// The code has subroutines, as compilers before Java 6 wrote them, and no stack maps.
    NoStackMap,
    /// The method would be larger than 64 KB.
    TooLarge,
    /// The method would be too large for the JVM's compilers, which it was not before.
    TooLargeToCompile,
    /// A jump would go over more than 32 KB.
    JumpTooFar,
    /// The class has no room for another constant.
    ConstantsFull,
    /// The stack would be higher than the format can say.
    StackTooHigh,
    /// There would be more local variables than the format can say.
    TooManyLocals,
}

impl fmt::Display for Reason {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Malformed(what) => return write!(to, "the class file is damaged: {what}"),
            Self::NoMethod => "the class has no such method",
            Self::NoCode => "the method is abstract or native",
            Self::NoForm => "only what is timed can be called without variables",
            Self::NoLine => "the method has no code on that line",
            Self::NotReached => "nothing leads to that place",
            Self::NoStackMap => {
                "the method has subroutines of compilers before Java 6; compile it anew"
            }
            Self::TooLarge => "the method would be larger than 64 KB",
            Self::TooLargeToCompile => {
                "the method would reach 8,000 bytes, beyond which the JVM does not compile it"
            }
            Self::JumpTooFar => "a jump in the method would go over more than 32 KB",
            Self::ConstantsFull => "the class has no room for another constant",
            Self::StackTooHigh => "the method's stack would be higher than 65,535 slots",
            Self::TooManyLocals => "the method's variables would take more than 65,535 slots",
        })
    }
}

impl std::error::Error for Reason {}

impl From<WriteError> for Reason {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::ConstantsFull => Self::ConstantsFull,
            WriteError::JumpTooFar => Self::JumpTooFar,
            WriteError::TooLarge => Self::TooLarge,
            WriteError::TextTooLong => Self::Malformed("a text is too long"),
            WriteError::Code(what) => Self::Malformed(what),
        }
    }
}

/// What a reason is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The class as a whole.
    Class,
    /// One method, by its index: whatever is inserted there.
    Method(usize),
    /// One of the insertions, by its index: without it the others may fit.
    Insertion(usize),
}

/// Why a class was not patched, and what is to be left out for it to work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// What the reason is about.
    pub blame: Blame,
}

impl Refusal {
    pub(crate) fn of_method(method: usize) -> impl Fn(Reason) -> Self {
        move |reason| Self { reason, blame: Blame::Method(method) }
    }

    pub(crate) fn of_insertion(insertion: usize, reason: Reason) -> Self {
        Self { reason, blame: Blame::Insertion(insertion) }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, blame: Blame::Class }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(to)
    }
}

impl std::error::Error for Refusal {}
