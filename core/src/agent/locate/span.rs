//! What a time probe times: a function, or a range of lines within one.
//!
//! Works on lines that were already found to be the ones meant. Invariant: both ends of a range
//! execute in one and the same function, and an end that had to be moved is said.

use super::function::body;
use super::line;
use crate::host::{LoadedFunction, Span};

/// A span, the functions whose code has it, and what is to be said about it.
#[derive(Debug)]
pub(super) struct Timed<'f> {
    pub(super) span: Span,
    /// Never empty: the same source loaded twice has two, of one name and place.
    pub(super) functions: Vec<&'f LoadedFunction>,
    /// The line people see, and for a range its last.
    pub(super) line: u32,
    pub(super) last_line: Option<u32>,
    pub(super) note: Option<String>,
}

/// The function called `name`, whose body begins at `line`.
pub(super) fn function<'f>(
    functions: &'f [LoadedFunction],
    name: &str,
    line: u32,
) -> Option<Timed<'f>> {
    let begins =
        |function: &&LoadedFunction| body(function) == Some(line) || function.first_line == line;
    // A host's own name ends with the function's.
    let last_of = |name: &str| name.rsplit(['.', '#', ':']).next().map(str::to_owned);
    let last = last_of(name);
    let is_called = |function: &&LoadedFunction| last_of(&function.name) == last;
    let mut found: Vec<_> = functions.iter().filter(begins).filter(is_called).collect();
    let first = found.first()?.first_line;
    found.retain(|function| function.first_line == first);
    Some(Timed { span: Span::Function, functions: found, line, last_line: None, note: None })
}

/// The lines from `first` to `last`; else why there is no such range, and what to do.
pub(super) fn lines(
    functions: &[LoadedFunction],
    first: u32,
    last: u32,
) -> Result<Timed<'_>, (String, String)> {
    let inside = |line: &u32| (first..=last).contains(line);
    let ran = functions.iter().flat_map(|function| function.lines.iter().copied()).filter(inside);
    let runs_at = |line: Option<u32>| Some((line?, *line::holders(functions, line?).first()?));
    let (begin, end) = (runs_at(ran.clone().min()), runs_at(ran.max()));
    let Some(((begin, outer), (end, function))) = begin.zip(end) else {
        return Err(nothing_runs(first, last));
    };
    let is_one = |other: &LoadedFunction| {
        (&other.name, other.first_line) == (&function.name, function.first_line)
    };
    // Who selects a whole function, selects the line that defines it too.
    if !is_one(outer) && begin != function.first_line {
        let message = format!(
            "line {begin} is in {} and line {end} in {}: a range lies in one function",
            outer.name, function.name
        );
        let hint = format!("time a function, or lines of {} only", outer.name);
        return Err((message, hint));
    }
    let mut own = function.lines.iter().copied().filter(inside);
    let Some(from) = own.next() else { return Err(nothing_runs(first, last)) };
    let to = own.next_back().unwrap_or(from);
    let note = ((from, to) != (first, last))
        .then(|| format!("lines {first}..{last}: code runs from {from} to {to}, armed there"));
    Ok(Timed {
        span: Span::Lines { first: from, last: to },
        functions: functions.iter().filter(|other| is_one(other)).collect(),
        line: from,
        last_line: Some(to),
        note,
    })
}

fn nothing_runs(first: u32, last: u32) -> (String, String) {
    let message = match first == last {
        true => format!("no code runs at line {first}"),
        false => format!("no code runs at lines {first} to {last}"),
    };
    (message, "name lines with statements".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: u64, name: &str, first_line: u32, lines: &[u32]) -> LoadedFunction {
        let (lines, runs_once) = (lines.to_vec(), name == "<module>");
        LoadedFunction { code, name: name.to_owned(), first_line, lines, runs_once }
    }

    fn file() -> Vec<LoadedFunction> {
        vec![
            code(1, "<module>", 1, &[1, 3, 20, 21, 30]),
            code(2, "add", 3, &[4, 5, 7, 9, 10]),
            code(3, "total", 20, &[21, 22, 24]),
            code(4, "one", 30, &[30]),
        ]
    }

    fn at(first: u32, last: u32) -> Result<(u32, Option<u32>, u64, bool), String> {
        let file = file();
        lines(&file, first, last)
            .map(|timed| {
                let code = timed.functions[0].code;
                (timed.line, timed.last_line, code, timed.note.is_some())
            })
            .map_err(|(message, _)| message)
    }

    #[test]
    fn a_range_lies_in_one_function_and_begins_and_ends_where_code_runs() {
        assert_eq!(at(5, 9), Ok((5, Some(9), 2, false)));
        assert_eq!(at(7, 7), Ok((7, Some(7), 2, false)));
        assert_eq!(at(6, 8), Ok((7, Some(7), 2, true)));
        assert_eq!(at(4, 11), Ok((4, Some(10), 2, true)));
        assert_eq!(at(3, 10), Ok((4, Some(10), 2, true)));
        assert_eq!(at(30, 30), Ok((30, Some(30), 4, false)), "the body, not what runs once");
        assert_eq!(at(8, 8), Err("no code runs at line 8".to_owned()));
        assert_eq!(at(40, 50), Err("no code runs at lines 40 to 50".to_owned()));
        let both = at(5, 22).expect_err("two functions");
        assert!(both.contains("line 5 is in add and line 22 in total"), "{both}");
    }

    #[test]
    fn a_function_on_one_line_is_itself_and_not_what_is_around_it() {
        let file = file();
        let codes = |name: &str, line: u32| {
            let timed = function(&file, name, line);
            timed.map(|timed| timed.functions.iter().map(|one| one.code).collect::<Vec<_>>())
        };
        assert_eq!(codes("one", 30), Some(vec![4]));
        assert_eq!(codes("shop.cart.add", 4), Some(vec![2]));
        assert_eq!(codes("add", 9), None);
    }
}
