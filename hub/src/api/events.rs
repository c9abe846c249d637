//! The stream of server-sent events.
//!
//! First what is stored behind the cursor, then what comes. Knows the fleet's tellings and the
//! store's positions. Invariant: a snapshot is sent once, in order, and a reader that falls behind is
//! brought up to date from the store.

use super::snapshots::cursor;
use super::types::{Code, EndEvent, ErrorInfo, Event, ProbePhase};
use super::{Caller, Params, Refusal, no_probe, probe_id};
use crate::fleet::{Reading, Told};
use crate::server::Hub;
use crate::store::{Query, Stored, Which};
use crate::time;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use stillframe_core::ids::ProbeId;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, broadcast, watch};

/// A quiet stream says a comment, so that a dead reader shows.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Snapshots read from the store at a time.
const PAGE: usize = 64;

#[derive(Deserialize)]
pub(super) struct Wanted {
    probe: Option<String>,
    after: Option<String>,
}

pub(super) async fn stream(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Refusal> {
    let probe = wanted.probe.as_deref().map(probe_id).transpose()?;
    if let Some(id) = probe {
        hub.fleet.probe(id).ok_or_else(|| no_probe(&id.to_string()))?;
    }
    let last = headers.get("last-event-id").and_then(|last| last.to_str().ok());
    let after = last.or(wanted.after.as_deref()).map(cursor).transpose()?;
    let Ok(permit) = Arc::clone(&hub.streams).try_acquire_owned() else {
        let error = ErrorInfo::new(Code::Busy, "as many event streams as this hub serves are open");
        return Err(error.into());
    };
    let subject = probe.map_or_else(|| "all".to_owned(), |probe| probe.to_string());
    hub.audit(&caller.holder.user, "follow snapshots", subject, caller.from).await?;
    // Before the position is asked for: nothing falls between.
    let receiver = hub.fleet.listen();
    let position = match after {
        Some(after) => after,
        None => hub.blocking(|hub| hub.store.latest()).await?,
    };
    let (tokens, holder) = (Arc::clone(&hub), caller.holder);
    let expelled = async move { tokens.tokens.ended(&holder).await };
    let tail = Tail {
        _reading: probe.map(|probe| hub.fleet.read(probe)),
        _permit: permit,
        stopping: hub.stopping.clone(),
        expelled: Box::pin(expelled),
        hub,
        probe,
        receiver,
        position,
        waiting: VecDeque::new(),
        catching_up: true,
        done: false,
    };
    let events = stream::unfold(tail, |mut tail| async move {
        let event = tail.next().await?;
        Some((Ok::<_, Infallible>(event), tail))
    });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok(Sse::new(events).keep_alive(keep_alive).into_response())
}

/// One reader.
struct Tail {
    hub: Arc<Hub>,
    probe: Option<ProbeId>,
    receiver: broadcast::Receiver<Told>,
    stopping: watch::Receiver<bool>,
    /// Ends when the reader's token does.
    expelled: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Of the last snapshot that was sent, or passed over.
    position: u64,
    waiting: VecDeque<sse::Event>,
    /// Reading what is stored, before listening to what comes.
    catching_up: bool,
    done: bool,
    _reading: Option<Reading>,
    _permit: OwnedSemaphorePermit,
}

impl Tail {
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.done {
                return None;
            }
            if self.catching_up {
                self.catch_up().await?;
                continue;
            }
            let told = tokio::select! {
                told = self.receiver.recv() => told,
                _ = self.stopping.changed() => return None,
                () = self.expelled.as_mut() => return None,
            };
            match told {
                Ok(Told::Snapshot(stored)) => self.snapshot(stored).await?,
                Ok(Told::Event { event, probes }) => self.event(&event, &probes),
                Err(RecvError::Lagged(_)) => self.catching_up = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Reads a page from the store; after the last one, tells the end that was missed.
    async fn catch_up(&mut self) -> Option<()> {
        // Before the page is read: what is stored after it comes with its probe's end, in order.
        let has_ended = self.has_ended();
        let query = Query { which: Which::after(self.probe, self.position), limit: PAGE };
        let shown = self.hub.blocking(move |hub| {
            let found = hub.store.query(&query)?;
            let show = |stored: &Stored| Ok((stored.position, hub.show(stored)?));
            found.iter().map(show).collect::<Result<Vec<_>, _>>()
        });
        let shown = shown.await.ok()?;
        if shown.is_empty() {
            self.catching_up = false;
            if has_ended {
                self.tell_end();
            }
        }
        for (position, snapshot) in shown {
            self.position = position;
            self.push(&Event::Snapshot(snapshot));
        }
        Some(())
    }

    /// Whether the probe that the stream is about has ended, or is forgotten.
    fn has_ended(&self) -> bool {
        let probe = self.probe.map(|id| self.hub.fleet.probe(id));
        probe.is_some_and(|probe| probe.is_none_or(|probe| probe.phase != ProbePhase::Live))
    }

    /// A stream about a probe that has ended already ends at once.
    fn tell_end(&mut self) {
        self.done = true;
        let Some(id) = self.probe else { return };
        let Some(probe) = self.hub.fleet.probe(id) else { return };
        let why = if probe.captured == 0 { self.hub.fleet.why(id) } else { None };
        let time = probe.ended.clone().unwrap_or_else(|| time::text(self.hub.fleet.now_ns()));
        self.push(&Event::End(Box::new(EndEvent { time, probe, why })));
    }

    async fn snapshot(&mut self, stored: Arc<Stored>) -> Option<()> {
        if stored.position <= self.position {
            return Some(());
        }
        self.position = stored.position;
        if self.probe.is_none_or(|probe| probe == stored.probe) {
            let shown = self.hub.blocking(move |hub| hub.show(&stored)).await.ok()?;
            self.push(&Event::Snapshot(shown));
        }
        Some(())
    }

    fn event(&mut self, event: &Event, probes: &[ProbeId]) {
        let ours = self.probe.is_none_or(|probe| probes.contains(&probe));
        if ours {
            self.push(event);
            self.done = self.probe.is_some() && matches!(event, Event::End(_));
        }
    }

    fn push(&mut self, event: &Event) {
        // Only the content: the tag is the event's own word.
        let data = match event {
            Event::Snapshot(snapshot) => serde_json::to_string(snapshot),
            Event::Report(report) => serde_json::to_string(report),
            Event::Instance(instance) => serde_json::to_string(instance),
            Event::Freeze(freeze) => serde_json::to_string(freeze),
            Event::End(end) => serde_json::to_string(end),
        };
        let Ok(data) = data else { return };
        let mut sent = sse::Event::default().event(event.word()).data(data);
        if matches!(event, Event::Snapshot(_)) {
            sent = sent.id(self.position.to_string());
        }
        self.waiting.push_back(sent);
    }
}
