//! The Stillframe hub: knows instances, hands them probes, keeps what they capture, answers people.
//!
//! It knows no runtime, and of a screen only the facts, never the layout. Invariant: what was
//! acknowledged to an agent is on disk, and a person's token never works for an agent nor the
//! other way round.

pub mod api;
pub mod discovery;
mod ffi;
#[expect(dead_code, reason = "its users follow")]
mod fleet;
mod folder;
mod log;
#[expect(dead_code, reason = "its users follow")]
mod store;
mod time;
mod why;
