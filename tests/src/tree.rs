//! The repository's own files, as the house rules look at them.
//!
//! Knows folders and endings, not what the rules are. Invariant: build outputs, installed packages
//! and generated code are never visited.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders never looked at: build outputs, installed packages and generated code.
const SKIPPED: [&str; 7] =
    ["target", "node_modules", ".git", "generated", "__pycache__", ".venv", ".pytest_cache"];

/// A text file of the repository.
#[derive(Debug)]
pub struct Source {
    /// Path relative to the root, `/` between components.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every UTF-8 file whose name ends in one of `endings`; all of them when `endings` is empty.
pub fn sources(endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    visit(&root(), &mut |path| {
        let name = path.to_string_lossy();
        let wanted = endings.is_empty() || endings.iter().any(|ending| name.ends_with(ending));
        if wanted && let Ok(text) = fs::read_to_string(path) {
            found.push(Source { path: relative(path), text });
        }
    });
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Folders that hold nothing at all.
pub fn empty_folders() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let entries: Vec<_> = entries.flatten().collect();
        if entries.is_empty() {
            found.push(relative(&folder));
        }
        folders.extend(entries.iter().map(fs::DirEntry::path).filter(|path| walked(path)));
    }
    found.sort();
    found
}

fn visit(folder: &Path, each: &mut impl FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if walked(&path) {
            visit(&path, each);
        } else if path.is_file() && path.file_name().is_none_or(|name| name != ".git") {
            // In a worktree that is a file, which names its machine.
            each(&path);
        }
    }
}

fn walked(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.is_dir() && !path.is_symlink() && !SKIPPED.contains(&name.as_ref())
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
