//! Values of the JSON host as a JVM has them: numbers of a width, chars, arrays, constants of enums.
//!
//! Knows the format of `tests/conformance/README.md`. Invariant: each is stored as a binding would read
//! it.

use super::{JsonHost, Stored, Thing, list, missing, thing};
use serde_json::{Map, Value as Json, json};
use stillframe_core::value::{Kind, Ordered, Value};

/// Classes that are visible everywhere, with their constants.
const CLASSES: [(&str, &[(&str, Stored)]); 17] = [
    ("Object", &[]),
    ("String", &[]),
    ("CharSequence", &[]),
    ("Number", &[]),
    ("Integer", &[("MAX_VALUE", Stored::Int32(i32::MAX)), ("MIN_VALUE", Stored::Int32(i32::MIN))]),
    ("Long", &[("MAX_VALUE", Stored::Int(i64::MAX)), ("MIN_VALUE", Stored::Int(i64::MIN))]),
    ("Double", &[("NaN", Stored::Float(f64::NAN)), ("MAX_VALUE", Stored::Float(f64::MAX))]),
    ("Float", &[]),
    ("Boolean", &[("TRUE", Stored::Bool(true))]),
    ("Character", &[("MAX_VALUE", Stored::Char(u16::MAX))]),
    ("Byte", &[]),
    ("Short", &[]),
    ("List", &[]),
    ("Map", &[]),
    ("Collection", &[]),
    ("Comparable", &[]),
    ("Exception", &[]),
];

impl JsonHost {
    /// A host with the variables of a case, in a method that sees the classes of the case.
    pub(crate) fn typed(case: &Map<String, Json>) -> Self {
        let mut host = Self { is_typed: true, ..Self::default() };
        for (name, declared) in case["vars"].as_object().into_iter().flatten() {
            let value = host.store(&declared["value"]);
            host.add_name(name, value);
            host.declared.push(declared["type"].as_str().unwrap_or_default().to_owned());
        }
        for (name, tagged) in case.get("classes").and_then(Json::as_object).into_iter().flatten() {
            let value = host.store(tagged);
            host.add_name(name, value);
            host.declared.push(tagged["class"].as_str().unwrap_or_default().to_owned());
        }
        host.own_names = host.names.len();
        for (name, constants) in CLASSES {
            let class = host.store(&json!({"class": name}));
            if let Stored::Object(object) = class {
                let own = |(name, value): &(&str, Stored)| ((*name).to_owned(), value.clone());
                host.things[object.raw - 1].fields = constants.iter().map(own).collect();
            }
            if !host.names.iter().any(|known| known == name) {
                host.add_name(name, class);
            }
        }
        host
    }

    fn add_name(&mut self, name: &str, value: Stored) {
        self.names.push(name.to_owned());
        self.values.push(value);
    }

    /// A value that only such a host has.
    pub(super) fn store_typed(&mut self, tag: &str, content: &Json, tagged: &Json) -> Stored {
        let digits = || content.as_str().expect("digits");
        match tag {
            "int8" | "int16" | "int32" => Stored::Int32(digits().parse().expect("an int")),
            "float32" => Stored::Float32(digits().parse().expect("a float")),
            "char" => Stored::Char(content.as_u64().expect("a unit") as u16),
            "units" => {
                let unit = |unit: &Json| unit.as_u64().expect("a unit") as u16;
                Stored::Units16(list(content).iter().map(unit).collect())
            }
            "array" => {
                let items: Vec<Stored> =
                    list(content).iter().map(|item| self.store(item)).collect();
                let of = tagged["of"].as_str().expect("a type");
                let type_name = format!("{of}[]");
                self.add(
                    Kind::Tuple,
                    true,
                    Thing { type_name, items, by_identity: true, ..thing() },
                )
            }
            "optional" => self.optional(content),
            "known" => self.known(content),
            other => panic!("unknown tag {other}"),
        }
    }

