//! Says how many cases of a file of vectors ran, to who runs the tests and to the gate.
//!
//! Knows no case. Invariant: what is told is what ran.

use std::io::Write as _;

/// The runtime that these tests run the vectors with.
const RUNTIME: &str = "core, JSON host";

/// Tells that `ran` cases of `file` ran here, and none was skipped. The gate names the file where it
/// sums up all runtimes.
pub(crate) fn tell(file: &str, ran: usize) {
    println!("{file}: {ran} cases ran with the {RUNTIME}");
    let Some(path) = std::env::var_os("STILLFRAME_CONFORMANCE") else { return };
    let summary = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let mut summary = summary.expect("the summary can be written");
    // In one piece: others append to the file meanwhile.
    let line = format!("{file}\t{RUNTIME}\t{ran}\t0\n");
    summary.write_all(line.as_bytes()).expect("the summary can be written");
}
