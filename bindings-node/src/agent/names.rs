//! Resolves the names of a condition at one line of one function.
//!
//! JavaScript's order: the scopes around the line, from the innermost to that of the module. Knows
//! names, not values. Invariant: a slot is the place of its name among those visible.

use crate::locate;
use stillframe_core::host::{Names, UnknownName};

/// How much a name must be like another to be told as the one that may be meant, from 0 to 1.
const ALIKE: f64 = 0.6;
/// Names that are told.
const MOST_NEAREST: usize = 3;

/// The names at one place.
pub(super) struct CodeNames {
    names: Vec<String>,
}

impl CodeNames {
    pub(super) fn new(code: u64, line: u32) -> Self {
        let names = locate::visible(code, line);
        Self { names: names.into_iter().map(|one| one.name).collect() }
    }
}

impl Names for CodeNames {
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName> {
        let at = self.names.iter().position(|known| known == name);
        let at = at.and_then(|at| u16::try_from(at).ok());
        at.ok_or_else(|| UnknownName { nearest: nearest(name, &self.names) })
    }

    fn is_builtin(&mut self, name: &str) -> bool {
        !self.names.iter().any(|known| known == name)
    }
}

/// The names most like `name`.
fn nearest(name: &str, among: &[String]) -> Vec<String> {
    let likeness = |other: &str| {
        strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase())
    };
    let mut close: Vec<(f64, &String)> = among
        .iter()
        .map(|other| (likeness(other), other))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    close.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
    close.dedup();
    close.into_iter().take(MOST_NEAREST).map(|(_, name)| name.clone()).collect()
}
