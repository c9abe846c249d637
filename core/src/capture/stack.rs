//! The thread's name and the stack around a hit.
//!
//! Knows frames as names and lines. Invariant: the stack takes at most a quarter of the bytes, so that
//! deep stacks and long paths leave room for values; the probed frame is always written.

use super::stream;
use super::walk::Walk;
use crate::host::Walker;

/// Bytes of a thread's name: the kernel allows 16, runtimes more.
const THREAD_BYTES: usize = 128;
/// Frames beyond those named that are counted. Each costs a step of the runtime's own stack walk.
const MAX_COUNTED: usize = 256;

pub(super) fn write<W: Walker>(walk: &mut Walk<'_, W>, frames: usize) {
    let end = walk.end;
    walk.writer.set_limit(end / 4);
    let mark = walk.mark();
    let name = walk.walker.thread_name();
    if !(walk.writer.put([stream::THREAD]) && walk.writer.text(name, THREAD_BYTES)) {
        walk.roll_back(mark);
    }
    let mut named = 0;
    while named < frames.max(1)
        && let Some(frame) = walk.walker.frame(named)
    {
        if named == 0 {
            walk.writer.set_limit(end);
        }
        let mark = walk.mark();
        let written = walk.writer.put([stream::FRAME])
            && walk.names.write(&frame.file, &mut walk.writer)
            && walk.names.write(&frame.function, &mut walk.writer)
            && walk.writer.varint(u64::from(frame.line));
        walk.writer.set_limit(end / 4);
        if !written {
            walk.roll_back(mark);
            break;
        }
        named += 1;
    }
    walk.writer.set_limit(end);
    let more = (named..named + MAX_COUNTED).take_while(|at| walk.walker.frame(*at).is_some());
    let more = more.count() as u64;
    if more > 0 {
        let mark = walk.mark();
        if !(walk.writer.put([stream::MORE_FRAMES]) && walk.writer.varint(more)) {
            walk.roll_back(mark);
        }
    }
}
