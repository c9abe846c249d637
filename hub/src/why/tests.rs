//! The verdicts of the screens in the user's contract, out of what instances report.

use super::*;
use crate::api::types::{Frozen, Selector};
use stillframe_core::ids::InstanceId;
use stillframe_core::probe::{
    ArmedAt, Delivery, Explanation, ProbeReport, ProbeSpec, RunningSource,
};

fn view(location: &str, condition: Option<&str>) -> ProbeView {
    let mut spec = ProbeSpec::snap(location.parse().expect("a location"));
    spec.condition = condition.map(str::to_owned);
    spec.limit = Some(10);
    ProbeView {
        id: "p7k2".parse().expect("an id"),
        location: spec.location.to_string(),
        spec,
        selector: Selector::default(),
        services: vec!["checkout".into()],
        by: "lea".into(),
        created: String::new(),
        age_ms: 180_000,
        phase: ProbePhase::Live,
        ended: None,
        lasted_ms: None,
        ends_in_ms: Some(1),
        instances: 4,
        armed: 0,
        moved: 0,
        pending: 0,
        refused: 0,
        stopped: 0,
        captured_on: 0,
        chosen: None,
        matching: 4,
        unable: 0,
        counters: Counters::default(),
        false_uncounted: false,
        captured: 0,
        durations: None,
        surplus: 0,
        lease: false,
        frozen: None,
    }
}

#[test]
fn a_frozen_hub_is_the_first_obstacle() {
    let since = "2026-11-22T12:04:31.207Z".to_owned();
    let mut probe = view("app.py:42", None);
    probe.frozen = Some(Frozen { by: "ann".into(), since });
    (probe.captured, probe.captured_on) = (3, 1);
    let why = explain(probe, Vec::new(), &["checkout".into()]);
    assert_eq!(why.headline.word, "FROZEN");
    assert_eq!(why.headline.text, ": by ann since 2026-11-22T12:04:31.207Z, it is on no instance");
    let facts: Vec<_> = why.facts.iter().map(|fact| fact.text.as_str()).collect();
    let anew = "it is armed again, and counts on, when the hub is let go";
    assert_eq!(facts, ["3 of 10 captured on 1 instance", anew]);
    assert_eq!(why.tries[0].text, "stillframe unfreeze");
}

fn instance(n: u8, version: &str, report: ProbeReport) -> InstanceReport {
    InstanceReport {
        id: InstanceId([n; 16]),
        name: format!("checkout-{n}/17"),
        host: format!("checkout-{n}"),
        holds: true,
        stored: 0,
        surplus: 0,
        service: "checkout".into(),
        version: Some(version.into()),
        connected: true,
        report: Some(report),
    }
}

fn report(state: ProbeState) -> ProbeReport {
    ProbeReport::new("p7k2".parse().expect("an id"), 1, state)
}

fn armed(line: u32, source: SourceMatch, counters: Counters) -> ProbeReport {
    let at = ArmedAt {
        file: "/app/shop/cart.py".into(),
        line,
        last_line: None,
        function: "Cart.total".into(),
        line_text: None,
        source,
        note: None,
    };
    ProbeReport { at: Some(at), counters, ..report(ProbeState::Armed) }
}

fn why(code: &str, message: &str, hint: Option<&str>) -> Option<Explanation> {
    let hint = hint.map(str::to_owned);
    Some(Explanation { code: code.into(), message: message.into(), hint, span: None })
}

fn first_line(why: &WhyView) -> String {
    format!("{}{}", why.headline.word, why.headline.text)
}

fn facts_of(why: &WhyView) -> Vec<(&str, &str)> {
    why.facts.iter().map(|fact| (fact.label.as_str(), fact.text.as_str())).collect()
}

fn tries_of(why: &WhyView) -> Vec<(&str, &str)> {
    why.tries.iter().map(|step| (step.label.as_str(), step.text.as_str())).collect()
}

fn services() -> Vec<String> {
    vec!["checkout".into()]
}

