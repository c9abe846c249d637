//! What the core's part of a capture costs on the application's thread.
//!
//! The case of the overhead table: ten variables, among them a dict of 20 entries and a list of 100
//! objects, depth 3; the values come from an in-memory runtime. Invariant: nothing is timed but
//! `capture::snapshot` and, apart, the reading and encoding that the shipper does.

#[path = "../tests/support/heap.rs"]
#[expect(unreachable_pub, reason = "a support file of several test crates")]
mod heap;

use criterion::{Criterion, criterion_group, criterion_main};
use heap::Heap;
use serde_json::{Value, json};
use std::hint::black_box;
use stillframe_core::capture::shared::SharedNames;
use stillframe_core::capture::{Header, Plan, check, snapshot};
use stillframe_core::clock;
use stillframe_core::limits::CaptureLimits;
use stillframe_core::{redaction::Redaction, value::Text, wire};

fn ten_locals() -> Heap {
    let entries: Vec<Value> = (0..20)
        .map(|n| match n % 3 {
            0 => json!([format!("key{n}"), n]),
            1 => json!([format!("key{n}"), f64::from(n) * 1.5]),
            _ => json!([format!("key{n}"), format!("value{n}")]),
        })
        .collect();
    let items: Vec<Value> = (0..100)
        .map(|n| {
            let fields = json!([["sku", format!("SF-{n}")], ["count", n], ["price", 9.5]]);
            json!({"kind": "instance", "type": "Item", "len": 3, "fields": fields})
        })
        .collect();
    Heap::with_locals(&json!([
        ["a", 1],
        ["b", 129.9],
        ["c", "hello world"],
        ["d", true],
        ["e", null],
        ["f", 1_234_567],
        ["g", "a text of some length that is not cut"],
        ["h", {"kind": "tuple", "items": [1, 2, 3]}],
        ["nested", {"kind": "map", "entries": entries}],
        ["items", {"kind": "list", "items": items}],
    ]))
}

fn header() -> Header {
    Header {
        site: 0,
        probe: "p7k2".parse().expect("a probe id"),
        revision: 0,
        number: 1,
        time_ns: clock::wall_ns(),
        monotonic_ns: clock::monotonic_ns(),
        thread_id: 1,
    }
}

fn capture(criterion: &mut Criterion) {
    let heap = ten_locals();
    let mut out = Vec::with_capacity(64 << 10);
    let mut plan = Plan::default();
    let mut take = |plan: &Plan| {
        let header = header();
        snapshot(black_box(&heap), plan, &header, &mut out);
        out.len()
    };
    criterion.bench_function("capture_10_locals", |b| b.iter(|| take(&plan)));
    plan.limits = CaptureLimits { items: 10, ..CaptureLimits::DEFAULT };
    criterion.bench_function("capture_10_locals_capped_at_10", |b| b.iter(|| take(&plan)));
}

fn shipper(criterion: &mut Criterion) {
    let heap = ten_locals();
    let mut out = Vec::with_capacity(64 << 10);
    let plan = Plan::default();
    snapshot(&heap, &plan, &header(), &mut out);
    let read = || {
        check::read(black_box(&out), &plan.redaction, &SharedNames::default())
            .expect("a stream of our own")
    };
    let snapshot = read();
    println!("stream {} bytes, wire {}", out.len(), wire::encode_snapshot(&snapshot).len());
    criterion.bench_function("check", |b| b.iter(read));
    criterion.bench_function("encode", |b| b.iter(|| wire::encode_snapshot(black_box(&snapshot))));
}

fn names(criterion: &mut Criterion) {
    let redaction = Redaction::standard();
    for (case, name) in [("short", "total"), ("long", "customer_shipping_address")] {
        criterion.bench_function(&format!("name_text_{case}"), |b| {
            b.iter(|| redaction.name_text(Text::Latin1(black_box(name.as_bytes()))));
        });
    }
}

criterion_group!(benches, capture, shipper, names);
criterion_main!(benches);
