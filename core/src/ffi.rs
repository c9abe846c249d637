//! The core's few calls into the operating system and the processor that Rust has no safe form for.
//!
//! Knows no policy: each function is one call. Invariant: everything here is safe to call from any
//! thread, inside a hit and in a forked child.
#![expect(unsafe_code, reason = "the core's one named place for system calls")]

/// Nanoseconds of a clock of the system (`CLOCK_*` of `clock_gettime(2)`); 0 if it has none such.
/// 17 ns for precise clocks, 4 ns for coarse ones.
pub(crate) fn clock_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a live, writable timespec of this frame; the call keeps no pointer to it.
    let status = unsafe { libc::clock_gettime(clock, &raw mut time) };
    if status != 0 {
        return 0;
    }
    let (seconds, nanos) = (time.tv_sec.cast_unsigned(), time.tv_nsec.cast_unsigned());
    seconds.wrapping_mul(1_000_000_000).wrapping_add(nanos)
}

/// The processor's time stamp counter; where there is none, monotonic nanoseconds. About 8 ns.
pub(crate) fn ticks() -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: every x86-64 processor has `rdtsc`; it reads a register and touches no memory.
        unsafe { core::arch::x86_64::_rdtsc() }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        clock_ns(libc::CLOCK_MONOTONIC)
    }
}
