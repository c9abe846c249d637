//! Threads of ours inside somebody else's process.
//!
//! Invariant: none of them takes a signal of the application's.

use crate::ffi;
use std::io;
use std::thread::{Builder, JoinHandle};

/// Starts a thread that has a name, a stack of `stack_bytes` and every signal blocked.
pub fn spawn_quiet(
    name: &str,
    stack_bytes: usize,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let builder = Builder::new().name(name.to_owned()).stack_size(stack_bytes);
    ffi::with_signals_blocked(|| builder.spawn(work))
}
