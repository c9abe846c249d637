//! How agents, and what else has to be fast, are built: profile, target, linker, and in which folder.
//!
//! Knows cargo's conventions. Invariant: it is chosen once, before anything is built, and everything
//! of a profile is built with the same flags, so that it is built once.

use crate::Result;
use crate::dist;
use crate::files::{make_folder, root, target};
use crate::process::quiet;
use crate::zig;
use std::env::consts::{ARCH, OS};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

static IS_QUICK: AtomicBool = AtomicBool::new(false);

/// From now on what is built is for looking at and for testing: it runs a little slower than what is
/// shipped and measured, and is built in half the time.
pub(crate) fn be_quick() {
    IS_QUICK.store(true, Relaxed);
}

/// The profile, by cargo's name.
pub(crate) fn name() -> &'static str {
    if IS_QUICK.load(Relaxed) { "quick" } else { "release" }
}

/// `cargo VERB` of the profile.
pub(crate) fn cargo(verb: &str) -> Command {
    let mut command = dist::cargo(verb);
    command.args(["--locked", "--profile", name()]);
    prepare(&mut command);
    command
}

/// Has what starts cargo link by zig. The target is named, though it is this machine's, for flags are
/// not meant for build scripts.
pub(crate) fn prepare(command: &mut Command) {
    let triple = triple();
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let mut flags = vec![remapped(&root(), "stillframe")];
    flags.extend(home.map(|home| remapped(&home.join("registry/src"), "registry")));
    if let Ok(linker) = zig::linker() {
        flags.push(format!("-Clinker={}", linker.display()));
        command.env(format!("CC_{}", triple.replace('-', "_")), linker);
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    command.env("CARGO_BUILD_TARGET", triple);
}

/// What is shipped names no folder of the machine that built it.
fn remapped(folder: &Path, name: &str) -> String {
    format!("--remap-path-prefix={}={name}", folder.display())
}

/// Where cargo puts what it builds.
pub(crate) fn folder() -> PathBuf {
    built_in(&target(""))
}

/// The same below another build folder.
pub(crate) fn built_in(all: &Path) -> PathBuf {
    all.join(triple()).join(name())
}

/// Has a build folder that is not there yet begin as a copy of the first of `others` that is, or of the
/// shared one: the core above all is compiled once then.
pub(crate) fn begin(all: &Path, others: impl Iterator<Item = PathBuf>) -> Result<()> {
    let mut others = others.chain([target("")]);
    if built_in(all).exists() {
        return Ok(());
    }
    let Some(other) = others.find(|other| built_in(other).exists()) else { return Ok(()) };
    // What is built for build scripts lies beside the target's folder.
    let parts = [built_in(&other), other.join(name())];
    for (from, to) in parts.iter().zip([built_in(all), all.join(name())]) {
        if from.exists() && !to.exists() {
            make_folder(to.parent().unwrap_or(all))?;
            // With their times: cargo takes what is newer than its record for changed.
            quiet(Command::new("cp").arg("-a").arg(from).arg(&to))?;
        }
    }
    Ok(())
}

/// This machine's target, by rustc's name.
pub(crate) fn triple() -> String {
    let system = match OS {
        "macos" => "apple-darwin",
        _ if cfg!(target_env = "musl") => "unknown-linux-musl",
        _ => "unknown-linux-gnu",
    };
    format!("{ARCH}-{system}")
}
