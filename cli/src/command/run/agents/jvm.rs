//! The agent for the JVM: its library, and the JVMs of this machine that it fits.
//!
//! A JVM that is told of a library it cannot load does not start. Invariant: the library is offered
//! only after it was read, and not where a JVM that is in reach could not load it.

use super::super::inherited;
use super::{folder, on_path};
use crate::elf::Elf;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Name of the library.
pub(crate) const LIBRARY: &str = "libstillframe_jvm.so";
/// The option that loads a library into a JVM.
const OPTION: &str = "-agentpath:";
/// The variable that every JVM reads.
pub(crate) const VARIABLE: &str = "JAVA_TOOL_OPTIONS";

/// The agent for the JVM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Jvm {
    /// The library.
    pub(crate) library: PathBuf,
    /// What it is made for.
    pub(crate) elf: Elf,
}

/// Why there is no agent for the JVM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoAgent {
    /// In words.
    pub(crate) reason: String,
    /// Whether there is a file in its place.
    pub(crate) is_broken: bool,
}

/// The agent for the JVM, or why there is none.
pub(crate) fn find() -> Result<Jvm, NoAgent> {
    check(&folder("jvm").map_err(|reason| NoAgent { reason, is_broken: false })?)
}

fn check(folder: &Path) -> Result<Jvm, NoAgent> {
    let library = folder.join(LIBRARY);
    if !library.exists() {
        let reason = format!("no agent for the JVM in {}", folder.display());
        return Err(NoAgent { reason, is_broken: false });
    }
    let elf = Elf::read(&library).map_err(|reason| {
        let reason = format!("the agent {} {reason}", library.display());
        NoAgent { reason, is_broken: true }
    })?;
    let library = std::path::absolute(&library).unwrap_or(library);
    Ok(Jvm { library, elf })
}

impl Jvm {
    /// The value of `JAVA_TOOL_OPTIONS` with which `command` gets the agent, if it needs one, or why
    /// it must not have one. `is_here`: the command starts on this machine.
    pub(crate) fn value(
        &self,
        command: &[OsString],
        is_here: bool,
    ) -> Result<Option<OsString>, String> {
        // Named on the command line or in the launcher's own variables, it is loaded by these.
        let others = ["JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"].into_iter().filter_map(inherited);
        if command.iter().cloned().chain(others).any(|words| names_the_agent(&words)) {
            return Ok(None);
        }
        match self.misfit(command).filter(|_| is_here) {
            Some(reason) => Err(reason),
            None => self.options(inherited(VARIABLE).as_deref()),
        }
    }

    /// Why a JVM that `command` may start cannot load the library, and so would not start: the
    /// program itself, the `java` of the path, that of `JAVA_HOME`.
    fn misfit(&self, command: &[OsString]) -> Option<String> {
        let program = command
            .first()
            .filter(|program| Path::new(program).file_name().is_some_and(|name| name == "java"));
        let home = inherited("JAVA_HOME").map(|home| PathBuf::from(home).join("bin/java"));
        let places =
            [program.and_then(|program| on_path(program)), on_path(OsStr::new("java")), home];
        places.iter().flatten().find_map(|java| self.misfits(java))
    }

    /// Why the JVM of the launcher `java` cannot load the library.
    pub(crate) fn misfits(&self, java: &Path) -> Option<String> {
        // A script that stands for a launcher says nothing about what it starts.
        let found = Elf::read(java).ok()?;
        (!found.takes(&self.elf)).then(|| {
            format!(
                "{} is for {}, the agent for the JVM for {}",
                java.display(),
                found.shown(),
                self.elf.shown()
            )
        })
    }

    /// The value of `JAVA_TOOL_OPTIONS` that loads the library: ours first, then the user's `own`,
    /// which so keeps the last word. Nothing where the agent is in it already.
    fn options(&self, own: Option<&OsStr>) -> Result<Option<OsString>, String> {
        if own.is_some_and(names_the_agent) {
            return Ok(None);
        }
        let path = self.library.as_os_str();
        if path.as_encoded_bytes().contains(&b'=') {
            let shown = self.library.display();
            return Err(format!(
                "an equals sign in the agent's path {shown}, which a JVM splits there"
            ));
        }
        let mut option = OsString::from(OPTION);
        option.push(path);
        let mut value = quoted(&option);
        if let Some(own) = own {
            value.push(" ");
            value.push(own);
        }
        Ok(Some(value))
    }
}

/// Whether words for a JVM load the agent already.
fn names_the_agent(words: &OsStr) -> bool {
    let name = LIBRARY.as_bytes();
    words.as_encoded_bytes().windows(name.len()).any(|part| part == name)
}

/// A word as a JVM reads it back from a variable: blanks end it outside of quotes, and within quotes
/// nothing but the same quote is special.
fn quoted(word: &OsStr) -> OsString {
    let is_special = |byte: &u8| byte.is_ascii_whitespace() || b"'\"\x0b".contains(byte);
    if !word.as_bytes().iter().any(is_special) {
        return word.to_owned();
    }
    let mut quoted = vec![b'\''];
    for byte in word.as_bytes() {
        match byte {
            b'\'' => quoted.extend_from_slice(b"'\"'\"'"),
            byte => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    OsString::from_vec(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::Libc;

    fn jvm(library: &str) -> Jvm {
        Jvm { library: library.into(), elf: Elf { machine: 62, libc: Some(Libc::Gnu) } }
    }

    fn options(library: &str, own: Option<&str>) -> Option<String> {
        let options = jvm(library).options(own.map(OsStr::new)).expect("a value");
        options.map(|value| value.into_string().expect("text"))
    }

    #[test]
    fn the_users_own_options_stay_behind_ours() {
        let library = "/a/libstillframe_jvm.so";
        assert_eq!(options(library, None).as_deref(), Some("-agentpath:/a/libstillframe_jvm.so"));
        let both = "-agentpath:/a/libstillframe_jvm.so -Xmx1g -Dx='a b'";
        assert_eq!(options(library, Some("-Xmx1g -Dx='a b'")).as_deref(), Some(both));
        // Started below another `run`, or with the agent named by hand.
        assert_eq!(options(library, Some(both)), None);
        assert_eq!(options(library, Some("-agentpath:/b/libstillframe_jvm.so=service=x")), None);
    }

    #[test]
    fn a_path_with_blanks_is_quoted() {
        let option = options("/a b/it's \"x\".so", None).expect("a value");
        assert_eq!(option, "'-agentpath:/a b/it'\"'\"'s \"x\".so'");
        assert!(jvm("/a=b/x.so").options(None).expect_err("split").contains("equals sign"));
    }

    #[test]
    fn a_library_counts_only_if_it_is_one() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        assert!(
            check(temp.path()).expect_err("none").reason.starts_with("no agent for the JVM in")
        );
        let library = temp.path().join(LIBRARY);
        std::fs::write(&library, "text").expect("written");
        let broken = check(temp.path()).expect_err("none");
        assert!(broken.is_broken && broken.reason.contains("no ELF file"), "{broken:?}");
        std::fs::copy(std::env::current_exe().expect("a path"), &library).expect("copied");
        let jvm = check(temp.path()).expect("an agent");
        assert_eq!(jvm.library, library);
        assert_eq!(jvm.misfits(&library), None);
        let other = Jvm { elf: Elf { machine: 40, libc: None }, ..jvm };
        assert!(other.misfits(&library).expect("another machine").contains("for arm"));
        assert_eq!(other.misfits(Path::new("/nonexistent")), None, "what is not there is not run");
    }
}
