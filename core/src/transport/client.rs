//! The link: one WebSocket to the hub, kept up from one thread.
//!
//! Knows messages and frames, nothing of what they mean: the [`Station`] does. All waiting is in one
//! `poll`, so that a stop is seen at once, whatever the hub does. Invariant: what the hub sends, or
//! does not send, ends at worst this connection; a new one follows after a back-off.

use super::address::Address;
use super::backoff::Backoff;
use super::message::{AgentMessage, HubMessage};
use super::session::End;
pub use super::session::Session;
use super::spool::Spool;
use super::wake::Waker;
use super::way::Way;
use crate::error::Error;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What the link asks of the agent. Called on the link's thread alone.
pub trait Station: Send + Sync + 'static {
    /// What a connection begins with.
    fn hello(&self) -> AgentMessage;
    /// The present status, if it changed since it was last asked for; any status when `afresh`.
    fn status(&self, afresh: bool) -> Option<AgentMessage>;
    /// How soon counters may have moved; `None` while nothing can move.
    fn status_interval(&self) -> Option<Duration>;
    /// Whether something happened since this was last asked that the hub should know at once.
    fn has_news(&self) -> bool;
    /// The hub said something that concerns the agent.
    fn receive(&self, message: HubMessage);
    /// The link's state changed.
    fn link_changed(&self, change: LinkChange);
    /// The frames that wait.
    fn spool(&self) -> &Mutex<Spool>;
    /// The spool or the hub moved on: whoever waits for that may look.
    fn progressed(&self);
    /// The descriptor of the connection, for a forked child to close; `None` when there is none.
    fn holds(&self, descriptor: Option<i32>);
}

/// A change of the link's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkChange {
    /// An attempt begins.
    Connecting,
    /// The hub welcomed us.
    Connected {
        /// Its name.
        hub: String,
    },
    /// The connection, or the attempt, failed.
    Failed {
        /// Why.
        error: Error,
        /// Whether the hub refused us, so that it will again.
        refused: bool,
    },
}

/// The link's configuration.
#[derive(Debug)]
pub struct Link {
    /// Where the hub is.
    pub address: Address,
    /// Whom to trust, and through which proxy, where the address asks for TLS.
    pub way: Way,
    /// The agent's token.
    pub token: Option<String>,
    /// Ends a wait.
    pub waker: Arc<Waker>,
}

impl Link {
    /// Keeps the link up until the waker is stopped or paused, beginning with a connection that an
    /// earlier thread left open. Paused, it leaves its own, or the one that it could not serve yet:
    /// closed here, its number would be somebody else's when a child closes it.
    pub fn run<S: Station>(&self, station: &Arc<S>, left: Option<Session>) -> Option<Session> {
        let mut backoff = Backoff::default();
        let mut left = left;
        // A connection is told goodbye also where the waker was stopped before this thread came.
        while !self.waker.is_paused() && (left.is_some() || !self.waker.is_stopped()) {
            let opened = match left.take() {
                Some(session) => Ok(session),
                None => {
                    station.link_changed(LinkChange::Connecting);
                    Session::open(self, &**station)
                }
            };
            let end = match opened {
                Ok(mut session) => {
                    let end = session.run(&self.waker, &**station);
                    if matches!(end, End::Paused) {
                        return Some(session);
                    }
                    if session.was_welcomed() {
                        backoff.reset();
                    }
                    end
                }
                Err(end) => end,
            };
            if let Ok(mut spool) = station.spool().lock() {
                spool.disconnected();
            }
            let wait = match end {
                End::Stopped | End::Paused => break,
                End::Renewed => Duration::ZERO,
                End::Failed { error, refused } => {
                    if refused {
                        backoff.refused();
                    }
                    station.link_changed(LinkChange::Failed { error, refused });
                    backoff.wait()
                }
            };
            station.progressed();
            self.pause_for(wait);
        }
        station.progressed();
        left
    }

    fn pause_for(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let is_over = || self.waker.is_stopped() || self.waker.is_paused();
        while !is_over() && Instant::now() < until {
            self.waker.wait(until.saturating_duration_since(Instant::now()));
        }
    }
}
