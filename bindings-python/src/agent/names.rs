//! Resolves the names of a condition at one code object.
//!
//! Python's order: variables of the function, enclosing functions, globals, builtins. Knows names, not
//! values. Invariant: a slot once given out for a name of some code stays that name's.

use crate::frame::Slots;
use crate::locate;
use pyo3::types::{PyAnyMethods, PyDict, PyDictMethods};
use pyo3::{Bound, PyAny, PyResult, Python};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};
use stillframe_core::host::{Names, UnknownName};

/// Resolves the names of conditions at one code object.
pub(super) struct CodeNames<'a> {
    slots: &'a Mutex<HashMap<u64, Slots>>,
    code: u64,
}

impl<'a> CodeNames<'a> {
    /// Names at the code whose handle is `code`.
    pub(super) fn new(slots: &'a Mutex<HashMap<u64, Slots>>, code: u64) -> Self {
        Self { slots, code }
    }

    fn with_slots<T>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&Bound<'_, PyAny>, &mut Slots) -> PyResult<T>,
    ) -> Option<T> {
        let code = locate::code_of(py, self.code)?;
        let mut all = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slots = match all.entry(self.code) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(Slots::of(&code).ok()?),
        };
        work(&code, slots).ok()
    }
}

impl Names for CodeNames<'_> {
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName> {
        let resolve = |code: &Bound<'_, PyAny>, slots: &mut Slots| {
            let py = code.py();
            if let Some(slot) = slots.variable(name) {
                return Ok(Ok(slot));
            }
            let globals = locate::known_globals(code);
            let visible = visible(py, globals.as_ref())?;
            // A name that no scope knows now may still come to a namespace we cannot see.
            let can_tell = is_function(code)? && globals.is_some();
            if can_tell && !visible.iter().any(|known| known == name) {
                let all = visible.into_iter().chain(slots.variable_names().map(str::to_owned));
                return Ok(Err(UnknownName { nearest: nearest(name, all) }));
            }
            Ok(slots.name(py, name).ok_or_else(UnknownName::default))
        };
        crate::ffi::attach(|py| self.with_slots(py, resolve))
            .unwrap_or_else(|| Err(UnknownName::default()))
    }

    fn is_builtin(&mut self, name: &str) -> bool {
        let answer = |code: &Bound<'_, PyAny>, slots: &mut Slots| {
            if slots.variable(name).is_some() {
                return Ok(false);
            }
            let hidden = match locate::known_globals(code) {
                Some(globals) => globals.cast::<PyDict>()?.contains(name)?,
                None => false,
            };
            // A word of ours that no builtin has (`matches`) is ours as long as nothing hides it.
            Ok(!hidden)
        };
        crate::ffi::attach(|py| self.with_slots(py, answer)).unwrap_or(false)
    }

    fn stored_as(&mut self, name: &str) -> Option<String> {
        if !name.starts_with("__") || name.ends_with("__") {
            return None;
        }
        let class = |code: &Bound<'_, PyAny>, _: &mut Slots| {
            let qualname = locate::qualname(code)?.to_string();
            Ok(class_around(&qualname, is_function(code)?))
        };
        let class = crate::ffi::attach(|py| self.with_slots(py, class))??;
        let class = class.trim_start_matches('_');
        (!class.is_empty()).then(|| format!("_{class}{name}"))
    }
}

/// Whether it is the body of a function, not of a class or module.
fn is_function(code: &Bound<'_, PyAny>) -> PyResult<bool> {
    // `CO_OPTIMIZED`.
    Ok(code.getattr("co_flags")?.extract::<i32>()? & 1 != 0)
}

/// The class in whose body code of this qualified name was written.
fn class_around(qualname: &str, is_function: bool) -> Option<String> {
    let mut parts: Vec<&str> = qualname.split('.').collect();
    if is_function {
        parts.pop();
    }
    // What stands before `<locals>` is a function, and the class may lie further out.
    while parts.last() == Some(&"<locals>") {
        parts.truncate(parts.len().saturating_sub(2));
    }
    parts.last().filter(|name| !name.starts_with('<')).map(|name| (*name).to_owned())
}

/// Names of the globals and builtins.
fn visible(py: Python<'_>, globals: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<String>> {
    let builtins = py.import("builtins")?.getattr("__dict__")?;
    let mut names = Vec::new();
    for dict in globals.into_iter().chain([&builtins]) {
        let keys = dict.cast::<PyDict>()?.keys();
        names.extend(keys.into_iter().filter_map(|key| key.extract::<String>().ok()));
    }
    Ok(names)
}

/// The names most like `name`, at most three.
fn nearest(name: &str, among: impl Iterator<Item = String>) -> Vec<String> {
    let most = (name.chars().count() / 3).max(1);
    let mut close: Vec<(usize, String)> = among
        .map(|other| (distance(name, &other), other))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    close.sort();
    close.dedup();
    close.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Characters to insert, remove or replace to make one word of the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, character) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (at, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(character != *other);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
