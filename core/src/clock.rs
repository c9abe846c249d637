//! Clocks, each by the name of what it is for, and the thread that reads them.
//!
//! Knows nothing of deadlines or quotas. Invariant: everything is nanoseconds in a `u64`; monotonic
//! clocks never go back within a process life.

use crate::ffi;
use std::cell::Cell;

/// Wall time in nanoseconds since 1970 UTC, for stamping what people read.
pub fn wall_ns() -> u64 {
    ffi::clock_ns(libc::CLOCK_REALTIME)
}

/// Monotonic nanoseconds. 17 ns.
pub fn monotonic_ns() -> u64 {
    #[cfg(test)]
    if let Some(now_ns) = frozen::now_ns() {
        return now_ns;
    }
    ffi::clock_ns(libc::CLOCK_MONOTONIC)
}

/// Monotonic nanoseconds as of the kernel's last tick (1-4 ms old). 4 ns: the quotas' clock.
pub fn coarse_ns() -> u64 {
    #[cfg(test)]
    if let Some(now_ns) = frozen::now_ns() {
        return now_ns;
    }
    #[cfg(target_os = "linux")]
    {
        ffi::clock_ns(libc::CLOCK_MONOTONIC_COARSE)
    }
    #[cfg(not(target_os = "linux"))]
    {
        monotonic_ns()
    }
}

/// Processor time of the calling thread, in nanoseconds: what a preempted sample is re-measured by.
pub fn thread_cpu_ns() -> u64 {
    ffi::clock_ns(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// Processor ticks for measuring short spans; [`TickRate`] turns them into nanoseconds. 8 ns.
pub fn ticks() -> u64 {
    ffi::ticks()
}

thread_local! {
    /// The id, once it was asked for; else 0.
    static THREAD_ID: Cell<u64> = const { Cell::new(0) };
}

/// The system's id of the calling thread; 0 where it has none. 2 ns, and 100 ns the first time.
pub fn thread_id() -> u64 {
    let known = THREAD_ID.try_with(Cell::get).unwrap_or(0);
    if known == 0 { learn_thread_id() } else { known }
}

/// Asks the system again: in a forked child, whose only thread has the memory of another.
pub fn learn_thread_id() -> u64 {
    let id = ffi::thread_id();
    // A thread that is ending remembers nothing any more.
    let _ = THREAD_ID.try_with(|known| known.set(id));
    id
}

/// Nanoseconds a processor tick lasts, as a fraction of 2^32.
#[derive(Clone, Copy, Debug)]
pub struct TickRate(u64);

impl TickRate {
    /// Measures the rate over a span that lies between the two pairs `(ticks, monotonic_ns)`.
    /// One nanosecond a tick where the span is too short to tell.
    pub fn between(start: (u64, u64), end: (u64, u64)) -> Self {
        let (ticks, ns) = (end.0.wrapping_sub(start.0), end.1.wrapping_sub(start.1));
        let rate = if ticks == 0 { 1 << 32 } else { (u128::from(ns) << 32) / u128::from(ticks) };
        Self(u64::try_from(rate).unwrap_or(1 << 32).max(1))
    }

    /// The rate as a word, for an atomic.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// The rate that such a word stands for.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits.max(1))
    }

    /// The nanoseconds of a span of ticks.
    pub fn ns(self, ticks: u64) -> u64 {
        u64::try_from((u128::from(ticks) * u128::from(self.0)) >> 32).unwrap_or(u64::MAX)
    }
}

/// Monotonic clocks that stand still until a test moves them, for the thread that stopped them and
/// the threads of its agents.
#[cfg(test)]
pub(crate) mod frozen {
    use std::cell::RefCell;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    thread_local! {
        static NOW: RefCell<Option<Frozen>> = const { RefCell::new(None) };
    }

    /// The clocks' time.
    #[derive(Clone, Debug)]
    pub(crate) struct Frozen(Arc<AtomicU64>);

    impl Frozen {
        /// Stops this thread's clocks at `now_ns`.
        pub(crate) fn stop(now_ns: u64) -> Self {
            let frozen = Self(Arc::new(AtomicU64::new(now_ns)));
            adopt(Some(frozen.clone()));
            frozen
        }

        /// Moves them.
        pub(crate) fn set(&self, now_ns: u64) {
            self.0.store(now_ns, Ordering::SeqCst);
        }
    }

    /// What a thread that this one starts is to adopt.
    pub(crate) fn share() -> Option<Frozen> {
        NOW.with(|now| now.borrow().clone())
    }

    /// Lets this thread's clocks be another's; `None` lets them go.
    pub(crate) fn adopt(frozen: Option<Frozen>) {
        NOW.with(|now| *now.borrow_mut() = frozen);
    }

    pub(super) fn now_ns() -> Option<u64> {
        NOW.with(|now| now.borrow().as_ref().map(|frozen| frozen.0.load(Ordering::SeqCst)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_turn_into_nanoseconds() {
        let rate = TickRate::between((100, 1_000), (400, 1_100));
        assert_eq!(rate.ns(3_000), 1_000 - 1);
        assert_eq!(TickRate::between((5, 5), (5, 9)).ns(7), 7);
    }

    #[test]
    fn every_thread_has_its_own_id() {
        let (first, again) = (thread_id(), thread_id());
        let other = std::thread::spawn(thread_id).join().expect("it only reads");
        assert_eq!((first, again), (ffi::thread_id(), first));
        assert!(first != other || first == 0);
    }

    #[test]
    fn clocks_move() {
        let (before, coarse) = (monotonic_ns(), coarse_ns());
        assert!(before > 0 && coarse > 0 && wall_ns() > 0 && thread_cpu_ns() > 0);
        assert!(monotonic_ns() >= before);
    }
}
