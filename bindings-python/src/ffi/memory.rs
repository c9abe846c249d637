//! The one way in which this folder reads memory, the one guard against panics, and the token that
//! stands for the GIL.
//!
//! Knows no layout. Invariant: a panic never leaves [`guard`].

use pyo3::Python;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Proof that the GIL is held for `'g`, without the cost of asking. Values borrowed from the
/// application live at most as long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gil<'g>(PhantomData<(&'g (), *mut ())>);

impl<'g> Gil<'g> {
    /// The token of a thread that holds the GIL by PyO3's account.
    pub(crate) fn of(_py: Python<'g>) -> Self {
        Self(PhantomData)
    }

    /// The token of a callback that the interpreter called, which it does with the GIL held.
    pub(super) fn in_callback() -> Self {
        Self(PhantomData)
    }
}

/// Reads a `T` that lies `offset` bytes behind `base`.
///
/// # Safety
/// `base` points to a live object of the interpreter that has a `T` there.
#[inline(always)]
pub(super) unsafe fn load<T: Copy>(base: *const u8, offset: usize) -> T {
    let place = base.wrapping_add(offset).cast::<T>();
    // SAFETY: the caller names the fact; all layouts keep the alignment of their fields.
    unsafe { place.read() }
}

/// Writes a `T` that lies `offset` bytes behind `base`.
///
/// # Safety
/// `base` points to memory of the interpreter that has a `T` there which may be changed now.
pub(super) unsafe fn store<T: Copy>(base: *const u8, offset: usize, value: T) {
    let place = base.wrapping_add(offset).cast_mut().cast::<T>();
    // SAFETY: the caller names the fact.
    unsafe { place.write(value) }
}

/// A word of our own memory, or nothing where there is no memory.
pub(super) fn read_word(address: usize) -> Option<usize> {
    let mut word = 0_usize;
    let size = size_of::<usize>();
    let local = libc::iovec { iov_base: (&raw mut word).cast(), iov_len: size };
    let remote = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: size };
    // SAFETY: only asks for a number.
    let pid = unsafe { libc::getpid() };
    // SAFETY: `local` describes `word`; the kernel checks `remote` and answers with an error.
    let read = unsafe { libc::process_vm_readv(pid, &raw const local, 1, &raw const remote, 1, 0) };
    (read == size.cast_signed()).then_some(word)
}

/// Whether the word at `address` may be written: it is written as it is, by the kernel, which
/// answers with an error where a store would crash.
pub(super) fn is_writable(address: usize) -> bool {
    let Some(mut word) = read_word(address) else { return false };
    let size = size_of::<usize>();
    let local = libc::iovec { iov_base: (&raw mut word).cast(), iov_len: size };
    let remote = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: size };
    // SAFETY: only asks for a number.
    let pid = unsafe { libc::getpid() };
    // SAFETY: `local` describes `word`; what is written is what was there, with the GIL held.
    let done =
        unsafe { libc::process_vm_writev(pid, &raw const local, 1, &raw const remote, 1, 0) };
    done == size.cast_signed()
}

/// Runs `work` on a thread of ours with the GIL. Not PyO3's own way: that asks whether the interpreter
/// is initialized, which CPython 3.15 denies until `site` was imported, and that starts the agent.
pub(crate) fn attach<T>(work: impl FnOnce(Python<'_>) -> T) -> T {
    // SAFETY: a module of a living interpreter asks; `Agent::at_exit` ends our threads before it goes.
    unsafe { Python::attach_unchecked(work) }
}

/// Runs what the interpreter called, and turns a panic into `None`.
pub(crate) fn guard<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// A table that was leaked on purpose and is looked at from now on; `None` before there is one.
#[inline(always)]
pub(crate) fn leaked<T>(table: *mut T) -> Option<&'static T> {
    // SAFETY: only pointers from `Box::leak` are stored where callers load from, and none is freed.
    unsafe { table.as_ref() }
}

/// Takes back what was leaked on purpose; `None` of null.
pub(crate) fn unleak<T>(table: *mut T) -> Option<Box<T>> {
    if table.is_null() {
        return None;
    }
    // SAFETY: the pointer came from `Box::into_raw` and was swapped out of its only place, with the
    // GIL held, so nobody else can take or look at it any more.
    Some(unsafe { Box::from_raw(table) })
}
