//! Numbers of the wire's nodes, as `stillframe.fbs` lists them.
//!
//! Knows neither encoding nor decoding. Invariant: a number never changes its meaning.

pub(super) const NULL: u8 = 0;
pub(super) const UNDEFINED: u8 = 1;
pub(super) const BOOL: u8 = 2;
pub(super) const INT: u8 = 3;
pub(super) const FLOAT: u8 = 4;
pub(super) const BIG_INT: u8 = 5;
pub(super) const TEXT: u8 = 6;
pub(super) const BYTES: u8 = 7;
pub(super) const REF: u8 = 8;
pub(super) const MISSING: u8 = 9;
pub(super) const FIELD: u8 = 32;
pub(super) const ENTRY: u8 = 33;
pub(super) const LOCAL: u8 = 48;
pub(super) const WATCH: u8 = 49;
pub(super) const FAILED_WATCH: u8 = 50;
/// First number that is no record of its own.
pub(super) const RECORDS_END: u8 = 64;
/// An object; its kind is added.
pub(super) const OBJECT: u8 = 64;

/// Objects within objects that a reader follows.
pub(super) const MAX_NESTING: u32 = 32;
/// Bytes of one name. Longer ones are cut; `name_lens` could not say more.
pub(super) const MAX_NAME_BYTES: usize = 4 << 10;
