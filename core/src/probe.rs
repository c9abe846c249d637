//! What a probe is: its specification as it was asked for, and the report of one instance about it.
//!
//! Plain data with one JSON form, shared by the API of every language, `STILLFRAME_PROBES`, the
//! link and the hub. Knows nothing of how a probe is armed. Invariant: a specification that came
//! from outside is used only after [`ProbeSpec::checked`].

use crate::error::{Error, ErrorKind, Result};
use crate::ids::ProbeId;
use crate::limits::{CaptureLimits, MAX_SOURCE_BYTES, MAX_WATCHES};
use durations::Durations;
use serde::{Deserialize, Serialize};

pub mod durations;

/// What a hit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ProbeKind {
    /// Takes a snapshot.
    Snap,
    /// Renders a log line.
    Log,
    /// Counts.
    Count,
    /// Measures how long a function or a range of lines takes.
    Time,
}

impl ProbeKind {
    /// Its word: the command that sets it, and what an instance says that it can do.
    pub fn word(self) -> &'static str {
        match self {
            Self::Snap => "snap",
            Self::Log => "log",
            Self::Count => "count",
            Self::Time => "time",
        }
    }

    /// Whether it may be given a range of lines.
    pub fn spans_lines(self) -> bool {
        match self {
            Self::Time => true,
            Self::Snap | Self::Log | Self::Count => false,
        }
    }
}

/// The place meant, as it was typed, with what is known of it where it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Path components as typed, relative to the git root where there is one, `/` between them.
    /// Absent for a host's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Last line of a range, at or behind `line`: for durations only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_line: Option<u32>,
    /// Function: with `file` a qualified name within it, without the host's own name
    /// (`shop.cart.Cart.total`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// How many trailing components of `file` the user typed, when `file` was lengthened to the
    /// git root; all of it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed_components: Option<u32>,
    /// SHA-256 (lower-case hexadecimal) of the file's text with LF line ends, if the path exists
    /// where it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_sha256: Option<String>,
    /// Text of the line there, without its line end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_text: Option<String>,
    /// Qualified name of the function around the line there, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<String>,
}

impl Location {
    /// That a probe of this kind can be there.
    fn checked(&self, kind: ProbeKind) -> Result<()> {
        if self.line == Some(0) {
            return Err(Error::new(ErrorKind::Location, "lines are counted from 1"));
        }
        if let Some(last) = self.last_line {
            if self.line.is_none_or(|first| last < first) {
                return Err(Error::new(ErrorKind::Location, "a range of lines goes forward"));
            }
            if !kind.spans_lines() {
                return Err(Error::new(ErrorKind::Location, "a range of lines is for `time` only")
                    .with_hint("name one line of it"));
            }
        }
        if self.file.is_none() && self.function.is_none() {
            return Err(Error::new(ErrorKind::Location, "a location names a file or a function"));
        }
        Ok(())
    }
}

/// A location is an object, or the string that people type.
#[cfg(feature = "schema")]
fn location_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let object = generator.subschema_for::<Location>();
    schemars::json_schema!({"anyOf": [{"type": "string"}, object]})
}

/// A probe as it was asked for. The JSON of `STILLFRAME_PROBES`, of the API and of the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProbeSpec {
    /// Its id; the hub or the agent gives one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ProbeId>,
    /// Counts up when the specification changes; reports and snapshots carry it.
    #[serde(default)]
    pub revision: u32,
    /// What a hit does.
    #[serde(default = "snap")]
    pub kind: ProbeKind,
    /// Where. In JSON also a string: `shop/cart.py:42`.
    #[serde(deserialize_with = "crate::location::deserialize")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "location_schema"))]
    pub location: Location,
    /// Captures only where this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Expressions whose values travel with each snapshot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watches: Vec<String>,
    /// Template of a log line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Captures (or log lines) after which it ends; the kind's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Milliseconds from arming to its end, on the agent's monotonic clock; default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_ms: Option<u64>,
    /// Captures a second, with a burst of ten; the kind's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_per_s: Option<u32>,
    /// Share of one core, in millionths, that it may cost; default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_ppm: Option<u32>,
    /// Sizes of a capture.
    #[serde(default)]
    pub capture: CaptureLimits,
    /// Arms even if the source differs or cannot be compared; every snapshot says so.
    #[serde(default)]
    pub unchecked: bool,
    /// Says where it would sit, and arms nothing: the report is *done* or *refused* at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Counts every hit, also where a hit whose condition is false would cost nothing and is therefore
    /// not counted ([`Runtime::COUNTS_FALSE`](crate::host::Runtime::COUNTS_FALSE)).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exact: bool,
}

