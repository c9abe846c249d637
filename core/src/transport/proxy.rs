//! A way through an HTTP proxy: `CONNECT`, and its answer.
//!
//! Knows the request and how it is refused. Invariant: it reads nothing of what comes behind the
//! answer, and the proxy's password is in no message.

use super::address::percent_decoded;
use crate::error::{Error, ErrorKind, Result};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, ToSocketAddrs};

/// Port of a proxy that names none.
const DEFAULT_PORT: u16 = 3128;
/// Bytes of an answer's head.
const MAX_ANSWER: usize = 16 << 10;

/// A proxy as `HTTPS_PROXY` names it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Proxy {
    host: String,
    port: u16,
    /// `user:password`.
    user: Option<String>,
}

fn refuse(message: String) -> Error {
    Error::new(ErrorKind::Hub, message)
}

impl Proxy {
    /// Reads `http://proxy:3128`, with `user:password@` or without a scheme.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let malformed = || {
            refuse("HTTPS_PROXY names no proxy that can be used".to_owned())
                .with_hint("write http://HOST:PORT, or except the hub by NO_PROXY")
        };
        let (scheme, rest) = text.trim().split_once("://").unwrap_or(("http", text.trim()));
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(percent_decoded(user)), place),
            None => (None, authority),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| malformed())?)
            }
            _ => (place, DEFAULT_PORT),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if scheme != "http" || host.is_empty() || port == 0 {
            return Err(malformed());
        }
        Ok(Self { host: host.to_owned(), port, user })
    }

    /// Its addresses.
    pub(super) fn resolve(&self) -> Result<Vec<SocketAddr>> {
        let found = (self.host.as_str(), self.port).to_socket_addrs();
        let found = found.map_err(|error| {
            refuse(format!("the proxy {} of HTTPS_PROXY has no address: {error}", self.host))
        })?;
        Ok(found.collect())
    }

    /// Asks for a way to `target`; `wait` waits until `stream` can be read, and fails when it is time.
    pub(super) fn open(
        &self,
        stream: &mut (impl Read + Write),
        target: &str,
        wait: impl Fn() -> Result<()>,
    ) -> Result<()> {
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
        if let Some(user) = &self.user {
            request += &format!("Proxy-Authorization: Basic {}\r\n", base64(user.as_bytes()));
        }
        request += "\r\n";
        let broken =
            |error: io::Error| refuse(format!("the proxy {} broke off: {error}", self.host));
        // A socket that was just opened takes so little at once.
        stream.write_all(request.as_bytes()).map_err(broken)?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            match stream.read(&mut byte) {
                Ok(0) => return Err(broken(io::ErrorKind::UnexpectedEof.into())),
                Ok(_) if answer.len() < MAX_ANSWER => answer.push(byte[0]),
                Ok(_) => return Err(self.refused(target, "nothing that ends")),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait()?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(error)),
            }
        }
        let answer = String::from_utf8_lossy(&answer);
        let status = answer.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1));
        match status.unwrap_or_default() {
            status if status.len() == 3 && status.starts_with('2') => Ok(()),
            "407" => Err(self
                .refused(target, "407")
                .with_hint("give it a user: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT")),
            status => {
                let status: String = status.chars().filter(char::is_ascii_digit).take(3).collect();
                Err(self.refused(target, &status))
            }
        }
    }

    fn refused(&self, target: &str, said: &str) -> Error {
        refuse(format!("the proxy {} does not lead to {target}: it says {said}", self.host))
            .with_hint("ask who runs the proxy, or except the hub by NO_PROXY")
    }
}

/// Base 64 as `Basic` authentication has it.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digit = |at: usize| match at <= chunk.len() {
            true => char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize]),
            false => '=',
        };
        [0, 1, 2, 3].map(digit)
    };
    bytes.chunks(3).flat_map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream of which each read gives one thing, and that remembers what was written.
    struct Script(Vec<Option<&'static str>>, Vec<u8>);

    impl Read for Script {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.first_mut() {
                None => Ok(0),
                Some(None) => {
                    self.0.remove(0);
                    Err(io::ErrorKind::WouldBlock.into())
                }
                Some(Some("")) => {
                    self.0.remove(0);
                    self.read(buffer)
                }
                Some(Some(text)) => {
                    buffer[0] = text.as_bytes()[0];
                    *text = &text[1..];
                    Ok(1)
                }
            }
        }
    }

    impl Write for Script {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn addresses_of_proxies() {
        for (text, host, port, user) in [
            ("http://proxy:8080", "proxy", 8080, None),
            ("proxy", "proxy", 3128, None),
            ("http://lea:p%40ss@[::1]:99/", "::1", 99, Some("lea:p@ss")),
        ] {
            let proxy = Proxy::parse(text).expect(text);
            assert_eq!((proxy.host.as_str(), proxy.port), (host, port));
            assert_eq!(proxy.user.as_deref(), user);
        }
        for text in ["https://proxy", "socks5://proxy:1", "http://:1", "http://a:secret@b:x", ""] {
            let error = Proxy::parse(text).err().expect(text);
            assert!(!error.to_string().contains("secret") && error.hint().is_some());
        }
    }

    #[test]
    fn it_asks_and_reads_the_answer_and_no_more() {
        let proxy = Proxy::parse("http://lea:pass@proxy").expect("a proxy");
        let mut stream = Script(
            vec![Some("HTTP/1.1 200 "), None, Some("OK\r\nX: y\r\n\r\n"), Some("\u{16}")],
            Vec::new(),
        );
        proxy.open(&mut stream, "hub:443", || Ok(())).expect("a way");
        assert_eq!(
            String::from_utf8_lossy(&stream.1),
            "CONNECT hub:443 HTTP/1.1\r\nHost: hub:443\r\n\
             Proxy-Authorization: Basic bGVhOnBhc3M=\r\n\r\n"
        );
        assert_eq!(stream.0, [Some(""), Some("\u{16}")]);
    }

    #[test]
    fn refusals_are_told_without_the_password() {
        let proxy = Proxy::parse("http://lea:pass@proxy").expect("a proxy");
        for (answer, word) in [
            ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407"),
            ("HTTP/1.0 403 Forbidden\r\n\r\n", "403"),
            ("SSH-2.0\r\n\r\n", "says"),
            ("HTTP/1.1 2000 x\r\n\r\n", "says"),
            ("HTTP/1.1 200 OK\r\n", "broke off"),
        ] {
            let mut stream = Script(vec![Some(answer)], Vec::new());
            let error = proxy.open(&mut stream, "hub:443", || Ok(())).expect_err(answer);
            let told = format!("{error} {:?}", error.hint());
            assert!(told.contains(word) && !told.contains("pass"), "{told}");
        }
        let mut slow = Script(vec![None], Vec::new());
        let late = || Err(refuse("it is late".to_owned()));
        assert!(proxy.open(&mut slow, "hub:443", late).is_err());
    }

    #[test]
    fn base_64_of_every_length() {
        for (text, digits) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v")] {
            assert_eq!(base64(text.as_bytes()), digits);
        }
    }
}
