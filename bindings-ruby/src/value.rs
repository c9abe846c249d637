//! What an object of the application is to the core: a value, or an object of some kind.
//!
//! Knows Ruby's core types, not where objects come from. Invariant: what an object is stored as
//! decides, never what it answers: no method of any object is called.

mod child;
mod columns;
mod decimal;
mod known;
mod moment;
pub(crate) mod reader;

pub(crate) use child::{children, count_of};
pub(crate) use known::Known;

use crate::error;
use crate::ffi::{Obj, Tag, asked, classes, intern};
use stillframe_core::host::Bounds;
use stillframe_core::value::{Kind, Missing, Object, Ordered, Reading, Text, Value};

/// What stands for the name of a class that has none.
const NAMELESS: Text<'static> = Text::Utf8("(anonymous class)");
/// The line of [`Ordered::Point`] that moments are on.
const TIME: u32 = 1;

/// The value that `object` is. 2 ns for the common ones.
#[inline(always)]
pub(crate) fn value_of<'g>(object: Obj<'g>) -> Value<'g> {
    match object.tag() {
        Tag::Fixnum(value) => Value::Int(value),
        Tag::Nil | Tag::Undef => Value::Null,
        Tag::True => Value::Bool(true),
        Tag::False => Value::Bool(false),
        Tag::Flonum | Tag::Float => Value::Float(object.float()),
        Tag::String if object.is_exactly(classes::string()) => string(object),
        tag => rare(object, tag),
    }
}

/// The same as a reading. Wrapped afterwards, the value would be copied.
#[inline(always)]
pub(crate) fn reading_of<'g>(object: Obj<'g>) -> Reading<Value<'g>> {
    Ok(value_of(object))
}

/// A String: characters, bytes, or neither where its encoding is not ours to read.
#[inline(always)]
fn string<'g>(object: Obj<'g>) -> Value<'g> {
    match object.known_utf8() {
        Some(text) => Value::Text(Text::Utf8(text)),
        None => rare_string(object),
    }
}

#[inline(never)]
fn rare_string<'g>(object: Obj<'g>) -> Value<'g> {
    match object.string_text() {
        Some(text) => Value::Text(text),
        None if object.is_binary() => Value::Bytes(object.bytes()),
        None => handle(object, Kind::Bytes, true),
    }
}

fn handle(object: Obj<'_>, kind: Kind, exact: bool) -> Value<'static> {
    Value::Object(Object { raw: object.handle(), kind, exact })
}

#[inline(never)]
fn rare<'g>(object: Obj<'g>, tag: Tag) -> Value<'g> {
    if tag == Tag::Bignum {
        return object.big().unwrap_or_else(|_| handle(object, Kind::Number, true));
    }
    let (kind, exact) = kind_of(object, tag);
    handle(object, kind, exact)
}

/// What an object is stored as, and whether it is of exactly the class of Ruby's own.
fn kind_of(object: Obj<'_>, tag: Tag) -> (Kind, bool) {
    match tag {
        Tag::Symbol => (Kind::Text, true),
        Tag::String => (Kind::Text, false),
        Tag::Array => (Kind::List, object.is_exactly(classes::array())),
        Tag::Hash => (Kind::Map, object.is_exactly(classes::hash())),
        Tag::Class => (Kind::Class, true),
        Tag::Module => (Kind::Module, true),
        Tag::Rational | Tag::Complex => (Kind::Instance, true),
        Tag::Struct if object.is_kind_of(classes::range()) => {
            (Kind::Range, object.is_exactly(classes::range()))
        }
        Tag::Object | Tag::Data => kind_of_instance(object),
        _ => (Kind::Instance, false),
    }
}

fn kind_of_instance(object: Obj<'_>) -> (Kind, bool) {
    if let Some(set) = Known::set()
        && object.is_kind_of(set)
    {
        return (Kind::Set, object.is_exactly(set));
    }
    let functions = [classes::proc(), classes::method(), classes::unbound_method()];
    if functions.into_iter().any(|class| object.is_exactly(class)) {
        return (Kind::Function, true);
    }
    let is_decimal = Known::decimal().is_some_and(|class| object.is_exactly(class));
    let is_known =
        is_decimal || object.is_exactly(classes::time()) || Known::date(object).is_some();
    (Kind::Instance, is_known)
}

/// Elements of a collection, characters of a string subclass; `NeedsCode` where a subclass answers
/// itself.
pub(crate) fn len_of(object: Obj<'_>, kind: Kind) -> Reading<usize> {
    let asks = match kind {
        Kind::List | Kind::Map | Kind::Set => ["size", "each"].as_slice(),
        Kind::Text | Kind::Bytes => &["size"],
        _ => &[],
    };
    let tag = object.tag();
    let is_overridden = tag != Tag::Symbol && asks.iter().any(|name| is_overridden(object, name));
    if is_overridden {
        return Err(Missing::NeedsCode);
    }
    stored_len(object, kind).ok_or(Missing::Absent)
}

