//! Requests and frames that nobody means well with: refused, and of no consequence for others.

use crate::agent::Agent;
use crate::doors::{ask, bearer, raw};
use crate::stand::{PATIENCE, Stand};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use stillframe_core::transport::message::HubMessage;
use stillframe_hub::TlsFiles;

/// What the tests allow for a request; the hub allows more.
const QUICK: Duration = Duration::from_millis(500);

/// Ways of writing paths that lead nowhere.
const PATHS: [&str; 26] = [
    "/../../etc/passwd",
    "/api/v1/../../../etc/passwd",
    "/api/v1/probes/..%2f..%2fhub.db",
    "/api/v1/snapshots/..%2f..%2f/1",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%c0%af..%c0%afetc/passwd",
    "/..\\..\\hub.db",
    "/hub.db",
    "/user-token",
    "/segments/1",
    "/api/v1/probes/%00",
    "/api/v1/probes/p7k2%00",
    "/api/v1/probes/%ff%fe",
    "/api/v1/probes/p7k2%0d%0aX:%20y",
    "/api/v1/snapshots/p7k2/99999999999999999999",
    "/api/v1/snapshots/p7k2/-1",
    "//api/v1/me",
    "/api//v1/me",
    "/api/v1/./me",
    "/api/v1/me/",
    "/api/v1/me%2f",
    "/api/v1/%6de",
    "/API/v1/me",
    "/api/v1/me;role=admin",
    "/healthz/../api/v1/me",
    "/healthz%2f..%2fapi%2fv1%2fme",
];

#[test]
fn no_way_of_writing_a_path_leads_around_a_door_or_to_a_file() {
    let stand = Stand::new();
    let admin = bearer(&stand.ready().user_token);
    let long = format!("/api/v1/probes/{}", "a".repeat(8 << 10));
    let deep = "/..".repeat(1_000);
    for path in PATHS.into_iter().chain([long.as_str(), &deep]) {
        for headers in ["", admin.as_str()] {
            let (status, body) = ask(&stand, "GET", path, headers);
            assert!((400..500).contains(&status), "{path}: {status} {body}");
            assert!(!body.contains("root:") && !body.contains('\r'), "{path}: {body}");
        }
    }
    // An address in the request line says the host once more.
    let host = stand.address();
    let asked = |target: &str| {
        raw(
            &stand,
            &format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{admin}Connection: close\r\n\r\n"),
        )
    };
    assert_eq!(asked("http://evil.example/api/v1/me").0, 403);
    assert_eq!(asked(&format!("http://{host}/api/v1/me")).0, 200);
    assert_eq!(stand.ask("GET", "/api/v1/me", None).0, 200);
}

#[test]
fn what_is_no_request_or_too_much_of_one_is_refused() {
    let stand = Stand::with(|options| options.request_time = QUICK);
    let (host, admin) = (stand.address(), bearer(&stand.ready().user_token));
    let get = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n");
    let post = format!("POST /api/v1/probes HTTP/1.1\r\nHost: {host}\r\n{admin}");
    let many: String = (0..200).map(|n| format!("X-{n}: y\r\n")).collect();
    let chunk = "x".repeat(64 << 10);
    let chunks = format!("10000\r\n{chunk}\r\n").repeat(6);
    for (what, request, statuses) in [
        ("a long header", format!("{get}X: {}\r\n\r\n", "y".repeat(64 << 10)), &[0, 400, 431][..]),
        ("nothing", "\r\n\r\n\r\n".to_owned(), &[0, 400]),
        ("nonsense", "\u{16}\u{3}\u{1}\u{0}hello\r\n\r\n".to_owned(), &[0, 400]),
        ("no host", "GET /healthz HTTP/1.1\r\n\r\n".to_owned(), &[400, 403]),
        ("an old version", "GET /healthz HTTP/0.9\r\n\r\n".to_owned(), &[0, 400]),
        ("a new version", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), &[0, 400]),
        ("many headers", format!("{get}{many}\r\n"), &[400, 431]),
        ("a large body", format!("{post}Content-Length: 999999999\r\n\r\n"), &[413]),
        (
            "large chunks",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"),
            &[413],
        ),
        ("a negative length", format!("{post}Content-Length: -1\r\n\r\n"), &[400]),
        (
            "two lengths",
            format!("{post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"),
            &[400],
        ),
        (
            "two ways to end",
            format!("{post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            &[400],
        ),
        ("a bad chunk", format!("{post}Transfer-Encoding: chunked\r\n\r\nzz\r\n"), &[0, 400]),
        (
            "a deep body",
            format!("{post}Content-Length: 100000\r\n\r\n{}", "[".repeat(100_000)),
            &[400],
        ),
        ("no UTF-8", format!("{post}Content-Length: 2\r\n\r\n\u{fc}"), &[400]),
    ] {
        let (status, body) = raw(&stand, &request);
        assert!(statuses.contains(&status), "{what}: {status} {body}");
    }
    assert_eq!(stand.ask("GET", "/healthz", None).0, 200);
}

