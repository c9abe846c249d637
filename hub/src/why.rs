//! Why a probe is as it is: one verdict out of what all instances say.
//!
//! Knows reports, not screens: the words are in [`text`], who says the same in [`group`]. Invariant:
//! the verdict names the first obstacle on the way to a capture, and every number in it is a sum of
//! reports.

pub use text::count as with_thousands;

use crate::api::types::{Headline, InstanceReport, ProbePhase, ProbeView, WhyFact, WhyView, Yours};
use group::Said;
use stillframe_core::probe::durations::{Durations, Spread};
use stillframe_core::probe::{Counters, ProbeKind, ProbeState, SourceMatch};

mod group;
mod hosts;
mod text;
mod tries;

/// Puts the reports of a probe together. `services` are those that have instances at all.
pub(crate) fn explain(
    probe: ProbeView,
    instances: Vec<InstanceReport>,
    services: &[String],
) -> WhyView {
    let live = probe.phase == ProbePhase::Live;
    // What a process that is gone, or has let go, said explains nothing about those that hold it.
    let explains = |one: &&InstanceReport| !live || (one.connected && one.holds);
    let said: Vec<Said<'_>> = instances.iter().filter(explains).map(Said::of).collect();
    let verdict = Verdict::of(&probe, &said, live);
    let headline = verdict.headline(&probe, &said);
    let mut facts = facts(verdict, &probe, &said, services);
    facts.extend(unable(&probe));
    let tries = tries::tries(verdict, &probe, &said);
    let groups = group::groups(&said, &probe);
    let each = group::each(&instances, &probe);
    let hosts = hosts::hosts(&instances);
    let yours = yours(&probe, &said);
    WhyView { headline, facts, yours, groups, tries, hosts, each, probe, instances }
}

/// The first obstacle, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Frozen,
    NoInstance,
    Stopped,
    NotArmed,
    Capturing,
    Counting,
    /// Passages were begun.
    Timing,
    Pending,
    Resting,
    NotReached,
    Failed,
    False,
    /// False each time, or not reached: false hits are not counted.
    Uncounted,
    OverQuota,
    BufferFull,
    Missed,
    OnTheWay,
}

impl Verdict {
    fn of(probe: &ProbeView, said: &[Said<'_>], live: bool) -> Self {
        let any = |state: ProbeState| said.iter().any(|one| one.state == Some(state));
        let counters = sum(said);
        if probe.frozen.is_some() {
            return Self::Frozen;
        }
        if said.is_empty() && probe.captured == 0 {
            return Self::NoInstance;
        }
        if live && any(ProbeState::Stopped) {
            return Self::Stopped;
        }
        if live && any(ProbeState::Refused) {
            return Self::NotArmed;
        }
        if counters.captured > 0 {
            match probe.spec.kind {
                ProbeKind::Count => return Self::Counting,
                ProbeKind::Time => return Self::Timing,
                ProbeKind::Snap | ProbeKind::Log => {}
            }
        }
        if probe.captured > 0 {
            return Self::Capturing;
        }
        let placed = |one: &Said<'_>| {
            !matches!(one.state, None | Some(ProbeState::Pending | ProbeState::Refused))
        };
        if any(ProbeState::Stopped) {
            Self::Stopped
        } else if any(ProbeState::Refused) {
            Self::NotArmed
        } else if !said.iter().any(placed) {
            Self::Pending
        } else if live && any(ProbeState::Resting) {
            Self::Resting
        } else {
            Self::of_hits(&counters, is_at_least(said))
        }
    }

    /// The same where false hits may not be counted: then they explain nothing that is.
    fn of_hits(counters: &Counters, is_at_least: bool) -> Self {
        if !is_at_least {
            return Self::of_counters(counters);
        }
        let hits = counters.hits.saturating_sub(counters.condition_false);
        match Self::of_counters(&Counters { hits, condition_false: 0, ..*counters }) {
            Self::NotReached => Self::Uncounted,
            verdict => verdict,
        }
    }

