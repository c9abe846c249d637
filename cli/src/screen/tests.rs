//! The screens of the contract, drawn from data such as the hub sends, compared as texts.
//!
//! Invariant: every drawn screen keeps to 80 columns, whatever names are in it.

use super::snapshot::Canvas;
use super::text::columns;
use super::{armed, done, event, list, why};
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stillframe_hub::api::types::{InstanceView, Me, ProbeView};

fn canvas() -> Canvas {
    Canvas { width: 80, zone: TimeZone::UTC }
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("a fixture of the API's own form")
}

/// `base` with the fields of `changes` in place of its own.
fn with(mut base: Value, changes: Value) -> Value {
    let (Value::Object(fields), Value::Object(changes)) = (&mut base, changes) else {
        panic!("fixtures are objects");
    };
    fields.extend(changes);
    base
}

fn probe() -> Value {
    json!({"id": "p7k2", "location": "services/checkout/app.py:42",
        "spec": {"kind": "snap", "location": "services/checkout/app.py:42",
            "condition": "total > 100", "limit": 10, "expires_ms": 1_800_000,
            "budget_ppm": 5_000},
        "selector": {}, "services": ["checkout"], "by": "lea",
        "created": "2026-11-22T12:04:00.000Z", "age_ms": 180_000, "phase": "live",
        "ended": null, "lasted_ms": null, "ends_in_ms": 1_620_000,
        "instances": 12, "armed": 11, "moved": 0, "pending": 1, "refused": 0, "stopped": 0,
        "captured_on": 0, "chosen": null, "matching": 12, "counters": {}, "captured": 0,
        "surplus": 0, "lease": true})
}

fn spec(changes: Value) -> Value {
    with(probe()["spec"].clone(), changes)
}

fn report(changes: Value) -> Value {
    with(json!({"probe": "p7k2", "revision": 1, "state": "armed"}), changes)
}

fn instance(changes: Value) -> Value {
    let base = json!({"id": "00112233445566778899aabbccddeeff", "name": "checkout-7d9f8-x2lqp/17",
        "service": "checkout", "unnamed": false, "namespace": null, "version": "v41",
        "environment": null, "commit": null, "labels": {}, "host": "checkout-7d9f8-x2lqp",
        "pid": 17, "started": "2026-11-22T12:00:00.000Z", "up_ms": 273_600_000,
        "command": ["python", "app.py"], "runtime": "python 3.12.1", "packages": {},
        "agent": "0.1.0", "launcher": false, "connected": true,
        "connected_at": "2026-11-22T12:00:00.000Z", "last_seen": "2026-11-22T12:00:00.000Z",
        "cost_ppm": 200, "capabilities": [], "notes": {}, "probes": [report(json!({}))]});
    with(base, changes)
}

/// Compares lines that must keep to the width.
macro_rules! assert_screen {
    ($lines:expr) => {
        let lines: Vec<String> = $lines;
        for line in &lines {
            assert!(columns(line) <= 80, "{line}");
            assert!(!line.contains(char::is_control), "{line:?}");
        }
        insta::assert_snapshot!(lines.join("\n"));
    };
}

mod arming {
    use super::*;

    #[test]
    fn head() {
        let me: Me = read(json!({"user": "lea", "role": "prober", "hub": "prod",
            "version": "0.1.0"}));
        let pending = report(json!({"state": "pending",
            "why": {"code": "file_not_loaded", "message": "file not loaded yet"}}));
        let created = read(json!({"probe": probe(), "dry_run": false,
            "line": {"line": 42, "text": "    discount = rules.best(cart, total)",
                "verified": true},
            "instances": [{"id": "00112233445566778899aabbccddeeff", "name": "a/1",
                "service": "checkout", "version": null, "connected": true, "report": pending}]}));
        let url = "https://stillframe.shop.internal";
        let mut lines = vec![armed::hub_line(&me, url, &canvas())];
        lines.extend(armed::armed(&created, &canvas()));
        lines.push(armed::while_followed(&created.probe, false));
        assert_screen!(lines);
    }

