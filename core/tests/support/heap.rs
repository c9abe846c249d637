//! A runtime made of JSON: values to capture without any language around them.
//!
//! Used by tests and benches of several crates through `#[path]`; knows neither limits nor
//! redaction. Invariant: reading it costs a few loads, as in a real binding.

use serde_json::Value as Json;
use std::collections::HashMap;
use stillframe_core::host::{Attr, FrameName, Name, Scope, Shape, Visitor, Walker};
use stillframe_core::value::{BigInt, Kind, Missing, Object, Reading, Text, Value};

/// A stored value.
#[derive(Clone, Debug)]
pub enum Slot {
    Missing(Missing),
    Null,
    Undefined,
    Bool(bool),
    Int(i64),
    Big {
        negative: bool,
        digit_bits: u8,
        digits: Vec<u32>,
    },
    Float(f64),
    Utf8(String),
    Latin1(Vec<u8>),
    Utf16(Vec<u16>),
    Utf32(Vec<u32>),
    Bytes(Vec<u8>),
    /// Index of a thing.
    Thing(usize),
}

/// A stored child; names are indices.
#[derive(Clone, Debug)]
pub enum Held {
    Item(Slot),
    Entry(Slot, Slot),
    Field(usize, Slot),
}

/// A stored object.
#[derive(Clone, Debug)]
pub struct Thing {
    pub kind: Kind,
    pub type_name: usize,
    pub len: Option<u64>,
    pub children: Vec<Held>,
    pub underlying: Option<Slot>,
}

/// All of them, and the frame that holds the first.
#[derive(Debug, Default)]
pub struct Heap {
    pub things: Vec<Thing>,
    pub locals: Vec<(usize, Slot)>,
    /// File, function and line, the probed frame first.
    pub frames: Vec<(usize, usize, u32)>,
    pub thread: String,
    pub trace_id: Option<[u8; 16]>,
    names: Vec<Box<str>>,
    numbers: HashMap<String, usize>,
    labels: HashMap<String, usize>,
}

impl Heap {
    /// An empty frame `place_order` at line 42 of `/app/app.py`.
    pub fn new() -> Self {
        let mut heap = Self { thread: "worker-3".to_owned(), ..Self::default() };
        let frame = (heap.name("/app/app.py"), heap.name("place_order"), 42);
        heap.frames.push(frame);
        heap
    }

    /// A frame with the variables `[[name, value], …]`.
    pub fn with_locals(locals: &Json) -> Self {
        let mut heap = Self::new();
        for pair in array(locals) {
            let slot = heap.slot_of(&pair[1]);
            let name = heap.name(text(&pair[0]));
            heap.locals.push((name, slot));
        }
        heap
    }

    pub fn name(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.names.push(name.into());
        self.numbers.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }

    fn slot_of(&mut self, json: &Json) -> Slot {
        match json {
            Json::Null => Slot::Null,
            Json::Bool(value) => Slot::Bool(*value),
            Json::Number(number) => match number.as_i64() {
                Some(value) => Slot::Int(value),
                None => Slot::Float(number.as_f64().expect("a number of a case is a float")),
            },
            Json::String(text) => Slot::Utf8(text.clone()),
            Json::Array(_) => panic!("a list of a case is written {{\"kind\": \"list\", …}}"),
            Json::Object(form) => self.slot_of_form(form),
        }
    }

    fn slot_of_form(&mut self, form: &serde_json::Map<String, Json>) -> Slot {
        let get = |key: &str| form.get(key);
        let times = get("times").and_then(Json::as_u64).unwrap_or(1) as usize;
        if let Some(label) = get("same") {
            return Slot::Thing(self.labels[text(label)]);
        }
        if let Some(missing) = get("missing") {
            return Slot::Missing(missing_of(text(missing)));
        }
        if let Some(digits) = get("int") {
            return big(text(digits), get("bits").and_then(Json::as_u64).unwrap_or(30) as u8);
        }
        if let Some(word) = get("float") {
            return Slot::Float(text(word).parse().expect("a float of a case"));
        }
        // The digits are the shortest, so that the double they say is what a reader makes of them.
        if let Some(digits) = get("float32") {
            return Slot::Float(text(digits).parse().expect("a float of a case"));
        }
        if let Some(hex) = get("bytes") {
            return Slot::Bytes(unhex(text(hex)).repeat(times));
        }
        if let Some(characters) = get("text") {
            let characters = text(characters).repeat(times);
            return encoded(&characters, get("as").map_or("utf8", text));
        }
        if let Some(units) = get("units") {
            let units: Vec<u32> = array(units).iter().map(number).collect();
            return match get("as").map(text) {
                Some("utf16") => Slot::Utf16(units.iter().map(|unit| *unit as u16).collect()),
                _ => Slot::Utf32(units),
            };
        }
        if form.contains_key("undefined") {
            return Slot::Undefined;
        }
        self.thing_of(form)
    }

