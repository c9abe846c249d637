//! What the stream of server-sent events carries.
//!
//! Knows the words and their data, not HTTP. Invariant: within one stream a probe's snapshots come in
//! the order of their numbers, and `end` is the last event about a probe.

use super::{FreezeEvent, InstanceView, ProbeView, WhyView};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stillframe_core::ids::InstanceId;
use stillframe_core::probe::ProbeReport;

/// One event; the tag is the SSE `event:` word, the content its `data:`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum Event {
    /// A snapshot or log line was stored.
    Snapshot(serde_json::Value),
    /// An instance's word about a probe changed: its state, place or reason (not mere counters).
    Report(Box<ReportEvent>),
    /// An instance came or went.
    Instance(Box<InstanceEvent>),
    /// The hub was frozen, or is no longer.
    Freeze(Box<FreezeEvent>),
    /// A probe ended.
    End(Box<EndEvent>),
}

impl Event {
    /// The SSE `event:` word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Snapshot(_) => "snapshot",
            Self::Report(_) => "report",
            Self::Instance(_) => "instance",
            Self::Freeze(_) => "freeze",
            Self::End(_) => "end",
        }
    }
}

/// A change of one probe on one instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportEvent {
    /// When the hub heard it.
    pub time: String,
    /// Which instance.
    pub instance: InstanceId,
    /// `HOST/PID`.
    pub name: String,
    /// Its service.
    pub service: String,
    /// Its version.
    pub version: Option<String>,
    /// Whether the instance came after the probe was set.
    pub is_new: bool,
    /// What it says.
    pub report: ProbeReport,
}

/// An instance that came or went. On a probe's stream only instances the probe is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InstanceEvent {
    /// When the hub saw it.
    pub time: String,
    /// `true`: it said hello; `false`: it is gone.
    pub came: bool,
    /// Which.
    pub instance: InstanceView,
}

/// The end of a probe: why it ended stands in `probe.phase`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EndEvent {
    /// When.
    pub time: String,
    /// The probe with its sums.
    pub probe: ProbeView,
    /// The reason nothing was captured, when nothing was.
    pub why: Option<WhyView>,
}
