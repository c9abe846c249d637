//! Every endpoint against every kind of caller: who is let in, and who is not.

use crate::agent::{Agent, info, open};
use crate::stand::{PATIENCE, Stand, until};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use stillframe_core::transport::message::HubMessage;
use stillframe_hub::Role;
use stillframe_hub::api::{Door, Endpoint, endpoints};

/// Who may use what. Whoever adds an endpoint says here once more who may.
const ENDPOINTS: [(&str, &str, Door); 24] = [
    ("GET", "/healthz", Door::Open),
    ("GET", "/readyz", Door::Open),
    ("GET", "/metrics", Door::Person(Role::Metrics)),
    ("GET", "/agent", Door::Agent),
    ("GET", "/api/v1/me", Door::Person(Role::Metrics)),
    ("GET", "/api/v1/openapi.json", Door::Person(Role::Metrics)),
    ("GET", "/api/v1/instances", Door::Person(Role::Viewer)),
    ("GET", "/api/v1/probes", Door::Person(Role::Viewer)),
    ("POST", "/api/v1/probes", Door::Person(Role::Prober)),
    ("DELETE", "/api/v1/probes", Door::Person(Role::Prober)),
    ("GET", "/api/v1/probes/{id}", Door::Person(Role::Viewer)),
    ("DELETE", "/api/v1/probes/{id}", Door::Person(Role::Prober)),
    ("GET", "/api/v1/probes/{id}/why", Door::Person(Role::Viewer)),
    ("GET", "/api/v1/freeze", Door::Person(Role::Viewer)),
    ("POST", "/api/v1/freeze", Door::Person(Role::Prober)),
    ("DELETE", "/api/v1/freeze", Door::Person(Role::Prober)),
    ("GET", "/api/v1/snapshots", Door::Person(Role::Viewer)),
    ("GET", "/api/v1/snapshots/{probe}/{number}", Door::Person(Role::Viewer)),
    ("GET", "/api/v1/events", Door::Person(Role::Viewer)),
    ("GET", "/api/v1/tokens", Door::Person(Role::Admin)),
    ("POST", "/api/v1/tokens", Door::Person(Role::Admin)),
    ("DELETE", "/api/v1/tokens/{id}", Door::Person(Role::Admin)),
    ("GET", "/api/v1/audit", Door::Person(Role::Admin)),
    ("GET", "/api/v1/audit/verdict", Door::Person(Role::Admin)),
];

/// An answer: its status and, unless it goes on, its body.
pub(crate) fn ask(stand: &Stand, method: &str, path: &str, headers: &str) -> (u16, String) {
    let own = format!("Host: {}\r\n", stand.address());
    let own = if headers.contains("Host:") { "" } else { &own };
    raw(stand, &format!("{method} {path} HTTP/1.1\r\n{own}{headers}Connection: close\r\n\r\n"))
}

