//! How the running source compares with the one a location was typed against, and what follows.
//!
//! Knows one file and its text. Invariants: a line is let pass as *equal* or *moved* only where the two
//! texts were compared; where one was given to compare with and the running one cannot be had, a line is
//! armed only if that was said to be all right.

use super::function::{body, called, names_like, together};
use super::line::{self, Whereabouts, holders};
use super::place::{Refused, explain};
use super::source::Texts;
use crate::host::{LoadedFile, LoadedFunction, Runtime, SourceText};
use crate::probe::{Location, RunningSource, SourceMatch};

/// What is known before a line is chosen.
pub(super) struct Context<'a> {
    pub(super) location: &'a Location,
    pub(super) file: &'a LoadedFile,
    pub(super) functions: Vec<LoadedFunction>,
    pub(super) lines: Vec<String>,
    pub(super) not_probed: Vec<String>,
    pub(super) unchecked: bool,
    /// Whether the file has no code that is not loaded yet.
    pub(super) is_whole: bool,
}

/// A line, how its source compares, and what is to be said about it.
pub(super) type Chosen = (u32, SourceMatch, Option<String>);

impl Context<'_> {
    pub(super) fn refuse(
        &self,
        code: &str,
        message: &str,
        hint: Option<String>,
        running: Option<RunningSource>,
    ) -> Box<Refused> {
        let not_probed = self.not_probed.clone();
        Box::new(Refused { why: explain(code, message, hint), running, not_probed })
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

/// A line of a file: the source decides whether it is the one that is meant.
pub(super) fn by_line<R: Runtime>(
    context: &Context<'_>,
    texts: &mut Texts<'_, R>,
    line: u32,
) -> Result<Chosen, Box<Refused>> {
    let sha256 = texts.sha256(context.file).cloned();
    let restart = *texts.text(context.file) == SourceText::ChangedSince;
    let unknown = *texts.text(context.file) == SourceText::Unavailable;
    match &context.location.source_sha256 {
        _ if restart => no_source(context, line, restart),
        None => Ok((line, SourceMatch::Unverifiable, None)),
        Some(_) if unknown => no_source(context, line, restart),
        Some(wanted) if Some(wanted) == sha256.as_ref() => Ok((line, SourceMatch::Equal, None)),
        Some(_) => elsewhere(context, line, sha256),
    }
}

fn restart_pending(path: &str) -> String {
    format!("{path} changed on disk after it was loaded: restart pending")
}

/// The running text is not to be had: armed only when that was said to be all right.
fn no_source(context: &Context<'_>, line: u32, restart: bool) -> Result<Chosen, Box<Refused>> {
    let path = &context.file.path;
    let (matches, code, message) = if restart {
        (SourceMatch::Different, "restart_pending", restart_pending(path))
    } else {
        let message = format!("there is no source of {path} to compare with");
        (SourceMatch::Unverifiable, "no_source", message)
    };
    if context.unchecked {
        return Ok((line, matches, Some(format!("armed unchecked: {message}"))));
    }
    let hint = match holders(&context.functions, line).first() {
        _ if restart => "restart the service, or arm it all the same with --unchecked".to_owned(),
        Some(function) => {
            let name = &function.name;
            format!("line {line} has code there, in {name}: arm it all the same with --unchecked")
        }
        None => "arm it all the same with --unchecked".to_owned(),
    };
    Err(context.refuse(code, &message, Some(hint), None))
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
            let message = format!("line {line} stands there at {}", all.join(" and "));
            let running = Some(context.running(sha256, line));
            let hint = Some("name one of them, with --unchecked".to_owned());
            Err(context.refuse("source_differs", &message, hint, running))
        }
        Whereabouts::Gone => {
            let running = context.running(sha256, line);
            let hint = running.nearest.as_ref().map(|(at, _)| format!("the nearest is line {at}"));
            let message = format!("line {line} is gone");
            Err(context.refuse("source_differs", &message, hint, Some(running)))
        }
    }
}

/// A function by its name: the first line of its body.
pub(super) fn by_function<R: Runtime>(
    context: &Context<'_>,
    texts: &mut Texts<'_, R>,
    name: &str,
) -> Result<Chosen, Box<Refused>> {
    let found = called(&context.functions, name);
    let mut lines: Vec<u32> = together(&found).iter().filter_map(body).collect();
    lines.sort_unstable();
    lines.dedup();
    match lines.as_slice() {
        [line] => Ok(found_by_name(context, texts, *line)),
        [] => {
            let names = context.functions.iter().map(|function| function.name.as_str());
            let nearest = names_like(names, name);
            let hint = (!nearest.is_empty()).then(|| format!("there is {}", nearest.join(", ")));
            let message = format!("there is no function {name} in {}", context.file.path);
            Err(context.refuse("no_such_function", &message, hint, None))
        }
        _ => {
            let names: Vec<_> = found
                .iter()
                .map(|function| format!("{} (line {})", function.name, function.first_line))
                .collect();
            let message = format!("{name} means {}", names.join(" or "));
            let hint = "write its whole name, or the line".to_owned();
            Err(context.refuse("ambiguous", &message, Some(hint), None))
        }
    }
}

/// A function by the runtime's own handle of its code.
pub(super) fn by_code<R: Runtime>(
    context: &Context<'_>,
    texts: &mut Texts<'_, R>,
    code: u64,
) -> Result<Chosen, Box<Refused>> {
    let function = context.functions.iter().find(|function| function.code == code);
    match function.and_then(body) {
        Some(line) => Ok(found_by_name(context, texts, line)),
        None => {
            let message = format!("no code of {} runs", context.location);
            Err(context.refuse("line_not_executable", &message, None, None))
        }
    }
}

/// A function that was found by its name is the one that is meant whatever its text; how the texts
/// compare is said all the same.
fn found_by_name<R: Runtime>(context: &Context<'_>, texts: &mut Texts<'_, R>, line: u32) -> Chosen {
    let path = &context.file.path;
    let sha256 = texts.sha256(context.file).cloned();
    match (texts.text(context.file), &context.location.source_sha256) {
        (SourceText::ChangedSince, _) => {
            (line, SourceMatch::Different, Some(restart_pending(path)))
        }
        (SourceText::Unavailable, _) | (_, None) => (line, SourceMatch::Unverifiable, None),
        (_, wanted) if *wanted == sha256 => (line, SourceMatch::Equal, None),
        _ => {
            let note = "the file differs; the function was found by its name".to_owned();
            (line, SourceMatch::Different, Some(note))
        }
    }
}
