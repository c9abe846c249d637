//! Code that a compiler took from other files: which classes hold lines of a file that is not their own.
//!
//! Knows source maps (JSR 45), as Kotlin's compiler writes them for `inline` functions; classes that
//! were compiled from Java are never looked at. The machine keeps maps only for an agent that is there
//! from its start. Invariant: a map is kept as long as its class is loaded, and keeps no class loaded.

use super::index::Index;
use super::loaded::LoadedClass;
use crate::ffi::{Env, Kept, Machine};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use stillframe_classfile::SourceMap;
use stillframe_core::host::{LoadedFile, LoadedFunction};

/// A class that was looked at.
struct Entry {
    class: Kept,
    map: Option<Arc<SourceMap>>,
}

/// By signature.
static MAPS: Mutex<BTreeMap<String, Vec<Entry>>> = Mutex::new(BTreeMap::new());

/// Whether lines of a file of this name may stand in classes of others: Java has no such thing.
pub(super) fn may_be(file_name: &str) -> bool {
    file_name.contains('.') && !file_name.ends_with(".java")
}

/// The source map of a class, if the machine kept it.
pub(super) fn map_of(env: Env, machine: &Machine, one: &LoadedClass) -> Option<Arc<SourceMap>> {
    let class = one.class.raw();
    let mut maps = MAPS.lock().unwrap_or_else(PoisonError::into_inner);
    let known = maps.entry(one.signature.clone()).or_default();
    if let Some(entry) = known.iter().find(|entry| env.is_same(entry.class.raw(), class)) {
        return entry.map.clone();
    }
    known.retain(|entry| {
        let is_gone = env.is_same(entry.class.raw(), std::ptr::null_mut());
        if is_gone {
            env.delete_weak(entry.class.raw());
        }
        !is_gone
    });
    let map = machine.jvmti.source_map(class);
    let map = map.and_then(|text| SourceMap::parse(&text)).map(Arc::new);
    if let Some(weak) = env.new_weak(class) {
        known.push(Entry { class: Kept::new(weak), map: map.clone() });
    }
    map
}

/// Files of this name of which no class is loaded, only what others took of them.
pub(super) fn files(
    env: Env,
    machine: &Machine,
    index: &Index,
    file_name: &str,
) -> Vec<LoadedFile> {
    let mut files: Vec<LoadedFile> = Vec::new();
    let loaded = super::loaded(env, machine);
    for one in loaded.prepared().filter(|one| index.is_foreign(&one.signature)) {
        let Some(map) = map_of(env, machine, one) else { continue };
        for path in map.paths().filter(|path| path.rsplit('/').next() == Some(file_name)) {
            let is_known = files.iter().any(|known| known.path == path);
            if !is_known && index.file(path).is_none() {
                let path = path.to_owned();
                files.push(LoadedFile { path, real_path: None, is_application: true });
            }
        }
    }
    files
}

/// Adds copies of functions to those of the file they are of: all copies of one have its name and its
/// first line, by which they are known to be the same.
pub(super) fn add(path: &str, mut copies: Vec<LoadedFunction>, own: &mut Vec<LoadedFunction>) {
    let ends = |one: &LoadedFunction| {
        let first = one.lines.first().copied().unwrap_or(one.first_line);
        (first, one.lines.last().copied().unwrap_or(first))
    };
    copies.sort_by_key(ends);
    let mut rest = copies.as_mut_slice();
    while let Some((first, mut last)) = rest.first().map(ends) {
        let mut len = 0;
        while let Some((begin, end)) = rest.get(len).map(ends)
            && begin <= last
        {
            last = last.max(end);
            len += 1;
        }
        let is_it = |one: &&LoadedFunction| one.lines.iter().any(|at| (first..=last).contains(at));
        let original = own.iter().filter(is_it).max_by_key(|one| one.lines.len());
        let (name, first_line) = match original {
            Some(original) => (original.name.clone(), original.first_line),
            None => (format!("{} (inlined)", stem(path)), first),
        };
        let (same, behind) = rest.split_at_mut(len);
        for copy in same {
            (copy.name, copy.first_line) = (name.clone(), first_line);
        }
        rest = behind;
    }
    own.append(&mut copies);
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(code: u64, name: &str, lines: &[u32]) -> LoadedFunction {
        let first_line = lines[0] - 1;
        let (name, lines) = (name.to_owned(), lines.to_vec());
        LoadedFunction { code, name, first_line, lines, runs_once: false }
    }

    #[test]
    fn copies_are_called_as_what_they_are_of() {
        let mut all = vec![function(1, "InlineKt.twice", &[5, 6, 7])];
        let copies = vec![
            function(2, "", &[6, 7]),
            function(3, "", &[20, 21]),
            function(4, "", &[5, 6]),
            function(5, "", &[21, 22]),
        ];
        add("shop/Inline.kt", copies, &mut all);
        all.sort_by_key(|one| one.code);
        let found: Vec<_> = all.iter().map(|one| (one.name.as_str(), one.first_line)).collect();
        let (twice, other) = (("InlineKt.twice", 4), ("Inline (inlined)", 20));
        assert_eq!(found, [twice, twice, other, twice, other]);
    }

    #[test]
    fn only_other_languages_inline() {
        assert_eq!(["A.kt", "A.java", "A"].map(may_be), [true, false, false]);
    }
}
