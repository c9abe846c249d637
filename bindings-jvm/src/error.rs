//! The core's errors as the API's one exception, for explicit calls; a hit never raises.
//!
//! Invariant: each kind has one code, and a code never changes its meaning.

use crate::ffi::Env;
use stillframe_core::error::{Error, ErrorKind};

/// An error on its way to the application's code, or to stderr.
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

    /// Raises it as `dev.stillframe.StillframeException` when the native method returns; where that
    /// class is not to be had, as an `IllegalStateException`.
    pub(crate) fn throw(&self, env: Env) {
        crate::ffi::throw(env, self.code, &self.message, self.hint.as_deref());
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, ": {hint}"),
            None => Ok(()),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::new(code(error.kind()), error.message(), error.hint())
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
