//! What the tests of the whole product share: the source tree and the programs under test.
//!
//! Knows nothing of how a part works inside. Invariant: every wait in here has a bound, and every
//! process started here ends with the value that started it.

pub mod rust_text;
pub mod tree;
