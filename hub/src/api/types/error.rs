//! What the API answers when it cannot do what it was asked.
//!
//! Knows codes, their HTTP status and the exit code that the CLI gives for them. Invariant: every
//! error names the next step where there is one.

use super::WhyView;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `{"error":{…}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorAnswer {
    /// What happened.
    pub error: ErrorInfo,
}

/// An error for people and programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorInfo {
    /// Stable word.
    pub code: Code,
    /// What happened: a lower-case fragment.
    pub message: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The condition, watch or template that is to blame, as it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Byte range in `source`, for a caret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(usize, usize)>,
    /// Services, files or names to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
    /// The whole why, when every instance refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Box<WhyView>>,
}

impl ErrorInfo {
    /// An error of `code` whose `message` is a lower-case fragment.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            next: None,
            source: None,
            span: None,
            candidates: Vec::new(),
            why: None,
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

/// Stable words for errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Code {
    /// The request is malformed or an argument is out of bounds.
    BadRequest,
    /// No instance matches, and `wait` was not asked for.
    NoInstance,
    /// No instance has loaded a file of that name, and `wait` was not asked for.
    NoFile,
    /// There is no such probe, snapshot or path.
    NotFound,
    /// No token, or one this hub does not know.
    Unauthorized,
    /// An agent's token where a person's is needed, or the other way round.
    WrongToken,
    /// The token's role does not permit it.
    Forbidden,
    /// `Host` or `Origin` is foreign.
    ForeignOrigin,
    /// The condition, watch or template does not parse or would run application code.
    Condition,
    /// The location is ambiguous or malformed.
    Location,
    /// The location matches in more than one service.
    SeveralServices,
    /// A rule of the hub forbids it (as many probes as an instance may hold).
    Policy,
    /// The hub is frozen: nothing can be armed.
    Frozen,
    /// The body is larger than the hub reads.
    TooLarge,
    /// As many connections or streams as the hub serves.
    Busy,
    /// The store cannot be written.
    Store,
    /// A defect of the hub.
    Internal,
}

impl Code {
    /// The HTTP status it travels with.
    pub fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthorized | Self::WrongToken => 401,
            Self::Forbidden | Self::ForeignOrigin => 403,
            Self::NotFound => 404,
            Self::NoInstance | Self::NoFile | Self::SeveralServices => 409,
            Self::TooLarge => 413,
            Self::Condition | Self::Location | Self::Policy => 422,
            Self::Frozen => 423,
            Self::Internal => 500,
            Self::Busy => 503,
            Self::Store => 507,
        }
    }

    /// The exit code of the command line: 1 failed, 2 usage, 3 no instance or file, 4 not
    /// authorised, 5 refused.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::NotFound | Self::Busy | Self::Store | Self::Internal => 1,
            Self::BadRequest | Self::TooLarge => 2,
            Self::NoInstance | Self::NoFile => 3,
            Self::Unauthorized | Self::WrongToken | Self::Forbidden | Self::ForeignOrigin => 4,
            Self::Condition
            | Self::Location
            | Self::SeveralServices
            | Self::Policy
            | Self::Frozen => 5,
        }
    }
}
