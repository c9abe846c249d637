//! Where results go without a hub.

use crate::error::{Error, ErrorKind, Result};
use crate::snapshot::Snapshot;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// What is called with each snapshot, outside any hit, where the runtime may be entered.
pub type Callback = Box<dyn Fn(&Snapshot) + Send + Sync>;

/// A place for results.
pub enum SinkTarget {
    /// One JSON object a line, at most 16 KiB each.
    Stdout,
    /// The same on the other stream.
    Stderr,
    /// A folder in which each process keeps its own file.
    Folder(PathBuf),
    /// A function of the application.
    Callback(Callback),
}

impl FromStr for SinkTarget {
    type Err = Error;

    /// `stdout`, `stderr` or `file:///folder`.
    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "stdout" => Ok(Self::Stdout),
            "stderr" => Ok(Self::Stderr),
            other => match other.strip_prefix("file://") {
                Some(folder) if folder.starts_with('/') => Ok(Self::Folder(PathBuf::from(folder))),
                _ => Err(Error::new(ErrorKind::Sink, format!("{other:?} is no sink"))
                    .with_hint("write stdout, stderr or file:///folder")),
            },
        }
    }
}

impl fmt::Debug for SinkTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("Stdout"),
            Self::Stderr => f.write_str("Stderr"),
            Self::Folder(folder) => f.debug_tuple("Folder").field(folder).finish(),
            Self::Callback(_) => f.write_str("Callback"),
        }
    }
}
