//! The thread's name and the stack around a hit.
//!
//! Knows frames as names and lines. Invariant: the stack takes at most a quarter of the bytes, so that
//! deep stacks and long paths leave room for values; the probed frame is always written.

use super::names::Names;
use super::stream;
use super::writer::Writer;
use crate::host::Walker;

/// Bytes of a thread's name: the kernel allows 16, runtimes more.
const THREAD_BYTES: usize = 128;

/// Writes THREAD, FRAME and MORE_FRAMES, up to `end` bytes in all. Of no `frames` the probed one alone
/// is named and no other asked for: to walk the stack costs a runtime more than all else here.
pub(super) fn write<W: Walker, const N: usize>(
    walker: &W,
    (writer, names): (&mut Writer<'_>, &mut Names<N>),
    end: usize,
    frames: usize,
) {
    writer.set_limit(end / 4);
    let mark = writer.len();
    if !(writer.put([stream::THREAD]) && writer.text(walker.thread_name(), THREAD_BYTES)) {
        writer.truncate(mark);
    }
    let mut named = 0;
    while named < frames.max(1) {
        // Borrowed where it was put: moved, it would be read in other pieces than it was written in.
        let found = walker.frame(named);
        let Some(frame) = &found else { break };
        if named == 0 {
            writer.set_limit(end);
        }
        let mark = (writer.len(), names.defined());
        let written = writer.put([stream::FRAME])
            && names.write(&frame.file, writer)
            && names.write(&frame.function, writer)
            && writer.varint(u64::from(frame.line));
        writer.set_limit(end / 4);
        if !written {
            writer.truncate(mark.0);
            names.restore(mark.1);
            break;
        }
        named += 1;
    }
    writer.set_limit(end);
    if frames == 0 {
        return;
    }
    let more = walker.more_frames(named);
    if more.count > 0 {
        let mark = writer.len();
        let tag = if more.at_least { stream::AT_LEAST_FRAMES } else { stream::MORE_FRAMES };
        if !(writer.put([tag]) && writer.varint(u64::from(more.count))) {
            writer.truncate(mark);
        }
    }
}
