//! Reads a capture stream as if an enemy had written it.

mod cursor;
mod records;
mod redact;
mod values;

pub use records::{read, read_planned};
