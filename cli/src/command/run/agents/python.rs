//! The agent for Python: its files and versions.
//!
//! Invariant: a version counts only if its package is there and readable.

use super::folder;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The agent for Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Python {
    /// Folder that goes on `PYTHONPATH`; holds `sitecustomize.py` and a folder for each version.
    pub(crate) folder: PathBuf,
    /// Minor versions of Python 3 there are agents for, in order.
    pub(crate) minors: Vec<u32>,
}

/// The agent for Python, or why there is none.
pub(crate) fn find() -> Result<Python, String> {
    check(&folder("python")?)
}

fn check(folder: &Path) -> Result<Python, String> {
    let readable = |file: &Path| std::fs::File::open(file).is_ok();
    if !readable(&folder.join("sitecustomize.py")) {
        return Err(format!("no agent for Python in {}", folder.display()));
    }
    if folder.as_os_str().as_encoded_bytes().iter().any(|byte| b": \t\n".contains(byte)) {
        return Err(format!("a colon or blank in the agent's folder {}", folder.display()));
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let minor = |name: &OsStr| name.to_str()?.strip_prefix("cp3")?.parse::<u32>().ok();
    let mut minors: Vec<u32> = entries
        .filter(|entry| readable(&entry.path().join("stillframe/__init__.py")))
        .filter_map(|entry| minor(&entry.file_name()))
        .collect();
    minors.sort_unstable();
    match minors.is_empty() {
        true => Err(format!("no agent for any version of Python in {}", folder.display())),
        false => Ok(Python { folder: folder.to_path_buf(), minors }),
    }
}

impl Python {
    /// `3.12, 3.13`.
    pub(crate) fn versions(&self) -> String {
        let versions = self.minors.iter().map(|minor| format!("3.{minor}"));
        versions.collect::<Vec<_>>().join(", ")
    }
}

/// The flag by which this Python takes no notice of `PYTHONPATH` or `sitecustomize`.
pub(super) fn ignores_the_hook(arguments: &[OsString]) -> Option<char> {
    let mut words = arguments.iter();
    while let Some(flags) = words.next()?.to_str()?.strip_prefix('-') {
        for flag in flags.chars() {
            match flag {
                'I' | 'E' | 'S' => return Some(flag),
                // Behind these stands what runs, or a long option.
                'c' | 'm' | '-' => return None,
                'W' | 'X' => {
                    if flags.ends_with(flag) {
                        words.next()?;
                    }
                    break;
                }
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(temp: &Path, versions: &[&str]) {
        std::fs::write(temp.join("sitecustomize.py"), "").expect("a file");
        for version in versions {
            let package = temp.join(version).join("stillframe");
            std::fs::create_dir_all(&package).expect("folders");
            std::fs::write(package.join("__init__.py"), "").expect("a file");
        }
    }

    #[test]
    fn a_folder_counts_only_with_its_files() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        assert!(check(temp.path()).is_err());
        carried(temp.path(), &[]);
        assert!(check(temp.path()).is_err());
        std::fs::create_dir(temp.path().join("cp311")).expect("a folder");
        carried(temp.path(), &["cp313", "cp312"]);
        let python = check(temp.path()).expect("agents");
        assert_eq!(
            (python.minors.as_slice(), python.versions().as_str()),
            (&[12, 13][..], "3.12, 3.13")
        );
        let blank = temp.path().join("a b");
        std::fs::create_dir(&blank).expect("a folder");
        carried(&blank, &["cp312"]);
        assert!(check(&blank).expect_err("a blank").contains("blank"));
    }
}
