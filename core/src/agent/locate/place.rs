//! From a location to the sites of a probe, or the reason why there is none.
//!
//! It asks the runtime what is loaded and decides; it arms nothing. Invariant: a probe lands on one
//! file only, and on another line than the one asked for only with a note that says so.

use super::file::{self, Choice, Root};
use super::function::{is_expression, names_like};
use super::line;
use super::name::{self, Target};
use super::source::Texts;
use super::span;
use super::verdict::{Chosen, Context, by_code, by_function, by_line};
use crate::host::{LoadedFile, LoadedFunction, Runtime, Span};
use crate::probe::{ArmedAt, Explanation, Location, RunningSource};

/// One place to put a hook on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// The binding's handle of the code.
    pub(crate) code: u64,
    /// The line within it.
    pub(crate) line: u32,
}

/// Where a probe goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// For the report.
    pub(crate) at: ArmedAt,
    /// Never empty: the same source loaded twice has two.
    pub(crate) sites: Vec<Site>,
    /// Other files of that name.
    pub(crate) not_probed: Vec<String>,
    /// What is timed there, for a time probe.
    pub(crate) span: Option<Span>,
}

/// Why a probe goes nowhere here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The reason.
    pub(crate) why: Explanation,
    /// The running source, where it differs.
    pub(crate) running: Option<RunningSource>,
    /// Other files of that name.
    pub(crate) not_probed: Vec<String>,
}

/// What a location means here and now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Located {
    /// Arm it there.
    Found(Found),
    /// Not loaded yet; look again when code is loaded.
    Pending(Refused),
    /// It will not be armed here.
    Refused(Box<Refused>),
}

/// Finds the sites that `location` means. With `unchecked` a source that differs is no obstacle.
/// Milliseconds: reads and hashes the sources of files of that name.
pub(crate) fn locate<R: Runtime>(
    runtime: &R,
    location: &Location,
    unchecked: bool,
    root: Option<&Root>,
) -> Located {
    find(runtime, location, unchecked, root, (R::awaits, land))
}

/// Finds the function or range that `location` means; a line alone is a range of one.
pub(crate) fn locate_span<R: Runtime>(
    runtime: &R,
    location: &Location,
    unchecked: bool,
    root: Option<&Root>,
) -> Located {
    find(runtime, location, unchecked, root, (R::awaits_span, land_span))
}