/// What an agent that understands [`ProbeSpec::dry_run`] says of itself in its hello.
pub const DRY_RUN: &str = "dry_run";
/// What an agent that understands [`ProbeSpec::exact`] says of itself in its hello. One that does not
/// counts every hit.
pub const EXACT: &str = "exact";

fn snap() -> ProbeKind {
    ProbeKind::Snap
}

impl ProbeSpec {
    /// A snapshot probe at `location` with nothing else asked for.
    pub fn snap(location: Location) -> Self {
        Self {
            id: None,
            revision: 0,
            kind: ProbeKind::Snap,
            location,
            condition: None,
            watches: Vec::new(),
            log: None,
            limit: None,
            expires_ms: None,
            rate_per_s: None,
            budget_ppm: None,
            capture: CaptureLimits::DEFAULT,
            unchecked: false,
            dry_run: false,
            exact: false,
        }
    }

    /// Whether hits whose condition is false are counted in every runtime: where that was asked for,
    /// and where counting is all that is asked.
    pub fn counts_false(&self) -> bool {
        let is_kind = match self.kind {
            ProbeKind::Count | ProbeKind::Time => true,
            ProbeKind::Snap | ProbeKind::Log => false,
        };
        is_kind || self.exact || self.condition.is_none()
    }

    /// This specification if its numbers and sizes are within bounds and its parts fit its kind.
    pub fn checked(self) -> Result<Self> {
        let refuse = |message: &str| Err(Error::new(ErrorKind::Limit, message));
        self.capture.checked()?;
        let long =
            |text: &Option<String>| text.as_ref().is_some_and(|t| t.len() > MAX_SOURCE_BYTES);
        if long(&self.condition)
            || long(&self.log)
            || self.watches.iter().any(|watch| watch.len() > MAX_SOURCE_BYTES)
        {
            return refuse("a condition, watch or log template is at most 4096 bytes long");
        }
        if self.watches.len() > MAX_WATCHES {
            return refuse("a probe has at most 32 watches");
        }
        if self.limit == Some(0) {
            return refuse("a limit is at least 1");
        }
        if self.expires_ms == Some(0) {
            return refuse("a probe lives for at least a millisecond");
        }
        if self.rate_per_s == Some(0) {
            return refuse("a rate is at least 1 a second");
        }
        if self.budget_ppm == Some(0) {
            return refuse("a budget is more than 0 %");
        }
        self.location.checked(self.kind)?;
        match (self.kind, &self.log, self.watches.is_empty()) {
            (ProbeKind::Log, None, _) => refuse("a log probe has a template"),
            (ProbeKind::Snap | ProbeKind::Count | ProbeKind::Time, Some(_), _) => {
                refuse("only a log probe has a template")
            }
            (ProbeKind::Log | ProbeKind::Count | ProbeKind::Time, _, false) => {
                refuse("only a snapshot has watches")
            }
            _ => Ok(self),
        }
    }
}

/// Where a probe stands on one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ProbeState {
    /// Waiting: the file is not loaded yet, or the runtime has not let us in.
    Pending,
    /// On its line.
    Armed,
    /// Will not be armed here; the report says why.
    Refused,
    /// Over its cost budget: off for ten seconds.
    Resting,
    /// Over its cost budget three times: off here for good.
    Stopped,
    /// Its limit is reached.
    Done,
    /// Its time is over.
    Expired,
    /// Taken away.
    Removed,
}

/// How the instance's source relates to the one the location was typed against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SourceMatch {
    /// Same text.
    Equal,
    /// The line stands elsewhere in the same function.
    Moved,
    /// Another text.
    Different,
    /// Nothing to compare on one of the two sides.
    Unverifiable,
}

/// The line a probe really sits on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArmedAt {
    /// Path as the runtime has it.
    pub file: String,
    /// Line, counted from 1; the first of a range.
    pub line: u32,
    /// Last line of a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_line: Option<u32>,
    /// Qualified name of the function.
    pub function: String,
    /// Text of the line, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_text: Option<String>,
    /// How the source compares.
    pub source: SourceMatch,
    /// Said when the line is not the one asked for (*moved 42 -> 47*, *snapped to the statement*).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Exact counters of one probe on one instance, each hit in exactly one:
