//! A host made of tagged JSON values, for running conditions without any runtime.
//!
//! Stores strings as an interpreter with flexible storage would (ASCII, 8, 16 or 32 bits a code
//! point). Knows the format of `tests/conformance/README.md` and no expected outcome.

use serde_json::{Map, Value as Json, json};
use stillframe_core::host::{Attr, Bounds, PRESENCE, Scope};
use stillframe_core::value::{BigInt, Kind, Missing, Object, Ordered, Reading, Text, Value};

#[path = "json_loose.rs"]
mod loose;
#[path = "json_names.rs"]
mod names;
#[path = "json_open.rs"]
mod open;
#[path = "json_ordered.rs"]
mod ordered;
#[path = "json_rare.rs"]
mod rare;
#[path = "json_typed.rs"]
mod typed;

/// Classes that every host has.
const BUILTINS: [&str; 11] =
    ["int", "float", "str", "bool", "list", "dict", "tuple", "set", "bytes", "object", "frozenset"];

/// A value as it is stored.
#[derive(Clone, Debug)]
pub(super) enum Stored {
    Null,
    Undefined,
    Bool(bool),
    Int(i64),
    Big(bool, Vec<u32>),
    Float(f64),
    Int32(i32),
    Float32(f32),
    Char(u16),
    Ascii(String),
    Latin1(Vec<u8>),
    Units16(Vec<u16>),
    Units32(Vec<u32>),
    Bytes(Vec<u8>),
    Object(Object),
    Missing(Missing),
}

/// What an object holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Thing {
    pub(super) type_name: String,
    bases: Vec<String>,
    pub(super) items: Vec<Stored>,
    pub(super) entries: Vec<(Stored, Stored)>,
    fields: Vec<(String, Stored)>,
    underlying: Option<Stored>,
    by_identity: bool,
    truth: Option<bool>,
    /// What a proxy of a known library stands for; `None` inside if nobody loaded it.
    target: Option<Option<Stored>>,
    /// Special methods of its class, which must not run.
    overrides: Vec<String>,
    /// What it compares as.
    ordered: Option<Reading<Ordered>>,
    /// A range beyond what can be read.
    is_unreadable: bool,
}

/// Variables, and the objects they reach.
#[derive(Default)]
pub(crate) struct JsonHost {
    names: Vec<String>,
    values: Vec<Stored>,
    things: Vec<Thing>,
    /// The class whose body the probed line stands in.
    inside: Option<String>,
    /// Whether it is a JVM, how many of its names are the application's, and constants of enums.
    is_typed: bool,
    /// Whether it is JavaScript.
    is_loose: bool,
    /// Whether it is Ruby.
    is_open: bool,
    own_names: usize,
    constants: Vec<(String, Stored)>,
    /// Types of variables and names of classes, by slot.
    declared: Vec<String>,
}

impl JsonHost {
    /// A host with the variables and globals of a case, at a line in the class that it names.
    pub(crate) fn new(case: &Map<String, Json>) -> Self {
        let inside = case.get("inside").and_then(Json::as_str).map(str::to_owned);
        let mut host = Self { inside, ..Self::default() };
        let builtins: Map<String, Json> =
            BUILTINS.iter().map(|name| ((*name).to_owned(), json!({"class": name}))).collect();
        let of_case = |part: &str| case.get(part).and_then(Json::as_object);
        // What stands nearer hides what stands further away.
        for part in [of_case("vars"), of_case("globals"), Some(&builtins)].into_iter().flatten() {
            for (name, tagged) in part {
                if !host.names.contains(name) {
                    let value = host.store(tagged);
                    host.names.push(name.clone());
                    host.values.push(value);
                }
            }
        }
        host
    }

    fn add(&mut self, kind: Kind, exact: bool, thing: Thing) -> Stored {
        self.things.push(thing);
        Stored::Object(Object { raw: self.things.len(), kind, exact })
    }

    pub(super) fn thing(&self, object: Object) -> &Thing {
        &self.things[object.raw - 1]
    }

