//! The agent's link to a hub, and what takes its place without one.

pub mod log;
pub mod message;
pub mod sink;
