//! What the hub keeps: snapshots, probes, instances, tokens and the audit.
//!
//! The trait is the whole contract, so that another store can stand in for the one on this disk. Knows
//! neither HTTP nor agents, and of a snapshot only its envelope. Invariant: what [`Store::put_batch`]
//! answered survives `kill -9`.

use crate::api::types::{InstanceCount, ProbePhase, Selector};
use rusqlite::ffi;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use stillframe_core::ids::{InstanceId, ProbeId};
use stillframe_core::probe::durations::Durations;
use stillframe_core::probe::{Counters, ProbeReport, ProbeSpec};
use stillframe_core::transport::message::InstanceInfo;

mod disk;
#[cfg(fuzzing)]
mod fuzz;
mod index;
mod ledger;
mod record;
mod segment;
pub(crate) mod writer;

pub(crate) use disk::{DiskStore, Recovery};
#[cfg(fuzzing)]
pub use fuzz::fuzz_segment;
pub(crate) use ledger::audit::AuditRow;
pub use ledger::audit::{Head, Verdict, verify_folder};

/// Result of a store.
pub(crate) type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why a store could not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoreError {
    /// Whether there is no room left.
    pub full: bool,
    /// A fragment for people.
    pub message: String,
}

impl StoreError {
    pub(crate) fn corrupt(message: impl Into<String>) -> Self {
        Self { full: false, message: message.into() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.full {
            f.write_str(
                "; nothing acknowledged is lost, and agents keep what they have until there is room \
                 again",
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for StoreError {}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        let full = matches!(
            error.kind(),
            ErrorKind::StorageFull | ErrorKind::FileTooLarge | ErrorKind::QuotaExceeded
        );
        let message =
            if full { format!("no room left to store: {error}") } else { error.to_string() };
        Self { full, message }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map(|error| error.extended_code);
        // SQLite says FULL for ENOSPC, and IOERR_WRITE where a quota or a size limit says no.
        let full = matches!(code, Some(ffi::SQLITE_FULL | ffi::SQLITE_IOERR_WRITE));
        let what = if full { "no room left to store: " } else { "" };
        Self { full, message: format!("{what}index: {error}") }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::corrupt(format!("a stored row does not read: {error}"))
    }
}

/// A snapshot on its way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incoming {
    pub probe: ProbeId,
    pub instance: InstanceId,
    pub sequence: u64,
    pub time_ns: u64,
    /// Captures the probe may have in all; `None`: as many as come.
    pub limit: Option<u64>,
    /// The snapshot as the wire carries it, alone in its batch.
    pub blob: Vec<u8>,
}

/// A snapshot that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Counts up over all that was ever stored, from 1: the cursor.
    pub position: u64,
    pub probe: ProbeId,
    /// Counts up within the probe over all instances, from 1.
    pub number: u64,
    pub instance: InstanceId,
    pub sequence: u64,
    pub time_ns: u64,
    /// When the hub had it, wall time.
    pub received_ns: u64,
    pub blob: Vec<u8>,
}

/// What became of one [`Incoming`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is on disk.
    Stored(Box<Stored>),
    /// It was there already.
    Duplicate,
    /// The probe had its limit; counted, and dropped.
    Surplus(Surplus),
}

/// A snapshot that came after its probe's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Surplus {
    pub probe: ProbeId,
    pub instance: InstanceId,
    pub sequence: u64,
}

/// How many captures of a probe there were, in all or from one instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Stored, including those that retention has deleted since.
    pub stored: u64,
    /// Came after the limit.
    pub surplus: u64,
}

/// Asks for snapshots.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query {
    pub which: Which,
    /// No more than these.
    pub limit: usize,
}

/// Which snapshots, in which order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which {
    /// Those at positions above `after`, in their order.
    All { after: u64 },
    /// Those of a probe at positions above `after`, in their order.
    Probe { probe: ProbeId, after: u64 },
    /// Those of a probe taken behind `after` and before `until_ns`, in the order of their time.
    Time { probe: ProbeId, after: Moment, until_ns: u64 },
    /// The one with this number within its probe.
    Number { probe: ProbeId, number: u64 },
}

impl Which {
    /// Those at positions above `after`, of one probe or of all.
    pub(crate) fn after(probe: Option<ProbeId>, after: u64) -> Self {
        match probe {
            Some(probe) => Self::Probe { probe, after },
            None => Self::All { after },
        }
    }
}

