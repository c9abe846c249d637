//! Arguments from Python to the core's, and the core's answers to Python's dicts and lists.
//!
//! Converts and decides nothing: defaults and bounds are the core's. Invariant: what goes to Python
//! goes through the same JSON that every other reader gets, so the two cannot differ.

use crate::error;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::types::PyAnyMethods;
use pyo3::{Bound, Py, PyAny, PyResult, Python};
use std::collections::BTreeMap;
use std::path::Path;
use stillframe_core::agent::Arguments;
use stillframe_core::probe::ProbeSpec;
use stillframe_core::snapshot::Snapshot;
use stillframe_core::snapshot::json::ServiceRef;
use stillframe_core::transport::sink::{Callback, SinkTarget};

/// The specification that a probe's JSON stands for.
pub(crate) fn spec(py: Python<'_>, json: &str) -> PyResult<ProbeSpec> {
    serde_json::from_str(json).map_err(|fault| {
        // The location's own error is inside; the place in our JSON says nothing to the caller.
        let message = fault.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        error::make(py, "location", message, None)
    })
}

/// What `start(…)` was called with.
pub(crate) fn arguments(
    py: Python<'_>,
    hub: Option<String>,
    sink: Option<Bound<'_, PyAny>>,
    service: Option<String>,
    version: Option<String>,
    labels: Option<BTreeMap<String, String>>,
) -> PyResult<Arguments> {
    Ok(Arguments {
        hub,
        sink: sink.map(|sink| sink_target(py, &sink)).transpose()?,
        service,
        version,
        labels: labels.unwrap_or_default(),
        ..Arguments::default()
    })
}

fn sink_target(py: Python<'_>, sink: &Bound<'_, PyAny>) -> PyResult<SinkTarget> {
    if sink.is_callable() {
        return Ok(SinkTarget::Callback(callback(sink.clone().unbind())));
    }
    let text: String = sink.extract().map_err(|_| {
        PyTypeError::new_err("sink is 'stdout', 'stderr', a file: URL or a function")
    })?;
    text.parse().map_err(|fault| error::to_python(py, &fault))
}

/// A function of the application, called with each snapshot as a dict. What it raises goes where
/// Python sends what nobody can catch.
pub(crate) fn callback(function: Py<PyAny>) -> Callback {
    Box::new(move |snapshot: &Snapshot| {
        crate::ffi::attach(|py| {
            let called = snapshot_to_python(py, snapshot)
                .and_then(|snapshot| function.bind(py).call1((snapshot,)));
            if let Err(raised) = called {
                raised.write_unraisable(py, Some(function.bind(py)));
            }
        });
    })
}

fn snapshot_to_python<'py>(py: Python<'py>, snapshot: &Snapshot) -> PyResult<Bound<'py, PyAny>> {
    let agent = crate::agent::current();
    let name = agent.map_or_else(String::new, |agent| agent.status().service);
    let service = ServiceRef { name, version: None, instance: instance() };
    json_to_python(py, &snapshot.to_json(&service))
}

fn instance() -> String {
    let host = std::fs::read_to_string(Path::new("/proc/sys/kernel/hostname"));
    format!("{}/{}", host.unwrap_or_default().trim(), std::process::id())
}

/// JSON as Python reads it.
pub(crate) fn json_to_python<'py>(
    py: Python<'py>,
    json: &impl serde::Serialize,
) -> PyResult<Bound<'py, PyAny>> {
    let text = serde_json::to_string(json)
        .map_err(|error| PyValueError::new_err(format!("failed to serialise: {error}")))?;
    py.import("json")?.call_method1("loads", (text,))
}
