//! Which scripts V8 has, and where their functions and lines are.
//!
//! Knows files and lines, not probes. Invariant: what is known of a script never changes, because its
//! text does not; a script that came is known by its number from then on.

mod lines;
mod maps;
mod original;
mod parsed;
mod privates;
mod scopes;
mod scripts;
mod stops;
mod stripped;

pub(crate) use parsed::{Reading, Visible};
pub(crate) use privates::Private;
pub(crate) use scripts::{path_of, script_came};

use crate::agent::threads::{self, Job, Thread};
use crate::ffi;
pub(crate) use maps::{is_looking, untold};

use crate::rewrite::{self, Check};
use lines::Lines;
use maps::is_hidden;
use original::{Original, Originals};
use parsed::Parsed;
use scripts::Script;
use std::sync::Arc;
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host::{LoadedFile, LoadedFunction, SourceText, Span, Written};
use stillframe_passages::Timing;

/// Functions of one script that have a handle.
const MOST_FUNCTIONS: u64 = 1 << 24;
/// The first handle of a function that is told by a source map.
const FIRST_MAPPED: u64 = 1 << 62;

/// Where breakpoints go: one in each script that has the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The text's number.
    pub(crate) text: u64,
    /// Line and column, from 0.
    pub(crate) at: (u32, u32),
    /// The end of what begins there.
    pub(crate) until: (u32, u32),
}

/// Loaded files whose last path component is `file_name`: scripts, and what they were made of.
pub(crate) fn files(file_name: &str) -> Vec<LoadedFile> {
    let mut paths: Vec<String> = maps::files(file_name)
        .iter()
        .filter(|original| fits(original))
        .map(|original| original.path.to_string())
        .collect();
    paths.extend(scripts::paths(|script| script.file_name() == file_name && !is_hidden(script)));
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(loaded).collect()
}

fn loaded(path: String) -> LoadedFile {
    let real = std::fs::canonicalize(&path).ok();
    let real = real.and_then(|real| real.into_os_string().into_string().ok());
    let is_application = !path.split('/').any(|part| part == "node_modules");
    LoadedFile { real_path: real.filter(|real| *real != path), path, is_application }
}

/// The names of all loaded files, without their folders.
pub(crate) fn file_names() -> Vec<String> {
    let paths = scripts::paths(|_| true);
    let names = paths.iter().filter_map(|path| path.rsplit('/').next());
    names.map(str::to_owned).chain(maps::source_names()).collect()
}

/// Files of the application in which a function called `name` is written. Only what has the name in
/// its text is parsed, for that is done while the application waits.
pub(crate) fn files_with(name: &str) -> Vec<LoadedFile> {
    // What only another thread has, only that one can read.
    threads::others().iter().for_each(|other| other.ask_once(name));
    let last = maps::last_part(name);
    let maps::Told { originals, is_looking } = maps::functions(name);
    let written: Vec<String> = originals
        .iter()
        .filter(|original| fits(original))
        .map(|original| original.path.to_string())
        .collect();
    // What a script was made of is meant, as soon as its map is read; not the script.
    let is_told = is_looking || !written.is_empty();
    let mut paths = scripts::paths(|script| !(is_told && maps::is_told(script)));
    paths.extend(written);
    paths.sort_unstable();
    paths.dedup();
    let files = paths.into_iter().map(loaded).filter(|file| file.is_application);
    files
        .filter(|file| match source(&file.path) {
            SourceText::Known(text) => String::from_utf8_lossy(&text).contains(last),
            _ => false,
        })
        .filter(|file| functions(&file.path).iter().any(|one| maps::is_called(&one.name, name)))
        .collect()
}

/// Text of a file, as V8 has it but for checks, or as it was before it was made a script.
pub(crate) fn source(path: &str) -> SourceText {
    let plain = plain(path);
    let known = plain.iter().rev().find_map(|script| Some((script, text_of(script)?)));
    if let Some((script, text)) = known {
        let text = rewrite::without_checks(text);
        let typed = stripped::source(script, &text);
        return typed.unwrap_or_else(|| SourceText::Known(text.into_bytes()));
    }
    let original = if plain.is_empty() { originals(path).into_iter().next_back() } else { None };
    original.map_or(SourceText::Unavailable, |original| original.text())
}

/// Scripts of a path that were made of nothing else.
fn plain(path: &str) -> Vec<Script> {
    scripts::of_path(path).into_iter().filter(|script| !is_hidden(script)).collect()
}

