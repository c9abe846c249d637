//! What a hub takes on this machine: `stillframe-bench-hub BIN [--short]` prints one JSON object.
//!
//! Knows the order of measurements; how each is made stands in its module. Invariant: the hub is the
//! command `BIN` as it is shipped, a process of its own, and agents run beside it on the same cores.

mod idle;
mod load;
mod pace;
mod process;
mod query;
mod spread;

use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use stillframe_tests::stand::Stand;

/// How much is measured.
struct Sizes {
    /// Snapshots of the load; the query searches in them.
    snapshots: u64,
    /// Milliseconds at 10,000 snapshots a second.
    paced_ms: u64,
    idle_agents: u32,
    idle_s: u64,
}

const FULL: Sizes =
    Sizes { snapshots: 1_000_000, paced_ms: 10_000, idle_agents: 1_000, idle_s: 30 };
const SHORT: Sizes = Sizes { snapshots: 4_096, paced_ms: 200, idle_agents: 50, idle_s: 1 };

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(bin) = words.next() else {
        eprintln!("usage: stillframe-bench-hub BIN [--short]");
        return ExitCode::from(2);
    };
    // Programs start in folders of their own.
    let bin = match PathBuf::from(&bin).canonicalize() {
        Ok(bin) => bin,
        Err(error) => {
            eprintln!("{bin}: {error}");
            return ExitCode::from(2);
        }
    };
    let sizes = if words.any(|word| word == "--short") { SHORT } else { FULL };
    println!("{}", measure(bin, &sizes));
    ExitCode::SUCCESS
}

fn measure(bin: PathBuf, sizes: &Sizes) -> serde_json::Value {
    let stand = Stand::of(bin);
    eprintln!("idle: {} agents", sizes.idle_agents);
    let idle = {
        let hub = stand.hub(0);
        idle::measure(&hub, sizes.idle_agents, sizes.idle_s)
    };
    let stand = Stand::of(stand.bin().to_path_buf());
    let hub = stand.hub(0);
    eprintln!("load: {} snapshots", sizes.snapshots);
    let (load, probes) = load::measure(&stand, &hub, sizes.snapshots);
    eprintln!("query: among {} snapshots", load.stored);
    let query = query::measure(&hub, &probes, load.taken);
    eprintln!("pace: {} ms at 10,000 snapshots/s", sizes.paced_ms);
    let pace = pace::measure(&hub, &probes, sizes.paced_ms);
    json!({
        "snapshots_per_s": load.per_s.round(),
        "cpu_us_per_snapshot": load.cpu_us,
        "bytes_per_snapshot": load.bytes.round(),
        "stored": load.stored,
        "ack_p50_ms_at_10k": pace.ms(0.50),
        "ack_p99_ms_at_10k": pace.ms(0.99),
        "ack_max_ms_at_10k": pace.ms(1.0),
        "idle_agents": sizes.idle_agents,
        "idle_mb": idle.mb,
        "idle_core_percent": idle.core_percent,
        "query_p50_ms": query.ms(0.50),
        "query_p99_ms": query.ms(0.99),
    })
}
