//! CPython on this machine: finding it, wheels for it, virtual environments, the agents' folder.
//!
//! Knows packaging, not what the wheel does. Invariant: a virtual environment lies under `target/`
//! and holds exactly what it was asked for.

use crate::Result;
use crate::files::{copy, make_empty, make_folder, read, root, target, write};
use crate::process::{must, quiet};
use crate::profile;
use crate::say::say;
use crate::system::{Package, install};
use crate::zig;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Minor versions that an agent is built for, the one to show things with first.
pub(crate) const MINORS: [u8; 5] = [12, 13, 11, 10, 9];
/// Minor versions that are tested in the matrix, and for which an agent is built where they are found.
const NEWER: [u8; 1] = [14];
/// Builds the wheels.
const MATURIN: &str = "maturin==1.16.0\n";

/// An interpreter.
pub(crate) struct Python {
    /// 12 of 3.12.
    pub(crate) minor: u8,
    /// Its program.
    pub(crate) program: PathBuf,
}

impl Python {
    /// CPython 3.`minor`, from pyenv or PATH, or installed now if that may be done.
    pub(crate) fn find(minor: u8) -> Result<Self> {
        if let Some(program) = search(minor) {
            return Ok(Self { minor, program });
        }
        say!("CPython 3.{minor} is missing; asking the package manager");
        match install(&package(minor)) {
            Ok(()) => {}
            Err(fault) => {
                return Err(format!(
                    "CPython 3.{minor} is missing ({fault}); run: pyenv install 3.{minor}"
                ));
            }
        }
        let program = search(minor);
        program
            .map(|program| Self { minor, program })
            .ok_or_else(|| format!("CPython 3.{minor} is not found though it was installed"))
    }

    /// Tag of its wheels and of its folder among the agents.
    pub(crate) fn tag(&self) -> String {
        format!("cp3{}", self.minor)
    }
}

/// All supported interpreters, and why others are missing.
pub(crate) fn all() -> (Vec<Python>, Vec<String>) {
    let mut missing = Vec::new();
    let found = MINORS.iter().filter_map(|&minor| match Python::find(minor) {
        Ok(python) => Some(python),
        Err(fault) => {
            missing.push(fault);
            None
        }
    });
    (found.collect(), missing)
}

/// Interpreters that nobody has to have, where they are there.
pub(crate) fn newer() -> impl Iterator<Item = Python> {
    let found = |minor| search(minor).map(|program| Python { minor, program });
    NEWER.into_iter().filter_map(found)
}

fn search(minor: u8) -> Option<PathBuf> {
    let home = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let pyenv = home("PYENV_ROOT").or_else(|| home("HOME").map(|home| home.join(".pyenv")))?;
    let prefix = format!("3.{minor}.");
    let mut candidates: Vec<PathBuf> = fs::read_dir(pyenv.join("versions"))
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        .map(|entry| entry.path().join(format!("bin/python3.{minor}")))
        .collect();
    candidates.sort();
    candidates.push(PathBuf::from(format!("python3.{minor}")));
    candidates.into_iter().find(|program| is_usable(program, minor))
}

/// Whether it starts (a shim of pyenv may not), is CPython of that version, and can make a virtual
/// environment.
fn is_usable(program: &Path, minor: u8) -> bool {
    let code = "import sys, venv, ensurepip; print(sys.implementation.name, sys.version_info[1])";
    let output = Command::new(program).args(["-c", code]).output();
    output.is_ok_and(|output| output.stdout == format!("cpython {minor}\n").as_bytes())
}

macro_rules! package {
    ($minor:literal) => {
        Package {
            apt: &[
                concat!("python3.", $minor),
                concat!("python3.", $minor, "-venv"),
                concat!("python3.", $minor, "-dev"),
            ],
            dnf: &[concat!("python3.", $minor), concat!("python3.", $minor, "-devel")],
            brew: &[concat!("python@3.", $minor)],
        }
    };
}

fn package(minor: u8) -> Package {
    match minor {
        9 => package!("9"),
        10 => package!("10"),
        11 => package!("11"),
        12 => package!("12"),
        13 => package!("13"),
        _ => Package { apt: &[], dnf: &[], brew: &[] },
    }
}