/// What a file is waited for, and what becomes of the place.
type Ways<R> = (fn(&R, &LoadedFile) -> Option<String>, fn(&Context<'_>, Chosen) -> Located);

fn find<R: Runtime>(
    runtime: &R,
    location: &Location,
    unchecked: bool,
    root: Option<&Root>,
    (awaits, land): Ways<R>,
) -> Located {
    let mut texts = Texts::new(runtime);
    let (file, target, not_probed) = match (&location.file, &location.function) {
        (Some(path), function) => match file::choose(&mut texts, location, path, root) {
            Choice::One(file, others) => {
                let function = || Target::Function(function.clone().unwrap_or_default());
                (file, location.line.map_or_else(function, Target::Line), others)
            }
            Choice::NotLoaded(others) => return nowhere(runtime, path, others),
            Choice::Tie(why) => return refused(why, None, Vec::new()),
        },
        (None, Some(name)) => match name::find(runtime, location, name) {
            Ok((file, target)) => (file, target, Vec::new()),
            Err(located) => return *located,
        },
        (None, None) => return names_nothing(),
    };
    if let Some(message) = awaits(runtime, &file) {
        return Located::Pending(awaited(message, not_probed));
    }
    let is_whole = runtime.is_whole(&file);
    let functions = runtime.functions(&file);
    if functions.is_empty() {
        // It went since the runtime was asked for the file, or is still to come.
        return not_loaded(&format!("the code of {}", file.path), not_probed);
    }
    let context = Context {
        functions,
        lines: texts.lines(&file),
        location,
        file: &file,
        not_probed,
        unchecked,
        is_whole,
    };
    let chosen = match target {
        Target::Line(line) => by_line(&context, &mut texts, line),
        Target::Code(code) => by_code(&context, &mut texts, code),
        Target::Function(name) => by_function(&context, &mut texts, &name),
    };
    chosen.map_or_else(|refusal| not_chosen(&context, refusal), |chosen| land(&context, chosen))
}

/// No line was chosen: a function that is not there may come where code is to come.
fn not_chosen(context: &Context<'_>, refusal: Box<Refused>) -> Located {
    match !context.is_whole && refusal.why.code == "no_such_function" {
        true => Located::Pending(*refusal),
        false => Located::Refused(refusal),
    }
}

/// Whether `line` may be of code that is not loaded yet: the file has such, and no function that is
/// loaded reaches over the line.
fn may_come(context: &Context<'_>, line: u32) -> bool {
    let mut functions =
        context.functions.iter().filter(|one| !one.runs_once && !is_expression(one));
    let reaches = |one: &LoadedFunction| {
        one.lines.last().is_some_and(|last| (one.first_line..=*last).contains(&line))
    };
    !context.is_whole && !functions.any(reaches)
}

fn not_loaded_yet(context: &Context<'_>, line: u32) -> Located {
    let path = &context.file.path;
    let message = format!("line {line} of {path} is of code that is not loaded yet");
    let why = explain("file_not_loaded", &message, None);
    let not_probed = context.not_probed.clone();
    Located::Pending(Refused { why, running: None, not_probed })
}

fn names_nothing() -> Located {
    let why = explain("location", "the location names neither a file nor a function", None);
    refused(why, None, Vec::new())
}

fn awaited(message: String, not_probed: Vec<String>) -> Refused {
    let hint = "the probe is placed when the code that runs there returns".to_owned();
    let why = explain("waiting_for_runtime", &message, Some(hint));
    Refused { why, running: None, not_probed }
}

/// Names of loaded files that look like the one that a location means, the nearest first.
pub(crate) fn nearest<R: Runtime>(runtime: &R, location: &Location) -> Vec<String> {
    let Some(path) = &location.file else { return Vec::new() };
    let name = path.rsplit('/').next().unwrap_or(path);
    let names = runtime.file_names();
    names_like(names.iter().map(String::as_str).filter(|known| *known != name), name)
}

pub(super) fn not_loaded(what: &str, others: Vec<String>) -> Located {
    let hint = others.first();
    let hint = hint.map(|other| format!("loaded is {other}: type fewer folders to mean that one"));
    let why = explain("file_not_loaded", &format!("{what} is not loaded yet"), hint);
    Located::Pending(Refused { why, running: None, not_probed: others })
}

/// Nothing that is loaded is the file: it may come, unless the runtime knows better.
fn nowhere<R: Runtime>(runtime: &R, path: &str, others: Vec<String>) -> Located {
    if runtime.is_looking(path) {
        let message = format!("whether {path} is loaded is still being looked at");
        let why = explain("waiting_for_runtime", &message, None);
        return Located::Pending(Refused { why, running: None, not_probed: others });
    }
    match runtime.untold(path) {
        Some(why) => refused(
            explain("no_source", why.message(), why.hint().map(str::to_owned)),
            None,
            others,
        ),
        None => not_loaded(path, others),
    }
}

pub(super) fn explain(code: &str, message: &str, hint: Option<String>) -> Explanation {
    Explanation { code: code.to_owned(), message: message.to_owned(), hint, span: None }
}

pub(super) fn refused(
    why: Explanation,
    running: Option<RunningSource>,
    not_probed: Vec<String>,
) -> Located {
    Located::Refused(Box::new(Refused { why, running, not_probed }))
}

/// Puts the chosen line onto code.
fn land(context: &Context<'_>, (line, source, note): Chosen) -> Located {
    let at = line::executable(&context.functions, &context.lines, line);
    if at != Some(line) && may_come(context, line) {
        return not_loaded_yet(context, line);
    }
    let Some(at) = at else {
        return Located::Refused(nothing_runs(context, line));
    };
    let holders = line::holders(&context.functions, at);
    let snapped =
        (at != line).then(|| format!("line {line} has no code of its own: armed at {at}"));
    let once = holders.iter().all(|holder| holder.runs_once);
    let once = once.then(|| format!("line {at} runs while its file is loaded, and then no more"));
    let notes: Vec<String> = note.into_iter().chain(snapped).chain(once).collect();
    Located::Found(Found {
        at: ArmedAt {
            file: context.file.path.clone(),
            line: at,
            last_line: None,
            function: holders.first().map(|function| function.name.clone()).unwrap_or_default(),
            line_text: line::text_at(&context.lines, at).map(|text| text.trim_end().to_owned()),
            source,
            note: (!notes.is_empty()).then(|| notes.join("; ")),
        },
        sites: holders.iter().map(|holder| Site { code: holder.code, line: at }).collect(),
        not_probed: context.not_probed.clone(),
        span: None,
    })
}

/// Puts a time probe onto the function or range that begins at the chosen line.
fn land_span(context: &Context<'_>, (line, source, note): Chosen) -> Located {
    let location = context.location;
    let timed = match location.line {
        None => span::function(
            &context.functions,
            location.function.as_deref().unwrap_or_default(),
            line,
        )
        .ok_or_else(|| ("the function has no code of its own".to_owned(), String::new())),
        Some(asked) => {
            // A range that moved, moved whole.
            let last = location.last_line.unwrap_or(asked).saturating_sub(asked);
            span::lines(&context.functions, line, line.saturating_add(last))
        }
    };
    let timed = match timed {
        Ok(timed) => timed,
        Err((message, hint)) => {
            let hint = (!hint.is_empty()).then_some(hint);
            return Located::Refused(context.refuse("line_not_executable", &message, hint, None));
        }
    };
    let notes: Vec<String> = note.into_iter().chain(timed.note).collect();
    let line_text = line::text_at(&context.lines, timed.line);
    let functions = &timed.functions;
    Located::Found(Found {
        at: ArmedAt {
            file: context.file.path.clone(),
            line: timed.line,
            last_line: timed.last_line,
            function: functions.first().map(|one| one.name.clone()).unwrap_or_default(),
            line_text: line_text.map(|text| text.trim_end().to_owned()),
            source,
            note: (!notes.is_empty()).then(|| notes.join("; ")),
        },
        sites: functions.iter().map(|one| Site { code: one.code, line: timed.line }).collect(),
        not_probed: context.not_probed.clone(),
        span: Some(timed.span),
    })
}

fn nothing_runs(context: &Context<'_>, line: u32) -> Box<Refused> {
    let (path, last) = (&context.file.path, context.lines.len());
    if last > 0 && line as usize > last {
        let message = format!("line {line} lies behind the end of {path}");
        let hint = format!("the file has {last} lines");
        return context.refuse("line_not_executable", &message, Some(hint), None);
    }
    let mut lines: Vec<u32> =
        context.functions.iter().flat_map(|one| one.lines.iter().copied()).collect();
    lines.sort_unstable();
    let before = lines.iter().rev().find(|at| **at < line);
    let after = lines.iter().find(|at| **at > line);
    let near: Vec<String> = before.into_iter().chain(after).map(u32::to_string).collect();
    let hint = match near.is_empty() {
        true => "name a line with a statement".to_owned(),
        false => format!("the nearest that does: {}", near.join(" and ")),
    };
    let message = format!("no code runs at line {line} of {path} any more");
    context.refuse("line_not_executable", &message, Some(hint), None)
}
