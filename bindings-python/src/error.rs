//! The core's errors as Python's one exception, for explicit calls of the API; a hit never raises.
//!
//! The class is written in Python (`stillframe/_absent.py`), so that it is the same one where this
//! module does not fit. Invariant: each kind has one code, and a code never changes its meaning.

use pyo3::types::{PyAnyMethods, PyType};
use pyo3::{Bound, PyErr, PyResult, Python};
use stillframe_core::error::{Error, ErrorKind};

/// The exception's class.
pub(crate) fn class(py: Python<'_>) -> PyResult<Bound<'_, PyType>> {
    Ok(py.import("stillframe._absent")?.getattr("StillframeError")?.cast_into::<PyType>()?)
}

/// The exception for an error of the core.
pub(crate) fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    make(py, code(error.kind()), error.message(), error.hint())
}

/// The exception with this code, message and hint.
pub(crate) fn make(py: Python<'_>, code: &str, message: &str, hint: Option<&str>) -> PyErr {
    match class(py).and_then(|class| class.call1((code, message, hint))) {
        Ok(exception) => PyErr::from_value(exception),
        Err(other) => other,
    }
}

fn code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Condition => "condition",
        ErrorKind::Location => "location",
        ErrorKind::Limit => "limit",
        ErrorKind::Policy => "policy",
        ErrorKind::Unauthorized => "unauthorized",
        ErrorKind::Hub => "hub",
        ErrorKind::Sink => "sink",
        ErrorKind::Wire => "wire",
        ErrorKind::Unsupported => "unsupported",
        ErrorKind::Internal => "internal",
        // The core may grow kinds before this binding has a word for them.
        _ => "other",
    }
}
