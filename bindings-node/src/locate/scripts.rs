//! The scripts that V8 told of.
//!
//! Knows ids and paths, not texts. Invariant: numbers are given out in the order in which scripts
//! came, and none twice.

use super::parsed::Parsed;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::agent::percent_decoded;

/// Scripts that are remembered; an application that makes more by `eval` or `vm` has no files of them.
const MOST: usize = 100_000;

/// A script of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) number: u64,
    /// V8's id.
    pub(super) id: String,
    /// Path of its file.
    pub(super) path: String,
}

impl Script {
    /// The last component of its path.
    pub(super) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

#[derive(Default)]
struct Scripts {
    all: Vec<Script>,
    /// V8's ids of all of them.
    ids: HashSet<String>,
    parsed: HashMap<u64, Arc<Parsed>>,
}

static SCRIPTS: Mutex<Option<Scripts>> = Mutex::new(None);

fn scripts() -> MutexGuard<'static, Option<Scripts>> {
    SCRIPTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// V8 has one more script; one without a file is not kept.
pub(crate) fn script_came(id: String, url: &str) {
    let path = match url.strip_prefix("file://") {
        Some(path) => percent_decoded(path),
        None if url.starts_with('/') => url.to_owned(),
        None => return,
    };
    let mut held = scripts();
    let scripts = held.get_or_insert_default();
    // Another session is told of all that are there once more.
    let is_new = scripts.ids.insert(id.clone());
    if is_new && scripts.all.len() < MOST {
        let number = scripts.all.len() as u64;
        scripts.all.push(Script { number, id, path });
    }
}

/// Paths of those that `is_it` says, each once.
pub(super) fn paths(is_it: impl Fn(&Script) -> bool) -> Vec<String> {
    let held = scripts();
    let all = held.iter().flat_map(|scripts| &scripts.all);
    let mut paths: Vec<String> =
        all.filter(|script| is_it(script)).map(|script| script.path.clone()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Scripts of a path, in the order in which they came.
pub(super) fn of_path(path: &str) -> Vec<Script> {
    let held = scripts();
    let all = held.iter().flat_map(|scripts| &scripts.all);
    all.filter(|script| script.path == path).cloned().collect()
}

/// The script with this number.
pub(super) fn by_number(number: u64) -> Option<Script> {
    let index = usize::try_from(number).ok()?;
    scripts().as_ref()?.all.get(index).cloned()
}

/// What is known of it already.
pub(super) fn parsed(number: u64) -> Option<Arc<Parsed>> {
    scripts().as_ref()?.parsed.get(&number).cloned()
}

/// Remembers what is known of it.
pub(super) fn learn(number: u64, parsed: &Arc<Parsed>) {
    scripts().get_or_insert_default().parsed.insert(number, Arc::clone(parsed));
}
