//! A probe on every line of third-party packages while their own tests run.
//!
//! Knows where the packages come from, not what is compared: that stands in `tests/exploration`.
//! Invariant: the tests are those of the source distribution of the very version that is installed.

use crate::Result;
use crate::count::in_output;
use crate::files::{make_empty, root, target, write};
use crate::process::{quiet, show};
use crate::python::{self, Python};
use crate::step::Verdict;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Packages of the gate, and what their tests need.
const SHORT: [&str; 2] = ["h11==0.16.0", "pluggy==1.6.0"];
/// The larger one under `--full`.
const LONG: [&str; 3] = ["h11==0.16.0", "pluggy==1.6.0", "jinja2==3.1.6"];
/// The last pytest that runs on CPython 3.9, and what the tests of jinja2 need.
const TOOLS: &str = "pytest==8.4.2\ntrio\n";

/// Explores with `wheel` in an environment of its own.
pub(crate) fn run(python: &Python, wheel: &Path, full: bool) -> Result<Verdict> {
    let packages: &[&str] = if full { &LONG } else { &SHORT };
    let requirements = format!("{TOOLS}{}\n", packages.join("\n"));
    let program = python::with_wheel(python, "exploration", wheel, &requirements)?;
    let sources = sources(&program, packages)?;
    let mut command = Command::new(program);
    command.arg(root().join("tests/exploration/explore.py")).arg(sources);
    command.args(names(packages));
    let ended = show(&mut command)?;
    let counts = in_output(&ended.output);
    match (ended.status.success(), counts.passed + counts.failed) {
        (_, 0) => Err("no test ran".to_owned()),
        (false, _) if counts.failed == 0 => Err("the run broke off".to_owned()),
        _ => Ok(Verdict::Ran(counts)),
    }
}

/// The packages without their versions.
fn names<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    packages.iter().map(|package| package.split('=').next().unwrap_or(package)).collect()
}

/// The unpacked source distributions, fetched once, by whoever needs them first.
fn sources(program: &Path, packages: &[&str]) -> Result<PathBuf> {
    static FETCHING: Mutex<()> = Mutex::new(());
    let _one = FETCHING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = target("exploration").join(packages.len().to_string());
    let stamp = folder.join("complete.txt");
    if stamp.exists() {
        return Ok(folder);
    }
    make_empty(&folder)?;
    let into = folder.to_string_lossy().into_owned();
    let mut download = Command::new(program);
    download.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"]);
    // What builds them may come as it is.
    let from_source = names(packages).join(",");
    download.args(["--no-deps", "--no-binary", &from_source, "--dest", &into]).args(packages);
    quiet(&mut download)?;
    let unpack = "import pathlib, shutil, sys; \
                  [shutil.unpack_archive(str(one), sys.argv[1]) \
                   for one in pathlib.Path(sys.argv[1]).glob('*.tar.gz')]";
    quiet(Command::new(program).args(["-c", unpack, &into]))?;
    write(&stamp, &packages.join("\n"))?;
    Ok(folder)
}
