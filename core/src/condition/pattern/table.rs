//! A pattern's automaton as a table, for a host that walks over its own texts.
//!
//! Knows texts in ASCII alone. Invariant: who walks it over such a text comes to what
//! [`Pattern::is_found`] says of that text; where that could give up, there is no table.

use super::Pattern;
use crate::condition::dialect::Patterns;
use crate::condition::syntax::Span;
use regex_automata::dfa::Automaton as _;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input};
use std::collections::HashMap;

/// Units that a table knows.
const UNITS: usize = 128;
/// Numbers in a table: a host compiles it as text.
const MOST_CELLS: usize = 1 << 13;
/// The states that are left no more: nothing can be found, and it was.
const DEAD: u16 = 0;
const FOUND: u16 = 1;

/// A pattern, as what a text leads to unit by unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The state before the first unit.
    pub start: u16,
    /// By unit: its class.
    pub classes: Vec<u8>,
    /// How many classes there are.
    pub width: usize,
    /// By state, and in it by class: the next state.
    pub next: Vec<u16>,
    /// By state: whether the pattern is found in a text that ends there.
    pub ends: Vec<bool>,
    /// Whether it says nothing of a text with a carriage return.
    pub by_lines: bool,
}

impl Table {
    /// That of the JavaScript pattern `/…/flags`; none where it is too large, or no pattern.
    pub fn of(pattern: &str) -> Option<Self> {
        Pattern::compile(pattern, Span::default(), Patterns::JavaScriptSearch).ok()?.table()
    }
}

impl Pattern {
    fn table(&self) -> Option<Table> {
        let input = Input::new("").anchored(Anchored::No);
        let start = self.automaton.start_state_forward(&input).ok()?;
        let mut states = States { numbers: HashMap::new(), found: Vec::new() };
        let start = states.number(self, start);
        let mut rows = vec![vec![DEAD; UNITS], vec![FOUND; UNITS]];
        let mut ends = vec![false, true];
        while let Some(state) = states.found.get(rows.len() - 2).copied() {
            let mut row = Vec::with_capacity(UNITS);
            for unit in 0..UNITS {
                let next = self.automaton.next_state(state, unit as u8);
                if self.automaton.is_quit_state(next) {
                    return None;
                }
                row.push(states.number(self, next));
            }
            let end = self.automaton.next_eoi_state(state);
            if self.automaton.is_quit_state(end) || rows.len() > MOST_CELLS {
                return None;
            }
            ends.push(self.automaton.is_match_state(end));
            rows.push(row);
        }
        let (classes, width) = classes(&rows);
        let firsts =
            (0..width).filter_map(|class| classes.iter().position(|of| *of == class as u8));
        let firsts: Vec<usize> = firsts.collect();
        let cells = |row: &Vec<u16>| firsts.iter().map(|unit| row[*unit]).collect::<Vec<u16>>();
        let next: Vec<u16> = rows.iter().flat_map(cells).collect();
        let by_lines = self.by_lines;
        let table = Table { start, classes, width, next, ends, by_lines };
        (table.next.len() <= MOST_CELLS).then_some(table)
    }
}

/// States in the order in which they are found.
struct States {
    numbers: HashMap<StateID, u16>,
    found: Vec<StateID>,
}

impl States {
    fn number(&mut self, pattern: &Pattern, state: StateID) -> u16 {
        if pattern.automaton.is_match_state(state) {
            return FOUND;
        }
        if pattern.automaton.is_dead_state(state) {
            return DEAD;
        }
        let Self { numbers, found } = self;
        *numbers.entry(state).or_insert_with(|| {
            found.push(state);
            found.len() as u16 + FOUND
        })
    }
}

/// Of each unit the class of those that lead from every state to the same, and how many there are.
fn classes(rows: &[Vec<u16>]) -> (Vec<u8>, usize) {
    let mut known: HashMap<Vec<u16>, u8> = HashMap::new();
    let mut class = |unit: usize| {
        let column: Vec<u16> = rows.iter().map(|row| row[unit]).collect();
        let next = known.len() as u8;
        *known.entry(column).or_insert(next)
    };
    let classes: Vec<u8> = (0..UNITS).map(&mut class).collect();
    (classes, known.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn walked(table: &Table, text: &str) -> Option<bool> {
        if table.by_lines && text.contains('\r') {
            return None;
        }
        let mut state = table.start;
        for unit in text.bytes() {
            let class = table.classes[usize::from(unit)];
            state = table.next[usize::from(state) * table.width + usize::from(class)];
        }
        Some(table.ends[usize::from(state)])
    }

    const PATTERNS: &[&str] = &[
        "/a/",
        "/^a+$/",
        "/(a+)+b/",
        "/^(ab|ba)*$/i",
        r"/\bab\b/",
        r"/a\Bb/i",
        r"/^a.b$/m",
        r"/a.b/s",
        r"/[^a-c]\d{2,3}/",
        "/(?:)/",
        r"/[^\s\S]/",
        r"/^\w+@\w+\.(com|org)$/iu",
        r"/\ud83d/",
        "/é/",
        "/(a|b)?c$/",
    ];

    #[test]
    fn a_table_is_small() {
        let table = Table::of(r"/^\w+@\w+\.com$/").expect("a table");
        assert_eq!(table.classes.len(), UNITS);
        assert!(table.next.len() < 200, "{table:?}");
        assert!(Table::of(r"/[ab]{20}c{500}[de]{500}[fg]{900}/").is_none(), "of many states");
        assert_eq!(Table::of("/(/"), None);
    }

    proptest! {
        #[test]
        fn a_walk_comes_to_what_the_search_says(
            at in 0..PATTERNS.len(),
            text in "[abcAB1_@. \n\r\u{0}\u{7f}comrg-]{0,24}",
        ) {
            let pattern = PATTERNS[at];
            let table = Table::of(pattern).expect(pattern);
            let searched = Pattern::compile(pattern, Span::default(), Patterns::JavaScriptSearch);
            let searched = searched.expect(pattern).is_found(&text);
            prop_assert_eq!(walked(&table, &text), searched, "{} in {:?}", pattern, text);
        }
    }
}
