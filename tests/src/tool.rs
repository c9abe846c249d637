//! Tools that some tests need and not every machine has.
//!
//! Knows programs by name alone. Invariant: what is not there is a failure in CI and said loudly
//! elsewhere, so that no test is skipped in silence.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest JDK that the binding is for.
const OLDEST_JDK: u32 = 17;

/// Whether `program` can be run, so that `what` is not skipped.
pub fn is_there(program: &str, version: &str, what: &str) -> bool {
    let runs = Command::new(program).arg(version).output().is_ok_and(|out| out.status.success());
    if !runs {
        let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!is_ci, "`{program}` is not there, and in CI that is a failure");
        eprintln!("SKIPPED {what}: `{program}` is not there");
    }
    runs
}

/// A JDK that is installed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Jdk {
    /// Its major version.
    pub version: u32,
    /// Its folder.
    pub home: PathBuf,
}

impl Jdk {
    /// A program of it.
    pub fn program(&self, name: &str) -> PathBuf {
        self.home.join("bin").join(name)
    }

    fn at(home: &Path) -> Option<Self> {
        let release = std::fs::read_to_string(home.join("release")).ok()?;
        let version = release.lines().find_map(|line| line.strip_prefix("JAVA_VERSION=\""))?;
        let version = version.split(['.', '"']).next()?.parse().ok()?;
        let jdk = Self { version, home: home.to_owned() };
        (version >= OLDEST_JDK && jdk.program("javac").exists()).then_some(jdk)
    }
}

/// One JDK of each version that is installed where systems put them, or that `JAVA_HOME` names, the
/// oldest first. None is a failure in CI, and `what` is a loud skip elsewhere.
pub fn jdks(what: &str) -> Vec<Jdk> {
    let named = std::env::var_os("JAVA_HOME").map(PathBuf::from);
    let installed = std::fs::read_dir("/usr/lib/jvm").into_iter().flatten();
    let installed = installed.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let homes = named.into_iter().chain(installed);
    let mut jdks: Vec<Jdk> = homes.filter_map(|home| Jdk::at(&home)).collect();
    jdks.sort();
    jdks.dedup_by_key(|jdk| jdk.version);
    if jdks.is_empty() {
        let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!is_ci, "no JDK from {OLDEST_JDK} on is there, and in CI that is a failure");
        eprintln!("SKIPPED {what}: no JDK from {OLDEST_JDK} on is there");
    }
    jdks
}
