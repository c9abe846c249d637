//! Entries of maps and elements of sets and chains, one after the other.
//!
//! Where a walk is, is remembered between calls, because most of these have no index. Invariant: a
//! walk that ends early because too many steps were taken says so with a value that fails whoever
//! compares it.

use super::{Holder, Local, Objects, UNREAD};
use crate::classes::{Part, Tag};
use crate::ffi::{Field, FieldId};
use std::ptr::null_mut;
use stillframe_core::value::{Missing, Object, Reading, Value};

/// Walks that are remembered: a condition goes through two collections at a time, a capture as deep
/// as it goes.
const MOST_WALKS: usize = 12;
/// A cursor behind the end.
const ENDED: usize = usize::MAX;
/// Steps down or up a balanced tree.
const TALLEST: usize = 128;
/// Tables that a concurrent map may be moving through at a time.
const MOST_MOVES: usize = 64;

/// Where a walk is.
#[derive(Debug)]
pub(super) struct Walk {
    raw: usize,
    /// The cursor that it goes on at.
    cursor: usize,
    place: Place,
}

#[derive(Debug)]
struct Place {
    is_begun: bool,
    index: usize,
    /// The node that comes next.
    node: Option<Local>,
    table: Option<Local>,
    len: usize,
    /// Bins of other tables that come before the rest of this one.
    moved: Vec<(Local, usize)>,
}

type Pair = (Local, Local);

impl Objects {
    /// The entry at or after `cursor` of a map (key, value) or set (key, key).
    pub(crate) fn next_entry(
        &self,
        container: Object,
        cursor: &mut usize,
    ) -> Option<(Value<'_>, Value<'_>)> {
        let holder = self.entry_of(container).ok()?.holder();
        let (key, value) = match self.next_pair(container, holder, cursor)? {
            Ok(pair) => pair,
            Err(_) => {
                *cursor = ENDED;
                return Some((self.unread(), self.unread()));
            }
        };
        let read = |object: Local| self.of_object(object).unwrap_or_else(|_| self.unread());
        Some(match holder.part {
            Part::Same if holder.known.kind == stillframe_core::value::Kind::Map => {
                (read(key), read(value))
            }
            Part::Values => {
                let value = read(value);
                (value, value)
            }
            _ => {
                let key = read(key);
                (key, key)
            }
        })
    }

