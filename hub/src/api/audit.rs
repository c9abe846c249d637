//! Reading the audit, and following its chain.
//!
//! Knows pages. Invariant: reading it is in it.

use super::types::{AuditRowView, AuditVerdict, Code, ErrorInfo};
use super::{Caller, Params, Refusal, json};
use crate::server::Hub;
use crate::store::Head;
use crate::time;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// Rows of one page when nothing is said, and at most.
const PAGE: u64 = 50;
const MAX_PAGE: u64 = 10_000;

#[derive(Deserialize)]
pub(super) struct Which {
    /// Rows above this; without it the last ones.
    after: Option<u64>,
    limit: Option<u64>,
}

pub(super) async fn page(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Params(which): Params<Which>,
) -> Result<Response, Refusal> {
    hub.audit(&caller.holder.user, "read audit", String::new(), caller.from).await?;
    let limit = which.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let rows = hub
        .blocking(move |hub| {
            let after = match which.after {
                Some(after) => after,
                None => hub.store.audit_head()?.saturating_sub(limit),
            };
            hub.store.audit_rows(after, usize::try_from(limit).unwrap_or(usize::MAX))
        })
        .await?;
    let rows: Vec<AuditRowView> = rows
        .into_iter()
        .map(|row| AuditRowView {
            row: row.row,
            time: time::text(row.entry.time_ns),
            who: row.entry.who,
            what: row.entry.what,
            subject: row.entry.subject,
            from: row.entry.from,
            holds: row.holds,
        })
        .collect();
    Ok(json(&rows))
}

#[derive(Deserialize)]
pub(super) struct Noted {
    head: Option<String>,
}

pub(super) async fn verify(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Params(noted): Params<Noted>,
) -> Result<Response, Refusal> {
    let noted = noted.head.map(|head| head.parse::<Head>()).transpose();
    let noted = noted.map_err(|message| ErrorInfo::new(Code::BadRequest, message))?;
    hub.audit(&caller.holder.user, "verify audit", String::new(), caller.from).await?;
    let verdict = hub.blocking(move |hub| hub.store.verify_audit(noted)).await?;
    Ok(json(&AuditVerdict {
        rows: verdict.head.row,
        head: verdict.head.to_string(),
        fault: verdict.fault,
    }))
}
