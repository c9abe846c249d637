//! Captures as data: every case of `tests/conformance/captures.json`, and the walk's bounds.

#[path = "support/heap.rs"]
#[expect(unreachable_pub, reason = "a support file of several test crates")]
mod heap;
#[path = "support/summary.rs"]
mod summary;

use heap::{Heap, Slot};
use proptest::prelude::*;
use serde_json::{Value, json};
use stillframe_core::capture::shared::{FIRST, SharedNames, varint};
use stillframe_core::capture::{Header, Plan, check, set_took, site, snapshot, stream};
use stillframe_core::limits::{CaptureLimits, WALK_STACK_BYTES};
use stillframe_core::redaction::Redaction;
use stillframe_core::snapshot::json::ServiceRef;
use stillframe_core::snapshot::{ChildNode, Node, Snapshot};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/captures.json");

fn header() -> Header {
    Header {
        site: 7,
        probe: "p7k2".parse().expect("a probe id"),
        revision: 3,
        number: 12,
        time_ns: 1_795_349_071_207_000_000,
        // So far in the future that no deadline passes.
        monotonic_ns: u64::MAX / 2,
        thread_id: 77,
    }
}

fn capture_with(heap: &Heap, plan: &Plan, header: &Header, capacity: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(capacity);
    let before = (out.as_ptr(), out.capacity());
    snapshot(heap, plan, header, &mut out);
    assert_eq!(before, (out.as_ptr(), out.capacity()), "the buffer was allocated anew");
    out
}

fn capture(heap: &Heap, limits: CaptureLimits) -> Snapshot {
    let plan = Plan { limits, ..Plan::default() };
    let bytes = capture_with(heap, &plan, &header(), 64 << 10);
    assert!(bytes.len() <= (limits.snapshot_bytes as usize).max(stream::MIN_BYTES));
    check::read(&bytes, &plan.redaction, &SharedNames::default())
        .expect("our own stream reads back")
}

fn json_of(snapshot: &Snapshot) -> Value {
    let service = ServiceRef {
        name: "checkout".to_owned(),
        version: Some("v41".to_owned()),
        instance: "x2lqp/17".to_owned(),
    };
    snapshot.to_json(&service)
}

#[test]
fn every_case_of_the_vectors() {
    let cases = std::fs::read_to_string(CASES).expect("the vectors are there");
    let cases: Value = serde_json::from_str(&cases).expect("the vectors are JSON");
    let cases = cases["cases"].as_array().expect("the vectors are a list");
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    let mut faults = Vec::new();
    for case in cases {
        let name = case["name"].as_str().expect("a case has a name");
        let limits: CaptureLimits = match case.get("limits") {
            Some(limits) => serde_json::from_value(limits.clone()).expect("limits of a case"),
            None => CaptureLimits::DEFAULT,
        };
        let found = json_of(&capture(&Heap::with_locals(&case["locals"]), limits));
        for (key, expected) in case["expect"].as_object().expect("a case expects something") {
            if found[key] != *expected {
                faults.push(format!(
                    "{name}: {key}\n  found    {}\n  expected {expected}",
                    found[key]
                ));
            }
        }
    }
    summary::tell("captures.json", cases.len());
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn the_header_arrives() {
    let mut heap = Heap::with_locals(&json!([["total", 129.9]]));
    heap.trace_id = Some([0x4b; 16]);
    let caller = (heap.name("/app/views.py"), heap.name("checkout_view"), 17);
    heap.frames.extend([caller; 40]);
    let plan = Plan::default();
    let mut bytes = capture_with(&heap, &plan, &header(), 64 << 10);
    set_took(&mut bytes, 6_100);
    assert_eq!(site(&bytes), Some(7));
    let snapshot =
        check::read(&bytes, &plan.redaction, &SharedNames::default()).expect("our own stream");
    assert_eq!((snapshot.stack.len(), snapshot.more_frames), (30, 11));
    assert!(!snapshot.more_frames_at_least);
    let mut json = json_of(&snapshot);
    json["stack"].as_array_mut().expect("a stack").truncate(2);
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).expect("JSON is text"));
}

#[test]
fn frames_are_counted_up_to_a_number_and_of_no_frames_none() {
    let mut heap = Heap::with_locals(&json!([["total", 129.9]]));
    let caller = (heap.name("/app/views.py"), heap.name("checkout_view"), 17);
    heap.frames.extend([caller; 300]);
    for (frames, named, more, at_least) in
        [(0, 1, 0, false), (1, 1, 256, true), (44, 44, 256, true), (45, 45, 256, true)]
    {
        let mut plan = Plan::default();
        plan.limits.frames = frames;
        let bytes = capture_with(&heap, &plan, &header(), 64 << 10);
        let snapshot =
            check::read(&bytes, &plan.redaction, &SharedNames::default()).expect("our own stream");
        let found = (snapshot.stack.len(), snapshot.more_frames, snapshot.more_frames_at_least);
        assert_eq!(found, (named, more, at_least), "{frames} frames");
    }
}

