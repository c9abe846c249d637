//! The summary of the conformance vectors: which cases ran where, and why others did not.
//!
//! Knows the lines that runners of vectors append to the file `STILLFRAME_CONFORMANCE`: file,
//! runtime, cases that ran and cases skipped, by tabs; behind it, indented, how many were skipped for
//! which reason. Invariant: nothing is summed up that no runner said.

use crate::Result;
use crate::files::{read, target};
use crate::say::say;
use crate::step::Verdict;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Fewer cases than this mean that files are missing.
const LEAST_CASES: u64 = 400;

/// Where runners append.
pub(crate) fn path() -> PathBuf {
    target("conformance.txt")
}

/// Forgets what earlier runs said.
pub(crate) fn begin() {
    // There need not be one.
    let _ = std::fs::remove_file(path());
}

/// Cases of one file in one runtime.
#[derive(Default)]
struct Line {
    ran: u64,
    skipped: u64,
    reasons: Vec<String>,
}

/// Prints the table; an error if it is too small to be all.
pub(crate) fn summary() -> Result<Verdict> {
    let Ok(text) = read(&path()) else {
        return Ok(Verdict::Skipped("no runner of vectors ran".to_owned()));
    };
    let files = parsed(&text);
    let mut cases = 0;
    for (file, runtimes) in &files {
        cases += runtimes.values().map(|line| line.ran + line.skipped).max().unwrap_or(0);
        say!("{file}");
        for (runtime, line) in runtimes {
            say!("  {runtime:<16} {:>5} ran {:>5} skipped", line.ran, line.skipped);
            line.reasons.iter().for_each(|reason| say!("  {:>34} {reason}", ""));
        }
    }
    let runs: u64 = files.values().flat_map(BTreeMap::values).map(|line| line.ran).sum();
    let skipped: u64 = files.values().flat_map(BTreeMap::values).map(|line| line.skipped).sum();
    say!("{cases} cases · {runs} runs · {skipped} skipped, each with a reason above");
    if cases < LEAST_CASES {
        return Err(format!("only {cases} cases, fewer than {LEAST_CASES}"));
    }
    Ok(Verdict::Fine)
}

fn parsed(text: &str) -> BTreeMap<&str, BTreeMap<&str, Line>> {
    let mut files: BTreeMap<&str, BTreeMap<&str, Line>> = BTreeMap::new();
    let mut at = None;
    for line in text.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        match (&parts[..], at) {
            (["", count, reason], Some((file, runtime))) => {
                let line = files.entry(file).or_default().entry(runtime).or_default();
                line.reasons.push(format!("{count} × {reason}"));
            }
            ([file, runtime, ran, skipped], _) => {
                let line = files.entry(file).or_default().entry(runtime).or_default();
                line.ran = ran.parse().unwrap_or(0);
                line.skipped = skipped.parse().unwrap_or(0);
                at = Some((*file, *runtime));
            }
            _ => {}
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runners_said_is_read() {
        let files = parsed("a.json\tcore\t5\t0\na.json\tPython 3.12\t3\t2\n\t2\tno such thing\n");
        let lines = &files["a.json"];
        assert_eq!((lines["core"].ran, lines["Python 3.12"].skipped), (5, 2));
        assert_eq!(lines["Python 3.12"].reasons, ["2 × no such thing"]);
    }
}
