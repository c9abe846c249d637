//! What artefacts need of the system that they are installed on, and what they tell of the one that
//! built them.
//!
//! Knows ELF by binutils' word, and archives by Python's. Invariant: every library and program in an
//! artefact is looked at, and an artefact in which there is none is a fault.

use crate::Result;
use crate::count::Counts;
use crate::files::{make_empty, root, target};
use crate::process::{captured, quiet};
use crate::python::Python;
use crate::step::Verdict;
use crate::system::{Package, install, runs};
use crate::zig::GLIBC;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Libraries that are on every system with that C library: itself in its parts, and the compiler's.
const LIBRARIES: [&str; 7] = [
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
    "libgcc_s.so.1",
];
/// Versions of the compiler's library that every such system has.
const COMPILERS: [&str; 4] = ["GCC_3.0", "GCC_3.3", "GCC_3.3.1", "GCC_4.2.0"];
const BINUTILS: Package = Package { apt: &["binutils"], dnf: &["binutils"], brew: &["binutils"] };

/// Checks all that lies below `folder`, archives from within.
pub(crate) fn check(folder: &Path, python: &Python) -> Result<Verdict> {
    if !runs("readelf", &["--version"]) {
        install(&BINUTILS).map_err(|fault| format!("readelf is missing: {fault}"))?;
    }
    let mut looked = Looked { python, unpacked: 0, files: 0, faults: Vec::new() };
    make_empty(&target("shipped"))?;
    looked.below(folder, &folder.display().to_string())?;
    match (looked.files, looked.faults.is_empty()) {
        (0, _) => Err(format!("{} holds no library", folder.display())),
        (files, true) => Ok(Verdict::Ran(Counts { passed: files, ..Counts::default() })),
        (_, false) => Err(looked.faults.join("\n")),
    }
}

struct Looked<'a> {
    /// Reads archives.
    python: &'a Python,
    unpacked: u32,
    files: u64,
    faults: Vec<String>,
}

impl Looked<'_> {
    fn below(&mut self, path: &Path, name: &str) -> Result<()> {
        if path.is_dir() {
            let entries = fs::read_dir(path).map_err(|error| format!("{name}: {error}"))?;
            let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            return paths.iter().try_for_each(|path| {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                self.below(path, &format!("{name}/{file}"))
            });
        }
        if is_elf(path) {
            self.files += 1;
            return self.file(path, name);
        }
        let before = self.files;
        if self.archive(path, name)? && self.files == before && !is_source(path) {
            self.faults.push(format!("{name} holds no library"));
        }
        Ok(())
    }

    /// Looks into an archive, if it is one.
    fn archive(&mut self, path: &Path, name: &str) -> Result<bool> {
        let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let module = match ending.as_str() {
            "whl" | "jar" => "zipfile",
            "tgz" | "gem" | "gz" => "tarfile",
            _ => return Ok(false),
        };
        self.unpacked += 1;
        let folder = target("shipped").join(self.unpacked.to_string());
        make_empty(&folder)?;
        let mut unpack = Command::new(&self.python.program);
        quiet(unpack.args(["-m", module, "-e"]).arg(path).arg(&folder))?;
        // A gem's own archives lie in it; two of them are single files, and no tar.
        for file in ["metadata.gz", "checksums.yaml.gz"].map(|file| folder.join(file)) {
            if file.exists() {
                fs::remove_file(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            }
        }
        self.below(&folder, name)?;
        Ok(true)
    }

    fn file(&mut self, path: &Path, name: &str) -> Result<()> {
        let mut readelf = Command::new("readelf");
        readelf.args(["-W", "--dyn-syms", "-d"]).arg(path).env("LC_ALL", "C");
        let said = quiet(&mut readelf)?;
        if !said.contains("Symbol table '.dynsym'") {
            self.faults.push(format!("{name}: readelf names no symbols"));
        }
        self.faults.extend(needs(&said).into_iter().map(|fault| format!("{name}: {fault}")));
        for folder in built_in() {
            let mut grep = Command::new("grep");
            grep.args(["-aoEm1", &format!("{}[^[:cntrl:]]*", folder.display())]).arg(path);
            let found = captured(&mut grep)?;
            if found.status.success() {
                let line = found.output.lines().next().unwrap_or_default();
                self.faults.push(format!("{name}: names {line}"));
            }
        }
        Ok(())
    }
}

/// Folders of this machine that a build knows.
fn built_in() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    [root()].into_iter().chain(home).collect()
}

fn is_elf(path: &Path) -> bool {
    let mut start = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == *b"\x7fELF"
}

/// The gem that cargo builds where it is installed.
fn is_source(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name == concat!("stillframe-", env!("CARGO_PKG_VERSION"), ".gem") || name == "data.tar.gz"
}

/// What is needed and may be missing, by what readelf says of a file.
fn needs(said: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for line in said.lines() {
        if let Some((_, library)) = line.split_once("Shared library: [") {
            let library = library.trim_end_matches(']');
            if !LIBRARIES.contains(&library) && !library.starts_with("ld-linux") {
                faults.push(format!("needs the library {library}"));
            }
        }
        let mut words = line.split_whitespace().skip_while(|word| *word != "UND");
        let Some((symbol, version)) = words.nth(1).and_then(|word| word.split_once('@')) else {
            continue;
        };
        if !is_old(version.trim_start_matches('@')) {
            faults.push(format!("needs {symbol} of {version}"));
        }
    }
    faults
}

/// Whether a symbol of that version is on the systems that we are for.
fn is_old(version: &str) -> bool {
    let minor = version.strip_prefix("GLIBC_2.").and_then(|rest| rest.split('.').next());
    match minor.map(str::parse::<u32>) {
        Some(Ok(minor)) => minor <= GLIBC,
        Some(Err(_)) => false,
        None => COMPILERS.contains(&version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_new_or_not_everywhere_is_named() {
        let said = "\
 0x01 (NEEDED)  Shared library: [libgcc_s.so.1]
 0x01 (NEEDED)  Shared library: [libstdc++.so.6]
 0x01 (NEEDED)  Shared library: [ld-linux-x86-64.so.2]
  1: 0000 0 FUNC  GLOBAL DEFAULT  UND memcpy@GLIBC_2.14 (3)
  2: 0000 0 FUNC  GLOBAL DEFAULT  UND fcntl64@GLIBC_2.28 (4)
  3: 0000 0 FUNC  GLOBAL DEFAULT  UND pthread_create@GLIBC_2.34 (5)
  4: 0000 0 FUNC  GLOBAL DEFAULT  UND _Unwind_Resume@GCC_3.0 (6)
  5: 0000 0 OBJECT GLOBAL DEFAULT UND _rtld_global@GLIBC_PRIVATE (7)
  6: 0000 0 FUNC  GLOBAL DEFAULT  UND PyObject_Call
  7: 0000 0 FUNC  GLOBAL DEFAULT   12 ours@@OURS_1
";
        let expected = [
            "needs the library libstdc++.so.6",
            "needs pthread_create of GLIBC_2.34",
            "needs _rtld_global of GLIBC_PRIVATE",
        ];
        assert_eq!(needs(said), expected);
        assert!(is_old("GLIBC_2.2.5") && !is_old("GLIBC_2.29") && !is_old("GLIBCXX_3.4"));
    }
}
