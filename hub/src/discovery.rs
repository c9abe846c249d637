//! The file by which programs of the same user find a hub of this machine.
//!
//! Knows its place and form, not what is served. Invariant: it is readable by its owner only, names a
//! token's path and never a token, and is believed only while its process lives.

use crate::{ffi, folder};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// What `hub.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// Process of the hub.
    pub pid: u32,
    /// `http://127.0.0.1:4737`.
    pub url: String,
    /// File with the person's token, 0600.
    pub token_file: PathBuf,
    /// File with the agents' token, 0600.
    pub agent_token_file: PathBuf,
}

impl Discovery {
    /// The hub that `hub.json` in `folder` names, if its process lives and the file is ours.
    pub fn find(folder: &Path) -> Option<Self> {
        let text = folder::read_private(&folder.join(FILE_NAME)).ok()?;
        let found: Self = serde_json::from_str(&text).ok()?;
        ffi::process_lives(found.pid).then_some(found)
    }

    pub(crate) fn publish(&self, folder: &Path) -> io::Result<()> {
        folder::private_folder(folder)?;
        folder::write_private(&folder.join(FILE_NAME), serde_json::to_string(self)?.as_bytes())
    }

    /// Takes the file away if it is still this hub's.
    pub(crate) fn withdraw(&self, folder: &Path) {
        if Self::find(folder).is_some_and(|found| found == *self) {
            // A file that stays behind is ignored once the process is gone.
            let _ = std::fs::remove_file(folder.join(FILE_NAME));
        }
    }
}

const FILE_NAME: &str = "hub.json";

/// Where `hub.json` lies: `$XDG_RUNTIME_DIR/stillframe`, else a folder of the user's own among the
/// temporary ones.
pub fn folder() -> PathBuf {
    match std::env::var_os("XDG_RUNTIME_DIR").filter(|path| !path.is_empty()) {
        Some(runtime) => Path::new(&runtime).join("stillframe"),
        None => std::env::temp_dir().join(format!("stillframe-{}", ffi::user_id())),
    }
}

/// Where a hub keeps its data unless told otherwise: `$XDG_DATA_HOME/stillframe`, else
/// `~/.local/share/stillframe`, else beside `hub.json`.
pub fn data_folder() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|path| !path.is_empty());
    if let Some(data) = set("XDG_DATA_HOME") {
        return Path::new(&data).join("stillframe");
    }
    match set("HOME") {
        Some(home) => Path::new(&home).join(".local/share/stillframe"),
        None => folder().join("data"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_is_found_while_it_lives() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let mut hub = Discovery {
            pid: std::process::id(),
            url: "http://127.0.0.1:4737".into(),
            token_file: "/t".into(),
            agent_token_file: "/a".into(),
        };
        hub.publish(temp.path()).expect("published");
        assert_eq!(Discovery::find(temp.path()), Some(hub.clone()));
        // Above the largest process id that Linux gives (2^22).
        hub.pid = (1 << 22) + 1;
        hub.publish(temp.path()).expect("published");
        assert_eq!(Discovery::find(temp.path()), None);
    }
}
