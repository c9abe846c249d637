//! What the link asks of the agent, and what the hub's words mean to it.
//!
//! Knows no sockets. Runs on the link's thread. Invariant: whatever the hub says, the application's
//! own ceilings hold.

use super::Agent;
use super::life::lock;
use crate::clock;
use crate::host::Runtime;
use crate::ids::InstanceId;
use crate::limits::MAX_PROBES;
use crate::probe::{DRY_RUN, EXACT};
use crate::registry::Origin;
use crate::transport::client::{LinkChange, Station};
use crate::transport::log::Level;
use crate::transport::message::{AgentMessage, HubMessage, MAX_UNSURE, PROTOCOL};
use crate::transport::spool::Spool;
use crate::wire::{self, Batch};
use sha2::{Digest, Sha256};
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A hub that is away for less is not mentioned.
const AWAY_NS: u64 = 5_000_000_000;
/// How often counters travel while they may move.
const STATUS_INTERVAL: Duration = Duration::from_secs(1);

impl<R: Runtime> Station for Agent<R> {
    fn hello(&self) -> AgentMessage {
        let mut unsure = lock(&self.life().spool).unsure();
        unsure.truncate(MAX_UNSURE);
        // Not held while the system is asked who we are: `status` waits for it.
        let instance = *lock(&self.life().instance);
        let kinds = self.config.allow.iter().map(|kind| format!("{kind:?}").to_lowercase());
        AgentMessage::Hello {
            protocol: PROTOCOL,
            capabilities: kinds.chain([DRY_RUN, EXACT].map(str::to_owned)).collect(),
            instance,
            info: Box::new(self.info()),
            unsure,
        }
    }

    fn status(&self, afresh: bool) -> Option<AgentMessage> {
        let life = self.life();
        if afresh {
            // Whether the hub heard the last words of an earlier connection, nobody knows.
            lock(&life.control).entries.values_mut().for_each(|entry| entry.is_told = false);
        }
        let (probes, cost_ppm) = self.reports(true);
        let notes = lock(&life.notes).clone();
        let message = AgentMessage::Status { probes, cost_ppm, notes };
        let text = serde_json::to_vec(&message).ok()?;
        let digest: [u8; 32] = Sha256::digest(&text).into();
        let mut latest = lock(&life.latest_status);
        let is_news = afresh || *latest != digest;
        *latest = digest;
        is_news.then_some(message)
    }

    fn status_interval(&self) -> Option<Duration> {
        let control = lock(&self.life().control);
        let any = control.entries.values().any(|entry| !entry.is_dormant());
        any.then_some(STATUS_INTERVAL)
    }

    fn has_news(&self) -> bool {
        self.life().news.swap(false, Ordering::AcqRel)
    }

    fn receive(&self, message: HubMessage) {
        match message {
            HubMessage::Probes { mut probes } => {
                if probes.len() > MAX_PROBES {
                    self.log.say(Level::Warn, "probes", "the hub sent more probes than fit");
                    probes.truncate(MAX_PROBES);
                }
                self.replace_all(probes, Origin::Hub);
            }
            HubMessage::Renew => self.renew(),
            _ => {}
        }
    }

    fn link_changed(&self, change: LinkChange) {
        let life = self.life();
        let mut link = lock(&life.link);
        match change {
            LinkChange::Connecting => link.state = "connecting".to_owned(),
            LinkChange::Connected { hub } => {
                self.log.say(Level::Info, "connected", format_args!("connected to hub {hub}"));
                (link.state, link.error) = ("connected".to_owned(), None);
                *lock(&life.away_since_ns) = None;
            }
            LinkChange::Failed { error, refused } => {
                let now_ns = clock::monotonic_ns();
                let since_ns = *lock(&life.away_since_ns).get_or_insert(now_ns);
                // A hub that restarts, and an application that ends at once, are not worth a line.
                let is_long = refused || now_ns - since_ns >= AWAY_NS;
                self.log.say(if is_long { Level::Warn } else { Level::Debug }, "link", &error);
                let state = if refused { "refused" } else { "waiting" };
                (link.state, link.error) = (state.to_owned(), Some(error.to_string()));
            }
        }
        drop(link);
        life.progressed();
    }

    fn spool(&self) -> &Mutex<Spool> {
        &self.life().spool
    }

    fn progressed(&self) {
        self.life().progressed();
    }

    fn holds(&self, descriptor: Option<i32>) {
        self.life().link_descriptor.store(descriptor.unwrap_or(-1), Ordering::Release);
    }
}

impl<R: Runtime> Agent<R> {
    /// Takes a new instance id, and gives what waits in the spool to it.
    fn renew(&self) {
        let Ok(instance) = InstanceId::random() else { return };
        let life = self.life();
        let mut spool = lock(&life.spool);
        // Under the spool's lock: no frame of the former id may follow it.
        *lock(&life.instance) = instance;
        spool.rewrite(|bytes| {
            let Batch { snapshots, .. } = wire::decode_batch(&wire::unpack(bytes).ok()?).ok()?;
            Some(wire::pack(&wire::encode_batch(&Batch { instance, snapshots })))
        });
        drop(spool);
        // What the former id delivered stays its own.
        for entry in lock(&life.control).entries.values_mut() {
            entry.renew();
        }
    }
}
