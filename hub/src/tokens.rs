//! Tokens: who may talk to the hub, as what.
//!
//! Two kinds that never stand in for each other: `sfa_…` lets an agent submit and receive probes,
//! `sfu_…` is a person's and has a role. Invariant: the store and this table hold hashes; the token
//! itself lies only in a 0600 file of the data folder and with whom it was given to.

use crate::api::types::{Code, ErrorInfo};
use crate::folder;
use crate::store::{Store, StoreError, TokenRow};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Bytes of randomness in a token.
const RANDOM_BYTES: usize = 24;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Agent,
    User,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Agent => "sfa_",
            Self::User => "sfu_",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
        }
    }
}

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Reads.
    Viewer,
    /// Sets and removes probes.
    Prober,
    /// Raises budgets.
    Admin,
}

impl Role {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Prober => "prober",
            Self::Admin => "admin",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "admin" => Self::Admin,
            "prober" => Self::Prober,
            _ => Self::Viewer,
        }
    }
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub user: String,
    pub role: Role,
}

/// All tokens of the hub, by hash.
pub(crate) struct Tokens(HashMap<[u8; 32], (Kind, Holder)>);

/// The two tokens made at the first start, and where they lie.
pub(crate) struct Local {
    pub user: String,
    pub user_file: PathBuf,
    pub agent: String,
    pub agent_file: PathBuf,
}

impl Tokens {
    /// The tokens of the store; those for this machine's user are made if they are not there.
    pub(crate) fn open(
        store: &dyn Store,
        data: &Path,
        user: &str,
    ) -> Result<(Self, Local), StoreError> {
        let (user_file, agent_file) = (data.join("user-token"), data.join("agent-token"));
        let known = store.tokens()?;
        let local = |kind: Kind, file: &Path| -> Result<String, StoreError> {
            if let Ok(token) = folder::read_private(file) {
                let token = token.trim().to_owned();
                if known.iter().any(|row| row.hash == hash(&token) && row.kind == kind.word()) {
                    return Ok(token);
                }
            }
            let token = fresh(kind)?;
            store.put_token(&TokenRow {
                hash: hash(&token),
                kind: kind.word().into(),
                user: user.into(),
                role: Role::Admin.word().into(),
            })?;
            folder::write_private(file, token.as_bytes())?;
            Ok(token)
        };
        let user = local(Kind::User, &user_file)?;
        let agent = local(Kind::Agent, &agent_file)?;
        let rows = store.tokens()?.into_iter().map(|row| {
            let kind = if row.kind == Kind::Agent.word() { Kind::Agent } else { Kind::User };
            (row.hash, (kind, Holder { user: row.user, role: Role::of(&row.role) }))
        });
        Ok((Self(rows.collect()), Local { user, user_file, agent, agent_file }))
    }

    /// Whose token an `Authorization` header carries, if it is of the `wanted` kind.
    pub(crate) fn holder(&self, header: Option<&str>, wanted: Kind) -> Result<Holder, ErrorInfo> {
        let token = header.and_then(|header| header.strip_prefix("Bearer ")).map(str::trim);
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Err(missing(wanted));
        };
        match self.0.get(&hash(token)) {
            Some((kind, holder)) if *kind == wanted => Ok(holder.clone()),
            Some(_) => Err(wrong_kind(wanted)),
            None if !token.starts_with(wanted.prefix()) && is_token(token) => {
                Err(wrong_kind(wanted))
            }
            None => Err(ErrorInfo::new(Code::Unauthorized, "this hub does not know the token")
                .next("take the one that `stillframe serve` printed, or log in again")),
        }
    }
}

fn missing(wanted: Kind) -> ErrorInfo {
    let (what, variable) = match wanted {
        Kind::Agent => ("an agent's token (sfa_…)", "STILLFRAME_AGENT_TOKEN"),
        Kind::User => ("a person's token (sfu_…)", "STILLFRAME_TOKEN"),
    };
    ErrorInfo::new(Code::Unauthorized, format!("{what} is missing"))
        .next(format!("set {variable} to one that `stillframe serve` gave"))
}

fn wrong_kind(wanted: Kind) -> ErrorInfo {
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

fn is_token(token: &str) -> bool {
    [Kind::Agent, Kind::User].iter().any(|kind| token.starts_with(kind.prefix()))
}

fn fresh(kind: Kind) -> Result<String, StoreError> {
    let mut random = [0; RANDOM_BYTES];
    getrandom::fill(&mut random).map_err(|error| {
        StoreError::corrupt(format!("no random numbers from the system: {error}"))
    })?;
    let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{}{digits}", kind.prefix()))
}

/// Tokens are random, so a plain hash is as good as a slow one.
fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{DiskStore, Retention};

    const KEEP: Retention = Retention { age_ns: u64::MAX, bytes: 1 << 40 };

    #[test]
    fn each_kind_opens_its_own_door_only_and_survives_a_restart() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let open = || {
            let (store, _) = DiskStore::open(temp.path(), KEEP).expect("opens");
            let (tokens, local) = Tokens::open(&store, temp.path(), "lea").expect("tokens");
            let hashes = store.tokens().expect("rows");
            assert_eq!(hashes.len(), 2);
            (tokens, local)
        };
        let (tokens, local) = open();
        let as_header = |token: &str| format!("Bearer {token}");
        let code = |token: &str, kind| {
            tokens.holder(Some(&as_header(token)), kind).map_err(|error| error.code)
        };
        let lea = Holder { user: "lea".into(), role: Role::Admin };
        assert_eq!(code(&local.user, Kind::User), Ok(lea.clone()));
        assert_eq!(code(&local.agent, Kind::Agent), Ok(lea));
        assert_eq!(code(&local.agent, Kind::User), Err(Code::WrongToken));
        assert_eq!(code(&local.user, Kind::Agent), Err(Code::WrongToken));
        assert_eq!(code("sfa_of-another-hub", Kind::User), Err(Code::WrongToken));
        assert_eq!(code("sfu_of-another-hub", Kind::User), Err(Code::Unauthorized));
        assert_eq!(code("", Kind::User), Err(Code::Unauthorized));
        assert_eq!(tokens.holder(None, Kind::User).map_err(|e| e.code), Err(Code::Unauthorized));
        assert_eq!(
            tokens.holder(Some("Basic x"), Kind::User).map_err(|e| e.code),
            Err(Code::Unauthorized)
        );
        let (_, again) = open();
        assert_eq!((again.user, again.agent), (local.user, local.agent));
    }

    #[test]
    fn no_token_is_in_the_database() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let (store, _) = DiskStore::open(temp.path(), KEEP).expect("opens");
        let (_, local) = Tokens::open(&store, temp.path(), "lea").expect("tokens");
        drop(store);
        let bytes = std::fs::read(temp.path().join("hub.db")).expect("reads");
        for token in [&local.user, &local.agent] {
            assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
        }
    }
}
