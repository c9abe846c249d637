//! The scripts that V8 told of.
//!
//! Node compiles some files twice and runs the second, and an application may load a file again: scripts
//! of one path with the very same text are one here. Knows ids and paths, not texts. Invariant: numbers
//! are given out in the order in which texts came, and none twice.

use super::maps;
use super::parsed::Parsed;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use stillframe_core::agent::percent_decoded;

/// Scripts that are remembered; an application that makes more by `eval` or `vm` has no files of them.
const MOST: usize = 100_000;
/// Scripts of one text that are remembered: functions of those before them are hardly called any more.
const MOST_ALIKE: usize = 64;

/// The scripts of a file that have one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) number: u64,
    /// V8's scripts, in the order in which they came; never empty.
    all: Vec<Compiled>,
    /// Path of its file.
    pub(super) path: String,
    /// V8's hash of the text.
    hash: String,
    /// When the first of them came.
    pub(super) came: SystemTime,
}

/// One script of V8.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Compiled {
    /// V8's id.
    id: String,
    /// Whether it runs in the main context, where the agent's function is.
    is_here: bool,
    /// Whether it runs in another one, of `node:vm`.
    is_elsewhere: bool,
}

impl Script {
    /// V8's ids of those in the main context, the latest first.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.all.iter().rev().filter(|one| one.is_here).map(|one| one.id.as_str())
    }

    /// V8's id of the latest of all.
    pub(super) fn latest(&self) -> &str {
        self.ids().next().or_else(|| Some(&self.all.last()?.id)).unwrap_or_default()
    }

    /// Whether any of them runs in the main context.
    pub(super) fn is_here(&self) -> bool {
        self.all.iter().any(|one| one.is_here)
    }

    /// Whether any of them runs in another.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.all.iter().any(|one| one.is_elsewhere)
    }

    /// One more; the oldest makes room.
    fn add(&mut self, one: Compiled) {
        if self.all.len() == MOST_ALIKE {
            self.all.remove(0);
        }
        self.all.push(one);
    }

    /// The last component of its path.
    pub(super) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

#[derive(Default)]
struct Scripts {
    all: Vec<Script>,
    /// By V8's id: the number of the text.
    ids: HashMap<String, u64>,
    /// Indices of those of a path.
    texts: HashMap<String, Vec<usize>>,
    parsed: HashMap<u64, Arc<Parsed>>,
}

static SCRIPTS: Mutex<Option<Scripts>> = Mutex::new(None);

fn scripts() -> MutexGuard<'static, Option<Scripts>> {
    SCRIPTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// V8 has one more script, or runs one that is known in one more context; it is told by its own URL and
/// that of its source map. One without a file is not kept. The number of its text, if that was there
/// before.
pub(crate) fn script_came(
    id: String,
    (url, map): (&str, &str),
    hash: String,
    is_here: bool,
) -> Option<u64> {
    let path = match url.strip_prefix("file://") {
        Some(path) => percent_decoded(path),
        None if url.starts_with('/') => url.to_owned(),
        None => return None,
    };
    let mut held = scripts();
    let Scripts { all, ids, texts, .. } = held.get_or_insert_default();
    // Another session is told of all that are there once more.
    if let Some(number) = ids.get(&id) {
        return again(all.get_mut(*number as usize)?, &id, is_here);
    }
    if ids.len() >= MOST {
        return None;
    }
    let one = Compiled { id: id.clone(), is_here, is_elsewhere: !is_here };
    let known = texts.get(&path).into_iter().flatten().copied();
    let known = known.filter(|index| all.get(*index).is_some_and(|script| script.hash == hash));
    if let Some(script) = known.min().and_then(|index| all.get_mut(index)) {
        ids.insert(id, script.number);
        script.add(one);
        return Some(script.number);
    }
    let number = all.len() as u64;
    ids.insert(id, number);
    texts.entry(path.clone()).or_default().push(all.len());
    let script = Script { number, all: vec![one], path, hash, came: SystemTime::now() };
    all.push(script.clone());
    drop(held);
    if !map.is_empty() {
        maps::came(&script, map);
    }
    None
}

/// A script that is known; the number of its text, if it came to the main context now.
fn again(script: &mut Script, id: &str, is_here: bool) -> Option<u64> {
    let one = script.all.iter_mut().find(|one| one.id == id)?;
    let is_new = is_here && !one.is_here;
    one.is_here |= is_here;
    one.is_elsewhere |= !is_here;
    is_new.then_some(script.number)
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

/// Scripts of a path, in the order in which their texts came: those of the main context, unless all
/// are of others.
pub(super) fn of_path(path: &str) -> Vec<Script> {
    let mut all = everywhere(path);
    if all.iter().any(Script::is_here) {
        all.retain(Script::is_here);
    }
    all
}

/// Scripts of a path in any context.
pub(super) fn everywhere(path: &str) -> Vec<Script> {
    let held = scripts();
    let Some(Scripts { all, texts, .. }) = &*held else { return Vec::new() };
    let indices = texts.get(path).into_iter().flatten();
    indices.filter_map(|index| all.get(*index)).cloned().collect()
}

/// Those that `is_it` says, in the order in which their texts came.
pub(super) fn all(is_it: impl Fn(&Script) -> bool) -> Vec<Script> {
    let held = scripts();
    let all = held.iter().flat_map(|scripts| &scripts.all);
    all.filter(|script| is_it(script)).cloned().collect()
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
