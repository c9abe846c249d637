//! `ls`: instances, then probes.
//!
//! Reads the hub's views. Invariant: launchers are not listed unless asked for, and are counted.

use super::snapshot::Canvas;
use super::table::{Column, table};
use super::text::{clean, count, fit, nanos, percent, plural, short_span};
use std::collections::{BTreeMap, BTreeSet};
use stillframe_core::probe::{ProbeKind, ProbeState, SourceMatch};
use stillframe_hub::api::types::{InstanceView, ProbePhase, ProbeView};

/// More instances than this: one row a service version.
const MANY_ROWS: usize = 30;

/// The screen.
pub(crate) fn list(
    instances: &[InstanceView],
    probes: &[ProbeView],
    all: bool,
    canvas: &Canvas,
) -> Vec<String> {
    let (launchers, shown): (Vec<_>, Vec<_>) = match all {
        true => (Vec::new(), instances.iter().collect()),
        false => instances.iter().filter(|i| i.connected).partition(|i| i.launcher),
    };
    let mut lines = match shown.len() {
        0 => vec!["no instance is connected: stillframe run -- CMD".to_owned()],
        many if many > MANY_ROWS && !all => versions(&shown, canvas),
        _ => each(&shown, canvas),
    };
    if !probes.is_empty() {
        lines.push(String::new());
        lines.extend(probe_rows(probes, canvas));
    }
    if !launchers.is_empty() {
        let names: BTreeSet<String> = launchers.iter().map(|one| command_name(one)).collect();
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        let hidden = plural(launchers.len() as u64, "launcher process", "launcher processes");
        lines.push(format!("{hidden} hidden ({names}): ls --all"));
    }
    lines
}

/// What a launcher is called by whoever started it.
fn command_name(instance: &InstanceView) -> String {
    let base = |word: &String| clean(word.rsplit('/').next().unwrap_or(word));
    let words = instance.command.iter().filter(|word| !word.starts_with('-'));
    // `python /venv/bin/gunicorn app:app` is gunicorn.
    let names: Vec<String> = words.take(2).map(base).collect();
    let runs_scripts = |name: &str| ["python", "node", "ruby"].iter().any(|r| name.starts_with(r));
    match names.as_slice() {
        [first, second] if runs_scripts(first) => second.clone(),
        [first, ..] => first.clone(),
        [] => clean(&instance.name),
    }
}

fn service(instance: &InstanceView) -> String {
    if instance.unnamed { "(unnamed)".to_owned() } else { clean(&instance.service) }
}

fn version(instance: &InstanceView) -> String {
    let version = instance.version.as_deref().or(instance.commit.as_deref());
    version.map_or_else(|| "-".to_owned(), clean)
}

/// `python 3.12` of `python 3.12.1`.
fn runtime(instance: &InstanceView) -> String {
    let mut parts = instance.runtime.splitn(3, '.');
    let parts: Vec<&str> = parts.by_ref().take(2).collect();
    clean(&parts.join("."))
}

fn cost(ppm: u32) -> String {
    if ppm == 0 { "0".to_owned() } else { percent(ppm, "") }
}

fn probes_of(instance: &InstanceView) -> String {
    let active = instance.probes.iter().filter(|report| {
        !matches!(report.state, ProbeState::Done | ProbeState::Expired | ProbeState::Removed)
    });
    let number = active.clone().count();
    if number == 0 {
        return "-".to_owned();
    }
    let words = active.filter_map(|report| match report.state {
        ProbeState::Armed => {
            report.at.as_ref().is_some_and(|at| at.source == SourceMatch::Moved).then_some("moved")
        }
        ProbeState::Pending => Some("pending"),
        ProbeState::Refused => Some("refused"),
        ProbeState::Resting => Some("resting"),
        _ => Some("stopped"),
    });
    let words: BTreeSet<&str> = words.collect();
    let words = words.into_iter().map(|word| format!(" {word}")).collect::<Vec<_>>().join(",");
    format!("{number}{words}")
}

fn each(instances: &[&InstanceView], canvas: &Canvas) -> Vec<String> {
    let heads = [
        Column::name("SERVICE"),
        Column::text("VERSION"),
        Column::name("INSTANCE"),
        Column::text("RUNTIME"),
        Column::text("UP"),
        Column::text("COST"),
        Column::text("PROBES"),
    ];
    // Services that nobody named come last, with how to name them.
    let mut sorted = instances.to_vec();
    sorted.sort_by_key(|one| (one.unnamed, &one.service, &one.version, &one.name));
    let row = |one: &&InstanceView| {
        let gone = if one.connected { "" } else { "gone" };
        let up = if one.connected { short_span(one.up_ms / 1_000) } else { gone.to_owned() };
        let (service, version, name) = (service(one), version(one), clean(&one.name));
        vec![service, version, name, runtime(one), up, cost(one.cost_ppm), probes_of(one)]
    };
    let rows: Vec<Vec<String>> = sorted.iter().map(row).collect();
    let mut lines = table(&heads, &rows, canvas.width);
    if sorted.iter().any(|one| one.unnamed) {
        lines.push(format!("{:19}name it: STILLFRAME_SERVICE or OTEL_SERVICE_NAME", ""));
    }
    lines.extend(hosts(&sorted).into_iter().filter_map(|(host, (processes, ppm))| {
        // One process is its host's sum, and what costs nothing needs none.
        let is_sum = processes > 1 && ppm > 0 && !host.is_empty();
        let (cost, host) = (cost(ppm), clean(host));
        is_sum
            .then(|| fit(&format!("{cost} on {host} in all: {processes} processes"), canvas.width))
    }));
    lines
}

