//! The command as people and programs use it: what it prints, where, and how it exits.
//!
//! Runs the built binary, each test on a machine of its own: home, runtime folder and environment.
//! Invariant: no test needs the network beyond loopback, and none waits for a fixed time.

mod agent;
mod attach;
mod attach_container;
mod attach_tls;
mod bad_input;
mod files;
mod freeze;
mod hub;
mod jvm;
mod people;
mod run;
mod run_jvm;
mod run_ruby;
mod support;
mod tls;
