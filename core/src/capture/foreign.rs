//! Captures whose variables are written by the runtime's own language.
//!
//! The core writes what stands before them and says where to go on; the shipper checks the whole as if
//! a stranger had written it. Invariant: nothing here is written beyond half of the capture's bytes, so
//! that there is room for the variables.

use super::header::Header;
use super::plan::Plan;
use super::stream;
use super::walk;
use crate::host::Walker;

/// Where the writer of the variables goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Names defined so far.
    pub names: u16,
    /// Objects opened so far: the ordinal of the next.
    pub objects: u16,
    /// Bytes at which the stream must have ended, its end included.
    pub end: usize,
}

/// Writes header, thread, stack and watches into `out`, which is cleared and never grows past its
/// capacity; `None` where it has no room for a stream. About 100 ns besides what the stack costs.
pub fn begin<W: Walker>(
    walker: &W,
    plan: &Plan,
    header: &Header,
    out: &mut Vec<u8>,
) -> Option<Begun> {
    out.clear();
    if out.capacity() < stream::MIN_BYTES {
        return None;
    }
    let end = (plan.limits.snapshot_bytes as usize).clamp(stream::MIN_BYTES, out.capacity());
    let (names, objects) = walk::prefix(walker, plan, header, out);
    Some(Begun { names, objects, end })
}
