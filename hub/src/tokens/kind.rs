//! The kinds of token and the roles of people, with their words.
//!
//! Knows no token. Invariant: a role that is not known is the least that reads nothing.

use crate::api::types::{Code, ErrorInfo};

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Agent,
    User,
}

impl Kind {
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Agent => "sfa_",
            Self::User => "sfu_",
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
        }
    }

    pub(super) fn of(word: &str) -> Self {
        if word == Self::Agent.word() { Self::Agent } else { Self::User }
    }
}

/// What a person may do; each may what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads the hub's own figures, and nothing of an application.
    Metrics,
    /// Reads.
    Viewer,
    /// Sets and removes probes.
    Prober,
    /// Raises budgets, gives and revokes tokens, reads the audit.
    Admin,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Metrics, Self::Viewer, Self::Prober, Self::Admin];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Viewer => "viewer",
            Self::Prober => "prober",
            Self::Admin => "admin",
        }
    }

    /// The role of that word.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    pub(super) fn of(word: &str) -> Self {
        Self::named(word).unwrap_or(Self::Metrics)
    }
}

pub(super) fn missing(wanted: Kind) -> ErrorInfo {
    let (what, variable) = match wanted {
        Kind::Agent => ("an agent's token (sfa_…)", "STILLFRAME_AGENT_TOKEN"),
        Kind::User => ("a person's token (sfu_…)", "STILLFRAME_TOKEN"),
    };
    ErrorInfo::new(Code::Unauthorized, format!("{what} is missing"))
        .next(format!("set {variable} to one that `serve` or `stillframe token create` gave"))
}

pub(super) fn wrong(wanted: Kind) -> ErrorInfo {
    let (message, next) = match wanted {
        Kind::User => (
            "this is an agent's token (sfa_…), and a person's (sfu_…) is needed here",
            "set STILLFRAME_TOKEN to a token that begins with sfu_",
        ),
        Kind::Agent => (
            "this is a person's token (sfu_…), and an agent's (sfa_…) is needed here",
            "set STILLFRAME_AGENT_TOKEN to a token that begins with sfa_",
        ),
    };
    ErrorInfo::new(Code::WrongToken, message).next(next)
}

pub(super) fn is_token(token: &str) -> bool {
    [Kind::Agent, Kind::User].iter().any(|kind| token.starts_with(kind.prefix()))
}
