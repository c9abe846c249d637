//! Values, as the core's machine asks for them: JavaScript answers (`lib/values.js`).
//!
//! Off what a hit without a condition costs: captures are written by JavaScript itself (`lib/walk.js`).
//! Invariants: what JavaScript cannot tell without code of the application is told as such, never
//! guessed; texts that were copied lie still until the hit ends.

use crate::agent::threads::{self, Thread};
use crate::ffi::{self, Back, Given, Info};
use elsa::FrozenVec;
use napi::bindgen_prelude::Either6;
use std::sync::Arc;
use stillframe_core::host::{Attr, FrameName, Name, PRESENCE, Scope, Shape, Visitor, Walker};
use stillframe_core::probe::ArmedAt;
use stillframe_core::value::{BigInt, Kind, Missing, Object, Reading, Text, Value};

/// The values of one hit.
#[derive(Default)]
pub(crate) struct Values {
    /// Where it is, if native code is to say it: where JavaScript writes no frames.
    at: Option<ArmedAt>,
    /// On which thread it is.
    thread: Option<Arc<Thread>>,
    texts: FrozenVec<Box<[u16]>>,
    names: FrozenVec<Box<str>>,
    digits: FrozenVec<Box<[u32]>>,
}

impl Values {
    /// Values of a hit whose place native code says, if it does.
    pub(crate) fn at(at: Option<ArmedAt>) -> Self {
        Self { at, thread: threads::here(), ..Self::default() }
    }

    fn read(&self, (given, [why, kind, number]): (Given, Info)) -> Reading<Value<'_>> {
        if why != 0 {
            return Err(missing(why));
        }
        if kind >= 0 {
            let raw = usize::try_from(number).map_err(|_| Missing::Unreadable)?;
            let of_number = u8::try_from(kind / 2).ok().and_then(Kind::from_number);
            let of_number = of_number.ok_or(Missing::Unreadable)?;
            return Ok(Value::Object(Object { raw, kind: of_number, exact: kind % 2 == 1 }));
        }
        Ok(match given {
            Either6::A(()) => Value::Undefined,
            Either6::B(_) => Value::Null,
            Either6::C(is) => Value::Bool(is),
            Either6::D(number) => Value::Float(number),
            Either6::E(text) => {
                Value::Text(Text::Units16(self.texts.push_get(text.to_vec().into_boxed_slice())))
            }
            Either6::F(big) => {
                let halves = big.words.iter().flat_map(|word| [*word as u32, (word >> 32) as u32]);
                let mut digits: Vec<u32> = halves.collect();
                while digits.last() == Some(&0) {
                    digits.pop();
                }
                let digits = self.digits.push_get(digits.into_boxed_slice());
                Value::BigInt(BigInt { negative: big.sign_bit, digits, digit_bits: 32 })
            }
        })
    }

    fn name(&self, name: String) -> Text<'_> {
        Text::Utf8(self.names.push_get(name.into_boxed_str()))
    }

    /// A property by a key that was shown.
    fn field(&self, object: Object, key: &Value<'_>) -> Reading<Value<'_>> {
        match back(key) {
            Some(key) => self.read(ffi::lookup(number(object), key)),
            None => Err(Missing::Unreadable),
        }
    }
}

