//! Java class files: what is in one, what a method's code may read at a place, and new code in it.
//!
//! Knows the format and the rules of the JVM's verifier; neither a JVM nor its interfaces. Does no
//! I/O. Invariant: what is written verifies if what was read did, and does the same apart from what
//! was inserted; where that cannot be, it refuses.

mod descriptor;
pub mod op;
mod utf8;
pub mod write;

pub use descriptor::{Kind, Signature, kind_of};
