//! A failed evaluation, small and without a pointer, so that the hit path can keep it.
//!
//! It knows where in the program it happened and the types met there, never a value; the words are
//! found later by [`Program::explain`](super::Program::explain). Invariant: making one neither
//! allocates nor reads application memory beyond a type's name.

use crate::value::{Missing, Text};
use std::fmt;

/// Bytes of a type name that a failure keeps.
const NAME_BYTES: usize = 47;

/// Why an evaluation has no value.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FailureKind {
    /// A local variable that is not set yet.
    Unset,
    /// No such attribute.
    NoAttribute,
    /// No such key.
    NoKey,
    /// The index lies outside the sequence.
    NoIndex,
    /// Reading it would run application code.
    NeedsCode,
    /// A lazy value that nobody loaded yet.
    NotLoaded,
    /// The redaction list names it.
    Redacted,
    /// This runtime has no way to read it.
    Unreadable,
    /// It took more steps than a condition may.
    OutOfFuel,
    /// An attribute or element of null.
    OfNull,
    /// The operation is not defined on these types, or not supported on them.
    Types,
    /// The value cannot be a key: it can change.
    Unhashable,
    /// Division by zero.
    ZeroDivision,
    /// An integer result beyond 64 bits, or a float result that the host calls an overflow.
    Overflow,
    /// A value outside the domain of an operation (a negative shift, `max()` of nothing).
    Domain,
    /// Structures nested deeper than a comparison goes.
    TooDeep,
    /// A computed string longer than the machine's room for them.
    TooLong,
    /// Whether two equal values are the same object cannot be seen.
    Identity,
    /// The pattern cannot decide on this text without guessing (`\b` beside a non-ASCII character).
    Pattern,
}

impl FailureKind {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; 19] = [
        Self::Unset,
        Self::NoAttribute,
        Self::NoKey,
        Self::NoIndex,
        Self::NeedsCode,
        Self::NotLoaded,
        Self::Redacted,
        Self::Unreadable,
        Self::OutOfFuel,
        Self::OfNull,
        Self::Types,
        Self::Unhashable,
        Self::ZeroDivision,
        Self::Overflow,
        Self::Domain,
        Self::TooDeep,
        Self::TooLong,
        Self::Identity,
        Self::Pattern,
    ];

    /// The stable word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::NoAttribute => "no_attribute",
            Self::NoKey => "no_key",
            Self::NoIndex => "no_index",
            Self::NeedsCode => "needs_code",
            Self::NotLoaded => "not_loaded",
            Self::Redacted => "redacted",
            Self::Unreadable => "unreadable",
            Self::OutOfFuel => "out_of_fuel",
            Self::OfNull => "of_null",
            Self::Types => "types",
            Self::Unhashable => "unhashable",
            Self::ZeroDivision => "zero_division",
            Self::Overflow => "overflow",
            Self::Domain => "domain",
            Self::TooDeep => "too_deep",
            Self::TooLong => "too_long",
            Self::Identity => "identity",
            Self::Pattern => "pattern",
        }
    }
}

/// A type's name as far as there is room for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TypeName {
    len: u8,
    bytes: [u8; NAME_BYTES],
}

impl TypeName {
    pub(crate) const NONE: Self = Self { len: 0, bytes: [0; NAME_BYTES] };

    pub(crate) fn of(text: Text<'_>) -> Self {
        let mut name = Self::NONE;
        super::text::each_char(text, |character| {
            let start = usize::from(name.len);
            let Some(room) = name.bytes.get_mut(start..start + character.len_utf8()) else {
                return false;
            };
            character.encode_utf8(room);
            name.len += character.len_utf8() as u8;
            true
        });
        name
    }

    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Why an evaluation has no value, and where in its program that was.
///
/// Copied into a probe's counters on the hit path; the program it came from turns it into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    kind: FailureKind,
    pub(crate) at: u16,
    pub(crate) types: [TypeName; 2],
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, at: u16, types: [TypeName; 2]) -> Self {
        Self { kind, at, types }
    }

    /// Why.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }
}

/// Bytes of a failure's form in a capture.
pub(crate) const FAILURE_BYTES: usize = 3 + 2 * (1 + NAME_BYTES);

/// The form in which a failure waits in a capture until the program that made it finds the words.
impl Failure {
    pub(crate) fn to_bytes(self) -> [u8; FAILURE_BYTES] {
        let mut bytes = [0; FAILURE_BYTES];
        bytes[0] = self.kind as u8;
        bytes[1..3].copy_from_slice(&self.at.to_le_bytes());
        for (name, room) in self.types.iter().zip(bytes[3..].chunks_exact_mut(1 + NAME_BYTES)) {
            room[0] = name.len;
            room[1..].copy_from_slice(&name.bytes);
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; FAILURE_BYTES]) -> Option<Self> {
        let kind = *FailureKind::ALL.get(usize::from(bytes[0]))?;
        let mut types = [TypeName::NONE; 2];
        for (name, held) in types.iter_mut().zip(bytes[3..].chunks_exact(1 + NAME_BYTES)) {
            let text = held.get(1..1 + usize::from(held[0]))?;
            *name = TypeName::of(Text::Utf8(std::str::from_utf8(text).ok()?));
        }
        Some(Self { kind, at: u16::from_le_bytes([bytes[1], bytes[2]]), types })
    }
}

/// The kind of failure that a missing attribute is; other reads say what `Absent` means to them.
impl From<Missing> for FailureKind {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Unset => Self::Unset,
            Missing::Absent => Self::NoAttribute,
            Missing::NeedsCode => Self::NeedsCode,
            Missing::NotLoaded => Self::NotLoaded,
            Missing::Redacted => Self::Redacted,
            Missing::Unreadable => Self::Unreadable,
            Missing::OutOfFuel => Self::OutOfFuel,
        }
    }
}
