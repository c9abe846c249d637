//! Where code is: all loaded code by file, kept up to date by what the compiler tells.
//!
//! One walk over the heap when the first probe comes; from then on code that is compiled is added.
//! Knows files and lines, not which of them is meant: the core matches. Invariants: code in the index
//! is pinned; the index is bounded, and forgets a file's old code when the file is loaded anew; it is
//! never locked while Ruby code runs.

mod index;
mod main_script;
mod name;
mod source;
mod tree;
mod waiting;

pub(crate) use main_script::{look as look_for_main_script, until_look};
pub(crate) use name::{is_in_method, named, nesting, qualified};
pub(crate) use source::{is_application, set_foreign, source_of};
pub(crate) use tree::scopes;

use self::index::Index;
use self::waiting::Came;
use crate::ffi::{Kept, code, unwatch_compiler, watch_compiler};
use magnus::value::ReprValue;
use magnus::{Error, RArray, Symbol, Value};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::clock;
use stillframe_core::host::{LoadedFile, LoadedFunction};

/// Files of which it is known when they were loaded.
const MOST_TIMES: usize = 65_536;

/// The functions of a file, and the index's state that they were found in.
struct Functions {
    path: String,
    state: u64,
    functions: Vec<LoadedFunction>,
}

static KEPT: Mutex<Option<Functions>> = Mutex::new(None);

static INDEX: Mutex<Option<Index>> = Mutex::new(None);
/// When files were loaded, by their paths, since the agent began.
static TIMES: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());
/// Whether the walk was made.
static WALKED: AtomicBool = AtomicBool::new(false);
static WATCH: Mutex<Option<Kept>> = Mutex::new(None);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Code was compiled, and may run soon. On an application thread.
pub(crate) fn came(compiled: Option<(usize, bool)>) {
    if let Some((compiled, is_file)) = compiled {
        let path = code::path(compiled).utf8().filter(|path| !path.starts_with('('));
        let Some(path) = path else { return };
        note_time(path);
        // From the agent's start on: nothing but its file keeps the body of a class, which names what
        // is in it.
        waiting::add(Came { code: compiled, is_file }, path);
        return crate::agent::code_of_file_came(path);
    }
    crate::agent::code_came();
}

fn note_time(path: &str) {
    let mut times = locked(&TIMES);
    if let Some(time) = times.get_mut(path) {
        *time = clock::wall_ns();
    } else if times.len() < MOST_TIMES {
        times.insert(path.to_owned(), clock::wall_ns());
    }
}

/// From here on it is told what is compiled.
pub(crate) fn watch() {
    let watch = watch_compiler();
    *locked(&WATCH) = watch;
}

/// Brings the index up to date; the first time it is made. Then, what it came to.
pub(crate) fn refresh() -> Option<String> {
    let is_complete = WALKED.swap(true, Ordering::Relaxed);
    // Taken out when it was added and not before: a fork in between leaves it to the child.
    while let Some((order, came)) = waiting::first() {
        add_loaded(came);
        waiting::done(order);
    }
    if is_complete && !waiting::was_any_lost() {
        main_script::look();
        return None;
    }
    let began = std::time::Instant::now();
    let found = code::all();
    let held = began.elapsed().as_secs_f64() * 1e3;
    let mut guard = locked(&INDEX);
    let index = guard.get_or_insert_default();
    found.iter().for_each(|code| index.add(*code));
    let made = format!("{} pieces of code; the VM's lock was held {held:.1} ms", index.len());
    drop(guard);
    if let Some(stand_in) = main_script::stand_in(&found) {
        main_script::await_unless_known(stand_in);
        locked(&INDEX).get_or_insert_default().remove(stand_in);
    }
    name::learn(code::methods(is_application));
    Some(made)
}

/// Adds what was compiled together: a file with all that is in it.
fn add_loaded(came: Came) {
    let all = tree::with_children(came.code);
    let mut guard = locked(&INDEX);
    let index = guard.get_or_insert_default();
    if let Some(path) = code::path(came.code).utf8().filter(|_| came.is_file) {
        index.forget(path);
    }
    all.iter().for_each(|code| index.add(*code));
    if !came.is_file {
        index.note_evaluated(&all);
    }
    all.into_iter().for_each(code::unpin);
}

/// Adds code that is pinned, and unpins it.
fn add_all(all: Vec<usize>) {
    let mut guard = locked(&INDEX);
    let index = guard.get_or_insert_default();
    all.iter().for_each(|code| index.add(*code));
    all.into_iter().for_each(code::unpin);
}

/// No more is to be told, and nothing is kept.
pub(crate) fn unwatch() {
    if let Some(watch) = locked(&WATCH).take() {
        unwatch_compiler(&watch);
    }
    waiting::clear();
    WALKED.store(false, Ordering::Relaxed);
    main_script::forget();
    locked(&TIMES).clear();
    locked(&INDEX).take().unwrap_or_default().into_all().for_each(code::unpin);
}

