//! Functions as they run: their names, how far they reach, where their bodies begin.
//!
//! Knows neither files nor hashes. Invariant: nothing here looks at more than one file.

use crate::host::LoadedFunction;
use std::ops::RangeInclusive;

/// A qualified name without what only some languages write (`<locals>`, `#`, `::`).
fn plain_name(name: &str) -> String {
    let dotted = name.replace("::", ".").replace('#', ".");
    dotted.split('.').filter(|part| *part != "<locals>").collect::<Vec<_>>().join(".")
}

/// A host's own name with its parts joined by dots, however it was typed.
pub(super) fn dotted(name: &str) -> String {
    name.replace("::", ".").replace('#', ".")
}

/// Whether a function is the one that a guess from the text calls `around`; no name is module level.
pub(super) fn is_function(function: &LoadedFunction, around: Option<&str>) -> bool {
    match around {
        Some(around) => plain_name(&function.name) == plain_name(around),
        None => function.runs_once,
    }
}

/// Whether it is a lambda or a comprehension, which have no head of their own.
pub(super) fn is_expression(function: &LoadedFunction) -> bool {
    function.name.rsplit('.').next().is_some_and(|name| name.starts_with('<'))
}

/// The lines a function reaches over, from its head to the last one that belongs to it: behind the
/// last that executes, those that are indented deeper than its head, and closing brackets.
pub(super) fn extent(
    function: &LoadedFunction,
    functions: &[LoadedFunction],
    lines: &[String],
) -> RangeInclusive<u32> {
    let first = function.first_line;
    let mut last = function.lines.last().copied().unwrap_or(first).max(first);
    if function.runs_once || is_expression(function) {
        return first..=last;
    }
    let inner = functions.iter().filter(|one| {
        one.name.starts_with(&function.name) && (first..=last).contains(&one.first_line)
    });
    last = inner.filter_map(|one| one.lines.last().copied()).fold(last, u32::max);
    let text = |line: u32| lines.get((line as usize).checked_sub(1)?).map(String::as_str);
    let indent = |text: &str| text.len() - text.trim_start().len();
    let Some(outside) = text(first).map(indent) else { return first..=last };
    let mut line = last;
    while let Some(there) = text(line + 1) {
        line += 1;
        let closes = there.trim().chars().all(|c| ")]}:;,".contains(c));
        match there.trim().is_empty() {
            true => continue,
            false if indent(there) > outside || (closes && indent(there) == outside) => last = line,
            false => break,
        }
    }
    first..=last
}

/// The functions called `name` within a file: by their whole name, else by its last parts.
pub(super) fn called<'f>(functions: &'f [LoadedFunction], name: &str) -> Vec<&'f LoadedFunction> {
    let wanted = plain_name(name);
    let functions = || functions.iter().filter(|function| !function.runs_once);
    let whole: Vec<_> =
        functions().filter(|function| plain_name(&function.name) == wanted).collect();
    if !whole.is_empty() {
        return whole;
    }
    let ending = format!(".{wanted}");
    functions().filter(|function| plain_name(&function.name).ends_with(&ending)).collect()
}

/// Functions of one name that begin on one line as one: the same source loaded twice, or one that was
/// taken apart.
pub(super) fn together(functions: &[&LoadedFunction]) -> Vec<LoadedFunction> {
    let mut all: Vec<LoadedFunction> = Vec::new();
    for function in functions {
        let is_same = |one: &&mut LoadedFunction| {
            one.name == function.name && one.first_line == function.first_line
        };
        match all.iter_mut().find(is_same) {
            Some(one) => {
                one.lines.extend_from_slice(&function.lines);
                one.lines.sort_unstable();
                one.lines.dedup();
            }
            None => all.push((*function).clone()),
        }
    }
    all
}

/// Names that look like `name`, the nearest first.
pub(super) fn names_like<'n>(names: impl Iterator<Item = &'n str>, name: &str) -> Vec<String> {
    /// Resemblance, of 1, below which a name is not offered.
    const RESEMBLANCE: f64 = 0.6;
    const MOST: usize = 3;
    let mut names: Vec<(f64, &str)> = names
        .filter(|known| !known.contains('<'))
        .map(|known| (strsim::normalized_damerau_levenshtein(known, name), known))
        .filter(|(likeness, _)| *likeness > RESEMBLANCE)
        .collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    names.dedup_by(|a, b| a.1 == b.1);
    names.into_iter().take(MOST).map(|(_, name)| name.to_owned()).collect()
}

/// The first line of a function's body.
pub(super) fn body(function: &LoadedFunction) -> Option<u32> {
    let after = function.lines.iter().find(|line| **line > function.first_line);
    after.or(function.lines.first()).copied()
}
