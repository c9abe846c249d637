//! A strict hub in the test's own process: it stores every snapshot once, acknowledges when it is
//! told to, goes away and comes back.
//!
//! Knows the link's messages. Invariant: what breaks a rule of the link is noted as a fault.

use crate::ids::{InstanceId, ProbeId};
use crate::probe::{Counters, Delivery, ProbeSpec};
use crate::transport::message::{AgentMessage, HubMessage};
use crate::wire::{decode_batch, unpack};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tungstenite::{Message, WebSocket};

/// How long a connection listens before it looks what it is to do.
const LOOK: Duration = Duration::from_millis(3);

/// What the hub does with its agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// Lets nobody in.
    Away,
    /// Stores and says nothing.
    Deaf,
    /// Stores and acknowledges.
    Good,
}

/// A probe of one instance.
pub(super) type Key = (InstanceId, ProbeId, u32);

pub(super) struct State {
    pub(super) mood: Mood,
    /// Ends a connection after it has stored so many batches, before it acknowledges them.
    pub(super) breaks_after: Option<u32>,
    /// Answers the next hello with the wish for another id.
    pub(super) renews: bool,
    pub(super) probes: Vec<ProbeSpec>,
    /// The latest revision of each probe there ever was.
    pub(super) latest: BTreeMap<ProbeId, ProbeSpec>,
    stored: BTreeMap<(InstanceId, u64), (ProbeId, u32)>,
    /// The latest connection of each instance, and how many there ever were.
    latest_of: BTreeMap<InstanceId, u64>,
    connections: u64,
    pub(super) heard: BTreeMap<Key, (Counters, Delivery)>,
    pub(super) faults: Vec<String>,
}

#[derive(Clone)]
pub(super) struct Hub {
    state: Arc<Mutex<State>>,
    pub(super) address: SocketAddr,
}

impl Hub {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let state = State {
            mood: Mood::Good,
            breaks_after: None,
            renews: false,
            probes: Vec::new(),
            latest: BTreeMap::new(),
            stored: BTreeMap::new(),
            latest_of: BTreeMap::new(),
            connections: 0,
            heard: BTreeMap::new(),
            faults: Vec::new(),
        };
        let hub = Self { state: Arc::new(Mutex::new(state)), address };
        let accepting = hub.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if accepting.state().mood == Mood::Away {
                    // Said, not left to the closing: a forked child holds a copy.
                    let _ = stream.shutdown(Shutdown::Both);
                    continue;
                }
                let hub = accepting.clone();
                std::thread::spawn(move || hub.serve(stream));
            }
        });
        hub
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        super::stage::held(&self.state)
    }

    /// How many of its snapshots are here, each counted once.
    pub(super) fn stored(&self, key: Key) -> u64 {
        let state = self.state();
        let of = state.stored.iter();
        of.filter(|((instance, _), of)| (*instance, of.0, of.1) == key).count() as u64
    }

    fn serve(&self, stream: TcpStream) {
        let end = stream.try_clone().expect("a socket");
        if let Err(fault) = Connection::serve(self, stream) {
            self.state().faults.push(fault);
        }
        let _ = end.shutdown(Shutdown::Both);
    }
}

/// What one connection was told and said so far.
struct Connection<'a> {
    hub: &'a Hub,
    socket: WebSocket<TcpStream>,
    instance: InstanceId,
    number: u64,
    told: Option<Vec<ProbeSpec>>,
    highest: u64,
    acknowledged: u64,
    batches: u32,
}

