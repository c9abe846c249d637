//! Which names can be read at a place of the source without changing what it does.
//!
//! Knows names and the order in which they come into being. Invariant: a name that is handed out is
//! bound to something that is initialised whenever the place is reached; a name that is not known
//! to be hides those of the same spelling around it.

use std::collections::HashMap;

/// Names that a check passes at most: a bundle may declare thousands in one function.
const MAX_NAMES: usize = 32;
/// The same for checks outside functions, which are reached once: there, names would only make long
/// text.
const MAX_TOP_NAMES: usize = 8;

/// What a name stands for; in this order names are passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    This,
    Parameter,
    Variable,
    /// Something that may not be initialised, or is not worth passing: it only hides.
    Hidden,
}

struct Entry<'a> {
    name: &'a str,
    kind: Kind,
    /// It belongs to no function: a global, or a name of the module.
    is_top: bool,
    /// The entry of the same name below this one.
    below: Option<usize>,
}

/// The names of all scopes around a place, the innermost last.
#[derive(Default)]
pub(crate) struct Scopes<'a> {
    entries: Vec<Entry<'a>>,
    latest: HashMap<&'a str, usize>,
}

/// Names of functions around one, which it uses, and where they are bound.
pub(crate) type Outer<'a> = Vec<(&'a str, usize)>;

impl<'a> Scopes<'a> {
    pub(crate) fn depth(&self) -> usize {
        self.entries.len()
    }

    /// A name that is declared here and may not be initialised yet.
    pub(crate) fn hide(&mut self, name: &'a str) {
        self.add(name, Kind::Hidden, false);
    }

    /// A name that is initialised from here on.
    pub(crate) fn add(&mut self, name: &'a str, kind: Kind, is_top: bool) {
        let below = self.latest.insert(name, self.entries.len());
        self.entries.push(Entry { name, kind, is_top, below });
    }

    /// Leaves what was entered since.
    pub(crate) fn leave(&mut self, depth: usize) {
        while self.entries.len() > depth {
            let Some(entry) = self.entries.pop() else { return };
            match entry.below {
                Some(below) => self.latest.insert(entry.name, below),
                None => self.latest.remove(entry.name),
            };
        }
    }

    /// Of the names that a function uses, those that functions around it have initialised.
    pub(crate) fn outer(&self, used: &[&'a str]) -> Outer<'a> {
        let mut found: Outer<'a> = Vec::new();
        for name in used {
            let Some(index) = self.latest.get(name) else { continue };
            let entry = &self.entries[*index];
            let is_new = !found.iter().any(|(other, _)| other == name);
            if entry.kind != Kind::Hidden && !entry.is_top && is_new && !is_reserved(name) {
                found.push((name, *index));
            }
            if found.len() == MAX_NAMES {
                break;
            }
        }
        found
    }

    /// The names to pass from a function whose own begin at this depth, and whether there were
    /// more. Of more than there is room for, those are left out that were declared first.
    pub(crate) fn names(
        &self,
        own: usize,
        outer: &Outer<'a>,
        is_top: bool,
    ) -> (Vec<&'a str>, bool) {
        let most = if is_top { MAX_TOP_NAMES } else { MAX_NAMES };
        let is_latest = |index: usize| self.latest.get(self.entries[index].name) == Some(&index);
        let is_this = |index: &usize| self.entries[*index].kind == Kind::This && is_latest(*index);
        let this = outer.iter().map(|(_, index)| *index).find(is_this);
        let most = most - this.iter().len();
        let mut found: Vec<usize> = Vec::new();
        let mut is_cut = false;
        for index in (own..self.entries.len()).rev() {
            if self.entries[index].kind == Kind::Hidden || !is_latest(index) {
                continue;
            }
            if found.len() == most {
                is_cut = true;
                break;
            }
            found.push(index);
        }
        found.reverse();
        found.sort_by_key(|index| self.entries[*index].kind);
        for (_, index) in
            outer.iter().filter(|(_, index)| is_latest(*index) && Some(*index) != this)
        {
            debug_assert!(*index < own, "what is bound outside lies below");
            is_cut |= found.len() == most;
            if found.len() < most {
                found.push(*index);
            }
        }
        let found = this.iter().chain(&found);
        (found.map(|index| self.entries[*index].name).collect(), is_cut)
    }
}

/// Names that are words of the language in some functions: what is meant around one is not what it
/// would mean inside.
fn is_reserved(name: &str) -> bool {
    matches!(name, "arguments" | "await" | "eval" | "yield")
}
