//! `object.field` and `object.method()`, found in storage alone.
//!
//! Fields by name, private ones too; methods where the one that would run only returns a field, or
//! is one of the JDK's that only reads. Invariant: where a field is hidden by another of its name,
//! the class of the cast, or that the variable was declared with, decides as in Java, and without that
//! there is no answer.

use super::{Declared, Entry, Holder, Objects};
use crate::classes::constant::Constant;
use crate::classes::{self, Known, Member, Reader, Special, Tag, naming};
use crate::ffi::Field;
use jni_sys::jobject;
use std::sync::Arc;
use stillframe_core::value::{Kind, Missing, Object, Reading, Text, Value};

/// What a name of a call without arguments ends with.
pub(crate) const CALL: &str = "()";
/// Between the signature of the class that a field is looked for from, and the field's name.
const OF: char = '.';

/// A field as it is seen from the class of this signature.
pub(crate) fn qualified(signature: &str, name: &str) -> String {
    format!("{signature}{OF}{name}")
}

impl Objects {
    /// The attribute `name` of an object. About 200 ns besides what the value costs.
    pub(crate) fn attribute(&self, object: Object, name: &str) -> Reading<Value<'_>> {
        let entry = self.entry_of(object)?;
        if let Some(method) = name.strip_suffix(CALL) {
            return self.method(object, entry, method);
        }
        let (declared, name) = match name.rsplit_once(OF) {
            Some((declared, name)) => (Some(declared), name),
            None => (None, name),
        };
        match entry.known.form.tag {
            Tag::Class => return self.static_member(entry, name),
            Tag::Array(_) if name == "length" => return self.count(object),
            _ => {}
        }
        let member = meant(entry, declared, name)?;
        self.member(entry.object(), member)
    }

    /// A member of an object of the class that has it.
    pub(crate) fn member(&self, object: jobject, member: &Member) -> Reading<Value<'_>> {
        if member.is_static() {
            let class = self.own(self.env.class_of(object));
            let field = self.env.get_static(class.raw(), member.id.raw(), member.letter());
            return self.declared_value(field, &member.descriptor);
        }
        let field = self.env.get(object, member.id.raw(), member.letter());
        self.declared_value(field, &member.descriptor)
    }

    /// A value, and with which class its variable or field was declared.
    pub(crate) fn declared_value(&self, field: Field, descriptor: &str) -> Reading<Value<'_>> {
        let value = self.value(field)?;
        if let Value::Object(object) = value {
            self.entry_of(object)?.was_declared(descriptor);
        }
        Ok(value)
    }

    /// Whether a value is an instance of the class that `class` is.
    pub(crate) fn is_instance(&self, value: &Value<'_>, class: Object) -> Reading<bool> {
        let class = self.entry_of(class)?;
        if class.known.form.tag != Tag::Class {
            return Err(Missing::NeedsCode);
        }
        let of = match value {
            Value::Null | Value::Undefined => return Ok(false),
            Value::Object(object) => {
                let object = self.entry_of(*object)?.object();
                return Ok(self.env.is_instance(object, class.object()));
            }
            Value::Text(_) => Some(self.jdk.string.raw()),
            Value::Bool(_) => self.jdk.box_of(b'Z'),
            Value::Int32(_) => self.jdk.box_of(b'I'),
            Value::Int(_) => self.jdk.box_of(b'J'),
            Value::Char(_) => self.jdk.box_of(b'C'),
            Value::Float32(_) => self.jdk.box_of(b'F'),
            Value::Float(_) => self.jdk.box_of(b'D'),
            Value::BigInt(_) => Some(self.jdk.big_integer.raw()),
            Value::Bytes(_) => None,
        };
        let of = of.ok_or(Missing::Unreadable)?;
        Ok(self.env.is_assignable(of, class.object()))
    }

    fn count(&self, object: Object) -> Reading<Value<'_>> {
        let len = self.len(object)?;
        i32::try_from(len).map(Value::Int32).map_err(|_| Missing::Unreadable)
    }

    /// The class that a name means.
    pub(crate) fn class(&self, class: &Arc<Known>) -> Reading<Value<'_>> {
        let object = class.local(self.env).ok_or(Missing::NotLoaded)?;
        let value = self.of_object(self.own(object))?;
        if let Value::Object(object) = value {
            self.entry_of(object)?.named.get_or_init(|| Arc::clone(class));
        }
        Ok(value)
    }

    /// A static field of the class that an entry is.
    fn static_member(&self, entry: &Entry, name: &str) -> Reading<Value<'_>> {
        let class = entry.object();
        let found = classes::static_field(self.env, self.jvmti, self.jdk, class, name);
        // A class that was loaded and no more does not tell its fields yet.
        if found.is_none() && self.jvmti.is_prepared(class) {
            return Err(Missing::Absent);
        }
        if let Some((declaring, member)) = found {
            let declaring = self.own(declaring);
            if self.jvmti.is_initialized(declaring.raw()) {
                let field = self.env.get_static(declaring.raw(), member.id.raw(), member.letter());
                return self.declared_value(field, &member.descriptor);
            }
        }
        let named = entry.named.get().ok_or(Missing::NotLoaded)?;
        self.constant(named, name)
    }

    /// A static field of a class whose initialiser has not run: what that would make is not there yet.
    pub(crate) fn constant(&self, class: &Known, name: &str) -> Reading<Value<'_>> {
        Ok(match class.constant(name).ok_or(Missing::NotLoaded)? {
            Constant::Bool(value) => Value::Bool(*value),
            Constant::Char(unit) => Value::Char(*unit),
            Constant::Int(value) => Value::Int32(*value),
            Constant::Long(value) => Value::Int(*value),
            Constant::Float(value) => Value::Float32(*value),
            Constant::Double(value) => Value::Float(*value),
            Constant::Text(text) => Value::Text(Text::Utf8(self.keep(text.to_string()))),
        })
    }

    fn method(&self, object: Object, entry: &Entry, name: &str) -> Reading<Value<'_>> {
        let tag = entry.known.form.tag;
        match (object.kind, name) {
            (Kind::List | Kind::Map | Kind::Set, "size") | (Kind::Text, "length") => {
                return self.count(object);
            }
            (Kind::List | Kind::Map | Kind::Set | Kind::Text, "isEmpty") => {
                return self.len(object).map(|len| Value::Bool(len == 0));
            }
            (Kind::Text, "toString") if tag == Tag::Builder => return self.underlying(object),
            _ => {}
        }
        let class = self.own(self.env.class_of(entry.object()));
        match entry.known.reader(self.env, self.jvmti, class.raw(), name) {
            Reader::Field(index) => {
                let member = entry.known.members.get(index).ok_or(Missing::Unreadable)?;
                self.member(entry.object(), member)
            }
            Reader::Special(special) => self.special(entry, special),
            Reader::Code => Err(Missing::NeedsCode),
            // A static method of the class that the object is.
            Reader::Absent if entry.known.form.tag == Tag::Class => Err(Missing::NeedsCode),
            Reader::Absent => Err(Missing::Absent),
        }
    }

    fn special(&self, entry: &Entry, special: Special) -> Reading<Value<'_>> {
        let holder = entry.itself();
        match special {
            Special::Class => self.of_object(self.own(self.env.class_of(entry.object()))),
            Special::Cause => self.cause(holder),
            Special::IsPresent => self.is_present(holder).map(Value::Bool),
            Special::IsEmpty => self.is_present(holder).map(|is_present| Value::Bool(!is_present)),
            Special::Held if self.is_present(holder)? => {
                self.form_field(holder, 0).and_then(|field| self.value(field))
            }
            Special::Held => Err(Missing::Absent),
            Special::Flag => Ok(Value::Bool(self.form_number(holder, 0)? != 0)),
            Special::Name => self.named(entry, |signature| match signature.starts_with('[') {
                true => signature.replace('/', "."),
                false => naming::type_name(signature),
            }),
            Special::SimpleName => self.named(entry, simple_name),
        }
    }

    /// The cause of a throwable; one that was not given is the throwable itself.
    pub(super) fn cause(&self, holder: Holder<'_>) -> Reading<Value<'_>> {
        let cause = self.form_reference(holder, 1)?;
        if self.env.is_same(cause.raw(), holder.object) {
            return Ok(Value::Null);
        }
        self.of_object(cause)
    }

    /// Whether an optional holds a value.
    pub(super) fn is_present(&self, holder: Holder<'_>) -> Reading<bool> {
        match holder.known.form.tag {
            Tag::Optional => Ok(!self.form_reference(holder, 0)?.is_null()),
            Tag::OptionalOf(_) => Ok(self.form_number(holder, 1)? != 0),
            _ => Err(Missing::Unreadable),
        }
    }

    fn named(&self, entry: &Entry, name: impl FnOnce(&str) -> String) -> Reading<Value<'_>> {
        let signature = self.jvmti.signature(entry.object()).map_err(|_| Missing::Unreadable)?;
        Ok(Value::Text(Text::Utf8(self.keep(name(&signature)))))
    }
}