/// Interpreter of the virtual environment `name`, which holds the packages of `requirements`.
pub(crate) fn environment(python: &Python, name: &str, requirements: &str) -> Result<PathBuf> {
    let folder = target("venv").join(format!("{}-{name}", python.tag()));
    let program = folder.join("bin/python");
    let stamp = folder.join("requirements.txt");
    if program.exists() && read(&stamp).is_ok_and(|text| text == requirements) {
        return Ok(program);
    }
    make_empty(&folder)?;
    quiet(Command::new(&python.program).args(["-m", "venv"]).arg(&folder))?;
    let wanted = folder.join("wanted.txt");
    write(&wanted, requirements)?;
    pip(&program, &["-r", &wanted.to_string_lossy()])?;
    write(&stamp, requirements)?;
    Ok(program)
}

/// `pip install` of `args` into the environment of `program`.
pub(crate) fn pip(program: &Path, args: &[&str]) -> Result<()> {
    let mut command = Command::new(program);
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    // pip's advice about root is not meant for an environment of its own.
    command.env("PIP_ROOT_USER_ACTION", "ignore").args(args);
    quiet(&mut command).map(|_| ())
}

/// The wheel for `python`, built now.
pub(crate) fn wheel(python: &Python) -> Result<PathBuf> {
    wheel_by(python, python, None)
}

/// The same with the tools in an environment of `host`. `python` itself need only answer questions
/// where `config` says what PyO3's build script would ask it.
pub(crate) fn wheel_by(host: &Python, python: &Python, config: Option<&Path>) -> Result<PathBuf> {
    let tools = environment(host, "tools", MATURIN)?;
    let out = target("wheels").join(python.tag());
    make_empty(&out)?;
    let mut command = Command::new(tools.with_file_name("maturin"));
    command.args(["build", "--profile", profile::name(), "--locked", "--manifest-path"]);
    command.arg(root().join("bindings-python/Cargo.toml"));
    command.arg("--interpreter").arg(&python.program).arg("--out").arg(&out);
    if zig::linker().is_ok() {
        command.arg("--compatibility").arg(format!("manylinux_2_{}", zig::GLIBC));
    }
    profile::prepare(&mut command);
    command.env("CARGO_TARGET_DIR", build_folder(python)?);
    command.env("PYO3_PYTHON", &python.program);
    command.envs(config.map(|config| ("PYO3_CONFIG_FILE", config)));
    must(&mut command)?;
    let mut wheels = fs::read_dir(&out).into_iter().flatten().flatten().map(|entry| entry.path());
    let wheel = wheels.find(|path| path.extension().is_some_and(|ending| ending == "whl"));
    wheel.ok_or_else(|| format!("{} holds no wheel", out.display()))
}

/// Where cargo builds for `python`. One folder a version: switching interpreters in a shared one
/// rebuilds every time. A new one begins as a copy of another version's, or of what was built for the
/// JVM.
fn build_folder(python: &Python) -> Result<PathBuf> {
    let all = target("python");
    let folder = all.join(python.tag());
    profile::begin(&folder, MINORS.iter().map(|minor| all.join(format!("cp3{minor}"))))?;
    Ok(folder)
}

/// An environment with the wheel and `requirements`.
pub(crate) fn with_wheel(
    python: &Python,
    name: &str,
    wheel: &Path,
    requirements: &str,
) -> Result<PathBuf> {
    let program = environment(python, name, requirements)?;
    pip(&program, &["--no-index", "--no-deps", "--force-reinstall", &wheel.to_string_lossy()])?;
    Ok(program)
}

/// Lays out at `folder` what `stillframe run` preloads: the preload scripts, and one package a
/// version.
pub(crate) fn agents(folder: &Path, wheels: &[(&Python, PathBuf)]) -> Result<()> {
    make_empty(folder)?;
    copy(&root().join("bindings-python/preload"), folder)?;
    for (python, wheel) in wheels {
        let below = folder.join(python.tag());
        make_folder(&below)?;
        let mut command = Command::new(&python.program);
        command.args(["-m", "zipfile", "-e"]).arg(wheel).arg(&below);
        quiet(&mut command)?;
    }
    Ok(())
}
