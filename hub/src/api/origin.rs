//! Requests that a web page of somebody else made a browser send.
//!
//! Knows the two headers a browser cannot be made to forge. Invariant: a name that was rebound to
//! loopback, and a page from elsewhere, get nothing but a refusal.

use super::Refusal;
use super::types::{Code, ErrorInfo};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;

/// Lets a request through that comes from this machine by a loopback name.
pub(super) async fn check(request: Request, next: Next) -> Response {
    match refused(request.headers(), request.uri().host()) {
        Some(error) => Refusal(error).into_response(),
        None => next.run(request).await,
    }
}

fn refused(headers: &HeaderMap, uri_host: Option<&str>) -> Option<ErrorInfo> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    let known = host.is_some_and(|host| is_loopback(name(host))) && hosts.next().is_none();
    if !known || uri_host.is_some_and(|host| !is_loopback(host)) {
        return Some(
            ErrorInfo::new(Code::ForeignOrigin, "the Host header names another machine")
                .next("ask by 127.0.0.1 or localhost"),
        );
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let same = |origin: &axum::http::HeaderValue| {
        let origin = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        origin.is_some() && origin == host
    };
    if !origins.all(same) {
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

fn is_loopback(name: &str) -> bool {
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_with(pairs: &[(header::HeaderName, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value.parse().expect("a header"));
        }
        refused(&headers, None).is_some()
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
