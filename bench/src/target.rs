//! What the figures must reach.
//!
//! Invariant: a target whose rows are missing is neither reached nor missed, and not shown.

use crate::row::{PEERS, Row};
use crate::table::figure;
use std::ops::RangeInclusive;

/// A target and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Whether it is reached.
    pub reached: bool,
    /// What was asked and measured.
    pub text: String,
}

/// A figure that must not be larger, in nanoseconds.
struct AtMost {
    runtime: &'static str,
    /// Minor versions it is for.
    minors: RangeInclusive<u32>,
    case: &'static str,
    ns: f64,
}

const ANY: RangeInclusive<u32> = 0..=u32::MAX;

const fn python(minors: RangeInclusive<u32>, case: &'static str, ns: f64) -> AtMost {
    AtMost { runtime: "python", minors, case, ns }
}

const fn jvm(case: &'static str, ns: f64) -> AtMost {
    AtMost { runtime: "jvm", minors: ANY, case, ns }
}

const fn node(case: &'static str, ns: f64) -> AtMost {
    AtMost { runtime: "node", minors: ANY, case, ns }
}

const fn ruby(case: &'static str, ns: f64) -> AtMost {
    AtMost { runtime: "ruby", minors: ANY, case, ns }
}

const fn core(case: &'static str, ns: f64) -> AtMost {
    AtMost { runtime: "core", minors: ANY, case, ns }
}

/// What our own rows are judged by. Each mechanism has figures of its own: frame evaluation up to
/// 3.10, injection on 3.11, events from 3.12 on.
const AT_MOST: [AtMost; 32] = [
    python(9..=10, "condition_false", 25.0),
    python(11..=11, "condition_false", 18.0),
    python(12..=u32::MAX, "condition_false", 40.0),
    python(12..=u32::MAX, "condition_false_high_line", 55.0),
    python(ANY, "capture_10_locals", 8_000.0),
    python(ANY, "arm_indexed", 1e6),
    python(ANY, "index_stretch", 5e6),
    python(11..=11, "rewrite_500_lines", 5e6),
    python(11..=11, "rewrite_500_lines_each", 5e6),
    jvm("condition_false", 0.5),
    jvm("condition_false_field", 1.0),
    jvm("write_10_locals", 300.0),
    jvm("capture_10_locals", 300.0),
    jvm("first_hit", 1e6),
    jvm("first_capture", 2e6),
    jvm("stall_10000_classes", 4e6),
    jvm("startup", 40e6),
    node("condition_false", 30_000.0),
    node("capture_10_locals", 65_000.0),
    node("check_false_first", 2.0),
    node("check_false_later", 20.0),
    node("armed_first_calls", 2.0),
    node("armed_first_loop", 2.0),
    node("armed_first_objects", 2.0),
    node("armed_later_calls", 20.0),
    node("armed_later_loop", 20.0),
    node("armed_later_objects", 20.0),
    node("rewrite_10000_lines", 100e6),
    ruby("condition_false", 80.0),
    ruby("capture_10_locals", 2_000.0),
    core("x > 10", 8.0),
    core("x > 10 and name == \"abc\"", 14.0),
];
/// What is not probed, or not probed any more, stays within the noise or under this ratio.
const UNTOUCHED: [&str; 4] = ["idle_function", "unprobed_function", "unprobed_line", "removed"];
const UNTOUCHED_RATIO: f64 = 1.02;
/// What of Ruby is judged by a ratio of its own.
const RUBY_RATIOS: [&str; 1] = ["removed"];

/// A ratio that must not be larger.
struct RatioAtMost {
    runtime: &'static str,
    /// Minor versions it is for.
    minors: RangeInclusive<u32>,
    case: &'static str,
    ratio: f64,
}

const fn ratio(runtime: &'static str, case: &'static str, ratio: f64) -> RatioAtMost {
    RatioAtMost { runtime, minors: ANY, case, ratio }
}

/// Ruby with this minor version's YJIT makes code anew behind a probe.
const RECOVERS: RangeInclusive<u32> = 3..=u32::MAX;

/// Ratios that others must not pass.
const RATIO_AT_MOST: [RatioAtMost; 14] = [
    ratio("jvm", "condition_false", 1.1),
    ratio("jvm", "idle_streams", 1.02),
    ratio("node", "idle_streams", 1.02),
    ratio("node", "check_asleep", 1.05),
    ratio("node", "check_removed", 1.05),
    ratio("node", "dormant_calls", 1.05),
    ratio("node", "dormant_loop", 1.05),
    ratio("node", "dormant_objects", 1.05),
    ratio("node", "dormant_acorn", 1.15),
    ratio("node", "disarmed_calls", 1.05),
    ratio("node", "disarmed_loop", 1.05),
    ratio("node", "disarmed_objects", 1.05),
    ratio("ruby", "removed", 1.05),
    RatioAtMost { runtime: "ruby", minors: RECOVERS, case: "yjit_removed", ratio: 1.1 },
];

