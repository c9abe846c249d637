//! What an arming command prints first: which hub and who, which probe, where it is armed, until when.
//!
//! Reads the hub's answer. Invariant: hub, name and user come before anything that was done with them.

use super::snapshot::Canvas;
use super::text::{
    clean, columns, fit, glued, left, long_span, nanos, percent, plural, source_line, unglued, wrap,
};
use stillframe_core::probe::{ProbeKind, ProbeReport, ProbeState, SourceMatch};
use stillframe_hub::api::types::{CreatedProbe, InstanceReport, LineEcho, Me, ProbeView};

/// Column at which the user stands in the first line.
const USER_COLUMN: usize = 55;

/// Instances of a dry run that are shown.
const MAX_WOULD: usize = 20;

/// `hub    prod  https://…          as lea (prober)`.
pub(crate) fn hub_line(me: &Me, url: &str, canvas: &Canvas) -> String {
    let hub = format!("hub    {}  {}", clean(&me.hub), clean(url));
    let user = format!("as {} ({})", clean(&me.user), clean(&me.role));
    fit(&format!("{}{user}", left(&(hub + "  "), USER_COLUMN)), canvas.width)
}

/// Id, kind, place and condition of a probe: how every screen names it.
pub(crate) fn title(probe: &ProbeView) -> String {
    unglued(&title_to_wrap(probe))
}

fn title_to_wrap(probe: &ProbeView) -> String {
    let kind = probe.spec.kind.word();
    let mut title = format!("{}  {kind}  {}", probe.id, clean(&probe.location));
    if let Some(condition) = &probe.spec.condition {
        title.push_str(&format!("  if {}", glued(&clean(condition))));
    }
    title
}

/// A source line as every screen shows it.
pub(crate) fn source(line: u32, text: &str, canvas: &Canvas) -> String {
    fit(&format!("{line:>12} | {}", source_line(text)), canvas.width)
}

/// The lines below the hub's.
pub(crate) fn armed(created: &CreatedProbe, canvas: &Canvas) -> Vec<String> {
    let probe = &created.probe;
    let mut lines = Vec::new();
    let (id, dry) = (probe.id.to_string(), "(dry run)".to_owned());
    let title = title_to_wrap(probe).replacen(&id, if created.dry_run { &dry } else { &id }, 1);
    lines.extend(wrap(&format!("probe  {title}"), canvas.width, "       "));
    if let Some(LineEcho { line, text, verified, source }) = &created.line {
        lines.push(self::source(*line, text, canvas));
        if !verified {
            let compared = match source {
                Some(SourceMatch::Different) => "source differs from the file here",
                _ => "source unverified: not compared with a file here",
            };
            lines.push(format!("             | {compared}"));
        }
    }
    lines.extend(wrap(&armed_on(created), canvas.width, "       "));
    if created.dry_run {
        lines.extend(would_sit(created, canvas));
    }
    if let Some(chosen) = &probe.chosen {
        let names: Vec<String> = chosen.iter().map(|name| clean(name)).collect();
        lines.extend(wrap(&format!("on     {}", names.join(", ")), canvas.width, "       "));
    }
    lines.extend(wrap(&until(created), canvas.width, "       "));
    let dear = created.instances.iter().filter_map(|one| cost(one.report.as_ref()?)).min();
    if let Some((hits, ns)) = dear {
        let cost = format!(
            "cost   {} a hit, captured or not: the budget affords {hits} hits/s",
            nanos(ns)
        );
        lines.extend(wrap(&cost, canvas.width, "       "));
    }
    lines
}

/// Hits a second beyond which a line is as good as free to probe.
const MANY_HITS: u64 = 5_000;

/// Hits a second that the budget affords of a probe whose hits all cost, and nanoseconds of one.
fn cost(report: &ProbeReport) -> Option<(u64, u64)> {
    let hits = report.affords_per_s.filter(|hits| *hits < MANY_HITS)?;
    Some((hits, report.hit_cost_ns?))
}

fn armed_on(created: &CreatedProbe) -> String {
    let probe = &created.probe;
    let services: Vec<String> = probe.services.iter().map(|name| clean(name)).collect();
    let of = match services.is_empty() {
        true => String::new(),
        false => format!(" of {}", services.join(", ")),
    };
    let on = u64::from(probe.instances);
    if created.dry_run {
        let fits = created.instances.iter().filter(|one| would(one).is_ok()).count();
        let chosen = match probe.chosen {
            Some(_) => format!(" (chosen of {})", probe.matching),
            None => String::new(),
        };
        let on = plural(on, "instance", "instances");
        return format!("would  be armed on {fits} of {on}{of}{chosen}{}", unable(probe));
    }
    let mut text = format!("armed  {} of {}{of}", probe.armed, plural(on, "instance", "instances"));
    if probe.chosen.is_some() {
        text.push_str(&format!(" (chosen of {})", probe.matching));
    }
    let states = [
        (probe.moved, "at another line", ProbeState::Armed),
        (probe.pending, "pending", ProbeState::Pending),
        (probe.refused, "refused", ProbeState::Refused),
        (probe.stopped, "stopped", ProbeState::Stopped),
    ];
    for (count, word, state) in states.into_iter().filter(|(count, ..)| *count > 0) {
        let reason = reason(&created.instances, state);
        let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        text.push_str(&format!(" · {count} {word}{reason}"));
    }
    text.push_str(&unable(probe));
    text
}