/// Loaded files whose last path component is `file_name`.
pub(crate) fn files(file_name: &str) -> Vec<LoadedFile> {
    let guard = locked(&INDEX);
    let paths = guard.iter().flat_map(|index| index.codes.iter());
    let mut found: Vec<LoadedFile> = paths
        .filter(|(path, of_file)| {
            !of_file.codes.is_empty() && path.rsplit('/').next() == Some(file_name)
        })
        .map(|(path, _)| loaded_file(path))
        .collect();
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

/// Names of all loaded files, without their folders.
pub(crate) fn file_names() -> Vec<String> {
    let guard = locked(&INDEX);
    let paths = guard.iter().flat_map(|index| index.codes.keys());
    paths.filter_map(|path| path.rsplit('/').next().map(str::to_owned)).collect()
}

/// A file as the core knows it.
pub(crate) fn loaded_file(path: &str) -> LoadedFile {
    let real = std::fs::canonicalize(path).ok().map(|real| real.to_string_lossy().into_owned());
    LoadedFile {
        path: path.to_owned(),
        real_path: real.filter(|real| real != path),
        is_application: is_application(path),
    }
}

/// When the latest code of a file was seen to come; nothing if it was there before the agent.
pub(crate) fn loaded_ns(path: &str) -> Option<u64> {
    locked(&TIMES).get(path).copied()
}

/// Whether code is loaded still.
pub(crate) fn is_loaded(code: usize) -> bool {
    locked(&INDEX).as_ref().is_some_and(|index| index.has(code))
}

/// The handle by which the core knows code.
pub(crate) fn handle_of(code: usize) -> Option<u64> {
    locked(&INDEX).as_ref()?.handle_of(code)
}

/// The code that a handle means, if it is loaded still.
pub(crate) fn address_of(handle: u64) -> Option<usize> {
    locked(&INDEX).as_ref()?.address_of(handle)
}

/// A number that is another after each change of a file's code.
pub(crate) fn edition(path: &str) -> u64 {
    let guard = locked(&INDEX);
    let of_file = guard.as_ref().and_then(|index| index.codes.get(path));
    of_file.map_or(0, |of_file| of_file.state)
}

/// Code of a file.
pub(crate) fn codes_in(path: &str) -> Vec<usize> {
    let guard = locked(&INDEX);
    let codes = guard.as_ref().and_then(|index| index.codes.get(path));
    codes.map(|file| file.codes.clone()).unwrap_or_default()
}

/// Code of a file and what lies around it, the innermost first.
pub(crate) fn chain_in(path: &str, code: usize) -> Vec<usize> {
    tree::Tree::of(path).chain(code)
}

/// The file that code is of.
pub(crate) fn file_of(code: usize) -> Option<Arc<str>> {
    locked(&INDEX).as_ref()?.file_of(code).cloned()
}

/// Loaded files in which a function called `name` may be written.
pub(crate) fn files_with(name: &str) -> Vec<LoadedFile> {
    let name = name.rsplit(['.', '#', ':']).next().unwrap_or(name);
    let guard = locked(&INDEX);
    let files = guard.iter().flat_map(|index| index.codes.iter());
    let has = |codes: &index::FileCode| {
        codes.codes.iter().any(|code| code::base_label(*code).utf8() == Some(name))
    };
    files.filter(|(_, codes)| has(codes)).map(|(path, _)| loaded_file(path)).collect()
}

/// Functions with code in a file, outermost first. Those of the file asked for last are kept: many
/// probes go into one file.
pub(crate) fn functions(path: &str) -> Result<Vec<LoadedFunction>, Error> {
    let state = state();
    if let Some(kept) = &*locked(&KEPT)
        && kept.path == path
        && kept.state == state
    {
        return Ok(kept.functions.clone());
    }
    let functions = found(path)?;
    let kept = Functions { path: path.to_owned(), state, functions: functions.clone() };
    *locked(&KEPT) = Some(kept);
    Ok(functions)
}

/// A number that is another after each change of the index.
fn state() -> u64 {
    locked(&INDEX).as_ref().map_or(0, |index| index.state)
}

fn found(path: &str) -> Result<Vec<LoadedFunction>, Error> {
    let tree = tree::Tree::of(path);
    let mut functions = Vec::new();
    for code in codes_in(path) {
        let depth = tree.chain(code).len();
        functions.push((depth, function(code, &tree)?));
    }
    functions.sort_by_key(|(depth, function)| (*depth, function.first_line));
    Ok(functions.into_iter().map(|(_, function)| function).collect())
}

fn function(code: usize, tree: &tree::Tree) -> Result<LoadedFunction, Error> {
    let name = qualified(&tree.chain(code));
    Ok(LoadedFunction {
        code: handle_of(code).unwrap_or(0),
        runs_once: name::runs_once(code),
        name,
        first_line: code::first_line(code),
        lines: lines(code)?,
    })
}

/// Lines that execute in code itself, ascending.
fn lines(code: usize) -> Result<Vec<u32>, Error> {
    let Some(wrapper) = code::wrapper(code) else { return Ok(Vec::new()) };
    let points: RArray = wrapper.funcall("trace_points", ())?;
    let mut lines = Vec::new();
    for point in points {
        let point: RArray = magnus::TryConvert::try_convert(point)?;
        let (line, event): (u32, Symbol) =
            (point.entry(0)?, point.entry::<Value>(1).and_then(magnus::TryConvert::try_convert)?);
        if event.name()? == "line" {
            lines.push(line);
        }
    }
    lines.sort_unstable();
    lines.dedup();
    Ok(lines)
}
