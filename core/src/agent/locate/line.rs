//! Chooses the line: where code executes, and where a line went that stands elsewhere now.
//!
//! Knows neither files nor hashes. Invariant: a line that is chosen executes in the functions that
//! are returned with it.

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

/// A qualified name without the parts that only some languages write (`<locals>`).
fn plain_name(name: &str) -> String {
    name.split('.').filter(|part| *part != "<locals>").collect::<Vec<_>>().join(".")
}

/// Whether a function is the one that a guess from the text calls `around`; no name is module level.
fn is_function(function: &LoadedFunction, around: Option<&str>) -> bool {
    match around {
        Some(around) => plain_name(&function.name) == plain_name(around),
        None => function.name.starts_with('<'),
    }
}

/// Looks for the line `text`, once in function `around`, in the functions as they run.
pub(super) fn whereabouts(
    functions: &[LoadedFunction],
    lines: &[String],
    around: Option<&str>,
    text: &str,
) -> Whereabouts {
    let mut found: Vec<u32> = functions
        .iter()
        .filter(|function| is_function(function, around))
        .flat_map(|function| function.lines.iter().copied())
        .filter(|line| text_at(lines, *line).is_some_and(|there| same(there, text)))
        .collect();
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
/// blank or comment line goes on to the next, the rest of a statement back to its beginning.
pub(super) fn executable(functions: &[LoadedFunction], lines: &[String], line: u32) -> Option<u32> {
    if functions.iter().any(|function| function.lines.contains(&line)) {
        return Some(line);
    }
    let innermost = functions
        .iter()
        .filter(|function| {
            let last = function.lines.last().copied().unwrap_or(function.first_line);
            (function.first_line..=last).contains(&line)
        })
        .max_by_key(|function| function.first_line)?;
    let before = innermost.lines.iter().rev().find(|at| **at < line).copied();
    let after = innermost.lines.iter().find(|at| **at > line).copied();
    let says_nothing = text_at(lines, line).is_some_and(|text| {
        let text = text.trim();
        text.is_empty() || text.starts_with('#') || text.starts_with("//")
    });
    if says_nothing { after.or(before) } else { before.or(after) }
}

/// The functions whose code executes `line`: the outermost one there, and others of its name and
/// place (the same source loaded twice).
pub(super) fn holders(functions: &[LoadedFunction], line: u32) -> Vec<&LoadedFunction> {
    let mut holders: Vec<_> =
        functions.iter().filter(|function| function.lines.contains(&line)).collect();
    // A one-line lambda or comprehension stands on the line of the function around it: the one
    // that has more lines is meant.
    let Some(outermost) = holders
        .iter()
        .max_by_key(|function| (function.lines.len(), std::cmp::Reverse(function.first_line)))
    else {
        return Vec::new();
    };
    let (name, first_line) = (outermost.name.clone(), outermost.first_line);
    holders.retain(|function| function.name == name && function.first_line == first_line);
    holders
}

/// The functions called `name` within a file: by their whole name, else by its last parts.
pub(super) fn called<'f>(functions: &'f [LoadedFunction], name: &str) -> Vec<&'f LoadedFunction> {
    let wanted = plain_name(name);
    let whole: Vec<_> =
        functions.iter().filter(|function| plain_name(&function.name) == wanted).collect();
    if !whole.is_empty() {
        return whole;
    }
    let ending = format!(".{wanted}");
    functions.iter().filter(|function| plain_name(&function.name).ends_with(&ending)).collect()
}

/// Names that look like `name`, the nearest first.
pub(super) fn names_like(functions: &[LoadedFunction], name: &str) -> Vec<String> {
    let mut names: Vec<(f64, String)> = functions
        .iter()
        .filter(|function| !function.name.contains('<'))
        .map(|function| (strsim::jaro_winkler(&function.name, name), function.name.clone()))
        .filter(|(likeness, _)| *likeness > 0.6)
        .collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0));
    names.dedup_by(|a, b| a.1 == b.1);
    names.into_iter().take(3).map(|(_, name)| name).collect()
}

/// The first line of a function's body.
pub(super) fn body(function: &LoadedFunction) -> Option<u32> {
    let after = function.lines.iter().find(|line| **line > function.first_line);
    after.or(function.lines.first()).copied()
}
