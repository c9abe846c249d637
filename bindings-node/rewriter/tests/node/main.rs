//! What Node.js says of rewritten programs.
//!
//! Knows the public calls of the crate. Invariant: a program prints the same as it is, with checks
//! that sleep, and with checks that call.

mod arming;
mod corpus;
mod positions;
mod programs;
mod runtime;