/// Elements that a container stores, whatever a subclass makes of it.
pub(crate) fn stored_len(object: Obj<'_>, kind: Kind) -> Option<usize> {
    match kind {
        Kind::List => Some(object.items().len()),
        Kind::Map => Some(object.hash_len()),
        Kind::Set => set_hash(object).map(Obj::hash_len),
        Kind::Text => stored_text(object).map(chars),
        Kind::Bytes => Some(object.bytes().len()),
        Kind::Range => range_len(object),
        _ => None,
    }
}

fn chars(text: Text<'_>) -> usize {
    match text {
        Text::Utf8(text) => text.chars().count(),
        other => other.units(),
    }
}

/// The hash in which a Set keeps its elements.
pub(crate) fn set_hash<'g>(object: Obj<'g>) -> Option<Obj<'g>> {
    let hash = object.variable(Known::set_hash()?);
    (hash.tag() == Tag::Hash).then_some(hash)
}

/// The characters that a symbol, or an instance of a string subclass, stores.
pub(crate) fn stored_text<'g>(object: Obj<'g>) -> Option<Text<'g>> {
    match object.tag() {
        Tag::Symbol => Some(object.symbol_text()),
        Tag::String => Some(object.lossy_text()),
        _ => None,
    }
}

/// The core's own value inside an instance of a subclass that compares as the core does.
pub(crate) fn underlying<'g>(object: Obj<'g>, kind: Kind) -> Reading<Value<'g>> {
    let value = match object.tag() {
        Tag::Symbol => return Ok(Value::Text(object.symbol_text())),
        Tag::String => string(object),
        Tag::Bignum => return object.big(),
        Tag::Array | Tag::Hash => handle(object, kind, true),
        Tag::Object if kind == Kind::Set => handle(object, kind, true),
        _ => return Err(Missing::Absent),
    };
    if is_overridden(object, "==") { Err(Missing::NeedsCode) } else { Ok(value) }
}

/// Whether code of the application would answer `method` of an object of a core type.
pub(crate) fn is_overridden(object: Obj<'_>, method: &str) -> bool {
    let class = object.stored_class();
    if class.has_basic_method(intern(method)) {
        return false;
    }
    // Sets are written in Ruby.
    let set = Known::set().filter(|set| class.inherits(*set));
    !set.is_some_and(|set| reader::is_answered_by(class, method, set))
}

/// The value that a hash yields for a key it does not have.
pub(crate) fn absent_value<'g>(hash: Obj<'g>) -> Reading<Value<'g>> {
    let class = hash.stored_class();
    let own = ["default", "default_proc"].into_iter();
    if hash.tag() != Tag::Hash || !own.clone().all(|name| class.has_basic_method(intern(name))) {
        return Err(Missing::NeedsCode);
    }
    let [value, code] = ["default", "default_proc"].map(|name| asked(hash, name));
    match code.map(Obj::tag) {
        Some(Tag::Nil) => value.map(value_of).ok_or(Missing::Unreadable),
        _ => Err(Missing::NeedsCode),
    }
}

/// What a hash has under a key, if that can be looked up without code; nothing where the core is to
/// look through it. Of a struct a member by its name or its place.
pub(crate) fn lookup<'g>(container: Obj<'g>, key: &Value<'_>) -> Option<Reading<Value<'g>>> {
    match container.tag() {
        Tag::Hash => lookup_in_hash(container, key),
        Tag::Struct => {
            let at = match key {
                Value::Int(at) => usize::try_from(*at).ok(),
                Value::Text(Text::Utf8(name)) => member(container, name),
                Value::Object(object) => match stored_text(Obj::from_handle(object.raw))? {
                    Text::Utf8(name) => member(container, name),
                    _ => None,
                },
                _ => return None,
            };
            let found = at.and_then(|at| container.struct_value(at));
            Some(found.map(value_of).ok_or(Missing::Absent))
        }
        _ => None,
    }
}

fn member(container: Obj<'_>, name: &str) -> Option<usize> {
    let is_it = |member: &Obj<'_>| matches!(member.symbol_text(), Text::Utf8(text) if text == name);
    container.struct_members().iter().position(is_it)
}

