//! Lists, arrays and queues: how long, and what is at an index.
//!
//! Knows the forms that have an index; others are walked. Invariant: an index is held against the array
//! itself and not against what the list says, which another thread may be changing.

use super::{Entry, Holder, Local, Objects};
use crate::classes::{Part, Tag};
use crate::ffi::Field;
use stillframe_core::value::{Kind, Missing, Object, Reading, Value};

/// Cells of a concurrent map's counter: the machine makes one a processor.
const MOST_CELLS: usize = 4_096;

impl Objects {
    /// Elements of a collection, characters of a text that is no plain string.
    pub(crate) fn len(&self, object: Object) -> Reading<usize> {
        let entry = self.entry_of(object)?;
        let holder = entry.holder();
        if entry.known.is_overridden || holder.known.is_overridden {
            return Err(Missing::NeedsCode);
        }
        self.stored_len(holder)
    }

    /// The same whatever a subclass makes of it.
    pub(super) fn stored_len(&self, holder: Holder<'_>) -> Reading<usize> {
        match holder.known.form.tag {
            Tag::Array(_) => Ok(self.env.array_len(holder.object)),
            Tag::Text => Ok(self.env.string_len(holder.object)),
            Tag::Growing
            | Tag::Linked
            | Tag::Sparse
            | Tag::Copies
            | Tag::HashMap
            | Tag::LinkedMap
            | Tag::TreeMap
            | Tag::Hashtable
            | Tag::Pairs => self.form_count(holder, 1),
            Tag::Slice | Tag::FixedSlice | Tag::Builder | Tag::ManyBits | Tag::EnumMap => {
                self.form_count(holder, 2)
            }
            Tag::Fixed => {
                let array = self.form_reference(holder, 0)?.unless_null();
                array.map(|array| self.env.array_len(array.raw())).ok_or(Missing::Unreadable)
            }
            Tag::OneOrTwo => Ok(if self.has_second(holder)? { 2 } else { 1 }),
            Tag::One | Tag::OneEntry => Ok(1),
            Tag::Nothing | Tag::NoEntry => Ok(0),
            Tag::Ring => self.ring(holder).map(|(_, len)| len),
            Tag::Bits => Ok(self.form_number(holder, 0)?.count_ones() as usize),
            Tag::ConcurrentMap => self.concurrent_len(holder),
            Tag::Delegate(_) => Err(Missing::NeedsCode),
            _ if holder.known.kind == Kind::Instance => Err(Missing::NeedsCode),
            _ => Err(Missing::Absent),
        }
    }

    /// Element `index` of a sequence.
    pub(crate) fn item(&self, object: Object, index: usize) -> Reading<Value<'_>> {
        let entry = self.entry_of(object)?;
        let holder = entry.holder();
        if entry.known.is_overridden || holder.known.is_overridden {
            return Err(Missing::NeedsCode);
        }
        self.stored_item(object, entry, index)
    }

    pub(super) fn stored_item(
        &self,
        object: Object,
        entry: &Entry,
        index: usize,
    ) -> Reading<Value<'_>> {
        let holder = entry.holder();
        if holder.part != Part::Same || holder.known.form.tag == Tag::Linked {
            return self.walked_item(object, index);
        }
        match holder.known.form.tag {
            Tag::Array(letter) if !matches!(letter, b'L' | b'[') => {
                let field = self.env.primitive_element(holder.object, index, letter);
                return self.value(field.ok_or(Missing::Absent)?);
            }
            Tag::Array(_) => {
                if index >= self.env.array_len(holder.object) {
                    return Err(Missing::Absent);
                }
                let element = self.env.element(holder.object, index);
                return self.value(Field::Object(element.unwrap_or(std::ptr::null_mut())));
            }
            _ => {}
        }
        self.indexed(holder, index).and_then(|item| self.of_object(item))
    }

    /// The element of a form that has an index.
    pub(super) fn indexed(&self, holder: Holder<'_>, index: usize) -> Reading<Local> {
        match holder.known.form.tag {
            Tag::Growing => {
                let len = self.form_count(holder, 1)?;
                self.of_array(&self.form_reference(holder, 0)?, index, len)
            }
            Tag::Fixed => self.of_array(&self.form_reference(holder, 0)?, index, usize::MAX),
            Tag::Slice | Tag::FixedSlice => self.of_slice(holder, index),
            Tag::OneOrTwo if index == 1 && self.has_second(holder)? => {
                self.form_reference(holder, 1)
            }
            Tag::OneOrTwo | Tag::One if index == 0 => self.form_reference(holder, 0),
            Tag::Copies if index < self.form_count(holder, 1)? => self.form_reference(holder, 0),
            Tag::Ring => {
                let (head, len) = self.ring(holder)?;
                if index >= len {
                    return Err(Missing::Absent);
                }
                let array = self.form_reference(holder, 0)?;
                let at = (head + index) % self.env.array_len(array.raw()).max(1);
                self.of_array(&array, at, usize::MAX)
            }
            _ => Err(Missing::Absent),
        }
    }

    /// An element of an array of which `len` are used.
    pub(super) fn of_array(&self, array: &Local, index: usize, len: usize) -> Reading<Local> {
        if array.is_null() || index >= len || index >= self.env.array_len(array.raw()) {
            return Err(Missing::Absent);
        }
        Ok(self.element(array, index))
    }

    fn of_slice(&self, holder: Holder<'_>, index: usize) -> Reading<Local> {
        let (offset, len) = (self.form_count(holder, 1)?, self.form_count(holder, 2)?);
        if index >= len {
            return Err(Missing::Absent);
        }
        let root = self.form_reference(holder, 0)?.unless_null().ok_or(Missing::Unreadable)?;
        let known = self.known_of(&root);
        if known.is_overridden || matches!(known.form.tag, Tag::Slice | Tag::FixedSlice) {
            return Err(Missing::NeedsCode);
        }
        let whole = Holder { object: root.raw(), known: &known, part: Part::Same };
        self.indexed(whole, offset.saturating_add(index))
    }

    /// Whether a list or set of one or two has two.
    pub(super) fn has_second(&self, holder: Holder<'_>) -> Reading<bool> {
        let second = self.form_reference(holder, 1)?;
        let none = self.own(self.jdk.immutable_empty(self.env));
        Ok(!self.env.is_same(second.raw(), none.raw()))
    }

    /// Where a ring begins, and how many it holds.
    fn ring(&self, holder: Holder<'_>) -> Reading<(usize, usize)> {
        let array = self.form_reference(holder, 0)?.unless_null().ok_or(Missing::Unreadable)?;
        let room = self.env.array_len(array.raw());
        let (head, tail) = (self.form_count(holder, 1)?, self.form_count(holder, 2)?);
        Ok((head, (tail + room).saturating_sub(head) % room.max(1)))
    }

    /// What its counters say together, as `ConcurrentHashMap.size` adds them.
    fn concurrent_len(&self, holder: Holder<'_>) -> Reading<usize> {
        let mut sum = self.form_number(holder, 1)?;
        let cells = self.form_reference(holder, 2)?;
        if !cells.is_null() {
            for at in 0..self.env.array_len(cells.raw()).min(MOST_CELLS) {
                let cell = self.element(&cells, at);
                if !cell.is_null()
                    && let Field::Long(count) =
                        self.env.get(cell.raw(), self.jdk.cell_value.raw(), b'J')
                {
                    sum = sum.wrapping_add(count);
                }
            }
        }
        Ok(usize::try_from(sum).unwrap_or(0))
    }
}
