//! The wire: what is encoded decodes equal, whatever else arrives is an error, and frames of every
//! released schema stay readable.

use proptest::prelude::*;
use std::path::PathBuf;
use stillframe_core::ids::InstanceId;
use stillframe_core::probe::ProbeKind;
use stillframe_core::snapshot::{
    ChildNode, Frame, Node, ObjectNode, Reason, Snapshot, Thread, Variable, Watch,
};
use stillframe_core::value::Kind;
use stillframe_core::wire::{
    Batch, MAX_BATCH_BYTES, MAX_BATCH_SNAPSHOTS, decode_batch, decode_snapshot, encode_batch,
    encode_snapshot, frames, pack, unpack,
};

fn leaf() -> impl Strategy<Value = Node> {
    prop_oneof![
        Just(Node::Null),
        Just(Node::Undefined),
        any::<bool>().prop_map(Node::Bool),
        any::<i64>().prop_map(Node::Int),
        "-?[1-9][0-9]{19,40}".prop_map(Node::BigInt),
        // NaN is not equal to itself; its bits are compared in a test of their own.
        (-1e300..1e300).prop_map(Node::Float),
        (".{0,20}", any::<Option<u64>>()).prop_map(|(text, cut)| {
            Node::Text { text, cut_from: cut.map(|all| all.min(u64::MAX - 1)) }
        }),
        (proptest::collection::vec(any::<u8>(), 0..20), any::<Option<u32>>())
            .prop_map(|(bytes, cut)| Node::Bytes { bytes, cut_from: cut.map(u64::from) }),
        any::<u32>().prop_map(Node::Ref),
        reason().prop_map(Node::Missing),
    ]
}

fn reason() -> impl Strategy<Value = Reason> {
    prop::sample::select(Reason::ALL.to_vec())
}

fn node() -> impl Strategy<Value = Node> {
    leaf().prop_recursive(6, 40, 6, |inner| {
        let child = prop_oneof![
            inner.clone().prop_map(ChildNode::Item),
            (inner.clone(), inner.clone()).prop_map(|(key, value)| ChildNode::Entry(key, value)),
            (".{0,10}", inner).prop_map(|(name, value)| ChildNode::Field(name, value)),
        ];
        let children = proptest::collection::vec(child, 0..6);
        let kind = prop::sample::select(Kind::ALL.to_vec());
        (any::<u32>(), kind, ".{0,12}", any::<Option<u32>>(), children, prop::option::of(reason()))
            .prop_map(|(ordinal, kind, type_name, len, children, missing)| {
                let len = len.map(u64::from);
                Node::Object(Box::new(ObjectNode {
                    ordinal,
                    kind,
                    type_name,
                    len,
                    children,
                    missing,
                }))
            })
    })
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let variable = (".{0,8}", node()).prop_map(|(name, value)| Variable { name, value });
    let watch = (".{0,8}", prop_oneof![node().prop_map(Ok), ".{0,20}".prop_map(Err)])
        .prop_map(|(expression, value)| Watch { expression, value });
    let frame = (".{0,20}", any::<u32>(), ".{0,20}").prop_map(|(file, line, function)| Frame {
        file,
        line,
        function,
    });
    let values = (
        proptest::collection::vec(variable, 0..6),
        proptest::collection::vec(watch, 0..4),
        proptest::collection::vec(frame, 1..5),
    );
    let words = (any::<[u64; 5]>(), any::<[u32; 2]>(), any::<bool>(), any::<Option<u128>>());
    let texts = (".{0,10}", prop::option::of(".{0,40}"), prop::collection::vec(".{0,20}", 0..3));
    (values, words, texts).prop_map(|((locals, watches, stack), words, texts)| {
        let ([sequence, number, time_ns, took_ns, id], [revision, more_frames], is_log, trace) =
            words;
        let (name, message, notes) = texts;
        Snapshot {
            probe: "p7k2".parse().expect("a probe id"),
            revision,
            kind: if is_log { ProbeKind::Log } else { ProbeKind::Snap },
            sequence,
            number,
            time_ns,
            monotonic_ns: number ^ time_ns,
            took_ns,
            thread: Thread { id, name },
            trace_id: trace.map(|trace| format!("{trace:032x}")),
            stack,
            more_frames,
            more_frames_at_least: is_log,
            locals,
            watches,
            message,
            notes,
        }
    })
}

