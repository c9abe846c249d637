//! A thread of ours inside somebody else's process, and a moment of its main thread.
//!
//! Invariant: our thread takes none of the application's signals.

use super::memory::guard;
use pyo3::ffi;
use std::ffi::{c_int, c_void};
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

/// Has the interpreter's main thread call `work` between two instructions, soon, with the GIL held.
/// False if too many such calls wait already.
pub(crate) fn main_thread_soon(work: fn()) -> bool {
    // SAFETY: needs no GIL; `run` takes the pointer for the function that it is.
    unsafe { ffi::Py_AddPendingCall(Some(run), work as *mut c_void) == 0 }
}

extern "C" fn run(work: *mut c_void) -> c_int {
    // SAFETY: `main_thread_soon` alone passes pointers here, each made of a `fn()`.
    let work = unsafe { std::mem::transmute::<*mut c_void, fn()>(work) };
    guard(work);
    0
}
