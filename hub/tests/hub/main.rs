//! The hub as a whole, on a loopback port of its own: agents by WebSocket, people by HTTP.
//!
//! Knows the wire and the API, nothing of the hub's insides. Invariant: every wait has an end.

mod accounts;
mod agent;
mod bounds;
mod disk;
mod doors;
mod fleet;
mod freeze;
mod guests;
mod hostile;
mod restart;
mod stand;
mod story;
mod stream;
mod tokens;