/// `hits = captured + condition_false + condition_failed + over_quota + buffer_full + missed`.
///
/// Where [`ProbeReport::false_uncounted`] says so, `condition_false` and therefore `hits` are the least
/// that it was; the others are exact there too.
///
/// That holds in every report, also while hits are under way: the hits are the sum of what was read.
/// What the line does while the probe is off it (pending, resting, stopped, at its end) is no hit:
/// nobody is there to see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Counters {
    /// Times the line was reached with the probe on it.
    pub hits: u64,
    /// Snapshots or log lines published, hits counted by a count probe, passages begun to be
    /// measured.
    pub captured: u64,
    /// The condition was false.
    pub condition_false: u64,
    /// The condition could not be evaluated.
    pub condition_failed: u64,
    /// A rate or the limit left no room, or the probe was resting, over or taken away and its hook
    /// not yet off the line. The condition was evaluated (and true) only where the rate ran out
    /// with this very hit.
    pub over_quota: u64,
    /// It was to be captured, and no buffer was free.
    pub buffer_full: u64,
    /// It happened inside another hit, or was lost to a defect of ours, which the log then tells.
    pub missed: u64,
}

impl Counters {
    /// What came after `former`, of which each part was read earlier.
    pub fn since(&self, former: &Self) -> Self {
        let captured = self.captured.saturating_sub(former.captured);
        let condition_false = self.condition_false.saturating_sub(former.condition_false);
        let condition_failed = self.condition_failed.saturating_sub(former.condition_failed);
        let over_quota = self.over_quota.saturating_sub(former.over_quota);
        let buffer_full = self.buffer_full.saturating_sub(former.buffer_full);
        let missed = self.missed.saturating_sub(former.missed);
        let hits =
            captured + condition_false + condition_failed + over_quota + buffer_full + missed;
        Self { hits, captured, condition_false, condition_failed, over_quota, buffer_full, missed }
    }

    /// Adds another instance's.
    pub fn add(&mut self, more: &Self) {
        let pairs = [
            (&mut self.hits, more.hits),
            (&mut self.captured, more.captured),
            (&mut self.condition_false, more.condition_false),
            (&mut self.condition_failed, more.condition_failed),
            (&mut self.over_quota, more.over_quota),
            (&mut self.buffer_full, more.buffer_full),
            (&mut self.missed, more.missed),
        ];
        pairs.into_iter().for_each(|(sum, more)| *sum = sum.saturating_add(more));
    }
}

impl Delivery {
    /// What came after `former`.
    pub fn since(&self, former: &Self) -> Self {
        Self {
            acknowledged: self.acknowledged.saturating_sub(former.acknowledged),
            spooled: self.spooled.saturating_sub(former.spooled),
            spool_dropped: self.spool_dropped.saturating_sub(former.spool_dropped),
            refused_by_check: self.refused_by_check.saturating_sub(former.refused_by_check),
        }
    }

    /// Captures that left the buffer, whatever became of them.
    pub fn taken(&self) -> u64 {
        let ended = self.acknowledged.saturating_add(self.spool_dropped);
        ended.saturating_add(self.spooled).saturating_add(self.refused_by_check)
    }

    /// Adds another instance's.
    pub fn add(&mut self, more: &Self) {
        let pairs = [
            (&mut self.acknowledged, more.acknowledged),
            (&mut self.spooled, more.spooled),
            (&mut self.spool_dropped, more.spool_dropped),
            (&mut self.refused_by_check, more.refused_by_check),
        ];
        pairs.into_iter().for_each(|(sum, more)| *sum = sum.saturating_add(more));
    }
}

/// What became of captures after they were published:
/// `captured = acknowledged + spooled + spool_dropped + refused_by_check`.
///
/// It holds once the process is quiet: after a flush, or some milliseconds after the latest hit.
/// Meanwhile the sum is the smaller by what lies in the buffer (64 captures at most), never the
/// greater. A count and durations have nothing to deliver: there all four are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Delivery {
    /// Its reader has it: the probe's own function returned; else the hub stored it, or counted it
    /// as surplus beyond the probe's limit; else the sink wrote it, or the sink's function returned.
    pub acknowledged: u64,
    /// On its way to the reader: with the shipper, in the spool, or a call not yet returned.
    pub spooled: u64,
    /// Its reader will never have it: it was dropped from a full spool, oldest first; the sink could
    /// not be written; the function raised, or the runtime went away before it ran.
    pub spool_dropped: u64,
    /// The shipper's check refused the capture stream.
    pub refused_by_check: u64,
}

/// Why something is as it is, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// Stable word for programs (`file_not_loaded`, `source_differs`, `line_not_executable`,
    /// `ambiguous`, `condition`, `over_budget`, `policy`, `unsupported`, `waiting_for_runtime`).
    pub code: String,
    /// What happened, a fragment.
    pub message: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Byte range in the condition, watch or template that is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(usize, usize)>,
}

