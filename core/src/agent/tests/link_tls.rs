//! The link through TLS: a hub whose certificate is good, and those whose is not.

use super::help::*;
use crate::agent::Agent;
use crate::agent::double::Double;
use crate::transport::message::{AgentMessage, HubMessage};
use crate::wire::{decode_batch, unpack};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tungstenite::{Message, WebSocket};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tls").join(name)
}

/// Listens with the certificate of that name.
struct Hub {
    listener: TcpListener,
    config: Arc<ServerConfig>,
}

type Tls = StreamOwned<ServerConnection, TcpStream>;

impl Hub {
    fn new(name: &str) -> Self {
        let chain = CertificateDer::pem_file_iter(file(&format!("{name}.pem"))).expect("a file");
        let chain = chain.map(|one| one.expect("a certificate")).collect();
        let key = PrivateKeyDer::from_pem_file(file(&format!("{name}.key"))).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a pair");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self { listener, config: Arc::new(config) }
    }

    fn agent(&self, scheme: &str, authority: &str) -> Arc<Agent<Double>> {
        let port = self.listener.local_addr().expect("it is bound").port();
        let authority = file(authority).to_string_lossy().into_owned();
        agent_with(&[
            ("STILLFRAME_HUB", &format!("{scheme}://localhost:{port}")),
            ("STILLFRAME_CA_FILE", &authority),
            ("STILLFRAME_AGENT_TOKEN", "sfa_test"),
        ])
    }

    fn stream(&self) -> Tls {
        // `localhost` may be asked for by IPv6 first, where nobody listens.
        let (stream, _) = self.listener.accept().expect("somebody connects");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
        let connection = ServerConnection::new(Arc::clone(&self.config)).expect("a connection");
        StreamOwned::new(connection, stream)
    }
}

fn next(socket: &mut WebSocket<Tls>) -> Message {
    socket.read().expect("the agent speaks")
}

#[test]
fn all_goes_through_tls_as_it_goes_without() {
    let hub = Hub::new("hub");
    let agent = hub.agent("https", "ca.pem");
    let mut socket = tungstenite::accept(hub.stream()).expect("it shakes hands");
    let Message::Text(hello) = next(&mut socket) else { panic!("hello") };
    assert!(matches!(AgentMessage::parse(&hello), Ok(AgentMessage::Hello { .. })));
    let say = |socket: &mut WebSocket<Tls>, message: &HubMessage| {
        let text = serde_json::to_string(message).expect("it has a text");
        socket.send(Message::text(text)).expect("the agent reads");
    };
    let welcome = HubMessage::Welcome { protocol: 1, hub: "test".to_owned(), held: Vec::new() };
    say(&mut socket, &welcome);
    let probe = r#"{"id":"aa","location":"app.py:3","limit":100000,"rate_per_s":100000}"#;
    say(&mut socket, &HubMessage::Probes { probes: vec![spec(probe)] });
    until(&agent, || !agent.runtime().sites().is_empty());
    let site = agent.runtime().sites()[0];
    // More than one record of TLS holds.
    let captured = || report(&agent, "aa".parse().expect("an id")).counters.captured;
    while captured() < 300 {
        agent.hit(site, &HIT);
    }
    let captured = captured();
    let mut latest = 0;
    while latest < captured {
        if let Message::Binary(bytes) = next(&mut socket) {
            let batch = decode_batch(&unpack(&bytes).expect("a frame")).expect("a batch");
            for snapshot in batch.snapshots {
                assert_eq!(snapshot.sequence, latest + 1);
                latest = snapshot.sequence;
            }
        }
    }
    say(&mut socket, &HubMessage::Ack { sequence: latest });
    flushed(&agent);
    assert_eq!(agent.status().link.expect("there is a hub").state, "connected");
}

#[test]
fn a_certificate_that_is_not_to_be_trusted_gets_no_token() {
    for (name, authority, words) in [
        ("hub", "other-ca.pem", "authority that is not trusted"),
        ("elsewhere", "ca.pem", "not for localhost"),
        ("expired", "ca.pem", "expired"),
        ("hub", "none.pem", "cannot be used"),
    ] {
        let hub = Hub::new(name);
        let agent = hub.agent("wss", authority);
        if authority != "none.pem" {
            let ended = tungstenite::accept(hub.stream());
            assert!(ended.is_err(), "{name}: it must not get as far as a request");
        }
        let said = || agent.status().link.and_then(|link| link.error).unwrap_or_default();
        until(&agent, || said().contains(words));
    }
}

#[test]
fn a_hub_elsewhere_is_reached_through_the_proxy_of_the_environment() {
    let hub = Hub::new("hub");
    let proxy = hub.listener.local_addr().expect("it is bound");
    let authority = file("ca.pem").to_string_lossy().into_owned();
    // Nobody has an address for that name: the proxy is asked for it.
    let agent = agent_with(&[
        ("STILLFRAME_HUB", "https://hub.test"),
        ("STILLFRAME_CA_FILE", &authority),
        ("HTTPS_PROXY", &format!("http://lea:secret@{proxy}")),
    ]);
    let (mut stream, _) = hub.listener.accept().expect("somebody connects");
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("it asks");
        asked.push(byte[0]);
    }
    let asked = String::from_utf8(asked).expect("text");
    assert!(asked.starts_with("CONNECT hub.test:443 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("Basic bGVhOnNlY3JldA=="), "{asked}");
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").expect("sent");
    let connection = ServerConnection::new(Arc::clone(&hub.config)).expect("a connection");
    let mut socket =
        tungstenite::accept(StreamOwned::new(connection, stream)).expect("it shakes hands");
    let Message::Text(hello) = next(&mut socket) else { panic!("hello") };
    assert!(matches!(AgentMessage::parse(&hello), Ok(AgentMessage::Hello { .. })));
    drop(socket);
    let (mut again, _) = hub.listener.accept().expect("it comes back");
    again.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").expect("sent");
    let said = || agent.status().link.and_then(|link| link.error).unwrap_or_default();
    until(&agent, || said().contains("it says 403"));
    assert!(!said().contains("secret"), "{}", said());
}

#[test]
fn what_does_not_speak_tls_is_said() {
    let hub = Hub::new("hub");
    let agent = hub.agent("https", "ca.pem");
    let (mut stream, _) = hub.listener.accept().expect("somebody connects");
    stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").expect("sent");
    let said = || agent.status().link.and_then(|link| link.error).unwrap_or_default();
    until(&agent, || said().contains("does not speak TLS"));
}
