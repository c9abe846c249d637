//! Where code is: all loaded code by file, kept up to date by what the compiler tells.
//!
//! One walk over the heap when the first probe comes; from then on code that is compiled is added.
//! Knows files and lines, not which of them is meant: the core matches. Invariants: code in the index
//! is pinned; the index is bounded, and forgets a file's old code when the file is loaded anew; it is
//! never locked while Ruby code runs.

mod main_script;
mod name;
mod source;
mod tree;

pub(crate) use main_script::{look as look_for_main_script, until_look};
pub(crate) use name::{is_in_method, named, nesting, qualified};
pub(crate) use source::{is_application, set_foreign, source_of};
pub(crate) use tree::scopes;

use crate::ffi::{Kept, code, unwatch_compiler, watch_compiler};
use magnus::value::ReprValue;
use magnus::{Error, RArray, Symbol, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::clock;
use stillframe_core::host::{LoadedFile, LoadedFunction};

/// Pieces of code of one file that are kept: a template that is compiled again and again has more.
const MOST_OF_A_FILE: usize = 4_096;
/// Pieces of code that may wait to be added: the files of a large application.
const MOST_WAITING: usize = 16_384;
/// Files of which it is known when they were loaded.
const MOST_TIMES: usize = 65_536;

#[derive(Default)]
struct Index {
    /// File of each code.
    files: HashMap<usize, Arc<str>>,
    codes: HashMap<Arc<str>, FileCode>,
    /// Grows with each change.
    state: u64,
}

#[derive(Default)]
struct FileCode {
    codes: Vec<usize>,
}

/// The functions of a file, and the index's state that they were found in.
struct Functions {
    path: String,
    state: u64,
    functions: Vec<LoadedFunction>,
}

static KEPT: Mutex<Option<Functions>> = Mutex::new(None);

/// Code that was compiled.
#[derive(Clone, Copy)]
struct Came {
    code: usize,
    is_file: bool,
}

static INDEX: Mutex<Option<Index>> = Mutex::new(None);
static WAITING: Mutex<Vec<Came>> = Mutex::new(Vec::new());
/// When files were loaded, by their paths, since the agent began.
static TIMES: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());
/// Whether the walk was made.
static WALKED: AtomicBool = AtomicBool::new(false);
/// Whether code came that there was no room for.
static LOST: AtomicBool = AtomicBool::new(false);
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
        let mut waiting = locked(&WAITING);
        // From the agent's start on: nothing but its file keeps the body of a class, which names what
        // is in it.
        if waiting.len() < MOST_WAITING {
            code::pin(compiled);
            waiting.push(Came { code: compiled, is_file });
        } else {
            LOST.store(true, Ordering::Relaxed);
        }
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
    while let Some(first) = first_waiting() {
        add_loaded(&first);
        let mut waiting = locked(&WAITING);
        if waiting.first().is_some_and(|came| came.code == first.code) {
            waiting.remove(0);
            code::unpin(first.code);
        }
    }
    if is_complete && !LOST.swap(false, Ordering::Relaxed) {
        main_script::look();
        return None;
    }
    let began = std::time::Instant::now();
    let found = code::all();
    let held = began.elapsed().as_secs_f64() * 1e3;
    let mut guard = locked(&INDEX);
    let index = guard.get_or_insert_default();
    found.iter().for_each(|code| index.add(*code));
    let made = format!("{} pieces of code; the VM's lock was held {held:.1} ms", index.files.len());
    drop(guard);
    if let Some(stand_in) = main_script::stand_in(&found) {
        main_script::await_unless_known(stand_in);
        locked(&INDEX).get_or_insert_default().remove(stand_in);
    }
    name::learn(code::methods(is_application));
    Some(made)
}

fn first_waiting() -> Option<Came> {
    locked(&WAITING).first().copied()
}

/// Adds what was compiled together: a file with all that is in it.
fn add_loaded(came: &Came) {
    let all = tree::with_children(came.code);
    if let Some(path) = code::path(came.code).utf8().filter(|_| came.is_file) {
        locked(&INDEX).get_or_insert_default().forget(path);
    }
    add_all(all);
}

/// Adds code that is pinned, and unpins it.
fn add_all(all: Vec<usize>) {
    let mut guard = locked(&INDEX);
    let index = guard.get_or_insert_default();
    all.iter().for_each(|code| index.add(*code));
    all.into_iter().for_each(code::unpin);
}

impl Index {
    fn add(&mut self, code: usize) {
        let Some(path) = code::path(code).utf8() else { return };
        if path.starts_with(['<', '(']) || self.files.contains_key(&code) {
            return;
        }
        let path: Arc<str> = match self.codes.get_key_value(path) {
            Some((known, _)) => known.clone(),
            None => Arc::from(path),
        };
        code::pin(code);
        self.state += 1;
        self.files.insert(code, path.clone());
        let of_file = self.codes.entry(path).or_default();
        of_file.codes.push(code);
        let surplus = of_file.codes.len().saturating_sub(MOST_OF_A_FILE);
        for old in of_file.codes.drain(..surplus) {
            self.files.remove(&old);
            code::unpin(old);
        }
    }

    fn remove(&mut self, code: usize) {
        let Some(path) = self.files.remove(&code) else { return };
        self.state += 1;
        if let Some(of_file) = self.codes.get_mut(&path) {
            of_file.codes.retain(|known| *known != code);
        }
        code::unpin(code);
    }

    /// A file is loaded anew: what it was before is kept alive by who runs it, and no longer by us.
    fn forget(&mut self, path: &str) {
        self.state += 1;
        let Some(of_file) = self.codes.get_mut(path) else { return };
        for old in of_file.codes.drain(..) {
            self.files.remove(&old);
            code::unpin(old);
        }
    }
}

/// No more is to be told, and nothing is kept.
pub(crate) fn unwatch() {
    if let Some(watch) = locked(&WATCH).take() {
        unwatch_compiler(&watch);
    }
    for came in std::mem::take(&mut *locked(&WAITING)) {
        code::unpin(came.code);
    }
    WALKED.store(false, Ordering::Relaxed);
    main_script::forget();
    locked(&TIMES).clear();
    for code in locked(&INDEX).take().unwrap_or_default().files.into_keys() {
        code::unpin(code);
    }
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
    locked(&INDEX).as_ref().is_some_and(|index| index.files.contains_key(&code))
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
    locked(&INDEX).as_ref()?.files.get(&code).cloned()
}

/// Loaded files in which a function called `name` may be written.
pub(crate) fn files_with(name: &str) -> Vec<LoadedFile> {
    let name = name.rsplit(['.', '#', ':']).next().unwrap_or(name);
    let guard = locked(&INDEX);
    let files = guard.iter().flat_map(|index| index.codes.iter());
    let has = |codes: &FileCode| {
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
        code: code as u64,
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