/// How long the hub keeps it, which has an end.
fn is_closed(mut stream: TcpStream) -> bool {
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => true,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn who_dawdles_is_let_go_and_keeps_nobody_out() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tls");
    let tls = TlsFiles { certificate: folder.join("hub.pem"), key: folder.join("hub.key") };
    let plain = Stand::with(|options| options.request_time = QUICK);
    let (host, admin) = (plain.address(), bearer(&plain.ready().user_token));
    let head = format!("Host: {host}\r\n{admin}");
    let begun = |stand: &Stand, text: &str| {
        let mut stream = TcpStream::connect(stand.address()).expect("the hub listens");
        stream.write_all(text.as_bytes()).expect("sent");
        stream
    };
    let many: Vec<_> = (0..150).map(|_| begun(&plain, "GET /healthz HT")).collect();
    assert_eq!(plain.ask("GET", "/healthz", None).0, 200, "others are served meanwhile");
    for text in [
        String::new(),
        "G".to_owned(),
        format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n"),
        // Answered, and then kept open for nothing.
        format!("GET /healthz HTTP/1.1\r\n{head}\r\n"),
        format!("POST /api/v1/probes HTTP/1.1\r\n{head}Content-Length: 9\r\n\r\n{{"),
    ] {
        assert!(is_closed(begun(&plain, &text)), "{text}");
    }
    assert!(many.into_iter().all(is_closed));
    let encrypted = Stand::with(|options| {
        (options.request_time, options.tls) = (QUICK, Some(tls));
    });
    for text in ["", "\u{16}", "\u{16}\u{3}\u{1}\u{2}\u{0}"] {
        assert!(is_closed(begun(&encrypted, text)), "{text:?}");
    }
}

#[test]
fn a_broken_frame_ends_that_one_connection() {
    let stand = Stand::new();
    let mut good = Agent::new(&stand, "checkout", 1);
    let masked = |head: &[u8], body: &[u8]| [head, &[0; 4], body].concat();
    for (what, bytes) in [
        ("not masked", vec![0x81, 2, b'{', b'}']),
        ("a reserved word", masked(&[0x83, 0x80], b"")),
        ("a reserved bit", masked(&[0xc1, 0x82], b"{}")),
        ("a ping in parts", masked(&[0x09, 0x80], b"")),
        ("a long ping", masked(&[0x89, 0xfe, 0, 200], &[0; 200])),
        ("a part of nothing", masked(&[0x80, 0x82], b"{}")),
        ("no UTF-8", masked(&[0x81, 0x82], &[0xff, 0xfe])),
        ("an endless one", masked(&[0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255], b"")),
        ("a negative one", masked(&[0x82, 0xff, 255, 255, 255, 255, 255, 255, 255, 255], b"")),
        ("a bad close", masked(&[0x88, 0x81], &[1])),
        ("a hello in binary", masked(&[0x82, 0x82], b"{}")),
        ("HTTP once more", b"GET /api/v1/me HTTP/1.1\r\n\r\n".to_vec()),
    ] {
        let mut bad = Agent::new(&stand, "bad", 2);
        bad.say_bytes(&bytes);
        // Its last word may be why; then it ends.
        let last = std::iter::from_fn(|| bad.read()).last();
        assert!(matches!(last, None | Some(HubMessage::Refused { .. })), "{what}: {last:?}");
    }
    good.capture("zzzz".parse().expect("an id"), [1]);
    good.until_acknowledged(1);
}

#[test]
fn figures_hold_numbers_and_no_names() {
    let stand = Stand::new();
    let _agent = Agent::new(&stand, "secret-service", 1);
    assert_eq!(stand.ask_as("sfu_x", "GET", "/metrics", None).0, 401);
    let (status, page) = stand.ask("GET", "/metrics", None);
    let page = page.as_str().expect("text").to_owned();
    assert_eq!(status, 200);
    for line in ["stillframe_hub_agents 1", "stillframe_hub_store_up 1", "stillframe_hub_probes 0"]
    {
        assert!(page.lines().any(|found| found == line), "{line}: {page}");
    }
    assert!(page.contains("stillframe_hub_refused_total{code=\"unauthorized\"} 1"), "{page}");
    for secret in ["secret", "lea", "127.0.0.1", "sfu_", "sfa_"] {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
    let is_sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').expect("a name and a value");
        name.starts_with("stillframe_hub_") && value.parse::<f64>().is_ok()
    };
    assert!(page.lines().all(|line| line.starts_with("# ") || is_sample(line)), "{page}");
}
