//! Which line each instruction belongs to.
//!
//! Knows the three formats through the modules below. Invariant: an instruction has the line its
//! interpreter says it has, and none where the interpreter says none.

pub(crate) mod lnotab;
pub(crate) mod locations;
pub(crate) mod pairs;

use crate::decode::Body;
use crate::{Code, Refusal, Version};

/// An instruction's first and last line; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl Span {
    /// A span of lines counted by addition; what is not a line of a file is none.
    fn new(first: i64, last: i64) -> Self {
        match (u32::try_from(first), u32::try_from(last)) {
            (Ok(first), Ok(last)) if first > 0 => Self { first, last },
            (Ok(first), Err(_)) if first > 0 => Self { first, last: first },
            _ => Self::default(),
        }
    }
}

/// The span of every instruction.
pub(crate) fn read(code: &Code<'_>, body: &Body) -> Result<Vec<Span>, Refusal> {
    match code.version {
        Version::V39 => Ok(lnotab::read(code, body)),
        Version::V310 => pairs::read(code, body),
        Version::V311 => locations::read(code, body),
    }
}
