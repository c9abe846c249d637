//! Giving and revoking tokens.
//!
//! Knows who may be called what. Invariant: both are in the audit before they are done.

use super::types::{Code, CreateToken, CreatedToken, ErrorInfo};
use super::{Body, Caller, Refusal, json};
use crate::fleet::BY_ITSELF;
use crate::server::Hub;
use crate::tokens::{Kind, Role, Wish};
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;

/// Characters of a name.
const MAX_NAME: usize = 64;
/// Tokens there may be, over and good: each is held in memory.
const MAX_TOKENS: usize = 10_000;

pub(super) async fn list(State(hub): State<Arc<Hub>>) -> Response {
    json(&hub.tokens.list())
}

pub(super) async fn create(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Body(wish): Body<CreateToken>,
) -> Result<Response, Refusal> {
    let wish = checked(wish, &caller)?;
    if hub.tokens.list().len() >= MAX_TOKENS {
        let message = format!("this hub has {MAX_TOKENS} tokens, which is as many as it keeps");
        return Err(ErrorInfo::new(Code::Policy, message).into());
    }
    let (what, subject) = match wish.kind {
        Kind::Agent => ("give agent token", wish.user.clone()),
        Kind::User => ("give token", format!("{} {}", wish.user, wish.role.word())),
    };
    hub.audit(&caller.holder.user, what, subject, caller.from).await?;
    let (secret, token) = hub.blocking(move |hub| hub.tokens.create(&*hub.store, wish)).await?;
    Ok(json(&CreatedToken { secret, token }))
}

fn checked(wish: CreateToken, caller: &Caller) -> Result<Wish, ErrorInfo> {
    let bad = |message: String| ErrorInfo::new(Code::BadRequest, message);
    let (kind, role) = match (wish.kind.as_str(), wish.role.as_deref()) {
        ("agent", None) => (Kind::Agent, Role::Metrics),
        ("agent", Some(_)) => return Err(bad("an agent's token has no role".to_owned())),
        ("user", role) => {
            let role = role.and_then(Role::named).ok_or_else(|| {
                bad("a person's token has a role: metrics, viewer, prober or admin".to_owned())
            })?;
            (Kind::User, role)
        }
        _ => return Err(bad("kind is `user` or `agent`".to_owned())),
    };
    let user = wish.user.trim();
    let is_name =
        !user.is_empty() && user.chars().count() <= MAX_NAME && !user.chars().any(char::is_control);
    if !is_name {
        let message = format!("a name has 1 to {MAX_NAME} characters, none of them a control");
        return Err(bad(message).next("such as lea, ci or checkout"));
    }
    if user == BY_ITSELF {
        return Err(bad(format!("`{BY_ITSELF}` is what the audit calls the hub itself")));
    }
    let lasts = wish.expires_s.map(Duration::from_secs);
    if lasts.is_some_and(|lasts| lasts.is_zero()) {
        return Err(bad("a token lasts longer than nothing".to_owned()));
    }
    Ok(Wish { kind, user: user.to_owned(), role, by: caller.holder.user.clone(), lasts })
}

pub(super) async fn revoke(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let missing = || {
        let shown: String = id.chars().filter(|c| !c.is_control()).take(32).collect();
        ErrorInfo::new(Code::NotFound, format!("there is no token {shown}"))
            .next("see those there are: stillframe token ls")
    };
    let named = hub.tokens.named(&id).ok_or_else(missing)?;
    let subject = format!("{} {}", named.id, named.user);
    hub.audit(&caller.holder.user, "revoke token", subject, caller.from).await?;
    let id = named.id;
    let revoked = hub.blocking(move |hub| hub.tokens.revoke(&*hub.store, &id)).await?;
    Ok(json(&revoked.ok_or_else(|| ErrorInfo::new(Code::NotFound, "the token is gone"))?))
}
