//! Every request and answer of the API as types; the CLI and the tests use these very types.
//!
//! All but `/healthz` and `/readyz` want `Authorization: Bearer sfu_…` and a role; all want a `Host`
//! that is the hub's, and no foreign `Origin`. Times are RFC 3339 in UTC with milliseconds; spans
//! carry their unit in the name.
//!
//! What each endpoint asks for and answers is in `docs/openapi.json`, which is made of these types, and
//! which the hub answers as `GET /api/v1/openapi.json`.
//!
//! A snapshot is the JSON object of `-o json` (the core's `snapshot::json`) with the hub's own `id`,
//! `PROBE/N`, counted over all instances in the order of storing.
//!
//! **Events.** `event:` is a word of [`Event`], `data:` one line of its JSON, `id:` a cursor on
//! `snapshot`. With `after=0` everything stored is sent first, then what comes: nothing is missed
//! between `POST` and `GET`. `Last-Event-ID` works as `after`. A stream about one probe closes after
//! its `end` event. While a stream about a followed probe is open, its lease holds.
//!
//! Invariant: fields are only ever added, and never carry a value an application did not publish.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use stillframe_core::ids::{InstanceId, ProbeId};
use stillframe_core::probe::{ProbeReport, ProbeSpec, SourceMatch};

mod access;
mod error;
mod event;
mod freeze;
mod why;

pub use access::{AuditRowView, AuditVerdict, CreateToken, CreatedToken, TokenView};
pub use error::{Code, ErrorAnswer, ErrorInfo};
pub use event::{EndEvent, Event, InstanceEvent, ReportEvent};
pub use freeze::{FreezeEvent, FreezeView, Frozen};
pub use why::{Headline, Theirs, Try, WhyFact, WhyGroup, WhyHost, WhyView, Yours};

/// The port that agents, API and later the web share.
pub const DEFAULT_PORT: u16 = 4737;
/// Seconds without a reader after which a followed probe is removed.
pub const LEASE_S: u64 = 60;
/// More instances than this: a probe is armed on [`CHOSEN_INSTANCES`] unless asked otherwise.
pub const MANY_INSTANCES: usize = 20;
/// Instances that a probe gets by default in a large fleet.
pub const CHOSEN_INSTANCES: usize = 5;

/// Who the token belongs to, and which hub answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    /// Name of the person.
    pub user: String,
    /// `metrics`, `viewer`, `prober` or `admin`.
    pub role: String,
    /// Name of the hub.
    pub hub: String,
    /// Version of the hub.
    pub version: String,
}

/// One process and all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InstanceView {
    /// Its id: 32 hexadecimal digits, new for each process life.
    pub id: InstanceId,
    /// As people see it: `HOST/PID`.
    pub name: String,
    /// `service.name`.
    pub service: String,
    /// Whether nobody named the service and `service` was derived.
    pub unnamed: bool,
    /// `service.namespace`.
    pub namespace: Option<String>,
    /// `service.version`.
    pub version: Option<String>,
    /// `deployment.environment.name`.
    pub environment: Option<String>,
    /// Commit the code was built from.
    pub commit: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Host name.
    pub host: String,
    /// Process id as the process sees it.
    pub pid: u32,
    /// When the process started.
    pub started: String,
    /// Milliseconds since then.
    pub up_ms: u64,
    /// Command line, already redacted by the agent.
    pub command: Vec<String>,
    /// `python 3.12.1`.
    pub runtime: String,
    /// Loaded packages and their versions.
    pub packages: BTreeMap<String, String>,
    /// Version of the agent.
    pub agent: String,
    /// Whether it only launches others; hidden unless asked for, and never armed.
    pub launcher: bool,
    /// Whether it is connected now.
    pub connected: bool,
    /// When it said hello.
    pub connected_at: String,
    /// When it was last heard.
    pub last_seen: String,
    /// Share of one core that probes cost it lately, in millionths.
    pub cost_ppm: u32,
    /// What it can do: `snap`, `log`, `count`.
    pub capabilities: Vec<String>,
    /// What its agent says of itself.
    pub notes: BTreeMap<String, String>,
    /// Its probes.
    pub probes: Vec<ProbeReport>,
}

/// Which instances a probe is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Selector {
    /// Only this service.
    pub service: Option<String>,
    /// Only this `service.version`.
    pub version: Option<String>,
    /// Only instances with all of these labels.
    pub labels: BTreeMap<String, String>,
    /// Whether it may sit in more than one service.
    pub all_services: bool,
}

/// How many instances a probe is armed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InstanceCount {
    /// Every one, and every one to come.
    All,
    /// This many, chosen by the hub.
    #[serde(untagged)]
    Some(u32),
}

/// Asks for a probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProbe {
    /// What and where. The hub gives the id.
    pub spec: ProbeSpec,
    /// Only this service.
    #[serde(default)]
    pub service: Option<String>,
    /// Only this `service.version`.
    #[serde(default)]
    pub version: Option<String>,
    /// Only instances with all of these labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Permits a location that matches in more than one service.
    #[serde(default)]
    pub all_services: bool,
    /// On how many instances: a number or `"all"`; absent: all of up to 20, else 5.
    #[serde(default)]
    pub instances: Option<InstanceCount>,
    /// Accepts that no instance matches yet.
    #[serde(default)]
    pub wait: bool,
    /// The asker reads along: removed when nobody has read its events for 60 s.
    #[serde(default)]
    pub follow: bool,
    /// With `follow`: stays when the reader goes.
    #[serde(default)]
    pub keep: bool,
    /// Asks each instance where it would sit, conditions checked, and arms nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Milliseconds to wait for the instances' reports before answering; 2,000 when absent.
    #[serde(default)]
    pub settle_ms: Option<u64>,
}

