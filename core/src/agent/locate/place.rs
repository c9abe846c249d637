//! From a location to the sites of a probe, or the reason why there is none.
//!
//! It asks the runtime what is loaded and decides; it arms nothing. Invariant: a probe lands on one
//! file only, and on another line than the one asked for only with a note that says so.

use super::file::{self, Choice, Root};
use super::line::{self, Whereabouts};
use super::source::Texts;
use super::span;
use crate::host::{LoadedFile, LoadedFunction, Runtime, SourceText, Span};
use crate::probe::{ArmedAt, Explanation, Location, RunningSource, SourceMatch};

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

/// What is known before a line is chosen.
struct Context<'a> {
    location: &'a Location,
    file: &'a LoadedFile,
    functions: Vec<LoadedFunction>,
    lines: Vec<String>,
    not_probed: Vec<String>,
    unchecked: bool,
}

/// A line, how its source compares, and what is to be said about it.
type Chosen = (u32, SourceMatch, Option<String>);

/// Finds the sites that `location` means. With `unchecked` a source that differs is no obstacle.
/// Milliseconds: reads and hashes the sources of files of that name.
pub(crate) fn locate<R: Runtime>(
    runtime: &R,
    location: &Location,
    unchecked: bool,
    root: Option<&Root>,
) -> Located {
    find(runtime, location, unchecked, root, land)
}

/// Finds the function or range that `location` means; a line alone is a range of one.
pub(crate) fn locate_span<R: Runtime>(
    runtime: &R,
    location: &Location,
    unchecked: bool,
    root: Option<&Root>,
) -> Located {
    find(runtime, location, unchecked, root, land_span)
}

fn find<R: Runtime>(
    runtime: &R,
    location: &Location,
    unchecked: bool,
    root: Option<&Root>,
    land: fn(&Context<'_>, Chosen) -> Located,
) -> Located {
    let mut texts = Texts::new(runtime);
    let (file, named_line, not_probed) = match (&location.file, &location.function) {
        (Some(path), _) => match file::choose(&mut texts, location, path, root) {
            Choice::One(file, others) => (file, None, others),
            Choice::NotLoaded(others) => return not_loaded(path, others),
            Choice::Tie(why) => return refused(why, None, Vec::new()),
        },
        (None, Some(name)) => match runtime.named(name) {
            Some((file, line)) => (file, Some(line), Vec::new()),
            None => return not_loaded(name, Vec::new()),
        },
        (None, None) => {
            let why = explain("location", "the location names neither a file nor a function", None);
            return refused(why, None, Vec::new());
        }
    };
    let context = Context {
        functions: runtime.functions(&file),
        lines: texts.lines(&file),
        location,
        file: &file,
        not_probed,
        unchecked,
    };
    let chosen = match (location.line, named_line) {
        (Some(line), _) => by_line(&context, &mut texts, line),
        (None, Some(line)) => by_first_line(&context, line),
        (None, None) => by_function(&context),
    };
    match chosen {
        Ok(chosen) => land(&context, chosen),
        Err(refusal) => Located::Refused(refusal),
    }
}

fn not_loaded(what: &str, others: Vec<String>) -> Located {
    let hint = match others.first() {
        Some(other) => format!("loaded is {other}: type fewer folders if that one is meant"),
        None => "it is armed as soon as it is loaded".to_owned(),
    };
    let why = explain("file_not_loaded", &format!("{what} is not loaded yet"), Some(hint));
    Located::Pending(Refused { why, running: None, not_probed: others })
}

fn explain(code: &str, message: &str, hint: Option<String>) -> Explanation {
    Explanation { code: code.to_owned(), message: message.to_owned(), hint, span: None }
}

fn refused(why: Explanation, running: Option<RunningSource>, not_probed: Vec<String>) -> Located {
    Located::Refused(Box::new(Refused { why, running, not_probed }))
}

impl Context<'_> {
    fn refuse(&self, why: Explanation, running: Option<RunningSource>) -> Box<Refused> {
        Box::new(Refused { why, running, not_probed: self.not_probed.clone() })
    }

    /// The running source beside the one asked for, with the line that resembles it most.
    fn running(&self, sha256: Option<String>, line: u32) -> RunningSource {
        let text = self.location.line_text.as_deref();
        RunningSource {
            file: self.file.path.clone(),
            sha256,
            line,
            line_text: line::text_at(&self.lines, line).map(|text| text.trim_end().to_owned()),
            nearest: text.and_then(|text| line::resembling(&self.lines, line, text)),
        }
    }
}

/// `FILE:LINE`: the source decides whether the line is the one that is meant.
fn by_line<R: Runtime>(
    context: &Context<'_>,
    texts: &mut Texts<'_, R>,
    line: u32,
) -> Result<Chosen, Box<Refused>> {
    let sha256 = texts.sha256(context.file).cloned();
    let restart = *texts.text(context.file) == SourceText::ChangedSince;
    let unknown = *texts.text(context.file) == SourceText::Unavailable;
    match &context.location.source_sha256 {
        _ if restart || unknown => no_source(context, line, restart),
        None => Ok((line, SourceMatch::Unverifiable, None)),
        Some(wanted) if Some(wanted) == sha256.as_ref() => Ok((line, SourceMatch::Equal, None)),
        Some(_) => elsewhere(context, line, sha256),
    }
}