    #[test]
    fn hits_that_cost() {
        let instance = |name: &str, report: Value| {
            json!({"id": "00112233445566778899aabbccddeeff", "name": name, "service": "orders",
                "version": null, "connected": true, "report": report})
        };
        let costing = |ns: u64, hits: u64| {
            report(json!({"state": "armed", "engine": "inspector", "hit_cost_ns": ns,
                "affords_per_s": hits}))
        };
        let created = |instances: Value| {
            read(json!({"probe": probe(), "dry_run": false, "line": null, "instances": instances}))
        };
        let checked = report(json!({"state": "armed", "engine": "rewrite", "hit_cost_ns": 500,
            "affords_per_s": 10_000}));
        let dear = json!([
            instance("a/1", costing(25_000, 200)),
            instance("b/1", costing(31_000, 161)),
            instance("c/1", checked.clone()),
            instance("d/1", Value::Null)
        ]);
        let lines = armed::armed(&created(dear), &canvas());
        let told = "cost   31 µs a hit, captured or not: the budget affords 161 hits/s";
        assert_eq!(lines.last().map(String::as_str), Some(told), "{lines:?}");
        let cheap = armed::armed(&created(json!([instance("c/1", checked)])), &canvas());
        assert!(!cheap.iter().any(|line| line.starts_with("cost")), "{cheap:?}");
    }

    #[test]
    fn chosen_unverified_and_refused() {
        let chosen = with(
            probe(),
            json!({"chosen": ["checkout-1/17", "checkout-2/17"],
            "instances": 2, "matching": 212, "unable": 3, "armed": 1, "pending": 0, "refused": 1,
            "spec": spec(json!({"kind": "log", "log": "x", "limit": 1, "condition":
                "request.user.id == 7 and request.path.startswith('/checkout/basket/')"}))}),
        );
        let refused = report(json!({"state": "refused", "budget_ppm": 1_000,
            "why": {"code": "source_differs", "message": "line 42 is gone\u{1b}"}}));
        let created = read(json!({"probe": chosen, "dry_run": false,
            "line": {"line": 42, "text": "\tx = 1", "verified": false},
            "instances": [{"id": "00112233445566778899aabbccddeeff", "name": "a/1",
                "service": "checkout", "version": null, "connected": true, "report": refused}]}));
        let mut lines = armed::armed(&created, &canvas());
        lines.extend(armed::next(&created.probe));
        assert_screen!(lines);
    }

    #[test]
    fn dry_run() {
        let instance = |name: &str, version: &str, report: Value| {
            json!({"id": "00112233445566778899aabbccddeeff", "name": name, "service": "checkout",
                "version": version, "connected": true, "report": report})
        };
        let at = |line: u32, source: &str, note: Option<&str>| {
            let at = json!({"file": "/app/app.py", "line": line, "function": "f",
                "source": source, "note": note});
            report(json!({"state": "done", "at": at}))
        };
        let not = |state: &str, message: &str| {
            report(json!({"state": state, "why": {"code": "x", "message": message}}))
        };
        let instances = [
            instance("checkout-7d9f8-x2lqp/17", "v41", at(42, "equal", None)),
            instance(
                "checkout-8c1aa-q9wzt/17",
                "v42",
                at(47, "moved", Some("line moved 42 -> 47")),
            ),
            instance("checkout-8c1aa-m4k7r/17", "v43", not("refused", "line 42 is gone")),
            instance("a/1", "v41", not("pending", "services/checkout/app.py is not loaded yet")),
            instance("b/2", "v41", Value::Null),
        ];
        let created = read(json!({"probe": with(probe(), json!({"instances": 5})),
            "dry_run": true, "instances": instances,
            "line": {"line": 42, "text": "    x = 1", "verified": true, "source": "equal"}}));
        assert_screen!(armed::armed(&created, &canvas()));
    }
}

mod following {
    use super::*;

    #[test]
    fn changes() {
        let event = |name: &str, report: Value| {
            let event = read(json!({"time": "2026-11-22T12:06:05.000Z",
                "instance": "00112233445566778899aabbccddeeff", "name": name,
                "service": "checkout", "version": "v42", "is_new": true, "report": report}));
            event::report(&event, &canvas()).map(|line| line.text)
        };
        let at = json!({"file": "/app/app.py", "line": 47, "function": "f", "source": "moved",
            "note": "line moved 42 -> 47"});
        let gone = json!({"code": "source_differs", "message": "line 42 is gone"});
        let waits = json!({"code": "waiting_for_runtime", "message": "not let in yet"});
        let lines = [
            event("checkout-8c1aa-q9wzt/17", report(json!({"at": at}))),
            event("checkout-8c1aa-m4k7r/17", report(json!({"state": "refused", "why": gone}))),
            event("checkout-8c1aa-m4k7r/17", report(json!({"state": "done"}))),
            event("checkout-8c1aa-m4k7r/17", report(json!({"state": "pending", "why": waits}))),
        ];
        assert_screen!(lines.into_iter().flatten().collect());
    }