impl CreateProbe {
    /// A wish with nothing but the specification.
    pub fn of(spec: ProbeSpec) -> Self {
        Self {
            spec,
            service: None,
            version: None,
            labels: BTreeMap::new(),
            all_services: false,
            instances: None,
            wait: false,
            follow: false,
            keep: false,
            dry_run: false,
            settle_ms: None,
        }
    }
}

/// A probe that was accepted, and what the instances said within the settling time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreatedProbe {
    /// The probe; with `dry_run` it exists only in this answer.
    pub probe: ProbeView,
    /// What each instance said; in a dry run *done* is where it would be armed.
    pub instances: Vec<InstanceReport>,
    /// The line as the first armed instance has it, else as it was sent.
    pub line: Option<LineEcho>,
    /// Whether nothing was armed because only a dry run was asked for.
    pub dry_run: bool,
}

/// One instance's answer about one probe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InstanceReport {
    /// Which.
    pub id: InstanceId,
    /// `HOST/PID`.
    pub name: String,
    /// Its host.
    #[serde(default)]
    pub host: String,
    /// Its service.
    pub service: String,
    /// Its version.
    pub version: Option<String>,
    /// Whether it is connected now.
    pub connected: bool,
    /// Whether it holds the probe now.
    #[serde(default)]
    pub holds: bool,
    /// What it said; absent while it has said nothing.
    pub report: Option<ProbeReport>,
    /// Captures of it that the hub keeps. With the surplus they are what it calls acknowledged, until
    /// retention deletes some.
    #[serde(default)]
    pub stored: u64,
    /// Captures of it that came after the probe's limit.
    #[serde(default)]
    pub surplus: u64,
}

/// The source line a probe sits on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineEcho {
    /// Line, counted from 1.
    pub line: u32,
    /// Its text.
    pub text: String,
    /// Whether source here and there were compared and agree.
    pub verified: bool,
    /// How they compare, where an instance said so.
    #[serde(default)]
    pub source: Option<SourceMatch>,
}

/// Where a probe stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProbePhase {
    /// Handed out; at least one instance may still capture.
    Live,
    /// Its limit is reached.
    Done,
    /// Its time is over.
    Expired,
    /// Somebody took it away.
    Removed,
    /// Nobody read along for 60 s.
    Abandoned,
}

/// A probe and the sums over its instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProbeView {
    /// Its id.
    pub id: ProbeId,
    /// What was asked for, with defaults filled in.
    pub spec: ProbeSpec,
    /// Its location as people type it.
    pub location: String,
    /// Which instances it is for.
    pub selector: Selector,
    /// Services it has instances in.
    pub services: Vec<String>,
    /// Who set it.
    pub by: String,
    /// When.
    pub created: String,
    /// Milliseconds since then.
    pub age_ms: u64,
    /// Where it stands.
    pub phase: ProbePhase,
    /// When it ended.
    pub ended: Option<String>,
    /// Milliseconds from creation to its end.
    pub lasted_ms: Option<u64>,
    /// Milliseconds until it expires; absent when it ended.
    pub ends_in_ms: Option<u64>,
    /// Instances it is for (connected, launchers not counted).
    pub instances: u32,
    /// Of these: armed or resting.
    pub armed: u32,
    /// Of these: armed at another line than asked for.
    pub moved: u32,
    /// Of these: pending, or no report yet.
    pub pending: u32,
    /// Of these: refused.
    pub refused: u32,
    /// Of these: stopped over their budget.
    pub stopped: u32,
    /// Instances that captures were stored from.
    pub captured_on: u32,
    /// The names of the instances chosen when it is not armed on all.
    pub chosen: Option<Vec<String>>,
    /// Instances that match its selector and take its kind, chosen or not.
    pub matching: u32,
    /// Instances that match its selector and take no probe of its kind: they do not know it, or their
    /// application forbids it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unable: u32,
    /// Sums of the instances' counters, those that went included.
    pub counters: stillframe_core::probe::Counters,
    /// Whether `hits` and `condition_false` are the least they were: some instance does not count hits
    /// whose condition is false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub false_uncounted: bool,
    /// How long passages took, on all instances together, for a time probe that was armed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub durations: Option<stillframe_core::probe::durations::Durations>,
    /// Captures the hub stored for it: at most the limit.
    pub captured: u64,
    /// Captures that came after the limit was reached, dropped and counted.
    pub surplus: u64,
    /// Whether it ends when nobody reads along.
    pub lease: bool,
    /// Present while the hub is frozen and it is therefore on no instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Frozen>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// One page of snapshots, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotPage {
    /// The snapshots, each as printed by `-o json`.
    pub snapshots: Vec<serde_json::Value>,
    /// Pass as `after` for the next page; absent at the end.
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_needs_a_location_only() {
        let wish: CreateProbe =
            serde_json::from_str(r#"{"spec":{"location":"app.py:42"},"instances":"all"}"#)
                .expect("a wish");
        assert_eq!(wish.instances, Some(InstanceCount::All));
        let wish: CreateProbe =
            serde_json::from_str(r#"{"spec":{"location":"app.py:42"},"instances":3}"#)
                .expect("a wish");
        assert_eq!(wish.instances, Some(InstanceCount::Some(3)));
        let text = serde_json::to_string(&wish).expect("JSON");
        assert_eq!(serde_json::from_str::<CreateProbe>(&text).expect("a wish"), wish);
    }
}
