//! The one guard against panics, reads of memory that may not be there, and the turn that hits take.
//!
//! Knows no layout. Invariants: a panic never leaves [`guard`]; nobody waits for a [`Turn`].

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

/// Reads a `T` that lies `offset` bytes behind `base`.
///
/// # Safety
/// `base` points to live memory of the interpreter that has a `T` there.
#[inline(always)]
pub(super) unsafe fn load<T: Copy>(base: usize, offset: usize) -> T {
    let place = base.wrapping_add(offset) as *const T;
    // SAFETY: the caller names the fact; all layouts keep the alignment of their fields.
    unsafe { place.read() }
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

/// Runs what the interpreter called, and turns a panic into `None`.
#[inline(always)]
pub(crate) fn guard<T>(work: impl FnOnce() -> T) -> Option<T> {
    caught(work).ok()
}

/// A panic that was caught.
pub(super) type Defect = Box<dyn Any + Send>;

/// The same, with the panic: for where a function of Ruby's lies between it and who takes it.
#[inline(always)]
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Defect> {
    catch_unwind(AssertUnwindSafe(work))
}

/// Has a panic go on.
#[cold]
pub(super) fn resume(defect: Defect) -> ! {
    std::panic::resume_unwind(defect)
}

static TAKEN: AtomicBool = AtomicBool::new(false);

/// The turn of one hit. Ractors run at the same time, each with a lock of its own, and the core counts
/// on one hit at a time: who finds the turn taken goes on without it. 5 ns.
#[derive(Debug)]
pub(crate) struct Turn(());

impl Turn {
    /// The turn, if nobody has it.
    #[inline(always)]
    pub(crate) fn take() -> Option<Self> {
        // Made only if it is had: dropped, it would give back the turn of another.
        (!TAKEN.swap(true, Ordering::Acquire)).then(|| Self(()))
    }

    /// In a forked child: whoever had it is not here.
    pub(crate) fn reset_in_child() {
        TAKEN.store(false, Ordering::Release);
    }
}

impl Drop for Turn {
    #[inline(always)]
    fn drop(&mut self) {
        TAKEN.store(false, Ordering::Release);
    }
}