    fn store(&mut self, tagged: &Json) -> Stored {
        match tagged {
            Json::Null => return Stored::Null,
            Json::Bool(value) => return Stored::Bool(*value),
            _ => {}
        }
        let (tag, content) = tagged.as_object().and_then(|map| map.iter().next()).expect("a tag");
        match tag.as_str() {
            "undefined" | "float" | "bigint" | "str" | "symbol" | "object" | "list"
            | "subclass"
                if self.is_loose =>
            {
                self.store_loose(tag, content, tagged)
            }
            "str" | "symbol" | "span" | "dict" | "object" | "subclass" | "encoded"
                if self.is_open =>
            {
                self.store_open(tag, content, tagged)
            }
            "numbers" => self.store_loose(tag, content, tagged),
            "int" => rare::integer(content.as_str().expect("digits")),
            "float" => Stored::Float(content.as_str().and_then(|f| f.parse().ok()).expect("float")),
            "str" if self.is_typed => typed::text(content.as_str().expect("text")),
            "str" => text(content.as_str().expect("text").chars().map(u32::from)),
            "points" => text(list(content).iter().map(|p| p.as_u64().expect("a point") as u32)),
            "bytes" => Stored::Bytes(list(content).iter().map(byte).collect()),
            "list" => self.sequence(Kind::List, tag, content),
            "tuple" => self.sequence(Kind::Tuple, tag, content),
            "set" => self.set(Kind::Set, tag, content),
            "frozenset" => self.set(Kind::FrozenSet, tag, content),
            "range" => self.range(content),
            "dict" => self.dict(content),
            "class" | "module" | "function" => self.named(tag, content, tagged),
            "object" => self.object(content),
            "subclass" => self.subclass(content),
            "namedtuple" => self.namedtuple(content),
            "enum" if self.is_typed => self.constant_of_enum(content),
            "enum" => self.enum_member(content),
            "proxy" => self.proxy(content),
            "times" => self.times(content),
            "deque" => self.deque(content),
            "decimal" | "date" | "datetime" | "timedelta" | "uuid" => self.moment(tag, content),
            "var" => {
                let at = self.names.iter().position(|name| content == name).expect("a variable");
                self.values[at].clone()
            }
            "missing" => Stored::Missing(missing(content.as_str().expect("a reason"))),
            other => self.store_typed(other, content, tagged),
        }
    }

    /// A class with its constants, a module or a function.
    fn named(&mut self, tag: &str, content: &Json, tagged: &Json) -> Stored {
        let kind = match tag {
            "class" => Kind::Class,
            "module" => Kind::Module,
            _ => Kind::Function,
        };
        let type_name = content.as_str().expect("a name").to_owned();
        let truth = Some(true);
        let mut fields = Vec::new();
        for (name, value) in tagged["statics"].as_object().into_iter().flatten() {
            let value = self.store(value);
            fields.push((name.clone(), value));
        }
        let thing = Thing { type_name, by_identity: true, truth, fields, ..thing() };
        self.add(kind, true, thing)
    }

    fn sequence(&mut self, kind: Kind, tag: &str, content: &Json) -> Stored {
        let items: Vec<Stored> = list(content).iter().map(|item| self.store(item)).collect();
        let truth = Some(!items.is_empty());
        self.add(kind, true, Thing { type_name: tag.to_owned(), items, truth, ..thing() })
    }

    fn set(&mut self, kind: Kind, tag: &str, content: &Json) -> Stored {
        let keys: Vec<Stored> = list(content).iter().map(|item| self.store(item)).collect();
        let truth = Some(!keys.is_empty());
        let entries = keys.into_iter().map(|key| (key.clone(), key)).collect();
        self.add(kind, true, Thing { type_name: tag.to_owned(), entries, truth, ..thing() })
    }

    fn range(&mut self, content: &Json) -> Stored {
        if list(content).iter().any(|part| !part.is_i64()) {
            let type_name = "range".to_owned();
            let thing = Thing { type_name, is_unreadable: true, ..thing() };
            return self.add(Kind::Range, true, thing);
        }
        let part = |at: usize| list(content)[at].as_i64().expect("an integer");
        let (start, stop, step) = (part(0), part(1), part(2));
        let goes_on = |at: &i64| if step > 0 { *at < stop } else { *at > stop };
        let items: Vec<Stored> = std::iter::successors(Some(start), |at| Some(at + step))
            .take_while(goes_on)
            .map(Stored::Int)
            .collect();
        let truth = Some(!items.is_empty());
        self.add(
            Kind::Range,
            true,
            Thing { type_name: "range".to_owned(), items, truth, ..thing() },
        )
    }

