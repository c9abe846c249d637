//! The core's few calls into the operating system and the processor that Rust has no safe form for.
//!
//! Knows no policy: each function is one call. Invariant: everything here is safe to call from any
//! thread, inside a hit and in a forked child.
#![expect(unsafe_code, reason = "the core's one named place for system calls")]

use std::os::fd::RawFd;
use std::sync::atomic::AtomicU32;

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

/// Waits until `socket` can be read (or, with `wants_write`, written) or `waker` can be read, at most
/// `timeout_ms`. Says which of the two is ready; both are false on time-out or interruption.
pub(crate) fn wait(
    socket: RawFd,
    wants_write: bool,
    waker: RawFd,
    timeout_ms: i32,
) -> (bool, bool) {
    let events = if wants_write { libc::POLLIN | libc::POLLOUT } else { libc::POLLIN };
    let mut entries = [
        libc::pollfd { fd: socket, events, revents: 0 },
        libc::pollfd { fd: waker, events: libc::POLLIN, revents: 0 },
    ];
    // SAFETY: the pointer and the count describe `entries`, a live local array of two.
    let ready = unsafe { libc::poll(entries.as_mut_ptr(), 2, timeout_ms) };
    if ready <= 0 { (false, false) } else { (entries[0].revents != 0, entries[1].revents != 0) }
}

/// The system's id of the calling thread; 0 where it has none. A system call, about 50 ns.
pub(crate) fn thread_id() -> u64 {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: takes no argument and cannot fail.
        let id = unsafe { libc::gettid() };
        u64::from(id.cast_unsigned())
    }
    #[cfg(not(target_os = "linux"))]
    {
        0
    }
}

/// Forks this process: 0 in the child. What the child may do is its business.
#[cfg(test)]
pub(crate) fn fork() -> i32 {
    // SAFETY: takes no argument; the child has its own copy of everything this thread can reach.
    unsafe { libc::fork() }
}

/// Ends this process at once.
#[cfg(test)]
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: does not return, and runs nothing of this process.
    unsafe { libc::_exit(code) }
}

/// Waits for a child; its exit code, or -1 if a signal ended it.
#[cfg(test)]
pub(crate) fn await_child(pid: i32) -> i32 {
    let mut status = 0;
    // SAFETY: `status` is a live local that the call writes.
    let waited = unsafe { libc::waitpid(pid, &raw mut status, 0) };
    if waited == pid && libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { -1 }
}

/// Runs `start` with every signal blocked, so that a thread it starts never takes one of the
/// application's.
pub(crate) fn with_signals_blocked<O>(start: impl FnOnce() -> O) -> O {
    let mut all = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the call writes the whole set behind its pointer, which is a local of this frame.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    // SAFETY: `all` was filled above; `before` is a local that the call writes.
    let status =
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
    let started = start();
    if status == 0 {
        // SAFETY: `before` was written by the call above, which succeeded.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut()) };
    }
    started
}

/// Closes a descriptor that a forked child inherited, without a word to the other end.
///
/// The caller holds no Rust object that owns it: in the child those of the parent are never dropped.
pub(crate) fn close_inherited(descriptor: RawFd) {
    // SAFETY: a number is passed, no memory; a stale number only makes the call fail.
    unsafe { libc::close(descriptor) };
}

/// A word that is 0 in a forked child until it is set there, whatever it was in the parent; `None`
/// where the system cannot do that. One page for each call, never given back.
pub(crate) fn wiped_in_child() -> Option<&'static AtomicU32> {
    #[cfg(target_os = "linux")]
    {
        const PAGE: usize = 4_096;
        let (protection, flags) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: asks for fresh memory at no particular address.
        let page = unsafe { libc::mmap(std::ptr::null_mut(), PAGE, protection, flags, -1, 0) };
        if page == libc::MAP_FAILED {
            return None;
        }
        // SAFETY: the page was mapped above and is nobody else's.
        let status = unsafe { libc::madvise(page, PAGE, libc::MADV_WIPEONFORK) };
        if status != 0 {
            // SAFETY: the page was mapped above and no reference to it exists.
            unsafe { libc::munmap(page, PAGE) };
            return None;
        }
        // SAFETY: the page is mapped for good, zeroed, aligned, and only ever used as this word.
        Some(unsafe { &*page.cast::<AtomicU32>() })
    }
    #[cfg(not(target_os = "linux"))]
    {
        None
    }
}