fn lookup_in_hash<'g>(hash: Obj<'g>, key: &Value<'_>) -> Option<Reading<Value<'g>>> {
    let key = match key {
        Value::Object(object) => {
            let key = Obj::from_handle(object.raw);
            (key.tag() == Tag::Symbol).then_some(key)
        }
        Value::Int(number) => Obj::fixnum(*number),
        Value::Null => Some(Obj::constant(None)),
        Value::Bool(flag) => Some(Obj::constant(Some(*flag))),
        _ => None,
    };
    // What is looked for is no object of Ruby's, so it is none of the keys. A class may answer the
    // question by code of its own.
    let question = "compare_by_identity?";
    let is_ours = hash.stored_class().has_basic_method(intern(question));
    let by_identity = is_ours.then(|| asked(hash, question)).flatten();
    if by_identity.is_none_or(|answer| answer.tag() != Tag::False) {
        return Some(Err(Missing::Unreadable));
    }
    let key = key?;
    Some(hash.hash_value(key).map(value_of).ok_or(Missing::Absent))
}

/// Bounds of a range.
pub(crate) fn bounds<'g>(range: Obj<'g>) -> Reading<Bounds<'g>> {
    let (first, last, excludes_last) = range.range_parts().ok_or(Missing::Absent)?;
    Ok(Bounds { first: value_of(first), last: value_of(last), excludes_last })
}

/// Whether `==` on an object is Object's own.
pub(crate) fn compares_by_identity(object: Obj<'_>) -> bool {
    match object.tag() {
        Tag::Symbol | Tag::Class | Tag::Module => true,
        Tag::Object | Tag::Data => {
            let class = object.stored_class();
            let of_all = [classes::basic_object(), classes::object(), classes::kernel()];
            of_all.into_iter().any(|owner| reader::is_answered_by(class, "==", owner))
        }
        _ => false,
    }
}

/// What an object of Ruby's library compares as.
pub(crate) fn ordered(object: Obj<'_>) -> Reading<Ordered> {
    if let Some(class) = Known::decimal()
        && object.tag() == Tag::Data
        && object.is_exactly(class)
    {
        return decimal::ordered(object, class);
    }
    if object.tag() != Tag::Data || !object.is_exactly(classes::time()) {
        return Err(Missing::Absent);
    }
    let (seconds, nanoseconds) = object.time();
    let at = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    Ok(Ordered::Point { line: TIME, at })
}

/// Element `index` of an array or a range of integers.
pub(crate) fn item<'g>(object: Obj<'g>, index: usize) -> Reading<Value<'g>> {
    match object.tag() {
        Tag::Array => {
            if is_overridden(object, "[]") {
                return Err(Missing::NeedsCode);
            }
            object.items().get(index).map(|item| value_of(*item)).ok_or(Missing::Absent)
        }
        Tag::Struct => match object.range_parts().map(|(begin, ..)| begin.tag()) {
            Some(Tag::Fixnum(begin)) => {
                let len = range_len(object).ok_or(Missing::Unreadable)?;
                let at =
                    i64::try_from(index).ok().filter(|_| index < len).ok_or(Missing::Absent)?;
                begin.checked_add(at).map(Value::Int).ok_or(Missing::Unreadable)
            }
            _ => Err(Missing::Unreadable),
        },
        _ => Err(Missing::Unreadable),
    }
}

/// Elements of a range of integers.
fn range_len(object: Obj<'_>) -> Option<usize> {
    let (begin, end, excludes_end) = object.range_parts()?;
    let (Tag::Fixnum(begin), Tag::Fixnum(end)) = (begin.tag(), end.tag()) else { return None };
    let len = end.checked_sub(begin)?.checked_add(i64::from(!excludes_end))?;
    Some(usize::try_from(len.max(0)).unwrap_or(usize::MAX))
}

/// The class of a value that the core has.
pub(crate) fn class_of<'g>(value: &Value<'_>) -> Option<Obj<'g>> {
    Some(match value {
        Value::Null | Value::Undefined => classes::nil_class(),
        Value::Bool(true) => classes::true_class(),
        Value::Bool(false) => classes::false_class(),
        Value::Int(_) | Value::Int32(_) | Value::BigInt(_) => classes::integer(),
        Value::Float(_) | Value::Float32(_) => classes::float(),
        Value::Text(_) | Value::Bytes(_) | Value::Char(_) => classes::string(),
        Value::Object(object) => class_of_object(Obj::from_handle(object.raw)),
    })
}

/// The class that the application gave an object.
pub(crate) fn class_of_object<'g>(object: Obj<'g>) -> Obj<'g> {
    if object.tag() == Tag::Symbol { classes::symbol() } else { object.class() }
}

/// Name of the type of a value.
pub(crate) fn type_name<'g>(value: &Value<'_>) -> Text<'g> {
    class_of(value).map_or(NAMELESS, name_of_class)
}

/// What a class is called.
pub(crate) fn name_of_class<'g>(class: Obj<'g>) -> Text<'g> {
    let name = class.class_name().unwrap_or(NAMELESS);
    assert!(!matches!(name, Text::Utf8(name) if error::breaks(name)), "on purpose");
    name
}
