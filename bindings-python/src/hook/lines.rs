//! Which lines of a code object fire events, and at which instructions.
//!
//! Works on `co_lines` and `co_positions` as the interpreter shows them. Knows no probes. Invariant:
//! a line it names executable fires at least once whenever its statement runs.

use pyo3::types::{PyAnyMethods, PyBytes, PyBytesMethods};
use pyo3::{Bound, PyAny, PyResult};

/// A stretch of instructions of one line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) line: Option<u32>,
}

/// How a line begins.
#[derive(Debug, Default)]
pub(crate) struct Starts {
    /// The line runs together with the function's own start, so it has no line event (3.13).
    pub(crate) needs_start_event: bool,
    /// Instructions where a line event is not a new execution but the rest of a statement that
    /// spans lines.
    pub(crate) continued: Vec<u32>,
}

/// Lines that execute in `code`, ascending; those of functions inside it are left out.
pub(crate) fn executable_lines(code: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
    let prologue = prologue_end(code)?;
    let stretches = stretches(code)?;
    let running = stretches.iter().filter(|stretch| stretch.end > prologue);
    let mut lines: Vec<u32> = running.filter_map(|stretch| stretch.line).collect();
    lines.sort_unstable();
    lines.dedup();
    Ok(lines)
}

/// How `line` begins in `code`.
pub(crate) fn starts_of(code: &Bound<'_, PyAny>, line: u32) -> PyResult<Starts> {
    let prologue = prologue_end(code)?;
    let mut starts = Vec::new();
    let mut current = None;
    for stretch in stretches(code)? {
        let Some(number) = stretch.line else { continue };
        if current != Some(number) {
            current = Some(number);
            // An event before the function's first instruction proper never fires.
            if number == line && stretch.start >= prologue {
                starts.push((stretch.start, stretch.start));
            }
        }
    }
    if starts.is_empty() {
        return Ok(Starts { needs_start_event: true, ..Starts::default() });
    }
    let spans = spans(code)?;
    let continued = starts.iter().skip(1).filter_map(|(start, _)| {
        let index = (*start / 2) as usize;
        let (first, last) = spans.get(index).copied().flatten()?;
        let (before, _) = index.checked_sub(1).and_then(|at| spans.get(at).copied().flatten())?;
        // An operation whose own text spans lines, right behind one of its later lines, is the
        // end of what began at its first line.
        (first == line && last > line && before > line && before <= last).then_some(*start)
    });
    Ok(Starts { needs_start_event: false, continued: continued.collect() })
}

/// First instruction behind the setting up of the frame, in bytes.
fn prologue_end(code: &Bound<'_, PyAny>) -> PyResult<u32> {
    let resume: u8 = code.py().import("opcode")?.getattr("opmap")?.get_item("RESUME")?.extract()?;
    let bytes = code.getattr("co_code")?.cast_into::<PyBytes>()?;
    let at = bytes.as_bytes().chunks_exact(2).position(|unit| unit[0] == resume);
    Ok(at.map_or(0, |at| u32::try_from(at * 2 + 2).unwrap_or(0)))
}

/// The stretches of a code object, in the order of its instructions.
pub(super) fn stretches(code: &Bound<'_, PyAny>) -> PyResult<Vec<Stretch>> {
    let lines = code.call_method0("co_lines")?.try_iter()?;
    lines
        .map(|entry| {
            let (start, end, line): (u32, u32, Option<u32>) = entry?.extract()?;
            Ok(Stretch { start, end, line: line.filter(|line| *line > 0) })
        })
        .collect()
}

/// First and last line of the source text of each instruction.
fn spans(code: &Bound<'_, PyAny>) -> PyResult<Vec<Option<(u32, u32)>>> {
    let positions = code.call_method0("co_positions")?.try_iter()?;
    positions
        .map(|entry| {
            type Position = (Option<u32>, Option<u32>, Option<u32>, Option<u32>);
            let (first, last, _, _): Position = entry?.extract()?;
            Ok(first.zip(last))
        })
        .collect()
}
