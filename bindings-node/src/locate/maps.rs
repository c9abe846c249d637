//! What the source maps of scripts say: which sources there are, and what became of them.
//!
//! Maps are read when a location first asks for a file, by a thread of ours; on JavaScript's thread
//! only that of a script which is just being loaded, is small, and by its name is the one that a probe
//! waits for. Invariant: no file is read while the table is held.

mod known;
mod named;
mod reader;
mod untold;

use super::FIRST_MAPPED;
use super::original::{Original, Originals};
use super::scripts::{self, Script};
pub(super) use named::{Told, functions, is_called, last_part};
pub(crate) use untold::untold;

use known::Known;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::host::Written;
use stillframe_maps::Map;

/// File names for which maps are kept ready.
const MOST_WANTED: usize = 256;
/// Tokens of maps that are kept as they were read: 24 bytes each.
const MOST_TOKENS: usize = 1 << 20;

#[derive(Default)]
struct Maps {
    /// Scripts that say where their map is, in the order in which they came.
    known: Vec<Arc<Known>>,
    /// File names that were asked for.
    wanted: HashMap<String, Seen>,
    /// Functions that were asked for without a file, and how many of the scripts were looked at.
    functions: HashMap<String, usize>,
    /// By script and index of the source.
    originals: HashMap<(u64, usize), Arc<Original>>,
    /// Maps that were read last, the latest last.
    read: Vec<(u64, Arc<Map>)>,
    is_reading: bool,
    inline_bytes: usize,
    /// Functions that were given a handle: a source, and which of its functions.
    codes: Vec<(Arc<Original>, usize)>,
}

/// How many of the scripts were looked at for a file name.
#[derive(Clone, Copy, Default)]
struct Seen {
    by_now: usize,
    /// When the name was last asked for.
    when_asked: usize,
}

static MAPS: Mutex<Option<Maps>> = Mutex::new(None);

fn maps() -> MutexGuard<'static, Option<Maps>> {
    MAPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A script came that says where its map is.
pub(super) fn came(script: &Script, url: &str) {
    let mut held = maps();
    let maps = held.get_or_insert_default();
    let known = Known::new(script.clone(), url, &mut maps.inline_bytes);
    maps.known.push(Arc::new(known));
}

/// Sources whose last path component is `file_name`; those of scripts that came meanwhile are still
/// read, and whoever waits is told once they are.
pub(super) fn files(file_name: &str) -> Originals {
    let mut held = maps();
    let Some(maps) = held.as_mut() else { return Vec::new() };
    if maps.wanted.len() >= MOST_WANTED && !maps.wanted.contains_key(file_name) {
        maps.wanted.clear();
    }
    let seen = maps.wanted.entry(file_name.to_owned()).or_default();
    seen.when_asked = seen.by_now;
    let unseen = maps.known.get(seen.by_now..).unwrap_or_default();
    let now = unseen.last().filter(|one| one.is_small_and_called(file_name)).cloned();
    if !unseen.is_empty() {
        reader::start(maps);
    }
    drop(held);
    if let Some(known) = now {
        prepare(&known, file_name);
    }
    of(|original| original.file_name() == file_name)
}

/// Sources of a path, of as many scripts as were made of it.
pub(super) fn originals(path: &str) -> Originals {
    of(|original| &*original.path == path)
}

fn of(is_it: impl Fn(&Original) -> bool) -> Originals {
    let held = maps();
    let all = held.iter().flat_map(|maps| maps.originals.values());
    let mut all: Originals = all.filter(|original| is_it(original)).cloned().collect();
    all.sort_by_key(|original| original.script);
    all
}

/// Whether maps are read of which some may name the file name that was just asked for. When they are
/// read, whoever waits is told.
pub(crate) fn is_looking(file_name: &str) -> bool {
    let held = maps();
    let Some(maps) = held.as_ref() else { return false };
    let seen = maps.wanted.get(file_name).copied().unwrap_or_default();
    seen.when_asked < maps.known.len() && (maps.is_reading || seen.when_asked < seen.by_now)
}

/// The scripts that say where their map is, if all that is needed of them for `file_name` was read
/// before that was asked for.
fn all_read(file_name: &str) -> Option<Vec<Arc<Known>>> {
    let held = maps();
    let Some(maps) = held.as_ref() else { return Some(Vec::new()) };
    let seen = maps.wanted.get(file_name).copied().unwrap_or_default();
    (seen.when_asked >= maps.known.len()).then(|| maps.known.clone())
}

/// Names of the sources that maps name, as far as they were read.
pub(super) fn source_names() -> Vec<String> {
    let known = maps().as_ref().map(|maps| maps.known.clone()).unwrap_or_default();
    let indexes = known.iter().filter_map(|known| known.index_if_read()?.as_ref().ok());
    let paths = indexes.flatten().filter_map(|path| path.rsplit('/').next());
    paths.map(str::to_owned).collect()
}

/// Whether a script stands for a source of its own path, or may: then it is no file itself.
pub(super) fn is_hidden(script: &Script) -> bool {
    let known = known_of(script.number);
    known.is_some_and(|known| match known.index_if_read() {
        Some(Ok(paths)) => paths.iter().any(|path| **path == *script.path),
        Some(Err(_)) => false,
        None => true,
    })
}

