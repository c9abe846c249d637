//! The scripts that V8 told of.
//!
//! Node compiles some files twice and runs the second, and an application may load a file again: scripts
//! of one path with the very same text are one here. Knows ids and paths, not texts. Invariant: numbers
//! are given out in the order in which texts came, and none twice.

use super::parsed::Parsed;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::agent::percent_decoded;

/// Scripts that are remembered; an application that makes more by `eval` or `vm` has no files of them.
const MOST: usize = 100_000;
/// Scripts of one text that are remembered: functions of those before them are hardly called any more.
const MOST_ALIKE: usize = 64;

/// The scripts of a file that have one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) number: u64,
    /// V8's id of the latest.
    pub(super) id: String,
    /// V8's ids of those before it, in the order in which they came.
    former: Vec<String>,
    /// Path of its file.
    pub(super) path: String,
    /// V8's hash of the text.
    hash: String,
}

impl Script {
    /// V8's ids of all of them, the latest first.
    pub(super) fn into_ids(self) -> impl Iterator<Item = String> {
        std::iter::once(self.id).chain(self.former.into_iter().rev())
    }

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
    /// Indices of those of a path.
    texts: HashMap<String, Vec<usize>>,
    parsed: HashMap<u64, Arc<Parsed>>,
}

static SCRIPTS: Mutex<Option<Scripts>> = Mutex::new(None);

fn scripts() -> MutexGuard<'static, Option<Scripts>> {
    SCRIPTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// V8 has one more script; one without a file is not kept. The number of its text, if a script with
/// that was there before.
pub(crate) fn script_came(id: String, url: &str, hash: String) -> Option<u64> {
    let path = match url.strip_prefix("file://") {
        Some(path) => percent_decoded(path),
        None if url.starts_with('/') => url.to_owned(),
        None => return None,
    };
    let mut held = scripts();
    let Scripts { all, ids, texts, .. } = held.get_or_insert_default();
    // Another session is told of all that are there once more.
    if ids.len() >= MOST || !ids.insert(id.clone()) {
        return None;
    }
    let known = texts.get(&path).into_iter().flatten().copied();
    let known = known.filter_map(|index| all.get(index).map(|script| (index, script)));
    let known = known.filter(|(_, script)| script.hash == hash).map(|(index, _)| index).next();
    if let Some(script) = known.and_then(|index| all.get_mut(index)) {
        if script.former.len() + 1 == MOST_ALIKE {
            script.former.remove(0);
        }
        script.former.push(std::mem::replace(&mut script.id, id));
        return Some(script.number);
    }
    texts.entry(path.clone()).or_default().push(all.len());
    let number = all.len() as u64;
    all.push(Script { number, id, former: Vec::new(), path, hash });
    None
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

/// Scripts of a path, in the order in which their texts came.
pub(super) fn of_path(path: &str) -> Vec<Script> {
    let held = scripts();
    let Some(Scripts { all, texts, .. }) = &*held else { return Vec::new() };
    let indices = texts.get(path).into_iter().flatten();
    indices.filter_map(|index| all.get(*index)).cloned().collect()
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
