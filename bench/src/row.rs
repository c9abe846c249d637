//! One measurement.
//!
//! Invariant: `ns` is what one hit adds and `ratio` is to the base measured in the same process; for
//! `base` itself `ns` is the base and `ratio` is 1, as it is where nothing is compared.

use serde::{Deserialize, Serialize};

/// Cases of Python's table for Stillframe; peers and the runtime's means have those they can do.
pub const CASES: [&str; 12] = [
    "base",
    "base_again",
    "idle_function",
    "unprobed_function",
    "unprobed_line",
    "condition_false",
    "condition_false_high_line",
    "count",
    "over_quota",
    "time_function",
    "capture_10_locals",
    "removed",
];

/// The same for the JVM, whose table has figures that are measured apart as well: the writer of
/// captures alone, other threads' longest pause, the start of a process.
pub const JVM_CASES: [&str; 26] = [
    "base",
    "base_again",
    "idle_streams",
    "unprobed_function",
    "unprobed_line",
    "condition_false",
    "condition_false_field",
    "condition_false_counted",
    "condition_failed",
    "count",
    "over_quota",
    "time_function",
    "log_line",
    "write_10_locals",
    "capture_10_locals",
    "capture_10_locals_stack",
    "removed",
    "first_hit",
    "first_capture",
    "arm",
    "arm_10000_classes",
    "arm_10000_larger_classes",
    "stall",
    "stall_10000_classes",
    "stall_10000_larger_classes",
    "startup",
];

/// The same for Node.js: probes of V8's inspector, and what is measured in processes of its own.
pub const NODE_CASES: [&str; 23] = [
    "base",
    "base_again",
    "idle_streams",
    "idle_function",
    "unprobed_function",
    "unprobed_line",
    "condition_false",
    "condition_false_10_locals",
    "condition_false_late",
    "count",
    "over_quota",
    "time_function",
    "log_line",
    "watch",
    "write_10_locals",
    "capture_10_locals",
    "capture_10_locals_stack",
    "removed",
    "first_arm",
    "first_hit",
    "first_capture",
    "startup",
    "retained_bytes",
];

/// The same for Ruby, in its interpreter and what is measured in processes of its own.
pub const RUBY_CASES: [&str; 16] = [
    "base",
    "base_again",
    "idle_function",
    "unprobed_function",
    "unprobed_line",
    "condition_false",
    "count",
    "over_quota",
    "time_function",
    "log_line",
    "capture_10_locals",
    "removed",
    "first_arm",
    "first_hit",
    "first_capture",
    "startup",
];

/// Where a Ruby has YJIT: what a probe costs there, what is left when it is gone, and by how many bytes
/// the compiled code grows for each that comes and goes.
pub const YJIT_CASES: [&str; 5] = [
    "yjit_base",
    "yjit_unprobed_function",
    "yjit_condition_false",
    "yjit_removed",
    "yjit_arm_bytes",
];

/// Cases that no subject of Node.js must have: a pause in place of a hit, and durations, which are
/// left out while the agent refuses them.
const NODE_MORE: [&str; 4] = ["time_function", "arm", "pause_read_one", "pause_read_one_10_locals"];

/// What checks cost that the rewriter puts into code: by themselves, and armed by the agent with a
/// condition that is false, for the first time and later.
pub const REWRITER_CASES: [&str; 18] = [
    "check_asleep",
    "check_false_first",
    "check_false_later",
    "check_removed",
    "dormant_calls",
    "dormant_loop",
    "dormant_objects",
    "dormant_acorn",
    "armed_first_calls",
    "armed_first_loop",
    "armed_first_objects",
    "armed_later_calls",
    "armed_later_loop",
    "armed_later_objects",
    "disarmed_calls",
    "disarmed_loop",
    "disarmed_objects",
    "rewrite_10000_lines",
];

/// What is done once a probe and not once a hit: the whole time, compared with nothing.
pub const ONCE: [&str; 4] =
    ["index_stretch", "arm_indexed", "rewrite_500_lines", "rewrite_500_lines_each"];

/// Cases of a runtime's table, in its order.
pub(crate) fn order(runtime: &str) -> Vec<&'static str> {
    match runtime {
        "jvm" => JVM_CASES.to_vec(),
        "ruby" => [&RUBY_CASES[..], &YJIT_CASES].concat(),
        "node" => [&NODE_CASES[..], &NODE_MORE, &REWRITER_CASES].concat(),
        _ => CASES.into_iter().chain(ONCE).collect(),
    }
}

