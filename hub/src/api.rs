//! The API people and programs use: JSON over HTTP, and server-sent events.
//!
//! Knows routes, callers and how refusals look; what is answered is in the modules below. Invariant:
//! nothing is answered but through one of the [`doors`], and nothing at all to a foreign `Host` or
//! `Origin`.

use crate::server::Hub;
use axum::Router;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio::time::timeout;
use types::{Code, ErrorAnswer, ErrorInfo, Me};

mod audit;
mod create;
mod doors;
mod events;
mod freeze;
mod healthz;
mod instances;
mod metrics;
mod openapi;
mod origin;
mod probes;
mod snapshots;
mod tokens;
pub mod types;

pub(crate) use doors::{AgentToken, Caller};
pub use doors::{Door, Endpoint, endpoints};
pub use openapi::description;

/// Bytes of a request's body: a probe with all its watches at full length fits.
const MAX_BODY_BYTES: usize = 256 << 10;

/// Every route of the hub.
pub(crate) fn router(hub: Arc<Hub>) -> Router {
    doors::router(&hub)
        .fallback(nothing_here)
        .method_not_allowed_fallback(nothing_here)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(Arc::clone(&hub), origin::check))
        .with_state(hub)
}

async fn me(State(hub): State<Arc<Hub>>, caller: Caller) -> Response {
    json(&Me {
        user: caller.holder.user,
        role: caller.holder.role.word().to_owned(),
        hub: hub.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

async fn nothing_here(request: Request) -> Refusal {
    let message = format!("there is no {} {}", request.method(), request.uri().path());
    Refusal(ErrorInfo::new(Code::NotFound, message))
}

/// An answer that refuses.
pub(crate) struct Refusal(pub(crate) ErrorInfo);

impl From<ErrorInfo> for Refusal {
    fn from(error: ErrorInfo) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, json(&ErrorAnswer { error: self.0 })).into_response()
    }
}

/// An answer as JSON, never kept by anything in between.
fn json<T: serde::Serialize>(answer: &T) -> Response {
    match serde_json::to_string(answer) {
        Ok(text) => {
            let headers =
                [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
            (headers, text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A body of JSON, refused in words.
struct Body<T>(T);

impl<T: DeserializeOwned> FromRequest<Arc<Hub>> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, hub: &Arc<Hub>) -> Result<Self, Refusal> {
        let said = request.headers().get(header::CONTENT_LENGTH);
        let said = said.and_then(|said| said.to_str().ok()?.parse::<usize>().ok());
        // Not waited for, if it says itself that it never was one of ours. One that is merely too large
        // is read for a while: who is cut off while he writes does not hear why.
        if said.is_some_and(|said| said > 64 * MAX_BODY_BYTES) {
            return Err(too_large());
        }
        let bytes = timeout(hub.request_time, axum::body::Bytes::from_request(request, hub)).await;
        let slow = |_| ErrorInfo::new(Code::BadRequest, "the request did not come to its end");
        let bytes = bytes.map_err(slow)?.map_err(unread)?;
        let parsed = serde_json::from_slice(&bytes).map_err(|error| {
            ErrorInfo::new(Code::BadRequest, format!("the request is malformed: {error}"))
        })?;
        Ok(Self(parsed))
    }
}

fn too_large() -> Refusal {
    let message = format!("the request is larger than {} KiB", MAX_BODY_BYTES >> 10);
    Refusal(ErrorInfo::new(Code::TooLarge, message))
}

fn unread(rejection: BytesRejection) -> Refusal {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Refusal(ErrorInfo::new(Code::BadRequest, "the request was not read to its end"))
}

/// Query parameters, refused in words.
struct Params<T>(T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Hub>> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _hub: &Arc<Hub>) -> Result<Self, Refusal> {
        match axum::extract::Query::<T>::try_from_uri(&parts.uri) {
            Ok(query) => Ok(Self(query.0)),
            Err(error) => {
                Err(Refusal(ErrorInfo::new(Code::BadRequest, error.body_text().to_lowercase())))
            }
        }
    }
}

/// A part of the path that names a probe.
fn probe_id(text: &str) -> Result<stillframe_core::ids::ProbeId, ErrorInfo> {
    text.parse().map_err(|_| no_probe(text))
}

fn no_probe(text: &str) -> ErrorInfo {
    let shown: String = text.chars().filter(|c| !c.is_control()).take(32).collect();
    ErrorInfo::new(Code::NotFound, format!("there is no probe {shown}"))
        .next("see those there are: stillframe ls")
}
