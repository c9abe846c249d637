//! The columns of an ActiveRecord object: what its `AttributeSet` stores.
//!
//! Knows ActiveModel's classes from 6.1 on: a column is an `Attribute` once it was read or written,
//! and before that lies in the row as the database gave it. Invariant: nothing is cast; what was not
//! cast yet is shown as it came.

use super::{Known, reading_of};
use crate::ffi::{Obj, Tag, intern};
use stillframe_core::host::{Name, Visitor};
use stillframe_core::value::Text;

/// Names of the variables that are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored {
    /// Attributes by column, in every set.
    attributes: u64,
    /// The row, in a set that is lazy.
    values: u64,
    /// What was cast of it.
    cast: u64,
    /// The value of an attribute, once it was cast.
    value: u64,
    /// As it came.
    given: u64,
}

impl Stored {
    pub(super) fn new() -> Self {
        Self {
            attributes: intern("@attributes"),
            values: intern("@values"),
            cast: intern("@casted_values"),
            value: intern("@value"),
            given: intern("@value_before_type_cast"),
        }
    }
}

/// The columns of one set.
pub(super) struct Columns<'g> {
    stored: Stored,
    attributes: Obj<'g>,
    row: Option<Obj<'g>>,
    cast: Option<Obj<'g>>,
}

/// The columns of an object that is a set of them.
pub(super) fn of<'g>(object: Obj<'g>) -> Option<Columns<'g>> {
    let (class, stored) = Known::columns()?;
    if !object.is_kind_of(class) {
        return None;
    }
    let hash =
        |name| Some(object.variable(name)).filter(|found: &Obj<'_>| found.tag() == Tag::Hash);
    let (row, cast) = (hash(stored.values), hash(stored.cast));
    Some(Columns { stored, attributes: hash(stored.attributes)?, row, cast })
}

impl<'g> Columns<'g> {
    /// Shows each column: those of the row in its order, then those that are attributes alone.
    pub(super) fn show(&self, visitor: &mut impl Visitor) {
        let mut wants_more = true;
        if let Some(row) = self.row {
            row.each_pair(|column, value| {
                wants_more = show(visitor, column, self.current(column).unwrap_or(value));
                wants_more
            });
        }
        if !wants_more {
            return;
        }
        self.attributes.each_pair(|column, attribute| {
            let is_shown = self.row.is_some_and(|row| find(row, column).is_some());
            is_shown || show(visitor, column, self.value(attribute))
        });
    }

    /// What a column of the row has become.
    fn current(&self, column: Obj<'g>) -> Option<Obj<'g>> {
        let attribute = find(self.attributes, column);
        let value = attribute.map(|attribute| self.value(attribute));
        value.or_else(|| find(self.cast?, column))
    }

    fn value(&self, attribute: Obj<'g>) -> Obj<'g> {
        if attribute.tag() != Tag::Object {
            return attribute;
        }
        let cast = attribute.set_variable(self.stored.value);
        cast.unwrap_or_else(|| attribute.variable(self.stored.given))
    }
}

fn show<'g>(visitor: &mut impl Visitor, column: Obj<'g>, value: Obj<'g>) -> bool {
    let text = column.utf8().map_or(Text::Utf8("?"), Text::Utf8);
    visitor.field(&Name { identity: 0, text }, &reading_of(value))
}

/// What lies under the name of a column. It is looked for by its characters: a hash would ask keys that
/// are no plain strings.
fn find<'g>(hash: Obj<'g>, column: Obj<'g>) -> Option<Obj<'g>> {
    let name = column.utf8()?;
    let mut found = None;
    hash.each_pair(|key, value| {
        found = (key.utf8() == Some(name)).then_some(value);
        found.is_none()
    });
    found
}
