//! The link against a hub on a real socket: acknowledgements, losses, nonsense, silence.

use super::help::*;
use crate::agent::Agent;
use crate::agent::double::Double;
use crate::ids::InstanceId;
use crate::probe::ProbeState;
use crate::transport::message::{AgentMessage, HubMessage};
use crate::wire::{decode_batch, unpack};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tungstenite::handshake::server::{Request, Response};
use tungstenite::{Message, WebSocket};

/// A hub that does what the test says.
struct Hub {
    listener: TcpListener,
}

/// One connection of it.
struct Peer {
    socket: WebSocket<TcpStream>,
    instance: InstanceId,
    authorization: String,
}

impl Hub {
    fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").expect("a free port") }
    }

    fn agent(&self) -> Arc<Agent<Double>> {
        let address = self.listener.local_addr().expect("it is bound");
        agent_with(&[
            ("STILLFRAME_HUB", &format!("http://{address}")),
            ("STILLFRAME_AGENT_TOKEN", "sfa_test"),
            ("STILLFRAME_SERVICE", "shop"),
        ])
    }

    /// The next connection, after its hello, unanswered.
    fn greeted(&self) -> Peer {
        let (stream, _) = self.listener.accept().expect("somebody connects");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
        let mut authorization = String::new();
        #[expect(clippy::result_large_err, reason = "the library's own type of a callback")]
        let accept = |request: &Request, response: Response| {
            assert_eq!(request.uri().path(), "/agent");
            let value = request.headers().get("Authorization").and_then(|v| v.to_str().ok());
            authorization = value.unwrap_or_default().to_owned();
            Ok(response)
        };
        let socket = tungstenite::accept_hdr(stream, accept).expect("it shakes hands");
        let mut peer = Peer { socket, instance: InstanceId([0; 16]), authorization };
        let AgentMessage::Hello { instance, info, .. } = peer.message() else { panic!("hello") };
        assert_eq!((info.service.as_str(), info.unnamed), ("shop", false));
        peer.instance = instance;
        peer
    }

    /// The next connection, welcomed.
    fn welcomed(&self) -> Peer {
        let mut peer = self.greeted();
        peer.say(&HubMessage::Welcome { protocol: 1, hub: "test".to_owned(), held: Vec::new() });
        peer
    }
}

impl Peer {
    fn say(&mut self, message: &HubMessage) {
        let text = serde_json::to_string(message).expect("it has a text");
        self.socket.send(Message::text(text)).expect("the agent reads");
    }

    fn place(&mut self, json: &str) {
        self.say(&HubMessage::Probes { probes: vec![spec(json)] });
    }

    fn message(&mut self) -> AgentMessage {
        loop {
            if let Message::Text(text) = self.socket.read().expect("the agent speaks") {
                return AgentMessage::parse(text.as_str()).expect("it is a message");
            }
        }
    }

    /// The sequences of the next batch.
    fn batch(&mut self) -> Vec<u64> {
        loop {
            if let Message::Binary(bytes) = self.socket.read().expect("the agent speaks") {
                let batch = decode_batch(&unpack(&bytes).expect("a frame")).expect("a batch");
                assert_eq!(batch.instance, self.instance);
                return batch.snapshots.iter().map(|snapshot| snapshot.sequence).collect();
            }
        }
    }

    fn batches(&mut self, last: u64) -> Vec<u64> {
        let mut all = Vec::new();
        while all.last() != Some(&last) {
            all.extend(self.batch());
        }
        all
    }
}

const SNAP: &str = r#"{"id":"aa","location":"app.py:3","limit":1000,"rate_per_s":1000}"#;

fn hit_armed(agent: &Agent<Double>, count: usize) {
    until(agent, || !agent.runtime().sites().is_empty());
    let site = agent.runtime().sites()[0];
    (0..count).for_each(|_| agent.hit(site, &HIT));
}

#[test]
fn snapshots_travel_and_are_acknowledged() {
    let hub = Hub::new();
    let agent = hub.agent();
    let mut peer = hub.welcomed();
    assert_eq!(peer.authorization, "Bearer sfa_test");
    peer.place(SNAP);
    hit_armed(&agent, 3);
    assert_eq!(peer.batches(3), [1, 2, 3]);
    let id = "aa".parse().expect("an id");
    assert_eq!(report(&agent, id).delivery.spooled, 3);
    peer.say(&HubMessage::Ack { sequence: 3 });
    flushed(&agent);
    assert_eq!(report(&agent, id).delivery.acknowledged, 3);
    accounts_add_up(&report(&agent, id));
    // The hub hears of it within the next status.
    loop {
        if let AgentMessage::Status { probes, .. } = peer.message()
            && probes.iter().any(|probe| probe.delivery.acknowledged == 3)
        {
            break;
        }
    }
    assert_eq!(agent.status().link.expect("there is a hub").state, "connected");
    peer.say(&HubMessage::Probes { probes: Vec::new() });
    until(&agent, || agent.runtime().sites().is_empty());
}