/// The running text is not to be had: armed only when that was said to be all right.
fn no_source(context: &Context<'_>, line: u32, restart: bool) -> Result<Chosen, Box<Refused>> {
    let path = &context.file.path;
    let (matches, code, message) = if restart {
        let message = format!("{path} changed on disk after it was loaded: restart pending");
        (SourceMatch::Different, "restart_pending", message)
    } else {
        let message = format!("there is no source of {path} to compare with");
        (SourceMatch::Unverifiable, "no_source", message)
    };
    if context.unchecked {
        return Ok((line, matches, Some(message)));
    }
    let hint = "restart the service, or arm it all the same with --unchecked";
    let hint = if restart { hint } else { "arm it all the same with --unchecked" };
    Err(context.refuse(explain(code, &message, Some(hint.to_owned())), None))
}

/// The running text differs: the line may have moved within its function.
fn elsewhere(
    context: &Context<'_>,
    line: u32,
    sha256: Option<String>,
) -> Result<Chosen, Box<Refused>> {
    let location = context.location;
    let around = location.around.as_deref();
    let found = match &location.line_text {
        Some(text) if !text.trim().is_empty() => {
            line::whereabouts(&context.functions, &context.lines, around, text)
        }
        _ => Whereabouts::Gone,
    };
    match found {
        Whereabouts::At(at) if at == line => {
            Ok((at, SourceMatch::Moved, Some(format!("the file differs, line {line} does not"))))
        }
        Whereabouts::At(at) => {
            Ok((at, SourceMatch::Moved, Some(format!("line moved {line} -> {at}"))))
        }
        _ if context.unchecked => {
            Ok((line, SourceMatch::Different, Some("armed unchecked: the source differs".into())))
        }
        Whereabouts::Several(all) => {
            let all: Vec<_> = all.iter().map(u32::to_string).collect();
            let message = format!(
                "the running file differs, and the line stands there at {}",
                all.join(" and ")
            );
            let why = explain("source_differs", &message, Some("name one of them".to_owned()));
            Err(context.refuse(why, Some(context.running(sha256, line))))
        }
        Whereabouts::Gone => {
            let running = context.running(sha256, line);
            let hint = running.nearest.as_ref().map(|(at, _)| format!("the nearest is line {at}"));
            let message = format!("the running file differs, and line {line} is gone");
            Err(context.refuse(explain("source_differs", &message, hint), Some(running)))
        }
    }
}

/// `FILE:FUNCTION`: the first line of its body.
fn by_function(context: &Context<'_>) -> Result<Chosen, Box<Refused>> {
    let name = context.location.function.as_deref().unwrap_or_default();
    let found = line::called(&context.functions, name);
    let mut lines: Vec<u32> = found.iter().filter_map(|function| line::body(function)).collect();
    lines.sort_unstable();
    lines.dedup();
    match lines.as_slice() {
        [line] => Ok((*line, source_of_function(context), None)),
        [] => {
            let nearest = line::names_like(&context.functions, name);
            let hint = (!nearest.is_empty()).then(|| format!("there is {}", nearest.join(", ")));
            let message = format!("there is no function {name} in {}", context.file.path);
            Err(context.refuse(explain("no_such_function", &message, hint), None))
        }
        _ => {
            let names: Vec<_> = found
                .iter()
                .map(|function| format!("{} (line {})", function.name, function.first_line))
                .collect();
            let message = format!("{name} means {}", names.join(" or "));
            let hint = "write its whole name, or the line".to_owned();
            Err(context.refuse(explain("ambiguous", &message, Some(hint)), None))
        }
    }
}

/// A function is found by its name, so only the absence of any source is worth saying.
fn source_of_function(context: &Context<'_>) -> SourceMatch {
    if context.lines.is_empty() { SourceMatch::Unverifiable } else { SourceMatch::Equal }
}

/// The host's own name: the first line of the body of the function that begins at `first_line`.
fn by_first_line(context: &Context<'_>, first_line: u32) -> Result<Chosen, Box<Refused>> {
    let function = context.functions.iter().find(|function| function.first_line == first_line);
    let line = function.and_then(line::body).unwrap_or(first_line);
    Ok((line, source_of_function(context), None))
}

/// Puts the chosen line onto code.
fn land(context: &Context<'_>, (line, source, note): Chosen) -> Located {
    let Some(at) = line::executable(&context.functions, &context.lines, line) else {
        let last = context.lines.len();
        let (message, hint) = if last > 0 && line as usize > last {
            (
                format!("line {line} lies behind the end of {}", context.file.path),
                format!("the file has {last} lines"),
            )
        } else {
            (
                format!("no code runs at line {line} of {}", context.file.path),
                "name a line with a statement".to_owned(),
            )
        };
        let why = explain("line_not_executable", &message, Some(hint));
        return Located::Refused(context.refuse(why, None));
    };
    let holders = line::holders(&context.functions, at);
    let snapped =
        (at != line).then(|| format!("line {line} has no code of its own: armed at {at}"));
    let note = match (note, snapped) {
        (Some(note), Some(snapped)) => Some(format!("{note}; {snapped}")),
        (note, snapped) => note.or(snapped),
    };
    Located::Found(Found {
        at: ArmedAt {
            file: context.file.path.clone(),
            line: at,
            last_line: None,
            function: holders.first().map(|function| function.name.clone()).unwrap_or_default(),
            line_text: line::text_at(&context.lines, at).map(|text| text.trim_end().to_owned()),
            source,
            note,
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
            let why = explain("line_not_executable", &message, Some(hint));
            return Located::Refused(context.refuse(why, None));
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
