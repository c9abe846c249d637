//! An agent that does what a test says.
//!
//! Knows the link's messages and frames. Invariant: it reads until what it waits for has come.

use crate::stand::{PATIENCE, Stand};
use std::io::Write;
use std::net::TcpStream;
use std::time::Instant;
use stillframe_core::ids::{InstanceId, ProbeId};
use stillframe_core::probe::{
    ArmedAt, Explanation, ProbeKind, ProbeReport, ProbeSpec, ProbeState, SourceMatch,
};
use stillframe_core::snapshot::{Frame, Node, Snapshot, Thread, Variable};
use stillframe_core::transport::message::{AgentMessage, HubMessage, InstanceInfo, PROTOCOL};
use stillframe_core::wire;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

pub(crate) struct Agent {
    socket: WebSocket<TcpStream>,
    pub(crate) id: InstanceId,
    /// The set it was told last.
    pub(crate) probes: Vec<ProbeSpec>,
    pub(crate) acknowledged: u64,
    reports: Vec<ProbeReport>,
}

pub(crate) fn info(service: &str, pid: u32) -> InstanceInfo {
    InstanceInfo {
        service: service.into(),
        host: format!("{service}-host"),
        pid,
        started_ns: 1_795_000_000_000_000_000,
        command: vec!["python".into(), "app.py".into()],
        runtime: "python 3.12.1".into(),
        agent: "0.1.0".into(),
        version: Some("v41".into()),
        ..InstanceInfo::default()
    }
}

/// Opens the socket with whatever token.
pub(crate) fn open(stand: &Stand, token: &str) -> Result<WebSocket<TcpStream>, u16> {
    let stream = TcpStream::connect(stand.address()).expect("the hub listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let url = format!("ws://{}/agent", stand.address());
    let mut request = url.into_client_request().expect("a request");
    let value = format!("Bearer {token}").parse().expect("a header");
    request.headers_mut().insert("Authorization", value);
    match tungstenite::client::client(request, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) => {
            Err(response.status().as_u16())
        }
        Err(other) => panic!("{other}"),
    }
}

impl Agent {
    pub(crate) fn new(stand: &Stand, service: &str, pid: u32) -> Self {
        Self::with(stand, info(service, pid), InstanceId::random().expect("random numbers"))
    }

    pub(crate) fn with(stand: &Stand, info: InstanceInfo, id: InstanceId) -> Self {
        Self::hello(stand, info, id).welcomed()
    }

    /// One that understands this word too.
    pub(crate) fn knowing(stand: &Stand, word: &str, pid: u32) -> Self {
        let id = InstanceId::random().expect("random numbers");
        Self::greeting(stand, info("checkout", pid), id, (Vec::new(), Some(word))).welcomed()
    }

    fn welcomed(mut self) -> Self {
        let agent = &mut self;
        assert!(matches!(agent.read(), Some(HubMessage::Welcome { protocol: 1, .. })));
        assert!(matches!(agent.read(), Some(HubMessage::Probes { .. })));
        self
    }

    /// Says hello and reads nothing.
    pub(crate) fn hello(stand: &Stand, info: InstanceInfo, id: InstanceId) -> Self {
        Self::unsure(stand, info, id, Vec::new())
    }

    /// The same, with batches of which only the hub knows.
    pub(crate) fn unsure(
        stand: &Stand,
        info: InstanceInfo,
        id: InstanceId,
        unsure: Vec<u64>,
    ) -> Self {
        Self::greeting(stand, info, id, (unsure, None))
    }

    fn greeting(
        stand: &Stand,
        info: InstanceInfo,
        id: InstanceId,
        (unsure, word): (Vec<u64>, Option<&str>),
    ) -> Self {
        let socket = open(stand, &stand.ready().agent_token).expect("admitted");
        Self::greeted(socket, info, id, (unsure, word))
    }

    /// One that comes with a token of its own.
    pub(crate) fn holding(stand: &Stand, token: &str, info: InstanceInfo) -> Self {
        let socket = open(stand, token).expect("admitted");
        let id = InstanceId::random().expect("random numbers");
        Self::greeted(socket, info, id, (Vec::new(), None)).welcomed()
    }

    fn greeted(
        socket: WebSocket<TcpStream>,
        info: InstanceInfo,
        id: InstanceId,
        (unsure, word): (Vec<u64>, Option<&str>),
    ) -> Self {
        let words = ["snap", "log", "count", "dry_run"].into_iter().chain(word);
        let mut agent =
            Self { socket, id, probes: Vec::new(), acknowledged: 0, reports: Vec::new() };
        agent.say(&AgentMessage::Hello {
            protocol: PROTOCOL,
            capabilities: words.map(String::from).collect(),
            instance: id,
            info: Box::new(info),
            unsure,
        });
        agent
    }

    pub(crate) fn say(&mut self, message: &AgentMessage) {
        let text = serde_json::to_string(message).expect("JSON");
        self.socket.send(Message::text(text)).expect("sent");
    }

    pub(crate) fn say_raw(&mut self, message: Message) {
        self.socket.send(message).expect("sent");
    }

