//! Arguments from Ruby to the core's, and the core's answers to Ruby's hashes and arrays.
//!
//! Converts and decides nothing: defaults and bounds are the core's. Invariant: what goes to Ruby
//! goes through the same JSON that every other reader gets, so the two cannot differ; Ruby's own JSON
//! library, which adds methods to all objects, is never loaded on our account.

use crate::error;
use magnus::value::ReprValue;
use magnus::{Error, IntoValue, Module, RArray, RHash, RModule, Ruby, TryConvert, Value};
use serde_json::{Map, Number, Value as Json};
use std::collections::BTreeMap;
use std::path::Path;
use stillframe_core::agent::Arguments;
use stillframe_core::probe::ProbeSpec;
use stillframe_core::snapshot::Snapshot;
use stillframe_core::snapshot::json::ServiceRef;
use stillframe_core::transport::sink::{Callback, SinkTarget};

/// The specification that a hash with symbols for keys stands for.
pub(crate) fn spec(ruby: &Ruby, spec: RHash) -> Result<ProbeSpec, Error> {
    serde_json::from_value(to_json(spec.as_value())?).map_err(|fault| {
        // The location's own error is inside; the place in our JSON says nothing to the caller.
        let message = fault.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        error::make(ruby, "location", message, None)
    })
}

/// A hash, array, string, number, boolean or nil as JSON.
fn to_json(value: Value) -> Result<Json, Error> {
    if let Some(hash) = RHash::from_value(value) {
        let mut map = Map::new();
        hash.foreach(|key: Value, value: Value| {
            map.insert(key.to_string(), to_json(value)?);
            Ok(magnus::r_hash::ForEach::Continue)
        })?;
        return Ok(Json::Object(map));
    }
    if let Some(array) = RArray::from_value(value) {
        return array.into_iter().map(to_json).collect();
    }
    if value.is_nil() {
        return Ok(Json::Null);
    }
    if let Ok(text) = String::try_convert(value) {
        return Ok(Json::String(text));
    }
    if let Some(number) = magnus::Integer::from_value(value) {
        return Ok(number.to_i64().map_or(Json::Null, Json::from));
    }
    if let Some(number) = magnus::Float::from_value(value) {
        return Ok(Number::from_f64(number.to_f64()).map_or(Json::Null, Json::Number));
    }
    Ok(if let Ok(flag) = bool::try_convert(value) {
        Json::Bool(flag)
    } else {
        Json::String(value.to_string())
    })
}

/// JSON as Ruby has it, with strings for keys.
pub(crate) fn from_json(ruby: &Ruby, json: &Json) -> Result<Value, Error> {
    Ok(match json {
        Json::Null => ruby.qnil().as_value(),
        Json::Bool(flag) => flag.into_value_with(ruby),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), _, _) => number.into_value_with(ruby),
            (_, Some(number), _) => number.into_value_with(ruby),
            (_, _, number) => number.unwrap_or(f64::NAN).into_value_with(ruby),
        },
        Json::String(text) => text.as_str().into_value_with(ruby),
        Json::Array(items) => {
            let array = ruby.ary_new();
            for item in items {
                array.push(from_json(ruby, item)?)?;
            }
            array.as_value()
        }
        Json::Object(map) => {
            let hash = ruby.hash_new();
            for (key, value) in map {
                hash.aset(key.as_str(), from_json(ruby, value)?)?;
            }
            hash.as_value()
        }
    })
}

/// What is serialised, as Ruby has it.
pub(crate) fn to_ruby(ruby: &Ruby, what: &impl serde::Serialize) -> Result<Value, Error> {
    let json = serde_json::to_value(what)
        .map_err(|fault| error::make(ruby, "internal", &fault.to_string(), None))?;
    from_json(ruby, &json)
}

/// What `start(…)` was called with: a hash with symbols for keys; `sink` is a text or the number of a
/// callback.
pub(crate) fn arguments(ruby: &Ruby, given: RHash) -> Result<Arguments, Error> {
    let value = |name: &str| given.get(ruby.to_symbol(name)).filter(|value| !value.is_nil());
    let text = |name: &str| value(name).map(|value| value.to_string());
    let list = |name: &str| -> Result<Vec<String>, Error> {
        let items = value(name).and_then(RArray::from_value).map(RArray::to_vec::<String>);
        items.unwrap_or_else(|| Ok(Vec::new()))
    };
    let mut labels = BTreeMap::new();
    if let Some(given) = value("labels").and_then(RHash::from_value) {
        given.foreach(|key: Value, value: Value| {
            labels.insert(key.to_string(), value.to_string());
            Ok(magnus::r_hash::ForEach::Continue)
        })?;
    }
    Ok(Arguments {
        hub: text("hub"),
        sink: value("sink").map(|sink| sink_target(ruby, sink)).transpose()?,
        service: text("service"),
        version: text("version"),
        labels,
        redact: list("redact")?,
        readable: list("readable")?,
        packages: pairs(value("packages")),
        main: text("main"),
        runtime: text("runtime").unwrap_or_else(|| "ruby".to_owned()),
        ..Arguments::default()
    })
}

fn pairs(hash: Option<Value>) -> BTreeMap<String, String> {
    let hash = hash.and_then(RHash::from_value);
    hash.and_then(|hash| hash.to_btree_map().ok()).unwrap_or_default()
}

fn sink_target(ruby: &Ruby, sink: Value) -> Result<SinkTarget, Error> {
    if let Some(number) = magnus::Integer::from_value(sink) {
        return Ok(SinkTarget::Callback(callback(number.to_u64()?)));
    }
    sink.to_string().parse().map_err(|fault| error::to_ruby(ruby, &fault))
}

/// The callback that Ruby knows by a number, called with each snapshot as a hash. The core calls it
/// in a task.
pub(crate) fn callback(number: u64) -> Callback {
    Box::new(move |snapshot: &Snapshot| {
        let Some(agent) = crate::agent::current() else { return };
        let service =
            ServiceRef { name: agent.status().service, version: None, instance: instance() };
        let Ok(json) = serde_json::to_value(snapshot.to_json(&service)) else { return };
        deliver(number, &json);
    })
}

/// Hands a snapshot to Ruby. What it raises is for `stillframe.rb` to tell.
fn deliver(number: u64, json: &Json) {
    let Ok(ruby) = Ruby::get() else { return };
    let delivered = ours(&ruby, "Callbacks").and_then(|callbacks| {
        let snapshot = from_json(&ruby, json)?;
        callbacks.funcall::<_, _, Value>("deliver", (number, snapshot))
    });
    // There is nobody to tell: it was told on stderr.
    drop(delivered);
}

/// What is called so in Ruby's part of Stillframe. Never by `eval`, which needs a frame of Ruby's
/// below.
pub(crate) fn ours(ruby: &Ruby, name: &str) -> Result<Value, Error> {
    ruby.class_object().const_get::<_, RModule>("Stillframe")?.const_get(name)
}

fn instance() -> String {
    let host = std::fs::read_to_string(Path::new("/proc/sys/kernel/hostname"));
    format!("{}/{}", host.unwrap_or_default().trim(), std::process::id())
}
