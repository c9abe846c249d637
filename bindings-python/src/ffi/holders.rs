//! Who holds certain code objects now: functions, and frames that wait in a generator.
//!
//! Walks what the collector tracks, in stretches. Knows nothing of why it is asked. Invariant: what is
//! found is dealt with on the spot and never held, because its end would run code of the application
//! on our thread.

use super::collector::{Stretch, Walk};
#[cfg(Py_3_11)]
use super::exchange::put_function_code;
use super::heap::all_at_once;
#[cfg(not(Py_3_11))]
use super::layout::frame;
use super::layout::generator;
use super::object::Obj;
use pyo3::Python;
use std::time::{Duration, Instant};

/// How long a walk holds the GIL before it lets others have it.
const STRETCH: Duration = Duration::from_millis(4);

/// Has every function whose code `instead` names other code for run that. How many frames wait in
/// one of `without` for their generator, coroutine or asynchronous generator to go on.
#[cfg(Py_3_11)]
pub(crate) fn exchange_code(
    py: Python<'_>,
    instead: impl Fn(Obj) -> Option<Obj>,
    without: &[Obj],
) -> usize {
    let mut waiting = 0;
    each(py, |object| {
        let ty = object.ty();
        if ty.is_function() {
            if let Some(new) = object.function_code().and_then(&instead) {
                put_function_code(object, new);
            }
        } else if ty.is_suspended() {
            waiting += usize::from(waits_in(object, without));
        }
    });
    waiting
}

/// How many frames wait in one of `codes`.
#[cfg(not(Py_3_11))]
pub(crate) fn waiting_frames(py: Python<'_>, codes: &[Obj]) -> usize {
    let mut waiting = 0;
    each(py, |object| {
        waiting += usize::from(object.ty().is_suspended() && waits_in(object, codes));
    });
    waiting
}

/// Whether the frame of a generator waits in one of `codes`. One that has not begun does: its code
/// was decided when the generator was made.
#[cfg(Py_3_11)]
fn waits_in(generator: Obj, codes: &[Obj]) -> bool {
    let state: i8 = generator.field(generator::STATE);
    state < generator::EXECUTING
        && generator.suspended_code().is_some_and(|code| codes.contains(&code))
}

/// Whether the frame of a generator waits in one of `codes`. One that has not begun does not: it is
/// given other code when it does.
#[cfg(not(Py_3_11))]
fn waits_in(generator: Obj, codes: &[Obj]) -> bool {
    let Some(frame) = generator.slot(generator::FRAME) else { return false };
    let last: i32 = frame.field(frame::INSTRUCTION);
    last >= 0 && frame.slot(frame::CODE).is_some_and(|code| codes.contains(&code)) && {
        #[cfg(Py_3_10)]
        let is_running = frame.field::<i8>(frame::STATE) >= frame::EXECUTING;
        #[cfg(not(Py_3_10))]
        let is_running = generator.field::<i8>(generator::RUNNING) != 0;
        !is_running
    }
}

/// 3 to 6 ns an object that the collector tracks.
fn each(py: Python<'_>, mut visit: impl FnMut(Obj)) {
    let Some(mut walk) = Walk::new(py) else { return all_at_once::visit(py, visit) };
    while walk.stretch(py, Instant::now() + STRETCH, &mut visit) != Stretch::Done {
        py.detach(std::thread::yield_now);
    }
}