#[test]
fn a_failing_condition_says_what_to_write_instead() {
    let counters = Counters { hits: 301, condition_failed: 301, ..Counters::default() };
    let message = "request.user is a SimpleLazyObject, not loaded: .id would run application code";
    let one = ProbeReport {
        first_failure: Some(format!("{message}\n  request._cached_user.id == 7")),
        ..armed(42, SourceMatch::Equal, counters)
    };
    let all = (1..=4).map(|n| instance(n, "v41", one.clone())).collect();
    let why = explain(view("shop/cart.py:42", Some("request.user.id == 7")), all, &services());
    assert_eq!(first_line(&why), "NOT CAPTURING: the condition failed on 1,204 of 1,204 hits");
    assert_eq!(facts_of(&why), [("", message)]);
    assert_eq!(tries_of(&why), [("try", "request._cached_user.id == 7")]);
    assert_eq!(why.groups.len(), 1);
    assert_eq!(
        why.groups[0].text,
        "4 of 4 instances: loaded · source equal · line 42 · reached 1,204"
    );
    assert_eq!(
        why.groups[0].counts.as_deref(),
        Some("false 0 · failed 1,204 · quota 0 · buffer 0 · missed 0 · captured 0")
    );
    assert!(!why.headline.good);
}

#[test]
fn a_file_that_differs_is_shown_beside_the_askers() {
    let running = RunningSource {
        file: "/app/shop/cart.py".into(),
        sha256: Some("51ab30ffff".into()),
        line: 42,
        line_text: Some("    total = round(total, 2)".into()),
        nearest: Some((39, "    discount = rules.pick(cart)".into())),
    };
    let refused = ProbeReport {
        why: why("source_differs", "line 42 is another one there", None),
        running: Some(running),
        ..report(ProbeState::Refused)
    };
    let moved = Counters { hits: 12, captured: 3, ..Counters::default() };
    let mut all: Vec<_> = (1..=3).map(|n| instance(n, "v41", refused.clone())).collect();
    all.push(instance(4, "v42", armed(47, SourceMatch::Moved, moved)));
    let mut probe = view("shop/cart.py:42", None);
    probe.captured = 3;
    probe.spec.location.source_sha256 = Some("9c1e07aaaa".into());
    probe.spec.location.line_text = Some("    discount = rules.best(cart, total)".into());
    let why = explain(probe, all, &services());
    assert_eq!(
        first_line(&why),
        "NOT ARMED on 3 of 4: the running file differs from the one on your disk"
    );
    let yours = why.yours.as_ref().expect("the asker's line");
    assert_eq!((yours.hash.as_deref(), yours.line), (Some("9c1e07"), 42));
    assert_eq!(yours.text, "    discount = rules.best(cart, total)");
    let [old, new] = why.groups.as_slice() else { panic!("two groups") };
    assert_eq!((old.version.as_deref(), old.count), (Some("v41"), 3));
    let theirs = old.theirs.as_ref().expect("their line");
    assert_eq!((theirs.hash.as_deref(), theirs.line), (Some("51ab30"), 42));
    assert_eq!(theirs.nearest.as_ref().map(|(line, _)| *line), Some(39));
    assert_eq!((new.version.as_deref(), new.count), (Some("v42"), 1));
    assert_eq!(
        new.text,
        "1 of 4 instances (v42): loaded · source moved · line 47 (moved) · reached 12"
    );
    assert_eq!(
        tries_of(&why),
        [("try", "stillframe snap shop/cart.py:39 --version v41 --unchecked")]
    );
}

#[test]
fn a_probe_that_stopped_itself_shows_its_sum() {
    let stopped = ProbeReport {
        why: why(
            "over_budget",
            "over budget",
            Some(
                "on Node every hit costs, captured or not: a condition does not help\n\
                 start it with `stillframe run --rewrite -- …`",
            ),
        ),
        ns_per_hit: Some(27_000),
        hits_per_s: Some(341),
        budget_ppm: 5_000,
        ..armed(88, SourceMatch::Equal, Counters { hits: 900, ..Counters::default() })
    };
    let stopped = ProbeReport { state: ProbeState::Stopped, ..stopped };
    let all = (1..=4).map(|n| instance(n, "9f31c2", stopped.clone())).collect();
    let why = explain(view("src/orders/orders.service.ts:88", None), all, &services());
    assert_eq!(first_line(&why), "STOPPED ITSELF on 4 of 4: over its cost budget");
    let facts = facts_of(&why);
    assert_eq!(facts[0].1, "27 µs a hit x 341 hits/s = 0.92 % of a core; budget 0.5 %");
    assert!(facts[1].1.ends_with("a condition does not help"), "{facts:?}");
    assert_eq!(
        tries_of(&why),
        [
            ("try", "start it with `stillframe run --rewrite -- …`"),
            ("or", "stillframe snap src/orders/orders.service.ts:88 --budget 2%")
        ]
    );
}

