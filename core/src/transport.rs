//! The agent's link to a hub, and what takes its place without one.

pub mod address;
pub mod backoff;
pub mod client;
pub mod log;
pub mod message;
mod proxy;
mod session;
pub mod sink;
pub mod spool;
mod stream;
pub mod tls;
pub mod wake;
pub mod way;
