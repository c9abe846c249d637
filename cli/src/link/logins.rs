//! The hubs somebody logged in to, with the token for each.
//!
//! Knows one file, `$XDG_CONFIG_HOME/stillframe/logins.json`. Invariant: it is its owner's alone (0600
//! in a folder 0700), is written whole or not at all, and is not believed where others could have
//! written it.

use crate::fail::{Exit, Failure, Result};
use crate::link::target::variable;
use rustix::process::geteuid;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Bytes of the file: hundreds of logins.
const MAX_BYTES: u64 = 1 << 20;

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Logins {
    /// The one that is meant where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) chosen: Option<String>,
    /// In the order they were made.
    pub(crate) logins: Vec<Login>,
}

/// One hub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Login {
    /// What its owner calls it.
    pub(crate) name: String,
    /// Its address.
    pub(crate) url: String,
    /// Certificates to trust for it in place of the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The person's token.
    pub(crate) token: String,
}

impl Logins {
    /// Those of this user; none where there is no file.
    pub(crate) fn load() -> Result<Self> {
        file().map_or_else(|_| Ok(Self::default()), |path| Self::read(&path))
    }

    fn read(path: &Path) -> Result<Self> {
        let unfit = |why: String| {
            Failure::new(
                Exit::Failed,
                "logins",
                format!("{} cannot be used: {why}", path.display()),
            )
            .next("mend it, or remove it and log in again: stillframe login URL")
        };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(unfit(error.to_string())),
        };
        let meta = file.metadata().map_err(|error| unfit(error.to_string()))?;
        if meta.uid() != geteuid().as_raw() {
            return Err(unfit("it belongs to another user".to_owned()));
        }
        if meta.mode() & 0o077 != 0 {
            let what = format!("others may read it: chmod 600 {}", path.display());
            return Err(unfit(what));
        }
        let mut text = String::new();
        let read = file.take(MAX_BYTES).read_to_string(&mut text);
        read.map_err(|error| unfit(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| unfit(error.to_string()))
    }

    /// Keeps them.
    pub(crate) fn save(&self) -> Result<PathBuf> {
        let path = file()?;
        self.write(&path).map_err(|error| {
            let message = format!("{} cannot be written: {error}", path.display());
            Failure::new(Exit::Failed, "logins", message).next("check its folder and permissions")
        })?;
        Ok(path)
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let aside = path.with_extension(format!("{}.new", std::process::id()));
        // Left by an earlier process of that number, with permissions that we did not choose.
        let _ = std::fs::remove_file(&aside);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        std::fs::rename(&aside, path)
    }

    /// The login of that name.
    pub(crate) fn named(&self, name: &str) -> Option<&Login> {
        self.logins.iter().find(|login| login.name == name)
    }

    /// The login to that address, the chosen one first.
    pub(crate) fn to(&self, url: &str) -> Option<&Login> {
        let chosen = self.chosen().filter(|login| login.url == url);
        chosen.or_else(|| self.logins.iter().find(|login| login.url == url))
    }

    /// The one that is meant where none is named.
    pub(crate) fn chosen(&self) -> Option<&Login> {
        self.named(self.chosen.as_deref()?)
    }

    /// Adds one, in place of another of its name, and chooses it.
    pub(crate) fn put(&mut self, login: Login) {
        self.chosen = Some(login.name.clone());
        match self.logins.iter_mut().find(|other| other.name == login.name) {
            Some(other) => *other = login,
            None => self.logins.push(login),
        }
    }

    /// Forgets one; whether it was there.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let before = self.logins.len();
        self.logins.retain(|login| login.name != name);
        if self.chosen.as_deref() == Some(name) {
            self.chosen = None;
        }
        self.logins.len() < before
    }
}

fn file() -> Result<PathBuf> {
    let config = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| Some(Path::new(&variable("HOME")?).join(".config")));
    let config = config.ok_or_else(|| {
        Failure::new(Exit::Failed, "logins", "there is no home folder to keep a login in")
            .next("set HOME or XDG_CONFIG_HOME")
    })?;
    Ok(config.join("stillframe/logins.json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    fn login(name: &str, url: &str) -> Login {
        Login { name: name.into(), url: url.into(), ca_file: None, token: "sfu_x".into() }
    }

    #[test]
    fn logins_are_kept_for_their_owner_alone() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let path = temp.path().join("config/stillframe/logins.json");
        assert_eq!(Logins::read(&path), Ok(Logins::default()));
        let mut logins = Logins::default();
        logins.put(login("prod", "https://a"));
        logins.put(login("test", "https://b"));
        logins.put(login("prod", "https://c"));
        logins.write(&path).expect("written");
        assert_eq!(path.metadata().expect("there").mode() & 0o777, 0o600);
        let folder = path.parent().expect("a folder");
        assert_eq!(folder.metadata().expect("there").mode() & 0o777, 0o700);
        assert_eq!(Logins::read(&path), Ok(logins.clone()));
        assert_eq!(logins.chosen().map(|login| login.url.as_str()), Some("https://c"));
        assert_eq!(logins.to("https://b"), logins.named("test"));
        assert!(logins.remove("prod") && !logins.remove("prod"));
        assert_eq!((logins.chosen(), logins.logins.len()), (None, 1));
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("loosened");
        let failure = Logins::read(&path).expect_err("others may read it");
        assert!(failure.message.contains("chmod 600"), "{failure:?}");
    }
}
