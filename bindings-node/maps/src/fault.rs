//! Why a map says nothing.
//!
//! Invariant: each is a fragment that fits behind the name of the map.

use std::fmt;

/// What is wrong with a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no such file.
    Missing,
    /// The file cannot be read.
    Unreadable(String),
    /// It lies where nothing is fetched from.
    Elsewhere,
    /// Longer than what is read.
    TooLong,
    /// No JSON, or not of the form of a map.
    NoMap(String),
    /// It has no mappings, or none that name a source.
    NoMappings,
    /// Its mappings make no sense.
    Malformed(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is not there"),
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::Elsewhere => f.write_str("is not on this machine's disk"),
            Self::TooLong => f.write_str("is longer than what is read of a map"),
            Self::NoMap(why) => write!(f, "is no source map: {why}"),
            Self::NoMappings => f.write_str("has no mappings"),
            Self::Malformed(why) => write!(f, "has mappings that make no sense: {why}"),
        }
    }
}