    /// Element `index` of what has no index.
    pub(super) fn walked_item(&self, object: Object, index: usize) -> Reading<Value<'_>> {
        let holder = self.entry_of(object)?.holder();
        let mut cursor = index;
        let pair = self.next_pair(object, holder, &mut cursor).ok_or(Missing::Absent)??;
        self.of_object(if holder.part == Part::Values { pair.1 } else { pair.0 })
    }

    fn next_pair(
        &self,
        container: Object,
        holder: Holder<'_>,
        cursor: &mut usize,
    ) -> Option<Reading<Pair>> {
        if *cursor == ENDED || container.raw == UNREAD {
            return None;
        }
        let mut walk = self.walk_at(container.raw, *cursor);
        loop {
            let pair = match self.advance(holder, &mut walk.place) {
                Ok(pair) => pair?,
                Err(missing) => return Some(Err(missing)),
            };
            walk.cursor += 1;
            if walk.cursor > *cursor {
                *cursor = walk.cursor;
                self.remember(walk);
                return Some(Ok(pair));
            }
        }
    }

    /// The walk that goes on at `cursor`, or a new one from the start.
    fn walk_at(&self, raw: usize, cursor: usize) -> Walk {
        let mut walks = self.walks.borrow_mut();
        let at = walks.iter().position(|walk| walk.raw == raw && walk.cursor == cursor);
        at.map(|at| walks.remove(at)).unwrap_or_else(|| {
            let (node, table, moved) = (None, None, Vec::new());
            let place = Place { is_begun: false, index: 0, node, table, len: 0, moved };
            Walk { raw, cursor: 0, place }
        })
    }

    fn remember(&self, walk: Walk) {
        let mut walks = self.walks.borrow_mut();
        if walks.len() == MOST_WALKS {
            walks.remove(0);
        }
        walks.push(walk);
    }

    fn advance(&self, holder: Holder<'_>, place: &mut Place) -> Reading<Option<Pair>> {
        self.step(1)?;
        match holder.known.form.tag {
            Tag::HashMap => {
                let nodes = self.jdk.hash_map;
                self.advance_bins(holder, place, [nodes.key, nodes.value, nodes.next])
            }
            Tag::Hashtable => {
                let nodes = self.jdk.hashtable;
                self.advance_bins(holder, place, [nodes.key, nodes.value, nodes.next])
            }
            Tag::ConcurrentMap => {
                let nodes = self.jdk.concurrent;
                self.advance_bins(holder, place, [nodes.key, nodes.value, nodes.next])
            }
            Tag::LinkedMap => {
                let nodes = self.jdk.hash_map;
                self.advance_chain(
                    holder,
                    place,
                    2,
                    [nodes.key, nodes.value, self.jdk.linked_after],
                )
            }
            Tag::Linked => {
                let (item, next) = (self.jdk.list_item, self.jdk.list_next);
                self.advance_chain(holder, place, 0, [item, item, next])
            }
            Tag::TreeMap => self.advance_tree(holder, place),
            Tag::Pairs | Tag::Sparse | Tag::EnumMap => self.advance_gaps(holder, place),
            Tag::Bits | Tag::ManyBits => self.advance_bits(holder, place),
            Tag::OneEntry if place.index == 0 => {
                place.index = 1;
                Ok(Some((self.form_reference(holder, 0)?, self.form_reference(holder, 1)?)))
            }
            Tag::OneEntry | Tag::NoEntry | Tag::Nothing => Ok(None),
            _ => {
                let item = match self.indexed(holder, place.index) {
                    Err(Missing::Absent) => return Ok(None),
                    item => item?,
                };
                place.index += 1;
                Ok(Some((item.again(), item)))
            }
        }
    }

    /// Nodes of bins: those of one bin follow each other.
    fn advance_bins(
        &self,
        holder: Holder<'_>,
        place: &mut Place,
        fields: [FieldId; 3],
    ) -> Reading<Option<Pair>> {
        self.begin_table(holder, place)?;
        loop {
            if let Some(node) = place.node.take() {
                return self.at_node(node, place, fields).map(Some);
            }
            self.step(1)?;
            if let Some((table, index)) = place.moved.pop() {
                place.node = self.bin(holder, &table, index, &mut place.moved);
                continue;
            }
            let Some(table) = place.table.as_ref().filter(|_| place.index < place.len) else {
                return Ok(None);
            };
            place.node = self.bin(holder, table, place.index, &mut place.moved);
            place.index += 1;
        }
    }

    fn begin_table(&self, holder: Holder<'_>, place: &mut Place) -> Reading<()> {
        if !place.is_begun {
            place.is_begun = true;
            place.table = self.form_reference(holder, 0)?.unless_null();
            let len = |table: &Local| self.env.array_len(table.raw());
            place.len = place.table.as_ref().map_or(0, len);
        }
        Ok(())
    }

    fn at_node(&self, node: Local, place: &mut Place, fields: [FieldId; 3]) -> Reading<Pair> {
        let [key, value, next] = fields;
        let pair = (self.reference(node.raw(), key), self.reference(node.raw(), value));
        place.node = self.reference(node.raw(), next).unless_null();
        Ok(pair)
    }

    /// The first node of a bin. One that a concurrent map has moved leads to two bins of another table.
    pub(super) fn bin(
        &self,
        holder: Holder<'_>,
        table: &Local,
        index: usize,
        moved: &mut Vec<(Local, usize)>,
    ) -> Option<Local> {
        let node = self.element(table, index).unless_null()?;
        if holder.known.form.tag != Tag::ConcurrentMap {
            return Some(node);
        }
        match self.env.get(node.raw(), self.jdk.concurrent.hash.raw(), b'I') {
            Field::Int(0..) => return Some(node),
            _ if self.env.is_instance(node.raw(), self.jdk.tree_bin.raw()) => {
                return self.reference(node.raw(), self.jdk.tree_bin_first).unless_null();
            }
            _ => {}
        }
        if self.env.is_instance(node.raw(), self.jdk.forwarding.raw()) && moved.len() < MOST_MOVES {
            let next = self.reference(node.raw(), self.jdk.forwarding_table).unless_null()?;
            let len = self.env.array_len(table.raw());
            moved.push((next.again(), index + len));
            moved.push((next, index));
        }
        None
    }

    fn advance_chain(
        &self,
        holder: Holder<'_>,
        place: &mut Place,
        first: usize,
        fields: [FieldId; 3],
    ) -> Reading<Option<Pair>> {
        if !place.is_begun {
            place.is_begun = true;
            place.node = self.form_reference(holder, first)?.unless_null();
        }
        let Some(node) = place.node.take() else { return Ok(None) };
        self.at_node(node, place, fields).map(Some)
    }

    /// Nodes of a tree from the least key up.
    fn advance_tree(&self, holder: Holder<'_>, place: &mut Place) -> Reading<Option<Pair>> {
        let tree = self.jdk.tree;
        if !place.is_begun {
            place.is_begun = true;
            let root = self.form_reference(holder, 0)?.unless_null();
            place.node = root.map(|root| self.leftmost(root));
        }
        let Some(node) = place.node.take() else { return Ok(None) };
        let pair = (self.reference(node.raw(), tree.key), self.reference(node.raw(), tree.value));
        place.node = match self.reference(node.raw(), tree.right).unless_null() {
            Some(right) => Some(self.leftmost(right)),
            None => self.up_from_left(node),
        };
        Ok(Some(pair))
    }

    fn leftmost(&self, mut node: Local) -> Local {
        for _ in 0..TALLEST {
            match self.reference(node.raw(), self.jdk.tree.left).unless_null() {
                Some(left) => node = left,
                None => break,
            }
        }
        node
    }

    /// The nearest node above that this one is left of.
    fn up_from_left(&self, mut node: Local) -> Option<Local> {
        for _ in 0..TALLEST {
            let parent = self.reference(node.raw(), self.jdk.tree.parent).unless_null()?;
            let right = self.reference(parent.raw(), self.jdk.tree.right);
            if !self.env.is_same(right.raw(), node.raw()) {
                return Some(parent);
            }
            node = parent;
        }
        None
    }

    /// Elements of an array with gaps: alone, in pairs, or with their keys in another array.
    fn advance_gaps(&self, holder: Holder<'_>, place: &mut Place) -> Reading<Option<Pair>> {
        let tag = holder.known.form.tag;
        self.begin_table(holder, place)?;
        let Some(table) = &place.table else { return Ok(None) };
        let values = if tag == Tag::EnumMap { Some(self.form_reference(holder, 1)?) } else { None };
        let width = if tag == Tag::Pairs { 2 } else { 1 };
        while place.index < place.len {
            self.step(1)?;
            let at = place.index;
            place.index += width;
            let key = self.element(table, at);
            let value = match &values {
                Some(values) if at < self.env.array_len(values.raw()) => self.element(values, at),
                Some(_) => return Ok(None),
                None if width == 2 => self.element(table, at + 1),
                None => key.again(),
            };
            let is_there = if values.is_some() { !value.is_null() } else { !key.is_null() };
            if is_there {
                return self.unmasked(holder, key, value).map(Some);
            }
        }
        Ok(None)
    }

    /// Null where a map stores an object of its own in place of it.
    fn unmasked(&self, holder: Holder<'_>, key: Local, value: Local) -> Reading<Pair> {
        let (mask, is_key) = match holder.known.form.tag {
            Tag::EnumMap => (self.form_reference(holder, 3)?, false),
            Tag::Pairs if holder.known.form.field(2).is_some() => {
                (self.form_reference(holder, 2)?, true)
            }
            _ => return Ok((key, value)),
        };
        let unless_masked = |object: Local| {
            if self.env.is_same(object.raw(), mask.raw()) { self.own(null_mut()) } else { object }
        };
        Ok(if is_key { (unless_masked(key), value) } else { (key, unless_masked(value)) })
    }

    /// Enum constants whose bits are set.
    fn advance_bits(&self, holder: Holder<'_>, place: &mut Place) -> Reading<Option<Pair>> {
        let universe = self.form_reference(holder, 1)?.unless_null().ok_or(Missing::Unreadable)?;
        let len = self.env.array_len(universe.raw());
        let words = match holder.known.form.tag {
            Tag::ManyBits => Some(self.form_reference(holder, 0)?),
            _ => None,
        };
        while place.index < len {
            self.step(1)?;
            let at = place.index;
            place.index += 1;
            let word = match &words {
                None => self.form_number(holder, 0)?,
                Some(words) => match self.env.primitive_element(words.raw(), at / 64, b'J') {
                    Some(Field::Long(word)) => word,
                    _ => return Ok(None),
                },
            };
            if word >> (at % 64) & 1 != 0 {
                let constant = self.element(&universe, at);
                return Ok(Some((constant.again(), constant)));
            }
        }
        Ok(None)
    }
}
