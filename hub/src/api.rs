//! The API people and programs use: JSON over HTTP, and server-sent events.
//!
//! Knows routes, callers and how refusals look; what is answered is in the modules below. Invariant:
//! nothing but `/healthz` is answered without a token, and nothing at all to a foreign `Host` or
//! `Origin`.

use crate::link;
use crate::reach::Ends;
use crate::server::Hub;
use crate::tokens::{Holder, Kind, Role};
use axum::Router;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use stillframe_core::transport::message::AGENT_PATH;
use types::{Code, ErrorAnswer, ErrorInfo, Me};

mod create;
mod events;
mod instances;
mod origin;
mod probes;
mod snapshots;
pub mod types;

/// Bytes of a request's body: a probe with all its watches at full length fits.
const MAX_BODY_BYTES: usize = 256 << 10;

/// Every route of the hub.
pub(crate) fn router(hub: Arc<Hub>) -> Router {
    let v1 = Router::new()
        .route("/me", get(me))
        .route("/instances", get(instances::list))
        .route("/probes", get(probes::list).post(create::create).delete(probes::remove_all))
        .route("/probes/{id}", get(probes::one).delete(probes::remove))
        .route("/probes/{id}/why", get(probes::why))
        .route("/snapshots", get(snapshots::page))
        .route("/snapshots/{probe}/{number}", get(snapshots::one))
        .route("/events", get(events::stream));
    Router::new()
        .route("/healthz", get(healthz))
        .route(AGENT_PATH, get(link::agent))
        .nest("/api/v1", v1)
        .fallback(nothing_here)
        .method_not_allowed_fallback(nothing_here)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(Arc::clone(&hub), origin::check))
        .with_state(hub)
}

async fn healthz(State(hub): State<Arc<Hub>>) -> Result<Response, Refusal> {
    let latest = hub.blocking(|hub| hub.store.latest()).await?;
    Ok(json(&serde_json::json!({"ok": true, "snapshots": latest.to_string()})))
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

/// The `Authorization` header, if it is text.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()
}

/// The person who asks.
pub(crate) struct Caller {
    holder: Holder,
    /// Address the request came from.
    from: String,
}

impl Caller {
    /// Refuses a caller below `role`.
    fn at_least(&self, role: Role) -> Result<(), ErrorInfo> {
        if self.holder.role >= role {
            return Ok(());
        }
        let (has, needs) = (self.holder.role.word(), role.word());
        Err(ErrorInfo::new(Code::Forbidden, format!("this needs role {needs}, and yours is {has}"))
            .next("ask whoever runs the hub for a token with that role"))
    }
}

impl FromRequestParts<Arc<Hub>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, Refusal> {
        let holder = hub.tokens.holder(bearer(&parts.headers), Kind::User)?;
        let ends = parts.extensions.get::<Ends>();
        let from = ends.map(|ends| hub.reach.origin_of(ends, &parts.headers)).unwrap_or_default();
        Ok(Self { holder, from })
    }
}

/// A body of JSON, refused in words.
struct Body<T>(T);

impl<T: DeserializeOwned> FromRequest<Arc<Hub>> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, hub: &Arc<Hub>) -> Result<Self, Refusal> {
        let bytes = axum::body::Bytes::from_request(request, hub).await.map_err(unread)?;
        let parsed = serde_json::from_slice(&bytes).map_err(|error| {
            ErrorInfo::new(Code::BadRequest, format!("the request is malformed: {error}"))
        })?;
        Ok(Self(parsed))
    }
}

fn unread(rejection: BytesRejection) -> Refusal {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let message = format!("the request is larger than {} KiB", MAX_BODY_BYTES >> 10);
        return Refusal(ErrorInfo::new(Code::TooLarge, message));
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
