//! Where a frame's parts lie in memory: the one place that knows, and the words it is put into.
//!
//! The layouts are those of CRuby 3.1 to 3.4, whose beginnings agree; the canary proves them at load,
//! and what is read of dates and threads has a proof of its own. Invariant: nothing reads by these
//! offsets unless they were proven.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

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

/// In the data of a date (`SimpleDateData` and `ComplexDateData` of the date library, whose beginnings
/// agree).
pub(super) mod date {
    /// What it is kept by, as marks.
    pub(crate) const MARKS: usize = 0;
    /// The number of its day within the period, in Greenwich.
    pub(crate) const DAY: usize = 4;
    /// Which period of 71,149,239 days, a number of Ruby's.
    pub(crate) const PERIOD: usize = 8;
    /// The first day of the newer calendar.
    pub(crate) const REFORM: usize = 16;
    /// The year.
    pub(crate) const YEAR: usize = 20;
    /// Month, day, hour, minute and second.
    pub(crate) const PACKED: usize = 24;
    /// Where each of these lies, and its bits.
    pub(crate) const PARTS: [(u32, u32); 5] =
        [(22, 0xf), (17, 0x1f), (12, 0x1f), (6, 0x3f), (0, 0x3f)];
    /// Seconds of the day in Greenwich.
    pub(crate) const SECOND: usize = 28;
    /// Seconds east of it.
    pub(crate) const OFFSET: usize = 32;
    /// Nanoseconds, a number of Ruby's.
    pub(crate) const FRACTION: usize = 40;
    /// The day is there.
    pub(crate) const HAS_DAY: u32 = 1;
    /// Its second is there.
    pub(crate) const HAS_SECOND: u32 = 2;
    /// Year, month and day are there.
    pub(crate) const HAS_CIVIL: u32 = 4;
    /// Hour, minute and second are there.
    pub(crate) const HAS_CLOCK: u32 = 8;
    /// It has a time at all.
    pub(crate) const HAS_TIME: u32 = 0x80;
}

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

/// In a thread (`rb_thread_struct`): its name. It lies elsewhere in every version.
pub(super) struct ThreadName;

static THREAD_NAME: AtomicUsize = AtomicUsize::new(0);

impl ThreadName {
    /// Where it lies, once that is proven.
    #[inline(always)]
    pub(super) fn offset() -> Option<usize> {
        let offset = THREAD_NAME.load(Ordering::Relaxed);
        (offset != 0).then_some(offset)
    }

    pub(super) fn set(offset: usize) {
        THREAD_NAME.store(offset, Ordering::Relaxed);
    }
}
