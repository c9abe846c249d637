//! The agent of this process: its life, and what the core asks of CPython.
//!
//! Knows when the GIL may be taken, and nothing of conditions or captures. Invariant: after
//! [`at_exit`] no thread of ours enters the interpreter.

mod identity;
mod installer;
mod names;
mod runtime;

pub(crate) use runtime::PythonRuntime;

use crate::ffi::{canary, main_thread_soon};
use crate::{error, hook, locate};
use pyo3::{PyResult, Python};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use stillframe_core::agent::{Agent, Arguments, Config};
use stillframe_core::{clock, condition};

/// The agent as this binding has it.
pub(crate) type PythonAgent = Agent<PythonRuntime>;

/// How long the application waits at its exit for what was captured.
const EXIT_FLUSH: Duration = Duration::from_millis(500);
/// How long the caller of `probe` waits for the hook to sit.
const ARM_WAIT: Duration = Duration::from_secs(2);
/// How long a fork may be held up for a task of ours to end.
const FORK_WAIT: Duration = Duration::from_millis(200);
/// What an event costs before the core counts: the interpreter's dispatch and our lookup.
const HIT_COST_NS: u64 = 25;

static AGENT: Mutex<Option<Arc<PythonAgent>>> = Mutex::new(None);

/// The running agent, if there is one.
pub(crate) fn current() -> Option<Arc<PythonAgent>> {
    AGENT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The running agent, or the exception that says there is none.
pub(crate) fn running(py: Python<'_>) -> PyResult<Arc<PythonAgent>> {
    let hint = Some("call stillframe.start() first");
    current().ok_or_else(|| error::make(py, "not_started", "the agent is not running", hint))
}

/// Starts the agent, unless it runs already.
pub(crate) fn start(py: Python<'_>, mut arguments: Arguments) -> PyResult<()> {
    if current().is_some() {
        return Ok(());
    }
    identity::complete(py, &mut arguments);
    arguments.hit_cost_ns = HIT_COST_NS;
    let config = Config::of_process(arguments).map_err(|fault| error::to_python(py, &fault))?;
    let enabled = config.enabled;
    let runtime = PythonRuntime::new(clock::wall_ns());
    let dialect = if cfg!(Py_3_12) { &condition::PYTHON } else { &condition::PYTHON_BEFORE_3_12 };
    let agent = py.detach(|| Agent::start(runtime, dialect, config));
    let agent = agent.map_err(|fault| error::to_python(py, &fault))?;
    if enabled {
        prepare(py, &agent)?;
    }
    *AGENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(agent);
    Ok(())
}

/// Decides how frames are read, installs the hook, and has exit and fork tell us.
fn prepare(py: Python<'_>, agent: &Arc<PythonAgent>) -> PyResult<()> {
    let unwanted = std::env::var("STILLFRAME_DIRECT_READS").unwrap_or_default();
    match canary(py, &unwanted) {
        Ok(remark) => agent.note("canary", &remark),
        Err(reason) => {
            agent.note("canary", &format!("failed: {reason}"));
            agent.note("mechanism", "none: nothing of this interpreter can be read safely");
            return Ok(());
        }
    }
    match hook::install(py, agent.clone()) {
        Ok(mechanism) => agent.note("mechanism", &mechanism),
        Err(reason) => agent.note("mechanism", &format!("none: {}", reason.value(py))),
    }
    if let Err(reason) = locate::watch(py, runtime::code_came) {
        agent.note("late imports", reason);
    }
    identity::note_standard_library(py);
    Ok(())
}

/// Waits, without the GIL, until the tasks given so far were run.
pub(crate) fn settle(py: Python<'_>, agent: &PythonAgent) {
    py.detach(|| agent.runtime().wait(ARM_WAIT));
}

/// Stops the agent; nothing is probed afterwards.
pub(crate) fn stop(py: Python<'_>, timeout: Duration) {
    let agent = AGENT.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(agent) = agent else { return };
    py.detach(|| agent.stop(timeout));
    hook::uninstall(py);
    locate::unwatch(py);
    py.detach(|| agent.runtime().close(EXIT_FLUSH));
}

/// The interpreter is about to go.
pub(crate) fn at_exit(py: Python<'_>) {
    stop(py, EXIT_FLUSH);
}

/// A fork is about to happen: until it has, the process has no thread of ours, so that the child
/// inherits no lock of theirs and Python has none to warn of.
pub(crate) fn before_fork(py: Python<'_>) {
    let Some(agent) = current() else { return };
    py.detach(|| {
        agent.runtime().pause(FORK_WAIT);
        agent.before_fork();
    });
}

/// The fork has happened, and this is the parent. CPython 3.13 counts threads, to warn of them, only
/// after this hook: there ours come back when the fork has returned. A fork off the main thread is
/// warned of in any case.
pub(crate) fn fork_in_parent() {
    let is_main_thread = clock::thread_id() == u64::from(std::process::id());
    let later = cfg!(Py_3_13) && is_main_thread && main_thread_soon(go_on);
    if !later {
        go_on();
    }
}

fn go_on() {
    if let Some(agent) = current() {
        agent.fork_in_parent();
        agent.runtime().go_on();
    }
}

/// This is a forked child, and the application has not gone on yet.
pub(crate) fn fork_in_child() {
    if let Some(agent) = current() {
        agent.fork_in_child();
    }
}