#[test]
fn every_capacity_leaves_a_stream_that_reads_back() {
    let rest = json!({"kind": "list", "range": 40});
    let nested = json!({"kind": "instance", "fields": [["name", "x"], ["rest", rest]]});
    let pair = json!({"kind": "tuple", "range": 2});
    let heap = Heap::with_locals(&json!([
        ["alpha", {"kind": "list", "items": [nested, nested, nested, nested], "label": "l"}],
        ["beta", {"text": "y", "times": 200}],
        ["gamma", {"kind": "map", "entries": [["k", {"same": "l"}], [pair, 2]]}],
        ["delta", {"bytes": "00ff", "times": 90}],
        ["epsilon", 5],
    ]));
    let plan = Plan::default();
    let whole = capture_with(&heap, &plan, &header(), 64 << 10);
    for capacity in (0..=stream::MIN_BYTES + whole.len()).step_by(3) {
        let bytes = capture_with(&heap, &plan, &header(), capacity);
        if capacity < stream::MIN_BYTES {
            assert!(bytes.is_empty());
            continue;
        }
        let snapshot = check::read(&bytes, &plan.redaction, &SharedNames::default())
            .unwrap_or_else(|error| panic!("capacity {capacity}: {error}"));
        assert_eq!(snapshot.locals.len(), 5, "capacity {capacity}");
    }
}

#[test]
fn one_rich_variable_does_not_starve_another() {
    let rich = json!({"kind": "list", "range": 10_000});
    let heap = Heap::with_locals(&json!([
        ["self", {"kind": "list", "items": vec![rich; 100]}],
        ["wanted", {"kind": "list", "range": 100}],
    ]));
    let limits = CaptureLimits { items: 10_000, snapshot_bytes: 4 << 10, ..CaptureLimits::DEFAULT };
    let found = json_of(&capture(&heap, limits));
    let wanted: Vec<i64> = (0..100).collect();
    assert_eq!(found["locals"]["wanted"], json!(wanted));
    assert_eq!(found["locals"]["self"]["$missing"], "bytes");
}

#[test]
fn the_deadline_ends_the_walk_and_says_so() {
    let heap = Heap::with_locals(&json!([
        ["self", {"kind": "list", "range": 1_000}],
        ["late", {"kind": "list", "range": 10}],
    ]));
    let limits = CaptureLimits { items: 1_000, deadline_ns: 0, ..CaptureLimits::DEFAULT };
    let plan = Plan { limits, ..Plan::default() };
    let header = Header { monotonic_ns: 1, ..header() };
    let bytes = capture_with(&heap, &plan, &header, 64 << 10);
    let found = json_of(
        &check::read(&bytes, &plan.redaction, &SharedNames::default()).expect("our own stream"),
    );
    assert_eq!(found["locals"]["self"]["$missing"], "deadline");
    assert_eq!(found["locals"]["late"]["$missing"], "deadline");
    let taken = found["locals"]["self"]["$items"].as_array().expect("a list").len();
    assert!((1..1_000).contains(&taken), "{taken} items before the deadline was seen");
}

/// A walker that notes how deep the stack is when it is asked for a child.
mod deep {
    use super::heap::Heap;
    use std::cell::Cell;
    use stillframe_core::host::{Attr, FrameName, Name, Scope, Shape, Visitor, Walker};
    use stillframe_core::value::{Object, Reading, Text, Value};

    pub(super) struct Deep(pub(super) Heap, pub(super) Cell<usize>);

    impl Scope for Deep {
        fn slot(&self, slot: u16) -> Reading<Value<'_>> {
            self.0.slot(slot)
        }
        fn attr(&self, object: Object, attr: Attr<'_>) -> Reading<Value<'_>> {
            self.0.attr(object, attr)
        }
        fn item(&self, sequence: Object, index: usize) -> Reading<Value<'_>> {
            self.0.item(sequence, index)
        }
        fn lookup(&self, object: Object, key: &Value<'_>) -> Option<Reading<Value<'_>>> {
            self.0.lookup(object, key)
        }
        fn entry(&self, object: Object, cursor: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
            self.0.entry(object, cursor)
        }
        fn len(&self, object: Object) -> Reading<usize> {
            self.0.len(object)
        }
        fn truth(&self, object: Object) -> Reading<bool> {
            self.0.truth(object)
        }
        fn underlying(&self, object: Object) -> Reading<Value<'_>> {
            self.0.underlying(object)
        }
        fn compares_by_identity(&self, object: Object) -> bool {
            self.0.compares_by_identity(object)
        }
        fn is_instance(&self, value: &Value<'_>, class: Object) -> Reading<bool> {
            self.0.is_instance(value, class)
        }
        fn type_name(&self, value: &Value<'_>) -> Text<'_> {
            self.0.type_name(value)
        }
    }

