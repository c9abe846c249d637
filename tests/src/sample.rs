//! Snapshots as a shop's would be, without a shop.
//!
//! Knows how large they are: about 2 KiB as they are stored, of which names repeat and values do not.
//! Invariant: the same sequence makes the same values in every run.

use stillframe_core::clock;
use stillframe_core::ids::ProbeId;
use stillframe_core::probe::ProbeKind;
use stillframe_core::snapshot::{ChildNode, Frame, Node, ObjectNode, Snapshot, Thread, Variable};
use stillframe_core::value::Kind;

const LOCALS: [&str; 7] = ["user", "cart", "coupon", "shipping", "invoice", "address", "voucher"];
const STATES: [&str; 4] = ["new", "paid", "sent", "returned"];

/// The snapshot of `probe` with this sequence, taken now.
pub fn snapshot(probe: ProbeId, sequence: u64) -> Snapshot {
    let mut chance = Chance(sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let locals = LOCALS.into_iter().zip(0..).map(|(name, ordinal)| Variable {
        name: name.to_owned(),
        value: chance.object(name, ordinal),
    });
    let locals = locals.collect();
    Snapshot {
        probe,
        revision: 1,
        kind: ProbeKind::Snap,
        sequence,
        number: sequence,
        time_ns: clock::wall_ns(),
        monotonic_ns: clock::monotonic_ns(),
        took_ns: 6_100,
        thread: Thread { id: 7, name: "worker-3".to_owned() },
        trace_id: None,
        stack: [42, 17, 917].map(frame).to_vec(),
        more_frames: 0,
        more_frames_at_least: false,
        locals,
        watches: Vec::new(),
        message: None,
        notes: Vec::new(),
    }
}

fn frame(line: u32) -> Frame {
    Frame { file: "/app/shop/cart.py".to_owned(), line, function: "Cart.total".to_owned() }
}

fn text(text: String) -> Node {
    Node::Text { text, cut_from: None }
}

/// Numbers that do not compress: xorshift.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn object(&mut self, name: &str, ordinal: u32) -> Node {
        let cents = u32::try_from(self.next() % 1_000_000).unwrap_or(0);
        let state = STATES[(self.next() % 4) as usize];
        let fields = [
            ("id", Node::Int((self.next() >> 40).cast_signed())),
            ("total", Node::Float(f64::from(cents) / 100.0)),
            ("name", text(format!("{name}-{:08x}", self.next() >> 32))),
            ("is_open", Node::Bool(self.next().is_multiple_of(2))),
            ("state", text(state.to_owned())),
        ];
        let child = |(name, value): (&str, Node)| ChildNode::Field(name.to_owned(), value);
        Node::Object(Box::new(ObjectNode {
            ordinal,
            kind: Kind::Instance,
            type_name: "Order".to_owned(),
            len: Some(fields.len() as u64),
            children: fields.into_iter().map(child).collect(),
            missing: None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stillframe_core::wire;

    #[test]
    fn one_is_about_two_kibibytes() {
        let bytes = wire::encode_snapshot(&snapshot("p7k2".parse().expect("an id"), 7)).len();
        assert!((1_900..2_200).contains(&bytes), "{bytes}");
    }
}
