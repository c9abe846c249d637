//! Requests that a web page of somebody else made a browser send.
//!
//! Knows the two headers a browser cannot be made to forge. Invariant: a name that was rebound to
//! this machine, and a page from elsewhere, get nothing but a refusal.

use super::Refusal;
use super::types::{Code, ErrorInfo};
use crate::reach::{Ends, Reach};
use crate::server::Hub;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Lets a request through that was meant for this hub and comes from no other page.
pub(super) async fn check(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let local = request.extensions().get::<Ends>().map(|ends| ends.local.ip());
    match refused(&hub.reach, local, request.headers(), request.uri().host()) {
        Some(error) => Refusal(error).into_response(),
        None => next.run(request).await,
    }
}

fn refused(
    reach: &Reach,
    local: Option<IpAddr>,
    headers: &HeaderMap,
    uri_host: Option<&str>,
) -> Option<ErrorInfo> {
    let local = local.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
    let known = reach.admits(name(host), local) && hosts.next().is_none();
    if !known || uri_host.is_some_and(|host| !reach.admits(name(host), local)) {
        return Some(
            ErrorInfo::new(Code::ForeignOrigin, "the Host header names another machine").next(
                "ask by 127.0.0.1, localhost or a name of its certificate; others are named by \
                 `stillframe serve --host NAME`",
            ),
        );
    }
    let same =
        |origin: &HeaderValue| origin.to_str().is_ok_and(|origin| reach.is_own_page(origin, host));
    if !headers.get_all(header::ORIGIN).iter().all(same) {
        return Some(ErrorInfo::new(
            Code::ForeignOrigin,
            "the Origin header names another page than the hub's own",
        ));
    }
    None
}

/// The name of `name:port`, `[::1]:port` or either without its port.
fn name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split_once(']').map_or(rest, |(name, _)| name);
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_with(pairs: &[(header::HeaderName, &str)]) -> bool {
        let reach = Reach::of(&crate::Options::default()).expect("loopback is safe");
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value.parse().expect("a header"));
        }
        refused(&reach, None, &headers, None).is_some()
    }

    #[test]
    fn only_loopback_names_and_own_pages_pass() {
        use header::{HOST, ORIGIN};
        for host in ["127.0.0.1:4737", "localhost:4737", "LOCALHOST", "[::1]:4737", "127.8.8.8"] {
            assert!(!refused_with(&[(HOST, host)]), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example:4737", "192.168.0.7:4737", "", "::"] {
            assert!(refused_with(&[(HOST, host)]), "{host}");
        }
        assert!(refused_with(&[]));
        assert!(refused_with(&[(HOST, "localhost"), (HOST, "evil.example")]));
        let origin = |origin| refused_with(&[(HOST, "localhost:4737"), (ORIGIN, origin)]);
        assert!(!origin("http://localhost:4737"));
        for foreign in ["http://evil.example", "null", "http://localhost:8080", "https://x"] {
            assert!(origin(foreign), "{foreign}");
        }
    }
}
