//! Other products for Node.js, driven without their clouds by the subjects of `bench/node`.
//!
//! Knows npm's packages of them. Invariant: one that cannot be measured here stops nothing, and is
//! answered with why.

use super::Bench;
use crate::Result;
use crate::bench::rows_of;
use crate::files::{make_folder, target};
use crate::node::find_npm;
use crate::process::quiet;
use crate::step::step;
use std::path::PathBuf;
use std::process::Command;
use stillframe_bench::{Row, add_peer};

/// Processes, rounds and milliseconds of a measurement.
const AMOUNT: [&str; 3] = ["2", "3", "300"];
const SHORT: [&str; 3] = ["1", "1", "20"];

/// A product as npm has it.
struct Peer {
    /// The subject of its rows.
    name: &'static str,
    package: &'static str,
    version: &'static str,
}

const PEERS: [Peer; 2] = [
    // The last whose Node.js begins below 22.
    Peer { name: "dd-trace", package: "dd-trace", version: "5.132.0" },
    Peer { name: "debug-agent", package: "@google-cloud/debug-agent", version: "9.0.1" },
];

/// Adds the rows of every product that can be measured on this version.
pub(super) fn add(bench: &Bench, major: u8, rows: &mut Vec<Row>, absent: &mut Vec<String>) {
    for peer in &PEERS {
        let name = format!("{} {} on Node {major}", peer.package, peer.version);
        match step(&name, || peer.measure(bench)) {
            Ok(of_peer) => add_peer(rows, of_peer),
            Err(fault) => absent.push(format!("{name}: {fault}")),
        }
    }
}

impl Peer {
    fn measure(&self, bench: &Bench) -> Result<Vec<Row>> {
        let mut node = bench.program("bench/node/overhead.js");
        node.env("BENCH_PEERS", self.folder()?);
        let amount = if bench.amount.is_short { SHORT } else { AMOUNT };
        rows_of(node.arg(self.name).args(amount))
    }

    /// A folder of its own, where it is installed.
    fn folder(&self) -> Result<PathBuf> {
        let folder = target("bench/peers").join(format!("{}-{}", self.name, self.version));
        if !folder.join("node_modules").join(self.package).exists() {
            find_npm()?;
            make_folder(&folder)?;
            let mut npm = Command::new("npm");
            npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
            quiet(npm.arg(&folder).arg(format!("{}@{}", self.package, self.version)))?;
        }
        Ok(folder)
    }
}