/// How many times a case of ours is cheaper than one of theirs.
struct TimesUnder {
    /// Minor versions it is for.
    minors: RangeInclusive<u32>,
    ours: &'static str,
    subject: &'static str,
    theirs: &'static str,
    times: f64,
}

const fn times(
    ours: &'static str,
    subject: &'static str,
    theirs: &'static str,
    times: f64,
) -> TimesUnder {
    TimesUnder { minors: ANY, ours, subject, theirs, times }
}

/// The same beside a TracePoint of Ruby's with an empty block.
const fn empty_block(minors: RangeInclusive<u32>, times: f64) -> TimesUnder {
    let case = "condition_false";
    TimesUnder { minors, ours: case, subject: "tracepoint", theirs: case, times }
}

const TIMES_UNDER: [TimesUnder; 10] = [
    times("condition_false", "debugpy", "condition_false", 150.0),
    times("condition_false", "ddtrace", "condition_false", 150.0),
    // At most 1.1 times what it takes, from 3.3 on 0.7 times.
    empty_block(0..=2, 1.0 / 1.1),
    empty_block(3..=u32::MAX, 1.0 / 0.7),
    times("condition_false", "debug", "condition_false", 40.0),
    times("condition_false", "datadog", "condition_false", 40.0),
    times("condition_false", "pausing", "pause_read_one", 5.0),
    times("condition_false", "pausing_worker", "pause_read_one", 5.0),
    times("capture_10_locals", "pausing", "pause_read_one_10_locals", 5.0),
    times("capture_10_locals", "pausing_worker", "pause_read_one_10_locals", 5.0),
];
/// Cases of ours on Node.js and what V8 alone takes for a hit there.
const BESIDE_V8: [(&str, &str); 9] = [
    ("condition_false", "condition_false"),
    ("condition_false_10_locals", "condition_false_10_locals"),
    ("condition_false_late", "condition_false_late"),
    ("count", "condition_false"),
    ("over_quota", "condition_false"),
    ("log_line", "condition_false"),
    ("watch", "condition_false"),
    ("capture_10_locals", "condition_false_10_locals"),
    ("capture_10_locals_stack", "condition_false_10_locals"),
];

/// The verdict on each target that `rows` speak about.
pub fn verdicts(rows: &[Row]) -> Vec<Verdict> {
    let ours = rows.iter().filter(|row| row.subject == "stillframe");
    ours.flat_map(|row| {
        let absolute = AT_MOST.iter().filter(|most| most.is_for(row));
        let mut found: Vec<Verdict> = absolute.map(|most| at_most(row, most.ns)).collect();
        let ratios = RATIO_AT_MOST.iter().filter(|most| most.is_for(row));
        found.extend(ratios.map(|most| ratio_at_most(row, most.ratio)));
        // V8 keeps the whole function of a probe in its interpreter: the ratio is told, and no target.
        let is_probed = is(row, "node", "unprobed_line");
        let has_its_own = row.runtime == "ruby" && RUBY_RATIOS.contains(&row.case.as_str());
        if UNTOUCHED.contains(&row.case.as_str()) && !is_probed && !has_its_own {
            found.push(untouched(row, rows));
        }
        let compared = TIMES_UNDER
            .iter()
            .filter(|one| one.ours == row.case && one.minors.contains(&number(row)));
        found.extend(compared.filter_map(|one| {
            Some(times_under(row, other(rows, row, one.subject, one.theirs)?, one.times))
        }));
        found
    })
    .collect()
}

/// A row of another subject in the same version.
fn other<'a>(rows: &'a [Row], row: &Row, subject: &str, case: &str) -> Option<&'a Row> {
    rows.iter().find(|other| {
        let is_same = other.runtime == row.runtime && other.version == row.version;
        is_same && other.subject == subject && other.case == case
    })
}

/// Ours beside what V8 alone takes for a breakpoint at the place, and how much slower a loop runs beside
/// a probe of its function. Not judged: both are V8's.
pub fn beside_v8(rows: &[Row]) -> Vec<String> {
    let ours = rows.iter().filter(|row| row.runtime == "node" && row.subject == "stillframe");
    ours.filter_map(|row| {
        if row.case == "unprobed_line" {
            return Some(format!("{}: {:.1}x, in V8's interpreter", name(row), row.ratio));
        }
        let (_, theirs) = BESIDE_V8.iter().find(|(case, _)| *case == row.case)?;
        let alone = other(rows, row, "v8", theirs)?;
        let (ratio, ns) = (row.ns / alone.ns.max(0.1), figure(alone.ns));
        Some(format!("{}: {} ns, {ratio:.2}x the {ns} ns of V8 alone", name(row), figure(row.ns)))
    })
    .collect()
}

