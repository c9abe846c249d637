//! One connection to the hub, from the handshake to its end.
//!
//! Knows the order of messages, not their meaning. Invariant: it never waits but in
//! [`Waker::wait_with`], and takes nothing from the hub that is larger than a text message may be.

use super::client::{Link, LinkChange, Station};
use super::message::{AgentMessage, HubMessage, MAX_TEXT_BYTES, PROTOCOL};
use super::proxy::Proxy;
use super::stream::Stream;
use super::tls;
use super::wake::Waker;
use crate::error::{Error, ErrorKind, Result};
use rustls::ClientConnection;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::HandshakeError;
use tungstenite::handshake::client::{ClientHandshake, Request};
use tungstenite::http::HeaderValue;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error as SocketError, Message, WebSocket};

/// For an answer to the connection, the handshake and the hello.
const ANSWER: Duration = Duration::from_secs(5);
/// A quiet connection is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);
/// A connection that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// For the goodbye.
const GOODBYE: Duration = Duration::from_millis(100);
/// Size of the socket's buffers: small, because the application pays for them.
const BUFFER_BYTES: usize = 16 << 10;

/// How a connection ended.
pub(super) enum End {
    /// The agent stops.
    Stopped,
    /// The thread is to end, the connection is not.
    Paused,
    /// The hub asked for a new instance id: hello again.
    Renewed,
    /// Anything else.
    Failed { error: Error, refused: bool },
}

fn failed(message: impl Into<String>) -> End {
    End::Failed { error: Error::new(ErrorKind::Hub, message), refused: false }
}

/// An open connection.
#[derive(Debug)]
pub struct Session {
    socket: WebSocket<Stream>,
    greeted: bool,
    /// Whether the socket's buffer could not be written out.
    blocked: bool,
    welcomed: bool,
    heard: Instant,
    pinged: Instant,
    status_at: Option<Instant>,
}

impl Session {
    /// Connects and shakes hands.
    pub(super) fn open<S: Station>(link: &Link, station: &S) -> Result<Self, End> {
        let tls = tls_of(link).map_err(|error| End::Failed { error, refused: true })?;
        let stream = connect(link, tls).map_err(|error| End::Failed { error, refused: false })?;
        let socket = shake_hands(link, stream)?;
        // Not earlier: a failing handshake closes the socket where nobody could say so first.
        station.holds(Some(socket.get_ref().as_raw_fd()));
        let now = Instant::now();
        let (heard, pinged) = (now, now);
        Ok(Self {
            socket,
            greeted: false,
            blocked: false,
            welcomed: false,
            heard,
            pinged,
            status_at: None,
        })
    }

    pub(super) fn was_welcomed(&self) -> bool {
        self.welcomed
    }

    /// Serves the connection until it ends.
    pub(super) fn run<S: Station>(&mut self, waker: &Waker, station: &S) -> End {
        let end = self.serve(waker, station);
        if matches!(end, End::Stopped) {
            self.say_goodbye(waker, station);
        }
        if !matches!(end, End::Paused) {
            // The socket must not be closed while a child would still close its number.
            station.holds(None);
        }
        end
    }

    fn serve<S: Station>(&mut self, waker: &Waker, station: &S) -> End {
        if !std::mem::replace(&mut self.greeted, true)
            && let Err(end) = self.send_message(&station.hello())
        {
            return end;
        }
        loop {
            if waker.is_stopped() {
                return End::Stopped;
            }
            if waker.is_paused() {
                return End::Paused;
            }
            let turn = self.turn(station);
            let socket = self.socket.get_ref().as_raw_fd();
            match turn {
                Ok(timeout) => waker.wait_with(socket, self.blocked, timeout),
                Err(end) => return end,
            };
        }
    }

    /// Everything that can be done without waiting; how long to wait then.
    fn turn<S: Station>(&mut self, station: &S) -> Result<Duration, End> {
        self.read_all(station)?;
        self.write_out()?;
        let now = Instant::now();
        if !self.welcomed {
            let left = ANSWER.saturating_sub(now - self.heard);
            return if left.is_zero() { Err(failed("the hub does not answer")) } else { Ok(left) };
        }
        self.send_frames(station)?;
        let interval = station.status_interval().unwrap_or(PING);
        let due = self.status_at.is_none_or(|at| now - at >= interval);
        if !self.blocked && (station.has_news() || due) {
            if let Some(status) = station.status(self.status_at.is_none()) {
                self.send_message(&status)?;
            }
            self.status_at = Some(now);
        }
        if now - self.heard >= SILENCE {
            return Err(failed("the hub has been silent for a minute"));
        }
        if now - self.heard.max(self.pinged) >= PING && !self.blocked {
            self.pinged = now;
            self.send(Message::Ping(Vec::new().into()))?;
        }
        Ok(interval)
    }