    fn dict(&mut self, content: &Json) -> Stored {
        let entries: Vec<(Stored, Stored)> = list(content)
            .iter()
            .map(|entry| (self.store(&list(entry)[0]), self.store(&list(entry)[1])))
            .collect();
        let truth = Some(!entries.is_empty());
        self.add(Kind::Map, true, Thing { type_name: "dict".to_owned(), entries, truth, ..thing() })
    }

    fn object(&mut self, content: &Json) -> Stored {
        let mut fields: Vec<(String, Stored)> = Vec::new();
        for (name, value) in content["fields"].as_object().into_iter().flatten() {
            let value = self.store(value);
            fields.push((name.clone(), value));
        }
        for (key, reason) in [("needs_code", "needs_code"), ("not_loaded", "not_loaded")] {
            for name in content[key].as_array().into_iter().flatten() {
                let name = name.as_str().expect("a name").to_owned();
                fields.push((name, Stored::Missing(missing(reason))));
            }
        }
        let names = |key: &str| -> Vec<String> {
            let names = content[key].as_array().into_iter().flatten();
            names.map(|name| name.as_str().expect("a name").to_owned()).collect()
        };
        let overrides = names("overrides");
        let own_truth = overrides.iter().any(|name| name == "__bool__" || name == "__len__");
        let thing = Thing {
            type_name: content["type"].as_str().expect("a type").to_owned(),
            bases: names("bases"),
            fields,
            by_identity: !overrides.iter().any(|name| name == "__eq__" || name == "equals"),
            truth: (!own_truth).then_some(true),
            overrides,
            ..thing()
        };
        self.add(Kind::Instance, false, thing)
    }

    fn subclass(&mut self, content: &Json) -> Stored {
        let underlying = self.store(&content["value"]);
        let kind = match underlying {
            Stored::Int(_) | Stored::Float(_) | Stored::Big(..) => Kind::Number,
            Stored::Bytes(_) => Kind::Bytes,
            Stored::Object(object) => object.kind,
            _ => Kind::Text,
        };
        let truth = self.plain_truth(&underlying);
        let mut thing = match underlying {
            Stored::Object(object) => self.thing(object).clone(),
            _ => thing(),
        };
        thing.type_name = content["type"].as_str().expect("a type").to_owned();
        thing.bases = vec![content["of"].as_str().expect("a base").to_owned()];
        thing.truth = truth;
        thing.underlying = Some(underlying);
        self.add(kind, false, thing)
    }

    fn plain_truth(&self, value: &Stored) -> Option<bool> {
        match value {
            Stored::Int(value) => Some(*value != 0),
            Stored::Float(value) => Some(*value != 0.0),
            Stored::Ascii(text) => Some(!text.is_empty()),
            Stored::Bytes(bytes) => Some(!bytes.is_empty()),
            Stored::Object(object) => self.thing(*object).truth,
            _ => Some(true),
        }
    }

    pub(super) fn read<'a>(&'a self, stored: &'a Stored) -> Reading<Value<'a>> {
        Ok(match stored {
            Stored::Null => Value::Null,
            Stored::Undefined => Value::Undefined,
            Stored::Bool(value) => Value::Bool(*value),
            Stored::Int(value) => Value::Int(*value),
            Stored::Big(negative, digits) => {
                Value::BigInt(BigInt { negative: *negative, digits, digit_bits: 30 })
            }
            Stored::Float(value) => Value::Float(*value),
            Stored::Int32(value) => Value::Int32(*value),
            Stored::Float32(value) => Value::Float32(*value),
            Stored::Char(unit) => Value::Char(*unit),
            Stored::Ascii(text) => Value::Text(Text::Utf8(text)),
            Stored::Latin1(units) => Value::Text(Text::Latin1(units)),
            Stored::Units16(units) => Value::Text(Text::Units16(units)),
            Stored::Units32(units) => Value::Text(Text::Units32(units)),
            Stored::Bytes(bytes) => Value::Bytes(bytes),
            Stored::Object(object) => Value::Object(*object),
            Stored::Missing(missing) => return Err(*missing),
        })
    }