    /// Sends bytes that need not be a frame.
    pub(crate) fn say_bytes(&mut self, bytes: &[u8]) {
        // The hub may close while it is still being told.
        let _ = self.socket.get_mut().write_all(bytes);
    }

    /// The next message; `None` when the hub has ended the connection.
    pub(crate) fn read(&mut self) -> Option<HubMessage> {
        let start = Instant::now();
        loop {
            // The hub's pings would make it wait for ever.
            assert!(start.elapsed() < PATIENCE, "waited for a message");
            let message = match self.socket.read() {
                Ok(Message::Text(text)) => HubMessage::parse(&text).expect("a message"),
                Ok(Message::Close(_)) | Err(tungstenite::Error::ConnectionClosed) => return None,
                Err(tungstenite::Error::Protocol(_)) => return None,
                Err(tungstenite::Error::Io(error))
                    if error.kind() == std::io::ErrorKind::ConnectionReset =>
                {
                    return None;
                }
                Ok(_) => continue,
                Err(error) => panic!("waited for a message: {error}"),
            };
            match &message {
                HubMessage::Probes { probes } => self.probes.clone_from(probes),
                HubMessage::Ack { sequence } => self.acknowledged = *sequence,
                _ => {}
            }
            return Some(message);
        }
    }

    /// Reads until the set it holds is as wanted.
    pub(crate) fn until_probes(&mut self, wanted: impl Fn(&[ProbeSpec]) -> bool) {
        while !wanted(&self.probes) {
            self.read().expect("still connected");
        }
    }

    pub(crate) fn until_acknowledged(&mut self, sequence: u64) {
        while self.acknowledged < sequence {
            let message = self.read().expect("still connected");
            assert!(!matches!(message, HubMessage::Refused { .. }), "{message:?}");
        }
    }

    /// Says how its probes are; those not named stay as they were said before.
    pub(crate) fn report(&mut self, report: ProbeReport) {
        self.reports.retain(|other| other.probe != report.probe);
        self.reports.push(report);
        let probes = self.reports.clone();
        self.say(&AgentMessage::Status { probes, cost_ppm: 120, notes: Default::default() });
    }

    /// The probe it said nothing about yet, else any.
    fn newest(&self) -> ProbeSpec {
        let said = |spec: &&ProbeSpec| {
            let same = |r: &ProbeReport| Some(r.probe) == spec.id && r.revision == spec.revision;
            self.reports.iter().any(same)
        };
        let newest = self.probes.iter().find(|spec| !said(spec)).or(self.probes.last());
        newest.cloned().expect("a probe")
    }

    /// Arms the probe it was told of last at `line`.
    pub(crate) fn arm(&mut self, line: u32) {
        let report = armed(&self.newest(), line);
        self.report(report);
    }

    pub(crate) fn refuse(&mut self, code: &str, message: &str) {
        let spec = self.newest();
        let mut report = report(&spec, ProbeState::Refused);
        report.why = Some(why(code, message));
        self.report(report);
    }

    /// Sends snapshots of a probe with these sequences, in one frame.
    pub(crate) fn capture(&mut self, probe: ProbeId, sequences: impl IntoIterator<Item = u64>) {
        let snapshots: Vec<_> = sequences.into_iter().map(|s| snapshot(probe, s)).collect();
        for frame in wire::frames(self.id, &snapshots) {
            self.say_raw(Message::binary(frame));
        }
    }
}

pub(crate) fn report(spec: &ProbeSpec, state: ProbeState) -> ProbeReport {
    ProbeReport::new(spec.id.expect("the hub gives ids"), spec.revision, state)
}

pub(crate) fn why(code: &str, message: &str) -> Explanation {
    Explanation { code: code.into(), message: message.into(), hint: None, span: None }
}

pub(crate) fn armed(spec: &ProbeSpec, line: u32) -> ProbeReport {
    let mut report = report(spec, ProbeState::Armed);
    let source = if spec.location.line.is_none_or(|asked| asked == line) {
        SourceMatch::Equal
    } else {
        SourceMatch::Moved
    };
    report.at = Some(ArmedAt {
        file: "/app/shop/cart.py".into(),
        line,
        last_line: None,
        function: "Cart.total".into(),
        line_text: Some("    discount = rules.best(cart, total)".into()),
        source,
        note: None,
    });
    report
}

pub(crate) fn snapshot(probe: ProbeId, sequence: u64) -> Snapshot {
    let at = Frame { file: "/app/shop/cart.py".into(), line: 42, function: "Cart.total".into() };
    Snapshot {
        probe,
        revision: 1,
        kind: ProbeKind::Snap,
        sequence,
        number: sequence,
        time_ns: 1_795_349_071_207_000_000 + sequence,
        monotonic_ns: sequence,
        took_ns: 6_100,
        thread: Thread { id: 7, name: "worker-3".into() },
        trace_id: None,
        stack: vec![at],
        more_frames: 0,
        more_frames_at_least: false,
        locals: vec![Variable { name: "total".into(), value: Node::Float(129.9) }],
        watches: Vec::new(),
        message: None,
        notes: Vec::new(),
    }
}
