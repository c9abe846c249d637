//! The JDKs and Maven on this machine, the Java API's jar, the shop for the JVM.
//!
//! Knows Maven's command line, not what the modules hold. Invariant: what Maven builds lies under
//! `target/java`, whatever its own conventions say.

mod binding;
mod shop;

pub(crate) use binding::tests;
pub(crate) use shop::{classes, shop};

use crate::Result;
use crate::files::{copy, make_empty, make_folder, root, target};
use crate::process::{must, show};
use crate::profile;
use crate::say::say;
use crate::step::Verdict;
use crate::system::{Package, install, runs};
use crate::test::passed;
use std::env::consts::{ARCH, OS};
use std::path::{Path, PathBuf};
use std::process::Command;

/// File name of the native library.
pub(crate) const LIBRARY: &str = "libstillframe_jvm.so";
/// A JDK with a compiler.
pub(crate) const JDK: Package = Package {
    apt: &["default-jdk-headless"],
    dnf: &["java-latest-openjdk-devel"],
    brew: &["openjdk"],
};
const MAVEN: Package = Package { apt: &["maven"], dnf: &["maven"], brew: &["maven"] };

/// A JDK, installed now if that may be done; else what is missing.
pub(crate) fn find_jdk() -> Result<()> {
    find("javac", &JDK)
}

/// A JDK and Maven in the same way.
pub(crate) fn find_maven() -> Result<()> {
    find_jdk().and_then(|()| find("mvn", &MAVEN))
}

fn find(program: &str, package: &Package) -> Result<()> {
    if runs(program, &["--version"]) {
        return Ok(());
    }
    install(package).map_err(|fault| format!("{program} is missing: {fault}"))?;
    match runs(program, &["--version"]) {
        true => Ok(()),
        false => Err(format!("{program} is not found though it was installed")),
    }
}

/// The library of the agent, optimised as every agent is; none without a JDK, which is said.
pub(crate) fn agent() -> Result<Option<PathBuf>> {
    if let Err(fault) = find_jdk() {
        say!("{fault}; there is no agent for the JVM then");
        return Ok(None);
    }
    must(profile::cargo("build").args(["-p", "stillframe-jvm"]))?;
    let library = profile::folder().join(LIBRARY);
    match library.exists() {
        true => Ok(Some(library)),
        false => Err(format!("{} is missing", library.display())),
    }
}

/// Lays out at `folder` what `stillframe run` loads into JVMs.
pub(crate) fn agents(folder: &Path, library: &Path) -> Result<()> {
    make_folder(folder)?;
    copy(library, &folder.join(LIBRARY))
}

/// Builds the Java API with the native library in its jar, and tests both.
pub(crate) fn api() -> Result<Verdict> {
    if let Err(fault) = find_maven() {
        return Ok(Verdict::Skipped(fault));
    }
    let library = agent()?.ok_or("there is no agent for the JVM")?;
    let build = target("java/api");
    let native = target("java/native");
    make_empty(&native)?;
    agents(&native.join(format!("{OS}-{ARCH}-gnu")), &library)?;
    let mut command = maven("bindings-jvm/api", "verify");
    command.arg(format!("-Dstillframe.build={}", build.display()));
    command.arg(format!("-Dstillframe.native={}", native.display()));
    command.arg(format!("-Dstillframe.library={}", library.display()));
    let ended = show(&mut command)?;
    let verdict = passed((ended.status.success(), ended.output))?;
    jar().map(|_| verdict)
}

/// The Java API's jar, as [`api`] left it.
pub(crate) fn jar() -> Result<PathBuf> {
    let jar = target("java/api").join(concat!("stillframe-", env!("CARGO_PKG_VERSION"), ".jar"));
    if jar.exists() { Ok(jar) } else { Err(format!("{} is missing", jar.display())) }
}

/// The same, built now where it is not there.
pub(crate) fn any_jar() -> Result<PathBuf> {
    jar().or_else(|_| api().and_then(|_| jar()))
}

/// `mvn GOAL` in a module, without colours, questions or a bar of progress.
fn maven(module: &str, goal: &str) -> Command {
    let mut command = Command::new("mvn");
    command.args(["-B", "-ntp", goal]).current_dir(root().join(module));
    command
}

#[cfg(test)]
mod tests {
    use crate::files::{read, root};

    #[test]
    fn the_jar_has_the_workspaces_version() {
        let pom = read(&root().join("bindings-jvm/api/pom.xml")).expect("the module is there");
        let version = concat!("<version>", env!("CARGO_PKG_VERSION"), "</version>");
        assert!(pom.contains(&format!("<artifactId>stillframe</artifactId>\n  {version}")));
    }
}
