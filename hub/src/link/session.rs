//! One agent's connection, from its hello to its end.
//!
//! Knows the order of messages. Invariant: nothing is taken before a valid hello, at most a few
//! batches are under way, and a side that is silent or does not read is let go.

use crate::figures::count;
use crate::fleet::{Connection, Hello, ProbeSet, StatusReport};
use crate::server::Hub;
use crate::store::writer::Job;
use crate::store::{Incoming, StoreError};
use crate::tokens::Holder;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use stillframe_core::error::Error;
use stillframe_core::ids::InstanceId;
use stillframe_core::limits::MAX_PROBES;
use stillframe_core::transport::message::{
    AgentMessage, HubMessage, InstanceInfo, MAX_UNSURE, PROTOCOL,
};
use stillframe_core::wire;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};

/// For the hello after the handshake.
const HELLO: Duration = Duration::from_secs(10);
/// For the other end to take what is sent to it.
const SEND: Duration = Duration::from_secs(10);
/// A connection that is quiet is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);
/// A connection that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// For the answer whether an instance that says hello a second time is live elsewhere.
const LIVE: Duration = Duration::from_secs(2);
/// Batches of one connection that may wait for the store.
const MAX_BATCHES: usize = 4;

/// Why a connection ends.
enum End {
    /// The other side went, or does not answer.
    Gone,
    /// It said goodbye.
    Goodbye,
    /// We end it, and say why.
    Refused { code: &'static str, message: String },
    /// The instance has to take another id.
    Renew,
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::malformed(error.to_string())
    }
}

impl End {
    fn malformed(message: impl Into<String>) -> Self {
        Self::Refused { code: "malformed", message: message.into() }
    }
}

pub(super) struct Session {
    hub: Arc<Hub>,
    socket: WebSocket,
    id: u64,
    heard: Instant,
    pinged: Instant,
    /// Those who asked whether the other end is alive.
    asked: Vec<oneshot::Sender<()>>,
    batches: Arc<Semaphore>,
    holder: Holder,
}

/// What comes in from the hub's side.
struct Inbox {
    probes: watch::Receiver<ProbeSet>,
    asks: mpsc::Receiver<oneshot::Sender<()>>,
    replies: mpsc::UnboundedReceiver<Result<u64, StoreError>>,
    reply: mpsc::UnboundedSender<Result<u64, StoreError>>,
    stopping: watch::Receiver<bool>,
    /// Ends when the token does.
    expelled: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
}

impl Session {
    pub(super) fn new(hub: Arc<Hub>, socket: WebSocket, holder: Holder) -> Self {
        let (id, now) = (hub.next_connection(), Instant::now());
        let batches = Arc::new(Semaphore::new(MAX_BATCHES));
        Self { hub, socket, id, heard: now, pinged: now, asked: Vec::new(), batches, holder }
    }

    pub(super) async fn run(mut self) {
        let mut stopping = self.hub.stopping.clone();
        let hello = tokio::select! {
            hello = timeout(HELLO, self.hello()) => hello,
            _ = stopping.changed() => Ok(Err(End::Gone)),
        };
        let end = match hello {
            Ok(Ok(hello)) => self.serve(hello).await,
            Ok(Err(end)) => end,
            Err(_) => End::malformed("no hello came"),
        };
        let last = match end {
            End::Gone | End::Goodbye => None,
            End::Renew => Some(HubMessage::Renew),
            End::Refused { code, message } => {
                count(&self.hub.figures.agents_let_go);
                crate::log::warn(&format!("an agent was let go: {message}"));
                Some(HubMessage::Refused { code: code.to_owned(), message })
            }
        };
        if let Some(last) = last {
            // The other side may be gone already.
            let _ = self.send(&last).await;
        }
        let _ = timeout(SEND, self.socket.send(Message::Close(None))).await;
    }