    /// What most hits came to, when none was stored.
    fn of_counters(counters: &Counters) -> Self {
        if counters.hits == 0 {
            return Self::NotReached;
        }
        let reasons = [
            (counters.captured, Self::OnTheWay),
            (counters.condition_failed, Self::Failed),
            (counters.condition_false, Self::False),
            (counters.over_quota, Self::OverQuota),
            (counters.buffer_full, Self::BufferFull),
            (counters.missed, Self::Missed),
        ];
        // A capture that was published is on its way whatever became of the others; then, of equal
        // reasons, the one earlier in the list.
        if counters.captured > 0 {
            return Self::OnTheWay;
        }
        let most = reasons.into_iter().rev().max_by_key(|(count, _)| *count);
        match most {
            // Where some failed, their message is the news, however many were merely false.
            Some((_, Self::False)) if counters.condition_failed > 0 => Self::Failed,
            most => most.map_or(Self::NotReached, |(_, verdict)| verdict),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Frozen => "FROZEN",
            Self::NoInstance => "NO INSTANCE",
            Self::Stopped => "STOPPED ITSELF",
            Self::NotArmed => "NOT ARMED",
            Self::Capturing => "CAPTURING",
            Self::Counting => "COUNTING",
            Self::Timing => "TIMING",
            Self::Pending => "PENDING",
            Self::Resting => "RESTING",
            Self::NotReached => "NOT REACHED",
            Self::Failed
            | Self::False
            | Self::Uncounted
            | Self::OverQuota
            | Self::BufferFull
            | Self::Missed
            | Self::OnTheWay => "NOT CAPTURING",
        }
    }

