//! Patterns, as the tables of the core's own automata.
//!
//! Invariant: no regular expression of JavaScript runs: it would leave its traces in `RegExp.$1`, and
//! could take time that grows by the powers of a text's length.

use crate::Uncovered;
use crate::value::{Code, Done};
use stillframe_core::condition::tree::{Expr, Kind, Table};

impl Code<'_> {
    /// `/…/.test(value)`.
    pub(crate) fn matches(&mut self, pattern: &Expr, value: &Expr) -> Done {
        let Kind::Pattern(text) = &pattern.kind else { return Err(Uncovered("no pattern")) };
        let table = Table::of(text).ok_or(Uncovered("a pattern of many states"))?;
        let value = self.value(value)?;
        self.patterns.push(automaton(&table));
        Ok(format!("test(p{}, {value})", self.patterns.len() - 1))
    }
}

/// What makes a table known to the helpers.
fn automaton(table: &Table) -> String {
    let Table { start, classes, width, next, ends, by_lines } = table;
    let ends: Vec<u8> = ends.iter().map(|is_found| u8::from(*is_found)).collect();
    format!("automaton({start}, {width}, {classes:?}, {next:?}, {ends:?}, {by_lines})")
}