    #[test]
    fn the_end() {
        let ended = read(with(
            probe(),
            json!({"phase": "done", "captured": 10, "captured_on": 6,
            "lasted_ms": 252_000, "counters": {"hits": 12, "captured": 10, "over_quota": 2}}),
        ));
        assert_screen!(vec![done::line(&ended)]);
    }

    #[test]
    fn nothing_captured() {
        let ended = with(
            probe(),
            json!({"phase": "expired", "lasted_ms": 31_000,
            "instances": 11,
            "spec": spec(json!({"condition": "total > 1e9", "expires_ms": 30_000})),
            "counters": {"hits": 1_204, "condition_false": 1_204}}),
        );
        let end = read(json!({"time": "2026-11-22T12:06:05.000Z", "probe": ended, "why": null}));
        assert_screen!(done::nothing(&end, &canvas()));
    }

    fn uncounted(counters: Value) -> Value {
        with(
            probe(),
            json!({"phase": "expired", "lasted_ms": 31_000, "instances": 4,
            "spec": spec(json!({"condition": "total > 1e9", "expires_ms": 30_000})),
            "false_uncounted": true, "counters": counters}),
        )
    }

    #[test]
    fn nothing_counted() {
        let ended = uncounted(json!({}));
        let mut why = reasons::uncounted();
        why["probe"] = ended.clone();
        let end = read(json!({"time": "2026-11-22T12:06:05.000Z", "probe": ended, "why": why}));
        assert_screen!(done::nothing(&end, &canvas()));
    }

    #[test]
    fn only_failures_counted() {
        let counters = json!({"hits": 7, "condition_failed": 7});
        let end = json!({"time": "2026-11-22T12:06:05.000Z", "probe": uncounted(counters),
            "why": null});
        assert_screen!(done::nothing(&read(end), &canvas()));
    }

    #[test]
    fn nothing_reached() {
        let ended = with(
            probe(),
            json!({"phase": "expired", "lasted_ms": 31_000,
            "spec": spec(json!({"expires_ms": 30_000}))}),
        );
        let mut why = reasons::not_reached();
        why["probe"] = ended.clone();
        let end = read(json!({"time": "2026-11-22T12:06:05.000Z", "probe": ended, "why": why}));
        assert_screen!(done::nothing(&end, &canvas()));
    }
}

mod reasons {
    use super::*;

    fn group(changes: Value) -> Value {
        with(
            json!({"version": "v41", "service": "checkout", "count": 3, "names": [],
            "state": "armed", "loaded": true, "source": "equal", "at": null, "theirs": null,
            "message": null, "counters": {}, "first_failure": null, "not_probed": [],
            "ns_per_hit": null, "hits_per_s": null, "cost_ppm": 0, "budget_ppm": 5_000,
            "text": "", "counts": null}),
            changes,
        )
    }

    fn why_of(place: &str, condition: Option<&str>, rest: Value) -> Value {
        let probe = with(
            probe(),
            json!({"location": place,
            "spec": spec(json!({"condition": condition}))}),
        );
        with(
            json!({"probe": probe, "facts": [], "yours": null, "groups": [], "tries": [],
            "instances": []}),
            rest,
        )
    }

    pub(super) fn not_reached() -> Value {
        why_of(
            "shop/cart.py:42",
            None,
            json!({
            "headline": {"word": "NOT REACHED", "good": false,
                "text": ": armed on 4 of 4, the line ran 0 times"},
            "facts": [
                {"label": "armed in", "text": "/app/shop/cart.py  Cart.total  (source equal)"},
                {"label": "not probed", "text": "/app/legacy/shop/cart.py  (same name, other file)"}],
            "groups": [group(json!({"text": "4 of 4 instances: loaded"}))],
            "tries": [{"label": "try", "text": "stillframe count shop/cart.py:Cart.total"}]}),
        )
    }

