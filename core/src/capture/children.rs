//! The children of one object: how many of them, and which values are not read at all.
//!
//! Knows neither where they come from nor what is inside them. Invariant: a child is written whole or
//! not at all, and whoever reads the stream learns why the rest is missing.

use super::stream;
use super::walk::{Mark, Walk};
use crate::host::{Name, Visitor, Walker};
use crate::snapshot::Reason;
use crate::value::{Kind, Object, Reading, Text, Value};

/// Writes children until there are no more or a limit is met: which one. `len` is how many there are,
/// if that is known.
pub(super) fn write<W: Walker>(
    walk: &mut Walk<'_, W>,
    object: Object,
    len: Option<u64>,
    level: u32,
) -> Option<Reason> {
    let (items, fields) = (walk.limits.items, walk.limits.fields);
    let walker = walk.walker;
    let mut children = Children { walk, level, items, fields, taken: 0, len, rest: None };
    walker.children(object, &mut children);
    children.rest
}

/// Writes the value that stands for an object whose children are too deep, if it has one that is no
/// object itself. Whether there is more to it.
pub(super) fn write_value<W: Walker>(walk: &mut Walk<'_, W>, object: Object, level: u32) -> bool {
    let walker = walk.walker;
    let mut value = OnlyValue { walk, level, is_written: false, has_more: false };
    walker.children(object, &mut value);
    value.has_more
}

struct Children<'w, 'a, W> {
    walk: &'w mut Walk<'a, W>,
    level: u32,
    /// Items and fields that may still be taken.
    items: u32,
    fields: u32,
    taken: u64,
    len: Option<u64>,
    /// Why nothing more is taken.
    rest: Option<Reason>,
}

impl<W: Walker> Children<'_, '_, W> {
    /// Where a child begins; `None` if nothing more is taken.
    #[inline(always)]
    fn begin(&mut self) -> Option<Mark> {
        self.walk.look_at_the_clock();
        if self.walk.stop.is_some() {
            self.rest = self.walk.stop;
            return None;
        }
        Some(self.walk.mark())
    }

    /// Where a child ends that began at `mark`. Whether to go on.
    #[inline(always)]
    fn end(&mut self, mark: Mark, written: bool) -> bool {
        self.taken += 1;
        (written && self.walk.stop.is_none()) || self.stopped(mark, written)
    }

    #[cold]
    fn stopped(&mut self, mark: Mark, written: bool) -> bool {
        let is_last = written && self.len == Some(self.taken);
        if !written {
            self.walk.roll_back(mark);
        }
        self.rest = self.walk.stop.filter(|_| !is_last);
        false
    }

    /// Counts `left` down; at the limit it says so and nothing more is taken.
    #[inline(always)]
    fn may_take(left: &mut u32, rest: &mut Option<Reason>, reason: Reason) -> bool {
        if *left == 0 {
            *rest = Some(reason);
            return false;
        }
        *left -= 1;
        true
    }

    fn is_redacted(&mut self, key: &Value<'_>) -> bool {
        let redaction = self.walk.redaction;
        match key {
            Value::Text(text) => self.walk.names.is_redacted_key(*text, redaction),
            Value::Bytes(bytes) => redaction.name_text(Text::Latin1(bytes)),
            // What cannot be judged is not shown.
            Value::Object(object) if matches!(object.kind, Kind::Text | Kind::Bytes) => {
                let text = self.walk.walker.stored_text(*object);
                text.is_none_or(|text| redaction.name_text(text))
            }
            _ => false,
        }
    }
}

impl<W: Walker> Visitor for Children<'_, '_, W> {
    #[inline(always)]
    fn item(&mut self, item: &Reading<Value<'_>>) -> bool {
        let Some(mark) = self.begin() else { return false };
        if !Self::may_take(&mut self.items, &mut self.rest, Reason::Items) {
            return false;
        }
        let written = self.walk.reading(item, self.level);
        self.end(mark, written)
    }

    #[inline]
    fn integers(&mut self, integers: &[i64]) -> bool {
        let count = integers.len() as u32;
        let is_free = count <= self.items && self.walk.stop.is_none();
        // Near any limit they are taken one by one, so that it is met where it lies.
        if !(is_free && self.walk.pass(count) && self.walk.writer.integers(integers)) {
            return integers.iter().all(|integer| self.item(&Ok(Value::Int(*integer))));
        }
        self.items -= count;
        self.taken += u64::from(count);
        true
    }

    #[inline(always)]
    fn entry(&mut self, key: &Value<'_>, value: &Reading<Value<'_>>) -> bool {
        let Some(mark) = self.begin() else { return false };
        if !Self::may_take(&mut self.items, &mut self.rest, Reason::Items) {
            return false;
        }
        let written = (self.walk.writer.put([stream::ENTRY]) || self.walk.full())
            && self.walk.value(key, self.level)
            && if self.is_redacted(key) {
                self.walk.missing(Reason::Redacted)
            } else {
                self.walk.reading(value, self.level)
            };
        self.end(mark, written)
    }

    #[inline(always)]
    fn field(&mut self, name: &Name<'_>, value: &Reading<Value<'_>>) -> bool {
        let Some(mark) = self.begin() else { return false };
        if !Self::may_take(&mut self.fields, &mut self.rest, Reason::Fields) {
            return false;
        }
        let written = match self.walk.named(stream::FIELD, name) {
            Some(false) => self.walk.reading(value, self.level),
            Some(true) => self.walk.missing(Reason::Redacted),
            None => false,
        };
        self.end(mark, written)
    }
}

/// Takes the first child if it is a plain value, and sees whether there are others.
struct OnlyValue<'w, 'a, W> {
    walk: &'w mut Walk<'a, W>,
    level: u32,
    is_written: bool,
    has_more: bool,
}

impl<W: Walker> OnlyValue<'_, '_, W> {
    fn see_more(&mut self) -> bool {
        self.has_more = true;
        false
    }
}

impl<W: Walker> Visitor for OnlyValue<'_, '_, W> {
    fn item(&mut self, item: &Reading<Value<'_>>) -> bool {
        if self.is_written || matches!(item, Ok(Value::Object(_))) {
            return self.see_more();
        }
        let mark = self.walk.mark();
        self.is_written = self.walk.reading(item, self.level);
        if !self.is_written {
            self.walk.roll_back(mark);
            return self.see_more();
        }
        true
    }

    fn entry(&mut self, _key: &Value<'_>, _value: &Reading<Value<'_>>) -> bool {
        self.see_more()
    }

    fn field(&mut self, _name: &Name<'_>, _value: &Reading<Value<'_>>) -> bool {
        self.see_more()
    }
}
