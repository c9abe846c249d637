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
    use pyo3::exceptions::PyRuntimeError;
    use pyo3::types::{PyAnyMethods, PyDict, PyList, PyModule, PyModuleMethods};
    use pyo3::{Bound, Py, PyAny, PyResult, Python, pyfunction};
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::time::Duration;
    use stillframe_core::ids::ProbeId;

    /// How long `stop` and `flush` wait when nobody says.
    const FLUSH_SECONDS: f64 = 5.0;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("ConditionError", py.get_type::<error::ConditionError>())?;
        module.add("LocationError", py.get_type::<error::LocationError>())
    }

    fn running() -> PyResult<Arc<agent::PythonAgent>> {
        agent::current()
            .ok_or_else(|| PyRuntimeError::new_err("stillframe is not started; call start() first"))
    }

    fn seconds(timeout: Option<f64>) -> Duration {
        let timeout = timeout.unwrap_or(FLUSH_SECONDS);
        Duration::try_from_secs_f64(timeout).unwrap_or(Duration::ZERO)
    }

    #[pyfunction]
    #[pyo3(signature = (hub=None, sink=None, service=None, version=None, labels=None))]
    fn start(
        py: Python<'_>,
        hub: Option<String>,
        sink: Option<Bound<'_, PyAny>>,
        service: Option<String>,
        version: Option<String>,
        labels: Option<BTreeMap<String, String>>,
    ) -> PyResult<bool> {
        let arguments = convert::arguments(hub, sink, service, version, labels)?;
        agent::start(py, arguments)
    }

    #[pyfunction]
    #[pyo3(signature = (timeout=None))]
    fn stop(py: Python<'_>, timeout: Option<f64>) {
        agent::stop(py, seconds(timeout));
    }

    #[pyfunction]
    #[pyo3(signature = (timeout=None))]
    fn flush(py: Python<'_>, timeout: Option<f64>) -> bool {
        let Some(agent) = agent::current() else { return true };
        py.detach(|| agent.flush(seconds(timeout)))
    }

    #[pyfunction]
    fn status<'py>(py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match agent::current() {
            Some(agent) => convert::json_to_python(py, &agent.status()),
            None => {
                let status = PyDict::new(py);
                status.set_item("enabled", false)?;
                status.set_item("agent", env!("CARGO_PKG_VERSION"))?;
                status.set_item("probes", PyList::empty(py))?;
                status.set_item("notes", PyDict::new(py))?;
                Ok(status.into_any())
            }
        }
    }

    #[pyfunction]
    #[pyo3(signature = (
        location, *, condition=None, watches=None, log=None, count=false, limit=None, expires=None,
        on_snapshot=None, unchecked=false
    ))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments of the public API")]
    fn probe(
        py: Python<'_>,
        location: String,
        condition: Option<String>,
        watches: Option<Vec<String>>,
        log: Option<String>,
        count: bool,
        limit: Option<u64>,
        expires: Option<Bound<'_, PyAny>>,
        on_snapshot: Option<Py<PyAny>>,
        unchecked: bool,
    ) -> PyResult<String> {
        let agent = running()?;
        let arguments = convert::ProbeArguments {
            location,
            condition,
            watches,
            log,
            count,
            limit,
            expires,
            unchecked,
        };
        let spec = arguments.spec()?;
        let callback = on_snapshot.map(convert::callback);
        let id = py.detach(|| agent.probe(spec, callback)).map_err(error::to_python)?;
        agent::settle(py, &agent);
        Ok(id.to_string())
    }

    #[pyfunction]
    fn remove(py: Python<'_>, probe: &str) -> PyResult<bool> {
        let agent = running()?;
        let id: ProbeId = probe.parse().map_err(error::to_python)?;
        let removed = py.detach(|| agent.remove(id));
        agent::settle(py, &agent);
        Ok(removed)
    }

    #[pyfunction]
    fn _at_exit(py: Python<'_>) {
        agent::at_exit(py);
    }

    #[pyfunction]
    fn _after_fork() {
        agent::after_fork();
    }
}
