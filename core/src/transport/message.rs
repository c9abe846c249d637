//! What agent and hub say to each other besides snapshots: JSON text frames on the one WebSocket.
//!
//! Knows neither sockets nor stores. Invariant: fields are only ever added, each with a default, so
//! that any two released versions within the protocol range understand each other.

use crate::error::{Error, ErrorKind, Result};
use crate::ids::InstanceId;
use crate::probe::{ProbeReport, ProbeSpec};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Lowest and highest protocol version this build speaks.
pub const PROTOCOL: ProtocolRange = ProtocolRange { min: 1, max: 1 };
/// Bytes of a text frame that a reader accepts.
pub const MAX_TEXT_BYTES: usize = 1 << 20;
/// Unsure batches that a hello names; those beyond count as dropped.
pub const MAX_UNSURE: usize = 16_384;
/// Path of the agents' WebSocket on the hub.
pub const AGENT_PATH: &str = "/agent";

/// Versions of the protocol that a side speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtocolRange {
    /// Lowest.
    pub min: u32,
    /// Highest.
    pub max: u32,
}

impl ProtocolRange {
    /// The highest version both speak.
    pub fn common(self, other: Self) -> Option<u32> {
        let highest = self.max.min(other.max);
        (highest >= self.min.max(other.min)).then_some(highest)
    }
}

/// Who an instance is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InstanceInfo {
    /// `service.name`.
    pub service: String,
    /// Whether `service` was derived because nobody gave one.
    pub unnamed: bool,
    /// `service.namespace`.
    pub namespace: Option<String>,
    /// `service.version`.
    pub version: Option<String>,
    /// `deployment.environment.name`.
    pub environment: Option<String>,
    /// Commit the code was built from.
    pub commit: Option<String>,
    /// Labels given by the user, and the remaining resource attributes.
    pub labels: BTreeMap<String, String>,
    /// Host name.
    pub host: String,
    /// Process id as the process sees it.
    pub pid: u32,
    /// Wall time of the process's start, nanoseconds since 1970 UTC.
    pub started_ns: u64,
    /// Command line, redacted.
    pub command: Vec<String>,
    /// Runtime and version: `python 3.12.1`.
    pub runtime: String,
    /// Loaded packages and their versions.
    pub packages: BTreeMap<String, String>,
    /// Version of the agent.
    pub agent: String,
    /// Whether it only launches others (npm, a prefork master, a reloader's parent).
    pub launcher: bool,
}

/// From the agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AgentMessage {
    /// First on every connection.
    Hello {
        /// What it speaks.
        protocol: ProtocolRange,
        /// What it can do (`snap`, `log`, `count`).
        capabilities: Vec<String>,
        /// Its id.
        instance: InstanceId,
        /// Who it is.
        info: Box<InstanceInfo>,
        /// Batches that were sent, were not acknowledged and cannot be sent again, by their highest
        /// sequence.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unsure: Vec<u64>,
    },
    /// State of all its probes: after each change, and every second while counters move.
    Status {
        /// One report a probe.
        probes: Vec<ProbeReport>,
        /// Share of one core that probes cost this process lately, in millionths.
        #[serde(default)]
        cost_ppm: u32,
        /// Whatever else the binding says of itself (`canary`, `mechanism`).
        #[serde(default)]
        notes: BTreeMap<String, String>,
    },
    /// Packages or labels changed since `Hello`.
    Info {
        /// Who it is now.
        info: Box<InstanceInfo>,
    },
    /// It is going away in good order.
    Goodbye,
}

/// From the hub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HubMessage {
    /// Answers `Hello`.
    Welcome {
        /// Version chosen.
        protocol: u32,
        /// Name of the hub.
        hub: String,
        /// Those of the unsure batches that it has.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        held: Vec<u64>,
    },
    /// All probes this instance should hold now; others are to be removed.
    Probes {
        /// The set.
        probes: Vec<ProbeSpec>,
    },
    /// Everything up to this sequence is stored.
    Ack {
        /// Highest sequence stored, all before it too.
        sequence: u64,
    },
    /// This id is live elsewhere (a restored process): take a new one and say hello again.
    Renew,
    /// The connection ends, and why.
    Refused {
        /// `protocol`, `unauthorized`, `malformed`, `busy`.
        code: String,
        /// For the log, a fragment.
        message: String,
    },
}

impl AgentMessage {
    /// Reads a text frame from an agent.
    pub fn parse(text: &str) -> Result<Self> {
        parse(text, "agent")
    }
}

impl HubMessage {
    /// Reads a text frame from a hub.
    pub fn parse(text: &str) -> Result<Self> {
        parse(text, "hub")
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str, sender: &str) -> Result<T> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(Error::new(ErrorKind::Wire, format!("message of the {sender} is over 1 MiB")));
    }
    serde_json::from_str(text).map_err(|error| {
        Error::new(ErrorKind::Wire, format!("message of the {sender} is malformed: {error}"))
    })
}
