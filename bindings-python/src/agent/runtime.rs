//! What the core asks of a runtime outside a hit, answered by CPython.
//!
//! Invariant: everything but `run_soon` is called from a task, so the GIL is held.

use super::installer::Installer;
use super::names::CodeNames;
use crate::frame::{Plan, Slots};
use crate::value::Known;
use crate::{hook, locate};
use pyo3::exceptions::PyNotImplementedError;
use pyo3::{PyResult, Python};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host::{LoadedFile, LoadedFunction, Named, Names, Runtime, SourceText, Span};

/// CPython, as the core sees it.
pub(crate) struct PythonRuntime {
    installer: Mutex<Installer>,
    began_ns: u64,
    /// Slots given out, by the handle of their code.
    slots: Mutex<HashMap<u64, Slots>>,
}

impl fmt::Debug for PythonRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PythonRuntime")
    }
}

/// Called on application threads after new code: has the core look for what waits for it.
pub(super) fn code_came() {
    if let Some(agent) = super::current() {
        agent.reload();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An exception of Python's own as an error of the core, by its type and text.
fn internal(what: &str, error: &pyo3::PyErr) -> Error {
    Error::new(ErrorKind::Internal, format!("{what}: {error}"))
}

/// Brings the index up to date. One that could not be made is an empty one: probes stay pending.
fn refresh(py: Python<'_>) {
    if let (Ok(Some(made)), Some(agent)) = (locate::refresh(py), super::current()) {
        agent.note("index", &made);
    }
}

impl PythonRuntime {
    /// The runtime of an agent that began at `began_ns`, wall time.
    pub(super) fn new(began_ns: u64) -> Self {
        Self { installer: Mutex::default(), began_ns, slots: Mutex::default() }
    }

    fn installer(&self) -> Installer {
        locked(&self.installer).clone()
    }

    /// Waits until the tasks given so far were run.
    pub(super) fn wait(&self, timeout: Duration) -> bool {
        self.installer().wait(timeout)
    }

    /// Ends our thread.
    pub(super) fn close(&self, timeout: Duration) {
        self.installer().close(timeout);
    }

    /// Ends our thread until [`PythonRuntime::go_on`].
    pub(super) fn pause(&self, timeout: Duration) {
        self.installer().pause(timeout);
    }

    /// Tasks run again.
    pub(super) fn go_on(&self) {
        self.installer().go_on();
    }

    /// Has `arm` set hooks on the code behind `code`.
    fn arm_by(
        &self,
        code: u64,
        attrs: &[Box<str>],
        arm: impl FnOnce(Python<'_>, Plan) -> PyResult<Option<String>>,
    ) -> Result<Option<String>> {
        crate::ffi::attach(|py| {
            Known::refresh(py);
            let gone = || Error::new(ErrorKind::Location, "the code was unloaded meanwhile");
            let object = locate::code_of(py, code).ok_or_else(gone)?;
            let slots = locked(&self.slots);
            let none = Slots::default();
            let plan = Plan::new(&object, slots.get(&code).unwrap_or(&none), attrs);
            drop(slots);
            // Who else has the code is told by how many have it.
            drop(object);
            plan.and_then(|plan| arm(py, plan)).map_err(|error| {
                match error.is_instance_of::<PyNotImplementedError>(py) {
                    true => Error::new(ErrorKind::Unsupported, error.value(py).to_string()),
                    false => internal("the hook could not be set", &error),
                }
            })
        })
    }
}

impl Runtime for PythonRuntime {
    fn run_soon(&self, task: Box<dyn FnOnce() + Send>) -> bool {
        self.installer().run(task)
    }

    fn files(&self, file_name: &str) -> Vec<LoadedFile> {
        crate::ffi::attach(|py| {
            refresh(py);
            locate::files(file_name)
        })
    }

    fn source(&self, file: &LoadedFile) -> SourceText {
        let loaded_ns = locate::loaded_ns(&file.path).unwrap_or(0);
        locate::source_of(&file.path, loaded_ns, self.began_ns)
    }

    fn functions(&self, file: &LoadedFile) -> Vec<LoadedFunction> {
        crate::ffi::attach(|py| locate::functions(py, &file.path).unwrap_or_default())
    }

    fn file_names(&self) -> Vec<String> {
        locate::file_names()
    }

    fn named(&self, name: &str) -> Option<Named> {
        let (path, code) = crate::ffi::attach(|py| {
            refresh(py);
            locate::named(py, name)
        })?;
        Some(Named { file: locate::loaded_file(&path), code })
    }

    fn files_with(&self, name: &str) -> Vec<LoadedFile> {
        let function = name.rsplit('.').next().unwrap_or(name);
        crate::ffi::attach(|py| {
            refresh(py);
            locate::files_with(py, function).unwrap_or_default()
        })
    }

    fn names(&self, code: u64, _line: u32, _span: Option<Span>) -> Box<dyn Names + '_> {
        Box::new(CodeNames::new(&self.slots, code))
    }

    fn arm(&self, site: u32, code: u64, line: u32, attrs: &[Box<str>]) -> Result<Option<String>> {
        self.arm_by(code, attrs, |py, plan| hook::arm(py, site, plan, line))
    }

    fn arm_span(
        &self,
        site: u32,
        code: u64,
        span: Span,
        attrs: &[Box<str>],
    ) -> Result<Option<String>> {
        self.arm_by(code, attrs, |py, plan| hook::arm_span(py, site, plan, span))
    }

    fn disarm(&self, site: u32) {
        crate::ffi::attach(|py| {
            // The site is out of the table in any case; an event left on is disabled when it fires.
            let _ = hook::disarm(py, site);
        });
    }

    fn forked(&self) {
        locate::forked();
        // Held by a thread of the parent it would be for ever: then its queue stays as it is, and
        // is never run here.
        let Ok(mut installer) = self.installer.try_lock() else { return };
        std::mem::forget(std::mem::take(&mut *installer));
    }
}
