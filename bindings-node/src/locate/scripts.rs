//! The scripts that V8 told of.
//!
//! Node compiles some files twice and runs the second, and an application may load a file again: scripts
//! of one path with the very same text are one here, in whichever thread. Knows ids and paths, not
//! texts. Invariant: numbers are given out in the order in which texts came, and none twice.

use super::maps;
use super::parsed::Parsed;
use crate::agent::threads;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use stillframe_core::agent::percent_decoded;

/// Scripts that are remembered; an application that makes more by `eval` or `vm` has no files of them.
const MOST: usize = 100_000;
/// Scripts of one text that are remembered: functions of those before them are hardly called any more.
const MOST_ALIKE: usize = 64;

/// Bytes of a script that is read from the disk.
const MOST_BYTES: u64 = 64 << 20;

/// The scripts of a file that have one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) number: u64,
    /// V8's scripts, in the order in which they came.
    all: Vec<Compiled>,
    /// Whether one ever ran in a main context.
    was_here: bool,
    /// Path of its file.
    pub(super) path: String,
    /// V8's hash of the text: the SHA-256 of its UTF-8, as hexadecimal.
    hash: String,
    /// When the first of them came.
    pub(super) came: SystemTime,
}

/// One script of V8.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Compiled {
    /// Number of the thread, whose isolate has it.
    thread: u32,
    /// V8's id there.
    id: String,
    /// Whether it runs in the main context, where the agent's function is.
    is_here: bool,
    /// Whether it runs in another one, of `node:vm`.
    is_elsewhere: bool,
}

impl Script {
    /// Its text, from the disk: only if what lies there is what V8 has.
    pub(super) fn text_on_disk(&self) -> Option<String> {
        let there = std::fs::metadata(&self.path).ok()?;
        let is_read = there.is_file() && there.len() <= MOST_BYTES;
        let text = is_read.then(|| std::fs::read_to_string(&self.path).ok())??;
        let hash = Sha256::digest(text.as_bytes());
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        (hash == self.hash).then_some(text)
    }

    /// V8's ids of those in the main context of a thread, the latest first.
    pub(super) fn ids(&self, thread: u32) -> impl Iterator<Item = &str> {
        let all = self.all.iter().rev().filter(move |one| one.thread == thread && one.is_here);
        all.map(|one| one.id.as_str())
    }

    /// V8's id of the latest of all that a thread has.
    pub(super) fn latest(&self, thread: u32) -> Option<&str> {
        let any = || self.all.iter().rev().find(|one| one.thread == thread);
        self.ids(thread).next().or_else(|| Some(&any()?.id))
    }

    /// Numbers of the threads that have one in their main context.
    pub(super) fn threads(&self) -> impl Iterator<Item = u32> {
        self.all.iter().filter(|one| one.is_here).map(|one| one.thread)
    }

    /// Whether V8 has any of them still.
    pub(super) fn is_there(&self) -> bool {
        !self.all.is_empty()
    }

    /// Whether any of them runs in the main context, or did, if none is there any more.
    pub(super) fn is_here(&self) -> bool {
        self.threads().next().is_some() || (!self.is_there() && self.was_here)
    }

    /// Whether any of them runs in another.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.all.iter().any(|one| one.is_elsewhere)
    }

    /// One more; the oldest of its thread makes room.
    fn add(&mut self, one: Compiled) {
        let mut alike = self.all.iter().enumerate().filter(|(_, other)| other.thread == one.thread);
        let oldest = alike.next().map(|(index, _)| index);
        if alike.count() + 1 >= MOST_ALIKE {
            oldest.map(|index| self.all.remove(index));
        }
        self.was_here |= one.is_here;
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
    /// By thread and V8's id: the number of the text.
    ids: HashMap<(u32, String), u64>,
    /// Indices of those of a path.
    texts: HashMap<String, Vec<usize>>,
    parsed: HashMap<u64, Arc<Parsed>>,
    outlines: HashMap<u64, Arc<Parsed>>,
}

static SCRIPTS: Mutex<Option<Scripts>> = Mutex::new(None);

fn scripts() -> MutexGuard<'static, Option<Scripts>> {
    SCRIPTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The path of a file that V8 has by its URL or its path.