/// Sources of a path, of as many scripts as were made of it.
fn originals(path: &str) -> Originals {
    maps::originals(path).into_iter().filter(|original| fits(original)).collect()
}

/// Whether the map of a source is of the script that names it. Of a script that only other threads have
/// nobody can tell here.
fn fits(original: &Original) -> bool {
    let script = scripts::by_number(original.script);
    let text = || script.as_ref().and_then(text_of).unwrap_or_default();
    script.as_ref().is_some_and(|script| !is_readable(script)) || original.fits(text).is_ok()
}

/// Text of a script, if this thread has it or it was parsed.
fn text_of(script: &Script) -> Option<String> {
    if let Some(parsed) = scripts::parsed(script.number) {
        return Some(parsed.text().to_owned());
    }
    ffi::source(script.latest(threads::number())?).ok()
}

/// Whether anything is known here of what is in a script, or can be.
fn is_readable(script: &Script) -> bool {
    script.latest(threads::number()).is_some() || scripts::parsed(script.number).is_some()
}

/// Why nothing can be said of a file yet, if that is so: nobody parsed it, and only other threads have
/// it, which are asked to look at it. Of what was made of a file more is asked than was parsed; if it
/// `is_timed`, too: where passages end only V8 says, of a script that is here.
pub(crate) fn awaits(path: &str, is_timed: bool) -> Option<String> {
    let made_of_it = maps::originals(path).into_iter();
    let made_of_it = made_of_it.filter_map(|original| scripts::by_number(original.script));
    let (plain, made_of_it) = (plain(path), made_of_it.collect::<Vec<Script>>());
    let is_parsed = |script: &Script| scripts::parsed(script.number).is_some();
    let all: Vec<Script> = plain.iter().chain(&made_of_it).cloned().collect();
    let is_here = all.iter().any(|script| script.latest(threads::number()).is_some());
    if (plain.iter().any(is_parsed) && !is_timed) || (is_here && ffi::is_alive()) {
        return None;
    }
    if is_here {
        return Some("the thread that has it ends".to_owned());
    }
    let has_it = |thread: &Arc<Thread>| all.iter().any(|one| one.latest(thread.number).is_some());
    let having: Vec<Arc<Thread>> = threads::others().into_iter().filter(has_it).collect();
    having.iter().for_each(|thread| thread.leave(Job::Visit));
    if is_timed && having.is_empty() && !all.is_empty() {
        return Some("the worker threads that had it have ended".to_owned());
    }
    threads::not_yet(&having)
}

/// This thread ends, or is probed no more.
pub(crate) fn leave() {
    scripts::leave(threads::number());
}

/// Functions of all scripts of a file, outermost first.
pub(crate) fn functions(path: &str) -> Vec<LoadedFunction> {
    let mut all = Vec::new();
    for script in plain(path) {
        let Some(parsed) = parsed(&script) else { continue };
        for (index, function) in (0..MOST_FUNCTIONS).zip(&parsed.functions) {
            if function.lines.is_empty() {
                continue;
            }
            all.push(LoadedFunction {
                code: script.number * MOST_FUNCTIONS + index,
                name: function.name.clone(),
                first_line: function.first_line,
                lines: function.lines.keys().copied().collect(),
                runs_once: function.runs_once,
            });
        }
    }
    for original in originals(path) {
        let Some(script) = scripts::by_number(original.script) else { continue };
        let Some(parsed) = outline(&script) else { continue };
        for (index, runs) in original.runs(&parsed).iter().enumerate() {
            all.push(LoadedFunction {
                code: maps::code(&original, index),
                name: runs.name.clone(),
                first_line: runs.first_line,
                lines: runs.lines.keys().copied().collect(),
                runs_once: runs.runs_once,
            });
        }
    }
    all
}

/// What is known of a script, which is parsed when it is first asked about.
fn parsed(script: &Script) -> Option<Arc<Parsed>> {
    if let Some(known) = scripts::parsed(script.number) {
        return Some(known);
    }
    let parsed = outline(script)?;
    scripts::learn(script.number, &parsed);
    Some(parsed)
}

