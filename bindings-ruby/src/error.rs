//! The core's errors as Ruby's one exception, for explicit calls of the API; a hit never raises.
//!
//! The class is written in Ruby (`stillframe.rb`), so that it is the same one where this library does
//! not fit. What is none of the core's, a defect of ours, is a hit that is missed; here is what is told
//! of it. Invariant: each kind has one code, and a code never changes its meaning.

use magnus::value::ReprValue;
use magnus::{Error, Exception, Ruby};
use std::sync::OnceLock;
use stillframe_core::error::{Error as CoreError, ErrorKind};

/// The first defect, and where it was.
static DEFECT: OnceLock<String> = OnceLock::new();
/// What is to break: a class whose objects are captured, or a method that is hit.
static BREAKS: OnceLock<String> = OnceLock::new();

/// Keeps what Rust says of a defect off the application's stderr. `STILLFRAME_DEFECT` has one made, so
/// that tests see what comes of it.
pub(crate) fn keep_defects() {
    if let Ok(name) = std::env::var("STILLFRAME_DEFECT") {
        // What is said first counts for the process.
        let _ = BREAKS.set(name);
    }
    std::panic::set_hook(Box::new(|defect| {
        let _ = DEFECT.set(defect.to_string().replace('\n', " "));
    }));
}

/// The first defect of this process.
pub(crate) fn defect() -> Option<&'static str> {
    DEFECT.get().map(String::as_str)
}

/// Whether what is called so is to break.
pub(crate) fn breaks(name: &str) -> bool {
    BREAKS.get().is_some_and(|known| known == name)
}

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
