//! Where a frame's parts lie in memory: the one place that knows, and the words it is put into.
//!
//! The layouts are those of CRuby 3.1 to 3.4, whose beginnings agree; the canary proves them at load.
//! Invariant: nothing reads by these offsets unless [`Reads::Direct`] was proven.

use std::sync::atomic::{AtomicU8, Ordering};

/// In the argument of an event (`rb_trace_arg_struct`): the control frame.
pub(super) const ARG_FRAME: usize = 16;
/// In a control frame (`rb_control_frame_struct`): the code.
pub(super) const FRAME_CODE: usize = 16;
/// `self`.
pub(super) const FRAME_SELF: usize = 24;
/// The environment: locals lie below what it points to.
pub(super) const FRAME_ENV: usize = 32;
/// Words of an environment behind its locals that lie below the pointer.
pub(super) const ENV_WORDS: usize = 2;
/// In the word below the pointer: the environment around, with marks in these bits; in a method's own,
/// the block it was given.
pub(super) const PARENT_MARKS: usize = 3;
/// In the word at the pointer: the method has made an object of its block.
pub(super) const BLOCK_IS_OBJECT: usize = 0x200;

/// In a method as its class has it (`rb_method_entry_struct`): what it is; zero where it was
/// undefined.
pub(super) const METHOD_BODY: usize = 16;

/// How frames are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// Not at all: nothing was proven yet.
    None,
    /// Straight off the frame.
    Direct,
    /// By a `Binding` of the frame, which is made for each hit.
    Binding,
}

static READS: AtomicU8 = AtomicU8::new(0);

impl Reads {
    /// How frames are read now.
    #[inline(always)]
    pub(crate) fn current() -> Self {
        match READS.load(Ordering::Relaxed) {
            1 => Self::Direct,
            2 => Self::Binding,
            _ => Self::None,
        }
    }

    pub(super) fn set(self) {
        let number = match self {
            Self::None => 0,
            Self::Direct => 1,
            Self::Binding => 2,
        };
        READS.store(number, Ordering::Relaxed);
    }
}
