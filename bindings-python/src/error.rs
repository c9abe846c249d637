//! The core's errors as exceptions, for explicit calls of the API; a hit never raises.
//!
//! Invariant: the match is exhaustive for the kinds this build knows; each kind has one exception.

use pyo3::exceptions::{
    PyConnectionError, PyNotImplementedError, PyOSError, PyPermissionError, PyRuntimeError,
    PyValueError,
};
use pyo3::{PyErr, create_exception};
use stillframe_core::error::{Error, ErrorKind};

create_exception!(
    stillframe,
    ConditionError,
    PyValueError,
    "A condition, watch or log template does not parse or would run application code."
);
create_exception!(
    stillframe,
    LocationError,
    PyValueError,
    "A file, function or line is unknown, ambiguous or differs from the one meant."
);

/// The exception for an error of the core.
pub(crate) fn to_python(error: Error) -> PyErr {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::Condition => ConditionError::new_err(text),
        ErrorKind::Location => LocationError::new_err(text),
        ErrorKind::Limit => PyValueError::new_err(text),
        ErrorKind::Policy | ErrorKind::Unauthorized => PyPermissionError::new_err(text),
        ErrorKind::Hub => PyConnectionError::new_err(text),
        ErrorKind::Sink => PyOSError::new_err(text),
        ErrorKind::Unsupported => PyNotImplementedError::new_err(text),
        ErrorKind::Wire | ErrorKind::Internal => PyRuntimeError::new_err(text),
        // The core may grow kinds before this binding knows them.
        _ => PyRuntimeError::new_err(text),
    }
}
