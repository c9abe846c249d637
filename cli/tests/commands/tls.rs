//! A hub with a certificate, asked by the command.

use super::hub::Hub;
use super::support::{Machine, PATIENCE, Ran};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

pub(crate) fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tls").join(name)
}

/// Copies a certificate to where the hub of a machine looks for it.
pub(crate) fn install(machine: &Machine, name: &str) -> [String; 2] {
    ["pem", "key"].map(|kind| {
        let path = machine.path(&format!("hub.{kind}"));
        std::fs::copy(file(&format!("{name}.{kind}")), &path).expect("copied");
        path.to_string_lossy().into_owned()
    })
}

fn trusting(machine: &Machine, authority: &str, args: &[&str]) -> Ran {
    let mut command = machine.command(args);
    command.env("STILLFRAME_CA_FILE", file(authority));
    command.output().expect("it starts").into()
}

#[test]
fn it_is_asked_where_its_certificate_is_trusted_and_nowhere_else() {
    let machine = Machine::new();
    let [certificate, key] = install(&machine, "hub");
    let hub = Hub::with(&machine, &["--tls-cert", &certificate, "--tls-key", &key]);
    assert!(hub.url().starts_with("https://127.0.0.1:"), "{}", hub.url());
    trusting(&machine, "ca.pem", &["ls", "-o", "json"]).done();
    let ran = trusting(&machine, "other-ca.pem", &["ls"]).failed(6);
    assert!(ran.stderr.contains("not trusted here"), "{ran:?}");
    assert!(ran.stderr.contains("STILLFRAME_CA_FILE"), "{ran:?}");
    let ran = machine.run(&["ls"]).failed(6);
    assert!(ran.stderr.contains("STILLFRAME_CA_FILE"), "{ran:?}");
    trusting(&machine, "none.pem", &["ls"]).failed(6);
    let plain = hub.url().replace("https://", "http://");
    let token = machine.path("home/data/stillframe/user-token");
    let mut command = machine.command(&["ls", "--hub", &plain]);
    let ran: Ran = command.env("STILLFRAME_TOKEN_FILE", token).output().expect("it starts").into();
    assert!(ran.failed(2).stderr.contains("https://"));
}

#[test]
fn a_renewed_certificate_is_read_on_a_hang_up() {
    let machine = Machine::new();
    let [certificate, key] = install(&machine, "elsewhere");
    let hub = Hub::with(&machine, &["--tls-cert", &certificate, "--tls-key", &key]);
    let ran = trusting(&machine, "ca.pem", &["ls"]).failed(6);
    assert!(ran.stderr.contains("not for 127.0.0.1"), "{ran:?}");
    install(&machine, "renewed");
    hub.signal(rustix::process::Signal::HUP);
    let start = Instant::now();
    while trusting(&machine, "ca.pem", &["ls"]).code != Some(0) {
        assert!(start.elapsed() < PATIENCE, "the new certificate was not read");
    }
}

#[test]
fn what_is_not_safe_is_not_served() {
    let machine = Machine::new();
    let refused = |code: i32, args: &[&str]| machine.run(&[&["serve"], args].concat()).failed(code);
    let ran = refused(5, &["--bind", "0.0.0.0:0"]);
    for word in ["in the clear", "--tls-cert", "--tls-terminated-by-proxy", "ssh -L"] {
        assert!(ran.stderr.contains(word), "{word}: {ran:?}");
    }
    let ran = refused(5, &["--bind", "0.0.0.0:0", "--tls-terminated-by-proxy"]);
    assert!(ran.stderr.contains("--host"), "{ran:?}");
    refused(2, &["--tls-cert", "hub.pem"]);
    let [certificate, key] = install(&machine, "hub");
    let other = file("renewed.key");
    refused(1, &["--tls-cert", &certificate, "--tls-key", &other.to_string_lossy()]);
    let named = ["--tls-cert", &certificate, "--tls-key", &key, "--host", "evil.test"];
    assert!(refused(5, &named).stderr.contains("evil.test"));
}

/// A proxy that leads to `hub` whatever it is asked for, and what it was asked for first.
fn proxy(hub: String) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut here) = stream else { return };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                here.read_exact(&mut byte).expect("a request");
                head.push(byte[0]);
            }
            // Nobody may be interested any more.
            let _ = tell.send(String::from_utf8_lossy(&head).into_owned());
            here.write_all(b"HTTP/1.1 200 OK\r\n\r\n").expect("answered");
            let mut there = TcpStream::connect(&hub).expect("the hub listens");
            let (mut from, mut to) = (here.try_clone(), there.try_clone());
            std::thread::spawn(move || {
                let (Ok(from), Ok(to)) = (&mut from, &mut to) else { return };
                let _ = std::io::copy(from, to);
            });
            std::thread::spawn(move || std::io::copy(&mut there, &mut here));
        }
    });
    (format!("http://{address}"), told)
}

#[test]
fn a_hub_elsewhere_is_asked_through_the_proxy_of_the_environment() {
    let (machine, elsewhere) = (Machine::new(), Machine::new());
    let [certificate, key] = install(&elsewhere, "hub");
    let hub = Hub::with(&elsewhere, &["--tls-cert", &certificate, "--tls-key", &key]);
    let (proxy, asked) = proxy(hub.url().replace("https://", ""));
    let ask = |except: &str| -> Ran {
        let mut command = machine.command(&["ls", "--hub", "https://hub.test:4737"]);
        command
            .env("STILLFRAME_CA_FILE", file("ca.pem"))
            .env("STILLFRAME_TOKEN_FILE", elsewhere.path("home/data/stillframe/user-token"))
            .env("HTTPS_PROXY", &proxy)
            .env("NO_PROXY", except);
        command.output().expect("it starts").into()
    };
    ask("other.test").done();
    let asked = asked.recv_timeout(PATIENCE).expect("it was asked");
    assert!(asked.starts_with("CONNECT hub.test:4737 HTTP/1.1\r\n"), "{asked}");
    assert!(!asked.contains("sfu_"), "{asked}");
    ask("hub.test").failed(6);
}
