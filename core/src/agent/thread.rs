//! Threads of ours inside somebody else's process.
//!
//! Invariant: none of them takes a signal of the application's.

use crate::error::{Error, ErrorKind, Result};
use crate::ffi;
use std::io;
use std::thread::{Builder, JoinHandle, scope};

/// What reading an expression of the deepest nesting or compiling a pattern takes, several times over.
const ROOMY_BYTES: usize = 2 << 20;

/// Starts a thread that has a name, a stack of `stack_bytes` and every signal blocked.
pub fn spawn_quiet(
    name: &str,
    stack_bytes: usize,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let builder = Builder::new().name(name.to_owned()).stack_size(stack_bytes);
    ffi::with_signals_blocked(|| builder.spawn(work))
}

/// Does `work` where there is room for it, and waits: little of the caller's stack may be left, of which
/// the application decides. Some 50 µs.
pub(super) fn with_room<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let failed = |what| Error::new(ErrorKind::Internal, what);
    scope(|scope| {
        let builder = Builder::new().name("stillframe-look".to_owned()).stack_size(ROOMY_BYTES);
        let started = ffi::with_signals_blocked(|| builder.spawn_scoped(scope, work));
        let started =
            started.map_err(|error| failed(format!("no thread was to be had: {error}")))?;
        started.join().unwrap_or_else(|_| Err(failed("a defect of ours".to_owned())))
    })
}
