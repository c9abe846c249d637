//! A script that says where its map is, and what is known of that map.
//!
//! Invariant: what was read once of a map's sources stays, whatever becomes of the file.

use crate::locate::scripts::Script;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::sync::OnceLock;
use std::time::SystemTime;
use stillframe_maps::{Fault, Location, MOST_BYTES, Map, index, location, read};

/// Bytes of a map that is read on JavaScript's thread, while it loads the script.
const MOST_BYTES_AT_ONCE: u64 = 256 << 10;
/// Bytes of all maps that lie within scripts, which are kept.
const MOST_INLINE_BYTES: usize = 16 << 20;

/// Paths of the sources that a map names.
type Index = Result<Vec<Box<str>>, Fault>;

pub(super) struct Known {
    pub(super) script: Script,
    /// Where its map is, as the script says it.
    url: Option<Box<str>>,
    index: OnceLock<Index>,
    /// Why the map cannot be read whole, once that was tried in vain.
    fault: OnceLock<Fault>,
}

impl Known {
    pub(super) fn new(script: Script, url: &str, inline_bytes: &mut usize) -> Self {
        let bytes = if url.starts_with("data:") { url.len() } else { 0 };
        let is_kept = *inline_bytes + bytes <= MOST_INLINE_BYTES;
        if is_kept {
            *inline_bytes += bytes;
        }
        Self {
            script,
            url: is_kept.then(|| url.into()),
            index: OnceLock::new(),
            fault: OnceLock::new(),
        }
    }

    /// The sources that its map names; reads that the first time.
    pub(super) fn index(&self) -> &Index {
        self.index.get_or_init(|| index(&self.bytes()?, &self.folder()))
    }

    pub(super) fn index_if_read(&self) -> Option<&Index> {
        self.index.get()
    }

    /// Whether it is known that its map names a source of this file name.
    pub(super) fn names(&self, file_name: &str) -> bool {
        let index = self.index.get().filter(|_| self.fault().is_none());
        let paths = index.and_then(|index| index.as_ref().ok());
        let mut names = paths.into_iter().flatten().map(|path| path.rsplit('/').next());
        names.any(|name| name == Some(file_name))
    }

    /// Reads the whole map, unless that failed before.
    pub(super) fn read(&self) -> Option<Map> {
        if self.fault().is_some() {
            return None;
        }
        let read = self.bytes().and_then(|bytes| read(&bytes, &self.folder()));
        read.map_err(|fault| self.fault.set(fault)).ok()
    }

    /// What is wrong with its map, as far as is known.
    pub(super) fn fault(&self) -> Option<&Fault> {
        let of_index = self.index.get().and_then(|index| index.as_ref().err());
        of_index.or_else(|| self.fault.get())
    }

    /// Where its map is, for people.
    pub(super) fn place(&self) -> String {
        match self.location() {
            Ok(Location::File(path)) => path,
            Ok(Location::Inline(_)) | Err(_) => match self.url.as_deref() {
                Some(url) if !url.starts_with("data:") => url.to_owned(),
                _ => "within it".to_owned(),
            },
        }
    }

    fn location(&self) -> Result<Location, Fault> {
        let kept = "the maps within this process's scripts are too many";
        let url = self.url.as_deref().ok_or_else(|| Fault::Unreadable(kept.to_owned()))?;
        location(&self.script.path, url)
    }

    /// Where sources are told from: the folder of the map, or of the script that holds it.
    fn folder(&self) -> String {
        let path = match self.location() {
            Ok(Location::File(path)) => path,
            _ => self.script.path.clone(),
        };
        path.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned())
    }

    /// When the map was made, as the disk says it.
    pub(super) fn made(&self) -> Option<SystemTime> {
        let path = match self.location().ok()? {
            Location::File(path) => path,
            Location::Inline(_) => self.script.path.clone(),
        };
        std::fs::metadata(path).ok()?.modified().ok()
    }

    fn bytes(&self) -> Result<Vec<u8>, Fault> {
        match self.location()? {
            Location::Inline(bytes) => Ok(bytes),
            Location::File(path) => bytes_of(&path),
        }
    }

    /// Whether it may be read at once: its script is called as the source is, but for the ending, and
    /// the map is small.
    pub(super) fn is_small_and_called(&self, file_name: &str) -> bool {
        let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
        let is_small = || match self.location() {
            Ok(Location::File(path)) => {
                std::fs::metadata(path).is_ok_and(|there| there.len() <= MOST_BYTES_AT_ONCE)
            }
            Ok(Location::Inline(bytes)) => bytes.len() as u64 <= MOST_BYTES_AT_ONCE,
            Err(_) => true,
        };
        stem(self.script.file_name()) == stem(file_name) && is_small()
    }
}

fn bytes_of(path: &str) -> Result<Vec<u8>, Fault> {
    let fault = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Fault::Missing,
        _ => Fault::Unreadable(error.to_string()),
    };
    // A pipe would be waited for.
    if !std::fs::metadata(path).map_err(fault).map(|there| Metadata::is_file(&there))? {
        return Err(Fault::Unreadable("it is no file".to_owned()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(fault)?;
    file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(fault)?;
    Ok(bytes)
}
