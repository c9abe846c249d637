//! Resolves the names of a condition at one line of one function.
//!
//! JavaScript's order: the scopes around the line, from the innermost to that of the module, then
//! what is global. Knows names, not values. Invariant: a slot once given out for a name at some place
//! stays that name's; that of a private name holds what reads it.

use crate::locate::{self, Reading, Visible};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use stillframe_core::host::{Names, UnknownName};

/// How much a name must be like another to be told as the one that may be meant, from 0 to 1.
const ALIKE: f64 = 0.6;
/// Names that are told.
const MOST_NEAREST: usize = 3;

/// Names that have slots, by place: code and line.
static SLOTS: Mutex<Option<Slots>> = Mutex::new(None);

type Slots = HashMap<(u64, u32), Vec<Visible>>;

fn slots() -> MutexGuard<'static, Option<Slots>> {
    SLOTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The names with slots at a place, in their order.
pub(crate) fn slots_at(code: u64, line: u32) -> Vec<Visible> {
    slots().as_ref().and_then(|all| all.get(&(code, line))).cloned().unwrap_or_default()
}

/// The slot of a name at a place, given out if it has none.
pub(super) fn slot_of(at: (u64, u32), visible: Visible) -> Option<u16> {
    let mut all = slots();
    let at_place = all.get_or_insert_default().entry(at).or_default();
    let known = at_place.iter().position(|one| one.shown() == visible.shown());
    let index = known.unwrap_or_else(|| {
        at_place.push(visible);
        at_place.len() - 1
    });
    u16::try_from(index).ok()
}

/// The names at one place.
pub(super) struct CodeNames {
    at: (u64, u32),
    names: Vec<Visible>,
}

impl CodeNames {
    pub(super) fn new(code: u64, line: u32) -> Self {
        Self { at: (code, line), names: locate::visible(code, line) }
    }

    /// At a place of a function: line and column, from 0.
    pub(super) fn at(code: u64, place: (u32, u32)) -> Self {
        Self { at: (code, place.0 + 1), names: locate::visible_at(code, place) }
    }

    /// A name of the language itself or of Node, which a file does not declare.
    fn global(&self, name: &str) -> Option<Visible> {
        let is_global = GLOBALS.contains(&name);
        is_global.then(|| Visible::new(name, Reading::Guarded))
    }
}

/// Names that no file declares.
const GLOBALS: [&str; 27] = [
    "Array",
    "BigInt",
    "Boolean",
    "Buffer",
    "Date",
    "Error",
    "Function",
    "Map",
    "Math",
    "Number",
    "Object",
    "Promise",
    "RangeError",
    "RegExp",
    "Set",
    "String",
    "Symbol",
    "TypeError",
    "Uint8Array",
    "URL",
    "WeakMap",
    "console",
    "exports",
    "global",
    "globalThis",
    "module",
    "process",
];

impl Names for CodeNames {
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName> {
        let visible = self.names.iter().find(|known| known.shown() == name).cloned();
        let visible = visible.or_else(|| self.global(name)).ok_or_else(|| {
            let names: Vec<&str> = self.names.iter().map(Visible::shown).collect();
            UnknownName { nearest: nearest(name, &names) }
        })?;
        slot_of(self.at, visible).ok_or_else(UnknownName::default)
    }

    fn is_builtin(&mut self, name: &str) -> bool {
        !self.names.iter().any(|known| known.shown() == name)
    }
}

/// The names most like `name`.
pub(super) fn nearest(name: &str, among: &[&str]) -> Vec<String> {
    let likeness = |other: &str| {
        strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase())
    };
    let mut close: Vec<(f64, &str)> = among
        .iter()
        .copied()
        .map(|other| (likeness(other), other))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    close.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
    close.dedup();
    close.into_iter().take(MOST_NEAREST).map(|(_, name)| name.to_owned()).collect()
}
