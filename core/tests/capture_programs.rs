//! Captures of what people asked for by name: watches and log lines, from text to snapshot.

#[path = "support/heap.rs"]
#[expect(unreachable_pub, reason = "a support file of several test crates")]
mod heap;

use heap::Heap;
use serde_json::{Value, json};
use stillframe_core::capture::shared::SharedNames;
use stillframe_core::capture::{Header, Plan, WatchPlan, check, log_line, snapshot, stream};
use stillframe_core::condition::{Install, PYTHON, Program, Template};
use stillframe_core::host::{Names, UnknownName, Walker};
use stillframe_core::limits::{CaptureLimits, LOG_LINE_BYTES};
use stillframe_core::probe::ProbeKind;
use stillframe_core::redaction::Redaction;
use stillframe_core::snapshot::json::ServiceRef;
use stillframe_core::value::Text;

/// Names of the frame's variables, in their order.
struct Locals(Vec<String>);

impl Locals {
    fn of(heap: &Heap) -> Self {
        let variables = (0..).map_while(|ordinal| heap.variable(ordinal));
        let text = |text: Text<'_>| match text {
            Text::Utf8(text) => text.to_owned(),
            other => panic!("names of a heap are UTF-8, not {other:?}"),
        };
        Self(variables.map(|(name, _)| text(name.text)).collect())
    }
}

impl Names for Locals {
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName> {
        let at = self.0.iter().position(|local| local == name);
        at.and_then(|at| u16::try_from(at).ok()).ok_or_else(UnknownName::default)
    }

    fn is_builtin(&mut self, name: &str) -> bool {
        name == "len"
    }
}

fn header() -> Header {
    let probe = "p7k2".parse().expect("a probe id");
    let monotonic_ns = u64::MAX / 2;
    Header { site: 1, probe, revision: 0, number: 1, time_ns: 0, monotonic_ns, thread_id: 1 }
}

