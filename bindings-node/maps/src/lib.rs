//! Reads source maps: which line of which source a place of generated code was written at.
//!
//! Knows the format (ECMA-426) and the ways in which tools name sources; neither scripts nor probes.
//! Invariant: whatever a map holds, reading it ends, takes memory in proportion to its bytes, and
//! fails with a reason that names what is wrong with it.

mod fault;
mod map;
mod paths;
mod place;
mod read;

pub use fault::Fault;
pub use map::{Map, Original, Source};
pub use paths::{Location, location};
pub use place::{Fit, words_agree};
pub use read::{MOST_BYTES, index, read};
