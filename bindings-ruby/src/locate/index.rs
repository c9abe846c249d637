//! All loaded code by file, and the handles that the core knows it by.
//!
//! Knows neither the heap nor names. Invariants: code in the index is pinned; a handle is never given
//! twice, so that one of code that went means no other; the index is bounded.

use crate::ffi::code;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// Pieces of code of one file that are kept.
const MOST_OF_A_FILE: usize = 4_096;
/// Texts evaluated at one line of a file that are kept: a template that is compiled again and again has
/// more.
const MOST_OF_A_LINE: usize = 64;

/// Code that is known.
struct Known {
    file: Arc<str>,
    handle: u64,
}

#[derive(Default)]
pub(super) struct Index {
    known: HashMap<usize, Known>,
    addresses: HashMap<u64, usize>,
    pub(super) codes: BTreeMap<Arc<str>, FileCode>,
    /// Grows with each change, and is the handle of what was added last.
    pub(super) state: u64,
}

#[derive(Default)]
pub(super) struct FileCode {
    pub(super) codes: Vec<usize>,
    /// What was evaluated there and is not of the file itself, by its line, with what is in it.
    evaluated: BTreeMap<u32, VecDeque<Vec<usize>>>,
    /// The index's state when it was last changed.
    pub(super) state: u64,
}

impl Index {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn has(&self, code: usize) -> bool {
        self.known.contains_key(&code)
    }

    pub(super) fn file_of(&self, code: usize) -> Option<&Arc<str>> {
        self.known.get(&code).map(|known| &known.file)
    }

    pub(super) fn handle_of(&self, code: usize) -> Option<u64> {
        self.known.get(&code).map(|known| known.handle)
    }

    pub(super) fn address_of(&self, handle: u64) -> Option<usize> {
        self.addresses.get(&handle).copied()
    }

    /// All code that is known.
    pub(super) fn into_all(self) -> impl Iterator<Item = usize> {
        self.known.into_keys()
    }

    /// Adds code, which is alive.
    pub(super) fn add(&mut self, code: usize) {
        let Some(path) = code::path(code).utf8() else { return };
        if path.starts_with(['<', '(']) || self.known.contains_key(&code) {
            return;
        }
        let file: Arc<str> = match self.codes.get_key_value(path) {
            Some((known, _)) => known.clone(),
            None => Arc::from(path),
        };
        code::pin(code);
        self.state += 1;
        let handle = self.state;
        self.known.insert(code, Known { file: file.clone(), handle });
        self.addresses.insert(handle, code);
        let of_file = self.codes.entry(file).or_default();
        of_file.codes.push(code);
        of_file.state = handle;
        let surplus = of_file.codes.len().saturating_sub(MOST_OF_A_FILE);
        let surplus: Vec<usize> = of_file.codes.drain(..surplus).collect();
        surplus.into_iter().for_each(|old| self.drop(old));
    }

    /// What was evaluated together, in a file that has other code: of what was evaluated at that line
    /// before the oldest goes.
    pub(super) fn note_evaluated(&mut self, all: &[usize]) {
        let Some(first) = all.first() else { return };
        let Some(path) = self.file_of(*first).cloned() else { return };
        let Some(of_file) = self.codes.get_mut(&path) else { return };
        let at = of_file.evaluated.entry(code::first_line(*first)).or_default();
        at.push_back(all.to_vec());
        let oldest = if at.len() > MOST_OF_A_LINE { at.pop_front() } else { None };
        for old in oldest.unwrap_or_default() {
            self.remove(old);
        }
    }

    /// Forgets one piece of code.
    pub(super) fn remove(&mut self, code: usize) {
        let Some(path) = self.file_of(code).cloned() else { return };
        self.state += 1;
        if let Some(of_file) = self.codes.get_mut(&path) {
            of_file.codes.retain(|known| *known != code);
            of_file.state = self.state;
        }
        self.drop(code);
    }

    /// A file is loaded anew: what it was before is kept alive by who runs it, and no longer by us.
    pub(super) fn forget(&mut self, path: &str) {
        self.state += 1;
        let Some(of_file) = self.codes.get_mut(path) else { return };
        of_file.state = self.state;
        of_file.evaluated.clear();
        let all = std::mem::take(&mut of_file.codes);
        all.into_iter().for_each(|old| self.drop(old));
    }

    fn drop(&mut self, code: usize) {
        if let Some(known) = self.known.remove(&code) {
            self.addresses.remove(&known.handle);
            code::unpin(code);
        }
    }
}
