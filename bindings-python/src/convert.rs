//! Arguments from Python to the core's, and the core's answers to Python's dicts and lists.
//!
//! Converts and decides nothing: defaults and bounds are the core's. Invariant: what goes to Python
//! goes through the same JSON that every other reader gets, so the two cannot differ.

use crate::error;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::types::{PyAnyMethods, PyString};
use pyo3::{Bound, Py, PyAny, PyResult, Python};
use std::collections::BTreeMap;
use std::path::Path;
use stillframe_core::agent::Arguments;
use stillframe_core::error::{Error, ErrorKind};
use stillframe_core::probe::{ProbeKind, ProbeSpec};
use stillframe_core::snapshot::Snapshot;
use stillframe_core::snapshot::json::ServiceRef;
use stillframe_core::transport::sink::{Callback, SinkTarget};

/// What `probe(…)` was called with.
#[derive(Debug)]
pub(crate) struct ProbeArguments<'py> {
    pub(crate) location: String,
    pub(crate) condition: Option<String>,
    pub(crate) watches: Option<Vec<String>>,
    pub(crate) log: Option<String>,
    pub(crate) count: bool,
    pub(crate) limit: Option<u64>,
    pub(crate) expires: Option<Bound<'py, PyAny>>,
    pub(crate) unchecked: bool,
}

impl ProbeArguments<'_> {
    /// The specification they stand for.
    pub(crate) fn spec(self) -> PyResult<ProbeSpec> {
        let location = self.location.parse().map_err(error::to_python)?;
        let mut spec = ProbeSpec::snap(location);
        spec.kind = match (&self.log, self.count) {
            (Some(_), true) => {
                return Err(PyTypeError::new_err("a probe either logs or counts"));
            }
            (Some(_), false) => ProbeKind::Log,
            (None, true) => ProbeKind::Count,
            (None, false) => ProbeKind::Snap,
        };
        spec.condition = self.condition;
        spec.watches = self.watches.unwrap_or_default();
        spec.log = self.log;
        spec.limit = self.limit;
        spec.unchecked = self.unchecked;
        spec.expires_ms = self.expires.map(|expires| milliseconds(&expires)).transpose()?;
        Ok(spec)
    }
}

/// Milliseconds of a number of seconds, a `timedelta`, or a text such as `10m`.
fn milliseconds(duration: &Bound<'_, PyAny>) -> PyResult<u64> {
    let refuse = || {
        PyValueError::new_err(
            "expires is seconds, a timedelta, or a text such as '30s', '10m', '2h'",
        )
    };
    let seconds = if let Ok(text) = duration.cast::<PyString>() {
        let text = text.to_string();
        let (number, unit) =
            text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
        let scale = match unit {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(refuse()),
        };
        number.parse::<f64>().map_err(|_| refuse())? * scale
    } else if duration.hasattr("total_seconds")? {
        duration.call_method0("total_seconds")?.extract()?
    } else {
        duration.extract().map_err(|_| refuse())?
    };
    let milliseconds = (seconds * 1000.0).round();
    if !milliseconds.is_finite() || !(1.0..1e15).contains(&milliseconds) {
        return Err(error::to_python(Error::new(
            ErrorKind::Limit,
            "a probe lives for at least a millisecond",
        )));
    }
    Ok(milliseconds as u64)
}

/// What `start(…)` was called with.
pub(crate) fn arguments(
    hub: Option<String>,
    sink: Option<Bound<'_, PyAny>>,
    service: Option<String>,
    version: Option<String>,
    labels: Option<BTreeMap<String, String>>,
) -> PyResult<Arguments> {
    Ok(Arguments {
        hub,
        sink: sink.map(|sink| sink_target(&sink)).transpose()?,
        service,
        version,
        labels: labels.unwrap_or_default(),
        ..Arguments::default()
    })
}

fn sink_target(sink: &Bound<'_, PyAny>) -> PyResult<SinkTarget> {
    if sink.is_callable() {
        return Ok(SinkTarget::Callback(callback(sink.clone().unbind())));
    }
    let text: String = sink.extract().map_err(|_| {
        PyTypeError::new_err("sink is 'stdout', 'stderr', a file: URL or a function")
    })?;
    text.parse().map_err(error::to_python)
}

/// A function of the application, called with each snapshot as a dict. What it raises goes where
/// Python sends what nobody can catch.
pub(crate) fn callback(function: Py<PyAny>) -> Callback {
    Box::new(move |snapshot: &Snapshot| {
        Python::attach(|py| {
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