/// The same; a thread of ours may have parsed it, before it was asked about. What only other threads
/// have is what lies on the disk, if that is the same.
fn outline(script: &Script) -> Option<Arc<Parsed>> {
    if let Some(known) = scripts::outline(script.number) {
        return Some(known);
    }
    let text = text_of(script).or_else(|| script.text_on_disk())?;
    Some(scripts::outline_of(script.number, &text))
}

/// The check before the line of a script at which a line of a function is hooked, if it is reached as
/// often; and line and column of that, from 1.
pub(crate) fn check(code: u64, line: u32) -> Option<(Check, (u32, u32))> {
    let Spot { script, index, at: (line, column), .. } = spot(code, line)?;
    // Of one that is told by a map there may be no more than an outline yet.
    let parsed = parsed(&script)?;
    let first = *parsed.functions.get(index)?.lines.get(&line)?;
    let check = parsed.check(index, line).filter(|_| first == column)?;
    Some((check.clone(), (line, column + 1)))
}

/// Whether the script that code is of has checks.
pub(crate) fn has_checks(code: u64) -> bool {
    let outline = script_of(code).as_ref().and_then(outline);
    outline.is_some_and(|outline| rewrite::sheet_of(outline.text()).is_some())
}

/// Whether code is of a script without checks, and each thread that has it has its file with checks,
/// too: Node compiles a file once to see what it is, and that never runs.
pub(crate) fn was_read_before(code: u64) -> bool {
    let Some(script) = script_of(code) else { return false };
    let is_written = |other: &Script| {
        let outline = outline(other);
        outline.is_some_and(|outline| rewrite::sheet_of(outline.text()).is_some())
    };
    let mut written = scripts::everywhere(&script.path);
    written.retain(is_written);
    let has = |thread: u32| written.iter().any(|other| other.threads().any(|one| one == thread));
    !written.is_empty() && !is_written(&script) && script.threads().all(has)
}

/// The number of the text that code is of.
pub(crate) fn text_number(code: u64) -> u64 {
    maps::script_of(code).unwrap_or(code / MOST_FUNCTIONS)
}

/// Path of the script that code is of.
pub(crate) fn path(code: u64) -> Option<String> {
    script_of(code).map(|script| script.path)
}

/// A place in the code of a script.
struct Spot {
    script: Script,
    parsed: Arc<Parsed>,
    /// Its function.
    index: usize,
    /// Line from 1, and column.
    at: (u32, u32),
}

/// The place at which a line of a function is hooked: where the first thing on it runs.
fn spot(code: u64, line: u32) -> Option<Spot> {
    let script = script_of(code)?;
    if code >= FIRST_MAPPED {
        let parsed = outline(&script)?;
        let (index, line, column) = maps::place(code, line)?;
        return Some(Spot { script, parsed, index, at: (line, column) });
    }
    let parsed = parsed(&script)?;
    let index = usize::try_from(code % MOST_FUNCTIONS).ok()?;
    let column = *parsed.functions.get(index)?.lines.get(&line)?;
    Some(Spot { script, parsed, index, at: (line, column) })
}

/// Where the first thing on a line of a function runs.
pub(crate) fn place(code: u64, line: u32) -> Option<Place> {
    let Spot { script, parsed, at, .. } = spot(code, line)?;
    let from_zero = |(line, column): (u32, u32)| (line.saturating_sub(1), column);
    let (at, until) = (from_zero(at), from_zero(parsed.until(at)));
    Some(Place { text: script.number, at: exact(&script, at, until).unwrap_or(at), until })
}

/// Where V8 stops for what lies between two places, if this thread has the script: what is hooked at one
/// place is to be known as that, in whatever way it was found.
fn exact(script: &Script, at: (u32, u32), until: (u32, u32)) -> Option<(u32, u32)> {
    let told = ffi::places_within(script.latest(threads::number())?, (at, until)).ok()?;
    told.iter().map(|one| (one.line, one.column)).min()
}

/// V8's ids of the scripts of this thread's main context that have a text, the latest first.
pub(crate) fn scripts_of(text: u64) -> Vec<String> {
    let script = scripts::by_number(text);
    script.iter().flat_map(|one| one.ids(threads::number())).map(str::to_owned).collect()
}

/// Numbers of the threads that have a text.
pub(crate) fn threads_of(text: u64) -> Vec<u32> {
    scripts::by_number(text).iter().flat_map(Script::threads).collect()
}

