//! A folder as another process sees it, and the files we leave there for a moment.
//!
//! Every path is resolved below that process's own root, so that no link of its leads out of it.
//! Invariant: a file is created new or not at all, and is gone when its handle is dropped.

use rustix::fs::{
    AtFlags, FileType, Gid, Mode, OFlags, ResolveFlags, Stat, StatVfsMountFlags, Uid, fchmod,
    fchown, fstatvfs, openat2, statat, unlinkat,
};
use rustix::io::{Errno, Result};
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

/// The root of another process, or a folder below it.
#[derive(Clone, Debug)]
pub(crate) struct Folder(Arc<OwnedFd>);

/// Whether files can be put into a folder, and mapped as code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    /// Nothing can be written.
    pub(crate) read_only: bool,
    /// Nothing can be mapped as code.
    pub(crate) no_exec: bool,
}

/// A file of ours in a folder of another's; gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Left {
    folder: Folder,
    name: String,
}

impl Folder {
    /// The folder at `path`, as this process sees it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(path, flags, Mode::empty())?;
        Ok(Self(Arc::new(folder)))
    }

    /// What lies at `path` below this root, opened only to be looked at.
    pub(crate) fn look(&self, path: &Path) -> Result<OwnedFd> {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        openat2(&*self.0, path, flags, Mode::empty(), ResolveFlags::IN_ROOT)
    }

    /// The folder at `path` below this root.
    pub(crate) fn below(&self, path: &str) -> Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = openat2(&*self.0, path, flags, Mode::empty(), ResolveFlags::IN_ROOT)?;
        Ok(Self(Arc::new(folder)))
    }

    /// The user that `name` in this folder belongs to; a link is itself.
    pub(crate) fn owner(&self, name: &str) -> Result<u32> {
        statat(&*self.0, name, AtFlags::SYMLINK_NOFOLLOW).map(|stat| stat.st_uid)
    }

    /// The file system the folder lies on.
    pub(crate) fn mount(&self) -> Result<Mount> {
        let flags = fstatvfs(&*self.0)?.f_flag;
        Ok(Mount {
            read_only: flags.contains(StatVfsMountFlags::RDONLY),
            no_exec: flags.contains(StatVfsMountFlags::NOEXEC),
        })
    }

    /// The socket `name` of this folder, if it is one and none is in its place when it is opened.
    pub(crate) fn socket(&self, name: &str) -> Result<(OwnedFd, Stat)> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let socket = openat2(&*self.0, name, flags, Mode::empty(), resolve)?;
        let stat = rustix::fs::fstat(&socket)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Socket => Ok((socket, stat)),
            _ => Err(Errno::NOTSOCK),
        }
    }

    /// Takes `name` away.
    pub(crate) fn unlink(&self, name: &str) -> Result<()> {
        unlinkat(&*self.0, name, AtFlags::empty())
    }

    /// A new file of `mode` that holds `bytes`, of the given user where it should be another's.
    pub(crate) fn leave(
        &self,
        name: &str,
        bytes: &[u8],
        mode: u32,
        owner: Option<(u32, u32)>,
    ) -> Result<Left> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let file = openat2(&*self.0, name, flags, Mode::RUSR | Mode::WUSR, resolve)?;
        let left = Left { folder: self.clone(), name: name.to_owned() };
        let mut file = File::from(file);
        file.write_all(bytes).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        // What the process's own mask leaves of a mode is not enough for another user.
        fchmod(&file, Mode::from_raw_mode(mode))?;
        if let Some((user, group)) = owner {
            fchown(&file, Some(Uid::from_raw(user)), Some(Gid::from_raw(group)))?;
        }
        Ok(left)
    }
}

impl AsFd for Folder {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Left {
    /// Its name in its folder.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        // It may be gone already, with the folder or the process.
        let _ = self.folder.unlink(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    fn root() -> (tempfile::TempDir, Folder) {
        let temp = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(temp.path().join("tmp")).expect("a folder");
        let folder = Folder::open(temp.path()).expect("the root");
        (temp, folder)
    }

    #[test]
    fn links_do_not_lead_out_of_the_root() {
        let (temp, root) = root();
        std::fs::write(temp.path().join("tmp/inside"), "x").expect("written");
        symlink("/tmp", temp.path().join("absolute")).expect("a link");
        symlink("../../../../../tmp", temp.path().join("upwards")).expect("a link");
        for name in ["absolute", "upwards"] {
            let folder = root.below(name).expect("resolved below the root");
            assert!(folder.look(Path::new("inside")).is_ok(), "{name}");
        }
        assert!(root.look(Path::new("/tmp/inside")).is_ok());
        assert_eq!(root.look(Path::new("/etc/passwd")).err(), Some(Errno::NOENT));
    }

    #[test]
    fn a_file_is_new_and_goes_with_its_handle() {
        let (temp, root) = root();
        let tmp = root.below("tmp").expect("a folder");
        let path = temp.path().join("tmp/ours");
        let left = tmp.leave("ours", b"text", 0o755, None).expect("left");
        assert_eq!(std::fs::read(&path).expect("read"), b"text");
        assert_eq!(tmp.owner("ours"), Ok(path.metadata().expect("there").uid()));
        assert_eq!(path.metadata().expect("there").permissions().mode() & 0o777, 0o755);
        assert_eq!(tmp.leave("ours", b"", 0o600, None).err(), Some(Errno::EXIST));
        assert!(path.exists(), "what another left stays");
        drop(left);
        assert!(!path.exists());
        // A link that lies in wait is not followed.
        let victim = temp.path().join("victim");
        symlink(&victim, &path).expect("a link");
        assert!(tmp.leave("ours", b"text", 0o600, None).is_err());
        assert!(!victim.exists());
    }

    #[test]
    fn only_a_socket_is_a_socket() {
        let (temp, root) = root();
        let tmp = root.below("tmp").expect("a folder");
        assert_eq!(tmp.socket("s").err(), Some(Errno::NOENT));
        std::fs::write(temp.path().join("tmp/file"), "").expect("written");
        assert_eq!(tmp.socket("file").err(), Some(Errno::NOTSOCK));
        let listener = UnixListener::bind(temp.path().join("tmp/s")).expect("a socket");
        let (_, stat) = tmp.socket("s").expect("a socket");
        assert_eq!(stat.st_uid, temp.path().metadata().expect("there").uid());
        symlink("s", temp.path().join("tmp/link")).expect("a link");
        assert!(tmp.socket("link").is_err(), "a link is none");
        drop(listener);
    }
}
