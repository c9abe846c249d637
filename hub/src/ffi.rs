//! The hub's few calls into the operating system that Rust has no safe form for.
//!
//! Knows no policy: each function is one call. Invariant: everything here is safe to call from any
//! thread.
#![expect(unsafe_code, reason = "the hub's one named place for system calls")]

/// Whether a process of this id exists, ours or not.
pub(crate) fn process_lives(pid: u32) -> bool {
    let Ok(pid @ 1..) = libc::pid_t::try_from(pid) else { return false };
    // SAFETY: signal 0 sends nothing; the call only asks whether the process exists.
    let status = unsafe { libc::kill(pid, 0) };
    status == 0 || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
}

/// The user this process acts as.
pub(crate) fn user_id() -> u32 {
    // SAFETY: `geteuid` has no arguments, touches no memory and cannot fail.
    unsafe { libc::geteuid() }
}
