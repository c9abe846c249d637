//! Who goes on in code that a hook is not in: frames that began before it came.
//!
//! Asks the interpreter's own attributes. Invariant: a frame is counted once, whether it runs or waits.

use crate::ffi::Obj;
use pyo3::types::{PyAnyMethods, PyDict, PyDictMethods};
use pyo3::{PyResult, Python};

/// How many frames run in one of `codes`, besides those that wait there, as people read it; `None` if
/// none does either.
pub(crate) fn unreached(py: Python<'_>, codes: &[Obj], waiting: usize) -> PyResult<Option<String>> {
    if codes.is_empty() {
        return Ok(None);
    }
    let mut running = 0_usize;
    let frames = py.import("sys")?.call_method0("_current_frames")?.cast_into::<PyDict>()?;
    for mut frame in frames.values() {
        while !frame.is_none() {
            running += usize::from(codes.contains(&Obj::of(&frame.getattr("f_code")?)));
            frame = frame.getattr("f_back")?;
        }
    }
    Ok(said(running, waiting))
}

fn said(running: usize, waiting: usize) -> Option<String> {
    let frames = |count: usize, what: &str| {
        let ending = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {what} frame{ending}"))
    };
    let parts: Vec<String> =
        frames(running, "running").into_iter().chain(frames(waiting, "suspended")).collect();
    let keep = if running + waiting == 1 { "keeps" } else { "keep" };
    (!parts.is_empty()).then(|| format!("{} {keep} the old code", parts.join(" and ")))
}
