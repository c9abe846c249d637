//! One instance: who it is, whether it is connected, what it said last.
//!
//! Knows no probe but by reports. Invariant: an instance has at most one connection.

use super::ProbeSet;
use crate::api::types::InstanceView;
use crate::time;
use std::collections::{BTreeMap, BTreeSet};
use stillframe_core::ids::{InstanceId, ProbeId};
use stillframe_core::probe::ProbeReport;
use stillframe_core::transport::message::InstanceInfo;
use tokio::sync::{mpsc, oneshot, watch};

/// What an instance says first.
#[derive(Clone, Debug)]
pub(crate) struct Hello {
    pub id: InstanceId,
    pub info: InstanceInfo,
    pub capabilities: Vec<String>,
}

/// What an instance says of its probes.
#[derive(Clone, Debug, Default)]
pub(crate) struct StatusReport {
    pub probes: Vec<ProbeReport>,
    pub cost_ppm: u32,
    pub notes: BTreeMap<String, String>,
}

/// How to reach the task that holds an instance's socket.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub id: u64,
    /// The whole set of its probes; only the latest counts.
    pub probes: watch::Sender<ProbeSet>,
    /// Asks whether the other end is alive: answered when it is, dropped when not.
    pub ask: mpsc::Sender<oneshot::Sender<()>>,
}

/// An instance as the fleet knows it.
pub(super) struct Instance {
    pub id: InstanceId,
    pub info: InstanceInfo,
    pub capabilities: Vec<String>,
    pub connection: Option<Connection>,
    pub first_seen_ns: u64,
    pub connected_ns: u64,
    pub seen_ns: u64,
    /// When its connection ended; it may come right back.
    pub left_ns: Option<u64>,
    /// Everyone was told that it is gone.
    pub gone: bool,
    pub cost_ppm: u32,
    pub notes: BTreeMap<String, String>,
    pub reports: BTreeMap<ProbeId, ProbeReport>,
    /// Probes it holds by our word.
    pub holds: BTreeSet<ProbeId>,
}

impl Instance {
    pub(super) fn new(hello: Hello, connection: Connection, now_ns: u64) -> Self {
        Self {
            id: hello.id,
            info: hello.info,
            capabilities: hello.capabilities,
            connection: Some(connection),
            first_seen_ns: now_ns,
            connected_ns: now_ns,
            seen_ns: now_ns,
            left_ns: None,
            gone: false,
            cost_ppm: 0,
            notes: BTreeMap::new(),
            reports: BTreeMap::new(),
            holds: BTreeSet::new(),
        }
    }

    /// As people see it: `HOST/PID`.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.info.host, self.info.pid)
    }

    pub(super) fn view(&self, now_ns: u64) -> InstanceView {
        let info = self.info.clone();
        InstanceView {
            id: self.id,
            name: self.name(),
            service: info.service,
            unnamed: info.unnamed,
            namespace: info.namespace,
            version: info.version,
            environment: info.environment,
            commit: info.commit,
            labels: info.labels,
            host: info.host,
            pid: info.pid,
            started: time::text(info.started_ns),
            up_ms: time::ms_between(info.started_ns, now_ns),
            command: info.command,
            runtime: info.runtime,
            packages: info.packages,
            agent: info.agent,
            launcher: info.launcher,
            connected: self.connection.is_some(),
            connected_at: time::text(self.connected_ns),
            last_seen: time::text(self.seen_ns),
            cost_ppm: self.cost_ppm,
            capabilities: self.capabilities.clone(),
            notes: self.notes.clone(),
            probes: self.reports.values().cloned().collect(),
        }
    }
}
