//! What a hub takes: `bench/hub` against the command, and what its figures must reach.
//!
//! Knows how both are started. Invariant: the figures go into `target/bench/hub.json` unchanged.

use crate::Result;
use crate::count::Counts;
use crate::files::{make_folder, target, write};
use crate::process::{must, quiet};
use crate::profile;
use crate::step::Verdict;
use std::path::Path;
use std::process::Command;

/// What a figure must reach.
enum Target {
    AtLeast(f64),
    AtMost(f64),
}

use Target::{AtLeast, AtMost};

/// For a hub and its agents together on two cores.
const TARGETS: [(&str, Target); 6] = [
    ("snapshots_per_s", AtLeast(60_000.0)),
    ("bytes_per_snapshot", AtMost(1_024.0)),
    ("ack_p99_ms_at_10k", AtMost(50.0)),
    ("idle_mb", AtMost(200.0)),
    ("idle_core_percent", AtMost(1.0)),
    ("query_p99_ms", AtMost(50.0)),
];

/// Measures, and prints each figure beside its target.
pub(super) fn run(short: bool) -> Result<()> {
    must(profile::cargo("build").args(["-p", "stillframe-cli"]))?;
    must(profile::cargo("build").args(["-p", "stillframe-bench-hub"]))?;
    let release = profile::folder();
    let figures =
        measure(&release.join("stillframe-bench-hub"), &release.join("stillframe"), short)?;
    let folder = target("bench");
    make_folder(&folder)?;
    let file = folder.join("hub.json");
    write(&file, &format!("{figures:#}\n"))?;
    for (name, wanted) in &TARGETS {
        let Some(figure) = figures[*name].as_f64() else {
            return Err(format!("no figure of {name}"));
        };
        let (reached, bound) = match wanted {
            AtLeast(bound) => (figure >= *bound, format!("at least {bound}")),
            AtMost(bound) => (figure <= *bound, format!("at most {bound}")),
        };
        let word = if reached { "reached    " } else { "NOT REACHED" };
        println!("{word}  {name}: {figure}, {bound}");
    }
    println!("\n{}", file.display());
    Ok(())
}

fn measure(program: &Path, bin: &Path, short: bool) -> Result<serde_json::Value> {
    let mut command = Command::new(program);
    command.arg(bin).args(short.then_some("--short"));
    let output = quiet(&mut command)?;
    serde_json::from_str(&output).map_err(|error| format!("it printed no figures: {error}"))
}

/// Short rounds, as a test: every figure is there. What measures was built with the command.
pub(crate) fn smoke(bin: &Path) -> Result<Verdict> {
    let figures = measure(&target("debug/stillframe-bench-hub"), bin, true)?;
    let absent = TARGETS.iter().find(|(name, _)| !figures[*name].is_number());
    match absent {
        Some((name, _)) => Err(format!("no figure of {name}")),
        None => Ok(Verdict::Ran(Counts { passed: TARGETS.len() as u64, ..Counts::default() })),
    }
}
