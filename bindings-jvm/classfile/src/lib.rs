//! Java class files: what is in one, what a method's code may read at a place, and new code in it.
//!
//! Knows the format and the rules of the JVM's verifier; neither a JVM nor its interfaces. Does no
//! I/O. Invariant: what is written verifies if what was read did, and does the same apart from what
//! was inserted; where that cannot be, it refuses.

mod borders;
mod bytes;
mod class;
mod code;
mod constant;
mod constants;
mod descriptor;
mod frames;
mod getter;
mod lines;
mod locals;
pub mod op;
mod patch;
mod probe;
mod refusal;
mod source_map;
mod utf8;
mod verify;
mod wrap;
pub mod write;

pub use class::{Class, Declared};
pub use constant::Constant;
pub use constants::Member;
pub use descriptor::{Kind, Signature, kind_of};
pub use getter::field_read;
pub use lines::{Line, lines};
pub use locals::Local;
pub use patch::{Additions, Insertion, patch};
pub use probe::{
    BRIDGE, Form, Instrumented, Placed, Probe, Spot, instrument, lines_with_code, place, rehearsal,
};
pub use refusal::{Blame, Reason, Refusal};
pub use source_map::{Range, SourceMap};
pub use wrap::Wrap;
