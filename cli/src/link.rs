//! The way to a hub: which one, with what token, and how to ask it.
//!
//! Knows HTTP and the API's types, no command. Invariant: a token goes only to the hub it was given
//! for, and never over an open network.

pub(crate) mod client;
pub(crate) mod logins;
pub(crate) mod secret;
pub(crate) mod sse;
pub(crate) mod target;
mod tls;