    fn thing_of(&mut self, form: &serde_json::Map<String, Json>) -> Slot {
        let kind = form.get("kind").map(text).expect("an object of a case has a kind");
        let kind = kind_of(kind);
        let type_name = form.get("type").map_or(plain_type(kind), text);
        let type_name = self.name(type_name);
        let at = self.things.len();
        let vacant = Thing { kind, type_name, len: None, children: Vec::new(), underlying: None };
        self.things.push(vacant);
        if let Some(label) = form.get("label") {
            self.labels.insert(text(label).to_owned(), at);
        }
        let list = |key: &str| form.get(key).map(array).unwrap_or_default();
        let mut children: Vec<Held> = Vec::new();
        for value in list("items") {
            children.push(Held::Item(self.slot_of(value)));
        }
        let count = form.get("range").and_then(Json::as_i64).unwrap_or(0);
        children.extend((0..count).map(|value| Held::Item(Slot::Int(value))));
        for pair in list("entries") {
            children.push(Held::Entry(self.slot_of(&pair[0]), self.slot_of(&pair[1])));
        }
        for pair in list("fields") {
            let name = self.name(text(&pair[0]));
            children.push(Held::Field(name, self.slot_of(&pair[1])));
        }
        let underlying = form.get("underlying").map(|value| self.slot_of(value));
        let sized = !matches!(kind, Kind::Instance | Kind::Text | Kind::Bytes | Kind::Number);
        let len = match form.get("len") {
            Some(Json::Null) => None,
            Some(len) => len.as_u64(),
            None => sized.then_some(children.len() as u64),
        };
        self.things[at] = Thing { kind, type_name, len, children, underlying };
        Slot::Thing(at)
    }

    fn named(&self, name: usize) -> Name<'_> {
        let text = &self.names[name];
        Name { identity: text.as_ptr() as usize, text: Text::Utf8(text) }
    }

    #[inline(always)]
    fn read<'a>(&'a self, slot: &'a Slot) -> Reading<Value<'a>> {
        Ok(match slot {
            Slot::Missing(missing) => return Err(*missing),
            Slot::Null => Value::Null,
            Slot::Undefined => Value::Undefined,
            Slot::Bool(value) => Value::Bool(*value),
            Slot::Int(value) => Value::Int(*value),
            Slot::Big { negative, digit_bits, digits } => {
                Value::BigInt(BigInt { negative: *negative, digits, digit_bits: *digit_bits })
            }
            Slot::Float(value) => Value::Float(*value),
            Slot::Utf8(text) => Value::Text(Text::Utf8(text)),
            Slot::Latin1(units) => Value::Text(Text::Latin1(units)),
            Slot::Utf16(units) => Value::Text(Text::Units16(units)),
            Slot::Utf32(units) => Value::Text(Text::Units32(units)),
            Slot::Bytes(bytes) => Value::Bytes(bytes),
            Slot::Thing(at) => {
                let kind = self.things[*at].kind;
                // Sixteen bytes apart, as objects of an allocator are.
                Value::Object(Object { raw: (*at + 1) << 4, kind, exact: true })
            }
        })
    }

    #[inline]
    fn thing(&self, object: Object) -> &Thing {
        &self.things[(object.raw >> 4) - 1]
    }
}

impl Scope for Heap {
    fn slot(&self, slot: u16) -> Reading<Value<'_>> {
        self.locals.get(usize::from(slot)).map_or(Err(Missing::Unset), |(_, slot)| self.read(slot))
    }

    fn attr(&self, object: Object, attr: Attr<'_>) -> Reading<Value<'_>> {
        let field = self.thing(object).children.iter().find_map(|child| match child {
            Held::Field(name, slot) if &*self.names[*name] == attr.text => Some(slot),
            _ => None,
        });
        field.map_or(Err(Missing::Absent), |slot| self.read(slot))
    }

    fn item(&self, sequence: Object, index: usize) -> Reading<Value<'_>> {
        match self.thing(sequence).children.get(index) {
            Some(Held::Item(slot)) => self.read(slot),
            _ => Err(Missing::Absent),
        }
    }

    fn lookup(&self, _: Object, _: &Value<'_>) -> Option<Reading<Value<'_>>> {
        None
    }

    fn entry(&self, container: Object, cursor: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
        let child = self.thing(container).children.get(*cursor)?;
        *cursor += 1;
        match child {
            Held::Entry(key, value) => Some((self.read(key).ok()?, self.read(value).ok()?)),
            Held::Item(slot) | Held::Field(_, slot) => {
                let value = self.read(slot).ok()?;
                Some((value, value))
            }
        }
    }

    fn len(&self, object: Object) -> Reading<usize> {
        Ok(self.thing(object).children.len())
    }

    fn truth(&self, _: Object) -> Reading<bool> {
        Err(Missing::NeedsCode)
    }

    fn underlying(&self, object: Object) -> Reading<Value<'_>> {
        let underlying = self.thing(object).underlying.as_ref();
        underlying.map_or(Err(Missing::NeedsCode), |slot| self.read(slot))
    }

    fn compares_by_identity(&self, _: Object) -> bool {
        true
    }

    fn is_instance(&self, _: &Value<'_>, _: Object) -> Reading<bool> {
        Err(Missing::Unreadable)
    }

    fn type_name(&self, value: &Value<'_>) -> Text<'_> {
        match value {
            Value::Object(object) => Text::Utf8(&self.names[self.thing(*object).type_name]),
            _ => Text::Utf8("scalar"),
        }
    }
}

