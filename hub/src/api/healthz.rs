//! `GET /healthz` and `GET /readyz`: whether the hub lives, and whether it can do its work.
//!
//! Knows the hub's own state. Invariant: both say nothing of an application, for anybody may ask, and
//! neither waits for the disk.

use super::json;
use crate::server::Hub;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json as object;
use std::sync::Arc;

pub(super) async fn alive() -> Response {
    json(&object!({"ok": true}))
}

pub(super) async fn ready(State(hub): State<Arc<Hub>>) -> Response {
    let why = if *hub.stopping.borrow() {
        "the hub stops"
    } else if !hub.figures.store_is_well() {
        "the store cannot be written"
    } else if hub.agents.available_permits() == 0 {
        "as many agents as this hub serves are connected"
    } else {
        return json(&object!({"ready": true}));
    };
    let answer = json(&object!({"ready": false, "why": why}));
    (StatusCode::SERVICE_UNAVAILABLE, answer).into_response()
}
