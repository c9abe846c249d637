//! The core's errors as Ruby's one exception, for explicit calls of the API; a hit never raises.
//!
//! The class is written in Ruby (`stillframe.rb`), so that it is the same one where this library does
//! not fit. Invariant: each kind has one code, and a code never changes its meaning.

use magnus::value::ReprValue;
use magnus::{Error, Exception, Ruby};
use stillframe_core::error::{Error as CoreError, ErrorKind};

/// The exception for an error of the core.
pub(crate) fn to_ruby(ruby: &Ruby, error: &CoreError) -> Error {
    make(ruby, code(error.kind()), error.message(), error.hint())
}

/// The exception with this code, message and hint.
pub(crate) fn make(ruby: &Ruby, code: &str, message: &str, hint: Option<&str>) -> Error {
    let made = crate::convert::ours(ruby, "Error")
        .and_then(|class| class.funcall::<_, _, Exception>("new", (code, message, hint)));
    match made {
        Ok(exception) => exception.into(),
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
