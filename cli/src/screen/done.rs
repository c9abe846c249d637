//! The last words about a probe: what it captured, or why nothing.
//!
//! Reads the hub's sums. Invariant: numbers are those of the hub, for all instances together.

use super::snapshot::Canvas;
use super::text::{clean, columns, count, glued, left, long_span, plural, unglued, wrap};
use super::{duration, why};
use stillframe_core::probe::ProbeKind;
use stillframe_hub::api::types::{EndEvent, ProbePhase, ProbeView};

/// Column at which `(exit 7)` ends.
const EXIT_COLUMN: usize = 78;

/// Whether anything came of the probe.
pub(crate) fn captured_something(probe: &ProbeView) -> bool {
    match probe.spec.kind {
        ProbeKind::Count | ProbeKind::Time => probe.counters.captured > 0,
        ProbeKind::Snap | ProbeKind::Log => probe.captured > 0,
    }
}

fn ended(phase: ProbePhase) -> &'static str {
    match phase {
        ProbePhase::Live | ProbePhase::Done | ProbePhase::Expired => "done",
        ProbePhase::Removed => "removed",
        ProbePhase::Abandoned => "removed after 60 s without a reader",
    }
}

fn span(probe: &ProbeView) -> String {
    // One that expired lived as long as it was to; its end is noticed a little later.
    let expired = probe.spec.expires_ms.filter(|_| probe.phase == ProbePhase::Expired);
    match expired.or(probe.lasted_ms).unwrap_or(probe.age_ms) {
        ms @ 0..1_000 => format!("{ms} ms"),
        ms => long_span(ms / 1_000),
    }
}

/// `p7k2 done: 10 of 10 captured on 6 instances in 4 min 12 s · 2 over quota`.
pub(crate) fn line(probe: &ProbeView) -> String {
    let word = ended(probe.phase);
    let what = match (probe.spec.kind, probe.spec.limit) {
        (ProbeKind::Count, _) => plural(probe.counters.captured, "hit", "hits"),
        (ProbeKind::Time, _) => match &probe.durations {
            Some(durations) => duration::summary(durations),
            None => plural(0, "passage", "passages"),
        },
        (_, Some(limit)) => format!("{} of {} captured", count(probe.captured), count(limit)),
        (_, None) => format!("{} captured", count(probe.captured)),
    };
    let on = match probe.spec.kind {
        ProbeKind::Count | ProbeKind::Time => probe.instances.max(probe.captured_on),
        _ => probe.captured_on,
    };
    let on = plural(u64::from(on), "instance", "instances");
    let mut line = format!("{} {word}: {what} on {on} in {}", probe.id, span(probe));
    let counters = &probe.counters;
    let unmeasured = probe.durations.as_ref().map_or(0, |one| one.open.saturating_add(one.lost));
    for (number, word) in [
        (counters.over_quota, "over quota"),
        (counters.condition_failed, "failed conditions"),
        (counters.buffer_full, "dropped, buffer full"),
        (counters.missed, "missed"),
        (unmeasured, "not measured"),
        (probe.surplus, "surplus"),
    ] {
        if number > 0 {
            line.push_str(&format!(" · {} {word}", count(number)));
        }
    }
    line
}

/// The sentence for a probe that captured nothing.
pub(crate) fn nothing_captured(probe: &ProbeView) -> String {
    unglued(&sentence(probe))
}

fn sentence(probe: &ProbeView) -> String {
    let counters = &probe.counters;
    let on = plural(u64::from(probe.instances), "instance", "instances");
    let ran = plural(counters.hits, "time", "times");
    let mut text =
        format!("{} {}: nothing captured in {}. ", probe.id, ended(probe.phase), span(probe));
    if let Some(condition) = probe.spec.condition.as_ref().filter(|_| probe.false_uncounted) {
        return text + &uncounted(probe, &glued(&clean(condition)));
    }
    text.push_str(&format!("The line ran {ran} on {on}"));
    match &probe.spec.condition {
        Some(condition) if counters.hits > 0 => {
            let false_times = match counters.condition_false {
                times if times == counters.hits => "each time".to_owned(),
                times => plural(times, "time", "times"),
            };
            let failed = plural(counters.condition_failed, "time", "times");
            let condition = glued(&clean(condition));
            text.push_str(&format!("; {condition} was false {false_times}, and failed {failed}."));
        }
        _ => text.push('.'),
    }
    text
}

/// What is known where hits whose condition is false are not counted.
fn uncounted(probe: &ProbeView, condition: &str) -> String {
    let counters = &probe.counters;
    if counters.hits == counters.condition_false {
        let how_often = "how often is not counted (--exact counts).";
        return format!("{condition} was false whenever the line ran; {how_often}");
    }
    let on = plural(u64::from(probe.instances), "instance", "instances");
    let ran = plural(counters.hits, "time", "times");
    let failed = plural(counters.condition_failed, "time", "times");
    let how_often = "how often it was false is not counted (--exact counts).";
    format!("The line ran at least {ran} on {on}; {condition} failed {failed}; {how_often}")
}

/// The screen for a probe that captured nothing.
pub(crate) fn nothing(end: &EndEvent, canvas: &Canvas) -> Vec<String> {
    let probe = &end.probe;
    let mut lines = wrap(&sentence(probe), canvas.width, "");
    let exit = "(exit 7)";
    let room = EXIT_COLUMN.min(canvas.width) - exit.len();
    match lines.last_mut() {
        Some(last) if columns(last) + 2 <= room => *last = left(last, room) + exit,
        _ => lines.push(left("", room) + exit),
    }
    // Where it is known: else where the probe sat, and what to do, is yet to be said.
    let all_false = !probe.false_uncounted
        && probe.counters.hits > 0
        && probe.counters.condition_false == probe.counters.hits;
    if !all_false && let Some(why) = &end.why {
        lines.extend(why::reasons(why, canvas));
    }
    lines
}
