//! The JVM binding's own tests, on each JDK that it is tested on.
//!
//! Knows where they are and what they are told. Invariant: they run against the jar and the library that
//! people are given, and a JDK that is not there is a skip that says so.

use super::{agent, any_jar, find_maven, maven};
use crate::Result;
use crate::conformance;
use crate::files::target;
use crate::jdk::Jdk;
use crate::process::show;
use crate::step::Verdict;
use crate::test::passed;

/// Runs them on a JDK; `full` takes the longer forms too.
pub(crate) fn tests(major: u8, full: bool) -> Result<Verdict> {
    if let Err(fault) = find_maven() {
        return Ok(Verdict::Skipped(fault));
    }
    let jdk = match Jdk::find(major) {
        Ok(jdk) => jdk,
        Err(fault) => return Ok(Verdict::Skipped(fault)),
    };
    let jar = any_jar()?;
    let library = agent()?.ok_or("there is no agent for the JVM")?;
    let mut command = maven("bindings-jvm/tests", "test");
    // Compiled by Maven's own JDK, in a folder for each so that one run does not look at another's.
    let build = target(&format!("java/tests{major}"));
    command.arg(format!("-Dstillframe.build={}", build.display()));
    command.arg(format!("-Dstillframe.jar={}", jar.display()));
    command.arg(format!("-Dstillframe.library={}", library.display()));
    command.arg(format!("-Djvm={}", jdk.path("java").display()));
    command.arg(format!("-Dstillframe.full={full}"));
    command.env("STILLFRAME_CONFORMANCE", conformance::path());
    let ended = show(&mut command)?;
    passed((ended.status.success(), ended.output))
}
