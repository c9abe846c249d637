//! The bytes below a connection: as they are, or through TLS.
//!
//! Knows no message. Invariant: neither ever waits; what would is said as `WouldBlock`, by TLS too.

use rustls::{ClientConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsRawFd, RawFd};

/// A socket that does not block.
#[derive(Debug)]
pub(super) enum Stream {
    /// To this machine.
    Plain(TcpStream),
    /// To anywhere.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    /// `socket` with TLS around it, if there is any.
    pub(super) fn new(socket: TcpStream, tls: Option<ClientConnection>) -> Self {
        match tls {
            None => Self::Plain(socket),
            Some(tls) => Self::Tls(Box::new(StreamOwned::new(tls, socket))),
        }
    }
}

impl AsRawFd for Stream {
    fn as_raw_fd(&self) -> RawFd {
        match self {
            Self::Plain(socket) => socket.as_raw_fd(),
            Self::Tls(tls) => tls.sock.as_raw_fd(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(tls) => tls.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(tls) => tls.flush(),
        }
    }
}
