//! A thread of ours inside somebody else's process.
//!
//! Invariant: it takes none of the application's signals.

use std::io;
use std::mem::MaybeUninit;
use std::thread::Builder;

/// Starts a thread that has a name, a small stack and every signal blocked.
pub(crate) fn spawn_quiet(
    name: &str,
    stack_bytes: usize,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    let mut all = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the call writes the whole set behind its pointer, a local of this frame.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    // SAFETY: `all` was filled above; `before` is a local that the call writes.
    let status =
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
    let started = Builder::new().name(name.to_owned()).stack_size(stack_bytes).spawn(work);
    if status == 0 {
        // SAFETY: `before` was written by the call above, which succeeded.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut()) };
    }
    started.map(|_| ())
}
