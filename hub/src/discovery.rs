//! The file by which programs of the same user find a hub of this machine.
//!
//! Knows its place and form, not what is served. Invariant: it is readable by its owner only, names a
//! token's path and never a token, and is believed only while its process lives.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What `hub.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// Process of the hub.
    pub pid: u32,
    /// `http://127.0.0.1:4737`.
    pub url: String,
    /// File with the person's token, 0600.
    pub token_file: PathBuf,
    /// File with the agents' token, 0600.
    pub agent_token_file: PathBuf,
}
