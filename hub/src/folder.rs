//! Private folders and files: the data folder, token files, the discovery file.
//!
//! Knows permissions and owners, not contents. Invariant: nothing is written into a folder, or read
//! from a file, that another user could have prepared.

use crate::ffi;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Makes `path` a folder of ours alone, or says why it cannot be.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let meta = path.symlink_metadata()?;
    if !meta.is_dir() {
        return Err(refused(path, "is not a folder"));
    }
    if meta.uid() != ffi::user_id() {
        return Err(refused(path, "belongs to another user"));
    }
    if meta.mode() & 0o077 != 0 {
        std::fs::set_permissions(path, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Writes a file of ours alone, whole or not at all.
pub(crate) fn write_private(path: &Path, contents: &[u8]) -> io::Result<()> {
    let aside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(contents)?;
    file.sync_all()?;
    std::fs::rename(&aside, path)
}

/// Reads a small file of ours; refused when it belongs to another user or others may read it.
pub(crate) fn read_private(path: &Path) -> io::Result<String> {
    const MAX_BYTES: u64 = 64 << 10;
    let file = File::open(path)?;
    let meta = file.metadata()?;
    if meta.uid() != ffi::user_id() {
        return Err(refused(path, "belongs to another user"));
    }
    if meta.mode() & 0o077 != 0 {
        return Err(refused(path, "may be read by others; chmod 600 it"));
    }
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn refused(path: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, format!("{} {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_files_are_ours_alone() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let folder = temp.path().join("a/b");
        private_folder(&folder).expect("made");
        assert_eq!(folder.metadata().expect("there").mode() & 0o777, 0o700);
        std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("loosened");
        private_folder(&folder).expect("tightened again");
        assert_eq!(folder.metadata().expect("there").mode() & 0o777, 0o700);
        let file = folder.join("token");
        write_private(&file, b"secret").expect("written");
        assert_eq!(file.metadata().expect("there").mode() & 0o777, 0o600);
        assert_eq!(read_private(&file).expect("ours"), "secret");
        std::fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("loosened");
        assert!(read_private(&file).is_err());
    }
}
