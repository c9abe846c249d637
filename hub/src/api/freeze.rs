//! Freezing the hub, and letting it go.
//!
//! Knows who may do which. Invariant: both are in the audit before they are done; frozen it is at once,
//! and kept so over a restart before that is answered.

use super::types::{Code, ErrorInfo};
use super::{Caller, Refusal, json};
use crate::fleet::Fleet;
use crate::server::Hub;
use crate::time;
use crate::tokens::Role;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// For the instances to say that they hold no probe any more: the promise is two seconds.
const RELEASE: Duration = Duration::from_secs(2);
/// What the audit says it was done to.
const EVERYTHING: &str = "all probes";

pub(super) async fn look(State(hub): State<Arc<Hub>>) -> Response {
    json(&hub.fleet.freeze_view())
}

pub(super) async fn freeze(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
) -> Result<Response, Refusal> {
    let user = caller.holder.user;
    hub.audit(&user, "freeze", EVERYTHING.to_owned(), caller.from).await?;
    hub.fleet.freeze(&user);
    hub.blocking(|hub| hub.fleet.save_freeze()).await?;
    released(&hub.fleet).await;
    Ok(json(&hub.fleet.freeze_view()))
}

pub(super) async fn unfreeze(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
) -> Result<Response, Refusal> {
    let user = &caller.holder.user;
    if let Some(frozen) = hub.fleet.frozen().filter(|frozen| frozen.by != *user)
        && caller.at_least(Role::Admin).is_err()
    {
        let message = format!("{} froze this hub, and you are no admin", frozen.by);
        let next = format!("ask {} or an admin to let it go", frozen.by);
        return Err(ErrorInfo::new(Code::Forbidden, message).next(next).into());
    }
    hub.audit(user, "unfreeze", EVERYTHING.to_owned(), caller.from.clone()).await?;
    hub.fleet.unfreeze(user);
    hub.blocking(|hub| hub.fleet.save_freeze()).await?;
    Ok(json(&hub.fleet.freeze_view()))
}

/// Refuses what would arm something on a frozen hub.
pub(super) fn thawed(fleet: &Fleet) -> Result<(), ErrorInfo> {
    let Some(frozen) = fleet.frozen() else { return Ok(()) };
    let since = time::text(frozen.since_ns);
    let message = format!("{} froze this hub at {since}: nothing can be armed", frozen.by);
    let next = format!("{} or an admin lets it go: stillframe unfreeze", frozen.by);
    Err(ErrorInfo::new(Code::Frozen, message).next(next))
}

/// Waits until no instance says that it holds a probe, or the time is up.
async fn released(fleet: &Fleet) {
    let mut changes = fleet.changes();
    let all_let_go = async {
        while fleet.freeze_view().holding > 0 {
            if changes.changed().await.is_err() {
                return;
            }
        }
    };
    // The answer says how many have not.
    let _ = timeout(RELEASE, all_let_go).await;
}