#[test]
fn a_line_that_never_ran_says_where_it_sits_and_where_not() {
    let mut one = armed(42, SourceMatch::Equal, Counters::default());
    one.not_probed.push("/app/legacy/shop/cart.py".into());
    let all = (1..=4).map(|n| instance(n, "v41", one.clone())).collect();
    let why = explain(view("shop/cart.py:42", None), all, &services());
    assert_eq!(first_line(&why), "NOT REACHED: armed on 4 of 4, the line ran 0 times");
    assert_eq!(
        facts_of(&why),
        [
            ("armed in", "/app/shop/cart.py  Cart.total  (source equal)"),
            ("not probed", "/app/legacy/shop/cart.py  (same name, other file)"),
        ]
    );
    assert_eq!(tries_of(&why), [("try", "stillframe count shop/cart.py:Cart.total")]);
}

#[test]
fn every_counter_has_its_verdict() {
    let hits = |counters: Counters| {
        let all = vec![instance(1, "v41", armed(42, SourceMatch::Equal, counters))];
        first_line(&explain(view("a.py:1", Some("x > 1")), all, &services()))
    };
    let zero = Counters::default();
    for (counters, text) in [
        (
            Counters { hits: 5, condition_false: 5, ..zero },
            "the condition was false on 5 of 5 hits",
        ),
        (Counters { hits: 5, over_quota: 5, ..zero }, "its rate forbade 5 of 5 hits"),
        (Counters { hits: 5, buffer_full: 5, ..zero }, "no buffer was free on 5 of 5 hits"),
        (Counters { hits: 5, missed: 5, ..zero }, "5 of 5 hits came while another was captured"),
        (Counters { hits: 5, captured: 5, ..zero }, "5 captured, none has arrived yet"),
        (
            Counters { hits: 9, condition_false: 2, condition_failed: 7, ..zero },
            "the condition failed on 7 of 9 hits and was false on 2",
        ),
        (
            Counters { hits: 58, condition_false: 32, condition_failed: 26, ..zero },
            "the condition failed on 26 of 58 hits and was false on 32",
        ),
    ] {
        assert_eq!(hits(counters), format!("NOT CAPTURING: {text}"));
    }
}

#[test]
fn what_is_captured_on_its_way_says_where_it_stays() {
    let counters = Counters { hits: 5, captured: 5, ..Counters::default() };
    let delivery = Delivery { spooled: 3, spool_dropped: 2, ..Delivery::default() };
    let one = ProbeReport { delivery, ..armed(42, SourceMatch::Equal, counters) };
    let why = explain(view("a.py:1", None), vec![instance(1, "v41", one)], &services());
    let text = "waiting 3 · dropped from a full spool 2 · refused by the check 0";
    assert_eq!(facts_of(&why), [("", text)]);
}

#[test]
fn processes_are_summed_by_host_and_shown_by_themselves() {
    let counters = Counters { hits: 1_000, captured: 5, over_quota: 995, ..Counters::default() };
    let delivery = Delivery { acknowledged: 4, spooled: 1, ..Delivery::default() };
    let one = ProbeReport { delivery, cost_ppm: 900, ..armed(42, SourceMatch::Equal, counters) };
    let instances = [1, 2, 3].map(|n| InstanceReport {
        host: if n < 3 { "a" } else { "b" }.to_owned(),
        holds: n < 3,
        stored: 4,
        ..instance(n, "v41", one.clone())
    });
    let mut probe = view("a.py:1", None);
    (probe.captured, probe.captured_on) = (12, 3);
    let why = explain(probe, instances.into(), &services());
    let hosts: Vec<&str> = why.hosts.iter().map(|host| host.text.as_str()).collect();
    let delivered = |n: u8| format!("acknowledged {} · spooled {n} · dropped 0 · refused 0", 4 * n);
    let expected = [
        format!(
            "a: 2 processes · reached 2,000 · captured 10 · {} · 0.18 % of a core",
            delivered(2)
        ),
        format!("b: 1 process · reached 1,000 · captured 5 · {} · 0.09 % of a core", delivered(1)),
    ];
    assert_eq!(hosts, expected);
    assert_eq!((why.hosts[0].stored, why.groups[0].count), (8, 2));
    assert_eq!(why.groups[0].deliveries, Some(delivered(2)));
    let each: Vec<&str> = why.each.iter().map(|one| one.text.as_str()).collect();
    let loaded = "loaded · source equal · line 42 · reached 1,000";
    assert_eq!(each[0], format!("checkout-1/17: {loaded}"));
    assert_eq!(each[2], format!("checkout-3/17: {loaded} · let go"));
}