    fn headline(self, probe: &ProbeView, said: &[Said<'_>]) -> Headline {
        let text = self.text(probe, said);
        let good = matches!(self, Self::Capturing | Self::Counting | Self::Timing);
        let ended = match probe.phase {
            ProbePhase::Live => return Headline { word: self.word().into(), text, good },
            ProbePhase::Done => "DONE",
            ProbePhase::Expired => "EXPIRED",
            ProbePhase::Removed | ProbePhase::Abandoned => "REMOVED",
        };
        let text = match self {
            Self::Capturing | Self::Counting | Self::Timing => text,
            _ => format!(": nothing captured; {}", text::lower_first(self.word(), &text)),
        };
        Headline { word: ended.into(), text, good }
    }

    fn text(self, probe: &ProbeView, said: &[Said<'_>]) -> String {
        let of = |wanted: ProbeState| {
            let count = said.iter().filter(|one| one.state == Some(wanted)).count();
            format!(" on {} of {}", count, said.len())
        };
        match self {
            Self::Frozen => text::frozen(probe),
            Self::NoInstance => ": no instance matches".to_owned(),
            Self::Stopped => format!("{}: over its cost budget", of(ProbeState::Stopped)),
            Self::NotArmed => {
                let reason = group::main_message(said, ProbeState::Refused);
                format!("{}: {reason}", of(ProbeState::Refused))
            }
            Self::Capturing => text::capturing(probe),
            Self::Counting | Self::Timing => {
                let captured = sum(said).captured;
                let on = said.iter().filter(|one| one.counters().captured > 0).count();
                let what = match self {
                    Self::Counting => text::times(captured),
                    _ => format!("{} begun", text::passages(captured)),
                };
                format!(": {what} on {on} of {}", said.len())
            }
            Self::Pending => {
                let reason = group::main_message(said, ProbeState::Pending);
                format!(" on {} of {}: {reason}", said.len(), said.len())
            }
            Self::Resting => {
                format!("{}: over its cost budget, for ten seconds", of(ProbeState::Resting))
            }
            Self::NotReached => {
                let placed = said.iter().filter(|one| one.placed()).count();
                format!(": armed on {placed} of {}, the line ran 0 times", said.len())
            }
            Self::Failed
            | Self::False
            | Self::Uncounted
            | Self::OverQuota
            | Self::BufferFull
            | Self::Missed
            | Self::OnTheWay => format!(": {}", self.of_sum(&sum(said), is_at_least(said))),
        }
    }

    /// What became of the hits; `is_at_least`: of those that are counted.
    fn of_sum(self, counters: &Counters, is_at_least: bool) -> String {
        let part = |count: u64| match is_at_least {
            // Of how many is not known.
            true => text::times(count),
            false => format!("{} of {} hits", text::count(count), text::count(counters.hits)),
        };
        match self {
            Self::Failed => {
                let text = format!("the condition failed on {}", part(counters.condition_failed));
                match counters.condition_false {
                    _ if is_at_least => format!("{text}; how often it was false is not counted"),
                    0 => text,
                    rest => format!("{text} and was false on {}", text::count(rest)),
                }
            }
            Self::Uncounted if counters.hits > 0 => {
                "the condition was false each time the line ran".to_owned()
            }
            Self::Uncounted => {
                "the line did not run, or the condition was false each time".to_owned()
            }
            Self::OverQuota => format!("its rate forbade {}", part(counters.over_quota)),
            Self::BufferFull => format!("no buffer was free on {}", part(counters.buffer_full)),
            Self::Missed => format!("{} came while another was captured", part(counters.missed)),
            Self::OnTheWay => {
                format!("{} captured, none has arrived yet", text::count(counters.captured))
            }
            _ => format!("the condition was false on {}", part(counters.condition_false)),
        }
    }
}

fn sum(said: &[Said<'_>]) -> Counters {
    let mut sum = Counters::default();
    for one in said {
        sum.add(one.counters());
    }
    sum
}

/// Whether the line may have run more often than the counters say.
fn is_at_least(said: &[Said<'_>]) -> bool {
    said.iter().any(Said::is_at_least)
}

fn fact(label: &str, text: impl Into<String>) -> WhyFact {
    WhyFact { label: label.into(), text: text.into() }
}

/// What supports the verdict.
fn facts(
    verdict: Verdict,
    probe: &ProbeView,
    said: &[Said<'_>],
    services: &[String],
) -> Vec<WhyFact> {
    let first = |wanted: ProbeState| said.iter().find(move |one| one.state == Some(wanted));
    match verdict {
        Verdict::NoInstance if services.is_empty() => {
            vec![fact("", "no application is connected to this hub")]
        }
        Verdict::NoInstance => vec![fact("connected", services.join(", "))],
        Verdict::Stopped | Verdict::Resting => {
            let state =
                if verdict == Verdict::Stopped { ProbeState::Stopped } else { ProbeState::Resting };
            let Some(report) = first(state).and_then(|one| one.report) else { return Vec::new() };
            let hint = report.why.as_ref().and_then(|why| why.hint.as_deref());
            let cost = text::cost(report).map(|cost| fact("", cost));
            cost.into_iter().chain(hint.map(|hint| fact("", tries::split_hint(hint).0))).collect()
        }
        Verdict::Failed => failures(said),
        Verdict::Timing => probe.durations.as_ref().map(durations).unwrap_or_default(),
        Verdict::NotReached => placed(said),
        Verdict::NotArmed => refused(said),
        Verdict::OnTheWay => on_the_way(said),
        Verdict::Pending => pending(said),
        Verdict::Uncounted => {
            let uncounted = "hits with a false condition cost nothing here, and are not counted";
            condition(probe).chain([fact("", uncounted)]).chain(placed(said)).collect()
        }
        Verdict::False => condition(probe).collect(),
        Verdict::OverQuota => vec![fact("", text::rate(&probe.spec))],
        Verdict::BufferFull => {
            vec![fact(
                "",
                "64 captures waited for the agent's own thread, which did not get to run",
            )]
        }
        Verdict::Missed => {
            vec![fact("", "a line that runs while a capture reads values is not captured itself")]
        }
        Verdict::Frozen => frozen(probe),
        Verdict::Capturing | Verdict::Counting => Vec::new(),
    }
}

/// Instances that are meant, and were not asked.
fn unable(probe: &ProbeView) -> Option<WhyFact> {
    let text = match probe.unable {
        0 => return None,
        1 => "1 instance takes no".to_owned(),
        many => format!("{} instances take no", text::count(many.into())),
    };
    let kind = probe.spec.kind.word();
    Some(fact("", format!("{text} {kind} probe: its STILLFRAME_ALLOW, or an older agent")))
}

/// What it was good for before.
fn frozen(probe: &ProbeView) -> Vec<WhyFact> {
    let armed_anew = fact("", "it is armed again, and counts on, when the hub is let go");
    let captured = (probe.captured > 0).then(|| fact("until then", text::until_then(probe)));
    captured.into_iter().chain([armed_anew]).collect()
}

/// `if total > 100`.
fn condition(probe: &ProbeView) -> impl Iterator<Item = WhyFact> {
    probe.spec.condition.iter().map(|condition| fact("", format!("if {condition}")))
}

/// What was measured, and what was not.
fn durations(durations: &Durations) -> Vec<WhyFact> {
    let spread = |label, spread: &Option<Spread>| {
        spread.as_ref().map(|spread| fact(label, text::spread(spread)))
    };
    let counts = format!(
        "{} ended, {} of them by an exception · {} under way · {} lost",
        text::count(durations.ended),
        text::count(durations.exceptions),
        text::count(durations.open),
        text::count(durations.lost)
    );
    let spreads = [spread("running", &durations.running), spread("elapsed", &durations.elapsed)];
    spreads.into_iter().flatten().chain([fact("passages", counts)]).collect()
}

/// The messages of a failed condition, each once; what to try is put among the tries.
fn failures(said: &[Said<'_>]) -> Vec<WhyFact> {
    const MOST: usize = 3;
    let mut seen: Vec<&str> = Vec::new();
    for report in said.iter().filter_map(|one| one.report) {
        for message in report.first_failure.iter().chain(&report.latest_failure) {
            let (message, _) = tries::split_hint(message);
            if !seen.contains(&message) {
                seen.push(message);
            }
        }
    }
    seen.into_iter().take(MOST).map(|message| fact("", message)).collect()
}

/// Where it sits, and the files of that name where it does not.
fn placed(said: &[Said<'_>]) -> Vec<WhyFact> {
    let mut facts: Vec<WhyFact> = Vec::new();
    let reports = || said.iter().filter_map(|one| one.report);
    for at in reports().filter_map(|report| report.at.as_ref()) {
        let source = text::source(at.source);
        let line = fact("armed in", format!("{}  {}  (source {source})", at.file, at.function));
        if !facts.contains(&line) {
            facts.push(line);
        }
    }
    for file in reports().flat_map(|report| &report.not_probed) {
        let line = fact("not probed", format!("{file}  (same name, other file)"));
        if !facts.contains(&line) {
            facts.push(line);
        }
    }
    facts
}

/// Hints of refusals that show no source.
fn refused(said: &[Said<'_>]) -> Vec<WhyFact> {
    let mut facts: Vec<WhyFact> = Vec::new();
    let refused = said.iter().filter(|one| one.state == Some(ProbeState::Refused));
    for report in refused.filter_map(|one| one.report).filter(|report| report.running.is_none()) {
        let hint = report.why.as_ref().and_then(|why| why.hint.clone());
        if let Some(hint) = hint.map(|hint| fact("", hint))
            && !facts.contains(&hint)
        {
            facts.push(hint);
        }
    }
    facts
}

fn pending(said: &[Said<'_>]) -> Vec<WhyFact> {
    let hint = |one: &Said<'_>| {
        let why = one.report?.why.as_ref()?;
        let waits = || "it is armed as soon as it is loaded".to_owned();
        why.hint.clone().or_else(|| (why.code == "file_not_loaded").then(waits))
    };
    let mut hints: Vec<String> = said.iter().filter_map(hint).collect();
    hints.sort();
    hints.dedup();
    hints.into_iter().map(|hint| fact("", hint)).collect()
}

fn on_the_way(said: &[Said<'_>]) -> Vec<WhyFact> {
    let (mut spooled, mut dropped, mut refused) = (0, 0, 0);
    for report in said.iter().filter_map(|one| one.report) {
        spooled += report.delivery.spooled;
        dropped += report.delivery.spool_dropped;
        refused += report.delivery.refused_by_check;
    }
    vec![fact(
        "",
        format!(
            "waiting {} · dropped from a full spool {} · refused by the check {}",
            text::count(spooled),
            text::count(dropped),
            text::count(refused)
        ),
    )]
}

/// The asker's line, when one of the running files differs from it.
fn yours(probe: &ProbeView, said: &[Said<'_>]) -> Option<Yours> {
    let differs = |one: &Said<'_>| {
        one.report.is_some_and(|report| {
            report.running.is_some()
                || report.at.as_ref().is_some_and(|at| at.source == SourceMatch::Different)
        })
    };
    let location = &probe.spec.location;
    said.iter().any(differs).then_some(())?;
    Some(Yours {
        hash: location.source_sha256.as_deref().map(text::short_hash),
        line: location.line?,
        text: location.line_text.clone()?,
    })
}

#[cfg(test)]
mod tests;