    impl Walker for Deep {
        fn variable(&self, ordinal: usize) -> Option<(Name<'_>, Reading<Value<'_>>)> {
            self.0.variable(ordinal)
        }
        fn frame(&self, depth: usize) -> Option<FrameName<'_>> {
            self.0.frame(depth)
        }
        fn thread_name(&self) -> Text<'_> {
            self.0.thread_name()
        }
        fn trace_id(&self) -> Option<[u8; 16]> {
            self.0.trace_id()
        }
        fn shape(&self, object: Object) -> Shape<'_> {
            self.0.shape(object)
        }
        #[inline(never)]
        fn children(&self, object: Object, visitor: &mut impl Visitor) {
            let here = 0_u8;
            let address = std::ptr::from_ref(std::hint::black_box(&here)) as usize;
            self.1.set(self.1.get().min(address));
            self.0.children(object, visitor);
        }
    }
}

#[test]
fn the_deepest_walk_stays_within_its_stack() {
    let mut value = json!(1);
    for _ in 0..20 {
        value = json!({"kind": "map", "entries": [[value, 2]]});
    }
    let limits = CaptureLimits { depth: 10, ..CaptureLimits::DEFAULT };
    let plan = Plan { limits, ..Plan::default() };
    let deep =
        deep::Deep(Heap::with_locals(&json!([["x", value]])), std::cell::Cell::new(usize::MAX));
    let mut out = Vec::with_capacity(64 << 10);
    let here = 0_u8;
    let address = std::ptr::from_ref(std::hint::black_box(&here)) as usize;
    // Through a pointer, so that its frame lies below this one.
    let take: fn(&deep::Deep, &Plan, &Header, &mut Vec<u8>) = std::hint::black_box(snapshot);
    take(&deep, &plan, &header(), &mut out);
    let used = address - deep.1.get();
    // Without optimisation every temporary has a place of its own.
    let most = if cfg!(debug_assertions) { 4 * WALK_STACK_BYTES } else { WALK_STACK_BYTES };
    println!("{used} bytes of stack");
    assert!(used <= most, "{used} bytes of stack, over {most}");
    check::read(&out, &plan.redaction, &SharedNames::default()).expect("our own stream");
}

#[test]
fn a_shared_name_is_known_by_its_number_alone() {
    let names = SharedNames::default();
    let known = ["total", "api_key", "com.acme.Cart"];
    let [total, key, cart] = known.map(|name| names.number(name).expect("there is room"));
    let own = capture_with(&Heap::with_locals(&json!([])), &Plan::default(), &header(), 4 << 10);
    let with = |number: u32| {
        let mut bytes = own[..own.len() - 1].to_vec();
        bytes.push(stream::LOCAL);
        bytes.extend_from_slice(&varint(number));
        bytes.extend_from_slice(&[stream::OPEN, 9]);
        bytes.extend_from_slice(&varint(cart));
        bytes.extend_from_slice(&[0, stream::FIELD]);
        bytes.extend_from_slice(&varint(key));
        bytes.extend_from_slice(&[stream::TRUE, stream::CLOSE, stream::END]);
        check::read(&bytes, &Redaction::standard(), &names)
    };
    let found = json_of(&with(total).expect("its names are shared"));
    let hidden = json!({"$missing": "redacted"});
    assert_eq!(found["locals"]["total"]["$type"], "com.acme.Cart");
    assert_eq!(found["locals"]["total"]["api_key"], hidden);
    assert_eq!(json_of(&with(key).expect("likewise"))["locals"]["api_key"], hidden);
    for unknown in [FIRST + 3, FIRST + (1 << 14), FIRST << 4] {
        let error = with(unknown).expect_err("nobody was told this number");
        assert!(error.to_string().contains("not shared"), "{error}");
    }
}

