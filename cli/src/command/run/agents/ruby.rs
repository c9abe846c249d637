//! The agent for Ruby: the file that every Ruby loads first, and a library for each version.
//!
//! Which Ruby it fits, that file finds out itself: one that it does not fit starts as if we were absent.
//! Invariant: the file is named only after it and a library were found readable, for a Ruby that is told
//! of a file that is not there does not start.

use super::super::inherited;
use super::folder;
use crate::elf::Elf;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Name of the library in the folder of each version.
const LIBRARY: &str = "stillframe_ruby.so";
/// The variable that every Ruby reads.
pub(crate) const VARIABLE: &str = "RUBYOPT";

/// The agent for Ruby.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ruby {
    /// Folder of its files.
    pub(crate) folder: PathBuf,
    /// Versions there are libraries for, in order.
    pub(crate) versions: Vec<(u32, u32)>,
}

/// The agent for Ruby, or why there is none.
pub(crate) fn find() -> Result<Ruby, String> {
    check(&folder("ruby")?)
}

fn check(folder: &Path) -> Result<Ruby, String> {
    let inside = folder.join("stillframe");
    if std::fs::File::open(inside.join("auto.rb")).is_err() {
        return Err(format!("no agent for Ruby in {}", folder.display()));
    }
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    if folder.as_os_str().as_encoded_bytes().iter().any(u8::is_ascii_whitespace) {
        let shown = folder.display();
        return Err(format!("a blank in the agent's folder {shown}, which RUBYOPT cannot hold"));
    }
    let entries = std::fs::read_dir(&inside).into_iter().flatten().flatten();
    let mut versions = Vec::new();
    for entry in entries {
        let library = entry.path().join(LIBRARY);
        let Some(version) = version(&entry.file_name()).filter(|_| library.exists()) else {
            continue;
        };
        Elf::read(&library)
            .map_err(|reason| format!("the agent {} {reason}", library.display()))?;
        versions.push(version);
    }
    versions.sort_unstable();
    match versions.is_empty() {
        true => Err(format!("no agent for any version of Ruby in {}", folder.display())),
        false => Ok(Ruby { folder, versions }),
    }
}

/// `(3, 1)` of `3.1`.
fn version(name: &OsStr) -> Option<(u32, u32)> {
    let (major, minor) = name.to_str()?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

impl Ruby {
    /// `3.1, 3.3`.
    pub(crate) fn shown(&self) -> String {
        let versions = self.versions.iter().map(|(major, minor)| format!("{major}.{minor}"));
        versions.collect::<Vec<_>>().join(", ")
    }

    /// The value of `RUBYOPT` that loads the agent: ours first, then the user's own. Nothing where the
    /// agent is in it already.
    pub(crate) fn value(&self) -> Option<OsString> {
        self.options(inherited(VARIABLE).as_deref())
    }

    fn options(&self, own: Option<&OsStr>) -> Option<OsString> {
        let mut value = OsString::from("-r");
        value.push(self.folder.join("stillframe/auto"));
        let Some(own) = own else { return Some(value) };
        let mut words = own.as_bytes().split(u8::is_ascii_whitespace);
        if words.any(|word| word == value.as_bytes()) {
            return None;
        }
        value.push(" ");
        value.push(own);
        Some(value)
    }
}

/// The word by which this Ruby takes no notice of `RUBYOPT`.
pub(super) fn ignores_the_hook(arguments: &[OsString]) -> Option<&str> {
    let words = arguments.iter().map_while(|word| word.to_str());
    // Behind the first word that is no option stands what runs; behind `-e` its text.
    let options = words.take_while(|word| word.starts_with('-') && *word != "--" && *word != "-e");
    let all = ["--disable=rubyopt", "--disable-rubyopt", "--disable=all", "--disable-all"];
    let mut options = options.filter(|word| all.contains(word));
    options.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(folder: &str, own: Option<&str>) -> Option<String> {
        let ruby = Ruby { folder: folder.into(), versions: vec![(3, 1)] };
        let value = ruby.options(own.map(OsStr::new));
        value.map(|value| value.into_string().expect("text"))
    }

    #[test]
    fn the_users_own_options_stay_behind_ours() {
        let ours = "-r/a/stillframe/auto";
        assert_eq!(options("/a", None).as_deref(), Some(ours));
        let both = "-r/a/stillframe/auto -W0 -rbundler/setup";
        assert_eq!(options("/a", Some("-W0 -rbundler/setup")).as_deref(), Some(both));
        assert_eq!(options("/a", Some(both)), None, "below another `run`");
        // Bundler puts its own before what it finds.
        assert_eq!(options("/a", Some("-rbundler/setup -r/a/stillframe/auto")), None);
        let longer = Some("-r/a/stillframe/auto.rb");
        assert!(options("/a", longer).is_some_and(|value| value.starts_with(ours)));
    }

    #[test]
    fn an_agent_counts_only_if_it_is_one() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        assert!(check(temp.path()).expect_err("none").starts_with("no agent for Ruby in"));
        let inside = temp.path().join("stillframe");
        std::fs::create_dir_all(inside.join("3.1")).expect("folders");
        std::fs::create_dir_all(inside.join("4.0")).expect("folders");
        std::fs::create_dir_all(inside.join("lib")).expect("folders");
        std::fs::write(inside.join("auto.rb"), "").expect("written");
        assert!(check(temp.path()).expect_err("none").contains("any version of Ruby"));
        for version in ["4.0", "3.1", "lib"] {
            std::fs::write(inside.join(version).join(LIBRARY), "text").expect("written");
        }
        assert!(check(temp.path()).expect_err("none").contains("no ELF file"));
        let program = std::env::current_exe().expect("a path");
        for version in ["4.0", "3.1"] {
            std::fs::copy(&program, inside.join(version).join(LIBRARY)).expect("copied");
        }
        let ruby = check(temp.path()).expect("an agent");
        assert_eq!(
            (ruby.versions.as_slice(), ruby.shown().as_str()),
            (&[(3, 1), (4, 0)][..], "3.1, 4.0")
        );
        let blank = temp.path().join("a b");
        std::fs::create_dir(&blank).expect("a folder");
        std::fs::rename(&inside, blank.join("stillframe")).expect("moved");
        assert!(check(&blank).expect_err("a blank").contains("a blank in"));
    }

    #[test]
    fn only_a_ruby_that_is_told_to_takes_no_notice_of_us() {
        let ignores = |words: &str| {
            let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
            ignores_the_hook(&words).map(str::to_owned)
        };
        assert_eq!(ignores("-W0 --disable=rubyopt app.rb").as_deref(), Some("--disable=rubyopt"));
        assert_eq!(ignores("--disable-all -e 1").as_deref(), Some("--disable-all"));
        for taken in ["--disable=gems app.rb", "app.rb --disable-all", "-e --disable-all"] {
            assert_eq!(ignores(taken), None, "{taken}");
        }
    }
}
