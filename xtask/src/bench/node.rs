//! What a probe costs on Node.js: the programs of `bench/node`, and what the rewriter's own measure, on
//! each version that is measured.
//!
//! Knows how they are started. Invariant: every version runs the same addon.

mod peers;

use super::rows_of;
use crate::Result;
use crate::files::{copy, make_empty, root, target};
use crate::node::{addon, find};
use crate::process::{must, quiet};
use crate::profile;
use crate::rewriter;
use crate::step::step;
use std::path::{Path, PathBuf};
use std::process::Command;
use stillframe_bench::Row;

/// Versions that are measured, of those that are there.
const MAJORS: [u8; 2] = [20, 24];
/// Ours, and what V8 itself offers: alone, and by ways that pause.
const SUBJECTS: &str = "stillframe,v8,pausing,pausing_worker";

/// How much is measured.
struct Amount {
    is_short: bool,
    /// Processes of a subject, rounds of each, milliseconds of a measurement.
    overhead: [&'static str; 3],
    /// Runs of ordinary code, milliseconds of each, starts, first hits.
    processes: [&'static str; 4],
    /// Hits after which what is left of them is measured.
    retained: &'static str,
    rewrites: usize,
    /// Functions whose checks are armed, milliseconds of each state.
    checks: [&'static str; 2],
}

const WHOLE: Amount = Amount {
    is_short: false,
    overhead: ["3", "3", "300"],
    processes: ["7", "1500", "20", "10"],
    retained: "20000",
    rewrites: 5,
    checks: ["5", "300"],
};
const SHORT: Amount = Amount {
    is_short: true,
    overhead: ["1", "1", "20"],
    processes: ["1", "50", "2", "2"],
    retained: "500",
    rewrites: 1,
    checks: ["1", "20"],
};

/// Rows of every version, and what could not be measured.
pub(super) fn rows(with_peers: bool, short: bool) -> Result<(Vec<Row>, Vec<String>)> {
    let amount = if short { &SHORT } else { &WHOLE };
    let (mut rows, mut absent) = (Vec::new(), Vec::new());
    let mut rewritten = None;
    // Short rounds check the rows, which are the same on both.
    let versions = if short { 1 } else { MAJORS.len() };
    for major in MAJORS.into_iter().take(versions) {
        let node = match find(major) {
            Ok(node) => node,
            Err(fault) => {
                absent.push(fault);
                continue;
            }
        };
        let bench = Bench { node, addon: addon()?, amount };
        rows.extend(step(&format!("Node {major}: hits"), || bench.overhead())?);
        rows.extend(step(&format!("Node {major}: processes"), || bench.processes())?);
        rows.extend(step(&format!("Node {major}: what hits leave"), || bench.retained())?);
        rows.extend(step(&format!("Node {major}: hits by checks"), || bench.armed())?);
        if with_peers {
            peers::add(&bench, major, &mut rows, &mut absent);
        }
        if rewritten.is_none() {
            rewritten = Some(step("the rewriter", || Rewritten::new(amount)));
        }
        match &rewritten {
            Some(Ok(new)) => {
                rows.extend(step(&format!("Node {major}: checks"), || bench.checks(new))?);
            }
            Some(Err(fault)) => absent.push(format!("checks on Node {major}: {fault}")),
            None => {}
        }
    }
    Ok((rows, absent))
}

/// One version of Node.
struct Bench {
    node: PathBuf,
    addon: PathBuf,
    amount: &'static Amount,
}

impl Bench {
    fn program(&self, name: &str) -> Command {
        let mut node = Command::new(&self.node);
        node.env("STILLFRAME_NODE_LIBRARY", &self.addon);
        node.arg(root().join(name));
        node
    }

    fn overhead(&self) -> Result<Vec<Row>> {
        let mut node = self.program("bench/node/overhead.js");
        rows_of(node.arg(SUBJECTS).args(self.amount.overhead))
    }

    fn processes(&self) -> Result<Vec<Row>> {
        let mut node = self.program("bench/node/processes.js");
        rows_of(node.args(self.amount.processes))
    }

    /// What a false condition costs by checks, through the agent.
    fn armed(&self) -> Result<Vec<Row>> {
        let mut node = self.program("bench/node/checks.js");
        rows_of(node.args(self.amount.checks))
    }

    fn retained(&self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for subject in ["stillframe", "v8"] {
            let mut node = Command::new(&self.node);
            node.env("STILLFRAME_NODE_LIBRARY", &self.addon).arg("--expose-gc");
            node.arg(root().join("bench/node/retained.js"));
            rows.extend(rows_of(node.args([subject, "condition_false", self.amount.retained]))?);
        }
        Ok(rows)
    }

    /// What checks cost that sleep, and that call; the time that the rewriter takes is the same for all.
    fn checks(&self, new: &Rewritten) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for what in ["renewed", "acorn"] {
            let mut node = Command::new(&self.node);
            node.arg("--single-threaded-gc");
            node.arg(root().join("bindings-node/rewriter/tests/speed/run.js"));
            node.args([&new.old, &new.new]).arg(what);
            rows.extend(rows_of(node.args(self.amount.is_short.then_some("short")))?);
        }
        let version = rows.first().map(|row| row.version.clone()).unwrap_or_default();
        rows.push(Row {
            runtime: "node".to_owned(),
            version,
            case: "rewrite_10000_lines".to_owned(),
            subject: "stillframe".to_owned(),
            ns: new.ns,
            ratio: 1.0,
        });
        Ok(rows)
    }
}

/// Loops and the package acorn, as they were and with checks.
struct Rewritten {
    old: PathBuf,
    new: PathBuf,
    /// Nanoseconds that 10,000 lines of it took.
    ns: f64,
}

impl Rewritten {
    fn new(amount: &Amount) -> Result<Self> {
        let mut build = profile::cargo("build");
        build.args(["-p", "stillframe-rewriter", "--example", "mass"]);
        must(&mut build)?;
        let (old, new) = (target("bench/node/old"), target("bench/node/new"));
        make_empty(&old)?;
        copy(&rewriter::fetched()?.join("acorn"), &old.join("acorn"))?;
        let loops = "bindings-node/rewriter/tests/speed/loops.js";
        copy(&root().join(loops), &old.join("loops.js"))?;
        let mut ns = f64::MAX;
        for _ in 0..amount.rewrites {
            ns = ns.min(1e3 * rewrite(&old, &new)?);
        }
        Ok(Self { old, new, ns })
    }
}

/// Rewrites a folder; microseconds for 10,000 lines of it.
fn rewrite(old: &Path, new: &Path) -> Result<f64> {
    make_empty(new)?;
    let mut command = Command::new(profile::folder().join("examples/mass"));
    let said = quiet(command.arg(old).arg(new))?;
    let each = said.split_whitespace().find_map(|word| word.strip_prefix("us_per_10000_lines="));
    each.and_then(|number| number.parse().ok())
        .ok_or_else(|| format!("the rewriter said {:?}", said.trim()))
}
