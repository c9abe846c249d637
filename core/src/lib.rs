//! Everything about a Stillframe probe that is the same in every runtime.
//!
//! Floors, from the ground up; a module uses only floors below its own (`tests/tests/tidy.rs` holds
//! the list): `error ids clock` · `limits value host` · `probe location snapshot condition
//! redaction` · `quota buffer wire` · `capture` · `registry transport` · `agent`. The core never
//! names a runtime; what it wants from one it asks through [`host`].

#[cfg(test)]
extern crate self as stillframe_core;

pub mod agent;
pub mod buffer;
pub mod capture;
pub mod clock;
pub mod condition;
pub mod error;
mod ffi;
pub mod host;
pub mod ids;
pub mod limits;
pub mod location;
pub mod probe;
pub mod quota;
pub mod redaction;
pub mod registry;
pub mod snapshot;
pub mod transport;
pub mod value;
pub mod wire;
