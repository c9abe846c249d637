//! Tokens and the audit as the API shows them.
//!
//! Invariant: of a token nothing is shown that leads to it, but in the one answer that makes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A token, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenView {
    /// Names it, for revoking; not a part of it.
    pub id: String,
    /// `user` or `agent`.
    pub kind: String,
    /// Whose it is.
    pub user: String,
    /// `metrics`, `viewer`, `prober` or `admin`; agents have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Who gave it.
    pub by: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// When it expires, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<String>,
    /// Whether it opens nothing any more.
    pub over: bool,
}

/// Asks for a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    /// `user` or `agent`.
    pub kind: String,
    /// Whose it will be.
    pub user: String,
    /// The role of a person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Seconds it is good for; for good when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_s: Option<u64>,
}

/// A token that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreatedToken {
    /// The token itself, shown this once.
    pub secret: String,
    /// How it is listed.
    pub token: TokenView,
}

/// A row of the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditRowView {
    /// Counts up from 1 without a gap.
    pub row: u64,
    /// When.
    pub time: String,
    /// Who; the hub itself where nobody asked.
    pub who: String,
    /// What was done.
    pub what: String,
    /// To what.
    pub subject: String,
    /// From where.
    pub from: String,
    /// Whether it follows from the row before.
    pub holds: bool,
}

/// What following the chain of the audit showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditVerdict {
    /// Rows there are.
    pub rows: u64,
    /// `ROW:HASH` of the last, to be noted elsewhere.
    pub head: String,
    /// What is wrong, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}
