//! That the hub is frozen, and what became of the probes.
//!
//! Reads the hub's view. Invariant: an instance counts as disarmed when it said so itself.

use super::snapshot::Canvas;
use super::text::{clean, count, plural, wrap};
use super::time::moment;
use stillframe_hub::api::types::FreezeView;

/// What stands above every list of a frozen hub; nothing otherwise.
pub(crate) fn notice(view: &FreezeView, canvas: &Canvas) -> Vec<String> {
    let Some(frozen) = &view.frozen else { return Vec::new() };
    let (since, by) = (moment(&frozen.since, &canvas.zone), clean(&frozen.by));
    let text =
        format!("! frozen by {by} since {since}: nothing is armed until `stillframe unfreeze`");
    wrap(&text, canvas.width, "  ")
}

/// What `freeze` and `unfreeze` did.
pub(crate) fn done(view: &FreezeView, canvas: &Canvas) -> Vec<String> {
    let probes = plural(u64::from(view.probes), "probe", "probes");
    if view.frozen.is_none() {
        return vec![format!("let go: {probes} armed again; stillframe ls")];
    }
    let (connected, holding) = (u64::from(view.instances), u64::from(view.holding));
    let on = plural(connected, "instance", "instances");
    let mut lines = notice(view, canvas);
    lines.push(match holding {
        0 => format!("disarmed on {on} · {probes} waiting, while their time goes on"),
        _ => format!("disarmed on {} of {on} · {probes} waiting", count(connected - holding)),
    });
    if holding > 0 {
        lines.push("the others have not said so yet: stillframe ls".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use stillframe_hub::api::types::Frozen;

    fn canvas() -> Canvas {
        Canvas { width: 80, zone: jiff::tz::TimeZone::UTC }
    }

    fn view(holding: u32) -> FreezeView {
        let since = "2026-11-22T12:04:31.207Z".to_owned();
        let frozen = Some(Frozen { by: "ann\u{1b}".into(), since });
        FreezeView { frozen, probes: 3, instances: 12, holding }
    }

    #[test]
    fn it_says_who_and_when_and_how_far_it_came() {
        let lines = done(&view(0), &canvas());
        assert_eq!(
            lines,
            [
                "! frozen by ann\\u{1b} since 2026-11-22 12:04:31: nothing is armed until",
                "  `stillframe unfreeze`",
                "disarmed on 12 instances · 3 probes waiting, while their time goes on",
            ]
        );
        let lines = done(&view(1), &canvas());
        assert_eq!(lines[2], "disarmed on 11 of 12 instances · 3 probes waiting");
        assert!(lines[3].contains("stillframe ls"));
        let thawed = FreezeView { frozen: None, ..view(0) };
        assert_eq!(notice(&thawed, &canvas()), Vec::<String>::new());
        assert_eq!(done(&thawed, &canvas()), ["let go: 3 probes armed again; stillframe ls"]);
    }
}
