//! Reading stored snapshots.
//!
//! Knows pages and cursors. Invariant: every reading is in the audit before anything is shown.

use super::types::{Code, ErrorInfo, SnapshotPage};
use super::{Caller, Params, Refusal, json, no_probe, probe_id};
use crate::server::Hub;
use crate::store::{Moment, Query, Stored, Which};
use crate::time;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use stillframe_core::ids::ProbeId;

/// Snapshots of one page when nothing is said, and at most.
const PAGE: usize = 100;
const MAX_PAGE: usize = 1_000;

#[derive(Deserialize)]
pub(super) struct Wanted {
    probe: Option<String>,
    after: Option<String>,
    since: Option<String>,
    until: Option<String>,
    limit: Option<usize>,
}

impl Wanted {
    fn probe(&self) -> Result<Option<ProbeId>, ErrorInfo> {
        self.probe.as_deref().map(probe_id).transpose()
    }

    fn is_by_time(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    fn which(&self) -> Result<Which, ErrorInfo> {
        let (probe, after) = (self.probe()?, self.after.as_deref());
        if !self.is_by_time() {
            return Ok(Which::after(probe, after.map(cursor).transpose()?.unwrap_or(0)));
        }
        let probe = probe.ok_or_else(|| {
            ErrorInfo::new(Code::BadRequest, "since and until choose among a probe's snapshots")
                .next("say probe=… too")
        })?;
        let instant = |text: &Option<String>| text.as_deref().map(instant).transpose();
        let until_ns = instant(&self.until)?.unwrap_or(i64::MAX.cast_unsigned());
        let begin = Moment { time_ns: instant(&self.since)?.unwrap_or(0), position: 0 };
        let after = after.filter(|after| *after != "0").map(moment).transpose()?.unwrap_or(begin);
        Ok(Which::Time { probe, after, until_ns })
    }

    /// The cursor that goes on behind a snapshot.
    fn next(&self, last: &Stored) -> String {
        if self.is_by_time() {
            format!("{}.{}", last.time_ns, last.position)
        } else {
            last.position.to_string()
        }
    }
}

fn instant(text: &str) -> Result<u64, ErrorInfo> {
    time::parse(text).ok_or_else(|| {
        ErrorInfo::new(Code::BadRequest, "since and until are instants of RFC 3339")
            .next("write them as 2026-11-22T12:04:31Z")
    })
}

/// The cursor of a page in the order of time.
fn moment(text: &str) -> Result<Moment, ErrorInfo> {
    let (time_ns, position) = text.split_once('.').unwrap_or((text, ""));
    Ok(Moment { time_ns: cursor(time_ns)?, position: cursor(position)? })
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
    Params(wanted): Params<Wanted>,
) -> Result<Response, Refusal> {
    let (probe, which) = (wanted.probe()?, wanted.which()?);
    let limit = wanted.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let subject = probe.map_or_else(|| "all".to_owned(), |probe| probe.to_string());
    hub.audit(&caller.holder.user, "read snapshots", subject, caller.from).await?;
    let query = Query { which, limit: limit + 1 };
    let first_page = wanted.after.as_deref().is_none_or(|after| after == "0");
    let unfiltered = !wanted.is_by_time();
    let page = hub
        .blocking(move |hub| {
            let mut found = hub.store.query(&query)?;
            let more = found.len() > limit;
            found.truncate(limit);
            let next = found.last().filter(|_| more).map(|last| wanted.next(last));
            let snapshots =
                found.iter().map(|stored| hub.show(stored)).collect::<Result<_, _>>()?;
            Ok(SnapshotPage { snapshots, next })
        })
        .await?;
    if page.snapshots.is_empty()
        && let Some(probe) = probe
        && hub.fleet.probe(probe).is_none()
        && first_page
        && unfiltered
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
    let query = Query { which: Which::Number { probe: id, number }, limit: 1 };
    let shown = hub
        .blocking(move |hub| {
            hub.store.query(&query)?.first().map(|stored| hub.show(stored)).transpose()
        })
        .await?;
    Ok(json(&shown.ok_or_else(missing)?))
}
