//! Where the hub is: which addresses the agent's link accepts.
//!
//! Knows no connection. Invariant: an address without TLS is one of this machine, for plain text
//! leaves it nowhere.

use crate::error::{Error, ErrorKind, Result};
use crate::transport::message::AGENT_PATH;
use std::net::{SocketAddr, ToSocketAddrs};

/// Port of a hub that names none.
pub const DEFAULT_PORT: u16 = 4737;
/// The same with TLS: where proxies and load balancers listen.
const DEFAULT_TLS_PORT: u16 = 443;

/// A hub's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
    is_tls: bool,
}

impl Address {
    /// Reads `http://127.0.0.1:4737`, the same with `ws` or without a scheme, and `https://HOST`, the
    /// same with `wss`.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let refuse = |message: String| Error::new(ErrorKind::Hub, message);
        let malformed = || {
            refuse(format!("{text:?} is no address of a hub"))
                .with_hint("write one such as http://127.0.0.1:4737")
        };
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let is_tls = match scheme {
            "http" | "ws" => false,
            "https" | "wss" => true,
            _ => return Err(malformed()),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(refuse("an address holds no user or password".to_owned()));
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !host.ends_with(':') && !port.ends_with(']') => {
                (host, port.parse().map_err(|_| malformed())?)
            }
            _ => (authority, if is_tls { DEFAULT_TLS_PORT } else { DEFAULT_PORT }),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() || port == 0 {
            return Err(malformed());
        }
        let address = Self { host: host.to_owned(), port, is_tls };
        if !is_tls && !address.may_be_loopback() {
            return Err(refuse(format!("{host} is another machine, and http:// has no TLS"))
                .with_hint(format!(
                    "write https://{host}; plain connections are for 127.0.0.1, ::1 and localhost"
                )));
        }
        Ok(address)
    }

    fn may_be_loopback(&self) -> bool {
        let ip = self.host.parse::<std::net::IpAddr>();
        ip.map_or(self.host.eq_ignore_ascii_case("localhost"), |ip| ip.is_loopback())
    }

    /// The host's name or address, as a certificate is for it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether a connection is to be encrypted.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// `HOST:PORT`, as a proxy is asked for it.
    pub(super) fn target(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// The addresses behind it; without TLS only those of loopback.
    pub fn resolve(&self) -> Result<Vec<SocketAddr>> {
        let found = (self.host.as_str(), self.port).to_socket_addrs().map_err(|error| {
            Error::new(ErrorKind::Hub, format!("{} has no address: {error}", self.host))
        })?;
        // A resolver may say that `localhost` is anywhere.
        Ok(found.filter(|address| self.is_tls || address.ip().is_loopback()).collect())
    }

    /// The request's address of the agents' WebSocket.
    pub fn url(&self) -> String {
        let scheme = if self.is_tls { "wss" } else { "ws" };
        format!("{scheme}://{}{AGENT_PATH}", self.target())
    }
}

/// `text` with `%C3`-like escapes resolved, as resource attributes are encoded (OpenTelemetry's Resource
/// SDK, as W3C Baggage) and paths in addresses.
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *byte == b'%');
        let code = digits
            .and_then(|digits| str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*byte));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_in_every_spelling_and_others_with_tls() {
        for (text, url) in [
            ("http://127.0.0.1:4737", "ws://127.0.0.1:4737/agent"),
            ("ws://localhost:99/ignored", "ws://localhost:99/agent"),
            ("127.0.0.2", "ws://127.0.0.2:4737/agent"),
            ("http://[::1]:80", "ws://[::1]:80/agent"),
            ("http://[::1]", "ws://[::1]:4737/agent"),
            ("https://hub.example", "wss://hub.example:443/agent"),
            ("wss://127.0.0.1:4737/", "wss://127.0.0.1:4737/agent"),
            ("https://[2001:db8::7]", "wss://[2001:db8::7]:443/agent"),
        ] {
            let address = Address::parse(text).expect(text);
            assert_eq!(address.url(), url);
        }
    }

    #[test]
    fn everything_else_is_refused_with_the_reason() {
        for (text, word) in [
            ("http://10.0.0.1:4737", "another machine"),
            ("http://localhost.example", "another machine"),
            ("http://me:secret@127.0.0.1", "password"),
            ("http://127.0.0.1:http", "no address"),
            ("ftp://127.0.0.1", "no address"),
            ("", "no address"),
            ("http://:4737", "no address"),
        ] {
            let error = Address::parse(text).expect_err(text);
            assert!(error.message().contains(word), "{text}: {error}");
            assert_eq!(error.kind(), ErrorKind::Hub);
        }
    }
}
