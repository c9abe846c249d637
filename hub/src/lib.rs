//! The Stillframe hub: knows instances, hands them probes, keeps what they capture, answers people.
//!
//! It knows no runtime, and of a screen only the facts, never the layout. Invariant: what was
//! acknowledged to an agent is on disk, and a person's token never works for an agent nor the
//! other way round.

#![expect(clippy::result_large_err, reason = "refusals are made once a request, on slow paths")]

pub mod api;
pub mod discovery;
mod ffi;
mod figures;
mod fleet;
mod folder;
mod guests;
mod link;
mod listen;
mod log;
mod reach;
mod serve;
mod server;
mod snapshot;
mod steady;
mod store;
mod time;
mod tls;
mod tokens;
mod why;

pub use guests::PerAddress;
pub use serve::{Options, Ready, serve};
#[cfg(fuzzing)]
pub use store::fuzz_segment;
pub use store::{Head, Verdict, verify_folder};
pub use tls::TlsFiles;
pub use tokens::Role;
pub use why::with_thousands;
