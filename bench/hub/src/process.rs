//! What a process used, by `/proc`.

use std::time::Duration;

/// Ticks of `/proc/PID/stat` in a second: what Linux tells programs on every processor it runs on.
const TICKS: u64 = 100;

fn read(pid: u32, file: &str) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/{file}")).expect("the hub runs")
}

/// Time on processors since its start.
pub(crate) fn cpu(pid: u32) -> Duration {
    let stat = read(pid, "stat");
    // Its name, in brackets, may hold blanks; what counts is behind it.
    let (_, behind) = stat.rsplit_once(')').expect("the format of proc_pid_stat(5)");
    let field = |n: usize| behind.split_whitespace().nth(n).and_then(|text| text.parse().ok());
    let ticks: u64 = field(11).unwrap_or(0) + field(12).unwrap_or(0);
    Duration::from_millis(ticks * 1_000 / TICKS)
}

/// Resident memory in MB (10^6 bytes).
pub(crate) fn resident_mb(pid: u32) -> f64 {
    let status = read(pid, "status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.expect("the format of proc_pid_status(5)") * 1_024.0 / 1e6
}
