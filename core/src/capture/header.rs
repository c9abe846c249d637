//! The fixed bytes at the front of a capture stream.
//!
//! Knows none of the records behind them. Invariant: what was written reads back equal.

use super::stream::{HEADER_BYTES, TOOK_AT, VERSION};
use crate::ids::ProbeId;
use crate::probe::ProbeKind;

/// What the hit path knows of a capture before it walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Index of the site in the registry.
    pub site: u32,
    /// Which probe.
    pub probe: ProbeId,
    /// Which revision of it.
    pub revision: u32,
    /// Counts captures within the probe, from 1.
    pub number: u64,
    /// Wall time.
    pub time_ns: u64,
    /// Monotonic time at which the capture began; its deadline counts from here.
    pub monotonic_ns: u64,
    /// The system's id of the thread.
    pub thread_id: u64,
}

impl Header {
    pub(super) fn bytes(&self, kind: ProbeKind, trace_id: [u8; 16]) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0] = VERSION;
        bytes[1] = u8::from(kind == ProbeKind::Log);
        bytes[4..8].copy_from_slice(&self.site.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.probe.to_bits().to_le_bytes());
        bytes[16..20].copy_from_slice(&self.revision.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.number.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.time_ns.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.monotonic_ns.to_le_bytes());
        bytes[56..64].copy_from_slice(&self.thread_id.to_le_bytes());
        bytes[64..80].copy_from_slice(&trace_id);
        bytes
    }
}

/// Writes into a finished stream how long the capture took.
pub fn set_took(stream: &mut [u8], took_ns: u64) {
    if let Some(bytes) = stream.get_mut(TOOK_AT..TOOK_AT + 8) {
        bytes.copy_from_slice(&took_ns.to_le_bytes());
    }
}

/// The site a stream says it came from: its plan is what the stream is read with.
pub fn site(stream: &[u8]) -> Option<u32> {
    let bytes = stream.get(4..8)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}