/// How much slower all of a program runs under YJIT once a probe came and went, beside Ruby's own means.
/// Not judged: it is YJIT's.
pub fn beside_yjit(rows: &[Row]) -> Vec<String> {
    let of = |subject: &'static str| {
        rows.iter()
            .filter(move |row| is(row, "ruby", "yjit_unprobed_function") && row.subject == subject)
    };
    of("stillframe")
        .map(|row| {
            let theirs = of("tracepoint").find(|other| other.version == row.version);
            let theirs = theirs.map_or("-".to_owned(), |row| format!("{:.3}x", row.ratio));
            let name = name(row);
            format!("{name}: {:.3}x behind a probe, {theirs} behind a TracePoint", row.ratio)
        })
        .collect()
}

/// Peers where ours does not run, beside ours on the first version where it does. Not judged: the
/// versions differ.
pub fn across_versions(rows: &[Row]) -> Vec<String> {
    let ours: Vec<&Row> = rows.iter().filter(|row| row.subject == "stillframe").collect();
    let is_alone = |row: &&Row| !ours.iter().any(|our| minor(our) == minor(row));
    let peers = rows.iter().filter(|row| PEERS.iter().any(|peer| peer.name == row.subject));
    peers
        .filter(is_alone)
        .filter(|row| ["condition_false", "capture_10_locals"].contains(&row.case.as_str()))
        .filter_map(|row| {
            let our = ours.iter().find(|our| is(our, &row.runtime, &row.case))?;
            let (ratio, ns) = (row.ns / our.ns.max(0.1), our.ns);
            let (name, peer) = (name(row), &row.subject);
            let ours = format!("{ns:.1} ns of stillframe on {}", our.version);
            Some(format!("{name}: {peer} {:.1} ns, {ratio:.0}x the {ours}", row.ns))
        })
        .collect()
}

impl AtMost {
    fn is_for(&self, row: &Row) -> bool {
        is(row, self.runtime, self.case) && self.minors.contains(&number(row))
    }
}

impl RatioAtMost {
    fn is_for(&self, row: &Row) -> bool {
        is(row, self.runtime, self.case) && self.minors.contains(&number(row))
    }
}

fn is(row: &Row, runtime: &str, case: &str) -> bool {
    row.runtime == runtime && row.case == case
}

fn minor(row: &Row) -> Option<&str> {
    row.version.split('.').nth(1)
}

fn number(row: &Row) -> u32 {
    minor(row).and_then(|minor| minor.parse().ok()).unwrap_or(0)
}

fn name(row: &Row) -> String {
    format!("{} {} {}", row.runtime, row.version, row.case)
}

fn at_most(row: &Row, most: f64) -> Verdict {
    let text = format!("{}: {} ns, at most {most} ns", name(row), figure(row.ns));
    Verdict { reached: row.ns <= most, text }
}

fn ratio_at_most(row: &Row, most: f64) -> Verdict {
    let text = format!("{}: {:.3}x, at most {most}x", name(row), row.ratio);
    Verdict { reached: row.ratio <= most, text }
}

fn untouched(row: &Row, rows: &[Row]) -> Verdict {
    let again = rows.iter().find(|o| o.case == "base_again" && o.version == row.version);
    let noise = again.map_or(1.0, |row| row.ratio.max(1.0 / row.ratio));
    let most = noise.max(UNTOUCHED_RATIO);
    let text = format!("{}: {:.3}x, at most {most:.3}x (noise {noise:.3}x)", name(row), row.ratio);
    Verdict { reached: row.ratio <= most, text }
}