/// Instances that are meant, and take no probe of its kind.
fn unable(probe: &ProbeView) -> String {
    match probe.unable {
        0 => String::new(),
        1 => format!(" · 1 takes no {} probe", probe.spec.kind.word()),
        count => format!(" · {count} take no {} probe", probe.spec.kind.word()),
    }
}

/// Where a dry run says that the probe would sit, or why it would not.
fn would(instance: &InstanceReport) -> Result<String, String> {
    let Some(report) = &instance.report else { return Err("has not answered".to_owned()) };
    match (report.state, &report.at, &report.why) {
        (ProbeState::Done, Some(at), _) => {
            let source = match at.source {
                SourceMatch::Equal => "equal",
                SourceMatch::Moved => "moved",
                SourceMatch::Different => "different",
                SourceMatch::Unverifiable => "unverified",
            };
            Ok(match at.note.as_ref().map(|note| clean(note)) {
                Some(note) if at.source == SourceMatch::Moved => {
                    format!("line {} · {note}", at.line)
                }
                Some(note) => format!("line {} · source {source} · {note}", at.line),
                None => format!("line {} · source {source}", at.line),
            })
        }
        (ProbeState::Pending, _, Some(why)) => Err(format!("pending: {}", clean(&why.message))),
        (_, _, Some(why)) => Err(format!("refused: {}", clean(&why.message))),
        _ => Err("has not answered".to_owned()),
    }
}

/// Each instance of a dry run, one after the other.
fn would_sit(created: &CreatedProbe, canvas: &Canvas) -> Vec<String> {
    let shown = created.instances.iter().take(MAX_WOULD);
    let mut lines: Vec<String> = shown
        .flat_map(|one| {
            let version = one.version.as_deref().map(|version| format!("  {}", clean(version)));
            let says = would(one).unwrap_or_else(|why| why);
            let name = format!("{}{}  ", clean(&one.name), version.unwrap_or_default());
            let lines = wrap(&format!("{name}{says}"), canvas.width - 7, "  ");
            lines.into_iter().map(|line| format!("       {line}"))
        })
        .collect();
    let more = created.instances.len().saturating_sub(MAX_WOULD);
    if more > 0 {
        lines.push(format!("       … {more} more: -o json has all"));
    }
    lines
}

/// What the first instance in a state says for it.
fn reason(instances: &[InstanceReport], state: ProbeState) -> Option<String> {
    let reports = instances.iter().filter_map(|instance| instance.report.as_ref());
    // A probe that rests is armed all the same, as in the count.
    let as_counted = |said| if said == ProbeState::Resting { ProbeState::Armed } else { said };
    let mut reports = reports.filter(|report| as_counted(report.state) == state);
    let text = reports.find_map(|report| match state {
        ProbeState::Armed => report.at.as_ref()?.note.clone(),
        _ => report.why.as_ref().map(|why| why.message.clone()),
    });
    text.map(|text| clean(&text))
}

fn until(created: &CreatedProbe) -> String {
    let probe = &created.probe;
    let mut ends = Vec::new();
    if let Some(limit) = probe.spec.limit {
        let what = match probe.spec.kind {
            ProbeKind::Log => "line",
            ProbeKind::Time => "passage",
            ProbeKind::Snap | ProbeKind::Count => "capture",
        };
        ends.push(format!("{} in all", plural(limit, what, &format!("{what}s"))));
    }
    if let Some(ms) = probe.spec.expires_ms {
        ends.push(if ms < 1_000 { format!("{ms} ms") } else { long_span(ms / 1_000) });
    }
    let budget = probe.spec.budget_ppm.map(|ppm| cap(ppm, &created.instances));
    format!("until  {}{}", ends.join(" or "), budget.unwrap_or_default())
}

/// What it may cost, and where an application's own ceiling makes that less.
fn cap(ppm: u32, instances: &[InstanceReport]) -> String {
    let caps = instances.iter().filter_map(|one| Some(one.report.as_ref()?.budget_ppm));
    let text = format!(" · cost cap {} of a core per process", percent(ppm, " "));
    match caps.filter(|cap| (1..ppm).contains(cap)).min() {
        Some(least) => format!("{text}, {} where it allows no more", percent(least, " ")),
        None => text,
    }
}

/// What to type next about a probe that nobody follows.
pub(crate) fn next(probe: &ProbeView) -> Vec<String> {
    let id = probe.id;
    let read = match probe.spec.kind {
        ProbeKind::Count => format!("read   stillframe ls · stillframe why {id}"),
        ProbeKind::Time => format!("read   stillframe show {id} · stillframe ls"),
        _ => format!("read   stillframe tail {id} · stillframe show {id}"),
    };
    vec![read, format!("ends   stillframe rm {id} · why: stillframe why {id}")]
}

/// What a follower may do about the probe.
pub(crate) fn while_followed(probe: &ProbeView, keep: bool) -> String {
    let id = probe.id;
    match keep {
        false => format!("Ctrl-C removes it · why: stillframe why {id}"),
        true => format!("Ctrl-C leaves it armed · end it: stillframe rm {id}"),
    }
}

/// The title of a probe with something at its right, from column `column` of 80 on.
pub(crate) fn titled(
    probe: &ProbeView,
    right: &str,
    column: usize,
    canvas: &Canvas,
) -> Vec<String> {
    let line = format!("{}{right}", left(&format!("{}  ", title(probe)), column));
    if columns(&line) <= canvas.width {
        return vec![line];
    }
    let mut lines = wrap(&title_to_wrap(probe), canvas.width, "      ");
    lines.push(format!("      {right}"));
    lines
}
