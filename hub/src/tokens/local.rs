//! The two tokens of the machine the hub runs on, made at its first start.
//!
//! Knows their files. Invariant: a file holds a token that is good, or is written anew.

use super::{Kind, Role, Tokens, Wish, hash, over};
use crate::fleet::BY_ITSELF;
use crate::folder;
use crate::store::{Store, StoreError};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use stillframe_core::clock;

/// The tokens of this machine, and where they lie.
pub(crate) struct Local {
    pub user: String,
    pub user_file: PathBuf,
    pub agent: String,
    pub agent_file: PathBuf,
}

impl Local {
    /// Reads them from the `data` folder; what is not there, or not good any more, is made.
    pub(crate) fn open(
        tokens: &Tokens,
        store: &dyn Store,
        data: &Path,
        user: &str,
    ) -> Result<Self, StoreError> {
        let (user_file, agent_file) = (data.join("user-token"), data.join("agent-token"));
        let local = |kind: Kind, file: &Path| -> Result<String, StoreError> {
            if let Ok(token) = folder::read_private(file) {
                let token = token.trim().to_owned();
                let rows = tokens.rows.read().unwrap_or_else(PoisonError::into_inner);
                let row = rows.get(&hash(&token));
                let is_good = row.is_some_and(|row| {
                    row.kind == kind.word() && over(row, clock::wall_ns()).is_none()
                });
                if is_good {
                    return Ok(token);
                }
            }
            let (by, user) = (BY_ITSELF.to_owned(), user.to_owned());
            let wish = Wish { kind, user, role: Role::Admin, by, lasts: None };
            let (token, _) = tokens.create(store, wish)?;
            folder::write_private(file, token.as_bytes())?;
            Ok(token)
        };
        let user = local(Kind::User, &user_file)?;
        let agent = local(Kind::Agent, &agent_file)?;
        Ok(Self { user, user_file, agent, agent_file })
    }
}
