//! The agents this command carries: where their files lie and what they fit.
//!
//! Knows folders and the words of a command; each runtime's files are its own module's. Invariant: a
//! folder is used only after the files that the hook loads were found in it.

use super::inherited;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

pub(crate) mod jvm;
pub(crate) mod node;
pub(crate) mod python;
pub(crate) mod ruby;

/// Commands that start Node.
const OF_NODE: [&str; 9] =
    ["node", "nodejs", "npm", "npx", "yarn", "pnpm", "tsx", "ts-node", "nest"];
/// Commands that start a JVM.
const OF_THE_JVM: [&str; 12] = [
    "java", "mvn", "mvnw", "mvnd", "gradle", "gradlew", "kotlin", "scala", "sbt", "clojure",
    "groovy", "jshell",
];

/// Commands that start Ruby.
const OF_RUBY: [&str; 8] =
    ["ruby", "bundle", "bundler", "rails", "rake", "puma", "unicorn", "rackup"];

/// The folder of the agent for a runtime, called `name` beside the others.
fn folder(name: &str) -> Result<PathBuf, String> {
    if let Some(agents) = inherited("STILLFRAME_AGENTS") {
        let agents = PathBuf::from(agents);
        let inside = agents.join(name);
        return Ok(if inside.is_dir() { inside } else { agents });
    }
    let here = std::env::current_exe().and_then(|path| path.canonicalize());
    let here = here.map_err(|error| format!("this program's own place is unknown: {error}"))?;
    let beside = here.parent().map(Path::to_path_buf).unwrap_or_default();
    let first = beside.join("stillframe-agents").join(name);
    let second = beside.join("../lib/stillframe").join(name);
    let found = if !first.is_dir() && second.is_dir() { second } else { first };
    Ok(found.canonicalize().unwrap_or(found))
}

/// Why a runtime gets no agent, for those that get none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Missing<'a> {
    /// Python.
    pub(crate) python: Option<&'a str>,
    /// The JVM.
    pub(crate) jvm: Option<&'a str>,
    /// Node.
    pub(crate) node: Option<&'a str>,
    /// Ruby.
    pub(crate) ruby: Option<&'a str>,
}

/// Why the agents clearly do not fit a command, told from its words alone: nothing is run.
pub(crate) fn misfit(command: &[OsString], missing: &Missing) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let typed = Path::new(program).file_name()?.to_str()?.to_owned();
    if OF_THE_JVM.contains(&typed.as_str()) {
        return missing.jvm.map(|reason| format!("{typed}: {reason}"));
    }
    if OF_NODE.contains(&typed.as_str()) {
        return missing.node.map(|reason| format!("{typed}: {reason}"));
    }
    let is_ruby = is_version_of("ruby", &typed);
    if is_ruby || OF_RUBY.contains(&typed.as_str()) {
        let ignored = || {
            let word = ruby::ignores_the_hook(arguments).filter(|_| is_ruby)?;
            Some(format!("{typed} {word} ignores RUBYOPT, by which the agent comes"))
        };
        return missing.ruby.map(|reason| format!("{typed}: {reason}")).or_else(ignored);
    }
    if !typed.starts_with("python") {
        return None;
    }
    if let Some(reason) = missing.python {
        return Some(format!("{typed}: {reason}"));
    }
    // A version without an agent says so itself, by the hook's first lines.
    let flag = python::ignores_the_hook(arguments)?;
    Some(format!("{typed} -{flag} ignores PYTHONPATH, by which the agent comes"))
}

/// Whether a command is called `name`, or `name` with a version behind it.
fn is_version_of(name: &str, typed: &str) -> bool {
    let version = typed.strip_prefix(name);
    version.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// The file that `exec` would take for a program.
pub(crate) fn on_path(program: &OsStr) -> Option<PathBuf> {
    if program.as_encoded_bytes().contains(&b'/') {
        return Some(PathBuf::from(program));
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_clearly_does_not_fit_is_said() {
        let misfit = |command: &str| {
            let words: Vec<OsString> = command.split(' ').map(OsString::from).collect();
            misfit(&words, &Missing::default())
        };
        for clear in [
            "ruby3.1 --disable=rubyopt app.rb",
            "python3.12 -I app.py",
            "python3.13 -W ignore -uE -c 1",
            "python3.12 -Xdev -Sm app",
        ] {
            assert!(misfit(clear).is_some(), "{clear}");
        }
        for open in [
            "python3.12 app.py -I",
            "python3.12 -c -I",
            "python3.12 -m app -E",
            "python3.12 -W ignore -u --check-hash-based-pycs always",
            "gunicorn -E",
            "sh",
            "/usr/bin/java -jar app.jar",
            "mvn test",
            "node app.js",
            "ruby app.rb",
            "bundle exec puma --disable-all",
            "no-such-program",
        ] {
            assert_eq!(misfit(open), None, "{open}");
        }
    }

    #[test]
    fn an_agent_that_is_missing_is_missed_by_its_own_runtime() {
        let said = |command: &str| {
            let (python, jvm) = (Some("no agent"), Some("no agent for the JVM"));
            let (node, ruby) = (Some("no agent for Node"), Some("no agent for Ruby"));
            let missing = Missing { python, jvm, node, ruby };
            misfit(&[OsString::from(command)], &missing)
        };
        for (command, expected) in [
            ("/usr/bin/java", Some("java: no agent for the JVM")),
            ("./gradlew", Some("gradlew: no agent for the JVM")),
            ("python3.12", Some("python3.12: no agent")),
            ("npm", Some("npm: no agent for Node")),
            ("ruby3.1", Some("ruby3.1: no agent for Ruby")),
            ("/usr/bin/puma", Some("puma: no agent for Ruby")),
            ("rubymine", None),
            ("sh", None),
        ] {
            assert_eq!(said(command).as_deref(), expected, "{command}");
        }
    }
}
