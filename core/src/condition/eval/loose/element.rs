//! Properties, elements and keys.
//!
//! Invariant: what stands under a redacted key is never read, a getter is never run, and of an inherited
//! property nothing is guessed.

use super::compare::same_value_zero;
use super::datum::Datum;
use super::numeral;
use crate::condition::eval::element::lookup_by;
use crate::condition::eval::machine::Machine;
use crate::condition::eval::number::Number;
use crate::condition::eval::sequence::{View, part};
use crate::condition::eval::typed::Digits;
use crate::condition::eval::{Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::syntax::Function;
use crate::condition::{text, utf16};
use crate::host::Scope;
use crate::value::{Kind, Missing, Object, Text, Value};

/// Properties that strings, numbers, booleans, symbols and exact integers inherit: functions, of which
/// nothing can be told.
const INHERITED: &[&str] = &[
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "anchor",
    "at",
    "big",
    "blink",
    "bold",
    "charAt",
    "charCodeAt",
    "codePointAt",
    "concat",
    "constructor",
    "description",
    "endsWith",
    "fixed",
    "fontcolor",
    "fontsize",
    "hasOwnProperty",
    "includes",
    "indexOf",
    "isPrototypeOf",
    "isWellFormed",
    "italics",
    "lastIndexOf",
    "link",
    "localeCompare",
    "match",
    "matchAll",
    "normalize",
    "padEnd",
    "padStart",
    "propertyIsEnumerable",
    "repeat",
    "replace",
    "replaceAll",
    "search",
    "slice",
    "small",
    "split",
    "startsWith",
    "strike",
    "sub",
    "substr",
    "substring",
    "sup",
    "toExponential",
    "toFixed",
    "toLocaleLowerCase",
    "toLocaleString",
    "toLocaleUpperCase",
    "toLowerCase",
    "toPrecision",
    "toString",
    "toUpperCase",
    "toWellFormed",
    "trim",
    "trimEnd",
    "trimLeft",
    "trimRight",
    "trimStart",
    "valueOf",
];

/// A property's key.
pub(super) enum Key<'v> {
    /// The place of an element.
    Index(usize),
    Text(Text<'v>),
    Number(Digits),
    Symbol(Value<'v>),
}

impl<'v> Key<'v> {
    /// `ToPropertyKey`.
    fn of(value: &Value<'v>) -> Outcome<Self> {
        Ok(match Datum::of(value) {
            Datum::Number(number) => match index(number) {
                Some(at) => Self::Index(at),
                None => Self::Number(plain(number)),
            },
            Datum::Text(text) => match canonical_index(text) {
                Some(at) => Self::Index(at),
                None => Self::Text(text),
            },
            Datum::Symbol(_) => Self::Symbol(*value),
            Datum::Undefined => Self::Text(Text::Utf8("undefined")),
            Datum::Null => Self::Text(Text::Utf8("null")),
            Datum::Bool(true) => Self::Text(Text::Utf8("true")),
            Datum::Bool(false) => Self::Text(Text::Utf8("false")),
            Datum::Big(Number::Int(value)) => match usize::try_from(value) {
                Ok(at) if at < MOST_INDEX => Self::Index(at),
                _ => Self::Number(Digits::int(value)),
            },
            Datum::Big(_) => return Err(FailureKind::TooLong),
            Datum::Bytes(_) | Datum::Object(_) => return Err(FailureKind::NeedsCode),
        })
    }

    fn is_length(&self) -> bool {
        matches!(self, Self::Text(text) if utf16::equal(*text, Text::Utf8("length")))
    }
}

const MOST_INDEX: usize = u32::MAX as usize;

fn index(number: f64) -> Option<usize> {
    let is_index = number >= 0.0 && number == number.trunc() && number < MOST_INDEX as f64;
    is_index.then_some(number as usize)
}

/// A number as a key: both zeros are one.
fn plain(number: f64) -> Digits {
    Digits::number(if number == 0.0 { 0.0 } else { number })
}

/// The place that a string is, if it is written as a number would be.
fn canonical_index(text: Text<'_>) -> Option<usize> {
    if text.units() > 10 {
        return None;
    }
    let mut at = 0_usize;
    for (n, unit) in utf16::units(text).enumerate() {
        let digit = char::from_u32(u32::from(unit))?.to_digit(10)?;
        if n > 0 && at == 0 {
            return None;
        }
        at = at * 10 + digit as usize;
    }
    (text.units() > 0 && at < MOST_INDEX).then_some(at)
}

/// What was read; undefined where it is absent.
fn or_undefined<'a>(reading: Result<Value<'a>, Missing>) -> Outcome<Value<'a>> {
    match reading {
        Ok(value) => Ok(value),
        Err(Missing::Absent) => Ok(Value::Undefined),
        Err(missing) => Err(missing.into()),
    }
}

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    pub(super) fn datum(&self, operand: &Operand<'a>) -> Datum<'_> {
        match operand {
            Operand::Long(value) => Datum::Big(Number::Int(*value)),
            other => Datum::of(&self.view(other)),
        }
    }

    /// What `object.name` is where no such data was found: of a primitive undefined, or a function.
    pub(in crate::condition::eval) fn absent(
        &self,
        name: &str,
        object: &Operand<'a>,
    ) -> Outcome<Operand<'a>> {
        match self.datum(object) {
            Datum::Undefined | Datum::Null => Err(FailureKind::OfNull),
            // A private field belongs to its class alone.
            _ if name.starts_with('#') => Err(FailureKind::NoAttribute),
            Datum::Object(_) => Ok(Operand::Value(Value::Undefined)),
            _ if INHERITED.contains(&name) => Err(FailureKind::Unreadable),
            // Byte arrays inherit more than is listed.
            Datum::Bytes(_) => Err(FailureKind::Unreadable),
            _ => Ok(Operand::Value(Value::Undefined)),
        }
    }

    /// `object.length` or `object.size`: of the host's own types how many, of others the attribute.
    pub(super) fn property(
        &self,
        function: Function,
        attr: u16,
        object: &Operand<'a>,
    ) -> Outcome<Operand<'a>> {
        let count = match (function, self.datum(object)) {
            (Function::Length, Datum::Text(text)) => {
                self.ctx.burn_count(text)?;
                utf16::length(text)
            }
            (Function::Length, Datum::Bytes(bytes)) => bytes.len(),
            (Function::Length, Datum::Object(object))
                if matches!(object.kind, Kind::List | Kind::Tuple) =>
            {
                self.ctx.scope.len(object)?
            }
            (Function::Size, Datum::Object(object))
                if object.exact && matches!(object.kind, Kind::Map | Kind::Set) =>
            {
                self.ctx.scope.len(object)?
            }
            _ => return self.loose_attr(attr, object),
        };
        Ok(counted(count))
    }

    pub(in crate::condition::eval) fn loose_attr(
        &self,
        attr: u16,
        object: &Operand<'a>,
    ) -> Outcome<Operand<'a>> {
        match self.attr(attr, object) {
            Ok(value) => Ok(Operand::Value(value)),
            Err(FailureKind::NoAttribute) => {
                let name = self.code.attrs.get(usize::from(attr));
                self.absent(name.map_or("", |name| &name.text), object)
            }
            Err(other) => Err(other),
        }
    }

    /// `object[key]`.
    pub(super) fn loose_index(
        &self,
        object: &Operand<'a>,
        key: &Operand<'a>,
        is_constant: bool,
    ) -> Outcome<Operand<'a>> {
        let undefined = Ok(Operand::Value(Value::Undefined));
        let datum = self.datum(object);
        if matches!(datum, Datum::Undefined | Datum::Null) {
            return Err(FailureKind::OfNull);
        }
        let key = self.key(key)?;
        match (datum, &key) {
            (Datum::Text(whole), Key::Index(at)) => self.unit(object, whole, *at),
            (Datum::Text(whole), _) if key.is_length() => Ok(counted(utf16::length(whole))),
            (Datum::Bytes(bytes), Key::Index(at)) => {
                Ok(bytes.get(*at).map_or(Operand::Value(Value::Undefined), |byte| {
                    Operand::Value(Value::Int32(i32::from(*byte)))
                }))
            }
            (Datum::Bytes(bytes), _) if key.is_length() => Ok(counted(bytes.len())),
            (Datum::Object(sequence), Key::Index(at)) if is_sequence(sequence) => {
                self.place(sequence, *at).map(Operand::Value)
            }
            (Datum::Object(sequence), _) if is_sequence(sequence) && key.is_length() => {
                Ok(counted(self.ctx.scope.len(sequence)?))
            }
            (Datum::Object(object), _) => {
                or_undefined(self.stored(object, &key, is_constant)?).map(Operand::Value)
            }
            (_, Key::Text(name)) => {
                let inherits = |known: &&&str| utf16::equal(*name, Text::Utf8(known));
                match INHERITED.iter().find(inherits) {
                    Some(name) => self.absent(name, object),
                    None => self.absent("", object),
                }
            }
            (Datum::Bytes(_), _) | (_, Key::Symbol(_)) => Err(FailureKind::Unreadable),
            _ => undefined,
        }
    }

    fn key(&self, operand: &Operand<'a>) -> Outcome<Key<'_>> {
        match operand {
            Operand::Long(value) => match usize::try_from(*value) {
                Ok(at) if at < MOST_INDEX => Ok(Key::Index(at)),
                _ => Ok(Key::Number(Digits::int(*value))),
            },
            other => Key::of(&self.view(other)),
        }
    }

    /// A string's unit as a string.
    fn unit(&self, text: &Operand<'a>, whole: Text<'_>, at: usize) -> Outcome<Operand<'a>> {
        self.ctx.burn_count(whole)?;
        let Some(unit) = utf16::at(whole, at) else { return Ok(Operand::Value(Value::Undefined)) };
        let Text::Utf8(utf8) = whole else { return Ok(part(text, at, at + 1)) };
        if (0xd800..0xe000).contains(&unit) {
            // Half a character is nothing that UTF-8 holds.
            return Err(FailureKind::Domain);
        }
        let before = utf8.chars().scan(0, |units, character| {
            let begin = *units;
            *units += character.len_utf16();
            Some(begin)
        });
        let point = before.take_while(|begin| *begin < at).count();
        let (start, end) = text::slice(whole, point, point + 1);
        Ok(part(text, start, end))
    }

    /// Element `at` of an array; undefined where there is none.
    fn place(&self, sequence: Object, at: usize) -> Outcome<Value<'a>> {
        match self.ctx.item(sequence, at) {
            Err(FailureKind::NoIndex) => Ok(Value::Undefined),
            other => other,
        }
    }

    /// What an object stores under `key`, if it can be looked up as a property.
    fn stored(
        &self,
        object: Object,
        key: &Key<'_>,
        is_constant: bool,
    ) -> Outcome<Result<Value<'a>, Missing>> {
        if matches!(object.kind, Kind::Map | Kind::Set) {
            // Its properties are not its entries, which alone can be looked up.
            return Err(FailureKind::Unreadable);
        }
        let digits;
        let key = match key {
            Key::Index(at) => {
                digits = plain(*at as f64);
                Value::Text(Text::Utf8(digits.text()))
            }
            Key::Number(number) => Value::Text(Text::Utf8(number.text())),
            Key::Text(text) => Value::Text(*text),
            Key::Symbol(symbol) => *symbol,
        };
        if !is_constant {
            self.ctx.visible(&key)?;
        }
        self.ctx.scope.lookup(object, &key).ok_or(FailureKind::NeedsCode)
    }

    /// `#name in object`.
    pub(super) fn has_private(&self, attr: u16, object: &Operand<'a>) -> Outcome<bool> {
        if !self.datum(object).is_object() {
            return Err(FailureKind::Types);
        }
        match self.attr(attr, object) {
            Ok(_) => Ok(true),
            Err(FailureKind::NoAttribute) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// `key in object`.
    pub(super) fn has_key(&self, key: &Operand<'a>, object: &Operand<'a>) -> Outcome<bool> {
        let object = self.datum(object);
        if !object.is_object() {
            return Err(FailureKind::Types);
        }
        let key = self.key(key)?;
        let reading = match (object, &key) {
            (Datum::Bytes(bytes), Key::Index(at)) => return Ok(*at < bytes.len()),
            (Datum::Object(sequence), Key::Index(at)) if is_sequence(sequence) => {
                if *at >= self.ctx.scope.len(sequence)? {
                    return Ok(false);
                }
                self.ctx.scope.item(sequence, *at)
            }
            (Datum::Object(sequence), _) if is_sequence(sequence) && key.is_length() => {
                return Ok(true);
            }
            // Whether a redacted key is there is not told either.
            (Datum::Object(object), _) => self.stored(object, &key, false)?,
            _ => return Err(FailureKind::Unreadable),
        };
        match reading {
            Ok(_) => Ok(true),
            Err(Missing::Absent) => Ok(false),
            Err(missing) => Err(missing.into()),
        }
    }

    /// What a map holds under `key`, or a set's element itself; `None` if there is none.
    pub(super) fn entry(
        &self,
        container: &Operand<'a>,
        key: &Operand<'a>,
        only_maps: bool,
    ) -> Outcome<Option<Value<'a>>> {
        let datum = self.datum(container);
        let object = match datum {
            Datum::Object(object) if object.exact => object,
            other => return Err(other.no_method()),
        };
        let is_map = object.kind == Kind::Map;
        if !is_map && (only_maps || object.kind != Kind::Set) {
            return Err(datum.no_method());
        }
        let wanted = self.datum(key);
        let is_key =
            |candidate: &Value<'_>| same_value_zero(&self.ctx, wanted, Datum::of(candidate));
        if matches!(key, Operand::Long(_)) {
            return self.scan(object, is_key);
        }
        let key = self.view(key);
        if is_map {
            self.ctx.visible(&key)?;
        }
        lookup_by(&self.ctx, object, &key, is_key)
    }

    /// The same by going over the entries.
    fn scan(
        &self,
        container: Object,
        is_key: impl Fn(&Value<'_>) -> Outcome<bool>,
    ) -> Outcome<Option<Value<'a>>> {
        let mut cursor = 0;
        while let Some((candidate, value)) = self.ctx.scope.entry(container, &mut cursor) {
            self.ctx.burn(1)?;
            if is_key(&candidate)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Where an element is, from the first; holes are undefined, or nothing.
    pub(super) fn position(
        &self,
        sequence: Object,
        sees_holes: bool,
        is_it: impl Fn(Datum<'_>) -> Outcome<bool>,
    ) -> Outcome<Option<usize>> {
        for at in 0..self.ctx.scope.len(sequence)? {
            self.ctx.burn(1)?;
            let item = match self.ctx.item(sequence, at) {
                Err(FailureKind::NoIndex) if sees_holes => Value::Undefined,
                Err(FailureKind::NoIndex) => continue,
                other => other?,
            };
            if is_it(Datum::of(&item))? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// A string without blanks at both ends.
    pub(super) fn trimmed_text(&self, operand: &Operand<'a>) -> Outcome<Operand<'a>> {
        let Datum::Text(whole) = self.datum(operand) else {
            return Err(self.datum(operand).no_method());
        };
        self.ctx.burn_text(whole)?;
        let is_blank = |point: u32| u16::try_from(point).is_ok_and(numeral::is_blank);
        let (start, end) = text::trim(whole, is_blank);
        Ok(part(operand, start, end))
    }
}

pub(super) fn is_sequence(object: Object) -> bool {
    matches!(object.kind, Kind::List | Kind::Tuple)
}

/// A count as a number.
pub(super) fn counted<'a>(count: usize) -> Operand<'a> {
    Operand::Value(match i32::try_from(count) {
        Ok(count) => Value::Int32(count),
        Err(_) => Value::Float(count as f64),
    })
}
