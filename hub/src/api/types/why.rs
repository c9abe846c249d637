//! The answer to "why does it not fire": decided by the hub, printed by whoever asks.
//!
//! The whole text is in the data: `headline.word` and `headline.text` make the first line (`NOT ARMED on
//! 3 of 4: the running file differs …`), then `facts` indented by two, then `yours` and the `groups`,
//! then `tries`. Knows no columns and no colours. Invariant: every number comes from reports of
//! instances.

use super::{InstanceReport, ProbeView};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stillframe_core::probe::{ArmedAt, Counters, Delivery, ProbeState, SourceMatch};

/// Why a probe is as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WhyView {
    /// The probe and its sums.
    pub probe: ProbeView,
    /// The verdict.
    pub headline: Headline,
    /// What supports it, one line each.
    pub facts: Vec<WhyFact>,
    /// The line on the asker's disk, when a running file differs from it.
    pub yours: Option<Yours>,
    /// Instances that say the same, put together; those that need attention first.
    pub groups: Vec<WhyGroup>,
    /// What to do.
    pub tries: Vec<Try>,
    /// Sums over the instances of each host.
    #[serde(default)]
    pub hosts: Vec<WhyHost>,
    /// Each instance as a group of its own, those that let go or went among them.
    #[serde(default)]
    pub each: Vec<WhyGroup>,
    /// Every instance by itself.
    pub instances: Vec<InstanceReport>,
}

/// The verdict in a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Headline {
    /// `CAPTURING`, `COUNTING`, `NOT CAPTURING`, `NOT ARMED`, `PENDING`, `STOPPED ITSELF`,
    /// `RESTING`, `NOT REACHED`, `NO INSTANCE`, `FROZEN`, `DONE`, `EXPIRED`, `REMOVED`.
    pub word: String,
    /// Goes on behind the word: ` on 3 of 4: the running file differs from the one on your disk`,
    /// with the blank or colon it begins with.
    pub text: String,
    /// Whether the probe does what it was set for.
    pub good: bool,
}

/// A line of support: `label` may be empty (`armed in`, `not probed`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WhyFact {
    /// What the line is about, or empty.
    pub label: String,
    /// The line.
    pub text: String,
}

/// The line as the asker's disk has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Yours {
    /// First six digits of the file's hash.
    pub hash: Option<String>,
    /// Line.
    pub line: u32,
    /// Its text.
    pub text: String,
}

/// The line as a running file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Theirs {
    /// Path as the runtime has it.
    pub file: String,
    /// First six digits of the running file's hash.
    pub hash: Option<String>,
    /// Line.
    pub line: u32,
    /// Its text there.
    pub text: Option<String>,
    /// The nearest line that equals the asker's.
    pub nearest: Option<(u32, String)>,
}

/// Instances of one version that say the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WhyGroup {
    /// `service.version`, if it has one.
    pub version: Option<String>,
    /// Service.
    pub service: String,
    /// How many.
    pub count: u32,
    /// The first of them, as `HOST/PID`, at most five.
    pub names: Vec<String>,
    /// Where the probe stands on them; absent: they said nothing yet.
    pub state: Option<ProbeState>,
    /// Whether the file was loaded, where that is known.
    pub loaded: Option<bool>,
    /// How the source compares.
    pub source: Option<SourceMatch>,
    /// Where it sits.
    pub at: Option<ArmedAt>,
    /// The running source, when it differs.
    pub theirs: Option<Theirs>,
    /// The reason's message, when it is not simply armed.
    pub message: Option<String>,
    /// Sums over the group.
    pub counters: Counters,
    /// Whether hits whose condition is false are not counted there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub false_uncounted: bool,
    /// What became of their captures.
    #[serde(default)]
    pub delivery: Delivery,
    /// First message of a failed condition.
    pub first_failure: Option<String>,
    /// Other files of that name.
    pub not_probed: Vec<String>,
    /// Measured nanoseconds a hit: the highest.
    pub ns_per_hit: Option<u64>,
    /// Hits a second lately: the highest.
    pub hits_per_s: Option<u64>,
    /// Share of one core in millionths: the highest.
    pub cost_ppm: u32,
    /// Its budget.
    pub budget_ppm: u32,
    /// The group as one line: `4 of 4 instances: loaded · source equal · line 42 · reached 1,204`.
    pub text: String,
    /// A second line with the counters: `false 0 · failed 1,204 · …`.
    pub counts: Option<String>,
    /// A third line with what became of the captures: `acknowledged 8 · spooled 2 · …`.
    #[serde(default)]
    pub deliveries: Option<String>,
}

/// Sums over the instances of one host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WhyHost {
    /// Its name.
    pub host: String,
    /// Instances there that said something.
    pub instances: u32,
    /// What became of the hits.
    pub counters: Counters,
    /// Whether some of them do not count hits whose condition is false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub false_uncounted: bool,
    /// What became of the captures.
    pub delivery: Delivery,
    /// Captures that the hub keeps.
    pub stored: u64,
    /// Captures that came after the probe's limit.
    pub surplus: u64,
    /// Shares of one core in millionths, summed.
    pub cost_ppm: u64,
    /// The host as one line.
    pub text: String,
}

/// Something to type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Try {
    /// `try`, or `or` for a further one.
    pub label: String,
    /// The command or expression.
    pub text: String,
}
