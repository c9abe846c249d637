//! The children of an object, as a capture shows them: elements, entries, fields.
//!
//! Reads through the same readers as conditions do. Invariant: a collection that a subclass changed is
//! shown as it is stored, with the subclass's fields behind.

use super::{Entry, Objects};
use crate::classes::{Member, Part, SYNTHETIC, Tag};
use stillframe_core::host::{Name, Visitor};
use stillframe_core::value::{Kind, Missing, Object, Reading, Text, Value};

/// How many children an object has, where that is known without visiting them.
pub(crate) fn count(objects: &Objects, object: Object) -> Option<u64> {
    let entry = objects.entry_of(object).ok()?;
    let holder = entry.holder();
    match holder.known.kind {
        Kind::List | Kind::Tuple | Kind::Map | Kind::Set => {
            objects.stored_len(holder).ok().and_then(|len| u64::try_from(len).ok())
        }
        _ => None,
    }
}

/// Shows the children of `object` to `visitor` until it wants no more.
pub(crate) fn children(objects: &Objects, object: Object, visitor: &mut impl Visitor) {
    let Ok(entry) = objects.entry_of(object) else { return };
    let goes_on = match entry.holder().known.kind {
        Kind::List | Kind::Tuple if !walks(entry) => elements(objects, object, entry, visitor),
        Kind::List | Kind::Tuple | Kind::Map | Kind::Set => {
            entries(objects, object, entry, visitor)
        }
        _ => single(objects, object, entry, visitor),
    };
    if goes_on {
        fields(objects, entry, visitor);
    }
}

/// Whether a list has no index.
fn walks(entry: &Entry) -> bool {
    let holder = entry.holder();
    holder.part != Part::Same || holder.known.form.tag == Tag::Linked
}

fn elements(objects: &Objects, object: Object, entry: &Entry, visitor: &mut impl Visitor) -> bool {
    let len = objects.stored_len(entry.holder()).unwrap_or(0);
    (0..len).all(|index| match objects.stored_item(object, entry, index) {
        // It became shorter meanwhile.
        Err(Missing::Absent) => true,
        item => visitor.item(&item),
    })
}

fn entries(objects: &Objects, object: Object, entry: &Entry, visitor: &mut impl Visitor) -> bool {
    let is_map = object.kind == Kind::Map && entry.holder().part == Part::Same;
    let mut cursor = 0;
    while let Some((key, value)) = objects.next_entry(object, &mut cursor) {
        let goes_on = if is_map { visitor.entry(&key, &Ok(value)) } else { visitor.item(&Ok(key)) };
        if !goes_on {
            return false;
        }
    }
    true
}

/// The one value that an object stands for, or the fields that the JDK keeps otherwise.
fn single(objects: &Objects, object: Object, entry: &Entry, visitor: &mut impl Visitor) -> bool {
    let holder = entry.itself();
    match entry.known.form.tag {
        Tag::Fields => true,
        Tag::Function => false,
        Tag::Throwable => {
            let message = objects.form_reference(holder, 0);
            let message = message.and_then(|message| objects.of_object(message));
            field(visitor, "message", &message) && field(visitor, "cause", &objects.cause(holder))
        }
        Tag::Optional | Tag::OptionalOf(_) => match objects.is_present(holder) {
            Ok(true) => {
                let held = objects.form_field(holder, 0).and_then(|field| objects.value(field));
                visitor.item(&held)
            }
            Ok(false) => true,
            Err(missing) => visitor.item(&Err(missing)),
        },
        Tag::Class => {
            let name = objects.type_name_of(entry.object());
            field(visitor, "name", &Ok(Value::Text(Text::Utf8(name))))
        }
        Tag::Text => visitor.item(&objects.beginning(entry)),
        // The core shows itself what these store.
        _ if matches!(object.kind, Kind::Number | Kind::Text) => true,
        _ => match objects.underlying(object) {
            Err(Missing::Absent) => true,
            value => visitor.item(&value),
        },
    }
}

fn field(visitor: &mut impl Visitor, name: &str, value: &Reading<Value<'_>>) -> bool {
    visitor.field(&Name { identity: 0, text: Text::Utf8(name) }, value)
}

/// The fields of the class and of those superclasses that no form speaks for.
fn fields(objects: &Objects, entry: &Entry, visitor: &mut impl Visitor) {
    let known = &entry.known;
    let is_shown = |member: &&Member| {
        let is_of_around = member.name.starts_with("this$") || member.name.starts_with("val$");
        let has_form = known.form.tag != Tag::Fields && member.depth >= known.base;
        !member.is_static() && !has_form && (member.modifiers & SYNTHETIC == 0 || is_of_around)
    };
    for member in known.members.iter().filter(is_shown) {
        let value = objects.member(entry.object(), member);
        if !field(visitor, &member.name, &value) {
            return;
        }
    }
}
