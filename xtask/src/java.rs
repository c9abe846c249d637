//! The JDK and Maven on this machine, and the Java API's jar.
//!
//! Knows Maven's command line, not what the module holds. Invariant: what Maven builds lies under
//! `target/java`, whatever its own conventions say.

use crate::Result;
use crate::files::{copy, make_empty, make_folder, root, target};
use crate::process::show;
use crate::step::Verdict;
use crate::system::{Package, install, runs};
use crate::test::passed;
use std::env::consts::{ARCH, OS};
use std::path::{Path, PathBuf};
use std::process::Command;

/// File name of the native library.
const LIBRARY: &str = "libstillframe_jvm.so";
/// A JDK with a compiler.
pub(crate) const JDK: Package = Package {
    apt: &["default-jdk-headless"],
    dnf: &["java-latest-openjdk-devel"],
    brew: &["openjdk"],
};
const MAVEN: Package = Package { apt: &["maven"], dnf: &["maven"], brew: &["maven"] };

/// A JDK and Maven, installed now if that may be done; else what is missing.
pub(crate) fn find() -> Result<()> {
    for (program, package) in [("javac", JDK), ("mvn", MAVEN)] {
        if !runs(program, &["--version"]) {
            install(&package).map_err(|fault| format!("{program} is missing: {fault}"))?;
        }
    }
    Ok(())
}

/// Builds and tests the Java API with `library` in its jar; without one, what needs it is skipped
/// with its reason.
pub(crate) fn api(library: Option<&Path>) -> Result<Verdict> {
    if let Err(fault) = find() {
        return Ok(Verdict::Skipped(fault));
    }
    let build = target("java/api");
    let native = target("java/native");
    make_empty(&native)?;
    let mut command = maven("bindings-jvm/api", "verify");
    command.arg(format!("-Dstillframe.build={}", build.display()));
    command.arg(format!("-Dstillframe.native={}", native.display()));
    if let Some(library) = library {
        let folder = native.join(format!("{OS}-{ARCH}-gnu"));
        make_folder(&folder)?;
        copy(library, &folder.join(LIBRARY))?;
        command.arg(format!("-Dstillframe.library={}", library.display()));
    }
    let ended = show(&mut command)?;
    let verdict = passed((ended.status.success(), ended.output))?;
    jar().map(|_| verdict)
}

/// The Java API's jar, as [`api`] left it.
pub(crate) fn jar() -> Result<PathBuf> {
    let jar = target("java/api").join(concat!("stillframe-", env!("CARGO_PKG_VERSION"), ".jar"));
    if jar.exists() { Ok(jar) } else { Err(format!("{} is missing", jar.display())) }
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