/// Whether a script stands for sources that its map tells, as far as is known.
pub(super) fn is_told(script: &Script) -> bool {
    known_of(script.number).is_some_and(|known| known.fault().is_none())
}

fn known_of(number: u64) -> Option<Arc<Known>> {
    let held = maps();
    let known = &held.as_ref()?.known;
    let at = known.binary_search_by_key(&number, |known| known.script.number).ok()?;
    known.get(at).cloned()
}

/// Makes the sources called `file_name` of a script ready.
fn prepare(known: &Known, file_name: &str) {
    let Ok(paths) = known.index() else { return };
    let is_it = |path: &str| path.rsplit('/').next() == Some(file_name);
    for (source, _) in paths.iter().enumerate().filter(|(_, path)| is_it(path)) {
        original_of(known, source);
    }
}

/// Has the sources called `file_name` compared with the text of their script, and that parsed. On a
/// thread of ours; where the disk has another text than V8 it is left to JavaScript's thread.
fn compare(known: &Known, file_name: &str) {
    fit_on_disk(known, |original| original.file_name() == file_name);
}

/// The same of the sources that `is_it` says.
fn fit_on_disk(known: &Known, is_it: impl Fn(&Original) -> bool) {
    let of_script = |original: &Original| original.script == known.script.number;
    let originals = of(|one| of_script(one) && is_it(one));
    let text = || known.script.text_on_disk();
    let Some(text) = (!originals.is_empty()).then(text).flatten() else { return };
    for original in originals {
        let _ = original.fits(|| text.clone());
    }
    scripts::outline_of(known.script.number, &text);
}

/// The source of this index of a script.
fn original_of(known: &Known, source: usize) -> Option<Arc<Original>> {
    let key = (known.script.number, source);
    if let Some(original) = maps().as_ref()?.originals.get(&key) {
        return Some(Arc::clone(original));
    }
    let map = map_of(known)?;
    let original = Arc::new(Original::new(&known.script, &map, source, known.made()));
    let mut held = maps();
    let originals = &mut held.get_or_insert_default().originals;
    Some(Arc::clone(originals.entry(key).or_insert(original)))
}

/// The map of a script, which is read if it is not one of those read last.
fn map_of(known: &Known) -> Option<Arc<Map>> {
    let number = known.script.number;
    let is_it = |(of, _): &(u64, Arc<Map>)| *of == number;
    if let Some((_, map)) = maps().as_ref()?.read.iter().find(|one| is_it(one)) {
        return Some(Arc::clone(map));
    }
    let map = Arc::new(known.read()?);
    let mut held = maps();
    let read = &mut held.get_or_insert_default().read;
    read.push((number, Arc::clone(&map)));
    while read.len() > 1 && read.iter().map(|(_, map)| map.tokens()).sum::<usize>() > MOST_TOKENS {
        read.remove(0);
    }
    Some(map)
}

/// Where a place of a script, line and column from 0, was written. On a thread of ours: the map may be
/// read for it.
pub(super) fn written(script: &Script, at: (u32, u32)) -> Option<Written> {
    let known = known_of(script.number)?;
    let map = map_of(&known)?;
    let there = map.original(at)?;
    let original = original_of(&known, there.source)?;
    let (file, line) = (original.path.to_string(), there.line + 1);
    let function = original.around((line, there.column));
    Some(Written { file, line, function: function.map(|one| one.name.clone()) })
}

/// The handle of a function of a source, the same whenever it is asked for.
pub(super) fn code(original: &Arc<Original>, index: usize) -> u64 {
    let mut held = maps();
    let codes = &mut held.get_or_insert_default().codes;
    let is_it = |(of, at): &(Arc<Original>, usize)| Arc::ptr_eq(of, original) && *at == index;
    let at = codes.iter().position(is_it).unwrap_or_else(|| {
        codes.push((Arc::clone(original), index));
        codes.len() - 1
    });
    FIRST_MAPPED + at as u64
}

fn of_code(code: u64) -> Option<(Arc<Original>, usize)> {
    let at = usize::try_from(code.checked_sub(FIRST_MAPPED)?).ok()?;
    maps().as_ref()?.codes.get(at).cloned()
}

/// What a variable of the script that has the function with this handle was written as, if its
/// declaration, line and column from 0, has another name.
pub(super) fn spelling(code: u64, declared: (u32, u32)) -> Option<String> {
    of_code(code)?.0.name(declared).map(str::to_owned)
}

/// The script of the function with this handle, if a map tells of it.
pub(super) fn script_of(code: u64) -> Option<u64> {
    Some(of_code(code)?.0.script)
}

/// Where a line of the function with this handle runs, if a map tells of it: function of the script,
/// its line from 1, and column.
pub(super) fn place(code: u64, line: u32) -> Option<(usize, u32, u32)> {
    let (original, index) = of_code(code)?;
    original.place(index, line)
}

/// The number, among those of its script, of the function with this handle.
pub(super) fn index(code: u64) -> Option<usize> {
    let (original, index) = of_code(code)?;
    original.function(index)
}

/// The line, from 1, of the source of the function with this handle that a place of its script is of.
pub(super) fn line(code: u64, at: (u32, u32)) -> Option<u32> {
    of_code(code)?.0.line(at)
}
