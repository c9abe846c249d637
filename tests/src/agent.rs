//! Agents that are only their messages: as many as a test wants, none with an application.
//!
//! Knows the link, and what an agent owes: what was not acknowledged is sent again. Invariant: a
//! capture counts as acknowledged after the hub said so, and not before.

use std::collections::VecDeque;
use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use stillframe_core::ids::InstanceId;
use stillframe_core::probe::{ArmedAt, ProbeReport, ProbeSpec, ProbeState, SourceMatch};
use stillframe_core::transport::message::{AgentMessage, HubMessage, InstanceInfo, PROTOCOL};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

/// Frames that are sent before the first of them is acknowledged. A hub reads four of a connection.
const WINDOW: usize = 6;
/// For the hub's answer to a hello.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where a hub listens for agents, and the token that admits them.
#[derive(Clone, Debug)]
pub struct Door {
    /// Its socket.
    pub address: SocketAddr,
    /// `sfa_…`.
    pub token: String,
}

impl Door {
    /// Opens the agents' WebSocket; an error in words.
    pub fn open(&self) -> Result<WebSocket<TcpStream>, String> {
        let stream = TcpStream::connect(self.address).map_err(|error| error.to_string())?;
        let timed = stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(PATIENCE)));
        timed.map_err(|error| error.to_string())?;
        let url = format!("ws://{}/agent", self.address);
        let mut request = url.into_client_request().map_err(|error| error.to_string())?;
        let value = format!("Bearer {}", self.token).parse().expect("a token is a header's text");
        request.headers_mut().insert("Authorization", value);
        let opened = tungstenite::client::client(request, stream);
        opened.map(|(socket, _)| socket).map_err(|error| error.to_string())
    }
}

/// A frame on its way.
#[derive(Debug)]
struct Sending {
    highest: u64,
    bytes: Vec<u8>,
    /// When it was to be sent; what its acknowledgement is measured from.
    due: Instant,
}

/// One instance's life.
#[derive(Debug)]
pub struct Agent {
    /// Its id.
    pub id: InstanceId,
    /// Highest sequence that the hub said it has.
    pub acknowledged: u64,
    /// The probes it was told of last.
    pub probes: Vec<ProbeSpec>,
    /// How long acknowledgements took, from when their frames were to be sent.
    pub latencies: Vec<Duration>,
    info: InstanceInfo,
    socket: Option<WebSocket<TcpStream>>,
    queue: VecDeque<Sending>,
    /// How many of the queue's first were sent on this connection.
    flying: usize,
}

impl Agent {
    /// One that is not connected yet.
    pub fn new(service: &str, pid: u32) -> Self {
        let info = InstanceInfo {
            service: service.to_owned(),
            host: format!("{service}-host"),
            pid,
            started_ns: stillframe_core::clock::wall_ns(),
            runtime: "simulated 1".to_owned(),
            agent: env!("CARGO_PKG_VERSION").to_owned(),
            ..InstanceInfo::default()
        };
        Self {
            id: InstanceId::random().expect("the system has random numbers"),
            acknowledged: 0,
            probes: Vec::new(),
            latencies: Vec::new(),
            info,
            socket: None,
            queue: VecDeque::new(),
            flying: 0,
        }
    }

    /// The same of a version.
    #[must_use]
    pub fn of_version(mut self, version: &str) -> Self {
        self.info.version = Some(version.to_owned());
        self
    }

    /// The same on a runtime, as agents name it: `python 3.12.1`.
    #[must_use]
    pub fn of_runtime(mut self, runtime: &str) -> Self {
        self.info.runtime = runtime.to_owned();
        self
    }

    /// Connects and says hello; what is not acknowledged will be sent again.
    pub fn connect(&mut self, door: &Door) -> Result<(), String> {
        self.socket = None;
        self.flying = 0;
        let mut socket = door.open()?;
        let hello = AgentMessage::Hello {
            protocol: PROTOCOL,
            capabilities: ["snap", "log", "count", "dry_run"].map(str::to_owned).to_vec(),
            instance: self.id,
            info: Box::new(self.info.clone()),
            unsure: Vec::new(),
        };
        let text = serde_json::to_string(&hello).expect("a message is JSON");
        socket.send(Message::text(text)).map_err(|error| error.to_string())?;
        self.socket = Some(socket);
        loop {
            match self.hear()? {
                Some(HubMessage::Probes { .. }) => return Ok(()),
                Some(HubMessage::Refused { message, .. }) => return Err(message),
                Some(_) => {}
                None => return Err("the hub did not answer the hello".to_owned()),
            }
        }
    }

