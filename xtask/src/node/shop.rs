//! The shop in TypeScript: built as a person would, and sold from.
//!
//! Knows npm's and the compiler's command lines. Invariant: packages are those of the lock file, and
//! everything of it lies under `target/node`.

use super::{MAJORS, find, find_npm, packages};
use crate::Result;
use crate::count::Counts;
use crate::customers::buy;
use crate::files::{copy, make_empty, root, target};
use crate::process::quiet;
use crate::step::Verdict;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the shop, with its packages and compiled.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = installed()?;
    let source = root().join("examples/checkout-node");
    for name in ["src", "dist"] {
        make_empty(&folder.join(name))?;
    }
    for name in ["src", "tsconfig.json"] {
        copy(&source.join(name), &folder.join(name))?;
    }
    quiet(Command::new("npm").args(["run", "--silent", "build"]).current_dir(&folder))?;
    Ok(folder)
}

/// The compiler of TypeScript that it is built with.
pub(crate) fn compiler() -> Result<PathBuf> {
    Ok(installed()?.join("node_modules/typescript/bin/tsc"))
}

/// The folder with its packages.
fn installed() -> Result<PathBuf> {
    let folder = target("node/shop");
    packages(&root().join("examples/checkout-node"), &folder)?;
    Ok(folder)
}

/// Has the customers of `python` buy from it on every version.
pub(crate) fn shop(python: Option<&Path>) -> Result<Verdict> {
    if let Err(fault) = find_npm() {
        return Ok(Verdict::Skipped(fault));
    }
    let Some(python) = python else {
        return Ok(Verdict::Skipped("no CPython to run the customers".to_owned()));
    };
    let folder = folder()?;
    let mut passed = 0;
    for major in MAJORS {
        let node = match find(major) {
            Ok(node) => node,
            Err(fault) => return Ok(Verdict::Skipped(fault)),
        };
        let mut command = Command::new(node);
        command.arg("dist/app.js").current_dir(&folder);
        buy(&mut command, python, &target("node/logs"))
            .map_err(|fault| format!("Node {major}: {fault}"))?;
        passed += 1;
    }
    Ok(Verdict::Ran(Counts { passed, ..Counts::default() }))
}