#[test]
fn pending_capturing_nobody_and_the_end_have_their_words() {
    let mut pending = report(ProbeState::Pending);
    pending.why =
        why("file_not_loaded", "shop/cart.py is not loaded yet", Some("it is armed then"));
    let said = explain(view("a.py:1", None), vec![instance(1, "v41", pending)], &services());
    assert_eq!(first_line(&said), "PENDING on 1 of 1: shop/cart.py is not loaded yet");
    assert_eq!(said.groups[0].loaded, Some(false));

    let silent = InstanceReport { report: None, ..instance(1, "v41", report(ProbeState::Armed)) };
    let said = explain(view("a.py:1", None), vec![silent], &services());
    assert_eq!(first_line(&said), "PENDING on 1 of 1: they have not answered yet");

    let nobody = explain(view("a.py:1", None), Vec::new(), &[]);
    assert_eq!(first_line(&nobody), "NO INSTANCE: no instance matches");

    let counters = Counters { hits: 5, captured: 5, ..Counters::default() };
    let one = instance(1, "v41", armed(42, SourceMatch::Equal, counters));
    let mut probe = view("a.py:1", None);
    (probe.captured, probe.captured_on) = (5, 1);
    let said = explain(probe.clone(), vec![one.clone()], &services());
    assert_eq!(first_line(&said), "CAPTURING: 5 of 10 captured on 1 instance");
    assert!(said.headline.good);

    probe.phase = ProbePhase::Removed;
    let said = explain(probe, vec![one], &services());
    assert_eq!(first_line(&said), "REMOVED: 5 of 10 captured on 1 instance");

    let mut probe = view("a.py:1", None);
    probe.phase = ProbePhase::Expired;
    let gone = InstanceReport {
        connected: false,
        ..instance(1, "v41", armed(1, SourceMatch::Equal, Counters::default()))
    };
    let said = explain(probe, vec![gone], &services());
    let text = "EXPIRED: nothing captured; not reached: armed on 1 of 1, the line ran 0 times";
    assert_eq!(first_line(&said), text);
}

/// An instance that does not count hits whose condition is false.
fn sparing(n: u8, counters: Counters) -> InstanceReport {
    let report = armed(42, SourceMatch::Equal, counters);
    instance(n, "v41", ProbeReport { false_uncounted: true, ..report })
}

#[test]
fn false_hits_that_are_not_counted_are_never_called_no_hits() {
    let all = (1..=4).map(|n| sparing(n, Counters::default())).collect();
    let why = explain(view("shop/Cart.java:42", Some("total > 1e9")), all, &services());
    assert_eq!(
        first_line(&why),
        "NOT CAPTURING: the line did not run, or the condition was false each time"
    );
    assert_eq!(
        facts_of(&why),
        [
            ("", "if total > 1e9"),
            ("", "hits with a false condition cost nothing here, and are not counted"),
            ("armed in", "/app/shop/cart.py  Cart.total  (source equal)"),
        ]
    );
    assert_eq!(
        tries_of(&why),
        [
            ("try", "stillframe count shop/Cart.java:42"),
            ("or", "stillframe snap shop/Cart.java:42 --if 'total > 1e9' --exact"),
        ]
    );
    assert_eq!(
        why.groups[0].text,
        "4 of 4 instances: loaded · source equal · line 42 · reached: not counted here"
    );
    assert_eq!(
        why.groups[0].counts.as_deref(),
        Some("false uncounted · failed 0 · quota 0 · buffer 0 · missed 0 · captured 0")
    );
    assert_eq!(why.hosts[0].text, "checkout-1: 1 process · reached 0+ · captured 0");

    let mut probe = view("a.py:1", Some("x"));
    probe.phase = ProbePhase::Expired;
    let why = explain(probe, vec![sparing(1, Counters::default())], &services());
    assert_eq!(
        first_line(&why),
        "EXPIRED: nothing captured; the line did not run, or the condition was false each time"
    );
}

