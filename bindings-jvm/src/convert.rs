//! Arguments from Java to the core's, and the core's answers to Java's strings of JSON.
//!
//! Converts and decides nothing: defaults and bounds are the core's. Invariant: what goes to Java goes
//! through the same JSON that every other reader gets, so the two cannot differ.

use crate::error::Fault;
use crate::ffi::{Argument, Env, Machine};
use jni_sys::{jmethodID, jobject};
use std::collections::BTreeMap;
use stillframe_core::probe::ProbeSpec;
use stillframe_core::snapshot::Snapshot;
use stillframe_core::snapshot::json::ServiceRef;
use stillframe_core::transport::sink::{Callback, SinkTarget};

/// The specification that a probe's JSON stands for.
pub(crate) fn spec(json: &str) -> Result<ProbeSpec, Fault> {
    serde_json::from_str(json).map_err(|fault| {
        // The location's own error is inside; the place in our JSON says nothing to the caller.
        let message = fault.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        Fault::new("location", message, None)
    })
}

/// Labels from keys and values in turn.
pub(crate) fn labels(pairs: &[String]) -> BTreeMap<String, String> {
    pairs.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

/// Where results go: a function of the application, if there is one, else what the text names.
pub(crate) fn sink(
    env: Env,
    text: Option<String>,
    function: jobject,
) -> Result<Option<SinkTarget>, Fault> {
    if !function.is_null()
        && let Some(callback) = callback(env, function)
    {
        return Ok(Some(SinkTarget::Callback(callback)));
    }
    Ok(text.map(|text| text.parse()).transpose()?)
}

/// A value as JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value)
        .map_err(|error| Fault::new("internal", &format!("failed to serialise: {error}"), None))
}

/// A `Consumer` of the application, called with each snapshot as JSON. What it raises goes where the
/// machine prints what nobody caught.
pub(crate) fn callback(env: Env, consumer: jobject) -> Option<Callback> {
    let class = env.find_class(c"java/util/function/Consumer")?;
    let accept = env.method(class, c"accept", c"(Ljava/lang/Object;)V")? as usize;
    let consumer = env.new_global(consumer)? as usize;
    Some(Box::new(move |snapshot: &Snapshot| {
        let Some(env) = Machine::get().and_then(Machine::env) else { return };
        let Ok(json) = json(&snapshot.to_json(&service())) else { return };
        env.in_frame(4, || {
            let Some(json) = env.new_string(&json) else { return };
            env.call_described(consumer as jobject, accept as jmethodID, &[Argument::Object(json)]);
        });
    }))
}

fn service() -> ServiceRef {
    let status = crate::agent::current().map(|agent| agent.status());
    let name = status.map_or_else(String::new, |status| status.service);
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let instance = format!("{}/{}", host.trim(), std::process::id());
    ServiceRef { name, version: None, instance }
}
