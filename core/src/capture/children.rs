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

/// Whether an object has no children.
pub(super) fn is_childless<W: Walker>(walker: &W, object: Object) -> bool {
    let mut first = First(false);
    walker.children(object, &mut first);
    !first.0
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
            Value::Object(object) if object.kind == Kind::Text => {
                match self.walk.walker.underlying(*object) {
                    Ok(Value::Text(text)) => redaction.name_text(text),
                    _ => false,
                }
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

/// Sees whether there is a child.
struct First(bool);

impl First {
    fn see(&mut self) -> bool {
        self.0 = true;
        false
    }
}

impl Visitor for First {
    fn item(&mut self, _item: &Reading<Value<'_>>) -> bool {
        self.see()
    }

    fn entry(&mut self, _key: &Value<'_>, _value: &Reading<Value<'_>>) -> bool {
        self.see()
    }

    fn field(&mut self, _name: &Name<'_>, _value: &Reading<Value<'_>>) -> bool {
        self.see()
    }
}