impl<'a> Connection<'a> {
    /// Serves until the other side is gone or the hub's mood ends it.
    fn serve(hub: &'a Hub, stream: TcpStream) -> Result<(), String> {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
        let Ok(mut socket) = tungstenite::accept(stream) else { return Ok(()) };
        let Ok(Message::Text(text)) = socket.read() else { return Ok(()) };
        let hello = AgentMessage::parse(text.as_str()).map_err(|error| error.to_string())?;
        let AgentMessage::Hello { instance, unsure, .. } = hello else {
            return Err("the first message is no hello".to_owned());
        };
        let number = {
            let mut state = hub.state();
            state.connections += 1;
            let number = state.connections;
            state.latest_of.insert(instance, number);
            number
        };
        let mut connection = Self {
            hub,
            socket,
            instance,
            number,
            told: None,
            highest: 0,
            acknowledged: 0,
            batches: 0,
        };
        if std::mem::take(&mut hub.state().renews) {
            connection.say(&HubMessage::Renew);
            return Ok(());
        }
        let held = {
            let state = hub.state();
            unsure.into_iter().filter(|s| state.stored.contains_key(&(instance, *s))).collect()
        };
        connection.say(&HubMessage::Welcome { protocol: 1, hub: "test".to_owned(), held });
        let _ = connection.socket.get_ref().set_read_timeout(Some(LOOK));
        while connection.turn()? {}
        Ok(())
    }

    fn say(&mut self, message: &HubMessage) -> bool {
        let text = serde_json::to_string(message).expect("it has a text");
        self.socket.send(Message::text(text)).is_ok()
    }

    /// Looks what is to do, and reads a message if there is one; whether it goes on.
    fn turn(&mut self) -> Result<bool, String> {
        let (mood, probes) = {
            let state = self.hub.state();
            (state.mood, state.probes.clone())
        };
        if mood == Mood::Away {
            return Ok(false);
        }
        if self.told.as_ref() != Some(&probes) {
            self.told = Some(probes.clone());
            if !self.say(&HubMessage::Probes { probes }) {
                return Ok(false);
            }
        }
        if mood == Mood::Good && self.acknowledged < self.highest {
            self.acknowledged = self.highest;
            if !self.say(&HubMessage::Ack { sequence: self.highest }) {
                return Ok(false);
            }
        }
        match self.socket.read() {
            Ok(Message::Text(text)) => self.hear(text.as_str()),
            Ok(Message::Binary(bytes)) => self.take(&bytes),
            Ok(Message::Close(_)) => Ok(false),
            Ok(_) => Ok(true),
            Err(tungstenite::Error::Io(error)) => Ok(matches!(
                error.kind(),
                std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
            )),
            Err(_) => Ok(false),
        }
    }

    fn hear(&mut self, text: &str) -> Result<bool, String> {
        match AgentMessage::parse(text).map_err(|error| error.to_string())? {
            AgentMessage::Status { probes, .. } => {
                let mut state = self.hub.state();
                if state.latest_of.get(&self.instance) != Some(&self.number) {
                    // What a former connection left unread is older than what was heard since.
                    return Ok(true);
                }
                let mut seen = BTreeSet::new();
                for report in probes {
                    let key = (self.instance, report.probe, report.revision);
                    if !seen.insert(key) {
                        return Err(format!("two reports of {key:?} in one status"));
                    }
                    let (counters, delivery) = (report.counters, report.delivery);
                    if delivery.taken() > counters.captured && counters.captured > 0 {
                        return Err(format!("more taken than captured: {counters:?} {delivery:?}"));
                    }
                    let before = state.heard.insert(key, (counters, delivery));
                    let is_ours = state.latest.contains_key(&report.probe);
                    if is_ours && before.is_some_and(|before| before.0.hits > counters.hits) {
                        return Err(format!("{key:?} went back: {before:?} -> {counters:?}"));
                    }
                }
                Ok(true)
            }
            AgentMessage::Goodbye => Ok(false),
            other => Err(format!("unexpected: {other:?}")),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<bool, String> {
        let batch = unpack(bytes).and_then(|bytes| decode_batch(&bytes));
        let batch = batch.map_err(|error| error.to_string())?;
        if batch.instance != self.instance {
            return Err("a batch of another instance".to_owned());
        }
        let mut state = self.hub.state();
        for snapshot in &batch.snapshots {
            let known = (snapshot.probe, snapshot.revision);
            let before = state.stored.insert((self.instance, snapshot.sequence), known);
            if before.is_some_and(|before| before != known) {
                return Err(format!("sequence {} came twice", snapshot.sequence));
            }
            self.highest = self.highest.max(snapshot.sequence);
        }
        self.batches += 1;
        if state.breaks_after.is_some_and(|after| self.batches > after) {
            state.breaks_after = None;
            return Ok(false);
        }
        Ok(true)
    }
}