/// Whether code runs in the main context, and whether its file does in others too, of `node:vm`.
pub(crate) fn contexts(code: u64) -> (bool, bool) {
    let Some(script) = script_of(code) else { return (true, false) };
    let all = scripts::everywhere(&script.path);
    (script.is_here(), all.iter().any(Script::is_elsewhere))
}

/// The script that has the code with this handle.
fn script_of(code: u64) -> Option<Script> {
    scripts::by_number(text_number(code))
}

/// Nodes of the syntax tree of the function at a line.
pub(crate) fn nodes(code: u64, line: u32) -> u32 {
    let of = |Spot { parsed, index, .. }| Some(parsed.functions.get(index)?.nodes);
    spot(code, line).and_then(of).unwrap_or_default()
}

/// The number of a function among those of its script.
fn index_of(code: u64) -> Option<usize> {
    match code >= FIRST_MAPPED {
        true => maps::index(code),
        false => usize::try_from(code % MOST_FUNCTIONS).ok(),
    }
}

/// Where passages through a function begin and end, and the number of its text.
pub(crate) fn timing(code: u64, span: Span) -> Result<(u64, Timing)> {
    let gone = || Error::new(ErrorKind::Location, "the script is gone");
    let script = script_of(code).ok_or_else(gone)?;
    let (parsed, index) = outline(&script).zip(index_of(code)).ok_or_else(gone)?;
    let (extent, within) = parsed.extent(index).ok_or_else(gone)?;
    let elsewhere = || {
        Error::new(ErrorKind::Unsupported, "only worker threads have that file now")
            .with_hint("time it when the main thread has loaded it, too")
    };
    let id = script.latest(threads::number()).ok_or_else(elsewhere)?;
    let places = ffi::places_within(id, within)?;
    let line_of = |at: (u32, u32)| match code >= FIRST_MAPPED {
        true => maps::line(code, at),
        false => Some(at.0 + 1),
    };
    let text = parsed.text();
    let lines = Lines::of(text);
    let line_of_byte = |byte: u32| {
        let (line, column) = lines.place(byte as usize);
        line_of((line.saturating_sub(1), column))
    };
    let spots = parsed.spots(index, &places, &line_of);
    let timing = stillframe_passages::timing(text, extent, spots, span, &line_of_byte)?;
    Ok((script.number, timing))
}

/// Names that are visible at a place, line and column from 0, of a function, the innermost first.
pub(crate) fn visible_at(code: u64, (line, column): (u32, u32)) -> Vec<Visible> {
    let parsed = script_of(code).as_ref().and_then(outline).zip(index_of(code));
    let Some((parsed, index)) = parsed else { return Vec::new() };
    names_at(code, &parsed, index, (line + 1, column), false)
}

/// Names that are visible at a line of a function, the innermost first.
pub(crate) fn visible(code: u64, line: u32) -> Vec<Visible> {
    named(code, line, false)
}

/// Variables of the function itself, `this` first where it has one, in the order in which they are
/// written.
pub(crate) fn locals(code: u64, line: u32) -> Vec<Visible> {
    named(code, line, true)
}

/// Private names that can be written at a line of a function, those of the innermost class first.
pub(crate) fn privates(code: u64, line: u32) -> Vec<(String, Private)> {
    let Some(Spot { parsed, at, .. }) = spot(code, line) else { return Vec::new() };
    let names = parsed.privates(at).into_iter();
    names.map(|(name, private)| (name.to_owned(), private)).collect()
}

fn named(code: u64, line: u32, only_own: bool) -> Vec<Visible> {
    let Some(Spot { parsed, index, at, .. }) = spot(code, line) else { return Vec::new() };
    names_at(code, &parsed, index, at, only_own)
}

/// Names at a line from 1 and column of a script's function, as they were written.
fn names_at(
    code: u64,
    parsed: &Parsed,
    index: usize,
    at: (u32, u32),
    only_own: bool,
) -> Vec<Visible> {
    let spelling = |(line, column): (u32, u32)| maps::spelling(code, (line - 1, column));
    parsed.names(index, at, only_own, (code >= FIRST_MAPPED).then_some(&spelling))
}

/// Where a place of a script, line and column from 1, was written. On a thread of ours: a map may be
/// read for it.
pub(crate) fn written(path: &str, line: u32, column: u32) -> Option<Written> {
    let script = scripts::of_path(path).into_iter().next_back()?;
    maps::written(&script, (line.checked_sub(1)?, column.checked_sub(1)?))
}
