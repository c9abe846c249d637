//! Instances that say the same, put together.
//!
//! Knows reports, and no verdict. Invariant: each instance is in exactly one group.

use super::text;
use crate::api::types::{InstanceReport, ProbeView, Theirs, WhyGroup};
use std::collections::BTreeMap;
use stillframe_core::probe::{Counters, Delivery, ProbeReport, ProbeState, SourceMatch};

/// Names of a group that are listed.
const MAX_NAMES: usize = 5;
static NOTHING: Counters = Counters {
    hits: 0,
    captured: 0,
    condition_false: 0,
    condition_failed: 0,
    over_quota: 0,
    buffer_full: 0,
    missed: 0,
};

/// What one instance said.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub instance: &'a InstanceReport,
    pub report: Option<&'a ProbeReport>,
    pub state: Option<ProbeState>,
}

impl<'a> Said<'a> {
    pub(super) fn of(instance: &'a InstanceReport) -> Self {
        let report = instance.report.as_ref();
        Self { instance, report, state: report.map(|report| report.state) }
    }

    /// Whether the line may have run more often here than the counters say.
    pub(super) fn is_at_least(&self) -> bool {
        self.report.is_some_and(ProbeReport::is_at_least)
    }

    pub(super) fn counters(&self) -> &'a Counters {
        self.report.map_or(&NOTHING, |report| &report.counters)
    }

    /// Whether the probe is, or was, on its line here.
    pub(super) fn placed(&self) -> bool {
        !matches!(self.state, None | Some(ProbeState::Pending | ProbeState::Refused))
    }

    fn message(&self) -> Option<&'a str> {
        Some(self.report?.why.as_ref()?.message.as_str())
    }
}

/// The reason most instances of a state give.
pub(super) fn main_message(said: &[Said<'_>], state: ProbeState) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in said.iter().filter(|one| one.state == Some(state)) {
        *counts.entry(reason(one)).or_default() += 1;
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map_or("they have not answered yet", |(message, _)| message).to_owned()
}

fn reason<'a>(one: &Said<'a>) -> &'a str {
    let code = one.report.and_then(|report| report.why.as_ref()).map(|why| why.code.as_str());
    match code {
        Some("source_differs") => "the running file differs from the one on your disk",
        _ => one.message().unwrap_or("no reason was given"),
    }
}

/// What makes two instances say the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    /// Those that need attention come first.
    urgency: u8,
    service: &'a str,
    version: Option<&'a str>,
    source: Option<u8>,
    at: Option<(&'a str, u32)>,
    message: Option<&'a str>,
}

impl<'a> Key<'a> {
    fn of(said: &Said<'a>) -> Self {
        let at = said.report.and_then(|report| report.at.as_ref());
        Self {
            urgency: match said.state {
                Some(ProbeState::Stopped) => 0,
                Some(ProbeState::Refused) => 1,
                Some(ProbeState::Resting) => 2,
                Some(ProbeState::Pending) => 3,
                None => 4,
                Some(ProbeState::Armed) => 5,
                Some(ProbeState::Done) => 6,
                Some(ProbeState::Expired) => 7,
                Some(ProbeState::Removed) => 8,
            },
            service: &said.instance.service,
            version: said.instance.version.as_deref(),
            source: at.map(|at| at.source as u8),
            at: at.map(|at| (at.file.as_str(), at.line)),
            message: said.message(),
        }
    }
}

