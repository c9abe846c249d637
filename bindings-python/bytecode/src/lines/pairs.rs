//! `co_linetable` of CPython 3.10: ranges as pairs of a length in bytes and a signed step in lines.
//!
//! Knows addresses and lines. Invariant: a table whose code did not change is written as it was.

use super::Span;
use crate::assemble::Layout;
use crate::decode::Body;
use crate::{Code, Refusal};

/// The step in lines that says: none.
const NO_LINE: u8 = 0x80;
/// The most bytes one pair can say.
const MAX_LENGTH: u64 = 254;

/// The span of every instruction; the format has no last lines.
pub(crate) fn read(code: &Code<'_>, body: &Body) -> Result<Vec<Span>, Refusal> {
    let (pairs, _) = code.lines.as_chunks::<2>();
    let mut spans = Vec::with_capacity(body.instructions.len());
    let (mut end, mut line) = (0_u64, i64::from(code.first_line));
    let mut instructions = body.instructions.iter().peekable();
    for [length, lines] in pairs {
        if length % 2 != 0 {
            return Err(Refusal::Damaged("a range of lines ends within an instruction"));
        }
        end += u64::from(*length);
        let has_line = *lines != NO_LINE;
        if has_line {
            line += i64::from(lines.cast_signed());
        }
        while instructions.next_if(|one| u64::from(one.start) * 2 < end).is_some() {
            spans.push(if has_line { Span::new(line, line) } else { Span::default() });
        }
    }
    if instructions.next().is_some() {
        return Err(Refusal::Damaged("the table of lines ends before the code"));
    }
    Ok(spans)
}

/// The table of the code as laid out.
pub(crate) fn write(code: &Code<'_>, layout: &Layout) -> Vec<u8> {
    let mut out = Vec::with_capacity(code.lines.len() + 8);
    let (pairs, rest) = code.lines.as_chunks::<2>();
    let mut end = 0_u64;
    for [length, lines] in pairs {
        let start = layout.moved_byte(end);
        end += u64::from(*length);
        let mut left = layout.moved_byte(end).saturating_sub(start);
        let mut step = *lines;
        while left > MAX_LENGTH {
            out.extend([254, step]);
            step = if step == NO_LINE { NO_LINE } else { 0 };
            left -= MAX_LENGTH;
        }
        out.extend([u8::try_from(left).unwrap_or(254), step]);
    }
    out.extend(rest);
    out
}
