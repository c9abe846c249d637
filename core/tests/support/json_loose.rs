//! Values of the JSON host as JavaScript has them: numbers of one kind, exact integers, symbols, holes.
//!
//! Knows the format of `tests/conformance/README.md`. Invariant: each is stored as a binding would read
//! it.

use super::rare::magnitude;
use super::{JsonHost, Stored, Thing, list, missing, thing, typed};
use serde_json::{Map, Value as Json, json};
use stillframe_core::value::{Kind, Missing, Object, Reading, Text, Value};

/// Classes and functions that are visible everywhere.
const GLOBALS: [&str; 13] = [
    "Object",
    "Function",
    "Array",
    "Map",
    "Set",
    "Error",
    "TypeError",
    "Date",
    "RegExp",
    "Number",
    "String",
    "Uint8Array",
    "Symbol",
];

impl JsonHost {
    /// A host with the variables of a case.
    pub(crate) fn loose(case: &Map<String, Json>) -> Self {
        let mut host = Self { is_loose: true, ..Self::default() };
        for (name, tagged) in case["vars"].as_object().into_iter().flatten() {
            let value = host.store(tagged);
            host.names.push(name.clone());
            host.values.push(value);
        }
        host.own_names = host.names.len();
        let constants =
            json!({"object": {"type": "Math", "fields": {"PI": {"float": "3.141592653589793"}}}});
        let classes = GLOBALS.iter().map(|name| ((*name).to_owned(), json!({"class": name})));
        for (name, tagged) in classes.chain([("Math".to_owned(), constants)]) {
            let value = host.store(&tagged);
            if !host.names.contains(&name) {
                host.names.push(name);
                host.values.push(value);
            }
        }
        host
    }

    pub(super) fn store_loose(&mut self, tag: &str, content: &Json, tagged: &Json) -> Stored {
        let digits = || content.as_str().expect("digits");
        match tag {
            "undefined" => Stored::Undefined,
            "float" => number(digits().parse().expect("a number")),
            "bigint" => match digits().strip_prefix('-') {
                Some(digits) => Stored::Big(true, magnitude(digits)),
                None => Stored::Big(false, magnitude(digits())),
            },
            "str" => typed::text(digits()),
            "symbol" => {
                let bases = vec![digits().to_owned()];
                let truth = Some(true);
                self.add(
                    Kind::Text,
                    true,
                    Thing { type_name: "symbol".to_owned(), bases, truth, ..thing() },
                )
            }
            "object" => self.plain(content),
            "list" | "numbers" => {
                let kind = if tag == "list" { Kind::List } else { Kind::Tuple };
                let item = |item: &Json| match item["missing"].as_str() {
                    Some(reason) => Stored::Missing(missing(reason)),
                    None => self.store(item),
                };
                let items: Vec<Stored> = list(content).iter().map(item).collect();
                let type_name = if tag == "list" { "Array" } else { "Float64Array" }.to_owned();
                self.add(kind, true, Thing { type_name, items, truth: Some(true), ..thing() })
            }
            "subclass" => {
                let Stored::Object(object) = self.store(&content["value"]) else {
                    panic!("a subclass of what is no object")
                };
                let own = self.thing(object).clone();
                let type_name = content["type"].as_str().expect("a type").to_owned();
                let bases = vec![own.type_name.clone()];
                self.add(object.kind, false, Thing { type_name, bases, ..own })
            }
            other => self.store_typed(other, content, tagged),
        }
    }

    /// An object with its own data properties; getters among them are not run.
    fn plain(&mut self, content: &Json) -> Stored {
        let Stored::Object(object) = self.object(content) else { panic!("no object") };
        let names: Vec<String> =
            self.thing(object).fields.iter().map(|(name, _)| name.clone()).collect();
        let keys = names.iter().filter(|name| !name.starts_with('#'));
        let keys: Vec<(Stored, Stored)> =
            keys.map(|name| (typed::text(name), typed::text(name))).collect();
        self.things[object.raw - 1].entries = keys;
        for (name, value) in content["inherited"].as_object().into_iter().flatten() {
            let value = match value["missing"].as_str() {
                Some(reason) => Stored::Missing(missing(reason)),
                None => self.store(value),
            };
            self.things[object.raw - 1].fields.push((name.clone(), value));
        }
        Stored::Object(object)
    }

    /// A property by a key that was computed.
    pub(super) fn property(&self, object: Object, key: &Value<'_>) -> Option<Reading<Value<'_>>> {
        if matches!(object.kind, Kind::Map | Kind::Set) {
            return None;
        }
        let thing = self.thing(object);
        if thing.overrides.iter().any(|name| name == "*") {
            return Some(Err(Missing::NeedsCode));
        }
        let Value::Text(name) = key else { return Some(Err(Missing::Absent)) };
        let field = thing.fields.iter().find(|(field, _)| is_called(field, *name));
        Some(field.map_or(Err(Missing::Absent), |(_, value)| self.read(value)))
    }

    /// The name of a value's type or class.
    pub(super) fn loose_class(&self, value: &Value<'_>) -> &str {
        match value {
            Value::Undefined => "undefined",
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::BigInt(_) => "bigint",
            Value::Text(_) => "string",
            Value::Bytes(_) => "Uint8Array",
            Value::Object(object) => match (object.kind, &*self.thing(*object).type_name) {
                (Kind::Class | Kind::Function, _) => "Function",
                (Kind::Map, "dict") => "Map",
                (Kind::Set, "set") => "Set",
                (_, name) => name,
            },
            _ => "number",
        }
    }

    /// Whether the chain of prototypes of an object holds that of `wanted`.
    pub(super) fn descends(&self, value: &Value<'_>, wanted: &str) -> Reading<bool> {
        let own = self.loose_class(value);
        let declared = match value {
            Value::Object(object) => {
                let thing = self.thing(*object);
                if thing.overrides.iter().any(|name| name == "*") {
                    return Err(Missing::NeedsCode);
                }
                thing.bases.iter().any(|base| base == wanted)
            }
            _ => false,
        };
        Ok(own == wanted || wanted == "Object" || declared)
    }
}

impl Thing {
    /// Of a symbol.
    pub(crate) fn description(&self) -> &str {
        self.bases.first().map_or("", |text| text)
    }
}

/// A number as an engine stores it: small integers apart from doubles.
fn number(value: f64) -> Stored {
    let small = value as i32;
    match f64::from(small).to_bits() == value.to_bits() {
        true => Stored::Int32(small),
        false => Stored::Float(value),
    }
}

/// Whether a property's name is `text`, whatever its storage. Nothing is allocated.
fn is_called(field: &str, text: Text<'_>) -> bool {
    match text {
        Text::Units16(units) => field.encode_utf16().eq(units.iter().copied()),
        other => field.chars().map(u32::from).eq(super::points(other)),
    }
}
