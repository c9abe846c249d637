//! How a command ends when it does not end well: a code, words, what to do next, an exit code.
//!
//! Knows nothing of what failed. Invariant: every failure carries one of the documented exit codes,
//! and its words are a lower-case fragment that fits behind `stillframe: `.

use stillframe_core::error::{Error, ErrorKind};

/// The documented exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// All went well.
    Done = 0,
    /// Something failed that has no code of its own.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// No such instance, probe, snapshot or file.
    NotFound = 3,
    /// A token is missing, wrong, or of the wrong kind.
    Unauthorized = 4,
    /// A condition, location or policy forbids it.
    Refused = 5,
    /// The hub does not answer, or does not speak our protocol.
    Unreachable = 6,
    /// The probe ended and nothing was captured.
    NothingCaptured = 7,
    /// `run` found its command, and it cannot be executed: what a shell says too.
    CommandNotExecutable = 126,
    /// `run` did not find its command: what a shell says too.
    CommandNotFound = 127,
    /// Ctrl-C.
    Interrupted = 130,
}

/// What a command says when it fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// How the process exits.
    pub(crate) exit: Exit,
    /// Stable word for programs.
    pub(crate) code: String,
    /// What happened.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) next: Option<String>,
    /// Lines between message and next step: a caret, a list of candidates.
    pub(crate) details: Vec<String>,
}

/// Result of a command's part.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure of `code` with its exit code.
    pub(crate) fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        let code = code.to_owned();
        Self { exit, code, message: message.into(), next: None, details: Vec::new() }
    }

    /// The command line is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// Nobody reads stdout any more (`| head`): the command ends without a word.
    pub(crate) fn reader_gone() -> Self {
        Self::new(Exit::Done, "reader_gone", "")
    }

    /// Ctrl-C.
    pub(crate) fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "interrupted", "")
    }

    /// Whether there is something to say.
    pub(crate) fn speaks(&self) -> bool {
        !self.message.is_empty()
    }

    /// Adds what to do next.
    #[must_use]
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Adds a line between message and next step.
    #[must_use]
    pub(crate) fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
        self
    }

    /// Adds `source` with a caret below the bytes of `span` that are to blame.
    #[must_use]
    pub(crate) fn caret(self, source: &str, start: usize, end: usize) -> Self {
        let before = source.get(..start).unwrap_or(source).chars().count();
        let blamed = source.get(start..end).map_or(1, |text| text.chars().count()).max(1);
        let line = source.replace(char::is_control, " ");
        self.detail(line).detail(format!("{}{}", " ".repeat(before), "^".repeat(blamed)))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (exit, code) = match error.kind() {
            ErrorKind::Condition => (Exit::Refused, "condition"),
            ErrorKind::Location => (Exit::Refused, "location"),
            ErrorKind::Limit => (Exit::Usage, "limit"),
            ErrorKind::Policy => (Exit::Refused, "policy"),
            ErrorKind::Unauthorized => (Exit::Unauthorized, "unauthorized"),
            ErrorKind::Hub => (Exit::Unreachable, "hub"),
            ErrorKind::Unsupported => (Exit::Refused, "unsupported"),
            _ => (Exit::Failed, "failed"),
        };
        let mut failure = Self::new(exit, code, error.message());
        failure.next = error.hint().map(str::to_owned);
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_stands_below_what_is_to_blame() {
        let failure = Failure::usage("bad").caret("größe >> 1", 8, 10);
        assert_eq!(failure.details, ["größe >> 1", "      ^^"]);
    }

    #[test]
    fn a_span_that_does_not_fit_still_points_somewhere() {
        let failure = Failure::usage("bad").caret("a\tb", 90, 95);
        assert_eq!(failure.details, ["a b", "   ^"]);
    }

    #[test]
    fn core_errors_keep_their_hint_and_get_their_exit_code() {
        let error = Error::new(ErrorKind::Limit, "depth is 11").with_hint("take 10");
        let failure = Failure::from(error);
        assert_eq!((failure.exit, failure.next.as_deref()), (Exit::Usage, Some("take 10")));
    }
}