/// A place in the order of time; snapshots of one nanosecond are ordered by their positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub time_ns: u64,
    pub position: u64,
}

/// A probe as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProbeRecord {
    pub id: ProbeId,
    pub spec: ProbeSpec,
    pub selector: Selector,
    /// How many instances were asked for.
    pub count: Option<InstanceCount>,
    /// The instances chosen, when not all.
    pub chosen: Option<BTreeSet<InstanceId>>,
    /// The service whose instance armed it first, when no service was asked for.
    #[serde(default)]
    pub bound: Option<String>,
    pub by: String,
    pub created_ns: u64,
    pub phase: ProbePhase,
    pub ended_ns: Option<u64>,
    pub lease: bool,
    /// Last word of each instance, kept when the probe ends.
    #[serde(default)]
    pub reports: Vec<KeptReport>,
    /// What was said of its earlier revisions.
    #[serde(default)]
    pub earlier: Earlier,
}

/// What instances said of the revisions of a probe before the one that is held now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Earlier {
    /// Sums over all of them but the last.
    pub counters: Counters,
    pub durations: Option<Durations>,
    /// Whether false hits were not all counted.
    pub false_uncounted: bool,
    /// The last words about the revision before: what comes late still counts.
    pub last: Vec<KeptReport>,
}

/// Who froze the hub, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FreezeRecord {
    pub by: String,
    pub since_ns: u64,
}

/// The last word of one instance about a probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptReport {
    pub instance: InstanceId,
    pub name: String,
    pub service: String,
    pub version: Option<String>,
    pub report: ProbeReport,
}

/// A token as it is kept: its hash, never itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenRow {
    pub hash: [u8; 32],
    /// `agent` or `user`.
    pub kind: String,
    pub user: String,
    pub role: String,
    /// Who gave it.
    pub by: String,
    /// 0: before this was noted.
    pub created_ns: u64,
    pub expires_ns: Option<u64>,
    pub revoked_ns: Option<u64>,
}

/// An audit entry: who did what to what, from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuditEntry {
    pub time_ns: u64,
    pub who: String,
    pub what: String,
    pub subject: String,
    pub from: String,
}

/// How long and how much is kept; whole segments go, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retention {
    pub age_ns: u64,
    pub bytes: u64,
}

/// What the hub asks of a store.
pub(crate) trait Store: Send + Sync {
    /// Stores, and answers when all of it is safe on disk; an error means none of it counts.
    fn put_batch(&self, batch: &[Incoming]) -> Result<Vec<Outcome>>;
    fn query(&self, query: &Query) -> Result<Vec<Stored>>;
    /// Those of an instance's sequences that were handled: stored, or counted as surplus.
    fn held(&self, instance: InstanceId, sequences: &[u64]) -> Result<Vec<u64>>;
    /// Every probe that was ever captured for.
    fn tallies(&self) -> Result<HashMap<ProbeId, Tally>>;
    /// How many snapshots of a probe are here from each instance: those that retention has deleted
    /// count in the probe's sum alone.
    fn shares(&self, probe: ProbeId) -> Result<BTreeMap<InstanceId, Tally>>;
    /// The position of the latest snapshot; 0 before the first.
    fn latest(&self) -> Result<u64>;
    fn retain(&self, now_ns: u64, retention: Retention) -> Result<u64>;

    fn probes(&self) -> Result<Vec<ProbeRecord>>;
    fn put_probe(&self, probe: &ProbeRecord) -> Result<()>;
    fn frozen(&self) -> Result<Option<FreezeRecord>>;
    fn put_frozen(&self, frozen: Option<&FreezeRecord>) -> Result<()>;
    fn instance(&self, id: InstanceId) -> Result<Option<InstanceInfo>>;
    fn put_instance(&self, id: InstanceId, info: &InstanceInfo, now_ns: u64) -> Result<()>;
    fn tokens(&self) -> Result<Vec<TokenRow>>;
    fn put_token(&self, token: &TokenRow) -> Result<()>;
    fn audit(&self, entry: &AuditEntry) -> Result<()>;
    /// The audit from row `after` on, and whether the chain up to there holds.
    fn audit_rows(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>>;
    /// The number of the audit's last row.
    fn audit_head(&self) -> Result<u64>;
    /// Follows the audit's chain from its first row to its last, which `noted` was once.
    fn verify_audit(&self, noted: Option<Head>) -> Result<Verdict>;
}
