//! `cargo xtask demo · test · bench · dist · docs`: what a person or CI does with the whole repository.
//!
//! Knows how parts are built and started, not how they work. Invariant: whatever can be missing on a
//! machine is looked for first and named with the command that mends it.

mod accounts;
mod bench;
mod bytecode;
mod classfile;
mod clean;
mod conformance;
mod count;
mod customers;
mod demo;
mod dist;
mod exploration;
mod files;
mod fuzz;
mod java;
mod jdk;
mod matrix;
mod node;
mod process;
mod profile;
mod python;
mod reference;
mod rewriter;
mod ruby;
mod say;
mod shipped;
mod step;
mod system;
mod test;
mod zig;

use clap::{Parser, Subcommand, ValueEnum};
use std::process::ExitCode;

/// What went wrong, for the terminal.
pub(crate) type Result<T> = std::result::Result<T, String>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Demo, test, bench, dist and docs of the whole repository")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// A hub, shops under load, probes, and what they bring
    Demo {
        /// Ends by itself instead of staying up
        #[arg(long)]
        once: bool,
        /// `json`: one JSON object a snapshot on stdout and nothing else
        #[arg(short, long, default_value = "text")]
        output: Output,
    },
    /// Everything that CI checks
    Test {
        /// The long forms too: ten minutes of fuzzing for each target, licences and sources of every
        /// dependency (installs cargo-deny)
        #[arg(long)]
        full: bool,
        /// The binding on the CPythons of a Debian sid, and nothing else: needs root, makes the
        /// system under target/matrix by debootstrap unless STILLFRAME_MATRIX_ROOT names one
        #[arg(long)]
        matrix: bool,
        /// Only steps whose name contains this
        #[arg(long)]
        only: Option<String>,
    },
    /// What a probe costs, as a table and as target/bench/overhead.json
    Bench {
        /// `python`, `jvm`, `node`, `ruby` or `core`; all when absent
        #[arg(long)]
        runtime: Option<String>,
        /// Other products too, each installed into a folder of its own under target
        #[arg(long)]
        peers: bool,
        /// What a hub takes instead, as target/bench/hub.json
        #[arg(long, conflicts_with_all = ["runtime", "peers"])]
        hub: bool,
        /// Short rounds: checks the rows, not the figures
        #[arg(long)]
        short: bool,
    },
    /// Wheels, the jar, npm's packages, the gems, and the command with the agents beside it, under
    /// target/dist
    Dist,
    /// The references of every API, as pages under target/docs
    Docs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
}

fn main() -> ExitCode {
    let task = Args::parse().task;
    if matches!(
        task,
        Task::Demo { .. } | Task::Docs | Task::Test { full: false, matrix: false, .. }
    ) {
        profile::be_quick();
    }
    let done = match task {
        Task::Demo { once, output } => demo::run(once, output == Output::Json),
        Task::Test { matrix: true, only, .. } => matrix::run(only.as_deref()),
        Task::Test { full, only, .. } => test::run(full, only.as_deref()),
        Task::Bench { runtime, peers, hub, short } => {
            bench::run(runtime.as_deref(), peers, hub, short)
        }
        Task::Dist => dist::run(),
        Task::Docs => reference::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("failed: {fault}");
            ExitCode::FAILURE
        }
    }
}
