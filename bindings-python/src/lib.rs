//! The `stillframe._stillframe` extension module: Stillframe's agent inside CPython.
//!
//! Thin: hooks the interpreter, answers the core's questions about values, and hands the API's calls
//! on. What Python sees is documented in `python/stillframe/__init__.py`. Invariant: nothing that
//! happens inside a hit raises, runs code of the application or changes what it sees.

mod agent;
mod convert;
mod error;
mod ffi;
mod frame;
mod hook;
mod locate;
mod value;

use pyo3::pymodule;

#[pymodule(gil_used = true)]
mod _stillframe {
    use crate::{agent, convert, error};
    use pyo3::types::{PyModule, PyModuleMethods};
    use pyo3::{Bound, Py, PyAny, PyResult, Python, pyfunction};
    use std::collections::BTreeMap;
    use std::time::Duration;
    use stillframe_core::agent::Arguments;
    use stillframe_core::ids::ProbeId;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("StillframeError", error::class(module.py())?)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }

    fn seconds(timeout: f64) -> Duration {
        Duration::try_from_secs_f64(timeout).unwrap_or(Duration::ZERO)
    }

    #[pyfunction]
    #[pyo3(signature = (*, hub=None, sink=None, service=None, version=None, labels=None, names=None))]
    fn start(
        py: Python<'_>,
        hub: Option<String>,
        sink: Option<Bound<'_, PyAny>>,
        service: Option<String>,
        version: Option<String>,
        labels: Option<BTreeMap<String, String>>,
        names: Option<(Vec<String>, Vec<String>)>,
    ) -> PyResult<()> {
        let arguments = convert::arguments(py, hub, sink, service, version, labels)?;
        let (redact, readable) = names.unwrap_or_default();
        let arguments = Arguments { redact, readable, ..arguments };
        agent::start(py, arguments)
    }

    #[pyfunction]
    #[pyo3(signature = (timeout_s=0.5))]
    fn stop(py: Python<'_>, timeout_s: f64) {
        agent::stop(py, seconds(timeout_s));
    }

    #[pyfunction]
    fn flush(py: Python<'_>, timeout_s: f64) -> bool {
        let Some(agent) = agent::current() else { return true };
        py.detach(|| agent.flush(seconds(timeout_s)))
    }

    #[pyfunction]
    fn status<'py>(py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::json_to_python(py, &agent::running(py)?.status())
    }

    #[pyfunction]
    #[pyo3(signature = (spec_json, on_snapshot=None))]
    fn probe(py: Python<'_>, spec_json: &str, on_snapshot: Option<Py<PyAny>>) -> PyResult<String> {
        let agent = agent::running(py)?;
        let spec = convert::spec(py, spec_json)?;
        let callback = on_snapshot.map(convert::callback);
        let id = py.detach(|| agent.probe(spec, callback));
        let id = id.map_err(|error| error::to_python(py, &error))?;
        agent::settle(py, &agent);
        Ok(id.to_string())
    }

    #[pyfunction]
    fn remove(py: Python<'_>, id: &str) -> PyResult<()> {
        let agent = agent::running(py)?;
        let id: ProbeId = id.parse().map_err(|error| error::to_python(py, &error))?;
        py.detach(|| agent.remove(id));
        agent::settle(py, &agent);
        Ok(())
    }

    #[pyfunction]
    fn before_fork(py: Python<'_>) {
        agent::before_fork(py);
    }

    #[pyfunction]
    fn fork_in_parent() {
        agent::fork_in_parent();
    }

    #[pyfunction]
    fn fork_in_child() {
        agent::fork_in_child();
    }

    #[pyfunction]
    fn at_exit(py: Python<'_>) {
        agent::at_exit(py);
    }
}
