//! The children of an object, for a capture.
//!
//! Knows how core containers, objects, structs and exceptions store theirs; the core decides how many
//! are wanted. Invariant: nothing is allocated in Ruby's heap, and a walk that stops early costs only
//! what it visited.

use super::{Known, is_overridden, reading_of, set_hash, stored_len, stored_text, value_of};
use crate::ffi::{Obj, Tag, classes, name_of};
use std::fmt::Write as _;
use stillframe_core::host::{Name, Visitor};
use stillframe_core::value::{Kind, Reading, Text, Value};

/// Children in all, where the container itself counts them.
#[inline]
pub(crate) fn count_of(object: Obj<'_>, kind: Kind) -> Option<u64> {
    match kind {
        Kind::List | Kind::Map | Kind::Set => stored_len(object, kind).map(|len| len as u64),
        _ => None,
    }
}

/// Shows the children of an object to `visitor`, until it wants no more.
pub(crate) fn children(object: Obj<'_>, kind: Kind, visitor: &mut impl Visitor) {
    match kind {
        Kind::List => {
            for item in object.items() {
                if !visitor.item(&reading_of(*item)) {
                    return;
                }
            }
        }
        Kind::Map => {
            object.each_pair(|key, value| visitor.entry(&value_of(key), &reading_of(value)))
        }
        Kind::Set => {
            if let Some(hash) = set_hash(object) {
                hash.each_pair(|key, _| visitor.item(&reading_of(key)));
            }
        }
        Kind::Range => range(object, visitor),
        Kind::Class | Kind::Module => named(object, visitor),
        // Else the core has shown what it stores.
        Kind::Text if is_overridden(object, "==") => {
            if let Some(text) = stored_text(object) {
                visitor.item(&Ok(Value::Text(text)));
            }
        }
        Kind::Bytes | Kind::Number | Kind::Instance => fields(object, visitor),
        _ => {}
    }
}

fn field(visitor: &mut impl Visitor, name: &str, value: Reading<Value<'_>>) -> bool {
    visitor.field(&Name { identity: 0, text: Text::Utf8(name) }, &value)
}

#[inline(never)]
fn range(object: Obj<'_>, visitor: &mut impl Visitor) {
    let Some((begin, end, excludes_end)) = object.range_parts() else { return };
    let _ = field(visitor, "begin", reading_of(begin))
        && field(visitor, "end", reading_of(end))
        && field(visitor, "exclude_end", Ok(Value::Bool(excludes_end)));
}

#[inline(never)]
fn named(object: Obj<'_>, visitor: &mut impl Visitor) {
    if let Some(name) = object.class_name() {
        field(visitor, "name", Ok(Value::Text(name)));
    }
}

fn fields(object: Obj<'_>, visitor: &mut impl Visitor) {
    match object.tag() {
        Tag::Object => variables(object, visitor),
        Tag::Struct => members(object, visitor),
        Tag::Rational | Tag::Complex => parts(object, visitor),
        Tag::Data if object.is_exactly(classes::time()) => time(object, visitor),
        Tag::Data => decimal(object, visitor),
        _ => {}
    }
}

/// Instance variables. Those of Ruby's own, which have no `@`, are an exception's.
#[inline(never)]
fn variables(object: Obj<'_>, visitor: &mut impl Visitor) {
    object.each_variable(|id, value| {
        let text = name_of(id);
        let Text::Utf8(name) = text else { return true };
        if name.starts_with('@') {
            return visitor.field(&Name { identity: id as usize, text }, &reading_of(value));
        }
        // Where it was raised and what caused it are long, and known from elsewhere.
        name != "mesg" || field(visitor, "message", reading_of(value))
    });
}

#[inline(never)]
fn members(object: Obj<'_>, visitor: &mut impl Visitor) {
    for (index, member) in object.struct_members().iter().enumerate() {
        let Some(value) = object.struct_value(index) else { return };
        let name = Name { identity: member.handle(), text: member.symbol_text() };
        if !visitor.field(&name, &reading_of(value)) {
            return;
        }
    }
}

#[inline(never)]
fn parts(object: Obj<'_>, visitor: &mut impl Visitor) {
    let names = match object.tag() {
        Tag::Rational => ["numerator", "denominator"],
        _ => ["real", "imaginary"],
    };
    for (name, part) in names.into_iter().zip(object.number_parts()) {
        if !field(visitor, name, reading_of(part)) {
            return;
        }
    }
}

#[inline(never)]
fn decimal(object: Obj<'_>, visitor: &mut impl Visitor) {
    let class = Known::current().decimal.filter(|class| object.is_exactly(*class));
    if let Some(text) = class.and_then(|class| super::decimal::text(object, class)) {
        visitor.item(&Ok(Value::Text(Text::Utf8(text))));
    }
}

/// A moment, in UTC: what its own zone is may be for the application's code to say.
#[inline(never)]
fn time(object: Obj<'_>, visitor: &mut impl Visitor) {
    let (seconds, nanoseconds) = object.time();
    let mut room = Room::new();
    // A text that does not fit is cut.
    let _ = write_moment(&mut room, seconds, nanoseconds);
    visitor.item(&Ok(Value::Text(Text::Utf8(room.text()))));
}

fn write_moment(room: &mut Room, seconds: i64, nanoseconds: i64) -> std::fmt::Result {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    write!(room, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")?;
    if nanoseconds != 0 {
        write!(room, ".{nanoseconds:09}")?;
    }
    room.write_str(" UTC")
}

/// Year, month and day of a day counted from 1970, in the proleptic Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Counted from March, leap days stand at the ends of years; 146,097 days are 400 years.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let first = (153 * month + 2) / 5;
    let (month, day) = (if month < 10 { month + 3 } else { month - 9 }, day - first + 1);
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// Where a text is written.
struct Room {
    bytes: [u8; 64],
    len: usize,
}

impl Room {
    fn new() -> Self {
        Self { bytes: [0; 64], len: 0 }
    }

    fn text(&self) -> &str {
        std::str::from_utf8(self.bytes.get(..self.len).unwrap_or_default()).unwrap_or_default()
    }
}

impl std::fmt::Write for Room {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len + text.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(std::fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}
