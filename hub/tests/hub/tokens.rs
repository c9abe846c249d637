//! Who is let in, and from where.

use crate::agent::open;
use crate::stand::{PATIENCE, Stand, not_started};
use std::io::{Read, Write};
use std::net::TcpStream;
use stillframe_core::error::ErrorKind;

fn raw(stand: &Stand, request: &str) -> String {
    let mut stream = TcpStream::connect(stand.address()).expect("the hub listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    // A connection that the hub resets has answered before.
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn each_kind_of_token_opens_its_own_door_and_the_wrong_one_is_named() {
    let stand = Stand::new();
    let (user, agent) = (stand.ready().user_token.clone(), stand.ready().agent_token.clone());
    assert_eq!(stand.ask("GET", "/api/v1/me", None).0, 200);
    let (status, body) = stand.ask_as(&agent, "GET", "/api/v1/me", None);
    assert_eq!((status, body["error"]["code"].as_str()), (401, Some("wrong_token")));
    let said = body["error"]["message"].as_str().expect("words");
    assert!(said.contains("agent's token (sfa_…)") && said.contains("sfu_"), "{said}");
    for token in ["", "sfu_00", "nonsense"] {
        let (status, body) = stand.ask_as(token, "GET", "/api/v1/probes", None);
        assert_eq!((status, body["error"]["code"].as_str()), (401, Some("unauthorized")));
        assert!(body["error"]["next"].is_string());
    }
    assert!(open(&stand, &agent).is_ok());
    for token in [user.as_str(), "", "sfa_00"] {
        assert_eq!(open(&stand, token).err(), Some(401));
    }
    assert_eq!(stand.ask_as("", "GET", "/healthz", None).0, 200);
}

#[test]
fn a_foreign_host_or_origin_gets_nothing() {
    let stand = Stand::new();
    let token = &stand.ready().user_token;
    let ask = |headers: &str, path: &str| {
        let request = format!(
            "GET {path} HTTP/1.1\r\n{headers}Authorization: Bearer {token}\r\n\
             Connection: close\r\n\r\n"
        );
        raw(&stand, &request).lines().next().unwrap_or_default().to_owned()
    };
    let own = format!("Host: {}\r\n", stand.address());
    assert_eq!(ask(&own, "/api/v1/me"), "HTTP/1.1 200 OK");
    for path in ["/api/v1/me", "/healthz", "/agent", "/api/v1/events"] {
        assert_eq!(ask("Host: evil.example\r\n", path), "HTTP/1.1 403 Forbidden");
        let page = format!("{own}Origin: http://evil.example\r\n");
        assert_eq!(ask(&page, path), "HTTP/1.1 403 Forbidden");
        let other_port = format!("{own}Origin: http://127.0.0.1:1\r\n");
        assert_eq!(ask(&other_port, path), "HTTP/1.1 403 Forbidden");
    }
    let page = format!("{own}Origin: http://{}\r\n", stand.address());
    assert_eq!(ask(&page, "/api/v1/me"), "HTTP/1.1 200 OK");
}

#[test]
fn anything_but_loopback_is_refused_in_words() {
    let error = not_started(|options| options.bind = "0.0.0.0:0".parse().expect("an address"));
    assert_eq!(error.kind(), ErrorKind::Policy);
    assert!(error.message().contains("in the clear"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("ssh -L")), "{error}");
}

#[test]
fn a_port_in_use_is_said() {
    let stand = Stand::new();
    let error = not_started(|options| options.bind = stand.address());
    assert!(error.message().contains("cannot listen"), "{error}");
    assert!(error.hint().is_some());
}
