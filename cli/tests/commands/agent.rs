//! An agent that is none: says hello to a hub, arms what it is told to, and hits when a test says so.
//!
//! Speaks the link's messages. Invariant: what it reports adds up as the counters of an agent do.

use serde_json::json;
use std::collections::BTreeMap;
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;
use std::time::Duration;
use stillframe_core::ids::{InstanceId, ProbeId};
use stillframe_core::probe::{
    Counters, Explanation, ProbeKind, ProbeReport, ProbeSpec, ProbeState,
};
use stillframe_core::snapshot::{Frame, Node, Snapshot, Thread, Variable, Watch};
use stillframe_core::transport::message::{AgentMessage, HubMessage, InstanceInfo, PROTOCOL};
use stillframe_core::wire;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

/// How long the agent listens before it looks for what the test wants: a turn, not a deadline.
const TURN: Duration = Duration::from_millis(5);

/// What the agent answers to a probe.
pub(crate) type Answer = fn(&ProbeSpec) -> (ProbeState, Option<Explanation>);

/// Says yes to everything.
pub(crate) fn arms(_: &ProbeSpec) -> (ProbeState, Option<Explanation>) {
    (ProbeState::Armed, None)
}

enum Wish {
    Hit { total: f64, captured: bool },
    Leave,
}

/// The agent's handle.
pub(crate) struct Agent {
    wishes: Sender<Wish>,
    thread: Option<JoinHandle<()>>,
}

impl Agent {
    /// Connects as `service` and answers probes.
    pub(crate) fn connect(url: &str, token_file: &Path, service: &str, answer: Answer) -> Self {
        let info = InstanceInfo {
            service: service.to_owned(),
            version: Some("v41".to_owned()),
            host: "box".to_owned(),
            pid: 17,
            runtime: "python 3.12.1".to_owned(),
            command: vec!["python".to_owned(), "app.py".to_owned()],
            agent: "0.1.0".to_owned(),
            ..InstanceInfo::default()
        };
        Self::connect_as(url, token_file, info, answer)
    }

    /// Connects as the instance that `info` describes.
    pub(crate) fn connect_as(
        url: &str,
        token_file: &Path,
        info: InstanceInfo,
        answer: Answer,
    ) -> Self {
        let token = std::fs::read_to_string(token_file).expect("the agents' token");
        let address = url.strip_prefix("http://").expect("a plain address");
        let mut request = format!("ws://{address}/agent").into_client_request().expect("a request");
        let bearer = format!("Bearer {}", token.trim()).parse().expect("a header");
        request.headers_mut().insert("authorization", bearer);
        let stream = TcpStream::connect(address).expect("the hub listens");
        let (socket, _) = tungstenite::client(request, stream).expect("the hub welcomes agents");
        socket.get_ref().set_read_timeout(Some(TURN)).expect("a timeout");
        let (wishes, asked) = mpsc::channel();
        let mut life = Life {
            socket,
            answer,
            is_sparing: info.runtime.starts_with("java"),
            instance: InstanceId::random().expect("random numbers"),
            probes: BTreeMap::new(),
            sequence: 0,
        };
        life.hello(info);
        let thread = std::thread::spawn(move || life.live(&asked));
        Self { wishes, thread: Some(thread) }
    }

    /// The line is reached, and its condition is true.
    pub(crate) fn hit(&self, total: f64) {
        self.wishes.send(Wish::Hit { total, captured: true }).expect("the agent lives");
    }

    /// The line is reached, and its condition is false.
    pub(crate) fn miss(&self) {
        self.wishes.send(Wish::Hit { total: 0.0, captured: false }).expect("the agent lives");
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // It may have ended with its hub already.
        let _ = self.wishes.send(Wish::Leave);
        let thread = self.thread.take().expect("dropped once");
        if thread.join().is_err() && !std::thread::panicking() {
            panic!("the agent failed");
        }
    }
}

struct Life {
    socket: WebSocket<TcpStream>,
    answer: Answer,
    instance: InstanceId,
    /// As on the JVM, a false hit is counted only where that is asked for.
    is_sparing: bool,
    probes: BTreeMap<ProbeId, (ProbeSpec, Counters)>,
    sequence: u64,
}

