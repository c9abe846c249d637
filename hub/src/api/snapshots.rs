//! Reading stored snapshots.
//!
//! Knows pages and cursors. Invariant: every reading is in the audit before anything is shown.

use super::types::{Code, ErrorInfo, SnapshotPage};
use super::{Caller, Params, Refusal, json, no_probe, probe_id};
use crate::server::Hub;
use crate::store::Query;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// Snapshots of one page when nothing is said, and at most.
const PAGE: usize = 100;
const MAX_PAGE: usize = 1_000;

#[derive(Deserialize)]
pub(super) struct Which {
    probe: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// A cursor as it came from a page or an event.
pub(super) fn cursor(text: &str) -> Result<u64, ErrorInfo> {
    text.parse().map_err(|_| {
        ErrorInfo::new(Code::BadRequest, "after is not a cursor of this hub")
            .next("pass what `next` of a page or `id` of an event said, or 0")
    })
}

pub(super) async fn page(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Params(which): Params<Which>,
) -> Result<Response, Refusal> {
    let probe = which.probe.as_deref().map(probe_id).transpose()?;
    let after = which.after.as_deref().map(cursor).transpose()?.unwrap_or(0);
    let limit = which.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let subject = probe.map_or_else(|| "all".to_owned(), |probe| probe.to_string());
    hub.audit(&caller.holder.user, "read snapshots", subject, caller.from).await?;
    let query = Query { probe, after, number: None, limit: limit + 1 };
    let page = hub
        .blocking(move |hub| {
            let mut found = hub.store.query(&query)?;
            let more = found.len() > limit;
            found.truncate(limit);
            let next = found.last().filter(|_| more).map(|last| last.position.to_string());
            let snapshots =
                found.iter().map(|stored| hub.show(stored)).collect::<Result<_, _>>()?;
            Ok(SnapshotPage { snapshots, next })
        })
        .await?;
    if page.snapshots.is_empty()
        && let Some(probe) = probe
        && hub.fleet.probe(probe).is_none()
        && after == 0
    {
        return Err(no_probe(&probe.to_string()).into());
    }
    Ok(json(&page))
}

pub(super) async fn one(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path((probe, number)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let missing = || {
        let shown: String =
            format!("{probe}/{number}").chars().filter(|c| !c.is_control()).take(40).collect();
        ErrorInfo::new(Code::NotFound, format!("there is no snapshot {shown}"))
            .next("retention may have deleted it; see what is there: stillframe tail")
    };
    let id = probe.parse().map_err(|_| missing())?;
    let number: u64 = number.parse().map_err(|_| missing())?;
    let subject = format!("{id}/{number}");
    hub.audit(&caller.holder.user, "read snapshot", subject, caller.from).await?;
    let query = Query { probe: Some(id), after: 0, number: Some(number), limit: 1 };
    let shown = hub
        .blocking(move |hub| {
            hub.store.query(&query)?.first().map(|stored| hub.show(stored)).transpose()
        })
        .await?;
    Ok(json(&shown.ok_or_else(missing)?))
}