    fn read_all<S: Station>(&mut self, station: &S) -> Result<(), End> {
        loop {
            match self.socket.read() {
                Ok(message) => {
                    self.heard = Instant::now();
                    match message {
                        Message::Text(text) => self.receive(text.as_str(), station)?,
                        Message::Binary(_) => return Err(failed("the hub sent a binary frame")),
                        Message::Close(_) => return Err(failed("the hub closed the connection")),
                        _ => {}
                    }
                }
                Err(error) if is_would_block(&error) => return Ok(()),
                Err(error) => return Err(failed(format!("the connection broke: {error}"))),
            }
        }
    }

    fn receive<S: Station>(&mut self, text: &str, station: &S) -> Result<(), End> {
        let wrong = |error: Error| End::Failed { error, refused: false };
        match HubMessage::parse(text).map_err(wrong)? {
            HubMessage::Welcome { protocol, hub, held } => {
                if !(PROTOCOL.min..=PROTOCOL.max).contains(&protocol) {
                    return Err(failed(format!("the hub speaks protocol {protocol}, not ours")));
                }
                if std::mem::replace(&mut self.welcomed, true) {
                    return Err(failed("the hub welcomed us twice"));
                }
                if let Ok(mut spool) = station.spool().lock() {
                    spool.welcomed(&held);
                }
                let hub = hub.chars().filter(|c| !c.is_control()).take(80).collect();
                station.link_changed(LinkChange::Connected { hub });
            }
            HubMessage::Refused { code, message } => {
                let error = Error::new(
                    if code == "unauthorized" { ErrorKind::Unauthorized } else { ErrorKind::Hub },
                    format!("the hub refused this agent: {message}"),
                );
                return Err(End::Failed { error, refused: code != "busy" });
            }
            _ if !self.welcomed => return Err(failed("the hub spoke before its welcome")),
            HubMessage::Ack { sequence } => {
                if let Ok(mut spool) = station.spool().lock() {
                    spool.acknowledge(sequence).map_err(wrong)?;
                }
                station.progressed();
            }
            HubMessage::Renew => {
                station.receive(HubMessage::Renew);
                return Err(End::Renewed);
            }
            message @ HubMessage::Probes { .. } => {
                station.receive(message);
            }
        }
        Ok(())
    }

    fn send_frames<S: Station>(&mut self, station: &S) -> Result<(), End> {
        while !self.blocked {
            let frame =
                station.spool().lock().ok().and_then(|mut spool| {
                    if spool.has_unsent() { Some(spool.send()) } else { None }
                });
            match frame {
                Some(Some(bytes)) => self.send(Message::Binary(bytes.to_vec().into()))?,
                // Its bytes had to make room: there is nothing to send of it.
                Some(None) => {}
                None => break,
            }
        }
        Ok(())
    }

    fn send_message(&mut self, message: &AgentMessage) -> Result<(), End> {
        let text = serde_json::to_string(message)
            .map_err(|error| failed(format!("a message has no text: {error}")))?;
        self.send(Message::text(text))
    }

    fn send(&mut self, message: Message) -> Result<(), End> {
        match self.socket.write(message) {
            Ok(()) => self.write_out(),
            Err(error) if is_would_block(&error) => {
                self.blocked = true;
                Ok(())
            }
            Err(error) => Err(failed(format!("the connection broke: {error}"))),
        }
    }

    fn write_out(&mut self) -> Result<(), End> {
        match self.socket.flush() {
            Ok(()) => self.blocked = false,
            Err(error) if is_would_block(&error) => self.blocked = true,
            Err(error) => return Err(failed(format!("the connection broke: {error}"))),
        }
        Ok(())
    }

    fn say_goodbye<S: Station>(&mut self, waker: &Waker, station: &S) {
        let until = Instant::now() + GOODBYE;
        // Nobody is left to tell that the last word or the goodbye failed.
        if let Some(status) = station.status(false).filter(|_| self.welcomed) {
            let _ = self.send_message(&status);
        }
        let _ = self.send_message(&AgentMessage::Goodbye);
        let _ = self.socket.close(None);
        while self.write_out().is_ok() && self.blocked && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            waker.wait_with(self.socket.get_ref().as_raw_fd(), true, left);
        }
    }
}

