//! Where a function is hooked whose passages are timed, and what each of these places says.
//!
//! Knows code by its lines and flags. A frame runs hooked code from its begin or not at all, so every
//! line of a timed range may be where a passage begins. Invariant: nothing is told of a frame that was
//! not told to have begun.

use super::source::{executable_lines, executes};
use pyo3::types::PyAnyMethods;
use pyo3::{Bound, PyAny, PyResult};
use stillframe_bytecode::Spot;
use stillframe_core::host::{Moment, Span};

/// `CO_GENERATOR`, `CO_COROUTINE` and `CO_ASYNC_GENERATOR`.
const WAITS: i32 = 0x20 | 0x80 | 0x200;

/// Each place and what it tells.
pub(super) fn spots(code: &Bound<'_, PyAny>, span: Span) -> PyResult<Vec<(Spot, Moment)>> {
    let mut spots = vec![(Spot::Start, Moment::Begin)];
    if cfg!(Py_3_11) {
        spots.extend(ends(code)?);
    }
    if let Span::Lines { first, last } = span {
        let inside = |line: &u32| (first..=last).contains(line);
        let moment =
            |line| if inside(&line) { Moment::Enter { afresh: false } } else { Moment::Out };
        let lines = executable_lines(code)?;
        spots.extend(lines.into_iter().map(|line| (Spot::Line(line), moment(line))));
    }
    Ok(spots)
}

/// Where a frame is suspended, goes on and ends; before 3.11 whoever evaluates the frame sees it.
fn ends(code: &Bound<'_, PyAny>) -> PyResult<Vec<(Spot, Moment)>> {
    let mut spots = vec![(Spot::Unwind, Moment::Raise)];
    // A function may end by exceptions alone, and a generator may only delegate.
    for (spot, moment) in [
        (Spot::Exit, Moment::Return),
        (Spot::Yield, Moment::Suspend),
        (Spot::Resume, Moment::Resume),
    ] {
        if executes(code, spot)? {
            spots.push((spot, moment));
        }
    }
    Ok(spots)
}

/// What is not seen of code that waits for other code: CPython 3.11 finds its way by the instructions
/// of an `await`, so no hook can stand among them.
pub(super) fn unseen(code: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let note =
        "on this version of Python running includes what it waits in `await` and `yield from`";
    let flags: i32 = code.getattr("co_flags")?.extract()?;
    Ok((cfg!(Py_3_11) && flags & WAITS != 0).then(|| note.to_owned()))
}