    fn type_of(&self, value: &Value<'_>) -> &str {
        match value {
            _ if self.is_typed => self.class_of(value),
            _ if self.is_loose => self.loose_class(value),
            _ if self.is_open => self.open_class(value),
            Value::Null | Value::Undefined => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::BigInt(_) => "int",
            Value::Int32(_) | Value::Float32(_) | Value::Char(_) => "object",
            Value::Float(_) => "float",
            Value::Text(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::Object(object) => match object.kind {
                Kind::Class => "type",
                Kind::Module => "module",
                Kind::Function => "function",
                _ => &self.thing(*object).type_name,
            },
        }
    }
}

fn thing() -> Thing {
    Thing::default()
}

fn list(json: &Json) -> &Vec<Json> {
    json.as_array().expect("a list")
}

fn byte(json: &Json) -> u8 {
    u8::try_from(json.as_u64().expect("a byte")).expect("a byte")
}

fn missing(reason: &str) -> Missing {
    match reason {
        "unset" => Missing::Unset,
        "absent" => Missing::Absent,
        "needs_code" => Missing::NeedsCode,
        "not_loaded" => Missing::NotLoaded,
        "redacted" => Missing::Redacted,
        "unreadable" => Missing::Unreadable,
        other => panic!("unknown reason {other}"),
    }
}

/// A string in the narrowest storage, as the host would keep it.
fn text(points: impl Iterator<Item = u32>) -> Stored {
    let points: Vec<u32> = points.collect();
    match points.iter().max().copied().unwrap_or(0) {
        0..0x80 => Stored::Ascii(points.iter().filter_map(|p| char::from_u32(*p)).collect()),
        0x80..0x100 => Stored::Latin1(points.iter().map(|p| *p as u8).collect()),
        0x100..0x1_0000 => Stored::Units16(points.iter().map(|p| *p as u16).collect()),
        _ => Stored::Units32(points),
    }
}

/// Code points of a text, whatever its storage.
fn points(text: Text<'_>) -> impl Iterator<Item = u32> {
    let (utf8, latin1, units16, units32): (&str, &[u8], &[u16], &[u32]) = match text {
        Text::Utf8(text) => (text, &[], &[], &[]),
        Text::Latin1(units) => ("", units, &[], &[]),
        Text::Units16(units) => ("", &[], units, &[]),
        Text::Units32(units) => ("", &[], &[], units),
    };
    let narrow = utf8.chars().map(u32::from).chain(latin1.iter().map(|unit| u32::from(*unit)));
    narrow.chain(units16.iter().map(|unit| u32::from(*unit))).chain(units32.iter().copied())
}

impl Scope for JsonHost {
    fn slot(&self, slot: u16) -> Reading<Value<'_>> {
        self.read(&self.values[usize::from(slot)])
    }

    fn attr(&self, object: Object, attr: Attr<'_>) -> Reading<Value<'_>> {
        if self.is_open() {
            return self.open_attr(object, attr.text);
        }
        let thing = self.thing(object);
        if let Some(private) = attr.text.strip_suffix(PRESENCE) {
            let field = thing.fields.iter().find(|(name, _)| name == private);
            return field.map_or(Err(Missing::Absent), |(_, value)| self.read(value));
        }
        if let Some(target) = &thing.target {
            return match target {
                Some(Stored::Object(target)) => self.attr(*target, attr),
                Some(_) => Err(Missing::Absent),
                None => Err(Missing::NotLoaded),
            };
        }
        let overrides = |name: &str| thing.overrides.iter().any(|own| own == name);
        let absent = if overrides("__getattr__") { Missing::NeedsCode } else { Missing::Absent };
        if overrides("__getattribute__") || overrides("*") {
            return Err(Missing::NeedsCode);
        }
        let field = thing.fields.iter().find(|(name, _)| name == attr.text).ok_or(absent)?;
        self.read(&field.1)
    }

    fn item(&self, sequence: Object, index: usize) -> Reading<Value<'_>> {
        self.read(self.thing(sequence).items.get(index).ok_or(Missing::Absent)?)
    }