    pub(super) fn uncounted() -> Value {
        why_of(
            "shop/Cart.java:42",
            Some("total > 1e9"),
            json!({
            "headline": {"word": "NOT CAPTURING", "good": false,
                "text": ": the line did not run, or the condition was false each time"},
            "facts": [
                {"label": "", "text": "if total > 1e9"},
                {"label": "", "text":
                    "hits with a false condition cost nothing here, and are not counted"},
                {"label": "armed in", "text":
                    "com/acme/shop/Cart.java  Cart.total  (source equal)"}],
            "groups": [group(json!({"false_uncounted": true,
                "text": "4 of 4 instances: loaded · source equal · line 42 · \
                    reached: not counted here",
                "counts": "false uncounted · failed 0 · quota 0 · buffer 0 · missed 0 · captured 0"}))],
            "tries": [{"label": "try", "text": "stillframe count shop/Cart.java:42"},
                {"label": "or", "text":
                    "stillframe snap shop/Cart.java:42 --if 'total > 1e9' --exact"}]}),
        )
    }

    #[test]
    fn false_hits_not_counted() {
        assert_screen!(why::why(&read(uncounted()), &canvas()));
    }

    #[test]
    fn condition_failed() {
        assert_screen!(why::why(
            &read(why_of(
                "shop/cart.py:42",
                Some("request.user.id == 7"),
                json!({
            "headline": {"word": "NOT CAPTURING", "good": false,
                "text": ": the condition failed on 1,204 of 1,204 hits"},
            "facts": [{"label": "", "text":
                "request.user is a SimpleLazyObject, not loaded: .id would run application code"}],
            "groups": [group(json!({
                "text": "4 of 4 instances: loaded · source equal · line 42 · reached 1,204",
                "counts": "false 0 · failed 1,204 · quota 0 · buffer 0 · missed 0 · captured 0"}))],
            "tries": [{"label": "try", "text": "request._cached_user.id == 7"}]})
            )),
            &canvas()
        ));
    }

    #[test]
    fn source_differs() {
        let theirs = json!({"file": "/app/shop/cart.py", "hash": "51ab30", "line": 42,
            "text": "    total = round(total, 2)", "nearest": [39, "    discount = rules.pick(cart)"]});
        let at = json!({"file": "/app/shop/cart.py", "line": 47, "function": "f",
            "source": "moved"});
        assert_screen!(why::why(
            &read(why_of(
                "shop/cart.py:42",
                None,
                json!({
            "headline": {"word": "NOT ARMED", "good": false,
                "text": " on 3 of 4: the running file differs from the one on your disk"},
            "yours": {"hash": "9c1e07", "line": 42,
                "text": "    discount = rules.best(cart, total)"},
            "groups": [group(json!({"state": "refused", "theirs": theirs})),
                group(json!({"version": "v42", "count": 1, "at": at,
                    "counters": {"hits": 12, "captured": 3}}))],
            "tries": [{"label": "try", "text":
                "stillframe snap shop/cart.py:39 --version v41 --unchecked"}]})
            )),
            &canvas()
        ));
    }

    #[test]
    fn over_budget() {
        assert_screen!(why::why(
            &read(why_of(
                "src/orders/orders.service.ts:88",
                None,
                json!({
            "headline": {"word": "STOPPED ITSELF", "good": false,
                "text": " on 4 of 4: over its cost budget"},
            "facts": [{"label": "", "text":
                "27 µs a hit x 340 hits/s = 0.92 % of a core; budget 0.5 %"}],
            "tries": [{"label": "or", "text":
                "stillframe snap src/orders/orders.service.ts:88 --budget 2%"}]})
            )),
            &canvas()
        ));
    }

    #[test]
    fn line_not_reached() {
        assert_screen!(why::why(&read(not_reached()), &canvas()));
    }
}

mod timing {
    use super::*;
    use crate::screen::duration;
    use stillframe_core::probe::durations::Durations;

    fn durations() -> Value {
        json!({"ended": 1_204, "exceptions": 3, "open": 2, "lost": 1,
            "running": {"count": 1_204, "min_ns": 850, "mean_ns": 6_100, "p50_ns": 1_800,
                "p90_ns": 27_400, "p99_ns": 12_300_000, "max_ns": 75_000_000_000_u64},
            "elapsed": {"count": 1_204, "min_ns": 1_000_000, "mean_ns": 1_200_000,
                "p50_ns": 1_100_000, "p90_ns": 2_000_000, "p99_ns": 91_000_000,
                "max_ns": 3_600_000_000_000_u64}})
    }

