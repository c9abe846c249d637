//! The Pythons of this machine and whether there is an agent for each.
//!
//! Invariant: an interpreter is asked isolated and without its site, so that nothing of the user's
//! runs.

use super::{Check, State};
use crate::command::run::agents::{on_path, python};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// Minor versions looked for by name; older ones are beyond their end of life.
const MINORS: std::ops::RangeInclusive<u32> = 8..=16;
const QUESTION: &str = "import sys, sysconfig
print(sys.implementation.name, sys.version_info[0], sys.version_info[1],
      sysconfig.get_config_var('Py_GIL_DISABLED') or 0)";

/// What an interpreter says of itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    implementation: String,
    major: u32,
    minor: u32,
    free_threaded: bool,
}

/// The agent, then each Python that is found.
pub(super) fn checks() -> Vec<Check> {
    let (mut checks, minors) = match python::find() {
        Ok(python) => {
            let message =
                format!("for Python {} in {}", python.versions(), python.folder.display());
            (vec![Check::new(State::Ok, "agents", message)], python.minors)
        }
        Err(reason) => {
            let check = Check::new(State::Bad, "agents", reason)
                .next("keep stillframe-agents beside the command, or set STILLFRAME_AGENTS");
            (vec![check], Vec::new())
        }
    };
    let names = ["python".to_owned(), "python3".to_owned()];
    let names = names.into_iter().chain(MINORS.map(|minor| format!("python3.{minor}")));
    let mut found: BTreeMap<Version, Vec<String>> = BTreeMap::new();
    for name in names {
        // A name that stands for no interpreter (a shim without one behind it) is no Python.
        if let Some(version) = on_path(OsStr::new(&name)).and_then(|path| ask(&path)) {
            found.entry(version).or_default().push(name);
        }
    }
    if found.is_empty() {
        checks.push(Check::new(State::Note, "python", "no Python on PATH"));
    }
    checks
        .extend(found.iter().map(|(version, names)| verdict(&names.join(", "), version, &minors)));
    checks
}

fn ask(path: &Path) -> Option<Version> {
    let output = Command::new(path)
        .args(["-I", "-S", "-c", QUESTION])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    parse(&String::from_utf8_lossy(&output.stdout))
}

fn parse(text: &str) -> Option<Version> {
    let mut words = text.split_whitespace();
    Some(Version {
        implementation: words.next()?.to_owned(),
        major: words.next()?.parse().ok()?,
        minor: words.next()?.parse().ok()?,
        free_threaded: words.next()? != "0",
    })
}

fn verdict(names: &str, version: &Version, minors: &[u32]) -> Check {
    let Version { implementation, major, minor, free_threaded } = version;
    let here = minors.iter().map(|minor| format!("3.{minor}")).collect::<Vec<_>>().join(", ");
    let shown = crate::screen::text::clean(implementation);
    let is = format!("{shown} {major}.{minor} ({names})");
    let unfit = |why: &str| {
        let note = Check::new(State::Note, "python", format!("{is}: {why}, it starts untouched"));
        match minors.is_empty() {
            true => note.next("see to the agents first"),
            false => note.next(format!("run the service on CPython {here}")),
        }
    };
    if implementation != "cpython" || *major != 3 {
        return unfit("there is no agent for it");
    }
    if *free_threaded {
        return unfit("a build without the GIL is not supported yet");
    }
    match minors.contains(minor) {
        true => Check::new(State::Ok, "python", format!("{is} is supported")),
        false => unfit("there is no agent for this version"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_interpreter_gets_its_verdict() {
        let state = |text: &str| {
            let version = parse(text).expect("four words");
            verdict("python3", &version, &[12, 13]).state
        };
        assert_eq!(state("cpython 3 12 0\n"), State::Ok);
        for text in ["cpython 3 11 0", "cpython 3 13 1", "pypy 3 12 0", "cpython 2 13 0"] {
            assert_eq!(state(text), State::Note, "{text}");
        }
        assert_eq!(parse("Python 3.12"), None);
    }
}
