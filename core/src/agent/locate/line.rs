//! Chooses the line: where code executes, and where a line went that stands elsewhere now.
//!
//! Knows neither files nor hashes, and of languages only how all of them are laid out. Invariant: a
//! line that is chosen executes in the functions that are returned with it.

use super::function::{body, extent, is_expression, is_function};
use crate::host::LoadedFunction;

/// Lines a resembling line may be away from the one asked for.
const NEARBY_LINES: u32 = 100;
/// Characters of a line that are compared.
const COMPARED_CHARS: usize = 200;
/// Resemblance, of 1, below which a line is not offered.
const RESEMBLANCE: f64 = 0.5;

/// Where a line, once moved, stands now.
pub(super) enum Whereabouts {
    /// Here, and only here, within its function.
    At(u32),
    /// At more than one line of its function.
    Several(Vec<u32>),
    /// Not in its function any more.
    Gone,
}

/// A line as it is compared: without the white space around it.
fn same(a: &str, b: &str) -> bool {
    a.trim() == b.trim()
}

/// Looks for the line `text`, once in function `around`, in the functions as they run: among the
/// lines that execute, else among all of that function.
pub(super) fn whereabouts(
    functions: &[LoadedFunction],
    lines: &[String],
    around: Option<&str>,
    text: &str,
) -> Whereabouts {
    let inside = || functions.iter().filter(|function| is_function(function, around));
    let stands_at = |line: &u32| text_at(lines, *line).is_some_and(|there| same(there, text));
    let executing = inside().flat_map(|function| function.lines.iter().copied());
    let mut found: Vec<u32> = executing.filter(stands_at).collect();
    if found.is_empty() {
        let whole = inside().filter(|function| around.is_some() || !function.runs_once);
        let whole = whole.flat_map(|function| extent(function, functions, lines));
        // The line of a `def` lies outside every function that it could have been in.
        let heads = functions.iter().filter(|one| around.is_none() && !is_expression(one));
        let heads = heads.flat_map(|one| one.first_line..body(one).unwrap_or(one.first_line));
        found = whole.chain(heads).filter(stands_at).collect();
    }
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [] => Whereabouts::Gone,
        [one] => Whereabouts::At(*one),
        _ => Whereabouts::Several(found),
    }
}

/// The line near `line` that resembles `text` most, equal ones before all others.
pub(super) fn resembling(lines: &[String], line: u32, text: &str) -> Option<(u32, String)> {
    let cut = |text: &str| text.trim().chars().take(COMPARED_CHARS).collect::<String>();
    let wanted = cut(text);
    let first = line.saturating_sub(NEARBY_LINES).max(1);
    (first..=line.saturating_add(NEARBY_LINES))
        .filter_map(|number| Some((number, text_at(lines, number)?)))
        .filter(|(_, there)| !there.trim().is_empty())
        .map(|(number, there)| {
            (strsim::normalized_levenshtein(&wanted, &cut(there)), number, there)
        })
        .filter(|(likeness, ..)| *likeness >= RESEMBLANCE)
        .max_by(|a, b| {
            a.0.total_cmp(&b.0).then_with(|| b.1.abs_diff(line).cmp(&a.1.abs_diff(line)))
        })
        .map(|(_, number, there)| (number, there.trim_end().to_owned()))
}

/// Text of a line counted from 1.
pub(super) fn text_at(lines: &[String], line: u32) -> Option<&str> {
    lines.get((line as usize).checked_sub(1)?).map(String::as_str)
}

/// The line nearest to `line` that executes, staying inside the innermost function around it: a
/// blank line, a comment or what opens a block goes on to the next, the rest of a statement back to
/// its beginning, the head of a function (decorators, name, arguments) to its body. Of a line whose text
/// is not known nobody can tell which of these it is: it does not move.
pub(super) fn executable(functions: &[LoadedFunction], lines: &[String], line: u32) -> Option<u32> {
    let executes =
        |one: &&LoadedFunction| one.lines.contains(&line) && !is_head_of(one, functions, line);
    if functions.iter().any(|one| executes(&one)) {
        return Some(line);
    }
    if let Some(function) = functions.iter().filter(|one| is_in_head(one, line)).max_by_key(head) {
        return body(function);
    }
    let text = text_at(lines, line)?.trim();
    let says_nothing = text.is_empty() || text.starts_with('#') || text.starts_with("//");
    let around = functions.iter().filter(|one| extent(one, functions, lines).contains(&line));
    let Some(innermost) = around.max_by_key(head) else {
        return says_nothing.then(|| beside(functions, line)).flatten();
    };
    let before = innermost.lines.iter().rev().find(|at| **at < line).copied();
    let after = innermost.lines.iter().find(|at| **at > line).copied();
    let code = text.split(" #").next().unwrap_or_default().trim_end();
    let goes_on = says_nothing || code.ends_with([':', '{']);
    let at = if goes_on { after.or(before) } else { before.or(after) }?;
    // Below a comment in a module stands the head of a function, which runs once.
    let head = functions.iter().filter(|one| is_in_head(one, at)).max_by_key(head);
    match head.filter(|_| innermost.runs_once) {
        Some(function) => body(function),
        None => Some(at),
    }
}

fn head(function: &&LoadedFunction) -> u32 {
    function.first_line
}

/// Whether `line` belongs to the decorators, name or arguments of `function`, and not to its body.
fn is_in_head(function: &LoadedFunction, line: u32) -> bool {
    let first = function.first_line;
    let has_head = !function.runs_once && !is_expression(function);
    has_head && body(function).is_some_and(|body| (first..body).contains(&line))
}

/// Whether `line`, though it executes in `holder`, does so only once, when what it is the head of
/// is made.
fn is_head_of(holder: &LoadedFunction, functions: &[LoadedFunction], line: u32) -> bool {
    holder.runs_once && functions.iter().any(|function| is_in_head(function, line))
}

/// The next line that executes in a function, else the one before.
fn beside(functions: &[LoadedFunction], line: u32) -> Option<u32> {
    let all = || functions.iter().filter(|one| !one.runs_once).flat_map(|one| &one.lines).copied();
    all().filter(|at| *at > line).min().or_else(|| all().filter(|at| *at < line).max())
}

/// The functions whose code executes `line`: the outermost one there, and others of its name and
/// place (the same source loaded twice).
pub(super) fn holders(functions: &[LoadedFunction], line: u32) -> Vec<&LoadedFunction> {
    let mut holders: Vec<_> =
        functions.iter().filter(|function| function.lines.contains(&line)).collect();
    // A one-line lambda or comprehension stands on the line of the function around it: the one
    // that has more lines is meant. What runs once is meant only where nothing else is.
    let Some(outermost) = holders.iter().max_by_key(|function| {
        (!function.runs_once, function.lines.len(), std::cmp::Reverse(function.first_line))
    }) else {
        return Vec::new();
    };
    let (name, first_line) = (outermost.name.clone(), outermost.first_line);
    holders.retain(|function| function.name == name && function.first_line == first_line);
    holders
}
