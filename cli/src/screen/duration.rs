//! How long passages took: a table with one row a moment, or a few lines about a probe that is over.
//!
//! Reads the hub's sums. Invariant: what is not measured (under way, lost) is never silently left out.

use super::snapshot::Canvas;
use super::text::{count, fit, nanos, plural, right};
use stillframe_core::probe::durations::{Durations, Spread};

/// Columns of what stands before the figures.
const LEFT_COLUMNS: usize = 32;
/// Columns of one figure.
const FIGURE_COLUMNS: usize = 8;

/// The heads of the columns.
pub(crate) fn head(canvas: &Canvas) -> String {
    let left = format!("{:8}{:>10}{:>8}{:>6}", "", "ENDED", "RAISED", "OPEN");
    let figures = ["MIN", "MEAN", "P50", "P90", "P99", "MAX"].map(str::to_owned);
    row(&left, &figures, canvas)
}

fn row(left: &str, figures: &[String; 6], canvas: &Canvas) -> String {
    let figures = figures.iter().map(|figure| right(figure, FIGURE_COLUMNS));
    fit(&format!("{left:LEFT_COLUMNS$}{}", figures.collect::<String>()), canvas.width)
}

fn figures(spread: &Spread) -> [String; 6] {
    let Spread { min_ns, mean_ns, p50_ns, p90_ns, p99_ns, max_ns, .. } = spread;
    [min_ns, mean_ns, p50_ns, p90_ns, p99_ns, max_ns].map(|ns| nanos(*ns))
}

/// What was measured until `time`: one row, and a second where passages wait.
pub(crate) fn rows(time: &str, durations: &Durations, canvas: &Canvas) -> Vec<String> {
    let Durations { ended, exceptions, open, .. } = durations;
    let left = format!("{time:8}{:>10}{:>8}{:>6}", count(*ended), count(*exceptions), count(*open));
    let none = std::array::from_fn(|_| "-".to_owned());
    let running = durations.running.as_ref().map_or(none, figures);
    let elapsed = durations.elapsed.as_ref().map(|spread| {
        let left = format!("{:8}{:>10}  with waiting", "", count(spread.count));
        row(&left, &figures(spread), canvas)
    });
    std::iter::once(row(&left, &running, canvas)).chain(elapsed).collect()
}

/// What was begun and not measured, if there is any: `2 under way · 1 lost`.
pub(crate) fn unmeasured(durations: &Durations) -> Option<String> {
    let parts = [(durations.open, "under way"), (durations.lost, "lost: nobody saw them end")];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> =
        parts.map(|(number, word)| format!("{} {word}", count(*number))).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Everything about a probe, below its title.
pub(crate) fn table(durations: &Durations, canvas: &Canvas) -> Vec<String> {
    let mut lines = vec![head(canvas)];
    lines.extend(rows("", durations, canvas));
    lines.extend(unmeasured(durations).map(|text| format!("  {text}")));
    lines
}

/// `1,204 passages (3 raised)`.
pub(crate) fn summary(durations: &Durations) -> String {
    let passages = plural(durations.ended, "passage", "passages");
    match durations.exceptions {
        0 => passages,
        raised => format!("{passages} ({} raised)", count(raised)),
    }
}