/// A name without an identity.
fn named(text: Text<'_>) -> Name<'_> {
    Name { identity: 0, text }
}

/// The reason that a number of the stream stands for.
fn missing(why: i32) -> Missing {
    match why {
        1 => Missing::Unset,
        2 => Missing::Absent,
        3 => Missing::NeedsCode,
        _ => Missing::Unreadable,
    }
}

fn number(object: Object) -> u32 {
    u32::try_from(object.raw).unwrap_or(u32::MAX)
}

/// A value as it is handed back; none of what JavaScript could not make of it.
fn back(value: &Value<'_>) -> Option<Back> {
    let plain = |tag| Some((tag, 0.0, String::new()));
    match value {
        Value::Undefined => plain(0),
        Value::Null => plain(1),
        Value::Bool(is) => plain(if *is { 3 } else { 2 }),
        Value::Int(number) => Some((4, *number as f64, String::new())),
        Value::Int32(number) => Some((4, f64::from(*number), String::new())),
        Value::Float(number) => Some((4, *number, String::new())),
        Value::Float32(number) => Some((4, f64::from(*number), String::new())),
        Value::Text(text) => Some((5, 0.0, written(*text)?)),
        Value::Object(object) => Some((6, object.raw as f64, String::new())),
        Value::BigInt(_) | Value::Bytes(_) | Value::Char(_) => None,
    }
}

/// A text in UTF-8; none of half a character.
fn written(text: Text<'_>) -> Option<String> {
    match text {
        Text::Utf8(text) => Some(text.to_owned()),
        Text::Latin1(units) => Some(units.iter().map(|unit| char::from(*unit)).collect()),
        Text::Units16(units) => String::from_utf16(units).ok(),
        Text::Units32(units) => units.iter().map(|unit| char::from_u32(*unit)).collect(),
    }
}

impl Scope for Values {
    fn slot(&self, slot: u16) -> Reading<Value<'_>> {
        self.read(ffi::slot(u32::from(slot)))
    }

    fn attr(&self, object: Object, attr: Attr<'_>) -> Reading<Value<'_>> {
        let name = attr.text.strip_suffix(PRESENCE).unwrap_or(attr.text);
        self.read(ffi::attr(number(object), name))
    }

    fn item(&self, sequence: Object, index: usize) -> Reading<Value<'_>> {
        let index = u32::try_from(index).map_err(|_| Missing::Absent)?;
        self.read(ffi::item(number(sequence), index))
    }

    fn lookup(&self, container: Object, key: &Value<'_>) -> Option<Reading<Value<'_>>> {
        // The core looks for what cannot be handed back itself.
        let back = back(key)?;
        Some(self.read(ffi::lookup(number(container), back)))
    }

    fn entry(&self, container: Object, cursor: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
        let at = u32::try_from(*cursor).ok()?;
        *cursor += 1;
        let [key, value] = ffi::entry(number(container), at);
        Some((self.read(key).ok()?, self.read(value).ok()?))
    }

    fn len(&self, object: Object) -> Reading<usize> {
        ffi::len(number(object)).ok_or(Missing::NeedsCode)
    }

    fn truth(&self, _object: Object) -> Reading<bool> {
        Ok(true)
    }

    fn underlying(&self, _object: Object) -> Reading<Value<'_>> {
        Err(Missing::Absent)
    }

    fn stored_text(&self, object: Object) -> Option<Text<'_>> {
        (object.kind == Kind::Text).then(|| self.name(ffi::description(number(object))))
    }

    fn compares_by_identity(&self, _object: Object) -> bool {
        true
    }

    fn is_instance(&self, value: &Value<'_>, class: Object) -> Reading<bool> {
        let back = back(value).unwrap_or((0, 0.0, String::new()));
        ffi::is_instance(back, number(class)).ok_or(Missing::NeedsCode)
    }

    fn type_name(&self, value: &Value<'_>) -> Text<'_> {
        Text::Utf8(match value {
            Value::Undefined => "undefined",
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Text(_) | Value::Char(_) => "string",
            Value::BigInt(_) => "bigint",
            Value::Bytes(_) => "Uint8Array",
            Value::Object(object) => return self.name(ffi::type_name(number(*object))),
            _ => "number",
        })
    }
}

impl Walker for Values {
    fn variable(&self, _ordinal: usize) -> Option<(Name<'_>, Reading<Value<'_>>)> {
        None
    }

    fn frame(&self, depth: usize) -> Option<FrameName<'_>> {
        let at = self.at.as_ref().filter(|_| depth == 0)?;
        let text = |text| named(Text::Utf8(text));
        Some(FrameName { file: text(&at.file), function: text(&at.function), line: at.line })
    }

    fn thread_name(&self) -> Text<'_> {
        Text::Utf8(self.thread.as_deref().map_or("", |thread| &thread.name))
    }

    fn trace_id(&self) -> Option<[u8; 16]> {
        ffi::trace()
    }

    fn shape(&self, object: Object) -> Shape<'_> {
        let type_name = named(self.name(ffi::type_name(number(object))));
        Shape { type_name, len: ffi::len(number(object)).map(|len| len as u64) }
    }

    fn children(&self, object: Object, visitor: &mut impl Visitor) {
        if matches!(object.kind, Kind::List | Kind::Tuple) {
            let mut items = (0..self.len(object).unwrap_or(0)).map(|at| self.item(object, at));
            items.all(|item| visitor.item(&item));
            return;
        }
        let mut cursor = 0;
        while let Some((key, value)) = self.entry(object, &mut cursor) {
            let goes_on = match (object.kind, &key) {
                (Kind::Map, _) => visitor.entry(&key, &Ok(value)),
                (Kind::Set, _) => visitor.item(&Ok(value)),
                (_, Value::Text(name)) => visitor.field(&named(*name), &self.field(object, &key)),
                _ => false,
            };
            if !goes_on {
                return;
            }
        }
    }
}
