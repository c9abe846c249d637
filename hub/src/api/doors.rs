//! Every endpoint of the hub, and who may pass.
//!
//! Knows paths, tokens and roles, not what is answered. Invariant: an endpoint exists only as a line of
//! [`table`], which names its door, and a handler runs only behind that door.

use super::metrics;
use super::{
    Refusal, audit, create, events, freeze, healthz, instances, me, openapi, probes, snapshots,
    tokens,
};
use crate::api::types::{Code, ErrorInfo};
use crate::guests::Seat;
use crate::link;
use crate::reach::Ends;
use crate::server::Hub;
use crate::tokens::{Holder, Kind, Role};
use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use std::sync::Arc;
use stillframe_core::transport::message::AGENT_PATH;

/// Who may use an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Anybody who reaches the hub: it says whether it is well, and nothing else.
    Open,
    /// Agents.
    Agent,
    /// People of at least this role.
    Person(Role),
}

/// One method of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `GET`, `POST` or `DELETE`; `GET` answers `HEAD` too.
    pub method: &'static str,
    /// With its variable parts in braces.
    pub path: &'static str,
    /// Who may use it.
    pub door: Door,
}

/// Every endpoint there is.
pub fn endpoints() -> Vec<Endpoint> {
    table().into_iter().map(|(endpoint, _)| endpoint).collect()
}

/// A router of every endpoint, each behind its door.
pub(super) fn router(hub: &Arc<Hub>) -> Router<Arc<Hub>> {
    table().into_iter().fold(Router::new(), |router, (endpoint, handler)| {
        let door = from_fn_with_state((Arc::clone(hub), endpoint.door), pass);
        router.route(endpoint.path, handler.route_layer(door))
    })
}

type Line = (Endpoint, MethodRouter<Arc<Hub>>);

fn table() -> Vec<Line> {
    use Door::{Agent, Open, Person};
    use Role::{Admin, Metrics, Prober, Viewer};
    vec![
        line("GET", "/healthz", Open, healthz::alive),
        line("GET", "/readyz", Open, healthz::ready),
        line("GET", "/metrics", Person(Metrics), metrics::page),
        line("GET", AGENT_PATH, Agent, link::agent),
        line("GET", "/api/v1/me", Person(Metrics), me),
        line("GET", "/api/v1/openapi.json", Person(Metrics), openapi::page),
        line("GET", "/api/v1/instances", Person(Viewer), instances::list),
        line("GET", "/api/v1/probes", Person(Viewer), probes::list),
        line("POST", "/api/v1/probes", Person(Prober), create::create),
        line("DELETE", "/api/v1/probes", Person(Prober), probes::remove_all),
        line("GET", "/api/v1/probes/{id}", Person(Viewer), probes::one),
        line("DELETE", "/api/v1/probes/{id}", Person(Prober), probes::remove),
        line("GET", "/api/v1/probes/{id}/why", Person(Viewer), probes::why),
        line("GET", "/api/v1/freeze", Person(Viewer), freeze::look),
        line("POST", "/api/v1/freeze", Person(Prober), freeze::freeze),
        line("DELETE", "/api/v1/freeze", Person(Prober), freeze::unfreeze),
        line("GET", "/api/v1/snapshots", Person(Viewer), snapshots::page),
        line("GET", "/api/v1/snapshots/{probe}/{number}", Person(Viewer), snapshots::one),
        line("GET", "/api/v1/events", Person(Viewer), events::stream),
        line("GET", "/api/v1/tokens", Person(Admin), tokens::list),
        line("POST", "/api/v1/tokens", Person(Admin), tokens::create),
        line("DELETE", "/api/v1/tokens/{id}", Person(Admin), tokens::revoke),
        line("GET", "/api/v1/audit", Person(Admin), audit::page),
        line("GET", "/api/v1/audit/verdict", Person(Admin), audit::verify),
    ]
}

fn line<H, T>(method: &'static str, path: &'static str, door: Door, handler: H) -> Line
where
    H: Handler<T, Arc<Hub>>,
    T: 'static,
{
    let filter = match method {
        "POST" => MethodFilter::POST,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    };
    (Endpoint { method, path, door }, on(filter, handler))
}

async fn pass(
    State((hub, door)): State<(Arc<Hub>, Door)>,
    mut request: Request,
    next: Next,
) -> Response {
    let admitted = match door {
        Door::Open => Ok(()),
        Door::Agent => admit_agent(&hub, &mut request),
        Door::Person(role) => admit_person(&hub, role, &mut request),
    };
    match admitted.and_then(|()| seat(&hub, door, &request)) {
        Ok(()) => next.run(request).await,
        Err(error) => {
            hub.figures.refused(error.code);
            Refusal(error).into_response()
        }
    }
}

fn admit_agent(hub: &Hub, request: &mut Request) -> Result<(), ErrorInfo> {
    let holder = hub.tokens.holder(bearer(request.headers()), Kind::Agent)?;
    request.extensions_mut().insert(AgentToken(holder));
    Ok(())
}

fn admit_person(hub: &Hub, role: Role, request: &mut Request) -> Result<(), ErrorInfo> {
    let holder = hub.tokens.holder(bearer(request.headers()), Kind::User)?;
    let ends = request.extensions().get::<Ends>();
    let from = ends.map(|ends| hub.reach.origin_of(ends, request.headers()));
    let caller = Caller { holder, from: from.unwrap_or_default() };
    caller.at_least(role)?;
    request.extensions_mut().insert(caller);
    Ok(())
}

/// Counts who has shown a token for his address.
fn seat(hub: &Hub, door: Door, request: &Request) -> Result<(), ErrorInfo> {
    let (seat, ends) =
        (request.extensions().get::<Arc<Seat>>(), request.extensions().get::<Ends>());
    let (Some(seat), Some(ends)) = (seat.filter(|_| door != Door::Open), ends) else {
        return Ok(());
    };
    let address = hub.reach.address_of(ends, request.headers());
    if seat.prove(address) {
        return Ok(());
    }
    crate::log::warn(&format!("{address} has as many connections open as one address may"));
    let message = "as many connections as one address may have are open from yours";
    Err(ErrorInfo::new(Code::Busy, message).next("end some of them, or try again in a moment"))
}

/// The `Authorization` header, if it is text and the only one.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}

/// The token an agent came with.
#[derive(Clone)]
pub(crate) struct AgentToken(pub(crate) Holder);

/// The person who asks.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(super) holder: Holder,
    /// Address the request came from.
    pub(super) from: String,
}

impl Caller {
    /// Refuses a caller below `role`.
    pub(super) fn at_least(&self, role: Role) -> Result<(), ErrorInfo> {
        if self.holder.role >= role {
            return Ok(());
        }
        let (has, needs) = (self.holder.role.word(), role.word());
        Err(ErrorInfo::new(Code::Forbidden, format!("this needs role {needs}, and yours is {has}"))
            .next("ask whoever runs the hub for a token with that role"))
    }
}

/// What the door left; without a door there is nothing.
fn left<T: Clone + Send + Sync + 'static>(parts: &Parts) -> Result<T, Refusal> {
    let left = parts.extensions.get::<T>().cloned();
    left.ok_or_else(|| Refusal(ErrorInfo::new(Code::Internal, "the endpoint has no door")))
}

impl FromRequestParts<Arc<Hub>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _hub: &Arc<Hub>) -> Result<Self, Refusal> {
        left(parts)
    }
}

impl FromRequestParts<Arc<Hub>> for AgentToken {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _hub: &Arc<Hub>) -> Result<Self, Refusal> {
        left(parts)
    }
}
