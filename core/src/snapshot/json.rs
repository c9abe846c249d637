//! A snapshot's JSON: what `-o json`, sinks and the hub's API print, one object a snapshot.
//!
//! Knows the data, not who reads it. Invariant: every value has one form, and no value of the
//! application can be taken for one of the forms that begin with `$`.
//!
//! | value | form |
//! |---|---|
//! | null, boolean, string, number | itself |
//! | undefined | `{"$undefined": true}` |
//! | integer beyond 2^53 | `{"$int": "18446744073709551616"}` |
//! | not finite | `{"$float": "nan"}`, `"inf"`, `"-inf"` |
//! | cut string | `{"$text": "abc", "$length": 4096}`: length in the host's own units |
//! | bytes | `{"$bytes": "00ff"}`, and `"$length"` if cut |
//! | whole plain list | an array |
//! | other collections | `{"$type": "tuple", "$items": [1, 2], "$length": 2}` |
//! | whole plain map with string keys | an object |
//! | other maps | `{"$type": "dict", "$entries": [[1, 2]], "$length": 1}` |
//! | object with fields | `{"$type": "User", "id": 7}` |
//! | instance of a subclass of a string or number | `{"$type": "Status", "$value": "paid"}` |
//! | object that stands for one value | `{"$type": "Decimal", "$value": "12.50"}` |
//! | tuple with names | `{"$type": "Point", "x": 1, "y": 2}` |
//! | written before | `{"$ref": 3}`; the other object has `"$id": 3` |
//! | not there | `{"$missing": "not set yet"}` |
//! | children left out | `"$missing": "depth"` within the form of the object |
//! | failed watch | `{"$error": "message"}` |

use super::{ChildNode, Node, ObjectNode, Reason, Snapshot};
use crate::probe::ProbeKind;
use crate::value::Kind;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashSet};

mod missing;
mod time;

pub use time::rfc3339_ms;

/// Version of the JSON form.
const SCHEMA: u32 = 1;
/// Integers up to here are exact in every JSON reader.
const EXACT: u64 = 1 << 53;
/// Names of the plain lists and maps of the runtimes: these alone become arrays and objects.
const PLAIN: [&str; 5] = ["list", "Array", "dict", "Hash", "Object"];

/// The service and instance a snapshot came from, as its JSON names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceRef {
    /// `service.name`.
    pub name: String,
    /// `service.version`.
    pub version: Option<String>,
    /// `HOST/PID`.
    pub instance: String,
}

impl Snapshot {
    /// The object that stands for this snapshot.
    pub fn to_json(&self, service: &ServiceRef) -> Value {
        let referred = self.referred();
        let mut object = Map::new();
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        let is_log = self.kind == ProbeKind::Log;
        put("type", json!(if is_log { "log" } else { "snapshot" }));
        put("schema", json!(SCHEMA));
        put("id", json!(format!("{}/{}", self.probe, self.number)));
        put("time", json!(rfc3339_ms(self.time_ns)));
        put("service", service.to_json());
        put("at", self.stack.first().map_or(Value::Null, frame));
        put("thread", json!({"id": self.thread.id, "name": self.thread.name}));
        if let Some(trace_id) = &self.trace_id {
            put("trace_id", json!(trace_id));
        }
        if let Some(message) = &self.message {
            put("message", json!(message));
        }
        if !is_log {
            let locals = self.locals.iter();
            let locals = locals.map(|local| (local.name.clone(), value(&local.value, &referred)));
            put("locals", Value::Object(locals.collect()));
            let watches = self.watches.iter().map(|watch| {
                let value = match &watch.value {
                    Ok(node) => value(node, &referred),
                    Err(message) => json!({"$error": message}),
                };
                (watch.expression.clone(), value)
            });
            put("watches", Value::Object(watches.collect()));
        }
        put("stack", self.stack.iter().map(frame).collect());
        if self.more_frames > 0 {
            put("more_frames", json!(self.more_frames));
            if self.more_frames_at_least {
                put("more_frames_at_least", json!(true));
            }
        }
        put("missing", missing::summary(self));
        put("notes", json!(self.notes));
        put("took_ns", json!(self.took_ns));
        put("revision", json!(self.revision));
        Value::Object(object)
    }

    /// Values of all watches and variables.
    fn roots(&self) -> impl Iterator<Item = &Node> {
        let watches = self.watches.iter().filter_map(|watch| watch.value.as_ref().ok());
        watches.chain(self.locals.iter().map(|local| &local.value))
    }

    /// Ordinals that some reference names.
    fn referred(&self) -> BTreeSet<u32> {
        fn visit(node: &Node, referred: &mut BTreeSet<u32>) {
            match node {
                Node::Ref(ordinal) => {
                    referred.insert(*ordinal);
                }
                Node::Object(object) => nodes(object).for_each(|node| visit(node, referred)),
                _ => {}
            }
        }
        let mut referred = BTreeSet::new();
        self.roots().for_each(|node| visit(node, &mut referred));
        referred
    }
}

impl ServiceRef {
    fn to_json(&self) -> Value {
        let mut service = Map::new();
        service.insert("name".to_owned(), json!(self.name));
        if let Some(version) = &self.version {
            service.insert("version".to_owned(), json!(version));
        }
        service.insert("instance".to_owned(), json!(self.instance));
        Value::Object(service)
    }
}