/// The groups, those that need attention first.
pub(super) fn groups(said: &[Said<'_>], probe: &ProbeView) -> Vec<WhyGroup> {
    let mut groups: BTreeMap<Key<'_>, Vec<&Said<'_>>> = BTreeMap::new();
    for one in said {
        groups.entry(Key::of(one)).or_default().push(one);
    }
    groups.into_values().map(|members| group(&members, said.len(), probe)).collect()
}

/// Each instance as a group of its own.
pub(super) fn each(instances: &[InstanceReport], probe: &ProbeView) -> Vec<WhyGroup> {
    let alone = |instance: &InstanceReport| {
        let said = Said::of(instance);
        let mut group = group(&[&said], 1, probe);
        let (_, rest) = group.text.split_once(": ").unwrap_or_default();
        let gone = match (instance.connected, instance.holds) {
            (false, _) => " · gone",
            (true, false) => " · let go",
            (true, true) => "",
        };
        group.text = format!("{}: {rest}{gone}", instance.name);
        group
    };
    instances.iter().map(alone).collect()
}

fn group(members: &[&Said<'_>], all: usize, probe: &ProbeView) -> WhyGroup {
    let reports = || members.iter().filter_map(|one| one.report);
    let first = members.first().and_then(|one| one.report);
    let mut counters = Counters::default();
    reports().for_each(|report| counters.add(&report.counters));
    let mut delivery = Delivery::default();
    reports().for_each(|report| delivery.add(&report.delivery));
    let mut not_probed: Vec<String> =
        reports().flat_map(|report| report.not_probed.iter().cloned()).collect();
    not_probed.sort();
    not_probed.dedup();
    let names = members.iter().take(MAX_NAMES).map(|one| one.instance.name.clone());
    let instance = members.first().map(|one| one.instance);
    let loaded = first.and_then(loaded);
    let source = source(first);
    let mut group = WhyGroup {
        version: instance.and_then(|instance| instance.version.clone()),
        service: instance.map(|instance| instance.service.clone()).unwrap_or_default(),
        count: u32::try_from(members.len()).unwrap_or(u32::MAX),
        names: names.collect(),
        state: first.map(|report| report.state),
        loaded,
        source,
        at: first.and_then(|report| report.at.clone()),
        theirs: first.and_then(theirs),
        message: members.first().and_then(|one| one.message()).map(str::to_owned),
        counters,
        false_uncounted: reports().any(ProbeReport::is_at_least),
        delivery,
        first_failure: reports().find_map(|report| report.first_failure.clone()),
        not_probed,
        ns_per_hit: reports().filter_map(|report| report.ns_per_hit).max(),
        hits_per_s: reports().filter_map(|report| report.hits_per_s).max(),
        cost_ppm: reports().map(|report| report.cost_ppm).max().unwrap_or(0),
        budget_ppm: reports().map(|report| report.budget_ppm).max().unwrap_or(0),
        text: String::new(),
        counts: None,
        deliveries: (delivery.taken() > 0).then(|| deliveries(&delivery)),
    };
    group.text = line(&group, all);
    group.counts = first.is_some_and(|_| group.at.is_some()).then(|| counts(&group, probe));
    group
}

fn source(report: Option<&ProbeReport>) -> Option<SourceMatch> {
    let report = report?;
    let at = report.at.as_ref().map(|at| at.source);
    at.or(report.running.as_ref().map(|_| SourceMatch::Different))
}

fn loaded(report: &ProbeReport) -> Option<bool> {
    if report.at.is_some() || report.running.is_some() {
        return Some(true);
    }
    report.why.as_ref().filter(|why| why.code == "file_not_loaded").map(|_| false)
}

fn theirs(report: &ProbeReport) -> Option<Theirs> {
    let running = report.running.as_ref()?;
    Some(Theirs {
        file: running.file.clone(),
        hash: running.sha256.as_deref().map(text::short_hash),
        line: running.line,
        text: running.line_text.clone(),
        nearest: running.nearest.clone(),
    })
}

/// `4 of 4 instances: loaded · source equal · line 42 · reached 1,204`.
fn line(group: &WhyGroup, all: usize) -> String {
    let mut parts = Vec::new();
    match group.loaded {
        Some(true) => parts.push("loaded".to_owned()),
        Some(false) => parts.push("file not loaded yet".to_owned()),
        None => {}
    }
    if let Some(source) = group.source {
        parts.push(format!("source {}", text::source(source)));
    }
    if let Some(at) = &group.at {
        parts.push(match at.source {
            SourceMatch::Moved => format!("line {} (moved)", at.line),
            _ => format!("line {}", at.line),
        });
    }
    match group.state {
        None => parts.push("has not answered yet".to_owned()),
        Some(ProbeState::Armed | ProbeState::Expired | ProbeState::Removed) => {}
        Some(ProbeState::Done) => parts.push("done: its limit is reached here".to_owned()),
        Some(ProbeState::Pending) if group.loaded == Some(false) => {}
        Some(state) => parts.push(match &group.message {
            Some(message) => format!("{}: {message}", state_word(state)),
            None => state_word(state).to_owned(),
        }),
    }
    if group.at.is_some() {
        parts.push(match group.false_uncounted {
            true => "reached: not counted here".to_owned(),
            false => format!("reached {}", text::count(group.counters.hits)),
        });
    }
    let instances = if all == 1 { "instance" } else { "instances" };
    let version = group.version.as_ref().map_or_else(String::new, |v| format!(" ({v})"));
    let version = if group.count as usize == all { "" } else { version.as_str() };
    format!("{} of {all} {instances}{version}: {}", group.count, parts.join(" · "))
}

fn state_word(state: ProbeState) -> &'static str {
    match state {
        ProbeState::Pending => "pending",
        ProbeState::Armed => "armed",
        ProbeState::Refused => "refused",
        ProbeState::Resting => "resting",
        ProbeState::Stopped => "stopped",
        ProbeState::Done => "done",
        ProbeState::Expired => "expired",
        ProbeState::Removed => "removed",
    }
}

/// `acknowledged 8 · spooled 2 · dropped 0 · refused 0`.
pub(super) fn deliveries(delivery: &Delivery) -> String {
    let parts = [
        ("acknowledged", delivery.acknowledged),
        ("spooled", delivery.spooled),
        ("dropped", delivery.spool_dropped),
        ("refused", delivery.refused_by_check),
    ];
    parts.map(|(word, number)| format!("{word} {}", text::count(number))).join(" · ")
}

/// `false 0 · failed 1,204 · quota 0 · buffer 0 · missed 0 · captured 0`.
fn counts(group: &WhyGroup, probe: &ProbeView) -> String {
    let counters = &group.counters;
    let part = |word: &str, number: u64| format!("{word} {}", text::count(number));
    let mut parts = Vec::new();
    if probe.spec.condition.is_some() {
        parts.push(match (group.false_uncounted, counters.condition_false) {
            (true, 0) => "false uncounted".to_owned(),
            (true, some) => format!("false {}", text::at_least(some)),
            (false, number) => part("false", number),
        });
        parts.push(part("failed", counters.condition_failed));
    }
    parts.extend([
        part("quota", counters.over_quota),
        part("buffer", counters.buffer_full),
        part("missed", counters.missed),
        part("captured", counters.captured),
    ]);
    parts.join(" · ")
}
