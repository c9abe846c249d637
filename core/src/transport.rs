//! The agent's link to a hub.

pub mod message;
