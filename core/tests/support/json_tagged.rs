//! Values of the JSON host as tagged JSON again, to be held against what a case expects.
//!
//! Knows the format of `tests/conformance/README.md`. Invariant: `-0.0` and NaN are written as the
//! host that computed the cases writes them.

use super::json_host::{JsonHost, Stored};
use serde_json::{Value as Json, json};
use stillframe_core::host::Scope as _;
use stillframe_core::value::{BigInt, Kind, Object, Text, Value};

impl JsonHost {
    /// A value as tagged JSON, with `-0.0` and NaN as the host writes them.
    pub(crate) fn tagged(&self, value: &Value<'_>) -> Json {
        let each = |items: &[Stored]| -> Vec<Json> {
            items.iter().map(|item| self.tagged(&self.read(item).expect("there"))).collect()
        };
        if self.is_loose() {
            return self.tagged_loosely(value);
        }
        if self.is_open()
            && let Value::Object(object) = value
        {
            return self.tagged_openly(*object);
        }
        match value {
            Value::Null | Value::Undefined => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Int(value) => json!({"int": value.to_string()}),
            Value::Int32(value) => json!({"int32": value.to_string()}),
            Value::Char(unit) => json!({"char": unit}),
            Value::BigInt(int) => json!({"int": decimal(int)}),
            Value::Float(value) if value.is_nan() => json!({"float": "nan"}),
            Value::Float(value) => json!({"float": format!("{value:?}")}),
            Value::Float32(value) if value.is_nan() => json!({"float32": "nan"}),
            Value::Float32(value) => json!({"float32": format!("{value:?}")}),
            Value::Text(Text::Units16(units)) if String::from_utf16(units).is_err() => {
                json!({"units": units})
            }
            Value::Text(text) => json!({"str": string(*text)}),
            Value::Bytes(bytes) => json!({"bytes": bytes}),
            Value::Object(object) => {
                let thing = self.thing(*object);
                match object.kind {
                    Kind::List => json!({"list": each(&thing.items)}),
                    Kind::Tuple => json!({"tuple": each(&thing.items)}),
                    Kind::Map => {
                        let pair = |(key, value): &(Stored, Stored)| {
                            let read = |stored| self.tagged(&self.read(stored).expect("there"));
                            json!([read(key), read(value)])
                        };
                        json!({"dict": thing.entries.iter().map(pair).collect::<Vec<_>>()})
                    }
                    _ => json!({"object": {"type": thing.type_name}}),
                }
            }
        }
    }
}

impl JsonHost {
    /// An object of Ruby.
    fn tagged_openly(&self, object: Object) -> Json {
        let thing = self.thing(object);
        let read = |stored: &Stored| self.tagged(&self.read(stored).expect("there"));
        let each = || -> Vec<Json> { thing.items.iter().map(read).collect() };
        match object.kind {
            _ if !object.exact => json!({"object": {"type": thing.type_name}}),
            Kind::List => json!({"list": each()}),
            Kind::Range => json!({"span": each()}),
            Kind::Map => {
                let pair = |(key, value): &(Stored, Stored)| json!([read(key), read(value)]);
                json!({"dict": thing.entries.iter().map(pair).collect::<Vec<_>>()})
            }
            Kind::Set => {
                let keys: Vec<Json> = thing.entries.iter().map(|(key, _)| read(key)).collect();
                json!({"set": keys})
            }
            Kind::Class => json!({"class": thing.type_name}),
            Kind::Module => json!({"module": thing.type_name}),
            Kind::Function => json!({"function": "proc"}),
            Kind::Text => {
                let name = self.stored_text(object).map(string).unwrap_or_default();
                json!({"symbol": name})
            }
            _ => json!({"object": {"type": thing.type_name}}),
        }
    }

    /// A value of JavaScript, whose numbers are all of one kind.
    fn tagged_loosely(&self, value: &Value<'_>) -> Json {
        let read = |stored: &Stored| match self.read(stored) {
            Ok(value) => self.tagged_loosely(&value),
            Err(missing) => json!({"missing": format!("{missing:?}").to_lowercase()}),
        };
        let object = match value {
            Value::Null => return Json::Null,
            Value::Undefined => return json!({"undefined": true}),
            Value::Bool(value) => return Json::Bool(*value),
            Value::Int(value) => return self.tagged_loosely(&Value::Float(*value as f64)),
            Value::Int32(value) => return self.tagged_loosely(&Value::Float(f64::from(*value))),
            Value::Float(value) if value.is_nan() => return json!({"float": "nan"}),
            Value::Float(value) => return json!({"float": format!("{value:?}")}),
            Value::BigInt(int) if int.digits.iter().all(|digit| *digit == 0) => {
                return json!({"bigint": "0"});
            }
            Value::BigInt(int) => return json!({"bigint": decimal(int)}),
            Value::Text(Text::Units16(units)) if String::from_utf16(units).is_err() => {
                return json!({"units": units});
            }
            Value::Text(text) => return json!({"str": string(*text)}),
            Value::Bytes(bytes) => return json!({"bytes": bytes}),
            Value::Object(object) => *object,
            other => panic!("no value of JavaScript: {other:?}"),
        };
        let thing = self.thing(object);
        let each = || -> Vec<Json> { thing.items.iter().map(read).collect() };
        match object.kind {
            Kind::List => json!({"list": each()}),
            Kind::Tuple => json!({"numbers": each()}),
            Kind::Map => {
                let pair = |(key, value): &(Stored, Stored)| json!([read(key), read(value)]);
                json!({"dict": thing.entries.iter().map(pair).collect::<Vec<_>>()})
            }
            Kind::Set => {
                let keys: Vec<Json> = thing.entries.iter().map(|(key, _)| read(key)).collect();
                json!({"set": keys})
            }
            Kind::Class => json!({"class": thing.type_name}),
            Kind::Function => json!({"function": thing.type_name}),
            Kind::Text if object.exact => json!({"symbol": thing.description()}),
            _ => json!({"object": {"type": thing.type_name}}),
        }
    }
}

fn decimal(int: &BigInt<'_>) -> String {
    let mut rest: Vec<u32> = int.digits.to_vec();
    let mut text = String::new();
    while rest.iter().any(|digit| *digit != 0) {
        let mut remainder = 0_u64;
        for digit in rest.iter_mut().rev() {
            let wide = remainder << int.digit_bits | u64::from(*digit);
            *digit = (wide / 10) as u32;
            remainder = wide % 10;
        }
        text.insert(0, char::from(b'0' + remainder as u8));
    }
    if int.negative { format!("-{text}") } else { text }
}

fn string(text: Text<'_>) -> String {
    let point = |p: u32| char::from_u32(p).unwrap_or(char::REPLACEMENT_CHARACTER);
    match text {
        Text::Utf8(text) => text.to_owned(),
        Text::Latin1(units) => units.iter().map(|u| char::from(*u)).collect(),
        Text::Units16(units) => String::from_utf16_lossy(units),
        Text::Units32(units) => units.iter().map(|u| point(*u)).collect(),
    }
}