#[test]
fn what_was_not_acknowledged_comes_again_on_the_next_connection() {
    let hub = Hub::new();
    let agent = hub.agent();
    let mut peer = hub.welcomed();
    peer.place(SNAP);
    hit_armed(&agent, 4);
    assert_eq!(peer.batches(4), [1, 2, 3, 4]);
    drop(peer);
    let site = agent.runtime().sites()[0];
    agent.hit(site, &HIT);
    let mut peer = hub.welcomed();
    assert_eq!(peer.batches(5), [1, 2, 3, 4, 5]);
    peer.say(&HubMessage::Ack { sequence: 5 });
    flushed(&agent);
    let report = report(&agent, "aa".parse().expect("an id"));
    assert_eq!((report.delivery.acknowledged, report.delivery.spool_dropped), (5, 0));
}

#[test]
fn probes_outlive_the_connection_and_are_what_the_hub_says_next() {
    let hub = Hub::new();
    let agent = hub.agent();
    let mut peer = hub.welcomed();
    peer.place(SNAP);
    hit_armed(&agent, 1);
    drop(peer);
    let mut peer = hub.welcomed();
    assert_eq!(agent.runtime().sites(), [0]);
    peer.place(&SNAP.replace(r#""id""#, r#""revision":2,"id""#));
    until(&agent, || agent.runtime().sites() == [1]);
    assert_eq!(report(&agent, "aa".parse().expect("an id")).revision, 2);
}

#[test]
fn a_new_id_is_taken_when_the_hub_asks() {
    let hub = Hub::new();
    let agent = hub.agent();
    let mut peer = hub.welcomed();
    peer.place(SNAP);
    hit_armed(&agent, 2);
    let before = peer.instance;
    peer.batches(2);
    peer.say(&HubMessage::Renew);
    let mut again = hub.welcomed();
    assert_ne!(again.instance, before);
    // What waited now belongs to the new id, which `batch` checks.
    assert_eq!(again.batches(2), [1, 2]);
    assert_eq!(agent.status().instance, again.instance);
}

#[test]
fn nonsense_ends_the_connection_and_nothing_else() {
    let nonsense: [Message; 7] = [
        Message::text("{"),
        Message::text(r#"{"type":"probes","probes":[{"location":7}]}"#),
        Message::text(r#"{"type":"ack","sequence":18446744073709551615}"#),
        Message::text(r#"{"type":"welcome","protocol":99,"hub":"x"}"#),
        Message::text("x".repeat(2 << 20)),
        Message::Binary(vec![1, 2, 3].into()),
        Message::text(r#"{"type":"dance"}"#),
    ];
    let hub = Hub::new();
    let agent = hub.agent();
    for message in nonsense {
        let mut peer = hub.welcomed();
        // The agent may be gone before the last byte.
        let _ = peer.socket.send(message);
        while peer.socket.read().is_ok() {}
    }
    let mut peer = hub.welcomed();
    peer.place(SNAP);
    hit_armed(&agent, 1);
    assert_eq!(peer.batches(1), [1]);
}

#[test]
fn a_hub_without_manners_is_left() {
    let hub = Hub::new();
    let agent = hub.agent();
    let mut peer = hub.greeted();
    peer.place(SNAP);
    assert!(matches!(peer.socket.read(), Err(_) | Ok(Message::Close(_))));
    let (mut stream, _) = hub.listener.accept().expect("it comes again");
    std::io::Write::write_all(
        &mut stream,
        b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
    )
    .expect("the agent reads");
    until(&agent, || agent.status().link.is_some_and(|link| link.state == "refused"));
    let error = agent.status().link.and_then(|link| link.error).expect("it is said");
    assert!(error.contains("token"), "{error}");
    assert!(agent.status().probes.is_empty());
}

#[test]
fn a_hanging_hub_delays_a_stop_no_longer_than_asked() {
    let hub = Hub::new();
    let agent = hub.agent();
    let mut peer = hub.welcomed();
    peer.place(SNAP);
    hit_armed(&agent, 5);
    peer.batches(5);
    std::thread::scope(|scope| {
        let began = Instant::now();
        let stopping = scope.spawn(|| agent.stop(Duration::from_millis(500)));
        until(&agent, || stopping.is_finished());
        assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
    });
    until(&agent, || agent.life().threads.load(std::sync::atomic::Ordering::Acquire) == 0);
    let spooled = agent.sites.get(0).expect("it was armed").probe.deliveries.read().spooled;
    assert_eq!(spooled, 5, "they are still accounted for");
}

#[test]
fn a_hub_that_is_away_delays_a_flush_not_at_all() {
    let hub = Hub::new();
    let agent = hub.agent();
    let mut peer = hub.welcomed();
    peer.place(SNAP);
    hit_armed(&agent, 1);
    peer.batches(1);
    drop((peer, hub));
    until(&agent, || agent.status().link.is_some_and(|link| link.state == "waiting"));
    let began = Instant::now();
    assert!(!agent.flush(Duration::from_secs(20)));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_fork_keeps_the_connection_of_the_parent() {
    let hub = Hub::new();
    let agent = hub.agent();
    let mut peer = hub.welcomed();
    peer.place(SNAP);
    hit_armed(&agent, 1);
    assert_eq!(peer.batches(1), [1]);
    agent.before_fork();
    assert_eq!(agent.life().threads.load(std::sync::atomic::Ordering::Acquire), 0);
    agent.fork_in_parent();
    // Forks that follow each other: a thread that must end before it began leaves the connection.
    for _ in 0..50 {
        agent.before_fork();
        agent.fork_in_parent();
    }
    let site = agent.runtime().sites()[0];
    agent.hit(site, &HIT);
    assert_eq!(peer.batches(2), [2]);
    // The child, which is this very process here, gets a connection and an id of its own.
    let parent = peer.instance;
    agent.before_fork();
    agent.begin_life();
    let child = hub.welcomed();
    assert_ne!(child.instance, parent);
}

#[test]
fn a_goodbye_is_said() {
    let hub = Hub::new();
    let agent = hub.agent();
    let mut peer = hub.welcomed();
    std::thread::scope(|scope| {
        scope.spawn(|| agent.stop(Duration::from_millis(500)));
        while peer.message() != AgentMessage::Goodbye {}
    });
}

#[test]
fn a_probe_of_the_hub_that_cannot_be_is_reported_refused() {
    let hub = Hub::new();
    let agent = hub.agent();
    let mut peer = hub.welcomed();
    peer.place(r#"{"id":"bb","kind":"log","location":"app.py:3"}"#);
    loop {
        if let AgentMessage::Status { probes, .. } = peer.message()
            && let Some(probe) = probes.first()
        {
            assert_eq!(probe.state, ProbeState::Refused);
            assert_eq!(probe.why.as_ref().map(|why| why.code.as_str()), Some("limit"));
            break;
        }
    }
    drop(agent);
}

#[test]
fn a_million_hits_without_a_hub_lose_what_the_counters_say() {
    let hub = Hub::new();
    let agent = hub.agent();
    let mut peer = hub.welcomed();
    let log = r#"{"id":"cc","location":"app.py:3","limit":1000000,"rate_per_s":1000000,
        "budget_ppm":1000000}"#;
    peer.place(log);
    until(&agent, || !agent.runtime().sites().is_empty());
    let site = agent.runtime().sites()[0];
    let probe = Arc::clone(&agent.sites.get(site).expect("it is there").probe);
    // The hub neither reads nor acknowledges any more.
    for _ in 0..1_000_000 {
        agent.hit(site, &HIT);
    }
    let flushed = agent.flush(Duration::from_millis(200));
    let counters = probe.tally.read();
    assert_eq!(counters.hits, 1_000_000);
    until(&agent, || agent.slab.is_idle());
    agent.flush(Duration::from_millis(200));
    let delivery = probe.deliveries.read();
    let delivered = delivery.acknowledged
        + delivery.spooled
        + delivery.spool_dropped
        + delivery.refused_by_check;
    assert_eq!(probe.tally.read().captured, delivered, "{counters:?} {delivery:?} {flushed}");
    assert!(delivery.spool_dropped > 0 || counters.buffer_full > 0 || counters.over_quota > 0);
    // The hub comes back: what it gets and what was dropped is everything.
    drop(peer);
    let mut peer = hub.welcomed();
    let mut got = 0;
    while probe.deliveries.read().spooled > 0 {
        let sequences = peer.batch();
        got += sequences.len() as u64;
        peer.say(&HubMessage::Ack { sequence: *sequences.last().expect("not empty") });
        let behind = Instant::now() + Duration::from_millis(50);
        while probe.deliveries.read().acknowledged < got && Instant::now() < behind {
            agent.life().await_progress(agent.life().progress(), Duration::from_millis(5));
        }
    }
    let delivery = probe.deliveries.read();
    assert_eq!(delivery.acknowledged, got);
    assert_eq!(counters.captured, got + delivery.spool_dropped);
}
