//! Reads a capture stream as if an enemy had written it.

mod cursor;
mod records;
mod redact;
mod values;

pub use records::{Origin, read, read_planned, read_with_origins};
