//! Where things lie in the repository, and the few file operations the tasks share.
//!
//! Knows paths only. Invariant: everything made lies under `target/`.

use crate::Result;
use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A path under `target/`.
pub(crate) fn target(below: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| root().join("target")).join(below)
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| format!("make {}: {error}", path.display()))
}

/// Makes a folder that holds nothing.
pub(crate) fn make_empty(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_dir_all(path).map_err(|error| format!("empty {}: {error}", path.display()))?;
    }
    make_folder(path)
}

/// Copies a file or a whole folder.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let fault = |error| format!("copy {} to {}: {error}", from.display(), to.display());
    if from.is_file() {
        return fs::copy(from, to).map(|_| ()).map_err(fault);
    }
    make_folder(to)?;
    for entry in fs::read_dir(from).map_err(fault)?.flatten() {
        if entry.file_name() != "__pycache__" {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Files of a folder with that ending, in order.
pub(crate) fn in_folder(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut files: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    files.sort();
    files
}

/// Text of a file.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("read {}: {error}", path.display()))
}

/// Writes a file.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|error| format!("write {}: {error}", path.display()))
}

/// Number, from 1, of the first line of `path` that holds `text`.
pub(crate) fn line_of(path: &Path, text: &str) -> Result<usize> {
    let found = read(path)?.lines().position(|line| line.contains(text));
    found.map(|at| at + 1).ok_or_else(|| format!("{} has no line `{text}`", path.display()))
}
