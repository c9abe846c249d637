//! The shop for the JVM: built as a person would, and sold from.
//!
//! Knows its servers and its command line. Invariant: what is sold from is what Maven built.

use super::{find_maven, maven};
use crate::Result;
use crate::count::Counts;
use crate::customers::buy;
use crate::files::{in_folder, make_empty, root, target};
use crate::jdk::{Jdk, MAJORS};
use crate::process::quiet;
use crate::step::Verdict;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The JDK's own server, and Jetty.
const SERVERS: [&str; 2] = ["checkout.App", "checkout.jetty.JettyApp"];
/// From this version on there are virtual threads.
const VIRTUAL: u8 = 21;

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
            buy(&mut command, python, &target("java/logs"))
                .map_err(|fault| format!("Java {major}: {fault}"))?;
            passed += 1;
        }
    }
    Ok(Verdict::Ran(Counts { passed, ..Counts::default() }))
}