/// The same of bytes that need not be a request; status 0 if nothing came.
pub(crate) fn raw(stand: &Stand, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(stand.address()).expect("the hub listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    // A hub that has heard enough closes while it is still being told.
    let _ = stream.write_all(request.as_bytes());
    let mut reader = BufReader::new(stream);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line).is_ok_and(|len| len > 2) {
        head.push_str(&std::mem::take(&mut line));
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let mut body = String::new();
    if !head.contains("text/event-stream") {
        let _ = reader.read_to_string(&mut body);
    }
    (status, body)
}

pub(crate) fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

/// A path with something in its variable parts.
fn filled(endpoint: &Endpoint) -> String {
    let path = endpoint.path.replace("{id}", "zzzz").replace("{probe}", "zzzz");
    path.replace("{number}", "1")
}

/// Gives a token; itself and its id.
fn give(stand: &Stand, wish: &Value) -> (String, String) {
    let (status, made) = stand.ask("POST", "/api/v1/tokens", Some(wish));
    assert_eq!(status, 200, "{made}");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    (text(&made["secret"]), text(&made["token"]["id"]))
}

fn person(stand: &Stand, role: Role) -> String {
    give(stand, &json!({"kind": "user", "user": role.word(), "role": role.word()})).0
}

/// Tokens that open nothing, with what they are.
fn dead(stand: &Stand) -> Vec<(&'static str, String)> {
    let admin = |extra: (&str, Value)| {
        let mut wish = json!({"kind": "user", "user": "eve", "role": "admin"});
        wish[extra.0] = extra.1;
        give(stand, &wish)
    };
    let (expired, _) = admin(("expires_s", json!(1)));
    let (revoked, id) = admin(("role", json!("admin")));
    assert_eq!(stand.ask("DELETE", &format!("/api/v1/tokens/{id}"), None).0, 200);
    let (gone, id) = give(stand, &json!({"kind": "agent", "user": "eve"}));
    assert_eq!(stand.ask("DELETE", &format!("/api/v1/tokens/{id}"), None).0, 200);
    until("a token to expire", || {
        (stand.ask_as(&expired, "GET", "/api/v1/me", None).0 == 401).then_some(())
    });
    let user = stand.ready().user_token.clone();
    vec![
        ("none", String::new()),
        ("empty", bearer("")),
        ("unknown", bearer("sfu_000000000000000000000000000000000000000000000000")),
        ("expired", bearer(&expired)),
        ("revoked", bearer(&revoked)),
        ("an agent's, revoked", bearer(&gone)),
        ("cut", bearer(&user[..user.len() - 1])),
        ("longer", bearer(&format!("{user}0"))),
        ("upper case", bearer(&user.to_uppercase())),
        ("of another scheme", format!("Authorization: Basic {user}\r\n")),
        ("in a cookie", format!("Cookie: token={user}\r\n")),
        ("twice", bearer("sfu_x") + &bearer(&user)),
        ("huge", bearer(&format!("sfu_{}", "a".repeat(16 << 10)))),
        ("of bytes", bearer("sfu_\u{fc}")),
    ]
}

#[test]
fn every_endpoint_is_listed_here_with_who_may() {
    let listed = ENDPOINTS.map(|(method, path, door)| Endpoint { method, path, door });
    assert_eq!(endpoints(), listed);
}

#[test]
fn every_door_opens_to_those_it_is_for_and_to_nobody_else() {
    let stand = Stand::new();
    let agent = stand.ready().agent_token.clone();
    let roles = Role::ALL.map(|role| (role, person(&stand, role)));
    let dead = dead(&stand);
    for endpoint in endpoints() {
        let ask = |headers: &str| ask(&stand, endpoint.method, &filled(&endpoint), headers);
        let what = format!("{} {}", endpoint.method, endpoint.path);
        let is_open = endpoint.door == Door::Open;
        for (kind, headers) in &dead {
            let (status, body) = ask(headers);
            assert_eq!(status, if is_open { 200 } else { 401 }, "{what}, token {kind}: {body}");
            assert!(is_open || body.contains("\"next\""), "{what}: {body}");
        }
        let user = &stand.ready().user_token;
        let in_path = format!("{}?token={user}&access_token={user}", filled(&endpoint));
        let (status, _) = self::ask(&stand, endpoint.method, &in_path, "");
        assert_eq!(status, if is_open { 200 } else { 401 }, "{what}, token in the path");
        for (role, token) in &roles {
            let (status, body) = ask(&bearer(token));
            let is_let_in = match endpoint.door {
                Door::Open => true,
                Door::Agent => false,
                Door::Person(least) => *role >= least,
            };
            let refused = if endpoint.door == Door::Agent { 401 } else { 403 };
            let was_let_in = status != 401 && status != 403;
            assert_eq!(was_let_in, is_let_in, "{what} as {role:?}: {status} {body}");
            assert!(was_let_in || status == refused, "{what} as {role:?}: {status} {body}");
            assert!(status < 500, "{what}: {body}");
        }
        let (status, _) = ask(&bearer(&agent));
        let expected = match endpoint.door {
            Door::Open => 200,
            // It is let in, and does not speak WebSocket.
            Door::Agent => 400,
            Door::Person(_) => 401,
        };
        assert_eq!(status, expected, "{what} with an agent's token");
    }
}

#[test]
fn other_methods_find_nothing_and_head_is_not_a_way_around() {
    let stand = Stand::new();
    let admin = bearer(&stand.ready().user_token);
    for endpoint in endpoints() {
        let path = filled(&endpoint);
        for method in ["PUT", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"] {
            let (status, body) = ask(&stand, method, &path, &admin);
            assert!(matches!(status, 400 | 403 | 404), "{method} {path}: {status} {body}");
        }
        let is_open = endpoint.door == Door::Open;
        let (status, _) = ask(&stand, "HEAD", &path, "");
        assert_eq!(status == 200, is_open, "HEAD {path}: {status}");
    }
}

#[test]
fn every_endpoint_refuses_foreign_hosts_and_pages_before_it_looks_at_a_token() {
    let stand = Stand::new();
    let own = format!("Host: {}\r\n", stand.address());
    let admin = bearer(&stand.ready().user_token);
    let mut hostile: Vec<String> =
        ["evil.example", "127.0.0.1.evil.example", "192.0.2.7", "0.0.0.0"]
            .map(|host| format!("Host: {host}\r\n"))
            .into();
    hostile.push(format!("{own}Host: evil.example\r\n"));
    hostile.push("Host: \r\n".to_owned());
    for origin in ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", ""] {
        hostile.push(format!("{own}Origin: {origin}\r\n"));
    }
    for endpoint in endpoints() {
        for headers in &hostile {
            let (method, path) = (endpoint.method, filled(&endpoint));
            let (status, body) = ask(&stand, method, &path, &format!("{headers}{admin}"));
            assert!(matches!(status, 400 | 403), "{method} {path} {headers}: {status} {body}");
        }
    }
}

#[test]
fn what_a_token_opened_is_closed_when_it_is_revoked() {
    let stand = Stand::with(|options| options.request_time = Duration::from_secs(2));
    let (reader, reader_id) =
        give(&stand, &json!({"kind": "user", "user": "ann", "role": "viewer"}));
    let (agent, agent_id) = give(&stand, &json!({"kind": "agent", "user": "shop"}));
    let mut stream = TcpStream::connect(stand.address()).expect("the hub listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let (host, reader) = (stand.address(), bearer(&reader));
    write!(stream, "GET /api/v1/events HTTP/1.1\r\nHost: {host}\r\n{reader}\r\n").expect("sent");
    let mut events = BufReader::new(stream).lines();
    assert_eq!(events.next().expect("a line").expect("text"), "HTTP/1.1 200 OK");
    let mut shop = Agent::holding(&stand, &agent, info("shop", 2));
    let mut other = Agent::new(&stand, "checkout", 1);
    for id in [reader_id, agent_id] {
        assert_eq!(stand.ask("DELETE", &format!("/api/v1/tokens/{id}"), None).0, 200);
    }
    // It ends, within the patience of the socket, and with its regular last chunk.
    assert_eq!(events.map(|line| line.expect("text")).last().as_deref(), Some(""));
    let last = std::iter::from_fn(|| shop.read()).last();
    let Some(HubMessage::Refused { code, .. }) = last else { panic!("{last:?}") };
    assert_eq!(code, "unauthorized");
    assert_eq!(open(&stand, &agent).err(), Some(401));
    // The other one stays.
    other.capture("zzzz".parse().expect("an id"), [1]);
    other.until_acknowledged(1);
}