fn batch() -> impl Strategy<Value = Batch> {
    (any::<[u8; 16]>(), proptest::collection::vec(snapshot(), 0..4))
        .prop_map(|(id, snapshots)| Batch { instance: InstanceId(id), snapshots })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_batch_survives(batch in batch()) {
        let frame = pack(&encode_batch(&batch));
        prop_assert_eq!(decode_batch(&unpack(&frame)?)?, batch);
    }

    #[test]
    fn a_snapshot_survives_alone(snapshot in snapshot()) {
        prop_assert_eq!(decode_snapshot(&encode_snapshot(&snapshot))?, snapshot);
    }

    #[test]
    fn changed_batches_never_panic(
        batch in batch(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encode_batch(&batch);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = decode_batch(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = decode_batch(&bytes);
    }

    #[test]
    fn arbitrary_bytes_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = unpack(&bytes);
        let _ = decode_batch(&bytes);
        if let Some(first) = bytes.first_mut() {
            *first = 1;
        }
        let _ = unpack(&bytes);
    }
}

fn text(text: &str) -> Node {
    Node::Text { text: text.to_owned(), cut_from: None }
}

fn cart() -> Node {
    let object = |ordinal, children| {
        let kind = Kind::Instance;
        let type_name = "Cart".to_owned();
        let missing = Some(Reason::Depth);
        let len = Some(3);
        Node::Object(Box::new(ObjectNode { ordinal, kind, type_name, len, children, missing }))
    };
    let children = vec![
        ChildNode::Field("total".to_owned(), Node::Float(129.9)),
        ChildNode::Entry(text("sku"), object(1, vec![ChildNode::Item(Node::Ref(0))])),
        ChildNode::Item(Node::BigInt("18446744073709551616".to_owned())),
    ];
    object(0, children)
}

fn small() -> Snapshot {
    let variable = |name: &str, value| Variable { name: name.to_owned(), value };
    let watch = |expression: &str, value| Watch { expression: expression.to_owned(), value };
    Snapshot {
        probe: "p7k2".parse().expect("a probe id"),
        revision: 3,
        kind: ProbeKind::Snap,
        sequence: 9,
        number: 2,
        time_ns: 1_795_349_071_207_000_000,
        monotonic_ns: 77,
        took_ns: 6_100,
        thread: Thread { id: 41, name: "worker-3".to_owned() },
        trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
        stack: vec![Frame {
            file: "/app/app.py".to_owned(),
            line: 42,
            function: "place_order".to_owned(),
        }],
        more_frames: 11,
        more_frames_at_least: false,
        locals: vec![
            variable("cart", cart()),
            variable("email", Node::Missing(Reason::Redacted)),
            variable("cut", Node::Text { text: "grün".to_owned(), cut_from: Some(4_096) }),
            variable("raw", Node::Bytes { bytes: vec![0, 255], cut_from: Some(9) }),
            variable("rest", Node::Undefined),
        ],
        watches: vec![
            watch("cart.items[0].sku", Ok(text("SF-1042"))),
            watch("user.id", Err("user is not loaded".to_owned())),
        ],
        message: None,
        notes: vec!["source unverified".to_owned()],
    }
}

/// A frame that the released schema 1 wrote. It is never written anew: a new schema adds a file.
#[test]
fn frames_of_schema_1_stay_readable() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/schema-1.frame"));
    let expected = Batch { instance: InstanceId([0xa5; 16]), snapshots: vec![small()] };
    if !path.exists() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        std::fs::write(&path, pack(&encode_batch(&expected))).expect("a file can be written");
        panic!("{} was absent and is written anew: keep it", path.display());
    }
    let frame = std::fs::read(&path).expect("the frame is there");
    let batch = unpack(&frame).and_then(|bytes| decode_batch(&bytes)).expect("a readable frame");
    assert_eq!(batch, expected);
}

#[test]
fn not_a_number_keeps_its_bits() {
    let mut snapshot = small();
    let bits = 0x7ff8_0000_dead_beef;
    snapshot.locals[0].value = Node::Float(f64::from_bits(bits));
    let decoded = decode_snapshot(&encode_snapshot(&snapshot)).expect("our own bytes");
    assert!(matches!(decoded.locals[0].value, Node::Float(found) if found.to_bits() == bits));
}

#[test]
fn a_frame_cannot_claim_more_than_it_can_hold() {
    for size in [u32::MAX, u32::try_from(MAX_BATCH_BYTES).expect("a small constant") + 1, 4_096] {
        let mut frame = vec![1];
        frame.extend(size.to_le_bytes());
        frame.push(0);
        let error = unpack(&frame).expect_err("a bomb");
        assert!(error.message().contains("larger than it can be"), "{error}");
    }
    assert!(unpack(&[]).is_err() && unpack(&[9, 0, 0, 0, 0]).is_err() && unpack(&[1, 0]).is_err());
}

#[test]
fn values_nested_beyond_the_bound_are_refused() {
    let mut value = Node::Null;
    for ordinal in 0..60 {
        let children = vec![ChildNode::Item(value)];
        let (kind, type_name) = (Kind::List, "list".to_owned());
        let len = None;
        value = Node::Object(Box::new(ObjectNode {
            ordinal,
            kind,
            type_name,
            len,
            children,
            missing: None,
        }));
    }
    let mut snapshot = small();
    snapshot.locals[0].value = value;
    let error = decode_snapshot(&encode_snapshot(&snapshot)).expect_err("too deep");
    assert!(error.message().contains("nest too deep"), "{error}");
}

#[test]
fn many_snapshots_make_several_frames_and_lose_nothing() {
    let mut snapshots = vec![small(); MAX_BATCH_SNAPSHOTS + 1];
    // Bytes that do not compress, so that the frames must be halved too.
    let noise: Vec<u8> =
        (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (snapshot, sequence) in snapshots.iter_mut().zip(1..) {
        snapshot.sequence = sequence;
        snapshot.locals[0].value = Node::Bytes { bytes: noise.clone(), cut_from: None };
    }
    let frames = frames(InstanceId([1; 16]), &snapshots);
    assert!(frames.len() > 2, "{} frames", frames.len());
    let mut decoded = Vec::new();
    for frame in frames {
        decoded.extend(decode_batch(&unpack(&frame).expect("a frame")).expect("a batch").snapshots);
    }
    assert!(decoded == snapshots, "snapshots differ after the journey");
}
