//! Whether a file is its owner's alone.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The reason why `path` is not ours with at most the permissions of `mode`.
pub(super) fn check(path: &Path, mode: u32) -> Result<(), String> {
    let shown = path.display();
    let metadata = path.metadata().map_err(|error| format!("{shown} cannot be read: {error}"))?;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(format!("{shown} belongs to another user"));
    }
    match metadata.mode() & 0o777 {
        found if found & !mode != 0 => Err(format!("{shown} is open to others ({found:o})")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_others_may_read_is_said() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        assert_eq!(check(file.path(), 0o600), Ok(()));
        set_permissions(file.path(), Permissions::from_mode(0o644)).expect("permissions");
        assert!(check(file.path(), 0o600).is_err_and(|reason| reason.contains("644")));
        assert!(check(Path::new("/nonexistent"), 0o600).is_err());
    }
}
