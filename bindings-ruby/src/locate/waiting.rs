//! Code that was compiled and is not in the index yet.
//!
//! Filled on application threads, emptied in tasks. Invariants: what waits is pinned; a file that is
//! loaded again waits once, and of texts that are evaluated a bounded number does.

use crate::ffi::code;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Files that may wait: those of a large application.
const MOST_FILES: usize = 16_384;
/// Texts that may: what is lost of them is their classes' names.
const MOST_TEXTS: usize = 2_048;

/// Code that was compiled.
#[derive(Clone, Copy)]
pub(super) struct Came {
    pub(super) code: usize,
    pub(super) is_file: bool,
}

#[derive(Default)]
struct Waiting {
    /// By the order in which it came.
    all: BTreeMap<u64, Came>,
    next: u64,
    /// Where files are in it, by their paths.
    files: BTreeMap<String, u64>,
}

static WAITING: Mutex<Option<Waiting>> = Mutex::new(None);
/// Whether code came that there was no room for.
static LOST: AtomicBool = AtomicBool::new(false);

/// Code of the file at `path` came.
pub(super) fn add(came: Came, path: &str) {
    let mut guard = super::locked(&WAITING);
    let waiting = guard.get_or_insert_default();
    let before = if came.is_file { waiting.files.remove(path) } else { None };
    if let Some(before) = before.and_then(|order| waiting.all.remove(&order)) {
        code::unpin(before.code);
    }
    let texts = waiting.all.len() - waiting.files.len();
    let has_room = match came.is_file {
        true => waiting.files.len() < MOST_FILES,
        false => texts < MOST_TEXTS,
    };
    if !has_room {
        LOST.store(true, Ordering::Relaxed);
        return;
    }
    code::pin(came.code);
    waiting.next += 1;
    waiting.all.insert(waiting.next, came);
    if came.is_file {
        waiting.files.insert(path.to_owned(), waiting.next);
    }
}

/// The first that waits, and its number.
pub(super) fn first() -> Option<(u64, Came)> {
    let guard = super::locked(&WAITING);
    let first = guard.as_ref()?.all.first_key_value();
    first.map(|(order, came)| (*order, *came))
}

/// It waits no longer.
pub(super) fn done(order: u64) {
    let mut guard = super::locked(&WAITING);
    let Some(waiting) = guard.as_mut() else { return };
    let Some(came) = waiting.all.remove(&order) else { return };
    if came.is_file
        && let Some(path) = code::path(came.code).utf8()
        && waiting.files.get(path) == Some(&order)
    {
        waiting.files.remove(path);
    }
    code::unpin(came.code);
}

/// Whether there was no room for some, which from here on is known.
pub(super) fn was_any_lost() -> bool {
    LOST.swap(false, Ordering::Relaxed)
}

/// Nothing waits.
pub(super) fn clear() {
    let waiting = super::locked(&WAITING).take().unwrap_or_default();
    waiting.all.into_values().for_each(|came| code::unpin(came.code));
}
