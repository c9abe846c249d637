//! The agent: one core a process, from start to exit, and everything a binding calls.

mod config;
mod control;
mod follow;
mod fork;
mod gate;
mod hit;
mod identity;
mod install;
mod launcher;
mod life;
mod lifecycle;
mod locate;
mod parallel;
mod passage;
mod place;
mod probes_file;
mod report;
mod shipper;
mod sites;
mod station;
mod status;
mod thread;
mod tick;

#[cfg(test)]
mod double;
#[cfg(test)]
mod tests;

pub use crate::transport::address::percent_decoded;
pub use config::{Arguments, Config, share_ppm};
pub use fork::await_end;
pub use lifecycle::Agent;
pub use parallel::Open;
pub use status::{LinkStatus, Status};
pub use thread::spawn_quiet;
