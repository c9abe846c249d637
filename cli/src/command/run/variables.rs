//! What changes in the environment of the command.
//!
//! Invariants: what the user set himself stays, ours comes first on a path; a person's token never
//! reaches the command; the agents' token travels as the path of its file.

use super::inherited;
use crate::link::target::Target;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use stillframe_core::transport::tls::CA_VARIABLE;

/// What `run` was asked for.
pub(super) struct Wish<'a> {
    /// Folder that goes first on `PYTHONPATH`, if there is one.
    pub(super) python: Option<&'a Path>,
    /// New value of `JAVA_TOOL_OPTIONS`, if it changes.
    pub(super) jvm: Option<&'a OsStr>,
    /// New value of `NODE_OPTIONS`, if it changes.
    pub(super) node: Option<&'a OsStr>,
    /// New value of `RUBYOPT`, if it changes.
    pub(super) ruby: Option<&'a OsStr>,
    /// `--rewrite`, if Node has an agent.
    pub(super) rewrite: Option<&'a str>,
    /// The hub, if there is one.
    pub(super) target: Option<&'a Target>,
    /// `--service`.
    pub(super) service: Option<&'a str>,
    /// `--label`.
    pub(super) labels: &'a [(String, String)],
    /// Whether children get the agent.
    pub(super) children: bool,
    /// Process the command will be, unless it is only printed: what tells it from its children.
    pub(super) process: Option<u32>,
}

/// Variables to set, or to take away, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes(Vec<(&'static str, Option<OsString>)>);

impl Changes {
    /// Only takes a person's tokens away.
    pub(super) fn of_a_person() -> Self {
        Self(vec![("STILLFRAME_TOKEN", None), ("STILLFRAME_TOKEN_FILE", None)])
    }

    /// The changes that a wish needs.
    pub(super) fn of(wish: &Wish) -> Self {
        let mut changes = Self::of_a_person();
        if let Some(python) = wish.python {
            let path = first_on_path(python.as_os_str(), inherited("PYTHONPATH"));
            changes.set("PYTHONPATH", path);
        }
        if let Some(options) = wish.jvm {
            changes.set(super::agents::jvm::VARIABLE, options);
        }
        if let Some(options) = wish.node {
            changes.set(super::agents::node::VARIABLE, options);
        }
        if let Some(options) = wish.ruby {
            changes.set(super::agents::ruby::VARIABLE, options);
        }
        if let Some(rewrite) = wish.rewrite {
            changes.set(super::agents::node::REWRITE, rewrite);
        }
        if let Some(target) = wish.target {
            changes.set("STILLFRAME_HUB", &target.url);
            if let Some(file) = target.way().ca_file.filter(|_| inherited(CA_VARIABLE).is_none()) {
                changes.set(CA_VARIABLE, file);
            }
            let own = ["STILLFRAME_AGENT_TOKEN", "STILLFRAME_AGENT_TOKEN_FILE"];
            if own.iter().all(|name| inherited(name).is_none())
                && let Some(file) = target.agent_token_file()
            {
                changes.set("STILLFRAME_AGENT_TOKEN_FILE", file);
            }
        }
        if let Some(service) = wish.service {
            changes.set("STILLFRAME_SERVICE", service);
        }
        if !wish.labels.is_empty() {
            changes.set("STILLFRAME_LABELS", labels(wish.labels, inherited("STILLFRAME_LABELS")));
        }
        if !wish.children {
            changes.set("STILLFRAME_CHILDREN", "no");
        }
        if let Some(process) = wish.process {
            changes.set("STILLFRAME_RUN", process.to_string());
        }
        changes
    }

    fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.0.push((name, Some(value.into())));
    }

    /// All of them: a value, or nothing where the variable goes.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, Option<&OsStr>)> {
        self.0.iter().map(|(name, value)| (*name, value.as_deref()))
    }
}

fn first_on_path(folder: &OsStr, path: Option<OsString>) -> OsString {
    let mut first = folder.to_owned();
    let Some(path) = path else { return first };
    // Started below another `run`, ours is there already; the rest keeps its order.
    for part in std::env::split_paths(&path).filter(|part| part.as_os_str() != folder) {
        first.push(":");
        first.push(part);
    }
    first
}

/// The labels given now, behind those of the environment, which they override.
fn labels(given: &[(String, String)], environment: Option<OsString>) -> OsString {
    let mut text = environment.unwrap_or_default();
    for (key, value) in given {
        if !text.is_empty() {
            text.push(",");
        }
        text.push(format!("{key}={value}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_path_stays_behind_ours() {
        let first = |path: &str| first_on_path(OsStr::new("/ours"), Some(path.into()));
        assert_eq!(first_on_path(OsStr::new("/ours"), None), "/ours");
        assert_eq!(first("/a:/b"), "/ours:/a:/b");
        assert_eq!(first("/a:/ours:/b"), "/ours:/a:/b");
        assert_eq!(first("/a::/b"), "/ours:/a::/b");
    }

    #[test]
    fn later_labels_override() {
        let given = [("zone".to_owned(), "b".to_owned())];
        assert_eq!(labels(&given, Some("zone=a,team=x".into())), "zone=a,team=x,zone=b");
        assert_eq!(labels(&given, None), "zone=b");
    }

    #[test]
    fn a_persons_token_never_reaches_the_command() {
        let changes = Changes::of(&Wish {
            python: Some(Path::new("/ours")),
            jvm: None,
            node: None,
            ruby: None,
            rewrite: Some("dep"),
            target: None,
            service: Some("checkout"),
            labels: &[],
            children: false,
            process: Some(7),
        });
        let value = |wanted: &str| changes.all().find(|(name, _)| *name == wanted).map(|(_, v)| v);
        assert_eq!(value("STILLFRAME_TOKEN"), Some(None));
        assert_eq!(value("STILLFRAME_TOKEN_FILE"), Some(None));
        assert_eq!(value("STILLFRAME_SERVICE"), Some(Some(OsStr::new("checkout"))));
        assert_eq!(value("STILLFRAME_CHILDREN"), Some(Some(OsStr::new("no"))));
        assert_eq!(value("STILLFRAME_REWRITE"), Some(Some(OsStr::new("dep"))));
        assert_eq!(value("STILLFRAME_HUB"), None);
    }
}