/// The running source where a probe was refused because it differs, so that `why` can show both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunningSource {
    /// Path as the runtime has it.
    pub file: String,
    /// SHA-256 of its text with LF line ends, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The line asked for.
    pub line: u32,
    /// Its text there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_text: Option<String>,
    /// The nearest line that resembles the one asked for, and its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<(u32, String)>,
}

/// What one instance says about one probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbeReport {
    /// Which.
    pub probe: ProbeId,
    /// Which revision of it.
    pub revision: u32,
    /// Where it stands.
    pub state: ProbeState,
    /// Why, when it is not simply armed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Explanation>,
    /// Where it sits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<ArmedAt>,
    /// The running source, when it differs from the one asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<RunningSource>,
    /// Other files of that name that it does not sit in, at most five.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_probed: Vec<String>,
    /// What the line did.
    #[serde(default)]
    pub counters: Counters,
    /// Whether hits whose condition is false are not counted here, because they cost nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub false_uncounted: bool,
    /// What became of its captures.
    #[serde(default)]
    pub delivery: Delivery,
    /// How long passages took, for a time probe that was armed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub durations: Option<Durations>,
    /// First and latest message of a failed condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_failure: Option<String>,
    /// The latest, if it differs from the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_failure: Option<String>,
    /// Measured nanoseconds a hit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ns_per_hit: Option<u64>,
    /// How its hooks work, in a runtime that has more than one way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Calibrated nanoseconds of a hit in such hooks, besides what is measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hit_cost_ns: Option<u64>,
    /// Hits a second, captured or not, that its budget affords for good, where each of them costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affords_per_s: Option<u64>,
    /// Hits a second lately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hits_per_s: Option<u64>,
    /// Share of one core it costs, in millionths.
    #[serde(default)]
    pub cost_ppm: u32,
    /// Share of one core it may cost, in millionths.
    #[serde(default)]
    pub budget_ppm: u32,
}

impl ProbeReport {
    /// A report that says the state and nothing else yet.
    pub fn new(probe: ProbeId, revision: u32, state: ProbeState) -> Self {
        Self {
            probe,
            revision,
            state,
            why: None,
            at: None,
            running: None,
            not_probed: Vec::new(),
            counters: Counters::default(),
            false_uncounted: false,
            delivery: Delivery::default(),
            durations: None,
            first_failure: None,
            latest_failure: None,
            ns_per_hit: None,
            engine: None,
            hit_cost_ns: None,
            affords_per_s: None,
            hits_per_s: None,
            cost_ppm: 0,
            budget_ppm: 0,
        }
    }

    /// Whether the line may have run more often than the counters say: false hits are not counted, and
    /// the probe is or was on its line.
    pub fn is_at_least(&self) -> bool {
        let is_off = matches!(self.state, ProbeState::Pending | ProbeState::Refused);
        self.false_uncounted && self.at.is_some() && !is_off
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_older_versions_do_not_know_are_said_only_where_they_matter() {
        let location: Location = "app.py:3".parse().expect("a location");
        let spec = ProbeSpec::snap(location);
        let text = serde_json::to_string(&spec).expect("JSON");
        assert!(!text.contains("exact"), "{text}");
        assert_eq!(serde_json::from_str::<ProbeSpec>(&text).expect("a specification"), spec);
        let spec = ProbeSpec { exact: true, ..spec };
        let text = serde_json::to_string(&spec).expect("JSON");
        assert_eq!(serde_json::from_str::<ProbeSpec>(&text).expect("a specification"), spec);

        let id = "p7k2".parse().expect("an id");
        let report = ProbeReport::new(id, 1, ProbeState::Armed);
        let text = serde_json::to_string(&report).expect("JSON");
        assert!(!text.contains("false_uncounted"), "{text}");
        assert_eq!(serde_json::from_str::<ProbeReport>(&text).expect("a report"), report);
    }

    #[test]
    fn counters_are_the_least_only_where_the_probe_was_on_its_line() {
        let at = ArmedAt {
            file: "Cart.java".to_owned(),
            line: 3,
            last_line: None,
            function: String::new(),
            line_text: None,
            source: SourceMatch::Equal,
            note: None,
        };
        let id = "p7k2".parse().expect("an id");
        let report = |state, false_uncounted| ProbeReport {
            at: Some(at.clone()),
            false_uncounted,
            ..ProbeReport::new(id, 1, state)
        };
        assert!(report(ProbeState::Armed, true).is_at_least());
        assert!(report(ProbeState::Expired, true).is_at_least());
        assert!(!report(ProbeState::Armed, false).is_at_least());
        assert!(!report(ProbeState::Refused, true).is_at_least());
        let never_placed = ProbeReport { at: None, ..report(ProbeState::Expired, true) };
        assert!(!never_placed.is_at_least());
    }
}
