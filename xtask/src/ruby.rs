//! The Rubies of this machine.
//!
//! Knows where systems and people put them. Invariant: a Ruby is one by its own word, with the headers
//! that the binding is built with; of each version the first that is found counts.

mod binding;
mod ends;
mod gem;
mod shop;

pub(crate) use binding::{agents, clippy, libraries, tests};
pub(crate) use ends::end_to_end;
pub(crate) use gem::{pack, tests as gem_tests, tests_of as gem_tests_of};
pub(crate) use shop::{able, shop};

use crate::files::in_folder;
use crate::say::say;
use crate::step::Verdict;
use crate::system::{Package, install, runs};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs of Rubies that lie elsewhere, with colons between them.
const OTHERS: &str = "STILLFRAME_RUBIES";
/// Where people keep the Rubies that they built, each in a folder of its own.
const BUILT: &str = "/opt/rubies";
/// What the binding is built and tested with: the system's Ruby, its headers, and what reads these.
const RUBY: Package = Package {
    apt: &["ruby", "ruby-dev", "ruby-minitest", "libclang-dev"],
    dnf: &["ruby", "ruby-devel", "rubygem-minitest", "clang-devel"],
    brew: &["ruby", "llvm"],
};
const QUESTION: &str = "print RUBY_ENGINE, ' ', RUBY_VERSION, ' ', \
                        File.exist?(File.join(RbConfig::CONFIG['rubyhdrdir'], 'ruby.h'))";

/// A Ruby.
#[derive(Clone, Debug)]
pub(crate) struct Ruby {
    pub(crate) program: PathBuf,
    /// `3.1`
    pub(crate) version: String,
}

/// Every Ruby of this machine, one a version, the system's own installed now if that may be done; else
/// what is missing.
pub(crate) fn all() -> (Vec<Ruby>, Option<String>) {
    let found = search();
    if !found.is_empty() {
        return (found, None);
    }
    say!("Ruby is missing; asking the package manager");
    if let Err(fault) = install(&RUBY) {
        return (found, Some(format!("Ruby with its headers is missing: {fault}")));
    }
    let found = search();
    let missing = found.is_empty().then(|| "no Ruby is found though it was installed".to_owned());
    (found, missing)
}

/// Says which there are, and looks for what their tests need besides.
pub(crate) fn find(rubies: &[Ruby], missing: Option<String>) -> Verdict {
    for ruby in rubies {
        say!("Ruby {} is {}", ruby.version, ruby.program.display());
    }
    match missing.or_else(|| able(rubies).err()) {
        Some(fault) => Verdict::Skipped(fault),
        None => Verdict::Fine,
    }
}

fn search() -> Vec<Ruby> {
    let named = std::env::var_os(OTHERS).unwrap_or_default();
    let mut programs: Vec<PathBuf> = std::env::split_paths(&named).collect();
    programs.push("ruby".into());
    programs.extend(debians());
    programs.extend(in_folders(Path::new(BUILT)));
    let mut found: Vec<Ruby> = Vec::new();
    for ruby in programs.iter().filter_map(|program| ask(program)) {
        if found.iter().all(|other| other.version != ruby.version) {
            found.push(ruby);
        }
    }
    found
}

/// `/usr/bin/ruby3.1` and alike.
fn debians() -> Vec<PathBuf> {
    let is_one = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        name.strip_prefix("ruby").is_some_and(|major| major.parse::<u8>().is_ok())
    };
    // What stands behind the dot is the minor version.
    let endings = (0..10).map(|minor| minor.to_string());
    let all = endings.flat_map(|ending| in_folder(Path::new("/usr/bin"), &ending));
    all.filter(is_one).collect()
}

fn in_folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut programs: Vec<_> = entries.map(|entry| entry.path().join("bin/ruby")).collect();
    programs.retain(|program| program.exists());
    programs.sort();
    programs
}

/// What a program says of itself, if it is a Ruby to build for.
fn ask(program: &Path) -> Option<Ruby> {
    let mut command = Command::new(program);
    command.args(["--disable=gems,rubyopt", "-rrbconfig", "-e", QUESTION]);
    let output = command.output().ok().filter(|output| output.status.success())?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut words = said.split(' ');
    let (engine, version, has_headers) = (words.next()?, words.next()?, words.next()?);
    if engine != "ruby" {
        return None;
    }
    if has_headers != "true" {
        say!("{} ({version}) has no headers: it is left aside", program.display());
        return None;
    }
    let mut numbers = version.split('.');
    let version = format!("{}.{}", numbers.next()?, numbers.next()?);
    Some(Ruby { program: program.to_path_buf(), version })
}

impl Ruby {
    /// Whether it has a library.
    fn has(&self, library: &str) -> bool {
        runs(&self.program.to_string_lossy(), &["-e", &format!("require '{library}'")])
    }
}
