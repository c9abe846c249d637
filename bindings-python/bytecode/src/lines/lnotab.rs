//! `co_lnotab` of CPython 3.9: pairs of a step in bytes and a signed step in lines.
//!
//! Knows addresses and lines. Invariant: a table whose code did not change is written as it was.

use super::Span;
use crate::Code;
use crate::assemble::Layout;
use crate::decode::Body;

/// The most bytes one pair can step.
const MAX_STEP: u64 = 255;

/// The span of every instruction; the format has no last lines.
pub(crate) fn read(code: &Code<'_>, body: &Body) -> Vec<Span> {
    let (pairs, _) = code.lines.as_chunks::<2>();
    let mut pairs = pairs.iter().peekable();
    let (mut address, mut line) = (0_u64, i64::from(code.first_line));
    let span = |instruction: &crate::decode::Instruction| {
        let here = u64::from(instruction.start) * 2;
        while let Some([step, lines]) =
            pairs.next_if(|[step, _]| address + u64::from(*step) <= here)
        {
            address += u64::from(*step);
            line += i64::from(lines.cast_signed());
        }
        Span::new(line, line)
    };
    body.instructions.iter().map(span).collect()
}

/// The table of the code as laid out.
pub(crate) fn write(code: &Code<'_>, layout: &Layout) -> Vec<u8> {
    let mut out = Vec::with_capacity(code.lines.len() + 8);
    let (pairs, rest) = code.lines.as_chunks::<2>();
    let (mut old, mut written) = (0_u64, 0_u64);
    for (index, [step, lines]) in pairs.iter().enumerate() {
        old += u64::from(*step);
        let is_part = *lines == 0 && u64::from(*step) == MAX_STEP && index + 1 < pairs.len();
        // The first part of a step that no single pair can say.
        if is_part {
            continue;
        }
        let new = layout.moved_byte(old);
        let mut left = new.saturating_sub(written);
        // As the compiler does it, which leaves a step of 0 behind two of 255.
        if left > MAX_STEP {
            (0..left / MAX_STEP).for_each(|_| out.extend([255, 0]));
            left %= MAX_STEP;
        }
        out.extend([u8::try_from(left).unwrap_or(255), *lines]);
        written = new.max(written);
    }
    out.extend(rest);
    out
}
