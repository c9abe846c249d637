//! An agent's life: start, stop, flush.

use super::{Config, LinkStatus, Status};
use crate::condition::Dialect;
use crate::error::{Error, ErrorKind, Result};
use crate::host::{Runtime, Walker};
use crate::ids::{InstanceId, ProbeId};
use crate::probe::ProbeSpec;
use crate::transport::sink::Callback;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The agent of one process.
#[derive(Debug)]
pub struct Agent<R: Runtime> {
    runtime: R,
    dialect: &'static Dialect,
    config: Config,
    instance: InstanceId,
    notes: Mutex<BTreeMap<String, String>>,
}

impl<R: Runtime> Agent<R> {
    /// Starts the agent. With `config.enabled` false it holds no thread and arms nothing.
    pub fn start(runtime: R, dialect: &'static Dialect, config: Config) -> Result<Arc<Self>> {
        let instance = InstanceId::random()?;
        Ok(Arc::new(Self { runtime, dialect, config, instance, notes: Mutex::default() }))
    }

    /// The runtime it was started with.
    pub fn runtime(&self) -> &R {
        &self.runtime
    }

    /// A hit of site `site`: the whole hit path. Never unwinds. The caller holds the runtime's lock,
    /// so that plain counters are exact.
    #[inline]
    pub fn hit<W: Walker>(&self, site: u32, walker: &W) {
        let _ = (site, walker);
    }

    /// Places a probe; what comes of it is in [`Agent::status`]. An error if the specification, its
    /// condition, watches or template cannot be right, or the application's ceilings forbid it.
    /// `callback` runs where the runtime may be entered, once for each snapshot.
    pub fn probe(&self, spec: ProbeSpec, callback: Option<Callback>) -> Result<ProbeId> {
        let _ = (callback, self.dialect);
        spec.checked()?;
        Err(Error::new(ErrorKind::Unsupported, "probes cannot be armed yet"))
    }

    /// Removes a probe; false if there is none of that id.
    pub fn remove(&self, id: ProbeId) -> bool {
        let _ = id;
        false
    }

    /// Everything the agent knows about itself.
    pub fn status(&self) -> Status {
        Status {
            enabled: self.config.enabled,
            instance: self.instance,
            service: self.config.service.clone(),
            agent: env!("CARGO_PKG_VERSION").to_owned(),
            link: self.config.hub.clone().map(|hub| LinkStatus { hub, ..LinkStatus::default() }),
            probes: Vec::new(),
            cost_ppm: 0,
            notes: self.notes.lock().map(|notes| notes.clone()).unwrap_or_default(),
        }
    }

    /// Says something of the binding in status and `doctor`: `canary`, `mechanism`.
    pub fn note(&self, key: &str, value: &str) {
        if let Ok(mut notes) = self.notes.lock() {
            notes.insert(key.to_owned(), value.to_owned());
        }
    }

    /// Waits until everything captured so far was delivered, at most `timeout`; whether it was. Call
    /// it without the runtime's lock: callbacks need it.
    pub fn flush(&self, timeout: Duration) -> bool {
        let _ = timeout;
        true
    }

    /// Takes every hook off, delivers what it can within `timeout` and ends every thread. Call it
    /// without the runtime's lock. Nothing works afterwards.
    pub fn stop(&self, timeout: Duration) {
        self.flush(timeout);
    }

    /// Code was loaded: probes that wait for it are tried again. Cheap when none waits, and callable
    /// from the runtime's import hook.
    pub fn reload(&self) {}

    /// This process is a forked child: call it from the runtime's own hook, in the child, before the
    /// application goes on.
    pub fn fork_in_child(&self) {}
}
