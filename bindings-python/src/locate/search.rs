//! Searches through the whole index: for names of files, and for code by its name alone.
//!
//! Slower than a look by file, so only for what a location leaves open. Invariant: code is touched
//! only right after the events of what went, with nothing run in between.

use super::{Turn, add_all, drain, index, loaded_file};
use crate::ffi::Obj;
use pyo3::types::PyAnyMethods;
use pyo3::{PyResult, Python};
use std::collections::BTreeSet;
use std::sync::Arc;
use stillframe_core::host::LoadedFile;

/// Code objects that are looked at before others may have the GIL: far below a millisecond.
const STEP: usize = 1_000;

/// The names of all loaded files, without their folders.
pub(crate) fn file_names() -> Vec<String> {
    let guard = index();
    let paths = guard.iter().flat_map(|index| index.codes.keys());
    let names: BTreeSet<&str> = paths.filter_map(|path| path.rsplit(['/', '\\']).next()).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// Loaded files with code that is called `function`.
pub(crate) fn files_with(py: Python<'_>, function: &str) -> PyResult<Vec<LoadedFile>> {
    let all: Vec<(usize, Arc<str>)> = {
        let guard = index();
        let files = guard.iter().flat_map(|index| &index.files);
        files.map(|(code, (path, _))| (*code, path.clone())).collect()
    };
    let mut turn = Turn::new();
    let mut paths: BTreeSet<Arc<str>> = BTreeSet::new();
    for step in all.chunks(STEP) {
        let came = drain(py);
        for (code, path) in step {
            let is_loaded = index().as_ref().is_some_and(|index| index.files.contains_key(code));
            let found = is_loaded.then(|| Obj::from_handle(*code)).flatten();
            let Some(code) = found.filter(|_| !paths.contains(path)) else { continue };
            let name: String = code.to_bound(py).getattr("co_name")?.extract()?;
            if name == function {
                paths.insert(path.clone());
            }
        }
        add_all(py, came, &mut turn)?;
        turn.pause_if_due(py);
    }
    Ok(paths.iter().map(|path| loaded_file(path)).collect())
}
