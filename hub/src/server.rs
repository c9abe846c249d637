//! What every request shares: fleet, store, tokens and bounds.
//!
//! Knows no route. Invariant: work that waits for the disk runs on threads that may block.

use crate::api::types::{Code, ErrorInfo};
use crate::figures::Figures;
use crate::fleet::Fleet;
use crate::guests::Guests;
use crate::reach::Reach;
use crate::store::writer::Queue;
use crate::store::{AuditEntry, Store, StoreError, Stored};
use crate::tokens::Tokens;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use stillframe_core::clock;
use stillframe_core::ids::InstanceId;
use stillframe_core::transport::message::InstanceInfo;
use tokio::sync::{Semaphore, watch};

/// Agents that may be connected at a time.
pub(crate) const MAX_AGENTS: usize = 4_096;
/// Event streams that may be open at a time.
pub(crate) const MAX_STREAMS: usize = 256;
/// Connections that may be open at a time before they are an agent's: those that ask, and streams.
pub(crate) const MAX_CONNECTIONS: usize = MAX_STREAMS + 768;

/// A hub that is being served.
pub(crate) struct Hub {
    pub name: String,
    pub reach: Reach,
    pub request_time: Duration,
    pub fleet: Arc<Fleet>,
    pub store: Arc<dyn Store>,
    pub queue: Queue,
    pub tokens: Arc<Tokens>,
    pub figures: Arc<Figures>,
    pub agents: Arc<Semaphore>,
    pub streams: Arc<Semaphore>,
    pub guests: Arc<Guests>,
    /// True once the hub is to stop.
    pub stopping: watch::Receiver<bool>,
    pub connections: AtomicU64,
    /// Connections that are open now and not an agent's.
    pub open: Arc<AtomicUsize>,
}

impl Hub {
    /// A number no other connection has.
    pub(crate) fn next_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// Agents that are connected.
    pub(crate) fn agents_now(&self) -> u64 {
        (MAX_AGENTS - self.agents.available_permits()) as u64
    }

    /// Event streams that are open.
    pub(crate) fn streams_now(&self) -> u64 {
        (MAX_STREAMS - self.streams.available_permits()) as u64
    }

    /// Runs what waits for the disk.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ErrorInfo> {
        let hub = Arc::clone(self);
        match tokio::task::spawn_blocking(move || work(&hub)).await {
            Ok(result) => result.map_err(|error| refusal(&error)),
            Err(error) => Err(ErrorInfo::new(Code::Internal, format!("a task ended: {error}"))),
        }
    }

    /// Notes who did what; an error means it must not be done.
    pub(crate) async fn audit(
        self: &Arc<Self>,
        who: &str,
        what: &'static str,
        subject: String,
        from: String,
    ) -> Result<(), ErrorInfo> {
        let entry = AuditEntry {
            time_ns: clock::wall_ns(),
            who: who.to_owned(),
            what: what.to_owned(),
            subject,
            from,
        };
        self.blocking(move |hub| hub.store.audit(&entry)).await
    }

    /// Who took a snapshot, as far as the hub remembers.
    pub(crate) fn taken_by(&self, id: InstanceId) -> InstanceInfo {
        let known = self.fleet.info_of(id);
        known.or_else(|| self.store.instance(id).ok().flatten()).unwrap_or_default()
    }

    /// A stored snapshot as the API shows it. Waits for the disk when the instance is long gone.
    pub(crate) fn show(&self, stored: &Stored) -> Result<serde_json::Value, StoreError> {
        crate::snapshot::show(stored, &self.taken_by(stored.instance))
    }
}

/// What a person is told when the store cannot do it.
pub(crate) fn refusal(error: &StoreError) -> ErrorInfo {
    crate::log::warn(&error.to_string());
    let info = ErrorInfo::new(Code::Store, error.to_string());
    if error.full { info.next("free space where the hub keeps its data") } else { info }
}
