//! A segment of the hub's store after whatever happened to the disk.
//!
//! Checked: nothing panics, a frame that was written is found, and reading ends.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tempfile::TempDir;

/// In memory where there is such a place: a run writes thousands of files a second.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    folder.expect("a temporary folder")
});

fuzz_target!(|bytes: &[u8]| stillframe_hub::fuzz_segment(FOLDER.path(), bytes));