/// Keys and values of an object's children.
fn nodes(object: &ObjectNode) -> impl Iterator<Item = &Node> {
    let pairs = object.children.iter().map(|child| match child {
        ChildNode::Item(node) | ChildNode::Field(_, node) => [Some(node), None],
        ChildNode::Entry(key, value) => [Some(key), Some(value)],
    });
    pairs.flatten().flatten()
}

fn frame(frame: &super::Frame) -> Value {
    json!({"file": frame.file, "line": frame.line, "function": frame.function})
}

fn value(node: &Node, referred: &BTreeSet<u32>) -> Value {
    match node {
        Node::Null => Value::Null,
        Node::Undefined => json!({"$undefined": true}),
        Node::Bool(value) => json!(value),
        Node::Int(value) if value.unsigned_abs() <= EXACT => json!(value),
        Node::Int(value) => json!({"$int": value.to_string()}),
        Node::BigInt(text) => json!({"$int": text}),
        Node::Float(value) if value.is_finite() => json!(value),
        Node::Float(value) if value.is_nan() => json!({"$float": "nan"}),
        Node::Float(value) => json!({"$float": if *value > 0.0 { "inf" } else { "-inf" }}),
        Node::Text { text, cut_from: None } => json!(text),
        Node::Text { text, cut_from: Some(length) } => json!({"$text": text, "$length": length}),
        Node::Bytes { bytes, cut_from } => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            match cut_from {
                None => json!({"$bytes": hex}),
                Some(length) => json!({"$bytes": hex, "$length": length}),
            }
        }
        Node::Ref(ordinal) => json!({"$ref": ordinal}),
        Node::Missing(reason) => json!({"$missing": reason.word()}),
        Node::Object(object) => object_value(object, referred),
    }
}

fn object_value(object: &ObjectNode, referred: &BTreeSet<u32>) -> Value {
    let is_plain = PLAIN.contains(&object.type_name.as_str())
        && object.missing.is_none()
        && object.len.is_none_or(|len| len == object.children.len() as u64)
        && !referred.contains(&object.ordinal);
    if is_plain && let Some(value) = plain(object, referred) {
        return value;
    }
    let mut form = Map::new();
    form.insert("$type".to_owned(), json!(object.type_name));
    if referred.contains(&object.ordinal) {
        form.insert("$id".to_owned(), json!(object.ordinal));
    }
    children(object, referred, &mut form);
    if let Some(reason) = object.missing {
        form.insert("$missing".to_owned(), json!(reason.word()));
    }
    Value::Object(form)
}

/// The array or object that stands for a plain list or map; `None` if its keys do not allow it.
fn plain(object: &ObjectNode, referred: &BTreeSet<u32>) -> Option<Value> {
    let children = object.children.iter();
    match object.kind {
        Kind::List => children
            .map(|child| match child {
                ChildNode::Item(node) => Some(value(node, referred)),
                _ => None,
            })
            .collect(),
        Kind::Map => {
            let mut map = Map::new();
            for child in children {
                let ChildNode::Entry(Node::Text { text, cut_from: None }, node) = child else {
                    return None;
                };
                if text.starts_with('$') || map.contains_key(text) {
                    return None;
                }
                map.insert(text.clone(), value(node, referred));
            }
            Some(Value::Object(map))
        }
        _ => None,
    }
}

/// Puts the children of an object into its explicit form.
fn children(object: &ObjectNode, referred: &BTreeSet<u32>, form: &mut Map<String, Value>) {
    let (mut items, mut entries, mut fields) = (Vec::new(), Vec::new(), Vec::new());
    for child in &object.children {
        match child {
            ChildNode::Item(node) => items.push(value(node, referred)),
            ChildNode::Entry(key, node) => {
                entries.push(json!([value(key, referred), value(node, referred)]));
            }
            ChildNode::Field(name, node) => fields.push((name, value(node, referred))),
        }
    }
    let has_names = items.is_empty() && !fields.is_empty();
    let is_sequence =
        matches!(object.kind, Kind::List | Kind::Tuple | Kind::Set | Kind::FrozenSet) && !has_names;
    let is_map = object.kind == Kind::Map;
    let stores_one = !is_sequence && !is_map && object.kind != Kind::Range;
    if stores_one && items.len() == 1 {
        form.extend(items.pop().map(|value| ("$value".to_owned(), value)));
    } else if is_sequence || !items.is_empty() {
        form.insert("$items".to_owned(), Value::Array(items));
    }
    // A field called `$type` would be taken for one of ours.
    let mut seen = HashSet::new();
    let clear = fields.iter().all(|(name, _)| !name.starts_with('$') && seen.insert(*name));
    if !clear {
        entries.extend(fields.drain(..).map(|(name, value)| json!([name, value])));
    }
    if is_map || !entries.is_empty() {
        form.insert("$entries".to_owned(), Value::Array(entries));
    }
    if (is_sequence || is_map)
        && let Some(len) = object.len
    {
        form.insert("$length".to_owned(), json!(len));
    }
    form.extend(fields.into_iter().map(|(name, value)| (name.clone(), value)));
}