    /// Reads the first message, which must be a hello that we can answer.
    async fn hello(&mut self) -> Result<Hello, End> {
        let text = match self.socket.recv().await {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(_)) => return Err(End::malformed("the first message is no hello")),
            Some(Err(_)) | None => return Err(End::Gone),
        };
        let AgentMessage::Hello { protocol, capabilities, instance, info, unsure } =
            AgentMessage::parse(&text)?
        else {
            return Err(End::malformed("the first message is no hello"));
        };
        let Some(common) = PROTOCOL.common(protocol) else {
            return Err(End::Refused {
                code: "protocol",
                message: format!(
                    "the agent speaks protocol {} to {}, this hub {} to {}: update the older one",
                    protocol.min, protocol.max, PROTOCOL.min, PROTOCOL.max
                ),
            });
        };
        self.claim(instance).await?;
        let held = self.held(instance, unsure).await?;
        let welcome = HubMessage::Welcome { protocol: common, hub: self.hub.name.clone(), held };
        let info = bounded(*info);
        self.keep(instance, info.clone()).await?;
        self.send(&welcome).await?;
        Ok(Hello { id: instance, info, capabilities })
    }

    /// An id that is alive on another connection is not this one's.
    async fn claim(&mut self, instance: InstanceId) -> Result<(), End> {
        let Some(other) = self.hub.fleet.connection(instance) else { return Ok(()) };
        let (ask, answer) = oneshot::channel();
        if other.ask.send(ask).await.is_err() {
            return Ok(());
        }
        match timeout(LIVE, answer).await {
            Ok(Ok(())) => Err(End::Renew),
            Ok(Err(_)) | Err(_) => Ok(()),
        }
    }

    /// Which of the batches that an earlier connection left unacknowledged are here.
    async fn held(&mut self, id: InstanceId, mut unsure: Vec<u64>) -> Result<Vec<u64>, End> {
        if unsure.is_empty() {
            return Ok(unsure);
        }
        unsure.truncate(MAX_UNSURE);
        self.settle().await?;
        let held = move |hub: &Hub| hub.store.held(id, &unsure);
        let busy = |message| End::Refused { code: "busy", message };
        self.hub.blocking(held).await.map_err(|error| busy(error.message))
    }

    /// Waits until what was handed to the store before is done.
    async fn settle(&mut self) -> Result<(), End> {
        let Ok(permit) = Arc::clone(&self.batches).acquire_owned().await else {
            return Err(End::Gone);
        };
        let (reply, mut replies) = mpsc::unbounded_channel();
        self.hub.queue.submit(Job { items: Vec::new(), sequence: 0, permit, reply });
        match replies.recv().await {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(End::Refused { code: "busy", message: error.to_string() }),
            None => Err(End::Gone),
        }
    }

    /// Keeps who the instance is, for its snapshots outlive it; what it runs is not needed for that.
    async fn keep(&mut self, id: InstanceId, mut info: InstanceInfo) -> Result<(), End> {
        info.packages.clear();
        info.command.clear();
        let keep = move |hub: &Hub| hub.store.put_instance(id, &info, hub.fleet.now_ns());
        let busy = |message| End::Refused { code: "busy", message };
        self.hub.blocking(keep).await.map_err(|error| busy(error.message))
    }

    async fn serve(&mut self, hello: Hello) -> End {
        let id = hello.id;
        let (probes, probes_told) = watch::channel(ProbeSet::default());
        let (ask, asks) = mpsc::channel(4);
        let (reply, replies) = mpsc::unbounded_channel();
        let stopping = self.hub.stopping.clone();
        let (hub, holder) = (Arc::clone(&self.hub), self.holder.clone());
        let expelled = Box::pin(async move { hub.tokens.ended(&holder).await });
        let mut inbox = Inbox { probes: probes_told, asks, replies, reply, stopping, expelled };
        let fleet = Arc::clone(&self.hub.fleet);
        fleet.hello(hello, Connection { id: self.id, probes, ask });
        let end = match self.send_probes(&mut inbox).await {
            Ok(()) => loop {
                if let Err(end) = self.turn(id, &mut inbox).await {
                    break end;
                }
            },
            Err(end) => end,
        };
        fleet.left(id, self.id, matches!(end, End::Goodbye));
        if let Some(info) = fleet.info_of(id) {
            // It counts from when it was seen last. Unkept it is only forgotten earlier.
            let _ = self.keep(id, info).await;
        }
        end
    }

    /// Waits for the next thing to happen and does it.
    async fn turn(&mut self, id: InstanceId, inbox: &mut Inbox) -> Result<(), End> {
        let quiet = self.heard.max(self.pinged) + PING;
        // No more is read while as much as may be is under way.
        let room = self.batches.available_permits() > 0;
        tokio::select! {
            message = self.socket.recv(), if room => {
                let Some(Ok(message)) = message else { return Err(End::Gone) };
                self.heard = Instant::now();
                // Whatever it says, it is alive.
                for asked in self.asked.drain(..) {
                    let _ = asked.send(());
                }
                self.receive(id, message, inbox).await
            }
            Some(reply) = inbox.replies.recv() => self.acknowledge(reply, inbox).await,
            Ok(()) = inbox.probes.changed() => self.send_probes(inbox).await,
            Some(asked) = inbox.asks.recv() => {
                self.asked.push(asked);
                self.send_raw(Message::Ping(Bytes::new())).await
            }
            Ok(()) = inbox.stopping.changed() => Err(End::Gone),
            () = inbox.expelled.as_mut() => Err(End::Refused {
                code: "unauthorized",
                message: "its token was revoked or has expired".to_owned(),
            }),
            () = tokio::time::sleep_until(quiet) => {
                if self.heard.elapsed() >= SILENCE {
                    return Err(End::Gone);
                }
                self.pinged = Instant::now();
                self.send_raw(Message::Ping(Bytes::new())).await
            }
        }
    }

    async fn receive(
        &mut self,
        id: InstanceId,
        message: Message,
        inbox: &Inbox,
    ) -> Result<(), End> {
        match message {
            Message::Text(text) => self.hear(id, AgentMessage::parse(&text)?).await,
            Message::Binary(frame) => self.take(id, frame, inbox).await,
            Message::Close(_) => Err(End::Gone),
            Message::Ping(_) | Message::Pong(_) => Ok(()),
        }
    }

    async fn hear(&mut self, id: InstanceId, message: AgentMessage) -> Result<(), End> {
        match message {
            AgentMessage::Hello { .. } => Err(End::malformed("a second hello came")),
            AgentMessage::Status { probes, cost_ppm, notes } => {
                if probes.len() > 2 * MAX_PROBES {
                    return Err(End::malformed("a status has more reports than there are probes"));
                }
                self.hub.fleet.status(id, self.id, StatusReport { probes, cost_ppm, notes });
                Ok(())
            }
            AgentMessage::Info { info } => {
                let info = bounded(*info);
                self.keep(id, info.clone()).await?;
                self.hub.fleet.info(id, info);
                Ok(())
            }
            AgentMessage::Goodbye => Err(End::Goodbye),
        }
    }

    /// Hands a frame of snapshots to the store.
    async fn take(&mut self, id: InstanceId, frame: Bytes, inbox: &Inbox) -> Result<(), End> {
        let Ok(permit) = Arc::clone(&self.batches).acquire_owned().await else {
            return Err(End::Gone);
        };
        let hub = Arc::clone(&self.hub);
        // Decoding may take milliseconds: not on a thread that serves others.
        let read = tokio::task::spawn_blocking(move || read(&hub, id, &frame)).await;
        let items =
            read.map_err(|error| End::malformed(format!("a frame was not read: {error}")))??;
        let Some(sequence) = items.iter().map(|item| item.sequence).max() else {
            return Err(End::malformed("a frame holds no snapshot"));
        };
        self.hub.queue.submit(Job { items, sequence, permit, reply: inbox.reply.clone() });
        Ok(())
    }

    async fn acknowledge(
        &mut self,
        reply: Result<u64, StoreError>,
        inbox: &mut Inbox,
    ) -> Result<(), End> {
        let busy = |error: StoreError| End::Refused { code: "busy", message: error.to_string() };
        let mut sequence = reply.map_err(busy)?;
        // The latest acknowledges those before it.
        while let Ok(reply) = inbox.replies.try_recv() {
            match reply {
                Ok(later) => sequence = sequence.max(later),
                Err(error) => {
                    self.send(&HubMessage::Ack { sequence }).await?;
                    return Err(busy(error));
                }
            }
        }
        self.send(&HubMessage::Ack { sequence }).await
    }

    async fn send_probes(&mut self, inbox: &mut Inbox) -> Result<(), End> {
        let set = ProbeSet::clone(&inbox.probes.borrow_and_update());
        self.send(&HubMessage::Probes { probes: set.as_ref().clone() }).await
    }

    async fn send(&mut self, message: &HubMessage) -> Result<(), End> {
        match serde_json::to_string(message) {
            Ok(text) => self.send_raw(Message::Text(text.into())).await,
            Err(error) => Err(End::malformed(format!("a message has no text: {error}"))),
        }
    }

    async fn send_raw(&mut self, message: Message) -> Result<(), End> {
        match timeout_at(Instant::now() + SEND, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

/// Reads a frame, and makes each of its snapshots one that stands alone.
fn read(hub: &Hub, id: InstanceId, frame: &[u8]) -> Result<Vec<Incoming>, End> {
    let batch = wire::decode_batch(&wire::unpack(frame)?)?;
    if batch.instance != id {
        return Err(End::malformed("a frame of another instance came"));
    }
    let incoming = |snapshot: &stillframe_core::snapshot::Snapshot| Incoming {
        probe: snapshot.probe,
        instance: id,
        sequence: snapshot.sequence,
        time_ns: snapshot.time_ns,
        limit: hub.fleet.limit(snapshot.probe),
        blob: wire::encode_snapshot(snapshot),
    };
    let sound = |snapshot: &stillframe_core::snapshot::Snapshot| {
        (1..=i64::MAX.cast_unsigned()).contains(&snapshot.sequence)
    };
    if !batch.snapshots.iter().all(sound) {
        return Err(End::malformed("a snapshot has no proper sequence"));
    }
    Ok(batch.snapshots.iter().map(incoming).collect())
}

/// Who an instance says it is, cut to what people can read: a hostile agent fills no memory.
fn bounded(mut info: InstanceInfo) -> InstanceInfo {
    const TEXT: usize = 256;
    const COMMAND: usize = 64;
    const ENTRIES: usize = 4_096;
    let cut = |text: &mut String| {
        text.retain(|c| !c.is_control());
        if let Some((at, _)) = text.char_indices().nth(TEXT) {
            text.truncate(at);
        }
    };
    for text in [&mut info.service, &mut info.host, &mut info.runtime, &mut info.agent] {
        cut(text);
    }
    let texts = [&mut info.namespace, &mut info.version, &mut info.environment, &mut info.commit];
    texts.into_iter().flatten().for_each(cut);
    info.command.truncate(COMMAND);
    info.command.iter_mut().for_each(cut);
    for map in [&mut info.labels, &mut info.packages] {
        while map.len() > ENTRIES {
            map.pop_last();
        }
    }
    info
}
