//! Tokens: who may talk to the hub, as what, and until when.
//!
//! Two kinds that never stand in for each other: `sfa_…` lets an agent submit and receive probes,
//! `sfu_…` is a person's and has a role. Invariants: the store and this table hold hashes; the token
//! itself lies only in a 0600 file of the data folder and with whom it was given to. A token that was
//! revoked, or has expired, opens nothing and ends what it had opened.

use crate::api::types::{Code, ErrorInfo, TokenView};
use crate::store::{Store, StoreError, TokenRow};
use crate::time;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;
use stillframe_core::clock;
use tokio::sync::watch;
use tokio::time::sleep;

mod kind;
mod local;

pub(crate) use kind::Kind;
pub use kind::Role;
pub(crate) use local::Local;

/// Bytes of randomness in a token.
const RANDOM_BYTES: usize = 24;
/// Digits of a hash that name a token.
const ID_DIGITS: usize = 10;
/// How long a clock that jumps may keep an expired token alive.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    hash: [u8; 32],
    pub user: String,
    pub role: Role,
}

/// All tokens of the hub, by hash.
pub(crate) struct Tokens {
    rows: RwLock<HashMap<[u8; 32], TokenRow>>,
    /// Counts up when one is revoked.
    changes: watch::Sender<u64>,
}

/// What a new token is to be.
pub(crate) struct Wish {
    pub kind: Kind,
    pub user: String,
    pub role: Role,
    pub by: String,
    pub lasts: Option<Duration>,
}

impl Tokens {
    /// The tokens of the store.
    pub(crate) fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let rows = store.tokens()?.into_iter().map(|row| (row.hash, row)).collect();
        Ok(Self { rows: RwLock::new(rows), changes: watch::Sender::new(0) })
    }

    /// Whose token an `Authorization` header carries, if it is of the `wanted` kind and good now.
    pub(crate) fn holder(&self, header: Option<&str>, wanted: Kind) -> Result<Holder, ErrorInfo> {
        let token = header.and_then(|header| header.strip_prefix("Bearer ")).map(str::trim);
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Err(kind::missing(wanted));
        };
        let hash = hash(token);
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        let Some(row) = rows.get(&hash) else {
            if !token.starts_with(wanted.prefix()) && kind::is_token(token) {
                return Err(kind::wrong(wanted));
            }
            return Err(ErrorInfo::new(Code::Unauthorized, "this hub does not know the token")
                .next("take the one that `stillframe serve` printed, or log in again"));
        };
        if Kind::of(&row.kind) != wanted {
            return Err(kind::wrong(wanted));
        }
        if let Some(why) = over(row, clock::wall_ns()) {
            return Err(ErrorInfo::new(Code::Unauthorized, format!("this token {why}"))
                .next("ask an admin of the hub for another: stillframe token create"));
        }
        Ok(Holder { hash, user: row.user.clone(), role: Role::of(&row.role) })
    }

    /// Ends when the token does.
    pub(crate) async fn ended(&self, holder: &Holder) {
        let mut changes = self.changes.subscribe();
        while let Some(left) = self.left(holder) {
            tokio::select! {
                () = sleep(left.min(LOOK_AGAIN)) => {}
                changed = changes.changed() => if changed.is_err() { return },
            }
        }
    }

    /// How long the token is good for; `None` when it is over.
    fn left(&self, holder: &Holder) -> Option<Duration> {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        let (row, now_ns) = (rows.get(&holder.hash)?, clock::wall_ns());
        if over(row, now_ns).is_some() {
            return None;
        }
        let left_ns = row.expires_ns.map_or(u64::MAX, |at_ns| at_ns - now_ns);
        Some(Duration::from_nanos(left_ns))
    }

    /// Makes a token: itself, which nobody sees again, and how it is listed.
    pub(crate) fn create(
        &self,
        store: &dyn Store,
        wish: Wish,
    ) -> Result<(String, TokenView), StoreError> {
        let token = fresh(wish.kind)?;
        let now_ns = clock::wall_ns();
        let lasts_ns = |lasts: Duration| u64::try_from(lasts.as_nanos()).unwrap_or(u64::MAX);
        let row = TokenRow {
            hash: hash(&token),
            kind: wish.kind.word().to_owned(),
            user: wish.user,
            role: wish.role.word().to_owned(),
            by: wish.by,
            created_ns: now_ns,
            expires_ns: wish.lasts.map(|lasts| now_ns.saturating_add(lasts_ns(lasts))),
            revoked_ns: None,
        };
        store.put_token(&row)?;
        let view = view(&row);
        self.rows.write().unwrap_or_else(PoisonError::into_inner).insert(row.hash, row);
        Ok((token, view))
    }

    /// Revokes the token of that id; nothing if there is none.
    pub(crate) fn revoke(
        &self,
        store: &dyn Store,
        id: &str,
    ) -> Result<Option<TokenView>, StoreError> {
        let found = self.find(id);
        let Some(mut row) = found else { return Ok(None) };
        row.revoked_ns = row.revoked_ns.or(Some(clock::wall_ns()));
        store.put_token(&row)?;
        let view = view(&row);
        self.rows.write().unwrap_or_else(PoisonError::into_inner).insert(row.hash, row);
        self.changes.send_modify(|count| *count += 1);
        Ok(Some(view))
    }

    fn find(&self, id: &str) -> Option<TokenRow> {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        rows.values().find(|row| self::id(row) == id).cloned()
    }

    /// Whether there is a token of that id, and whose.
    pub(crate) fn named(&self, id: &str) -> Option<TokenView> {
        self.find(id).as_ref().map(view)
    }

    /// Every token, the oldest first.
    pub(crate) fn list(&self) -> Vec<TokenView> {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<_> = rows.values().collect();
        rows.sort_by_key(|row| (row.created_ns, row.hash));
        rows.into_iter().map(view).collect()
    }
}

/// What ended a token, if it is over.
fn over(row: &TokenRow, now_ns: u64) -> Option<String> {
    if row.revoked_ns.is_some() {
        return Some("was revoked".to_owned());
    }
    let at_ns = row.expires_ns.filter(|at_ns| *at_ns <= now_ns)?;
    Some(format!("expired at {}", time::text(at_ns)))
}

/// What a token is called: the beginning of its hash, which leads nobody back to it.
fn id(row: &TokenRow) -> String {
    let digits: String = row.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    digits[..ID_DIGITS].to_owned()
}

fn view(row: &TokenRow) -> TokenView {
    let is_user = Kind::of(&row.kind) == Kind::User;
    TokenView {
        id: id(row),
        kind: row.kind.clone(),
        user: row.user.clone(),
        role: is_user.then(|| row.role.clone()),
        by: row.by.clone(),
        created: (row.created_ns > 0).then(|| time::text(row.created_ns)),
        expires: row.expires_ns.map(time::text),
        revoked: row.revoked_ns.map(time::text),
        over: over(row, clock::wall_ns()).is_some(),
    }
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
mod tests;
