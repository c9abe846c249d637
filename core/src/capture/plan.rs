//! What a site's captures do, decided when the probe is installed.
//!
//! Knows no runtime. Invariant: immutable and shared, so that a hit only reads it.

use crate::condition::Program;
use crate::limits::CaptureLimits;
use crate::redaction::Redaction;

/// A watch, compiled for its site.
#[derive(Debug)]
pub struct WatchPlan {
    /// As typed.
    pub expression: Box<str>,
    /// Compiled.
    pub program: Program,
}

/// What a capture at one site takes.
#[derive(Debug, Default)]
pub struct Plan {
    /// How much.
    pub limits: CaptureLimits,
    /// What besides the variables.
    pub watches: Vec<WatchPlan>,
    /// What never.
    pub redaction: Redaction,
}