    fn lookup(&self, container: Object, key: &Value<'_>) -> Option<Reading<Value<'_>>> {
        if self.is_loose() {
            return self.property(container, key);
        }
        if self.is_open
            && let Some(member) = self.open_member(container, key)
        {
            return Some(member);
        }
        if !matches!(container.kind, Kind::Map) || self.is_typed || self.is_open {
            return None;
        }
        let Value::Text(wanted) = key else { return None };
        let entries = &self.thing(container).entries;
        let text_of = |key| match self.read(key) {
            Ok(Value::Text(text)) => Some(text),
            _ => None,
        };
        if entries.iter().any(|(key, _)| text_of(key).is_none()) {
            return None;
        }
        let is_it = |key| text_of(key).is_some_and(|text| points(text).eq(points(*wanted)));
        let found = entries.iter().find(|(key, _)| is_it(key));
        Some(found.map_or(Err(Missing::Absent), |(_, value)| self.read(value)))
    }

    fn entry(&self, container: Object, cursor: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
        let (key, value) = self.thing(container).entries.get(*cursor)?;
        *cursor += 1;
        Some((self.read(key).ok()?, self.read(value).ok()?))
    }

    fn len(&self, object: Object) -> Reading<usize> {
        let thing = self.thing(object);
        match object.kind {
            _ if thing.is_unreadable && object.kind != Kind::Map => Err(Missing::Unreadable),
            Kind::List | Kind::Tuple | Kind::Range => Ok(thing.items.len()),
            Kind::Map | Kind::Set | Kind::FrozenSet => Ok(thing.entries.len()),
            Kind::Instance if self.is_loose() && thing.overrides.is_empty() => {
                Ok(thing.entries.len())
            }
            Kind::Class | Kind::Function if self.is_loose() => Ok(thing.entries.len()),
            Kind::Instance => Err(Missing::NeedsCode),
            _ => Err(Missing::Absent),
        }
    }

    fn truth(&self, object: Object) -> Reading<bool> {
        match self.is_loose() {
            true => Ok(true),
            false => self.thing(object).truth.ok_or(Missing::NeedsCode),
        }
    }

    fn bounds(&self, range: Object) -> Reading<Bounds<'_>> {
        match self.is_open {
            true => self.open_bounds(range),
            false => Err(Missing::Absent),
        }
    }

    fn absent_value(&self, map: Object) -> Reading<Value<'_>> {
        match &self.thing(map).underlying {
            Some(absent) if self.is_open => self.read(absent),
            _ => Ok(Value::Null),
        }
    }

    fn is_overridden(&self, object: Object, method: &str) -> bool {
        self.thing(object).overrides.iter().any(|own| own == method)
    }

    fn is_exactly(&self, value: &Value<'_>, class: Object) -> Reading<bool> {
        Ok(self.type_of(value) == self.thing(class).type_name)
    }

    fn underlying(&self, object: Object) -> Reading<Value<'_>> {
        if self.is_open {
            return self.open_underlying(object);
        }
        self.read(self.thing(object).underlying.as_ref().ok_or(Missing::Absent)?)
    }

    fn stored_text(&self, object: Object) -> Option<Text<'_>> {
        if self.is_loose() {
            return Some(Text::Utf8(self.thing(object).description()));
        }
        let stored = match self.is_open {
            true => self.read(self.thing(object).underlying.as_ref()?),
            false => self.underlying(object),
        };
        match stored {
            Ok(Value::Text(text)) => Some(text),
            Ok(Value::Bytes(bytes)) => Some(Text::Latin1(bytes)),
            _ => None,
        }
    }

    fn element_name(&self, sequence: Object, index: usize) -> Option<Text<'_>> {
        let (name, _) = self.thing(sequence).fields.get(index).filter(|_| self.is_open)?;
        Some(Text::Utf8(name))
    }

    fn ordered(&self, object: Object) -> Reading<Ordered> {
        self.thing(object).ordered.unwrap_or(Err(Missing::Absent))
    }

    fn compares_by_identity(&self, object: Object) -> bool {
        self.thing(object).by_identity
    }

    fn is_instance(&self, value: &Value<'_>, class: Object) -> Reading<bool> {
        let wanted = &self.thing(class).type_name;
        if self.is_typed {
            return Ok(self.inherits(value, wanted));
        }
        if self.is_loose() {
            return self.descends(value, wanted);
        }
        if self.is_open {
            return Ok(self.open_is_a(value, wanted));
        }
        let own = self.type_of(value);
        let bases: &[String] = match value {
            Value::Object(object) => &self.thing(*object).bases,
            _ => &[],
        };
        let is_int = own == "bool" && wanted == "int";
        Ok(own == wanted || wanted == "object" || is_int || bases.contains(wanted))
    }

    fn type_name(&self, value: &Value<'_>) -> Text<'_> {
        Text::Utf8(match self.type_of(value) {
            "" => "object",
            name => match BUILTINS.iter().find(|builtin| **builtin == name) {
                Some(builtin) => builtin,
                None => self.names_of_types(value),
            },
        })
    }
}

impl JsonHost {
    /// Whether it is Ruby.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether it is JavaScript.
    pub(super) fn is_loose(&self) -> bool {
        self.is_loose
    }
}