    #[test]
    fn table() {
        let canvas = canvas();
        let whole: Durations = read(durations());
        let begun: Durations = read(json!({"open": 1}));
        let mut lines = vec![duration::head(&canvas)];
        lines.extend(duration::rows("12:04:30", &begun, &canvas));
        lines.extend(duration::rows("12:04:31", &whole, &canvas));
        lines.push(String::new());
        lines.extend(duration::table(&whole, &canvas));
        assert_screen!(lines);
    }

    #[test]
    fn last_words() {
        let time = spec(json!({"kind": "time", "limit": null, "condition": null}));
        let over = with(
            probe(),
            json!({"spec": time, "location": "shop/cart.py:Cart.total", "phase": "expired",
                "lasted_ms": 252_000, "captured": 1_207, "counters": {"captured": 1_207},
                "durations": durations()}),
        );
        let mut lines = vec![done::line(&read(over.clone()))];
        lines.extend(list::list(&[], &[read(over)], true, &canvas()));
        assert_screen!(lines);
    }
}

mod listing {
    use super::*;

    fn instances() -> Vec<InstanceView> {
        let at = json!({"file": "/app/app.py", "line": 47, "function": "f", "source": "moved"});
        [
            instance(json!({})),
            instance(json!({"version": "v42", "name": "checkout-8c1aa-q9wzt/17", "up_ms": 40_000,
                "host": "checkout-8c1aa-q9wzt", "probes": [report(json!({"at": at}))]})),
            instance(
                json!({"service": "orders", "version": "9f31c2", "name": "orders-5b7-aa1cd/1",
                "host": "orders-5b7-aa1cd",
                "runtime": "node 22.11.0", "up_ms": 21_600_000, "cost_ppm": 4_100}),
            ),
            instance(json!({"service": "app", "unnamed": true, "version": null, "up_ms": 12_000,
                "name": "lea-laptop/90412", "host": "lea-laptop",
                "runtime": "python 3.11.9", "cost_ppm": 0,
                "probes": []})),
            instance(json!({"launcher": true, "command": ["node", "/usr/bin/npm", "start"]})),
            instance(json!({"launcher": true,
                "command": ["/venv/bin/python3.12", "/venv/bin/gunicorn", "app:app"]})),
            instance(json!({"connected": false})),
        ]
        .map(read)
        .into()
    }

    fn probes() -> Vec<ProbeView> {
        let hits = json!({"hits": 4_031});
        let count = spec(json!({"kind": "count", "limit": null}));
        [
            with(probe(), json!({"counters": hits, "captured": 3})),
            with(
                probe(),
                json!({"id": "q1m9", "location": "src/orders/orders.service.ts:88",
                "spec": count, "armed": 1, "instances": 1, "counters": {"hits": 340},
                "ends_in_ms": 540_000, "by": "ci"}),
            ),
            with(
                probe(),
                json!({"id": "m3x8", "location": "com/acme/shop/Cart.java:42", "by": "lea",
                "armed": 4, "instances": 4, "counters": {"hits": 3}, "captured": 3,
                "false_uncounted": true}),
            ),
        ]
        .map(read)
        .into()
    }

    #[test]
    fn each_instance() {
        assert_screen!(list::list(&instances(), &probes(), false, &canvas()));
        let mut beside: Vec<InstanceView> = instances().into_iter().take(2).collect();
        beside.iter_mut().for_each(|one| "box".clone_into(&mut one.host));
        beside.iter_mut().for_each(|one| one.cost_ppm = 4_000);
        let lines = list::list(&beside, &[], false, &canvas());
        assert_eq!(lines.last().map(String::as_str), Some("0.8% on box in all: 2 processes"));
    }

    #[test]
    fn everything() {
        assert_screen!(list::list(&instances(), &[], true, &canvas()));
    }

    #[test]
    fn many_instances() {
        let many: Vec<InstanceView> = (0..40)
            .map(|n| {
                let host = format!("checkout-7d9f8-{}", n / 4);
                instance(json!({"name": format!("{host}/{n}"), "host": host,
                    "version": if n < 30 { "v41" } else { "v42" }, "cost_ppm": n * 10}))
            })
            .map(read)
            .collect();
        assert_screen!(list::list(&many, &[], false, &canvas()));
    }

    #[test]
    fn nobody() {
        assert_screen!(list::list(&[], &[], false, &canvas()));
    }
}