fn times_under(row: &Row, peer: &Row, times: f64) -> Verdict {
    let ratio = peer.ns / row.ns.max(0.1);
    // Close to 1 it is digits behind the point that matter.
    let digits = if times < 10.0 { 2 } else { 0 };
    let least = (times * 100.0).round() / 100.0;
    let (name, peer) = (name(row), &peer.subject);
    let text = format!("{name}: {ratio:.digits$}x under {peer}, at least {least}x");
    Verdict { reached: ratio >= times, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_is_judged_beside_what_pauses_and_told_beside_v8() {
        let of = |case, subject, ns| Row {
            runtime: "node".into(),
            version: "20.20.2".into(),
            ..row(case, subject, ns, 1.0)
        };
        let rows = [
            of("condition_false", "stillframe", 40_000.0),
            of("condition_false", "v8", 32_000.0),
            of("pause_read_one", "pausing", 190_000.0),
            of("pause_read_one", "pausing_worker", 210_000.0),
        ];
        let reached: Vec<bool> = verdicts(&rows).iter().map(|verdict| verdict.reached).collect();
        assert_eq!(reached, [false, false, true]);
        let told = "node 20.20.2 condition_false: 40,000 ns, 1.25x the 32,000 ns of V8 alone";
        assert_eq!(beside_v8(&rows), [told]);
    }

    #[test]
    fn ruby_is_judged_by_its_version() {
        let of = |version: &str, ns, removed| {
            let of = |row: Row| Row { runtime: "ruby".into(), version: version.into(), ..row };
            let rows = [
                of(row("condition_false", "stillframe", ns, 2.0)),
                of(row("condition_false", "tracepoint", 60.0, 2.0)),
                of(row("removed", "stillframe", 1.0, removed)),
                of(row("yjit_removed", "stillframe", 1.0, 4.0)),
            ];
            verdicts(&rows).iter().map(|verdict| verdict.reached).collect::<Vec<_>>()
        };
        assert_eq!(of("3.1.2", 65.0, 1.04), [true, true, true]);
        assert_eq!(of("3.1.2", 70.0, 1.06), [true, false, false]);
        assert_eq!(of("3.4.5", 45.0, 1.04), [true, false, true, false]);
        assert_eq!(of("3.3.8", 40.0, 1.04), [true, true, true, false]);
    }

    #[test]
    fn what_yjit_loses_is_told_beside_ruby_s_own_means() {
        let of = |subject: &str, ratio| {
            let row = row("yjit_unprobed_function", subject, 1.0, ratio);
            Row { runtime: "ruby".into(), version: "3.4.5".into(), ..row }
        };
        let told = "ruby 3.4.5 yjit_unprobed_function: 1.350x behind a probe, \
                    1.340x behind a TracePoint";
        assert_eq!(beside_yjit(&[of("stillframe", 1.35), of("tracepoint", 1.34)]), [told]);
    }

    fn row(case: &str, subject: &str, ns: f64, ratio: f64) -> Row {
        let (runtime, version) = ("python".to_owned(), "3.12.1".to_owned());
        Row { runtime, version, case: case.into(), subject: subject.into(), ns, ratio }
    }

    #[test]
    fn targets_are_judged_where_there_are_rows() {
        let rows = [
            row("base_again", "none", 0.1, 1.005),
            row("condition_false", "stillframe", 39.0, 2.0),
            row("condition_false", "debugpy", 5_000.0, 300.0),
            row("removed", "stillframe", 1.0, 1.03),
        ];
        let reached: Vec<bool> = verdicts(&rows).iter().map(|verdict| verdict.reached).collect();
        assert_eq!(reached, [true, false, false]);
    }

    #[test]
    fn each_version_has_figures_of_its_own() {
        let on = |version: &str| {
            let row = row("condition_false", "stillframe", 30.0, 2.0);
            verdicts(&[Row { version: version.into(), ..row }])[0].reached
        };
        assert_eq!(["3.10.13", "3.11.7", "3.12.1", "3.14.0"].map(on), [false, false, true, true]);
    }

    #[test]
    fn the_jvm_is_judged_by_what_is_added_and_by_the_ratio() {
        let of = |ns, ratio| {
            let row = row("condition_false", "stillframe", ns, ratio);
            let rows = [Row { runtime: "jvm".into(), version: "17.0.15".into(), ..row }];
            verdicts(&rows).iter().map(|verdict| verdict.reached).collect::<Vec<_>>()
        };
        assert_eq!(of(0.02, 1.01), [true, true]);
        assert_eq!(of(0.4, 1.2), [true, false]);
        assert_eq!(of(1.2, 1.05), [false, true]);
    }

    #[test]
    fn a_peer_on_a_version_of_its_own_is_shown_and_not_judged() {
        let older = |row: Row| Row { version: "3.11.7".into(), ..row };
        let rows = [
            row("condition_false", "stillframe", 20.0, 2.0),
            row("condition_false", "debugpy", 5_000.0, 300.0),
            older(row("condition_false", "rook", 14_000.0, 900.0)),
            older(row("base", "none", 15.0, 1.0)),
        ];
        let text = "python 3.11.7 condition_false: rook 14000.0 ns, \
                    700x the 20.0 ns of stillframe on 3.12.1";
        assert_eq!(across_versions(&rows), [text]);
        assert!(verdicts(&rows).iter().all(|verdict| !verdict.text.contains("rook")));
    }
}
