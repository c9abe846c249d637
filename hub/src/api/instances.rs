//! `GET /api/v1/instances`.
//!
//! Knows the fleet's views. Invariant: launchers and instances that went are shown only when asked for.

use super::{Params, json};
use crate::server::Hub;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    all: bool,
}

pub(super) async fn list(State(hub): State<Arc<Hub>>, Params(which): Params<Which>) -> Response {
    json(&hub.fleet.instances(which.all))
}
