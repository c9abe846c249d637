//! `co_exceptiontable` of CPython 3.11: which stretch of code is guarded by which handler.
//!
//! Knows the format. Invariant: entries stay in order and apart, as the interpreter's search
//! expects.

use crate::decode::Body;
use crate::varint::{Reader, write_highest_first};
use crate::{Code, Refusal, Version};

/// A guarded stretch, in units; the handler is an instruction's index in old code, and a unit in new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Guard {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) handler: u32,
    /// Depth the stack is cut to, and in the lowest bit whether the instruction is pushed.
    pub(crate) depth: u32,
}

/// The guards of the code; none before 3.11, whose blocks are instructions.
pub(crate) fn read(code: &Code<'_>, body: &Body) -> Result<Vec<Guard>, Refusal> {
    if code.version != Version::V311 {
        let fits = code.exceptions.is_empty();
        return if fits { Ok(Vec::new()) } else { Err(Refusal::Damaged("handlers before 3.11")) };
    }
    let mut reader = Reader::new(code.exceptions);
    let mut guards = Vec::with_capacity(code.exceptions.len() / 4);
    let mut last = 0;
    while !reader.is_empty() {
        let guard = guard(&mut reader, body).ok_or(Refusal::Damaged("a handler leads nowhere"))?;
        if guard.start < last || guard.end <= guard.start || guard.end > body.units {
            return Err(Refusal::Damaged("guarded stretches overlap"));
        }
        last = guard.end;
        guards.push(guard);
    }
    Ok(guards)
}

fn guard(reader: &mut Reader<'_>, body: &Body) -> Option<Guard> {
    let start = reader.highest_first()?;
    let end = start.checked_add(reader.highest_first()?)?;
    let handler = reader.highest_first()?;
    let depth = reader.highest_first()?;
    let handler = body.at(handler)?;
    // Stretches begin and end between instructions.
    let is_whole = body.at(start).is_some() && (end == body.units || body.at(end).is_some());
    is_whole.then_some(Guard { start, end, handler, depth })
}

/// The table of `guards`.
pub(crate) fn write(guards: &[Guard]) -> Vec<u8> {
    let mut out = Vec::with_capacity(guards.len() * 6);
    for guard in guards {
        write_highest_first(&mut out, guard.start, true);
        write_highest_first(&mut out, guard.end - guard.start, false);
        write_highest_first(&mut out, guard.handler, false);
        write_highest_first(&mut out, guard.depth, false);
    }
    out
}