    /// Ends the connection as a process does that is killed.
    pub fn vanish(&mut self) {
        self.socket = None;
        self.flying = 0;
    }

    /// Ends as a process does that is killed while the system sends a frame: its first half arrives.
    pub fn vanish_within(&mut self, frame: &[u8]) {
        let Some(mut socket) = self.socket.take() else { return };
        self.flying = 0;
        // RFC 6455, 5.2: the last frame of a binary message, masked, its length in eight bytes, and a
        // mask that changes nothing.
        let mut bytes = vec![0x82, 0x80 | 127];
        bytes.extend((frame.len() as u64).to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(&frame[..frame.len() / 2]);
        // The hub may have gone before.
        let _sent = socket.get_mut().write_all(&bytes);
    }

    /// Reads one message; `None` where none came in the time of
    /// [`wait_at_most`](Self::wait_at_most).
    pub fn hear(&mut self) -> Result<Option<HubMessage>, String> {
        let socket = self.socket.as_mut().ok_or("it is not connected")?;
        let message = loop {
            match socket.read() {
                Ok(Message::Text(text)) => break HubMessage::parse(&text),
                Ok(_) => {}
                Err(tungstenite::Error::Io(error))
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    return Ok(None);
                }
                Err(error) => return Err(error.to_string()),
            }
        };
        let message = message.map_err(|error| error.to_string())?;
        match &message {
            HubMessage::Probes { probes } => self.probes.clone_from(probes),
            HubMessage::Ack { sequence } => self.settle(*sequence),
            _ => {}
        }
        Ok(Some(message))
    }

    fn settle(&mut self, sequence: u64) {
        self.acknowledged = self.acknowledged.max(sequence);
        while self.queue.front().is_some_and(|sent| sent.highest <= sequence) {
            let sent = self.queue.pop_front().expect("it was there");
            self.latencies.push(sent.due.elapsed());
            self.flying = self.flying.saturating_sub(1);
        }
    }

    /// Bounds how long one [`hear`](Self::hear) waits.
    pub fn wait_at_most(&mut self, time: Duration) {
        if let Some(socket) = &self.socket {
            let time = time.max(Duration::from_micros(100));
            socket.get_ref().set_read_timeout(Some(time)).expect("a socket takes a time-out");
        }
    }

    /// Says something else than captures.
    pub fn say(&mut self, message: &AgentMessage) -> Result<(), String> {
        let text = serde_json::to_string(message).expect("a message is JSON");
        self.send(Message::text(text))
    }

    fn send(&mut self, message: Message) -> Result<(), String> {
        let socket = self.socket.as_mut().ok_or("it is not connected")?;
        socket.send(message).map_err(|error| error.to_string())
    }

    /// Says how its probes are.
    pub fn report(&mut self, probes: Vec<ProbeReport>) -> Result<(), String> {
        self.say(&AgentMessage::Status { probes, cost_ppm: 0, notes: Default::default() })
    }

    /// Says that all its probes are armed.
    pub fn arm(&mut self) -> Result<(), String> {
        self.report(self.probes.iter().map(armed).collect())
    }

    /// Hands in a frame whose last capture has the sequence `highest`, to be sent when it is `due`:
    /// how long its acknowledgement takes is counted from then.
    pub fn queue(&mut self, highest: u64, bytes: Vec<u8>, due: Instant) {
        self.queue.push_back(Sending { highest, bytes, due });
    }

    /// Whether everything handed in is acknowledged.
    pub fn is_done(&self) -> bool {
        self.queue.is_empty()
    }

    /// Sends what may be sent now, and hears once if anything is under way.
    pub fn turn(&mut self) -> Result<(), String> {
        while self.flying < WINDOW && self.flying < self.queue.len() {
            let bytes = self.queue[self.flying].bytes.clone();
            self.send(Message::binary(bytes))?;
            self.flying += 1;
        }
        match self.hear()? {
            Some(HubMessage::Refused { message, .. }) => Err(message),
            _ => Ok(()),
        }
    }
}

/// The report of an agent that armed a probe where it was asked to.
pub fn armed(spec: &ProbeSpec) -> ProbeReport {
    let id = spec.id.expect("the hub gives ids");
    let mut report = ProbeReport::new(id, spec.revision, ProbeState::Armed);
    report.at = Some(ArmedAt {
        file: "/app/shop/cart.py".to_owned(),
        line: spec.location.line.unwrap_or(1),
        last_line: None,
        function: "Cart.total".to_owned(),
        line_text: None,
        source: SourceMatch::Equal,
        note: None,
    });
    report
}
