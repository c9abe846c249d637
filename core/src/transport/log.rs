//! What the agent says on the application's stderr: little, and each reason once a minute.
//!
//! Knows no logger of the host's. Invariant: one line, one `write`, prefix `stillframe:`, and no lock
//! of the standard library's: a thread that held it may not exist in a forked child.

use crate::clock;
use crate::error::{Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::str::FromStr;
use std::sync::Mutex;

/// How often one reason may be said.
const INTERVAL_NS: u64 = 60_000_000_000;
/// Reasons remembered; beyond them the oldest is forgotten.
const MAX_REASONS: usize = 64;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Off,
    /// What keeps the agent from working.
    Error,
    /// What a person should know of: the default.
    Warn,
    /// What it does.
    Info,
    /// How it does it.
    Debug,
}

impl FromStr for Level {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "off" | "none" | "false" => Ok(Self::Off),
            "error" => Ok(Self::Error),
            "warn" | "warning" => Ok(Self::Warn),
            "info" => Ok(Self::Info),
            "debug" | "trace" => Ok(Self::Debug),
            other => Err(Error::new(
                ErrorKind::Limit,
                format!("{other:?} is no level; they are off, error, warn, info and debug"),
            )),
        }
    }
}

/// The agent's voice.
#[derive(Debug)]
pub struct Log {
    level: Level,
    said: Mutex<BTreeMap<&'static str, u64>>,
}

impl Log {
    /// A log that says what is at or above `level`.
    pub fn new(level: Level) -> Self {
        Self { level, said: Mutex::new(BTreeMap::new()) }
    }

    /// Says `text` on stderr unless `reason` was given within the last minute.
    pub fn say(&self, level: Level, reason: &'static str, text: impl fmt::Display) {
        if level > self.level || !self.may_say(reason, clock::monotonic_ns()) {
            return;
        }
        let line: String =
            text.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        // A duplicate of the descriptor: `std::io::stderr` would take a lock.
        if let Ok(descriptor) = std::io::stderr().as_fd().try_clone_to_owned() {
            let written =
                File::from(descriptor).write_all(format!("stillframe: {line}\n").as_bytes());
            // There is nobody to tell that stderr is gone.
            drop(written);
        }
    }

    fn may_say(&self, reason: &'static str, now_ns: u64) -> bool {
        // Whoever holds the lock is about to speak, or died with a fork: silence is right for both.
        let Ok(mut said) = self.said.try_lock() else { return false };
        if said.get(reason).is_some_and(|then| now_ns.saturating_sub(*then) < INTERVAL_NS) {
            return false;
        }
        if said.len() >= MAX_REASONS {
            let oldest = said.iter().min_by_key(|(_, then)| **then).map(|(reason, _)| *reason);
            oldest.map(|reason| said.remove(reason));
        }
        said.insert(reason, now_ns);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_given_once_a_minute() {
        let log = Log::new(Level::Warn);
        assert!(log.may_say("hub", 1));
        assert!(!log.may_say("hub", INTERVAL_NS));
        assert!(log.may_say("sink", 2));
        assert!(log.may_say("hub", INTERVAL_NS + 1));
    }

    #[test]
    fn levels_are_ordered_and_named() {
        assert!(Level::Error < Level::Warn && Level::Off < Level::Error);
        assert_eq!("WARNING".parse(), Ok(Level::Warn));
        assert!("loud".parse::<Level>().is_err());
    }
}
