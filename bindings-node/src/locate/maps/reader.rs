//! The thread that reads maps, which is there only while there are some to read.
//!
//! Knows files, and no JavaScript. Invariant: what is asked for while it reads is read by it too.

use super::{Known, Maps, compare, maps, named, prepare};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use stillframe_core::agent::spawn_quiet;

/// What reading the deepest source takes; it is room and no memory.
const STACK_BYTES: usize = 16 << 20;

/// What is to be done: the scripts so far, and for each file name how many of them were looked at.
struct Work {
    known: Vec<Arc<Known>>,
    wanted: Vec<(String, usize)>,
    /// The same for functions that were named without a file.
    functions: Vec<(String, usize)>,
}

/// Has what is wanted read, unless that is under way.
pub(super) fn start(maps: &mut Maps) {
    if std::mem::replace(&mut maps.is_reading, true) {
        return;
    }
    // Without a thread it is tried again when a file is next asked for.
    maps.is_reading = spawn_quiet("stillframe-maps", STACK_BYTES, read_all).is_ok();
}

fn read_all() {
    while let Some(work) = work() {
        let _ = catch_unwind(AssertUnwindSafe(|| read(&work)));
        if let Some(maps) = maps().as_mut() {
            for (name, _) in work.wanted {
                maps.wanted.entry(name).or_default().by_now = work.known.len();
            }
            for (name, _) in work.functions {
                maps.functions.insert(name, work.known.len());
            }
        }
        if let Some(agent) = crate::agent::current() {
            agent.reload();
        }
    }
}

fn work() -> Option<Work> {
    let mut held = maps();
    let maps = held.as_mut()?;
    let count = maps.known.len();
    let wanted = maps.wanted.iter().filter(|(_, seen)| seen.by_now < count);
    let wanted: Vec<_> = wanted.map(|(name, seen)| (name.clone(), seen.by_now)).collect();
    let functions = maps.functions.iter().filter(|(_, seen)| **seen < count);
    let functions: Vec<_> = functions.map(|(name, seen)| (name.clone(), *seen)).collect();
    maps.is_reading = !wanted.is_empty() || !functions.is_empty();
    maps.is_reading.then(|| Work { known: maps.known.clone(), wanted, functions })
}

fn read(work: &Work) {
    for known in &work.known {
        let _ = known.index();
    }
    for (name, seen) in &work.wanted {
        for known in &work.known[*seen..] {
            prepare(known, name);
            compare(known, name);
        }
    }
    for (name, seen) in &work.functions {
        work.known[*seen..].iter().for_each(|known| named::prepare(known, name));
    }
}
