//! What to type next.
//!
//! Knows the command line's words. Invariant: whatever it suggests can be copied and run as it stands.

use super::Verdict;
use super::group::Said;
use crate::api::types::{ProbeView, Try};
use stillframe_core::probe::{ProbeKind, ProbeReport, ProbeState};

/// Most budget that is suggested: beyond it a process's own ceiling forbids it unless raised.
const MAX_SUGGESTED_PPM: u64 = 20_000;

/// What an agent says without what to try, and that: agents put it on a line of its own.
pub(super) fn split_hint(message: &str) -> (&str, Option<&str>) {
    match message.split_once('\n') {
        Some((message, hint)) => (message.trim_end(), Some(hint.trim())),
        None => (message, None),
    }
}

/// The suggestions of a verdict; the first is labelled `try`, the others `or`.
pub(super) fn tries(verdict: Verdict, probe: &ProbeView, said: &[Said<'_>]) -> Vec<Try> {
    let texts = match verdict {
        Verdict::Frozen => vec!["stillframe unfreeze".to_owned()],
        Verdict::NoInstance => vec!["stillframe ls --all".to_owned()],
        Verdict::Failed => failure_hints(said),
        Verdict::NotReached => not_reached(probe, said),
        Verdict::NotArmed => not_armed(probe, said),
        Verdict::Stopped | Verdict::Resting => over_budget(probe, said),
        Verdict::False => match probe.spec.kind {
            ProbeKind::Count | ProbeKind::Time => Vec::new(),
            _ => vec![format!("stillframe snap {} --limit 1", quoted(&probe.location))],
        },
        Verdict::Uncounted => {
            vec![format!("stillframe count {}", quoted(&probe.location)), counted(probe)]
        }
        Verdict::OverQuota | Verdict::BufferFull => {
            vec![format!("stillframe count {}", quoted(&probe.location))]
        }
        Verdict::Pending
        | Verdict::Capturing
        | Verdict::Counting
        | Verdict::Timing
        | Verdict::Missed
        | Verdict::OnTheWay => Vec::new(),
    };
    let label = |index| if index == 0 { "try" } else { "or" };
    let label = |(index, text)| Try { label: label(index).to_owned(), text };
    texts.into_iter().enumerate().map(label).collect()
}

fn failure_hints(said: &[Said<'_>]) -> Vec<String> {
    let messages = said.iter().filter_map(|one| one.report?.first_failure.as_deref());
    let mut hints: Vec<String> =
        messages.filter_map(|message| split_hint(message).1).map(str::to_owned).collect();
    hints.dedup();
    hints.truncate(2);
    hints
}

fn not_reached(probe: &ProbeView, said: &[Said<'_>]) -> Vec<String> {
    let at = said.iter().find_map(|one| one.report?.at.as_ref());
    match (at, &probe.spec.location.file) {
        (Some(at), Some(file)) if !at.function.is_empty() && probe.counters.hits == 0 => {
            let place = format!("{file}:{}", at.function);
            vec![format!("stillframe count {}", quoted(&place))]
        }
        _ => Vec::new(),
    }
}

fn not_armed(probe: &ProbeView, said: &[Said<'_>]) -> Vec<String> {
    let refused = || {
        let refused = said.iter().filter(|one| one.state == Some(ProbeState::Refused));
        refused.filter_map(|one| Some((one, one.report?)))
    };
    let Some((one, running)) =
        refused().find_map(|(one, report)| Some((one, report.running.as_ref()?)))
    else {
        return Vec::new();
    };
    let versions = one.instance.version.as_deref();
    let version = versions.map_or_else(String::new, |v| format!(" --version {}", quoted(v)));
    let file = probe.spec.location.file.as_deref().unwrap_or(&running.file);
    let line = running.nearest.as_ref().map_or(running.line, |(line, _)| *line);
    let place = quoted(&format!("{file}:{line}"));
    let exact = exact(probe);
    vec![format!("stillframe {} {place}{version} --unchecked{exact}", probe.spec.kind.word())]
}

fn over_budget(probe: &ProbeView, said: &[Said<'_>]) -> Vec<String> {
    let report = said.iter().filter_map(|one| one.report).max_by_key(|report| cost_ppm(report));
    let Some(report) = report else { return Vec::new() };
    let hint = report.why.as_ref().and_then(|why| split_hint(why.hint.as_deref()?).1);
    let mut tries: Vec<String> = hint.map(str::to_owned).into_iter().collect();
    // Twice what it cost, in whole per cents: less would be passed again.
    let needed = (cost_ppm(report) * 2).div_ceil(10_000) * 10_000;
    if (1..=MAX_SUGGESTED_PPM).contains(&needed) {
        let budget = needed / 10_000;
        let (place, exact) = (quoted(&probe.location), exact(probe));
        tries.push(format!(
            "stillframe {} {place} --budget {budget}%{exact}",
            probe.spec.kind.word()
        ));
    }
    tries
}

/// The probe's own command, with every hit counted.
fn counted(probe: &ProbeView) -> String {
    let (spec, selector) = (&probe.spec, &probe.selector);
    let mut words =
        vec!["stillframe".to_owned(), probe.spec.kind.word().to_owned(), quoted(&probe.location)];
    let mut option = |name: &str, value: &str| {
        // Joined, a value may begin like an option.
        let between = if value.starts_with('-') { '=' } else { ' ' };
        words.push(format!("--{name}{between}{}", quoted(value)));
    };
    spec.condition.iter().for_each(|condition| option("if", condition));
    spec.watches.iter().for_each(|watch| option("watch", watch));
    selector.service.iter().for_each(|service| option("service", service));
    selector.version.iter().for_each(|version| option("version", version));
    let labels = selector.labels.iter().map(|(key, value)| format!("{key}={value}"));
    labels.for_each(|label| option("label", &label));
    words.extend(selector.all_services.then(|| "--all-services".to_owned()));
    words.extend(spec.unchecked.then(|| "--unchecked".to_owned()));
    words.push("--exact".to_owned());
    if let Some(template) = &spec.log {
        words.extend(template.starts_with('-').then(|| "--".to_owned()));
        words.push(quoted(template));
    }
    words.join(" ")
}

/// The option of a probe that counts every hit.
fn exact(probe: &ProbeView) -> &'static str {
    if probe.spec.exact { " --exact" } else { "" }
}

fn cost_ppm(report: &ProbeReport) -> u64 {
    let measured = report.ns_per_hit.unwrap_or(0).saturating_mul(report.hits_per_s.unwrap_or(0));
    (measured / 1_000).max(u64::from(report.cost_ppm))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/.:_-+@,=#".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
