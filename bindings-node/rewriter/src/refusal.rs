//! Why a source is left as it is.
//!
//! Knows the words only. Invariant: a refusal says a reason that a person can act on.

use std::fmt;

/// Why a source is not rewritten, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What stands against it.
    pub reason: Reason,
    /// The line, counted from one; zero where the whole source is meant.
    pub line: u32,
}

/// What stands against rewriting a source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It is not JavaScript, in the words of the parser. The runtime says it better.
    Syntax(String),
    /// It holds JSX, which has to be compiled before Node.js reads it.
    Jsx,
    /// It uses a name that belongs to the checks, because it was rewritten before.
    NameTaken(String),
    /// Brackets lie in each other more deeply than a parser can follow.
    TooDeep,
    /// It is longer than 64 MiB.
    TooLarge,
    /// The parser itself failed on it, which is a fault of ours.
    ParserFailed,
    /// No thread with a stack of its own could be had.
    NoThread,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(text) => write!(f, "it cannot be parsed: {text}"),
            Self::Jsx => f.write_str("it holds JSX, which has to be compiled first"),
            Self::NameTaken(name) => {
                write!(f, "it uses the name `{name}`, which belongs to checks")
            }
            Self::TooDeep => f.write_str("its brackets lie too deeply in each other"),
            Self::TooLarge => f.write_str("it is too large"),
            Self::ParserFailed => f.write_str("the parser failed on it"),
            Self::NoThread => f.write_str("no thread could be started for it"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => self.reason.fmt(f),
            line => write!(f, "{} (line {line})", self.reason),
        }
    }
}

impl std::error::Error for Refusal {}
