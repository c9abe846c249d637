//! Arguments from JavaScript to the core's, and the core's answers to JavaScript's strings of JSON.
//!
//! Converts and decides nothing: defaults and bounds are the core's. Invariant: what goes to
//! JavaScript goes through the same JSON that every other reader gets, so the two cannot differ.

use crate::error::Fault;
use serde::Deserialize;
use std::collections::BTreeMap;
use stillframe_core::agent::Arguments;
use stillframe_core::probe::ProbeSpec;
use stillframe_core::snapshot::json::ServiceRef;
use stillframe_core::transport::sink::{Callback, SinkTarget};

/// What `start(…)` was called with.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    hub: Option<String>,
    sink: Option<String>,
    service: Option<String>,
    version: Option<String>,
    labels: BTreeMap<String, String>,
    redact: Vec<String>,
    readable: Vec<String>,
    /// What only JavaScript knows: the version of Node, and the program.
    runtime: String,
    main: Option<String>,
}

/// The arguments that options and a function of the application stand for.
pub(crate) fn arguments(json: &str, sink: Option<Callback>) -> napi::Result<Arguments> {
    let options: Options = serde_json::from_str(json).map_err(|fault| {
        let message = fault.to_string();
        Fault::new("option", message.split(" at line ").next().unwrap_or_default(), None)
    })?;
    let named = options.sink.map(|text| text.parse()).transpose().map_err(Fault::from)?;
    let sink = match sink {
        Some(callback) => Some(SinkTarget::Callback(callback)),
        None => named,
    };
    Ok(Arguments {
        hub: options.hub,
        sink,
        service: options.service,
        version: options.version,
        labels: options.labels,
        redact: options.redact,
        readable: options.readable,
        runtime: options.runtime,
        main: options.main,
        ..Arguments::default()
    })
}

/// The specification that a probe's JSON stands for.
pub(crate) fn spec(json: &str) -> Result<ProbeSpec, Fault> {
    serde_json::from_str(json).map_err(|fault| {
        // The location's own error is inside; the place in our JSON says nothing to the caller.
        let message = fault.to_string();
        Fault::new("location", message.split(" at line ").next().unwrap_or_default(), None)
    })
}

/// A value as JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value)
        .map_err(|error| Fault::new("internal", &format!("failed to serialise: {error}"), None))
}

/// The service that results are of.
pub(crate) fn service() -> ServiceRef {
    let status = crate::agent::current().map(|agent| agent.status());
    let name = status.map_or_else(String::new, |status| status.service);
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let instance = format!("{}/{}", host.trim(), std::process::id());
    ServiceRef { name, version: None, instance }
}
