//! Sizes: how much of a value a capture may visit. Defaults and ceilings, and nothing else.
//!
//! Knows neither rates (`quota`) nor the walk itself. Invariant: a `CaptureLimits` that exists lies
//! at or below the ceiling in every field.

use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// Bounds of one capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CaptureLimits {
    /// Levels of children below a variable.
    pub depth: u32,
    /// Elements or entries taken of one collection.
    pub items: u32,
    /// Fields taken of one object.
    pub fields: u32,
    /// Bytes of UTF-8 taken of one string or byte string.
    pub string_bytes: u32,
    /// Bytes of one snapshot's capture stream.
    pub snapshot_bytes: u32,
    /// Stack frames named.
    pub frames: u32,
    /// Nanoseconds the walk may take on the application's thread.
    pub deadline_ns: u64,
}

impl CaptureLimits {
    /// What a probe gets that asks for nothing else. Depth, items and string length follow
    /// Datadog's (3, 100, 255) and Google Cloud Debugger's (256) defaults.
    pub const DEFAULT: Self = Self {
        depth: 3,
        items: 100,
        fields: 50,
        string_bytes: 256,
        snapshot_bytes: 64 << 10,
        frames: 30,
        deadline_ns: 10_000_000,
    };

    /// What no probe may exceed.
    pub const CEILING: Self = Self {
        depth: 10,
        items: 10_000,
        fields: 1_000,
        string_bytes: 64 << 10,
        snapshot_bytes: 64 << 10,
        frames: 100,
        deadline_ns: 100_000_000,
    };

    /// These limits if none is beyond its ceiling, else `Limit` naming the first that is.
    pub fn checked(self) -> Result<Self> {
        let ceiling = Self::CEILING;
        let pairs = [
            ("depth", u64::from(self.depth), u64::from(ceiling.depth)),
            ("items", u64::from(self.items), u64::from(ceiling.items)),
            ("fields", u64::from(self.fields), u64::from(ceiling.fields)),
            ("string_bytes", u64::from(self.string_bytes), u64::from(ceiling.string_bytes)),
            ("snapshot_bytes", u64::from(self.snapshot_bytes), u64::from(ceiling.snapshot_bytes)),
            ("frames", u64::from(self.frames), u64::from(ceiling.frames)),
            ("deadline_ns", self.deadline_ns, ceiling.deadline_ns),
        ];
        match pairs.into_iter().find(|(_, value, most)| value > most) {
            None => Ok(self),
            Some((name, value, most)) => Err(Error::new(
                ErrorKind::Limit,
                format!("{name} is {value}, and at most {most} is possible"),
            )),
        }
    }
}

impl Default for CaptureLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Bytes of one string in a watch: a watch was asked for by name, so it may say more.
pub const WATCH_STRING_BYTES: u32 = 2_048;
/// Bytes of source text of a condition, watch or log template.
pub const MAX_SOURCE_BYTES: usize = 4 << 10;
/// Watches of one probe.
pub const MAX_WATCHES: usize = 32;
/// Bytes one value may take in a rendered log line.
pub const LOG_VALUE_BYTES: usize = 1 << 10;
/// Bytes of one rendered log line.
pub const LOG_LINE_BYTES: usize = 4 << 10;
/// Bytes of stack that the walk may use on the application's thread.
pub const WALK_STACK_BYTES: usize = 16 << 10;
/// Probes that one process can hold at a time.
pub const MAX_PROBES: usize = 256;
/// Of these, time probes: each holds 230 KiB of histogram and passages under way.
pub const MAX_TIME_PROBES: usize = 16;
/// Passages of one time probe that can be under way at once: deep recursion, and the tasks of a busy
/// event loop.
pub const MAX_PASSAGES: usize = 3_072;
