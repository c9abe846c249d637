//! The agent: one core a process, from start to exit, and everything a binding calls.

mod config;
mod lifecycle;
mod locate;
mod status;

pub use config::{Arguments, Config, share_ppm};
pub use lifecycle::Agent;
pub use status::{LinkStatus, Status};
