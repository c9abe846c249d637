//! The one system call the standard library does not offer: a signal to a process group.
#![expect(unsafe_code, reason = "signals are sent through libc")]

/// Sends `signal` to the group that the process `leader` leads, if it still exists.
pub(crate) fn signal_group(leader: u32, signal: i32) {
    let Ok(group) = libc::pid_t::try_from(leader) else { return };
    // SAFETY: kill takes two integers and touches no memory of ours. The group was made by
    // `process_group(0)` for a child of ours that has not been waited for yet, so its number
    // belongs to nobody else.
    let _sent = unsafe { libc::kill(-group, signal) };
}
