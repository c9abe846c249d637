//! What the shipper takes out of a snapshot: its verdict is final.
//!
//! Knows nodes, not bytes. Invariant: after it nothing in the tree is called what the name list holds
//! or looks like a secret, and no reference points at what was taken out.

use crate::redaction::Redaction;
use crate::snapshot::{ChildNode, Node, ObjectNode, Reason, Snapshot};
use crate::value::Kind;

pub(super) const REDACTED: Node = Node::Missing(Reason::Redacted);

/// Judges the direct children of an object by their keys, and pairs such as headers by their first.
pub(super) fn children(object: &mut ObjectNode, redaction: &Redaction) {
    for child in &mut object.children {
        if let ChildNode::Entry(key, value) = child
            && is_redacted(key, redaction)
        {
            *value = REDACTED;
        }
    }
    if matches!(object.kind, Kind::List | Kind::Tuple)
        && let [ChildNode::Item(name), ChildNode::Item(value)] = object.children.as_mut_slice()
        && is_redacted(name, redaction)
    {
        *value = REDACTED;
    }
}

/// Whether a value is the text of a name that the list holds.
fn is_redacted(key: &Node, redaction: &Redaction) -> bool {
    match key {
        Node::Text { text, .. } => redaction.name(text),
        Node::Bytes { bytes, .. } => redaction.name(&String::from_utf8_lossy(bytes)),
        Node::Object(object) if matches!(object.kind, Kind::Text | Kind::Bytes) => {
            match object.children.first() {
                Some(ChildNode::Item(text)) => is_redacted(text, redaction),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Takes out every value that looks like a secret, then every reference to what is not there.
pub(super) fn values(snapshot: &mut Snapshot, opened: u32, redaction: &Redaction) {
    let mut present = vec![false; opened as usize];
    for root in roots(snapshot) {
        by_look(root, redaction, &mut present);
    }
    for root in roots(snapshot) {
        dangling(root, &present);
    }
}

fn roots(snapshot: &mut Snapshot) -> impl Iterator<Item = &mut Node> {
    let watches = snapshot.watches.iter_mut().filter_map(|watch| watch.value.as_mut().ok());
    watches.chain(snapshot.locals.iter_mut().map(|variable| &mut variable.value))
}

fn nodes(object: &mut ObjectNode) -> impl Iterator<Item = &mut Node> {
    object
        .children
        .iter_mut()
        .flat_map(|child| match child {
            ChildNode::Item(node) | ChildNode::Field(_, node) => [Some(node), None],
            ChildNode::Entry(key, value) => [Some(key), Some(value)],
        })
        .flatten()
}

fn by_look(node: &mut Node, redaction: &Redaction, present: &mut [bool]) {
    let secret = match node {
        Node::Text { text, cut_from } => redaction.value(text.as_bytes(), cut_from.is_some()),
        Node::Bytes { bytes, cut_from } => redaction.value(bytes, cut_from.is_some()),
        Node::Int(value) => u64::try_from(*value).is_ok_and(|value| redaction.number(value)),
        Node::Object(object) => {
            if let Some(here) = present.get_mut(object.ordinal as usize) {
                *here = true;
            }
            nodes(object).for_each(|node| by_look(node, redaction, present));
            false
        }
        _ => false,
    };
    if secret {
        *node = REDACTED;
    }
}

fn dangling(node: &mut Node, present: &[bool]) {
    match node {
        Node::Ref(ordinal) if present.get(*ordinal as usize) != Some(&true) => *node = REDACTED,
        Node::Object(object) => nodes(object).for_each(|node| dangling(node, present)),
        _ => {}
    }
}