/// Processes and cost of each host.
fn hosts<'a>(instances: &[&'a InstanceView]) -> BTreeMap<&'a str, (u32, u32)> {
    let mut hosts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for one in instances.iter().filter(|one| one.connected) {
        let (processes, cost) = hosts.entry(one.host.as_str()).or_default();
        *processes += 1;
        *cost = cost.saturating_add(one.cost_ppm);
    }
    hosts
}

fn versions(instances: &[&InstanceView], canvas: &Canvas) -> Vec<String> {
    let heads = [
        Column::name("SERVICE"),
        Column::text("VERSION"),
        Column::number("PODS"),
        Column::number("PROCS"),
        Column::text("RUNTIME"),
        Column::name("COST max (where)"),
        Column::text("PROBES"),
    ];
    let mut groups: BTreeMap<(bool, String, String), Vec<&InstanceView>> = BTreeMap::new();
    for one in instances {
        groups.entry((one.unnamed, service(one), version(one))).or_default().push(one);
    }
    let row = |((_, service, version), members): ((bool, String, String), Vec<&InstanceView>)| {
        let hosts = hosts(&members);
        let most = hosts.iter().map(|(host, (_, ppm))| (*ppm, *host)).max_by_key(|(ppm, _)| *ppm);
        let most = most.filter(|(ppm, _)| *ppm > 0);
        let most = most.map(|(ppm, host)| format!("{} {}", cost(ppm), clean(host)));
        let runtimes: BTreeSet<String> = members.iter().map(|one| runtime(one)).collect();
        let probes: BTreeSet<_> =
            members.iter().flat_map(|one| &one.probes).map(|report| report.probe).collect();
        let probes = if probes.is_empty() { "-".to_owned() } else { probes.len().to_string() };
        vec![
            service,
            version,
            count(hosts.len() as u64),
            count(members.len() as u64),
            several(&runtimes),
            most.unwrap_or_else(|| "0".to_owned()),
            probes,
        ]
    };
    let rows: Vec<Vec<String>> = groups.into_iter().map(row).collect();
    table(&heads, &rows, canvas.width)
}

/// The runtimes of a service version; many leave no room for what else there is to say.
fn several(runtimes: &BTreeSet<String>) -> String {
    match runtimes.len() {
        0..=2 => runtimes.iter().cloned().collect::<Vec<_>>().join(", "),
        many => format!("{many} runtimes"),
    }
}

/// What half of the passages took less than.
fn middle(probe: &ProbeView) -> String {
    let durations = probe.durations.as_ref();
    let took = durations.and_then(|one| one.running.as_ref().or(one.elapsed.as_ref()));
    took.map_or_else(|| "-".to_owned(), |spread| format!("p50 {}", nanos(spread.p50_ns)))
}

fn probe_rows(probes: &[ProbeView], canvas: &Canvas) -> Vec<String> {
    let heads = [
        Column::text("PROBE"),
        Column::text("KIND"),
        Column::name("WHERE"),
        Column::number("ARMED"),
        Column::number("HITS"),
        Column::number("GOT"),
        Column::number("ENDS"),
        Column::name("BY"),
    ];
    let row = |probe: &ProbeView| {
        let got = match (probe.spec.kind, probe.spec.limit) {
            (ProbeKind::Count, _) => "-".to_owned(),
            (ProbeKind::Time, _) => middle(probe),
            (_, Some(limit)) => format!("{}/{}", count(probe.captured), count(limit)),
            (_, None) => count(probe.captured),
        };
        // A false condition is not counted everywhere: then there were so many, or more.
        let more = if probe.false_uncounted { "+" } else { "" };
        let hits = count(probe.counters.hits) + more;
        let armed = match &probe.frozen {
            Some(_) => "frozen".to_owned(),
            None => format!("{}/{}", probe.armed, probe.instances),
        };
        let ends = match (probe.phase, probe.ends_in_ms) {
            (ProbePhase::Live, Some(ms)) => short_span(ms / 1_000),
            (ProbePhase::Live, None) => "-".to_owned(),
            (ProbePhase::Done, _) => "done".to_owned(),
            (ProbePhase::Expired, _) => "expired".to_owned(),
            (ProbePhase::Removed, _) => "removed".to_owned(),
            (ProbePhase::Abandoned, _) => "left".to_owned(),
        };
        vec![
            probe.id.to_string(),
            probe.spec.kind.word().to_owned(),
            clean(&probe.location),
            armed,
            hits,
            got,
            ends,
            clean(&probe.by),
        ]
    };
    table(&heads, &probes.iter().map(row).collect::<Vec<_>>(), canvas.width)
}