#[test]
fn what_is_counted_all_the_same_is_the_verdict() {
    let zero = Counters::default();
    for (counters, text) in [
        (
            Counters { hits: 7, condition_failed: 7, ..zero },
            "the condition failed on 7 hits; how often it was false is not counted",
        ),
        (
            Counters { hits: 9, condition_false: 8, condition_failed: 1, ..zero },
            "the condition failed on 1 hit; how often it was false is not counted",
        ),
        (
            Counters { hits: 2, condition_false: 2, ..zero },
            "the condition was false each time the line ran",
        ),
        (Counters { hits: 5, over_quota: 5, ..zero }, "its rate forbade 5 hits"),
        (Counters { hits: 9, condition_false: 8, over_quota: 1, ..zero }, "its rate forbade 1 hit"),
        (Counters { hits: 5, captured: 5, ..zero }, "5 captured, none has arrived yet"),
    ] {
        let all = vec![sparing(1, counters)];
        let why = explain(view("a.py:1", Some("x > 1")), all, &services());
        assert_eq!(first_line(&why), format!("NOT CAPTURING: {text}"));
    }
    let some = Counters { hits: 1_204, condition_false: 1_204, ..zero };
    let why = explain(view("a.py:1", Some("x")), vec![sparing(1, some)], &services());
    let counts = why.groups[0].counts.as_deref();
    assert!(counts.is_some_and(|counts| counts.starts_with("false 1,204+ · ")), "{counts:?}");
}

#[test]
fn one_instance_that_does_not_count_makes_the_sums_the_least() {
    let counters = Counters { hits: 5, condition_false: 5, ..Counters::default() };
    let counting = instance(1, "v41", armed(42, SourceMatch::Equal, counters));
    let all = vec![counting, sparing(2, Counters::default())];
    let said = explain(view("a.py:1", Some("x > 1")), all, &services());
    assert_eq!(first_line(&said), "NOT CAPTURING: the condition was false each time the line ran");
    // Where it waits for its code, nothing was left out.
    let mut waits = report(ProbeState::Pending);
    waits.false_uncounted = true;
    waits.why = why("file_not_loaded", "not loaded yet", None);
    let said = explain(view("a.py:1", Some("x")), vec![instance(1, "v41", waits)], &services());
    assert_eq!(first_line(&said), "PENDING on 1 of 1: not loaded yet");
    assert!(!said.groups[0].false_uncounted);
}

#[test]
fn the_repeated_command_says_all_that_was_asked() {
    let mut probe = view("shop/Cart.java:42", Some("-total > 1 && it's"));
    probe.spec.kind = ProbeKind::Log;
    probe.spec.log = Some("-> {total}".to_owned());
    probe.spec.unchecked = true;
    probe.selector.service = Some("checkout".to_owned());
    probe.selector.labels.insert("zone".to_owned(), "a b".to_owned());
    let why = explain(probe, vec![sparing(1, Counters::default())], &services());
    assert_eq!(
        why.tries[1].text,
        "stillframe log shop/Cart.java:42 --if='-total > 1 && it'\\''s' --service checkout \
         --label 'zone=a b' --unchecked --exact -- '-> {total}'"
    );
}

#[test]
fn a_probe_that_counts_exactly_stays_so_when_it_is_tried_again() {
    let stopped = ProbeReport {
        state: ProbeState::Stopped,
        ns_per_hit: Some(27_000),
        hits_per_s: Some(341),
        ..armed(88, SourceMatch::Equal, Counters { hits: 900, ..Counters::default() })
    };
    let mut probe = view("a.py:88", Some("x > 1"));
    probe.spec.exact = true;
    let why = explain(probe, vec![instance(1, "v41", stopped)], &services());
    assert_eq!(tries_of(&why), [("try", "stillframe snap a.py:88 --budget 2% --exact")]);
}
