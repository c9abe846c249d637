//! The children of an object, for a capture.
//!
//! Knows how core containers, objects, structs and exceptions store theirs; the core decides how many
//! are wanted. Invariant: nothing is allocated in Ruby's heap, and a walk that stops early costs only
//! what it visited.

use super::{
    Known, columns, is_overridden, moment, reading_of, set_hash, stored_len, stored_text, value_of,
};
use crate::ffi::{Obj, Original, Tag, classes, name_of};
use stillframe_core::host::{Name, Visitor};
use stillframe_core::value::{Kind, Reading, Text, Value};

/// Integers of an array that are shown in one go.
const TOGETHER: usize = 32;

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
        Kind::List => items(object.items(), visitor),
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
        Kind::Text if object.tag() == Tag::String => string(object, visitor),
        Kind::Function => called(object, visitor),
        Kind::Bytes | Kind::Number | Kind::Instance => fields(object, visitor),
        _ => {}
    }
}

/// Elements of an array. Integers that follow each other are shown in one go: 2 ns each.
#[inline]
fn items(items: &[Obj<'_>], visitor: &mut impl Visitor) {
    let mut rest = items;
    while let Some((first, others)) = rest.split_first() {
        let (mut integers, mut len) = ([0; TOGETHER], 0);
        while let Some(Tag::Fixnum(integer)) = rest.get(len).map(|item| item.tag())
            && len < TOGETHER
        {
            integers[len] = integer;
            len += 1;
        }
        let wants_more = match len {
            0 => visitor.item(&reading_of(*first)),
            _ => visitor.integers(&integers[..len]),
        };
        if !wants_more {
            return;
        }
        rest = if len == 0 { others } else { &rest[len..] };
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

/// What is there of an instance of a string subclass besides what the core has shown it to store.
#[inline(never)]
fn string(object: Obj<'_>, visitor: &mut impl Visitor) {
    let is_unknown = is_overridden(object, "==");
    if let Some(text) = stored_text(object).filter(|_| is_unknown)
        && !visitor.item(&Ok(Value::Text(text)))
    {
        return;
    }
    variables(object, visitor);
}

/// A method's name. A block has none.
#[inline(never)]
fn called(object: Obj<'_>, visitor: &mut impl Visitor) {
    let is = |class| object.is_exactly(class);
    let name = match (is(classes::method()), is(classes::unbound_method())) {
        (true, _) => Original::MethodName.ask(object, &[]),
        (_, true) => Original::UnboundName.ask(object, &[]),
        _ => None,
    };
    if let Some(name) = name.filter(|name| name.tag() == Tag::Symbol) {
        field(visitor, "name", Ok(Value::Text(name.symbol_text())));
    }
}

fn fields(object: Obj<'_>, visitor: &mut impl Visitor) {
    match object.tag() {
        Tag::Object => match columns::of(object) {
            Some(columns) => columns.show(visitor),
            None => variables(object, visitor),
        },
        Tag::Struct => members(object, visitor),
        Tag::Rational | Tag::Complex => parts(object, visitor),
        Tag::Data => stored(object, visitor),
        Tag::String => variables(object, visitor),
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

/// What stands for an object of Ruby's libraries: its text.
#[inline(never)]
fn stored(object: Obj<'_>, visitor: &mut impl Visitor) {
    if let Some(class) = Known::decimal().filter(|class| object.is_exactly(*class)) {
        if let Some(text) = super::decimal::text(object, class) {
            visitor.item(&Ok(Value::Text(Text::Utf8(text))));
        }
        return;
    }
    let room = match object.is_exactly(classes::time()) {
        true => Some(moment::of_time(object)),
        false => Known::date(object).and_then(|has_time| moment::of_date(object, has_time)),
    };
    if let Some(room) = room {
        visitor.item(&Ok(Value::Text(Text::Utf8(room.text()))));
    }
}
