//! Reading and removing probes.
//!
//! Knows the fleet's views. Invariant: a removal is in the audit before it is done.

use super::{Caller, Params, Refusal, json, no_probe, probe_id};
use crate::server::Hub;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    ended: bool,
}

pub(super) async fn list(State(hub): State<Arc<Hub>>, Params(which): Params<Which>) -> Response {
    json(&hub.fleet.probes(which.ended))
}

pub(super) async fn one(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let probe = hub.fleet.probe(probe_id(&id)?).ok_or_else(|| no_probe(&id))?;
    Ok(json(&probe))
}

pub(super) async fn why(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let why = hub.fleet.why(probe_id(&id)?).ok_or_else(|| no_probe(&id))?;
    Ok(json(&why))
}

pub(super) async fn remove(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let probe = probe_id(&id)?;
    hub.fleet.probe(probe).ok_or_else(|| no_probe(&id))?;
    hub.audit(&caller.holder.user, "remove probe", id.clone(), caller.from).await?;
    let view = hub.fleet.remove(probe).ok_or_else(|| no_probe(&id))?;
    Ok(json(&view))
}

#[derive(Deserialize)]
pub(super) struct OfService {
    service: Option<String>,
}

pub(super) async fn remove_all(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Params(which): Params<OfService>,
) -> Result<Response, Refusal> {
    let mut removed = Vec::new();
    for probe in hub.fleet.probes(false) {
        let of_service = which.service.as_ref().is_none_or(|service| {
            probe.services.contains(service) || probe.selector.service.as_ref() == Some(service)
        });
        if of_service {
            let (id, from) = (probe.id.to_string(), caller.from.clone());
            hub.audit(&caller.holder.user, "remove probe", id, from).await?;
            removed.extend(hub.fleet.remove(probe.id));
        }
    }
    Ok(json(&removed))
}
