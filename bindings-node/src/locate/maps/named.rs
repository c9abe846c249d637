//! Sources in which a function is written that is named without its file.
//!
//! Knows texts of sources, no lines. Invariant: a source is kept ready only if the function is in it;
//! maps are read for it by a thread of ours alone.

use super::{Known, MOST_WANTED, Maps, fit_on_disk, map_of, maps, of, reader};
use crate::locate::original::{Original, Originals};
use std::sync::Arc;

/// What is known of a function's name.
pub(in crate::locate) struct Told {
    /// The sources that have it, as far as maps were read.
    pub(in crate::locate) originals: Originals,
    /// Whether some are still read; whoever waits is told when they are.
    pub(in crate::locate) is_looking: bool,
}

/// Sources in which a function is written whose name is `name`, or ends so.
pub(in crate::locate) fn functions(name: &str) -> Told {
    let mut held = maps();
    let Some(maps) = held.as_mut() else {
        return Told { originals: Vec::new(), is_looking: false };
    };
    if maps.functions.len() >= MOST_WANTED && !maps.functions.contains_key(name) {
        maps.functions.clear();
    }
    let seen = *maps.functions.entry(name.to_owned()).or_default();
    let is_looking = seen < maps.known.len();
    if is_looking {
        reader::start(maps);
    }
    drop(held);
    Told { originals: of(|original| original.has(name)), is_looking }
}

/// Makes the sources of a script ready that have the function.
pub(super) fn prepare(known: &Known, name: &str) {
    let is_application = |path: &str| !path.split('/').any(|part| part == "node_modules");
    if !is_application(&known.script.path) {
        return;
    }
    let Some(map) = map_of(known) else { return };
    let last = last_part(name);
    for (source, one) in map.sources().iter().enumerate() {
        let has_it = one.text.as_deref().is_none_or(|text| text.contains(last));
        let key = (known.script.number, source);
        if !has_it || !is_application(&one.path) || is_ready(key) {
            continue;
        }
        let original = Original::new(&known.script, &map, source, known.made());
        if original.has(name) {
            keep(key, original);
        }
    }
    fit_on_disk(known, |original| original.has(name));
}

fn is_ready(key: (u64, usize)) -> bool {
    maps().iter().any(|maps| maps.originals.contains_key(&key))
}

fn keep(key: (u64, usize), original: Original) {
    let mut held = maps();
    let Maps { originals, .. } = held.get_or_insert_default();
    originals.entry(key).or_insert_with(|| Arc::new(original));
}

/// The last part of a function's name.
pub(in crate::locate) fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name).trim_start_matches('#')
}

/// Whether a function goes by a name, or by the end of it.
pub(in crate::locate) fn is_called(function: &str, name: &str) -> bool {
    function == name || function.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
}
