//! Why a probe is as it is.
//!
//! The hub decides and words it; this lays it out. Invariant: the verdict stands in the second line,
//! and what to do comes last unless it is what the verdict is about.

use super::armed::titled;
use super::snapshot::Canvas;
use super::text::{clean, columns, count, fit, left, long_span, source_line, wrap};
use stillframe_core::probe::{ProbeState, SourceMatch};
use stillframe_hub::api::types::{Theirs, WhyGroup, WhyView};

/// Column at which age and author stand.
const BY_COLUMN: usize = 58;
/// Columns of the label of a source line.
const SIDE_COLUMNS: usize = 11;
/// Columns of the label of a fact.
const FACT_COLUMNS: usize = 13;

/// The whole screen.
pub(crate) fn why(why: &WhyView, canvas: &Canvas) -> Vec<String> {
    let age = match why.probe.age_ms / 1_000 {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds => long_span(seconds),
    };
    let by = format!("{age} ago by {}", clean(&why.probe.by));
    let mut lines = titled(&why.probe, &by, BY_COLUMN, canvas);
    lines.extend(reasons(why, canvas));
    if why.hosts.iter().any(|host| host.instances > 1) {
        let host = |text: &str| wrap_behind("  ", text, canvas, "         ");
        lines.extend(why.hosts.iter().flat_map(|one| host(&one.text)));
    }
    lines
}

/// Each instance by itself.
pub(crate) fn each(why: &WhyView, canvas: &Canvas) -> Vec<String> {
    why.each.iter().flat_map(|one| counted_group(one, canvas)).collect()
}

/// All but the first line, which names the probe.
pub(crate) fn reasons(why: &WhyView, canvas: &Canvas) -> Vec<String> {
    let headline = format!("{}{}", clean(&why.headline.word), clean(&why.headline.text));
    let mut lines = wrap(&headline, canvas.width, "  ");
    for fact in &why.facts {
        let label = clean(&fact.label);
        let label = if label.is_empty() { label } else { left(&(label + "  "), FACT_COLUMNS) };
        let indent = " ".repeat(2 + columns(&label));
        lines.extend(wrap_behind(&format!("  {label}"), &fact.text, canvas, &indent));
    }
    let compared = sources(why, canvas);
    if !compared.is_empty() {
        lines.extend(compared);
        lines.extend(tries(why, canvas));
        return lines;
    }
    lines.extend(tries(why, canvas));
    let said_all =
        ["NOT REACHED", "STOPPED ITSELF", "RESTING"].contains(&why.headline.word.as_str());
    if !said_all || why.groups.len() > 1 {
        lines.extend(why.groups.iter().flat_map(|group| counted_group(group, canvas)));
    }
    lines
}

/// The line here and the lines there, where the two were found to differ; else nothing.
pub(crate) fn sources(why: &WhyView, canvas: &Canvas) -> Vec<String> {
    if why.yours.is_none() && why.groups.iter().all(|group| group.theirs.is_none()) {
        return Vec::new();
    }
    let yours = why.yours.iter().map(|yours| {
        let place = side("yours", yours.hash.as_deref(), yours.line);
        fit(&format!("{place} | {}", source_line(&yours.text)), canvas.width)
    });
    yours.chain(why.groups.iter().flat_map(|group| compared_group(group, canvas))).collect()
}

fn wrap_behind(head: &str, text: &str, canvas: &Canvas, indent: &str) -> Vec<String> {
    let room = canvas.width.saturating_sub(columns(head));
    let lines = wrap(&clean(text), room, "");
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or_default();
    std::iter::once(format!("{head}{first}")).chain(lines.map(|l| format!("{indent}{l}"))).collect()
}

fn side(label: &str, hash: Option<&str>, line: u32) -> String {
    let label = left(&format!("{}  ", clean(label)), SIDE_COLUMNS);
    format!("  {label}{:<6}{line:>4}", clean(hash.unwrap_or("-")))
}

fn group_label(group: &WhyGroup) -> String {
    let name = group.version.as_deref().unwrap_or(&group.service);
    format!("{} ({})", clean(name), group.count)
}

fn compared_group(group: &WhyGroup, canvas: &Canvas) -> Vec<String> {
    let label = group_label(group);
    if let Some(theirs) = &group.theirs {
        return their_lines(&label, theirs, canvas);
    }
    let label = left(&format!("{label}  "), SIDE_COLUMNS);
    let text = match (&group.at, group.state) {
        (Some(at), Some(ProbeState::Armed | ProbeState::Resting)) => {
            let moved = if at.source == SourceMatch::Moved { " (moved)" } else { "" };
            let reached = match group.false_uncounted {
                true => ": not counted here".to_owned(),
                false => format!(" {}", count(group.counters.hits)),
            };
            let captured = count(group.counters.captured);
            format!("armed at {}{moved} · reached{reached} · captured {captured}", at.line)
        }
        _ => group.message.as_deref().map_or_else(|| clean(&group.text), clean),
    };
    wrap_behind(&format!("  {label}"), &text, canvas, &" ".repeat(2 + SIDE_COLUMNS))
}

fn their_lines(label: &str, theirs: &Theirs, canvas: &Canvas) -> Vec<String> {
    let text = theirs.text.as_deref().map_or_else(|| "(no such line)".to_owned(), source_line);
    let place = side(label, theirs.hash.as_deref(), theirs.line);
    let mut lines = vec![fit(&format!("{place} | {text}"), canvas.width)];
    if let Some((line, text)) = &theirs.nearest {
        let place = format!("{}nearest{line:>3}", " ".repeat(2 + SIDE_COLUMNS));
        lines.push(fit(&format!("{place} | {}", source_line(text)), canvas.width));
    }
    lines
}

fn counted_group(group: &WhyGroup, canvas: &Canvas) -> Vec<String> {
    let mut lines = wrap_behind("  ", &group.text, canvas, "         ");
    for counts in group.counts.iter().chain(&group.deliveries) {
        lines.extend(wrap_behind("         ", counts, canvas, "         "));
    }
    lines
}

fn tries(why: &WhyView, canvas: &Canvas) -> Vec<String> {
    let one = |label: &str, text: &str| {
        // What is to be typed is never broken or cut: it must survive a copy.
        let line = format!("  {}{}", left(&clean(label), 7), clean(text));
        if columns(&line) <= canvas.width { line } else { line.trim_end().to_owned() }
    };
    why.tries.iter().map(|step| one(&step.label, &step.text)).collect()
}
