//! The core's one error type.
//!
//! It knows kinds, words and a place in a source text, and deliberately not how a runtime raises or
//! a terminal prints it. Invariant: a message is a lower-case fragment that fits after "failed to"
//! or behind a colon, and never carries a value of the application.

use std::fmt;
use std::ops::Range;

/// Result of everything in the core that can fail for a reason a person should read.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, coarsely: bindings map it to their exceptions and the CLI to an exit code.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A condition, watch or log template does not parse or would run application code.
    Condition,
    /// A file, function or line is unknown, ambiguous or differs from the one meant.
    Location,
    /// An argument is out of its bounds.
    Limit,
    /// The application's own ceilings, or a hub's rules, forbid it.
    Policy,
    /// A token is missing, wrong, or of the wrong kind.
    Unauthorized,
    /// The hub cannot be reached or does not speak our protocol.
    Hub,
    /// A sink cannot be opened or written.
    Sink,
    /// Bytes from outside are malformed.
    Wire,
    /// This runtime, version or platform cannot do it.
    Unsupported,
    /// A defect of Stillframe.
    Internal,
}

/// An error for people: what happened, where, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    span: Option<Range<usize>>,
}

impl Error {
    /// An error of `kind` whose `message` is a lower-case fragment.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, span: None }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the byte range of the source text that is to blame.
    #[must_use]
    pub fn with_span(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// The coarse kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do next, if anything can be said.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Byte range in the source text, for a caret.
    pub fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
