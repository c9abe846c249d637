//! The text of a loaded file, if it is still the text that was loaded.
//!
//! Knows files on disk, not code objects. Invariant: a text is *known* only if the file was last
//! changed before its code was loaded.

use std::sync::OnceLock;
use std::time::UNIX_EPOCH;
use stillframe_core::host::SourceText;

/// Folders below which code belongs to a dependency or to Python itself.
static FOREIGN: OnceLock<Vec<String>> = OnceLock::new();
/// Components of a path that say the same.
const FOREIGN_COMPONENTS: [&str; 2] = ["/site-packages/", "/dist-packages/"];

/// Names the standard library's folders, once.
pub(crate) fn set_foreign(folders: Vec<String>) {
    let _ = FOREIGN.set(folders);
}

/// Whether a file belongs to the application rather than to a dependency.
pub(crate) fn is_application(path: &str) -> bool {
    let foreign = FOREIGN.get().map(Vec::as_slice).unwrap_or_default();
    !path.starts_with('<')
        && !FOREIGN_COMPONENTS.iter().any(|component| path.contains(component))
        && !foreign.iter().any(|folder| path.starts_with(folder.as_str()))
}

/// The text of `path`, whose code was loaded at `loaded_ns` or, if that is 0, before the agent began
/// at `began_ns`. In the second case a change between the two would go unseen.
pub(crate) fn source_of(path: &str, loaded_ns: u64, began_ns: u64) -> SourceText {
    let Ok(metadata) = std::fs::metadata(path) else { return SourceText::Unavailable };
    let changed_ns = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    let since = if loaded_ns == 0 { began_ns } else { loaded_ns };
    if changed_ns > since {
        return SourceText::ChangedSince;
    }
    std::fs::read(path).map_or(SourceText::Unavailable, SourceText::Known)
}
