//! The hook: how the interpreter is made to tell us that a line was reached.
//!
//! The one face of several mechanisms, one of which this interpreter's version has: `install`,
//! `uninstall`, `arm` and `disarm` of that one. Knows no mechanism's insides and not what a hit does.
//! Invariant: whichever it is, code without a site runs as if we were not there.

#[cfg(not(Py_3_11))]
mod frame_eval;
#[cfg(all(Py_3_11, not(Py_3_12)))]
mod inject;
#[cfg(Py_3_12)]
mod lines;
#[cfg(Py_3_12)]
mod monitoring;
#[cfg(Py_3_12)]
mod range;
#[cfg(not(Py_3_12))]
mod rewritten;
#[cfg(Py_3_12)]
mod table;

#[cfg(Py_3_12)]
pub(crate) use lines::executable_lines;
#[cfg(Py_3_12)]
pub(crate) use monitoring::{arm, arm_span, disarm, install, uninstall};
#[cfg(not(Py_3_12))]
pub(crate) use rewritten::{
    arm, arm_span, disarm, executable_lines, install, original_of, uninstall,
};

/// The code that `code` was made from, if it is ours; else itself. Nothing is made of code here.
#[cfg(Py_3_12)]
pub(crate) fn original_of<'py>(
    _py: pyo3::Python<'py>,
    code: &pyo3::Bound<'py, pyo3::PyAny>,
) -> Option<pyo3::Bound<'py, pyo3::PyAny>> {
    Some(code.clone())
}
