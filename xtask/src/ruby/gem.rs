//! The gem: of this platform, with a library for each Ruby, and of the source, which cargo builds.
//!
//! Knows RubyGems' command line. Invariant: neither asks a registry, and neither holds a file that its
//! specification does not name.

use super::Ruby;
use super::binding::{LIBRARY, libraries};
use crate::Result;
use crate::dist::cargo;
use crate::files::{copy, make_empty, make_folder, read, root, target, write};
use crate::process::{quiet, show};
use crate::step::Verdict;
use crate::test::passed;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What both hold of the binding.
const SOURCES: [&str; 3] = ["lib", "sig", "stillframe.gemspec"];

/// Builds both files: that of the platform first.
pub(crate) fn pack(libraries: &[(Ruby, PathBuf)]) -> Result<[PathBuf; 2]> {
    let (ruby, _) = libraries.first().ok_or("there is no Ruby to build a gem with")?;
    let all = target("ruby/gem");
    make_empty(&all)?;
    let (platform, source) = (all.join("platform"), all.join("source"));
    lay_out(&platform)?;
    for (ruby, library) in libraries {
        let folder = platform.join("lib/stillframe").join(&ruby.version);
        make_folder(&folder)?;
        copy(library, &folder.join(LIBRARY))?;
    }
    lay_out(&source)?;
    crates(&source)?;
    Ok([build(ruby, &platform)?, build(ruby, &source)?])
}

fn lay_out(folder: &Path) -> Result<()> {
    make_folder(folder)?;
    let binding = root().join("bindings-ruby");
    for name in SOURCES {
        copy(&binding.join(name), &folder.join(name))?;
    }
    copy(&binding.join("gem/README.md"), &folder.join("README.md"))?;
    copy(&root().join("LICENSE"), &folder.join("LICENSE"))
}

/// The crate of the binding and the core as a workspace of their own.
fn crates(folder: &Path) -> Result<()> {
    copy(&root().join("bindings-ruby/ext"), &folder.join("ext"))?;
    for name in ["core", "bindings-ruby"] {
        make_folder(&folder.join(name))?;
        for part in ["Cargo.toml", "build.rs", "src", "benches"] {
            let from = root().join(name).join(part);
            if from.exists() {
                copy(&from, &folder.join(name).join(part))?;
            }
        }
    }
    write(&folder.join("Cargo.toml"), &workspace(&read(&root().join("Cargo.toml"))?))?;
    copy(&root().join("Cargo.lock"), &folder.join("Cargo.lock"))?;
    // What the other crates need leaves the lock file.
    let mut update = cargo("update");
    quiet(update.args(["--workspace", "--offline"]).current_dir(folder)).map(|_| ())
}

/// The workspace's manifest without the crates that are not in the gem.
fn workspace(manifest: &str) -> String {
    let is_other = |line: &str| line.contains("{ path = ") && !line.starts_with("stillframe-core");
    let lines = manifest.lines().filter(|line| !is_other(line)).map(|line| {
        let key = line.split(' ').next().unwrap_or_default();
        match key {
            "members" => "members = [\"core\", \"bindings-ruby\"]",
            "default-members" | "exclude" => "",
            _ => line,
        }
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// Has RubyGems build a folder's gem.
fn build(ruby: &Ruby, folder: &Path) -> Result<PathBuf> {
    let mut command = Command::new(&ruby.program);
    command.args(["-rrubygems/gem_runner", "-e", "Gem::GemRunner.new.run(ARGV)", "--", "build"]);
    quiet(command.arg("stillframe.gemspec").current_dir(folder))?;
    let files = crate::files::in_folder(folder, "gem");
    let file = files.into_iter().next();
    file.ok_or_else(|| format!("{} holds no gem", folder.display()))
}

/// Installs the gem of the platform into an empty `GEM_HOME` on each of `rubies` and uses it; the one of
/// the source on the first.
pub(crate) fn tests(rubies: &[Ruby]) -> Result<Verdict> {
    tests_of(rubies, &pack(&libraries(rubies)?)?)
}

/// The same with files that are there.
pub(crate) fn tests_of(rubies: &[Ruby], files: &[PathBuf; 2]) -> Result<Verdict> {
    let [platform, source] = files;
    let (mut all_passed, mut output) = (true, String::new());
    for (number, ruby) in rubies.iter().enumerate() {
        let mut command = Command::new(&ruby.program);
        command.arg(root().join("bindings-ruby/gem/test_install.rb"));
        command.env("STILLFRAME_GEM", platform);
        if number == 0 {
            command.env("STILLFRAME_SOURCE_GEM", source);
            // What was compiled before is not compiled again.
            command.env("STILLFRAME_GEM_BUILD", target("ruby/build-gem"));
        }
        let ended = show(&mut command)?;
        all_passed &= ended.status.success();
        output.push_str(&ended.output);
    }
    passed((all_passed, output))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gem_has_the_workspaces_version() {
        let text = read(&root().join("bindings-ruby/stillframe.gemspec")).expect("it is there");
        let version = concat!("gem.version = \"", env!("CARGO_PKG_VERSION"), "\"");
        assert!(text.contains(version), "{text}");
    }

    #[test]
    fn the_gems_workspace_names_no_crate_that_it_does_not_hold() {
        let manifest = read(&root().join("Cargo.toml")).expect("it is there");
        let ours = workspace(&manifest);
        let paths: Vec<_> = ours.lines().filter(|line| line.contains("path = ")).collect();
        assert_eq!(paths, ["stillframe-core = { path = \"core\" }"]);
        assert!(ours.contains("members = [\"core\", \"bindings-ruby\"]\n"));
    }
}
