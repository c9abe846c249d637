//! The record of a log probe: one rendered line and the place it was said at.
//!
//! Knows no values: the template renders them. Invariant: like every capture, it never grows its
//! buffer and reads back whatever the template did.

use super::header::Header;
use super::plan::Plan;
use super::stream;
use super::walk::Walk;
use crate::condition::Template;
use crate::host::Walker;
use crate::limits::LOG_LINE_BYTES;
use crate::probe::ProbeKind;

/// Bytes for the header, the thread's name, and the longest file and function.
const PLACE_BYTES: usize = 3 << 10;

/// Renders one line into `out`, which is cleared and never grows past its capacity. A buffer with no
/// room for a line and its place stays empty.
pub fn log_line<W: Walker>(
    walker: &W,
    template: &Template,
    plan: &Plan,
    header: &Header,
    out: &mut Vec<u8>,
) {
    out.clear();
    if out.capacity() < PLACE_BYTES + LOG_LINE_BYTES {
        return;
    }
    {
        let mut walk = Walk::new(walker, &plan.limits, &plan.redaction, header, out);
        let trace_id = walker.trace_id().unwrap_or_default();
        walk.writer.put(header.bytes(ProbeKind::Log, trace_id));
        walk.stack(1);
    }
    out.extend_from_slice(&[stream::MESSAGE, 0, 0, 0, 0]);
    let start = out.len();
    template.render(walker, out);
    let len = u32::try_from(out.len() - start).unwrap_or(0);
    out[start - 4..start].copy_from_slice(&len.to_le_bytes());
    out.push(stream::END);
}
