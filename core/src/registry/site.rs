//! One place in one process where a probe sits, with the programs compiled for exactly that code.
//!
//! Knows no runtime. Invariant: immutable from when the registry holds it, so a hit only reads it.

use super::Probe;
use crate::capture::Plan;
use crate::condition::{Program, Template};
use crate::host::Span;
use crate::probe::ArmedAt;
use std::sync::Arc;

/// What a captured hit leaves.
#[derive(Debug)]
pub enum Action {
    /// A snapshot.
    Snap,
    /// A line.
    Log(Template),
    /// Nothing but its count.
    Count,
    /// The duration of a passage, with the stopwatch of this number.
    Time {
        /// Number among the process's stopwatches.
        stopwatch: u32,
        /// What is timed.
        span: Span,
    },
}

/// A site.
#[derive(Debug)]
pub struct Site {
    /// Its index in the registry.
    pub index: u32,
    /// Its probe.
    pub probe: Arc<Probe>,
    /// What must be true.
    pub condition: Option<Program>,
    /// What a captured hit leaves.
    pub action: Action,
    /// How much a capture takes.
    pub plan: Plan,
    /// The binding's handle of the code.
    pub code: u64,
    /// The line of the hook.
    pub line: u32,
    /// Attribute names of all its programs.
    pub attrs: Box<[Box<str>]>,
    /// Where it sits, for people.
    pub at: ArmedAt,
    /// Said with every snapshot.
    pub notes: Vec<String>,
}
