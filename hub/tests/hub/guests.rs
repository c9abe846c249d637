//! How many connections one address may have, by real sockets.

use crate::agent::{Agent, info, open};
use crate::doors::{ask, bearer, raw};
use crate::stand::{PATIENCE, Stand, until};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use stillframe_core::ids::InstanceId;
use stillframe_hub::PerAddress;

/// Connections that say nothing.
fn silent(stand: &Stand, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| TcpStream::connect(stand.address()).expect("the hub listens")).collect()
}

fn connections(stand: &Stand, count: u64) {
    until("the connections", || {
        let (_, page) = stand.ask("GET", "/metrics", None);
        let page = page.as_str()?.to_owned();
        let line = page.lines().find(|line| line.starts_with("stillframe_hub_connections "))?;
        (line == format!("stillframe_hub_connections {count}")).then_some(())
    });
}

#[test]
fn those_without_a_token_are_bounded_and_told_and_keep_no_agent_out_that_is_there() {
    let stand = Stand::with(|options| {
        options.per_address = PerAddress { unproven: 8, proven: 64 };
        options.request_time = Duration::from_secs(2);
    });
    let mut agent = Agent::new(&stand, "checkout", 1);
    // Idle, and asking again and again what anybody may ask or with what opens nothing.
    let mut held = silent(&stand, 4);
    for extra in ["", "", &bearer("sfu_x"), &bearer("sfa_x")] {
        let mut stream = TcpStream::connect(stand.address()).expect("the hub listens");
        let host = stand.address();
        write!(stream, "GET /healthz HTTP/1.1\r\nHost: {host}\r\n{extra}\r\n").expect("sent");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 200");
        held.push(stream);
    }
    let admin = bearer(&stand.ready().user_token);
    for (path, headers) in [("/healthz", ""), ("/api/v1/me", admin.as_str()), ("/agent", "")] {
        let (status, body) = ask(&stand, "GET", path, headers);
        assert_eq!(status, 503, "{path}: {body}");
        assert!(body.contains(r#""code":"busy""#) && body.contains("in a moment"), "{body}");
    }
    assert_eq!(open(&stand, &stand.ready().agent_token).err(), Some(503));
    // Bytes that are no request are answered the same.
    assert_eq!(raw(&stand, "\u{16}\u{3}\u{1}\u{2}\u{0}").0, 503);
    agent.capture("zzzz".parse().expect("an id"), [1]);
    agent.until_acknowledged(1);
    // Those who say nothing are gone after the time for a request, and their places are free.
    for mut stream in held {
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        let _ = stream.read_to_end(&mut Vec::new()).expect("the hub ends it");
    }
    let _another = Agent::new(&stand, "checkout", 2);
    let (_, page) = stand.ask("GET", "/metrics", None);
    assert!(page.as_str().expect("text").contains("refused_total{code=\"busy\"} 5"), "{page}");
}

#[test]
fn those_with_a_token_are_bounded_apart() {
    let stand = Stand::with(|options| {
        options.per_address = PerAddress { unproven: 4, proven: 6 };
    });
    // More agents than there may be connections without a token.
    let mut agents: Vec<_> = (1..=6).map(|pid| Agent::new(&stand, "checkout", pid)).collect();
    let token = stand.ready().agent_token.clone();
    assert_eq!(open(&stand, &token).err(), Some(503));
    let admin = bearer(&stand.ready().user_token);
    let (status, body) = ask(&stand, "GET", "/api/v1/me", &admin);
    assert!(status == 503 && body.contains("from yours"), "{status} {body}");
    assert_eq!(ask(&stand, "GET", "/healthz", "").0, 200, "which asks for no token");
    drop(agents.pop());
    let _next = until("a place that is free again", || open(&stand, &token).ok());
}

#[test]
fn a_thousand_agents_of_one_address_are_served_while_others_of_it_dawdle() {
    let stand = Stand::new();
    let _dawdling = silent(&stand, 200);
    let agents: Vec<_> = (0..1_000_u32)
        .map(|pid| {
            let mut id = [7; 16];
            id[..4].copy_from_slice(&pid.to_le_bytes());
            Agent::with(&stand, info("checkout", pid), InstanceId(id))
        })
        .collect();
    let (_, page) = stand.ask("GET", "/metrics", None);
    assert!(page.as_str().expect("text").contains("stillframe_hub_agents 1000\n"), "{page}");
    drop(agents);
    // What is left are those, and the one that asks.
    connections(&stand, 201);
}

#[test]
fn behind_a_proxy_each_of_those_it_names_has_a_bound_of_its_own() {
    let stand = Stand::with(|options| {
        options.per_address = PerAddress { unproven: 2, proven: 3 };
        options.tls_terminated_by_proxy = true;
    });
    let _of_the_proxy = silent(&stand, 20);
    let own = bearer(&stand.ready().user_token);
    let (host, events) = (stand.address(), "GET /api/v1/events HTTP/1.1\r\n");
    let stream = |of: &str| {
        let mut stream = TcpStream::connect(host).expect("the hub listens");
        let from = format!("X-Forwarded-For: 6.6.6.6, {of}\r\n");
        write!(stream, "{events}Host: {host}\r\n{own}{from}\r\n").expect("sent");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).expect("an answer");
        (String::from_utf8_lossy(&answer).into_owned(), stream)
    };
    let of = |address| (0..4).map(|_| stream(address)).collect::<Vec<_>>();
    let all = [of("192.0.2.9"), of("192.0.2.7")];
    for of_one in &all {
        let statuses: Vec<_> = of_one.iter().map(|(status, _)| &status[9..]).collect();
        assert_eq!(statuses, ["200", "200", "200", "503"]);
    }
}
