//! The agent for Node: its addon, and the file that loads it.
//!
//! Which Node it fits, that file finds out itself: one that it does not fit starts as if we were absent.
//! Invariant: the file is named only after it and the addon were found readable.

use super::super::inherited;
use super::folder;
use crate::elf::Elf;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Name of the addon.
const ADDON: &str = "stillframe.node";
/// The file that every Node loads first.
const REGISTER: &str = "register.js";
/// The variable that every Node reads.
pub(crate) const VARIABLE: &str = "NODE_OPTIONS";

/// The variable that has code rewritten while it is loaded.
pub(crate) const REWRITE: &str = "STILLFRAME_REWRITE";

/// The agent for Node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    register: PathBuf,
}

/// The agent for Node, or why there is none.
pub(crate) fn find() -> Result<Node, String> {
    check(&folder("node")?)
}

fn check(folder: &Path) -> Result<Node, String> {
    let (register, addon) = (folder.join(REGISTER), folder.join(ADDON));
    if !addon.exists() || std::fs::File::open(&register).is_err() {
        return Err(format!("no agent for Node in {}", folder.display()));
    }
    Elf::read(&addon).map_err(|reason| format!("the agent {} {reason}", addon.display()))?;
    let register = std::path::absolute(&register).unwrap_or(register);
    Ok(Node { register })
}

impl Node {
    /// The value of `NODE_OPTIONS` that loads the agent: ours first, then the user's own. Nothing where
    /// the agent is in it already.
    pub(crate) fn value(&self) -> Option<OsString> {
        self.options(inherited(VARIABLE).as_deref())
    }

    fn options(&self, own: Option<&OsStr>) -> Option<OsString> {
        let mut option = OsString::from("--require=");
        option.push(&self.register);
        let mut value = quoted(&option);
        let Some(own) = own else { return Some(value) };
        let (ours, all) = (value.as_bytes().to_vec(), own.as_bytes());
        if all.windows(ours.len()).any(|part| part == ours) {
            return None;
        }
        value.push(" ");
        value.push(own);
        Some(value)
    }
}

/// A word as Node reads it back from its variable: blanks end it outside of double quotes, and within
/// them a backslash takes what follows as it is.
fn quoted(word: &OsStr) -> OsString {
    if !word.as_bytes().iter().any(|byte| byte.is_ascii_whitespace() || b"\"\\".contains(byte)) {
        return word.to_owned();
    }
    let mut quoted = vec![b'"'];
    for byte in word.as_bytes() {
        if b"\"\\".contains(byte) {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted.push(b'"');
    OsString::from_vec(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(register: &str, own: Option<&str>) -> Option<String> {
        let node = Node { register: register.into() };
        let value = node.options(own.map(OsStr::new));
        value.map(|value| value.into_string().expect("text"))
    }

    #[test]
    fn the_users_own_options_stay_behind_ours() {
        let ours = "--require=/a/register.js";
        assert_eq!(options("/a/register.js", None).as_deref(), Some(ours));
        let both = "--require=/a/register.js --max-old-space-size=100";
        assert_eq!(
            options("/a/register.js", Some("--max-old-space-size=100")).as_deref(),
            Some(both)
        );
        assert_eq!(options("/a/register.js", Some(both)), None, "below another `run`");
    }

    #[test]
    fn a_path_with_blanks_is_quoted() {
        let quoted = r#""--require=/a b/it's \"x\"/\\/register.js""#;
        assert_eq!(options(r#"/a b/it's "x"/\/register.js"#, None).as_deref(), Some(quoted));
    }

    #[test]
    fn an_agent_counts_only_if_it_is_one() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        assert!(check(temp.path()).expect_err("none").starts_with("no agent for Node in"));
        std::fs::write(temp.path().join(REGISTER), "").expect("written");
        std::fs::write(temp.path().join(ADDON), "text").expect("written");
        assert!(check(temp.path()).expect_err("none").contains("no ELF file"));
        let program = std::env::current_exe().expect("a path");
        std::fs::copy(program, temp.path().join(ADDON)).expect("copied");
        assert_eq!(check(temp.path()).expect("an agent").register, temp.path().join(REGISTER));
    }
}