/// What CPython 3.`minor` itself offers to do the same.
pub fn means(minor: u8) -> &'static [&'static str] {
    // `sys.monitoring` came with 3.12.
    if minor < 12 { &["settrace"] } else { &["settrace", "monitoring_py"] }
}

/// Another product.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Subject of its rows.
    pub name: &'static str,
    /// What is installed.
    pub package: &'static str,
    /// Minor versions of Python 3 that it supports, of those measured.
    pub minors: &'static [u8],
}

/// Other products and the versions they are measured at.
pub const PEERS: [Peer; 3] = [
    Peer { name: "debugpy", package: "debugpy==1.8.22", minors: &[12, 13] },
    Peer { name: "ddtrace", package: "ddtrace==4.16.0", minors: &[12, 13] },
    // Does not install on 3.12 and later.
    Peer { name: "rook", package: "rook==0.1.209", minors: &[11] },
];

/// A row of `target/bench/overhead.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// `python`, `jvm`, `node`, or `core` for the part that is the same in every runtime.
    pub runtime: String,
    /// Its version.
    pub version: String,
    /// What was done.
    pub case: String,
    /// Who did it.
    pub subject: String,
    /// Nanoseconds added per hit; of `retained_bytes` and `yjit_arm_bytes`, bytes.
    pub ns: f64,
    /// To the base.
    pub ratio: f64,
}

/// Rows of a runner's stdout, one JSON object a line.
pub fn parse(output: &str) -> Result<Vec<Row>, String> {
    let lines = output.lines().filter(|line| !line.trim().is_empty());
    let rows = lines.map(|line| {
        let row: Row = serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
        if row.ns.is_finite() && row.ratio.is_finite() {
            Ok(row)
        } else {
            Err(format!("{line}: not a number"))
        }
    });
    rows.collect()
}

/// Adds a peer's rows. Its base, which is in its ratios already, joins them only where no other row
/// of that version has one.
pub fn add_peer(rows: &mut Vec<Row>, peer: Vec<Row>) {
    let is_known = |row: &Row| {
        let same = |known: &&Row| known.runtime == row.runtime && known.version == row.version;
        rows.iter().filter(same).any(|known| known.case == row.case)
    };
    let (base, own): (Vec<Row>, Vec<Row>) =
        peer.into_iter().partition(|row| row.case.starts_with("base"));
    let base: Vec<Row> = base.into_iter().filter(|row| !is_known(row)).collect();
    rows.extend(base);
    rows.extend(own);
}

/// Of `cases`, those of `subject` that `rows` lack. The base belongs to nobody.
pub fn missing(rows: &[Row], cases: &[&'static str], subject: &str) -> Vec<&'static str> {
    let has = |case: &str| {
        rows.iter()
            .any(|row| row.case == case && (case.starts_with("base") || row.subject == subject))
    };
    cases.iter().copied().filter(|case| !has(case)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(case: &str, subject: &str) -> String {
        let of = r#""runtime":"python","version":"3.12.1""#;
        format!(r#"{{{of},"case":"{case}","subject":"{subject}","ns":1,"ratio":1}}"#)
    }

    #[test]
    fn missing_cases_are_named() {
        let lines: Vec<_> = CASES.iter().skip(2).map(|case| row(case, "stillframe")).collect();
        let mut rows = parse(&lines.join("\n")).unwrap();
        assert_eq!(missing(&rows, &CASES, "stillframe"), ["base", "base_again"]);
        rows.extend(parse(&[row("base", "none"), row("base_again", "none")].join("\n")).unwrap());
        assert_eq!(missing(&rows, &CASES, "stillframe"), [""; 0]);
        assert_eq!(missing(&rows, &CASES, "settrace").len(), CASES.len() - 2);
    }

    #[test]
    fn a_base_of_a_peer_counts_where_there_is_no_other() {
        let of_peer = [row("base", "none"), row("count", "peer")].join("\n");
        let mut rows = parse(&row("base", "none")).unwrap();
        add_peer(&mut rows, parse(&of_peer).unwrap());
        add_peer(&mut rows, parse(&of_peer.replace("3.12.1", "3.11.7")).unwrap());
        let found: Vec<_> = rows.iter().map(|row| (&*row.version, &*row.case)).collect();
        let (our, other) = ("3.12.1", "3.11.7");
        assert_eq!(found, [(our, "base"), (our, "count"), (other, "base"), (other, "count")]);
    }

    #[test]
    fn a_row_that_is_no_row_is_refused() {
        assert!(parse("{}").is_err());
        assert!(parse("hello").is_err());
        assert!(parse(&row("base", "none").replace("\"ns\":1", "\"ns\":1e999")).is_err());
    }
}
