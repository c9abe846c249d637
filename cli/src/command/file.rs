//! `show FILE` and `tail FILE`: what a sink wrote, one object a line.
//!
//! Knows the file, no hub. Invariant: a line that is no object of ours is said and skipped, a line
//! that is not complete yet waits.

use super::follow::{Incoming, print_snapshot};
use super::interrupt;
use crate::fail::{Exit, Failure, Result};
use crate::output::Output;
use crate::screen::text::clean;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// How often a file that is read along is looked at.
const LOOK_PERIOD: Duration = Duration::from_millis(200);

/// Whether a word is meant as a path and not as an id.
pub(crate) fn is_path(word: &str) -> bool {
    word.ends_with(".jsonl")
        || word.starts_with('/')
        || word.starts_with("./")
        || word.starts_with("../")
        || Path::new(word).is_file()
}

/// The lines of a file that may still grow.
struct Lines {
    source: BufReader<File>,
    /// What was read of a line that has no end yet.
    begun: Vec<u8>,
    number: u64,
}

impl Lines {
    fn open(path: &str) -> Result<Self> {
        let shown = clean(path);
        let failed = |error: std::io::Error| {
            Failure::new(Exit::NotFound, "file", format!("{shown} cannot be read: {error}"))
                .next("a sink writes SERVICE-HOST-PID.jsonl into its folder")
        };
        let file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        Ok(Self { source: BufReader::new(file), begun: Vec::new(), number: 0 })
    }

    /// The next complete line, or nothing yet; at the end also one without its line end.
    fn next(&mut self, whole_file: bool) -> Result<Option<Vec<u8>>> {
        self.source.read_until(b'\n', &mut self.begun).map_err(|error| {
            Failure::new(Exit::Failed, "file", format!("the file cannot be read on: {error}"))
        })?;
        let complete = self.begun.pop_if(|byte| *byte == b'\n').is_some();
        if !complete && (!whole_file || self.begun.is_empty()) {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(std::mem::take(&mut self.begun)))
    }
}

fn object(line: &[u8]) -> Option<Value> {
    let value = serde_json::from_slice::<Value>(line).ok()?;
    value.get("type")?.as_str().is_some().then_some(value)
}

fn print(lines: &mut Lines, whole_file: bool, output: &Output, bad: &mut u64) -> Result<()> {
    while let Some(line) = lines.next(whole_file)? {
        match object(&line) {
            Some(data) if output.json => output.data(&data)?,
            Some(data) => print_snapshot(&data, output)?,
            None if line.iter().all(u8::is_ascii_whitespace) => {}
            None => {
                *bad += 1;
                output.remark(&format!("line {} is no object of a sink: skipped", lines.number));
            }
        }
    }
    Ok(())
}

/// Shows everything in a file.
pub(crate) fn show(path: &str, output: &Output) -> Result<()> {
    let mut bad = 0;
    if output.json {
        let mut lines = Lines::open(path)?;
        let mut list = Vec::new();
        while let Some(line) = lines.next(true)? {
            match object(&line) {
                Some(data) => list.push(data),
                None => bad += u64::from(!line.iter().all(u8::is_ascii_whitespace)),
            }
        }
        output.data(&list)?;
    } else {
        print(&mut Lines::open(path)?, true, output, &mut bad)?;
    }
    match bad {
        0 => Ok(()),
        bad => Err(Failure::new(Exit::Failed, "file", format!("{bad} lines could not be read"))
            .next("a file that another program wrote to, or the end of a full disk")),
    }
}

/// Shows what is in a file and what is added to it, until Ctrl-C.
pub(crate) fn tail(path: &str, output: &Output) -> Result<()> {
    let mut lines = Lines::open(path)?;
    let (sender, incoming) = mpsc::channel();
    interrupt::listen(sender)?;
    let mut bad = 0;
    loop {
        print(&mut lines, false, output, &mut bad)?;
        match incoming.recv_timeout(LOOK_PERIOD) {
            Ok(Incoming::Interrupt) => return Err(Failure::interrupted()),
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_growing_file_is_read_line_by_line() {
        let mut temp = tempfile::NamedTempFile::new().expect("a file");
        write!(temp, "{{\"type\":\"log\"}}\n{{\"type\":").expect("written");
        let path = temp.path().to_str().expect("a path").to_owned();
        let mut lines = Lines::open(&path).expect("opened");
        assert!(lines.next(false).expect("read").is_some());
        assert_eq!(lines.next(false).expect("read"), None);
        writeln!(temp, "\"log\"}}").expect("written");
        let line = lines.next(false).expect("read").expect("complete now");
        assert!(object(&line).is_some());
        assert_eq!(object(b"[1]"), None);
    }

    #[test]
    fn a_path_is_told_from_an_id() {
        assert!(is_path("./p7k2") && is_path("/a") && is_path("x.jsonl") && !is_path("p7k2"));
        assert_eq!(Lines::open("/nonexistent.jsonl").err().map(|f| f.exit), Some(Exit::NotFound));
    }
}
