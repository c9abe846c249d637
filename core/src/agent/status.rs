//! What an agent says of itself to its own application.
//!
//! Plain data. Invariant: it holds nothing of the application's values.

use crate::ids::InstanceId;
use crate::probe::ProbeReport;
use serde::Serialize;
use std::collections::BTreeMap;

/// How the link to the hub stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LinkStatus {
    /// The hub's address.
    pub hub: String,
    /// `connected`, `connecting`, `waiting` (until the next attempt) or `refused`.
    pub state: String,
    /// The latest error, until it is connected again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Everything an agent knows about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Whether it does anything at all.
    pub enabled: bool,
    /// Its id.
    pub instance: InstanceId,
    /// Name of the service.
    pub service: String,
    /// Version of the agent.
    pub agent: String,
    /// The link, where there is a hub.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkStatus>,
    /// Its probes.
    pub probes: Vec<ProbeReport>,
    /// Share of one core that probes cost this process lately, in millionths.
    pub cost_ppm: u32,
    /// What the binding says of itself (`canary`, `mechanism`).
    pub notes: BTreeMap<String, String>,
}