/// `Class.getSimpleName`: nothing of a class without a name.
fn simple_name(signature: &str) -> String {
    let element = signature.trim_start_matches('[');
    let brackets = "[]".repeat(signature.len() - element.len());
    let name = match element.len() {
        1 => naming::type_name(element),
        _ => naming::simple_name(naming::internal_name(element)).to_owned(),
    };
    if name.chars().all(|character| character.is_ascii_digit()) {
        return brackets;
    }
    name + &brackets
}

/// The field that Java would mean by `name`, seen from the class `declared` where that is said.
fn meant<'e>(entry: &'e Entry, declared: Option<&str>, name: &str) -> Reading<&'e Member> {
    let mut named = entry.known.named(name);
    let first = named.next().ok_or(Missing::Absent)?;
    if named.next().is_none() {
        return Ok(first);
    }
    let depth = declared.and_then(|declared| entry.known.depth_of(declared));
    let depth = match (depth, &*entry.declared.borrow()) {
        (Some(depth), _) => depth,
        (None, Declared::As(declared)) => {
            entry.known.depth_of(declared).ok_or(Missing::Unreadable)?
        }
        _ => return Err(Missing::Unreadable),
    };
    let mut above = entry.known.named(name).filter(|member| member.depth >= depth);
    above.next().ok_or(Missing::Absent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_names_are_those_of_the_source() {
        for (signature, name) in [
            ("Lcom/acme/Cart$Item;", "Item"),
            ("Lcom/acme/Cart$1;", ""),
            ("[[I", "int[][]"),
            ("[Ljava/lang/String;", "String[]"),
        ] {
            assert_eq!(simple_name(signature), name);
        }
    }
}