fn with_install<O>(heap: &Heap, act: impl FnOnce(&mut Install<'_>) -> O) -> O {
    let (mut names, mut attrs) = (Locals::of(heap), Vec::new());
    let redaction = Redaction::standard();
    act(&mut Install {
        dialect: &PYTHON,
        names: &mut names,
        attrs: &mut attrs,
        redaction: &redaction,
    })
}

fn plan(heap: &Heap, expressions: &[&str], limits: CaptureLimits) -> Plan {
    let watches = with_install(heap, |install| {
        let mut compile = |expression: &&str| {
            let program = Program::compile(expression, install).expect(expression);
            WatchPlan { expression: (*expression).into(), program }
        };
        expressions.iter().map(&mut compile).collect()
    });
    Plan { limits, watches, ..Plan::default() }
}

fn watches(heap: &Heap, expressions: &[&str], limits: CaptureLimits) -> Value {
    let plan = plan(heap, expressions, limits);
    let mut out = Vec::with_capacity(64 << 10);
    snapshot(heap, &plan, &header(), &mut out);
    let snapshot = check::read_planned(&out, &plan).expect("our own stream");
    snapshot.to_json(&ServiceRef::default())["watches"].clone()
}

fn shop() -> Heap {
    Heap::with_locals(&json!([
        ["cart", {"kind": "instance", "type": "Cart", "label": "cart", "fields": [
            ["items", {"kind": "list", "items": [
                {"kind": "instance", "type": "Item", "fields": [["sku", "SF-1042"]]},
            ]}],
            ["owner", {"missing": "not_loaded"}],
        ]}],
        ["total", 129.9],
        ["text", {"text": "x", "times": 3_000}],
    ]))
}

#[test]
fn a_watch_travels_with_its_value() {
    let found = watches(&shop(), &["cart.items[0].sku", "total"], CaptureLimits::DEFAULT);
    assert_eq!(found, json!({"cart.items[0].sku": "SF-1042", "total": 129.9}));
}

#[test]
fn a_watch_that_is_a_variable_is_written_once() {
    let heap = shop();
    let plan = plan(&heap, &["cart"], CaptureLimits::DEFAULT);
    let mut out = Vec::with_capacity(64 << 10);
    snapshot(&heap, &plan, &header(), &mut out);
    let found = check::read_planned(&out, &plan).expect("our own stream");
    let found = found.to_json(&ServiceRef::default());
    assert_eq!(found["watches"]["cart"]["$id"], 0);
    assert_eq!(found["locals"]["cart"], json!({"$ref": 0}));
}

#[test]
fn a_watch_may_say_more_than_a_variable() {
    let found = watches(&shop(), &["text"], CaptureLimits::DEFAULT);
    assert_eq!(found["text"]["$text"].as_str().map(str::len), Some(2_048));
}

#[test]
fn a_failed_watch_says_why_in_words() {
    let heap = shop();
    let found = watches(&heap, &["cart.owner.id", "cart.nothing"], CaptureLimits::DEFAULT);
    let error =
        |expression: &str| found[expression]["$error"].as_str().expect("an error").to_owned();
    assert!(error("cart.owner.id").contains("not loaded"), "{}", error("cart.owner.id"));
    assert!(error("cart.nothing").contains("nothing"), "{}", error("cart.nothing"));
    // Without the plan there are stable words.
    let plan = plan(&heap, &["cart.nothing"], CaptureLimits::DEFAULT);
    let mut out = Vec::with_capacity(64 << 10);
    snapshot(&heap, &plan, &header(), &mut out);
    let read = check::read(&out, &plan.redaction, &SharedNames::default()).expect("our own stream");
    assert_eq!(read.watches[0].value, Err("no_attribute".to_owned()));
}

#[test]
fn watches_without_room_are_still_named() {
    let expressions = ["text", "cart", "total", "cart.items", "cart.items[0]", "len(text)"];
    let limits = CaptureLimits { snapshot_bytes: 1_024, ..CaptureLimits::DEFAULT };
    let found = watches(&shop(), &expressions, limits);
    assert_eq!(found["text"], json!({"$missing": "bytes"}));
    assert_eq!(found["total"], 129.9);
    assert_eq!(found.as_object().map(serde_json::Map::len), Some(expressions.len()));
}

fn line(heap: &Heap, template: &str, capacity: usize) -> Vec<u8> {
    let template = with_install(heap, |install| Template::compile(template, install));
    let template = template.expect("a template");
    let mut out = Vec::with_capacity(capacity);
    let before = (out.as_ptr(), out.capacity());
    log_line(heap, &template, &Plan::default(), &header(), &mut out);
    assert_eq!(before, (out.as_ptr(), out.capacity()), "the buffer was allocated anew");
    out
}

#[test]
fn a_log_line_says_what_and_where() {
    let out = line(&shop(), "total={total} of {cart.items[0].sku}", 64 << 10);
    let found =
        check::read(&out, &Redaction::standard(), &SharedNames::default()).expect("our own stream");
    assert_eq!(found.kind, ProbeKind::Log);
    assert_eq!(found.message.as_deref(), Some("total=129.9 of SF-1042"));
    assert_eq!((found.stack.len(), found.stack[0].line), (1, 42));
    let json = found.to_json(&ServiceRef::default());
    assert_eq!((&json["type"], &json["at"]["function"]), (&json!("log"), &json!("place_order")));
    assert!(json.get("locals").is_none());
}

#[test]
fn a_secret_in_a_log_line_is_replaced() {
    let heap = Heap::with_locals(&json!([["url", "postgres://shop:hunter2@db/shop"]]));
    let out = line(&heap, "connecting to {url} now", 64 << 10);
    let found =
        check::read(&out, &Redaction::standard(), &SharedNames::default()).expect("our own stream");
    let message = found.message.expect("a line");
    assert!(!message.contains("hunter2") && message.contains("(redacted)"), "{message}");
    assert!(message.starts_with("connecting to ") && message.ends_with(" now"), "{message}");
}

#[test]
fn a_log_line_never_grows_its_buffer() {
    let heap = shop();
    for capacity in (0..2 * LOG_LINE_BYTES + stream::MIN_BYTES).step_by(97) {
        let out = line(&heap, "{text}{text}{text}{text}{text}{text}", capacity);
        if !out.is_empty() {
            let found = check::read(&out, &Redaction::standard(), &SharedNames::default())
                .expect("our own stream");
            assert!(found.message.is_some_and(|line| line.len() <= LOG_LINE_BYTES));
        }
    }
}
