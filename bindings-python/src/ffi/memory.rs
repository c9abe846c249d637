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
