//! A moment of the interpreter's main thread.
//!
//! Invariant: no panic of ours enters the interpreter.

use super::memory::guard;
use pyo3::ffi;
use std::ffi::{c_int, c_void};

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
