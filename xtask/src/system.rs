//! What the platform's package manager can add.
//!
//! Knows apt, dnf and Homebrew. Invariant: nothing is installed unless it needs no question: as
//! root, through a `sudo` that asks nothing, or with Homebrew; else the exact command is answered.

use crate::Result;
use crate::process::must;
use std::process::{Command, Stdio};

/// Package names of one thing, by manager; empty where the manager has none.
pub(crate) struct Package {
    pub(crate) apt: &'static [&'static str],
    pub(crate) dnf: &'static [&'static str],
    pub(crate) brew: &'static [&'static str],
}

/// Installs it, or answers why not with the command that would.
pub(crate) fn install(package: &Package) -> Result<()> {
    let managers = [
        ("apt-get", vec!["install", "-y"], package.apt),
        ("dnf", vec!["install", "-y"], package.dnf),
        ("brew", vec!["install"], package.brew),
    ];
    let found = managers.into_iter().find(|(manager, ..)| runs(manager, &["--version"]));
    let Some((manager, verb, names)) = found else {
        return Err("no package manager of this platform is known".to_owned());
    };
    if names.is_empty() || (manager == "apt-get" && !names.iter().all(|name| apt_has(name))) {
        return Err(format!("{manager} has no package for it"));
    }
    let mut words: Vec<&str> = Vec::new();
    if manager != "brew" && !is_root() {
        words.extend(["sudo", "-n"]);
    }
    words.push(manager);
    words.extend(verb);
    words.extend(names);
    if words[0] == "sudo" && !runs("sudo", &["-n", "true"]) {
        return Err(format!("run: sudo {}", words[2..].join(" ")));
    }
    must(Command::new(words[0]).args(&words[1..])).map(|_| ())
}

fn apt_has(name: &str) -> bool {
    runs("apt-cache", &["show", name])
}

/// Whether this is root.
pub(crate) fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output();
    user.is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

/// Whether a program exists and ends well.
pub(crate) fn runs(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
