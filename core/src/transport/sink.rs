//! Where results go without a hub: a stream, a file of this process, a function.
//!
//! Knows the JSON of a snapshot, not where it came from. Invariant: one result is one line in one
//! `write`, and what could not be written whole leaves nothing behind.

mod cut;
mod file;

use crate::error::{Error, ErrorKind, Result};
pub use crate::snapshot::Callback;
use crate::snapshot::Snapshot;
use crate::snapshot::json::ServiceRef;
use file::Rotating;
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::str::FromStr;

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

/// Bytes of a line on a stream: container logs split longer ones.
const LINE_BYTES: usize = 16 << 10;

#[derive(Debug)]
enum Place {
    /// A descriptor of our own, so that no lock of the standard library is taken.
    Stream(File),
    File(Rotating),
}

/// An open sink.
#[derive(Debug)]
pub struct Sink {
    place: Place,
    service: ServiceRef,
}

impl Sink {
    /// The sink of a target; `None` for a callback, which is no place to write to. Files are opened
    /// when the first result comes.
    pub fn of(target: &SinkTarget, service: &ServiceRef) -> Option<Self> {
        let place = match target {
            SinkTarget::Stdout => Place::Stream(own(std::io::stdout().as_fd())?),
            SinkTarget::Stderr => Place::Stream(own(std::io::stderr().as_fd())?),
            SinkTarget::Folder(folder) => Place::File(Rotating::new(folder, service)),
            SinkTarget::Callback(_) => return None,
        };
        Some(Self { place, service: service.clone() })
    }

    /// Full files that had to go since it was opened.
    pub fn dropped_files(&self) -> u64 {
        match &self.place {
            Place::File(file) => file.dropped_files,
            Place::Stream(_) => 0,
        }
    }

    /// Writes one result.
    pub fn write(&mut self, snapshot: &Snapshot) -> Result<()> {
        let value = snapshot.to_json(&self.service);
        match &mut self.place {
            Place::File(file) => file.write(line(&value).as_bytes()),
            Place::Stream(stream) => {
                let mut text = line(&value);
                if text.len() > LINE_BYTES {
                    text = line(&cut::cut(value, LINE_BYTES - 1));
                }
                stream.write_all(text.as_bytes()).map_err(|error| {
                    Error::new(ErrorKind::Sink, format!("results cannot be written: {error}"))
                })
            }
        }
    }
}

fn own(descriptor: std::os::fd::BorrowedFd<'_>) -> Option<File> {
    descriptor.try_clone_to_owned().ok().map(File::from)
}

fn line(value: &serde_json::Value) -> String {
    format!("{value}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sinks_are_named_and_others_refused() {
        assert!(matches!("stdout".parse(), Ok(SinkTarget::Stdout)));
        assert!(matches!("file:///var/x".parse(), Ok(SinkTarget::Folder(f)) if f.ends_with("x")));
        for text in ["", "file://relative", "http://x", "STDOUT"] {
            assert!(text.parse::<SinkTarget>().is_err(), "{text}");
        }
    }
}