impl Walker for Heap {
    #[inline]
    fn variable(&self, ordinal: usize) -> Option<(Name<'_>, Reading<Value<'_>>)> {
        let (name, slot) = self.locals.get(ordinal)?;
        Some((self.named(*name), self.read(slot)))
    }

    fn frame(&self, depth: usize) -> Option<FrameName<'_>> {
        let (file, function, line) = *self.frames.get(depth)?;
        Some(FrameName { file: self.named(file), function: self.named(function), line })
    }

    fn thread_name(&self) -> Text<'_> {
        Text::Utf8(&self.thread)
    }

    fn trace_id(&self) -> Option<[u8; 16]> {
        self.trace_id
    }

    #[inline]
    fn shape(&self, object: Object) -> Shape<'_> {
        let thing = self.thing(object);
        Shape { type_name: self.named(thing.type_name), len: thing.len }
    }

    #[inline]
    fn children(&self, object: Object, visitor: &mut impl Visitor) {
        for child in &self.thing(object).children {
            let wants_more = match child {
                Held::Item(slot) => visitor.item(&self.read(slot)),
                Held::Entry(key, slot) => match self.read(key) {
                    Ok(key) => visitor.entry(&key, &self.read(slot)),
                    Err(_) => false,
                },
                Held::Field(name, slot) => visitor.field(&self.named(*name), &self.read(slot)),
            };
            if !wants_more {
                return;
            }
        }
    }
}

fn text(json: &Json) -> &str {
    json.as_str().expect("a string stands here in a case")
}

fn array(json: &Json) -> &[Json] {
    json.as_array().expect("an array stands here in a case")
}

fn number(json: &Json) -> u32 {
    json.as_u64().and_then(|value| u32::try_from(value).ok()).expect("a small number in a case")
}

fn unhex(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn encoded(characters: &str, storage: &str) -> Slot {
    match storage {
        "utf8" => Slot::Utf8(characters.to_owned()),
        "latin1" => {
            let unit = |c: char| u8::try_from(u32::from(c)).expect("a Latin-1 character");
            Slot::Latin1(characters.chars().map(unit).collect())
        }
        "utf16" => Slot::Utf16(characters.encode_utf16().collect()),
        "utf32" => Slot::Utf32(characters.chars().map(u32::from).collect()),
        other => panic!("no storage is called {other}"),
    }
}

/// Digits of a decimal integer in base `2^digit_bits`.
fn big(decimal: &str, digit_bits: u8) -> Slot {
    let (negative, digits) = match decimal.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, decimal),
    };
    let mut words: Vec<u32> = Vec::new();
    for digit in digits.bytes() {
        let mut carry = u64::from(digit - b'0');
        for word in &mut words {
            let value = u64::from(*word) * 10 + carry;
            *word = (value & ((1 << digit_bits) - 1)) as u32;
            carry = value >> digit_bits;
        }
        if carry > 0 {
            words.push(carry as u32);
        }
    }
    Slot::Big { negative, digit_bits, digits: words }
}

fn missing_of(word: &str) -> Missing {
    match word {
        "unset" => Missing::Unset,
        "absent" => Missing::Absent,
        "needs_code" => Missing::NeedsCode,
        "not_loaded" => Missing::NotLoaded,
        "redacted" => Missing::Redacted,
        "unreadable" => Missing::Unreadable,
        "out_of_fuel" => Missing::OutOfFuel,
        other => panic!("no reason is called {other}"),
    }
}

const KINDS: [(&str, &str); 13] = [
    ("list", "list"),
    ("tuple", "tuple"),
    ("map", "dict"),
    ("set", "set"),
    ("frozen_set", "frozenset"),
    ("range", "range"),
    ("text", "Text"),
    ("bytes", "Bytes"),
    ("number", "Number"),
    ("instance", "Thing"),
    ("class", "type"),
    ("function", "function"),
    ("module", "module"),
];

fn kind_of(word: &str) -> Kind {
    let at = KINDS.iter().position(|(kind, _)| *kind == word);
    at.map(|at| Kind::ALL[at]).unwrap_or_else(|| panic!("no kind is called {word}"))
}

fn plain_type(kind: Kind) -> &'static str {
    KINDS[kind as usize].1
}