impl Life {
    fn hello(&mut self, info: InstanceInfo) {
        self.say(&AgentMessage::Hello {
            protocol: PROTOCOL,
            capabilities: ["snap", "log", "count", "dry_run", "exact"].map(str::to_owned).into(),
            instance: self.instance,
            info: Box::new(info),
            unsure: Vec::new(),
        });
    }

    fn live(&mut self, asked: &Receiver<Wish>) {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => self.hear(HubMessage::parse(&text).expect("a message")),
                Ok(_) => {}
                Err(tungstenite::Error::Io(error))
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) => {}
                // The hub went.
                Err(_) => return,
            }
            while let Ok(wish) = asked.try_recv() {
                match wish {
                    Wish::Hit { total, captured } => self.reach(total, captured),
                    Wish::Leave => return self.say(&AgentMessage::Goodbye),
                }
            }
        }
    }

    fn hear(&mut self, message: HubMessage) {
        let HubMessage::Probes { probes } = message else { return };
        let known = std::mem::take(&mut self.probes);
        for spec in probes {
            let id = spec.id.expect("the hub gives ids");
            let counters = known.get(&id).map(|(_, counters)| *counters).unwrap_or_default();
            self.probes.insert(id, (spec, counters));
        }
        self.report();
    }

    fn reach(&mut self, total: f64, captured: bool) {
        let mut snapshots = Vec::new();
        for (id, (spec, counters)) in &mut self.probes {
            if !captured && self.is_sparing && !spec.counts_false() {
                continue;
            }
            counters.hits += 1;
            if !captured {
                counters.condition_false += 1;
                continue;
            }
            counters.captured += 1;
            if spec.kind != ProbeKind::Count {
                self.sequence += 1;
                snapshots.push(snapshot(*id, spec, self.sequence, counters.captured, total));
            }
        }
        for frame in wire::frames(self.instance, &snapshots) {
            // A hub that stops is what some tests are about.
            let _ = self.socket.send(Message::Binary(frame.into()));
        }
        self.report();
    }

    fn report(&mut self) {
        let reports = self.probes.iter().map(|(id, (spec, counters))| {
            let (mut state, why) = (self.answer)(spec);
            let line = spec.location.line.unwrap_or(1);
            let fits = state == ProbeState::Armed;
            if fits && spec.dry_run {
                state = ProbeState::Done;
            }
            let at = fits.then(|| {
                json!({"file": "/app/app.py", "line": line, "function": "place_order",
                    "line_text": "    pay(total)", "source": "equal"})
            });
            let report = json!({"probe": id, "revision": spec.revision, "state": state,
                "why": why, "at": at, "counters": counters, "budget_ppm": 5_000,
                "false_uncounted": self.is_sparing && !spec.counts_false()});
            serde_json::from_value::<ProbeReport>(report).expect("a report")
        });
        let probes = reports.collect();
        self.say(&AgentMessage::Status { probes, cost_ppm: 200, notes: BTreeMap::new() });
    }

    fn say(&mut self, message: &AgentMessage) {
        let text = serde_json::to_string(message).expect("JSON");
        // A hub that stops is what some tests are about.
        let _ = self.socket.send(Message::Text(text.into()));
    }
}

fn snapshot(probe: ProbeId, spec: &ProbeSpec, sequence: u64, number: u64, total: f64) -> Snapshot {
    let frame = |line: u32, function: &str| Frame {
        file: "/app/app.py".to_owned(),
        line,
        function: function.to_owned(),
    };
    let watch = |expression: &String| Watch {
        expression: expression.clone(),
        value: Ok(Node::Text { text: "SF-1042\u{1b}[31m".to_owned(), cut_from: None }),
    };
    Snapshot {
        probe,
        revision: spec.revision,
        kind: spec.kind,
        sequence,
        number,
        // 2026-11-22T12:04:31.207Z.
        time_ns: 1_795_349_071_207_000_000,
        monotonic_ns: 1,
        took_ns: 6_100,
        thread: Thread { id: 17, name: "worker-3".to_owned() },
        trace_id: None,
        stack: vec![frame(spec.location.line.unwrap_or(1), "place_order"), frame(9, "<module>")],
        more_frames: 0,
        more_frames_at_least: false,
        locals: vec![Variable { name: "total".to_owned(), value: Node::Float(total) }],
        watches: spec.watches.iter().map(watch).collect(),
        message: (spec.kind == ProbeKind::Log).then(|| format!("total={total}")),
        notes: Vec::new(),
    }
}