fn is_would_block(error: &SocketError) -> bool {
    matches!(error, SocketError::Io(error)
        if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted))
}

/// What will encrypt the connection, if its address asks for that.
fn tls_of(link: &Link) -> Result<Option<ClientConnection>> {
    let tls = || tls::connection(link.address.host(), link.way.ca_file.as_deref());
    link.address.is_tls().then(tls).transpose()
}

fn connect(link: &Link, tls: Option<ClientConnection>) -> Result<Stream> {
    let address = &link.address;
    let proxy = link.way.proxy_to(address.host()).filter(|_| address.is_tls());
    let proxy = proxy.map(Proxy::parse).transpose()?;
    let addresses = match &proxy {
        Some(proxy) => proxy.resolve()?,
        None => address.resolve()?,
    };
    let mut latest = "it has no address to go to".to_owned();
    for to in addresses {
        match reach(to) {
            Ok(mut stream) => {
                if let Some(proxy) = &proxy {
                    pass(proxy, &mut stream, link)?;
                }
                return Ok(Stream::new(stream, tls));
            }
            Err(error) => latest = error.to_string(),
        }
    }
    let what = if proxy.is_some() { "the proxy of HTTPS_PROXY" } else { "the hub" };
    Err(Error::new(ErrorKind::Hub, format!("{what} cannot be reached: {latest}")).with_hint(
        match address.is_tls() {
            true => "check its address, and that this machine may go there",
            false => "start one with `stillframe serve`",
        },
    ))
}

/// A socket to `address` that does not block.
fn reach(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, ANSWER)?;
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Has the proxy lead on to the hub.
fn pass(proxy: &Proxy, stream: &mut TcpStream, link: &Link) -> Result<()> {
    let (descriptor, until) = (stream.as_raw_fd(), Instant::now() + ANSWER);
    let wait = || {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || link.waker.is_stopped() || link.waker.is_paused() {
            return Err(Error::new(ErrorKind::Hub, "the proxy of HTTPS_PROXY does not answer"));
        }
        link.waker.wait_with(descriptor, false, left);
        Ok(())
    };
    proxy.open(stream, &link.address.target(), wait)
}

fn request(link: &Link) -> Result<Request, SocketError> {
    let mut request = link.address.url().into_client_request()?;
    if let Some(token) = &link.token {
        let mut value = HeaderValue::try_from(format!("Bearer {token}"))?;
        value.set_sensitive(true);
        request.headers_mut().insert("Authorization", value);
    }
    Ok(request)
}

fn shake_hands(link: &Link, stream: Stream) -> Result<WebSocket<Stream>, End> {
    let descriptor = stream.as_raw_fd();
    let until = Instant::now() + ANSWER;
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(Some(MAX_TEXT_BYTES))
        .max_frame_size(Some(MAX_TEXT_BYTES));
    let request = request(link).map_err(|error| failed(format!("a bad request: {error}")))?;
    let mut attempt = ClientHandshake::start(stream, request, Some(config))
        .map_err(|error| failed(format!("a bad request: {error}")))?
        .handshake();
    loop {
        match attempt {
            Ok((socket, _response)) => return Ok(socket),
            Err(HandshakeError::Interrupted(middle)) => {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() || link.waker.is_stopped() || link.waker.is_paused() {
                    return Err(failed("the hub does not answer"));
                }
                link.waker.wait_with(descriptor, false, left);
                attempt = middle.handshake();
            }
            Err(HandshakeError::Failure(error)) => return Err(refusal(&error, link)),
        }
    }
}

fn refusal(error: &SocketError, link: &Link) -> End {
    if let SocketError::Io(cause) = error
        && let Some(error) = tls::explain(cause, link.address.host())
    {
        // A certificate is not another one a moment later.
        return End::Failed { error, refused: true };
    }
    match error {
        SocketError::Http(response) if [401, 403].contains(&response.status().as_u16()) => {
            let error = Error::new(ErrorKind::Unauthorized, "the hub refused the agent's token")
                .with_hint(
                    "set STILLFRAME_AGENT_TOKEN_FILE to the file of one that begins with sfa_",
                );
            End::Failed { error, refused: true }
        }
        SocketError::Http(response) => {
            failed(format!("what answers there is no hub: it says {}", response.status().as_u16()))
        }
        other => failed(format!("what answers there is no hub: {other}")),
    }
}
