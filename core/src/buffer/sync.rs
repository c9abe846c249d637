//! Atomics and cells of the buffer: the real ones, or loom's, so that the model checks this code.
//!
//! Knows nothing of what they guard. Invariant: the slab takes its atomics from here alone.

#[cfg(loom)]
pub(super) use loom::cell::UnsafeCell;
#[cfg(loom)]
pub(super) use loom::sync::atomic::{AtomicU64, Ordering};

#[cfg(not(loom))]
pub(super) use cell::UnsafeCell;
#[cfg(not(loom))]
pub(super) use std::sync::atomic::{AtomicU64, Ordering};

/// How a published buffer's bytes reach the shipper.
#[cfg(not(loom))]
#[inline]
pub(super) const fn publishing() -> Ordering {
    Ordering::Release
}

/// The model is run a second time with this weakened, and must then fail: so it is known to look.
#[cfg(loom)]
pub(super) fn publishing() -> Ordering {
    match std::env::var_os("STILLFRAME_LOOM_MUTATION") {
        Some(_) => Ordering::Relaxed,
        None => Ordering::Release,
    }
}

#[cfg(not(loom))]
mod cell {
    /// The standard cell behind the interface of loom's, which wants to see each access.
    #[derive(Debug)]
    pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(std::cell::UnsafeCell::new(value))
        }

        #[inline]
        pub(crate) fn with_mut<O>(&self, access: impl FnOnce(*mut T) -> O) -> O {
            access(self.0.get())
        }
    }
}
