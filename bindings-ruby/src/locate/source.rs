//! The text of loaded files, and whose they are.
//!
//! Invariant: a text is given only if the file has not changed since its code was loaded.

use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;
use stillframe_core::host::SourceText;

/// Folders whose code is not the application's.
static FOREIGN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Sets the folders of Ruby's library, of gems and of ours.
pub(crate) fn set_foreign(folders: Vec<String>) {
    *FOREIGN.lock().unwrap_or_else(PoisonError::into_inner) = folders;
}

/// Whether a file belongs to the application rather than to a gem or to Ruby.
pub(crate) fn is_application(path: &str) -> bool {
    let foreign = FOREIGN.lock().unwrap_or_else(PoisonError::into_inner);
    !foreign.iter().any(|folder| path.starts_with(folder.as_str())) && !path.contains("/gems/")
}

/// Text of a file that was loaded at `loaded_ns`, or at an unknown time before `began_ns`.
pub(crate) fn source_of(path: &str, loaded_ns: u64, began_ns: u64) -> SourceText {
    let Ok(metadata) = std::fs::metadata(path) else { return SourceText::Unavailable };
    let changed = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let Some(changed) = changed else { return SourceText::Unavailable };
    let loaded_ns = if loaded_ns == 0 { began_ns } else { loaded_ns };
    if changed.as_nanos() > u128::from(loaded_ns) {
        return SourceText::ChangedSince;
    }
    std::fs::read(path).map_or(SourceText::Unavailable, SourceText::Known)
}
