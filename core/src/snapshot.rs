//! A snapshot as data: what the shipper makes of a capture stream and the wire carries.
//!
//! Owned and plain; knows neither the stream nor FlatBuffers. Invariant: it is already redacted:
//! nothing that the lists or patterns forbid exists in one. Its JSON form is [`json`].

use crate::ids::ProbeId;
use crate::probe::ProbeKind;
use crate::value::{Kind, Missing};

pub mod json;

/// What is called with each snapshot, outside any hit, where the runtime may be entered.
pub type Callback = Box<dyn Fn(&Snapshot) + Send + Sync>;

/// One hit, as it travels and is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Which probe took it.
    pub probe: ProbeId,
    /// Which revision of the probe.
    pub revision: u32,
    /// `Snap` or `Log`.
    pub kind: ProbeKind,
    /// Counts up within the instance, from 1, over all probes: what is acknowledged.
    pub sequence: u64,
    /// Counts up within the probe on this instance, from 1.
    pub number: u64,
    /// Wall time, nanoseconds since 1970 UTC.
    pub time_ns: u64,
    /// The agent's monotonic clock, nanoseconds.
    pub monotonic_ns: u64,
    /// Nanoseconds the capture took on the application's thread.
    pub took_ns: u64,
    /// The thread that hit.
    pub thread: Thread,
    /// OpenTelemetry's current trace, 32 hexadecimal digits, if one was active.
    pub trace_id: Option<String>,
    /// The stack, the probed frame first. Never empty in a snapshot that passed the check.
    pub stack: Vec<Frame>,
    /// Frames of the stack beyond those named.
    pub more_frames: u32,
    /// Whether there may be more than were counted.
    pub more_frames_at_least: bool,
    /// Variables of the probed frame.
    pub locals: Vec<Variable>,
    /// The probe's watches, in its order.
    pub watches: Vec<Watch>,
    /// The rendered line of a log probe.
    pub message: Option<String>,
    /// Said with every snapshot: *source unverified*, *snapped from line 41*.
    pub notes: Vec<String>,
}

/// A thread of the application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// The system's id.
    pub id: u64,
    /// Its name, empty if it has none.
    pub name: String,
}

/// A stack frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Path as the runtime has it.
    pub file: String,
    /// Line, counted from 1; 0 if unknown.
    pub line: u32,
    /// Qualified name.
    pub function: String,
}

/// A variable of the probed frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Node,
}

/// A watch and its value, or why it has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// The expression as typed.
    pub expression: String,
    /// The value, or the message of the failed evaluation.
    pub value: Result<Node, String>,
}

/// A captured value.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Null, None, nil.
    Null,
    /// JavaScript's undefined.
    Undefined,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An integer beyond 64 bits, in decimal, or `0x…` where it is very long.
    BigInt(String),
    /// A floating point number.
    Float(f64),
    /// A string, perhaps cut.
    Text {
        /// What was taken; lone surrogates as U+FFFD.
        text: String,
        /// Length in the host's own units if more was there than was taken.
        cut_from: Option<u64>,
    },
    /// A byte string, perhaps cut.
    Bytes {
        /// What was taken.
        bytes: Vec<u8>,
        /// Bytes in all if more were there.
        cut_from: Option<u64>,
    },
    /// Something with children.
    Object(Box<ObjectNode>),
    /// An object written before, by its ordinal.
    Ref(u32),
    /// Not there, or left out, and why.
    Missing(Reason),
}

/// An object, its type and those of its children that were taken.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectNode {
    /// Counts objects within the snapshot, from 0, in the order of the stream.
    pub ordinal: u32,
    /// How it is stored.
    pub kind: Kind,
    /// Its type, as the host writes it.
    pub type_name: String,
    /// Children in all, where known.
    pub len: Option<u64>,
    /// The children taken.
    pub children: Vec<ChildNode>,
    /// Why children are missing, if some are.
    pub missing: Option<Reason>,
}

/// One child.
#[derive(Clone, Debug, PartialEq)]
pub enum ChildNode {
    /// Element of a sequence or set.
    Item(Node),
    /// Entry of a map.
    Entry(Node, Node),
    /// Field of an object.
    Field(String, Node),
}

/// Why a value, or the rest of a value, is not in the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reason {
    /// A variable that is not set yet.
    Unset = 1,
    /// No such attribute.
    Absent = 2,
    /// Reading it would run application code.
    NeedsCode = 3,
    /// A lazy value nobody loaded yet.
    NotLoaded = 4,
    /// Redacted by name or by pattern.
    Redacted = 5,
    /// The runtime offers no way to read it.
    Unreadable = 6,
    /// Deeper than the limit.
    Depth = 7,
    /// More elements than the limit.
    Items = 8,
    /// More fields than the limit.
    Fields = 9,
    /// The snapshot's bytes were used up.
    Bytes = 10,
    /// The capture's time was used up.
    Deadline = 11,
}

impl Reason {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 11] = [
        Self::Unset,
        Self::Absent,
        Self::NeedsCode,
        Self::NotLoaded,
        Self::Redacted,
        Self::Unreadable,
        Self::Depth,
        Self::Items,
        Self::Fields,
        Self::Bytes,
        Self::Deadline,
    ];

    /// The reason a number of the stream or wire stands for.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// The word that stands for it in JSON and on screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unset => "not set yet",
            Self::Absent => "absent",
            Self::NeedsCode => "needs code",
            Self::NotLoaded => "not loaded",
            Self::Redacted => "redacted",
            Self::Unreadable => "unreadable",
            Self::Depth => "depth",
            Self::Items => "items",
            Self::Fields => "fields",
            Self::Bytes => "bytes",
            Self::Deadline => "deadline",
        }
    }
}

impl From<Missing> for Reason {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Unset => Self::Unset,
            Missing::Absent => Self::Absent,
            Missing::NeedsCode => Self::NeedsCode,
            Missing::NotLoaded => Self::NotLoaded,
            Missing::Redacted => Self::Redacted,
            Missing::Unreadable => Self::Unreadable,
            Missing::OutOfFuel => Self::Deadline,
        }
    }
}
