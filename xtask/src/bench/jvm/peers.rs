//! Other products for the JVM, driven without their clouds by the subjects of `bench/java`.
//!
//! Knows where they come from and how each is started. Invariant: one that cannot be measured here stops
//! nothing, and is answered with why.

use super::{Bench, without_base};
use crate::Result;
use crate::files::{make_folder, target};
use crate::java::find_maven;
use crate::process::{free_port, quiet};
use crate::step::step;
use std::path::PathBuf;
use std::process::Command;
use stillframe_bench::Row;

/// Milliseconds of one measurement: a product that interprets conditions takes seconds to be compiled.
const MILLISECONDS: &str = "1500";

/// A product as Maven Central has it.
struct Peer {
    /// The subject of its rows.
    name: &'static str,
    group: &'static str,
    version: &'static str,
}

const DATADOG: Peer = Peer { name: "dd-java-agent", group: "com.datadoghq", version: "1.68.1" };
const ROOK: Peer = Peer { name: "rook", group: "com.rookout", version: "0.1.266" };

/// Adds the rows of every product that can be measured on this JDK.
pub(super) fn add(bench: &Bench, rows: &mut Vec<Row>, absent: &mut Vec<String>) {
    for peer in [DATADOG, ROOK] {
        let name = format!("{} {} on JDK {}", peer.name, peer.version, bench.jdk.major);
        match step(&name, || peer.measure(bench)) {
            Ok(of_peer) => rows.extend(without_base(of_peer)),
            Err(fault) => absent.push(format!("{name}: {fault}")),
        }
    }
}

impl Peer {
    fn measure(&self, bench: &Bench) -> Result<Vec<Row>> {
        let agent = format!("-javaagent:{}", self.jar()?.display());
        let (flags, environment) = match self.name {
            "rook" => (vec![agent], NO_CLOUD),
            _ => (of_datadog(bench, agent)?, &[][..]),
        };
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let milliseconds = if bench.amount.is_short { "50" } else { MILLISECONDS };
        bench.overhead(self.name, ("1", milliseconds), &flags, environment)
    }

    /// Its jar, fetched if it is not there.
    fn jar(&self) -> Result<PathBuf> {
        let folder = target("bench/peers");
        let jar = folder.join(format!("{}-{}.jar", self.name, self.version));
        if !jar.exists() {
            find_maven()?;
            make_folder(&folder)?;
            let mut command = Command::new("mvn");
            command.args(["-q", "-B", "-ntp", "dependency:copy"]);
            command.arg(format!("-Dartifact={}:{}:{}", self.group, self.name, self.version));
            quiet(command.arg(format!("-DoutputDirectory={}", folder.display())))?;
        }
        Ok(jar)
    }
}

/// There is nothing behind this port, and no token: its own start ends at once.
const NO_CLOUD: &[(&str, &str)] = &[
    ("ROOKOUT_CONTROLLER_HOST", "ws://127.0.0.1"),
    ("ROOKOUT_CONTROLLER_PORT", "9"),
    ("ROOKOUT_DISABLE_MONITOR", "true"),
];

/// Its probes come from a file, and its agent is the measured process itself.
fn of_datadog(bench: &Bench, agent: String) -> Result<Vec<String>> {
    let probes = bench.folder.join("datadog.json");
    quiet(bench.java(&[]).arg("bench.Datadog").arg(&probes))?;
    let off = ["trace.enabled", "remote_config.enabled", "instrumentation.telemetry.enabled"];
    let mut flags = vec![agent, "-Ddd.service=bench".to_owned()];
    flags.extend(off.map(|name| format!("-Ddd.{name}=false")));
    flags.push("-Ddd.dynamic.instrumentation.enabled=true".to_owned());
    flags.push(format!("-Ddd.dynamic.instrumentation.probe.file={}", probes.display()));
    flags.push(format!("-Ddd.trace.agent.port={}", free_port()?));
    Ok(flags)
}