#[test]
fn hostile_streams_are_errors() {
    let heap = Heap::with_locals(&json!([
        ["a", {"kind": "list", "items": [1, "x", {"kind": "instance", "fields": [["f", 1]]}]}],
        ["b", {"int": "123456789012345678901234567890"}],
    ]));
    let plan = Plan::default();
    let bytes = capture_with(&heap, &plan, &header(), 64 << 10);
    for len in 0..bytes.len() {
        assert!(
            check::read(&bytes[..len], &plan.redaction, &SharedNames::default()).is_err(),
            "cut at {len}"
        );
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(check::read(&longer, &plan.redaction, &SharedNames::default()).is_err());
    let nested: Vec<u8> = std::iter::repeat_n([stream::OPEN, 0, 0, 0], 4_000).flatten().collect();
    let mut deep = bytes[..bytes.len() - 1].to_vec();
    deep.extend_from_slice(&[stream::LOCAL, 0]);
    deep.extend(nested);
    let error = check::read(&deep, &plan.redaction, &SharedNames::default())
        .expect_err("values nest too deep");
    assert!(error.message().contains("nest too deep"), "{error}");
}

/// Objects whose fields hold their own names, so that a name mixed up with another shows.
fn telltale() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        (0..400_u32).prop_map(|n| json!({"kind": "tuple", "range": n % 5}))
    ];
    leaf.prop_recursive(4, 60, 8, |inner| {
        proptest::collection::vec((0..400_u32, inner, any::<bool>()), 0..8).prop_map(|fields| {
            let field = |(n, value, nested): (u32, Value, bool)| {
                let name = format!("n{n}{}", "x".repeat(n as usize % 40));
                let value = if nested { value } else { json!({"text": name}) };
                json!([name, value])
            };
            let fields: Vec<Value> = fields.into_iter().map(field).collect();
            json!({"kind": "instance", "type": "Thing", "fields": fields})
        })
    })
}

fn tells_the_truth(node: &Node) -> bool {
    let Node::Object(object) = node else { return true };
    object.children.iter().all(|child| match child {
        ChildNode::Field(name, Node::Text { text, .. }) => name == text,
        ChildNode::Field(_, node) | ChildNode::Item(node) => tells_the_truth(node),
        ChildNode::Entry(key, value) => tells_the_truth(key) && tells_the_truth(value),
    })
}

proptest! {
    #[test]
    fn names_stay_right_wherever_the_bytes_end(
        roots in proptest::collection::vec(telltale(), 1..12),
        capacity in stream::MIN_BYTES..5_000,
    ) {
        let locals: Vec<Value> =
            roots.iter().enumerate().map(|(n, root)| json!([format!("root{n}"), root])).collect();
        let heap = Heap::with_locals(&Value::Array(locals));
        let plan = Plan::default();
        let bytes = capture_with(&heap, &plan, &header(), capacity);
        let found = check::read(&bytes, &plan.redaction, &SharedNames::default()).expect("our own stream");
        prop_assert_eq!(found.locals.len(), roots.len());
        for (n, local) in found.locals.iter().enumerate() {
            prop_assert_eq!(&local.name, &format!("root{n}"));
            prop_assert!(tells_the_truth(&local.value), "{:?}", local.value);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let redaction = Plan::default().redaction;
        let _ = check::read(&bytes, &redaction, &SharedNames::default());
        let mut with_header = capture_with(&Heap::new(), &Plan::default(), &header(), 4_096);
        with_header.truncate(stream::HEADER_BYTES);
        with_header.extend(bytes);
        let _ = check::read(&with_header, &redaction, &SharedNames::default());
    }

    #[test]
    fn changed_streams_never_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let heap = Heap::with_locals(&json!([
            ["a", {"kind": "map", "label": "m", "entries": [["k", 1], ["password", "hunter2"]]}],
            ["b", {"kind": "list", "items": [{"same": "m"}, 1.5, null, {"text": "é", "as": "utf16"}]}],
        ]));
        let plan = Plan::default();
        let mut bytes = capture_with(&heap, &plan, &header(), 64 << 10);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(snapshot) = check::read(&bytes, &plan.redaction, &SharedNames::default()) {
            prop_assert!(!json_of(&snapshot).to_string().contains("hunter2"));
        }
    }

    #[test]
    fn integers_and_floats_survive(int: i64, bits: u64) {
        let mut heap = Heap::new();
        let (a, b) = (heap.name("a"), heap.name("b"));
        heap.locals.extend([(a, Slot::Int(int)), (b, Slot::Float(f64::from_bits(bits)))]);
        let found = capture(&heap, CaptureLimits::DEFAULT);
        let redacted = Node::Missing(stillframe_core::snapshot::Reason::Redacted);
        prop_assert!(found.locals[0].value == Node::Int(int) || found.locals[0].value == redacted);
        let Node::Float(float) = found.locals[1].value else { panic!("a float") };
        prop_assert_eq!(float.to_bits(), bits);
    }
}
