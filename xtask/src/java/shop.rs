//! The shop for the JVM: built as a person would, and sold from.
//!
//! Knows its servers and its command line. Invariant: an order that fails is a fault.

use super::{find_maven, maven};
use crate::Result;
use crate::count::Counts;
use crate::files::{in_folder, make_empty, make_folder, root, target};
use crate::jdk::{Jdk, MAJORS};
use crate::process::{Background, free_port, quiet};
use crate::step::Verdict;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The JDK's own server, and Jetty.
const SERVERS: [&str; 2] = ["checkout.App", "checkout.jetty.JettyApp"];
/// From this version on there are virtual threads.
const VIRTUAL: u8 = 21;
/// How long a server may take to listen.
const READY: Duration = Duration::from_secs(30);

/// Its classes without Jetty's server, compiled by the JDK alone, and the class to start.
pub(crate) fn classes() -> Result<(PathBuf, &'static str)> {
    let out = target("java/classes");
    make_empty(&out)?;
    let source = root().join("examples/checkout-jvm/src/main/java");
    let mut javac = Command::new("javac");
    javac.args(["-g", "-d"]).arg(&out);
    for package in ["shop", "checkout"] {
        javac.args(in_folder(&source.join(package), "java"));
    }
    quiet(&mut javac)?;
    Ok((out, SERVERS[0]))
}

/// Builds it with Maven and has the customers of `python` buy from every server on every JDK of this
/// machine, on virtual threads where there are any.
pub(crate) fn shop(python: Option<&Path>) -> Result<Verdict> {
    if let Err(fault) = find_maven() {
        return Ok(Verdict::Skipped(fault));
    }
    let Some(python) = python else {
        return Ok(Verdict::Skipped("no CPython to run the customers".to_owned()));
    };
    let build = target("java/checkout");
    let mut package = maven("examples/checkout-jvm", "package");
    quiet(package.arg("-q").arg(format!("-Dcheckout.build={}", build.display())))?;
    let mut passed = 0;
    for major in MAJORS {
        let jdk = Jdk::find(major)?;
        for server in SERVERS {
            let mut command = jdk.program("java");
            command.arg("-cp").arg(build.join("checkout.jar")).arg(server);
            command.args((major >= VIRTUAL).then_some("--virtual"));
            sell(&mut command, python).map_err(|fault| format!("Java {major}: {fault}"))?;
            passed += 1;
        }
    }
    Ok(Verdict::Ran(Counts { passed, ..Counts::default() }))
}

fn sell(shop: &mut Command, python: &Path) -> Result<()> {
    let port = free_port()?;
    let logs = target("java/logs");
    make_folder(&logs)?;
    let mut shop = Background::logged(shop.args(["--port", &port]), &logs.join("shop.log"))?;
    shop.until(READY, || TcpStream::connect(format!("127.0.0.1:{port}")).ok())?;
    let mut load = Command::new(python);
    load.arg(root().join("examples/checkout-python/load.py"));
    let said = quiet(load.args(["--port", &port, "--seconds", "1", "--rate", "50"]))?;
    let said: serde_json::Value =
        serde_json::from_str(&said).map_err(|error| format!("the customers: {error}"))?;
    match said["failed"].as_u64() {
        Some(0) => Ok(()),
        _ => Err(format!("orders failed: {said}")),
    }
}
