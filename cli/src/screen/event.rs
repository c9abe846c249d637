//! What happens to a followed probe besides its snapshots: instances that come, go, move or refuse, and
//! the hub that is frozen.
//!
//! Reads the hub's events. Invariant: every line that needs attention begins with `!`, others with
//! `~`.

use super::snapshot::Canvas;
use super::text::{clean, fit};
use super::time::clock;
use stillframe_core::probe::ProbeState;
use stillframe_hub::api::types::{FreezeEvent, InstanceEvent, ReportEvent};

/// A line, and whether it needs attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The text.
    pub(crate) text: String,
    /// Whether it begins with `!`.
    pub(crate) alarm: bool,
}

/// What an instance now says; nothing where the end of the probe says it better.
pub(crate) fn report(event: &ReportEvent, canvas: &Canvas) -> Option<Line> {
    let report = &event.report;
    let why = report.why.as_ref().map(|why| clean(&why.message));
    let because = |word: &str, mark: &str| match &why {
        Some(why) => format!("{word}{mark}{why}"),
        None => word.to_owned(),
    };
    let (alarm, text) = match report.state {
        ProbeState::Armed => {
            let note = report.at.as_ref().and_then(|at| at.note.as_deref()).map(clean);
            let text = note.map(|note| match note.contains("armed") {
                true => note,
                false => format!("{note}, armed"),
            });
            (false, text.unwrap_or_else(|| "armed".to_owned()))
        }
        // Every instance waits for its runtime for a moment; what comes of it is said next.
        ProbeState::Pending
            if report.why.as_ref().is_none_or(|why| why.code == "waiting_for_runtime") =>
        {
            return None;
        }
        ProbeState::Pending => (false, because("pending", ": ")),
        ProbeState::Refused => (true, because("refused", ", ")),
        ProbeState::Resting => (true, because("rests for 10 s", ": ")),
        ProbeState::Stopped => (true, because("stopped itself", ": ")),
        ProbeState::Done | ProbeState::Expired | ProbeState::Removed => return None,
    };
    let new = match (event.is_new, &event.version) {
        (true, Some(version)) => format!(" is new ({})", clean(version)),
        (true, None) => " is new".to_owned(),
        (false, _) => String::new(),
    };
    let mark = if alarm { '!' } else { '~' };
    let (time, name) = (clock(&event.time, &canvas.zone), clean(&event.name));
    let text = fit(&format!("{mark} {time}  {name}{new}: {text}"), canvas.width);
    Some(Line { text, alarm })
}

/// An instance that went; one that came is said when it reports.
pub(crate) fn instance(event: &InstanceEvent, canvas: &Canvas) -> Option<Line> {
    if event.came {
        return None;
    }
    let (time, name) = (clock(&event.time, &canvas.zone), clean(&event.instance.name));
    Some(Line { text: fit(&format!("~ {time}  {name} is gone"), canvas.width), alarm: false })
}

/// The hub was frozen, or let go: every probe is concerned.
pub(crate) fn freeze(event: &FreezeEvent, canvas: &Canvas) -> Line {
    let (time, by) = (clock(&event.time, &canvas.zone), clean(&event.by));
    let text = match event.frozen {
        true => {
            format!("! {time}  frozen by {by}: disarmed everywhere until `stillframe unfreeze`")
        }
        false => format!("~ {time}  let go by {by}: armed again"),
    };
    Line { text: fit(&text, canvas.width), alarm: event.frozen }
}
