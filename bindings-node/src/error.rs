//! The core's errors as the API's one exception, for explicit calls; a hit never raises.
//!
//! Travels as JSON in the message of an `Error`, which `lib/errors.js` makes a `StillframeError` of.
//! Invariant: each kind has one code, and a code never changes its meaning.

use stillframe_core::error::{Error, ErrorKind};

/// An error on its way to the application's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

impl Fault {
    /// A fault with this code, message and hint.
    pub(crate) fn new(code: &'static str, message: &str, hint: Option<&str>) -> Self {
        Self { code, message: message.to_owned(), hint: hint.map(str::to_owned) }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::new(code(error.kind()), error.message(), error.hint())
    }
}

impl From<Fault> for napi::Error {
    fn from(fault: Fault) -> Self {
        let Fault { code, message, hint } = fault;
        let json = serde_json::json!({ "code": code, "message": message, "hint": hint });
        Self::from_reason(json.to_string())
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
        _ => "internal",
    }
}