pub(crate) fn path_of(url: &str) -> Option<String> {
    match url.strip_prefix("file://") {
        Some(path) => Some(percent_decoded(path)),
        None => url.starts_with('/').then(|| url.to_owned()),
    }
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
    let path = path_of(url)?;
    let mut held = scripts();
    let Scripts { all, ids, texts, .. } = held.get_or_insert_default();
    // Another session is told of all that are there once more.
    let key = (threads::number(), id.clone());
    if let Some(number) = ids.get(&key) {
        return again(all.get_mut(*number as usize)?, &key, is_here);
    }
    if ids.len() >= MOST {
        return None;
    }
    let one = Compiled { thread: key.0, id, is_here, is_elsewhere: !is_here };
    let known = texts.get(&path).into_iter().flatten().copied();
    let known = known.filter(|index| all.get(*index).is_some_and(|script| script.hash == hash));
    if let Some(script) = known.min().and_then(|index| all.get_mut(index)) {
        ids.insert(key, script.number);
        script.add(one);
        return Some(script.number);
    }
    let number = all.len() as u64;
    ids.insert(key, number);
    texts.entry(path.clone()).or_default().push(all.len());
    let (one, came) = (vec![one], SystemTime::now());
    let script = Script { number, all: one, was_here: is_here, path, hash, came };
    all.push(script.clone());
    if !map.is_empty() {
        // Before another thread's script gets the next number.
        maps::came(&script, map);
    }
    drop(held);
    None
}

/// A script that is known; the number of its text, if it came to the main context now.
fn again(script: &mut Script, (thread, id): &(u32, String), is_here: bool) -> Option<u64> {
    script.was_here |= is_here;
    let one = script.all.iter_mut().find(|one| one.thread == *thread && one.id == *id)?;
    let is_new = is_here && !one.is_here;
    one.is_here |= is_here;
    one.is_elsewhere |= !is_here;
    is_new.then_some(script.number)
}

/// A thread ends, and its scripts with it.
pub(super) fn leave(thread: u32) {
    let mut held = scripts();
    let Some(Scripts { all, ids, .. }) = &mut *held else { return };
    let gone = ids.extract_if(|(of, _), _| *of == thread);
    let texts: HashSet<u64> = gone.map(|(_, number)| number).collect();
    for number in texts {
        if let Some(script) = all.get_mut(number as usize) {
            script.all.retain(|one| one.thread != thread);
        }
    }
}

/// Paths of those that `is_it` says, each once. What no thread has any more is there as long as it is
/// known, for another thread may be about to load it.
pub(super) fn paths(is_it: impl Fn(&Script) -> bool) -> Vec<String> {
    let held = scripts();
    let Some(Scripts { all, parsed, .. }) = &*held else { return Vec::new() };
    let is_known = |script: &&Script| script.is_there() || parsed.contains_key(&script.number);
    let all = all.iter().filter(is_known).filter(|script| is_it(script));
    let mut paths: Vec<String> = all.map(|script| script.path.clone()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Scripts of a path, in the order in which their texts came: those that are there, unless none is,
/// and of these those of the main context, unless all are of others.
pub(super) fn of_path(path: &str) -> Vec<Script> {
    let mut all = everywhere(path);
    for is_better in [Script::is_there, Script::is_here] {
        if all.iter().any(is_better) {
            all.retain(is_better);
        }
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

/// What is known of its text alone already.
pub(super) fn outline(number: u64) -> Option<Arc<Parsed>> {
    scripts().as_ref()?.outlines.get(&number).cloned()
}

/// Parses the text of a script, unless that was done.
pub(super) fn outline_of(number: u64, text: &str) -> Arc<Parsed> {
    let parsed = outline(number).unwrap_or_else(|| Arc::new(Parsed::of(text)));
    scripts().get_or_insert_default().outlines.insert(number, Arc::clone(&parsed));
    parsed
}

/// Remembers what is known of it.
pub(super) fn learn(number: u64, parsed: &Arc<Parsed>) {
    scripts().get_or_insert_default().parsed.insert(number, Arc::clone(parsed));
}
