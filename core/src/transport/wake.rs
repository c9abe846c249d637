//! Ends a wait in `poll` from another thread.
//!
//! Knows nothing of why. Invariant: waking never blocks, and a wake before the wait is not lost.

use crate::ffi;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A pair of sockets of which one end is polled.
#[derive(Debug)]
pub struct Waker {
    awaited: UnixStream,
    signal: UnixStream,
    stopped: AtomicBool,
    paused: AtomicBool,
}

impl Waker {
    /// A new pair.
    pub fn new() -> std::io::Result<Self> {
        let (awaited, signal) = UnixStream::pair()?;
        awaited.set_nonblocking(true)?;
        signal.set_nonblocking(true)?;
        Ok(Self {
            awaited,
            signal,
            stopped: AtomicBool::new(false),
            paused: AtomicBool::new(false),
        })
    }

    /// Ends the present or next wait.
    pub fn wake(&self) {
        // A full pipe wakes as well.
        let _ = (&self.signal).write(&[1]);
    }

    /// Ends every wait from now on.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.wake();
    }

    /// Whether [`Waker::stop`] was called.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Has the link's thread end with its connection open, or lets a new one go on with it.
    pub fn pause(&self, is_paused: bool) {
        self.paused.store(is_paused, Ordering::Release);
        self.wake();
    }

    /// Whether [`Waker::pause`] said so.
    pub fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Acquire)
    }

    /// Waits for a wake.
    pub fn wait(&self, timeout: Duration) {
        self.wait_with(-1, false, timeout);
    }

    /// Waits for a wake or for `socket`; whether the socket is ready.
    pub fn wait_with(&self, socket: RawFd, wants_write: bool, timeout: Duration) -> bool {
        // Rounded up, so that a wait of less than a millisecond is none of none.
        let timeout_ms = i32::try_from(timeout.as_millis().saturating_add(1)).unwrap_or(i32::MAX);
        let (ready, woken) = ffi::wait(socket, wants_write, self.awaited.as_raw_fd(), timeout_ms);
        if woken {
            let mut bytes = [0; 64];
            while (&self.awaited).read(&mut bytes).is_ok_and(|len| len == bytes.len()) {}
        }
        ready
    }

    /// The descriptors, for a forked child to close.
    pub fn descriptors(&self) -> [RawFd; 2] {
        [self.awaited.as_raw_fd(), self.signal.as_raw_fd()]
    }
}
