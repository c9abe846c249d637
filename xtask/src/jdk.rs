//! The JDKs of this machine.
//!
//! Knows where systems put them. Invariant: a JDK is one of the wanted version by its own word, and
//! has a compiler.

use crate::Result;
use crate::files::read;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Versions that the JVM's binding is tested on.
pub(crate) const MAJORS: [u8; 2] = [17, 25];

/// A JDK.
#[derive(Clone, Debug)]
pub(crate) struct Jdk {
    pub(crate) major: u8,
    /// The whole version, as its programs say it.
    pub(crate) version: String,
    home: PathBuf,
}

impl Jdk {
    /// Finds one: named by `STILLFRAME_JDK_<version>`, by `JAVA_HOME`, or where systems put them.
    pub(crate) fn find(major: u8) -> Result<Self> {
        let variable = format!("STILLFRAME_JDK_{major}");
        let named = [variable.as_str(), "JAVA_HOME"].map(std::env::var_os);
        let mut homes: Vec<PathBuf> = named.into_iter().flatten().map(PathBuf::from).collect();
        for folder in ["/usr/lib/jvm", "/Library/Java/JavaVirtualMachines"] {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            found.sort();
            homes.extend(found.iter().map(|path| path.join("Contents/Home")));
            homes.extend(found);
        }
        let found = homes.into_iter().find_map(|home| {
            let version = version_of(&home).filter(|version| major_of(version) == Some(major))?;
            home.join("bin/javac").exists().then_some(Self { major, version, home })
        });
        found.ok_or_else(|| format!("no JDK {major}: set {variable} to its folder"))
    }

    /// Its headers for C.
    pub(crate) fn headers(&self) -> PathBuf {
        self.home.join("include")
    }

    /// The folder of its programs.
    pub(crate) fn programs(&self) -> PathBuf {
        self.home.join("bin")
    }

    /// One of its programs.
    pub(crate) fn program(&self, name: &str) -> Command {
        Command::new(self.path(name))
    }

    /// Where one of its programs is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.programs().join(name)
    }
}

/// The version that a JDK's own description names.
fn version_of(home: &Path) -> Option<String> {
    let release = read(&home.join("release")).ok()?;
    let version = release.lines().find_map(|line| line.strip_prefix("JAVA_VERSION=\""))?;
    version.split('"').next().map(str::to_owned)
}

fn major_of(version: &str) -> Option<u8> {
    version.split(['.', '+', '-']).next()?.parse().ok()
}