    /// An object that stands for one value. Only numbers have an order that methods tell of.
    fn known(&mut self, content: &Json) -> Stored {
        let text = content["text"].as_str().expect("a text");
        let type_name = content["type"].as_str().expect("a type").to_owned();
        let is_whole = type_name == "BigInteger";
        if is_whole && text.parse::<i64>().is_err() {
            return self.store(&json!({"int": text}));
        }
        let ordered = match &*type_name {
            "BigDecimal" | "BigInteger" => super::ordered::of("decimal", &content["text"]).0,
            _ => {
                let at = text
                    .bytes()
                    .fold(0_i128, |all, byte| all.wrapping_mul(257).wrapping_add(i128::from(byte)));
                Ok(Ordered::Point { line: 0, at })
            }
        };
        let thing = Thing { type_name, ordered: Some(ordered), ..thing() };
        self.add(Kind::Instance, false, thing)
    }

    fn optional(&mut self, content: &Json) -> Stored {
        let held = match content {
            Json::Null => Stored::Missing(missing("unset")),
            held => self.store(held),
        };
        let is_there = !content.is_null();
        let fields = [
            ("get()", held),
            ("isPresent()", Stored::Bool(is_there)),
            ("isEmpty()", Stored::Bool(!is_there)),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let type_name = "Optional".to_owned();
        self.add(Kind::Instance, false, Thing { type_name, fields, ..thing() })
    }

    /// A constant of an enum, which is one object wherever it stands.
    pub(super) fn constant_of_enum(&mut self, content: &Json) -> Stored {
        let key = format!("{}.{}", content["type"], content["name"]);
        if let Some((_, known)) = self.constants.iter().find(|(known, _)| *known == key) {
            return known.clone();
        }
        let mut fields = content["fields"].clone();
        let own = fields.as_object_mut().expect("fields");
        own.insert("name()".to_owned(), json!({"str": content["name"]}));
        own.insert("ordinal()".to_owned(), json!({"int32": content["ordinal"].to_string()}));
        let object = json!({"type": content["type"], "fields": fields, "bases": ["Comparable"]});
        let constant = self.object(&object);
        self.constants.push((key, constant.clone()));
        constant
    }

    /// The name of a value's class; of a primitive, of its box.
    pub(super) fn class_of(&self, value: &Value<'_>) -> &str {
        match value {
            Value::Null | Value::Undefined => "null",
            Value::Bool(_) => "Boolean",
            Value::Int32(_) => "Integer",
            Value::Int(_) => "Long",
            Value::BigInt(_) => "BigInteger",
            Value::Char(_) => "Character",
            Value::Float(_) => "Double",
            Value::Float32(_) => "Float",
            Value::Text(_) => "String",
            Value::Bytes(_) => "byte[]",
            Value::Object(object) => match (object.kind, &*self.thing(*object).type_name) {
                (Kind::Class, _) => "Class",
                (Kind::List, "list") => "ArrayList",
                (Kind::Map, "dict") => "HashMap",
                (Kind::Set, "set") => "HashSet",
                (_, name) => name,
            },
        }
    }

    /// Whether a value's class is `wanted` or inherits it.
    pub(super) fn inherits(&self, value: &Value<'_>, wanted: &str) -> bool {
        let own = self.class_of(value);
        if matches!(value, Value::Null) {
            return false;
        }
        let bases: &[&str] = match own {
            "Integer" | "Long" | "Double" | "Float" => &["Number", "Comparable"],
            "Boolean" | "Character" => &["Comparable"],
            "String" => &["CharSequence", "Comparable"],
            "ArrayList" => &["List", "Collection"],
            "HashSet" => &["Collection"],
            "HashMap" => &["Map"],
            _ => &[],
        };
        let declared = match value {
            Value::Object(object) => self.thing(*object).bases.iter().any(|base| base == wanted),
            _ => false,
        };
        own == wanted || wanted == "Object" || bases.contains(&wanted) || declared
    }
}

/// A string in the storage of a JVM.
pub(super) fn text(text: &str) -> Stored {
    match text.chars().all(|character| u32::from(character) < 0x100) {
        true => Stored::Latin1(text.chars().map(|character| u32::from(character) as u8).collect()),
        false => Stored::Units16(text.encode_utf16().collect()),
    }
}
