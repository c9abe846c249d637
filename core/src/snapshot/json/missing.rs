//! What is not in a snapshot, in a few numbers: the line *left out* of a screen.
//!
//! Knows reasons, no values. Invariant: a variable that is not set yet, or an absent attribute, is a
//! finding and not something left out.

use super::{Node, ObjectNode, Reason, Snapshot, nodes};
use serde_json::{Value, json};

/// The reasons, in the order in which they are told.
const TOLD: [Reason; 9] = [
    Reason::Depth,
    Reason::Redacted,
    Reason::Items,
    Reason::Fields,
    Reason::Bytes,
    Reason::Deadline,
    Reason::NeedsCode,
    Reason::NotLoaded,
    Reason::Unreadable,
];

/// How often something is missing for one reason.
#[derive(Clone, Copy)]
struct Tally {
    count: u64,
    of: Option<u64>,
}

/// `[{"reason": "items", "count": 97, "of": 100}, …]`: values or children left out, and out of how
/// many where that is known.
pub(super) fn summary(snapshot: &Snapshot) -> Value {
    let mut tallies = [Tally { count: 0, of: Some(0) }; 12];
    snapshot.roots().for_each(|node| visit(node, &mut tallies));
    let told = TOLD.iter().filter_map(|reason| {
        let tally = tallies[*reason as usize];
        let counts_children = matches!(reason, Reason::Items | Reason::Fields);
        match (tally.count, tally.of.filter(|_| counts_children)) {
            (0, _) => None,
            (count, None) => Some(json!({"reason": reason.word(), "count": count})),
            (count, of) => Some(json!({"reason": reason.word(), "count": count, "of": of})),
        }
    });
    told.collect()
}

fn visit(node: &Node, tallies: &mut [Tally; 12]) {
    match node {
        Node::Missing(reason) => {
            let tally = &mut tallies[*reason as usize];
            *tally = Tally { count: tally.count + 1, of: None };
        }
        Node::Object(object) => {
            if let Some(reason) = object.missing {
                add(object, &mut tallies[reason as usize]);
            }
            nodes(object).for_each(|node| visit(node, tallies));
        }
        _ => {}
    }
}

fn add(object: &ObjectNode, tally: &mut Tally) {
    let taken = object.children.len() as u64;
    let counts_children = matches!(object.missing, Some(Reason::Items | Reason::Fields));
    let left = object.len.filter(|_| counts_children).map(|len| len.saturating_sub(taken));
    tally.count = tally.count.saturating_add(left.unwrap_or(1).max(1));
    let of = tally.of.zip(object.len).filter(|_| left.is_some());
    tally.of = of.map(|(of, len)| of.saturating_add(len));
}
