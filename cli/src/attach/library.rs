//! The agent's library where the other process can load it.
//!
//! Knows files, not the JVM. Invariants: the process loads the very file that was meant, its own view
//! of that path or a copy that nobody else may write to; a copy goes when it was loaded.

use super::folder::{Folder, Left};
use rustix::io::Errno;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use stillframe_core::ids::InstanceId;

/// Folders that a copy may be left in, as the process sees them.
const FOLDERS: [&str; 2] = ["tmp", "var/tmp"];
/// How the name of the library begins, and that of each copy.
pub(crate) const STEM: &str = "libstillframe_jvm";

/// The library, as the process sees it.
#[derive(Debug)]
pub(crate) struct Placed {
    /// Its path there.
    pub(crate) path: PathBuf,
    /// The copy, if it is one: there as long as this is.
    _copy: Option<Left>,
}

/// Why there is nowhere for a copy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Nowhere {
    /// Every folder is on a file system that cannot be written to.
    ReadOnly,
    /// No folder's file system lets code be mapped.
    NoExec,
    /// Our own file cannot be read, or the copy cannot be written, for this reason.
    Failed(String),
}

/// The library at `library` as the process with `root` sees it: by the same path if that is the same
/// file and `is_open`, else as a copy.
pub(crate) fn place(root: &Folder, library: &Path, is_open: bool) -> Result<Placed, Nowhere> {
    if is_open && is_same(root, library) {
        return Ok(Placed { path: library.to_path_buf(), _copy: None });
    }
    let bytes = std::fs::read(library);
    let bytes =
        bytes.map_err(|error| Nowhere::Failed(format!("{}: {error}", library.display())))?;
    let mut worst = Nowhere::ReadOnly;
    for name in FOLDERS {
        let below = root.below(name);
        let Ok((folder, mount)) = below.and_then(|folder| Ok((folder.clone(), folder.mount()?)))
        else {
            continue;
        };
        if mount.no_exec && !mount.read_only {
            worst = Nowhere::NoExec;
        }
        if mount.read_only || mount.no_exec {
            continue;
        }
        let file = format!("{STEM}-{}.so", random().map_err(Nowhere::Failed)?);
        match folder.leave(&file, &bytes, 0o755, None) {
            Ok(left) => {
                let path = Path::new("/").join(name).join(left.name());
                return Ok(Placed { path, _copy: Some(left) });
            }
            Err(Errno::ROFS) => {}
            Err(error) => {
                worst = Nowhere::Failed(format!("/{name}: {}", io::Error::from(error)));
            }
        }
    }
    Err(worst)
}

/// Digits that nobody can guess.
pub(crate) fn random() -> Result<String, String> {
    InstanceId::random().map(|id| id.to_string()).map_err(|error| error.to_string())
}

fn is_same(root: &Folder, library: &Path) -> bool {
    let there = root.look(library).and_then(rustix::fs::fstat);
    let here = library.metadata();
    there
        .ok()
        .zip(here.ok())
        .is_some_and(|(there, here)| (there.st_dev, there.st_ino) == (here.dev(), here.ino()))
}

/// Whether everybody can read the file, by its own permissions and those of the folders above.
pub(crate) fn is_open_to_all(path: &Path) -> bool {
    let allows = |path: &Path, bits: u32| {
        path.metadata().is_ok_and(|found| found.permissions().mode() & bits == bits)
    };
    allows(path, 0o004) && path.ancestors().skip(1).all(|folder| allows(folder, 0o001))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> (tempfile::TempDir, Folder, PathBuf) {
        let temp = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(temp.path().join("tmp")).expect("a folder");
        let library = temp.path().join("libstillframe_jvm.so");
        std::fs::write(&library, "code").expect("written");
        let root = Folder::open(temp.path()).expect("a root");
        (temp, root, library)
    }

    #[test]
    fn the_same_file_is_loaded_where_it_lies() {
        let (_temp, _, library) = machine();
        let root = Folder::open(Path::new("/")).expect("the root");
        let placed = place(&root, &library, true).expect("placed");
        assert_eq!(placed.path, library);
    }

    #[test]
    fn elsewhere_it_is_a_copy_that_goes() {
        let (temp, root, library) = machine();
        let placed = place(&root, &library, true).expect("placed");
        let inside = placed.path.strip_prefix("/").expect("absolute").to_path_buf();
        assert!(inside.starts_with("tmp"), "{inside:?}");
        let outside = temp.path().join(inside);
        assert_eq!(std::fs::read(&outside).expect("there"), b"code");
        assert_eq!(outside.metadata().expect("there").permissions().mode() & 0o777, 0o755);
        drop(placed);
        assert!(!outside.exists());
    }

    #[test]
    fn another_file_at_the_same_path_is_not_taken_for_ours() {
        let (temp, root, library) = machine();
        let twin = temp.path().join(library.strip_prefix("/").expect("absolute"));
        std::fs::create_dir_all(twin.parent().expect("a folder")).expect("folders");
        std::fs::write(&twin, "code").expect("written");
        assert!(place(&root, &library, true).expect("placed").path.starts_with("/tmp"));
        let open = Folder::open(Path::new("/")).expect("the root");
        let placed = place(&open, &library, false).expect("placed");
        assert_ne!(placed.path, library, "where its user may not read it");
    }

    #[test]
    fn nowhere_to_put_it_is_said() {
        let (temp, root, library) = machine();
        std::fs::remove_dir(temp.path().join("tmp")).expect("removed");
        assert_eq!(place(&root, &library, true).expect_err("nowhere"), Nowhere::ReadOnly);
        let missing = place(&root, Path::new("/nonexistent"), true).expect_err("no library");
        assert!(matches!(missing, Nowhere::Failed(reason) if reason.contains("nonexistent")));
    }

    #[test]
    fn what_others_may_not_read_is_told() {
        let (temp, _, library) = machine();
        assert!(is_open_to_all(Path::new("/proc/self/status")));
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(temp.path(), mode).expect("permissions");
        assert!(!is_open_to_all(&library));
        drop(temp);
    }
}
