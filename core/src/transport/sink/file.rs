//! A file of results that turns over when it is full.
//!
//! Knows lines only. Invariant: readable by its owner alone, never more than four files of 64 MiB, and
//! a line that could not be written whole is taken back.

use crate::error::{Error, ErrorKind, Result};
use crate::snapshot::json::ServiceRef;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Bytes of one file.
const FILE_BYTES: u64 = 64 << 20;
/// Files, the one being written among them.
const FILES: u32 = 4;

/// The file.
#[derive(Debug)]
pub(super) struct Rotating {
    path: PathBuf,
    max_bytes: u64,
    open: Option<(File, u64)>,
    /// Files that had to go, each with what was in it.
    pub(super) dropped_files: u64,
}

impl Rotating {
    pub(super) fn new(folder: &Path, service: &ServiceRef) -> Self {
        let name = format!("{}-{}", service.name, service.instance.replace('/', "-"));
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
        let path = folder.join(format!("{}.jsonl", name.trim_start_matches('.')));
        Self { path, max_bytes: FILE_BYTES, open: None, dropped_files: 0 }
    }

    pub(super) fn write(&mut self, line: &[u8]) -> Result<()> {
        self.try_write(line).map_err(|error| {
            let path = self.path.display();
            Error::new(ErrorKind::Sink, format!("results cannot be written to {path}: {error}"))
        })
    }

    fn try_write(&mut self, line: &[u8]) -> io::Result<()> {
        let (mut file, mut len) = match self.open.take() {
            Some(open) => open,
            None => self.open()?,
        };
        if len > 0 && len + line.len() as u64 > self.max_bytes {
            self.turn_over()?;
            (file, len) = self.open()?;
        }
        let written = file.write_all(line);
        if written.is_err() {
            // Half a line would spoil the next; if this fails too, the reader sees it.
            let _ = file.set_len(len);
        } else {
            len += line.len() as u64;
        }
        self.open = Some((file, len));
        written
    }

    fn open(&self) -> io::Result<(File, u64)> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path)?;
        let len = file.metadata()?.len();
        Ok((file, len))
    }

    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        if number > 0 {
            name.push(format!(".{number}"));
        }
        PathBuf::from(name)
    }

    fn turn_over(&mut self) -> io::Result<()> {
        let oldest = self.numbered(FILES - 1);
        if oldest.exists() {
            fs::remove_file(&oldest)?;
            self.dropped_files += 1;
        }
        for number in (0..FILES - 1).rev() {
            let from = self.numbered(number);
            if from.exists() {
                fs::rename(from, self.numbered(number + 1))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn service() -> ServiceRef {
        ServiceRef { name: "../a b".into(), version: None, instance: "host/17".into() }
    }

    #[test]
    fn one_private_file_a_process_with_a_harmless_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut file = Rotating::new(&folder.path().join("new"), &service());
        file.write(b"one\n").expect("there is room");
        let path = folder.path().join("new/_a_b-host-17.jsonl");
        assert_eq!(fs::read(&path).expect("it is there"), b"one\n");
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn four_files_and_the_oldest_goes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut file = Rotating::new(folder.path(), &service());
        file.max_bytes = 8;
        for line in 0..14 {
            file.write(format!("{line:03}\n").as_bytes()).expect("there is room");
        }
        let read = |number| fs::read_to_string(file.numbered(number)).unwrap_or_default();
        assert_eq!(read(0), "012\n013\n");
        assert_eq!(read(3), "006\n007\n");
        assert_eq!(file.dropped_files, 3);
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 4);
    }

    #[test]
    fn what_cannot_be_opened_says_where() {
        let mut file = Rotating::new(Path::new("/proc/nowhere"), &service());
        let error = file.write(b"x\n").expect_err("nobody can write there");
        assert_eq!(error.kind(), ErrorKind::Sink);
        assert!(error.message().contains("/proc/nowhere"));
    }
}
