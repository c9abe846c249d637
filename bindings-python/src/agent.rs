//! The agent of this process: its life, and what the core asks of CPython.
//!
//! Knows when the GIL may be taken, and nothing of conditions or captures. Invariant: after
//! [`at_exit`] no thread of ours enters the interpreter.

mod identity;
mod installer;
mod names;
mod runtime;

pub(crate) use runtime::PythonRuntime;

use crate::ffi::{Reads, canary};
use crate::{error, hook, locate};
use pyo3::types::PyAnyMethods;
use pyo3::{PyResult, Python};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use stillframe_core::agent::{Agent, Arguments, Config};
use stillframe_core::condition;

/// The agent as this binding has it.
pub(crate) type PythonAgent = Agent<PythonRuntime>;

/// How long the application waits at its exit for what was captured.
const EXIT_FLUSH: Duration = Duration::from_millis(500);
/// How long the caller of `probe` waits for the hook to sit.
const ARM_WAIT: Duration = Duration::from_secs(2);
/// What an event costs before the core counts: the interpreter's dispatch and our lookup.
const HIT_COST_NS: u64 = 25;

static AGENT: Mutex<Option<Arc<PythonAgent>>> = Mutex::new(None);
static HOOKS_SET: AtomicBool = AtomicBool::new(false);

/// The running agent, if there is one.
pub(crate) fn current() -> Option<Arc<PythonAgent>> {
    AGENT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Starts the agent, unless it runs already. `Ok(false)` if it ran.
pub(crate) fn start(py: Python<'_>, mut arguments: Arguments) -> PyResult<bool> {
    if current().is_some() {
        return Ok(false);
    }
    identity::complete(py, &mut arguments);
    arguments.hit_cost_ns = HIT_COST_NS;
    let config = Config::of_process(arguments).map_err(error::to_python)?;
    let enabled = config.enabled;
    let runtime = PythonRuntime::new(identity::process_started_ns());
    let agent = py.detach(|| Agent::start(runtime, &condition::PYTHON, config));
    let agent = agent.map_err(error::to_python)?;
    if enabled {
        prepare(py, &agent)?;
    }
    *AGENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(agent);
    Ok(true)
}

/// Decides how frames are read, takes a tool id, and has exit and fork tell us.
fn prepare(py: Python<'_>, agent: &Arc<PythonAgent>) -> PyResult<()> {
    choose_reads(py, agent);
    match hook::install(py, agent.clone()) {
        Ok(tool) => {
            agent.note("mechanism", &format!("sys.monitoring line events, tool id {tool}"));
        }
        Err(reason) => agent.note("mechanism", &format!("none: {}", reason.value(py))),
    }
    if !locate::watch(py, runtime::code_came) {
        agent.note("late imports", "not noticed: all code watchers of the interpreter are taken");
    }
    identity::note_standard_library(py);
    if !HOOKS_SET.swap(true, Ordering::Relaxed) {
        let module = py.import("stillframe._stillframe")?;
        py.import("atexit")?.call_method1("register", (module.getattr("_at_exit")?,))?;
        let after = pyo3::types::PyDict::new(py);
        after.set_item("after_in_child", module.getattr("_after_fork")?)?;
        py.import("os")?.call_method("register_at_fork", (), Some(&after))?;
    }
    Ok(())
}

fn choose_reads(py: Python<'_>, agent: &Arc<PythonAgent>) {
    let refused = std::env::var("STILLFRAME_DIRECT_READS").is_ok_and(|value| value == "off");
    let reason =
        if refused { Some("STILLFRAME_DIRECT_READS=off".to_owned()) } else { canary(py).err() };
    match reason {
        None => {
            Reads::Direct.decide();
            agent.note("canary", "passed: locals are read straight off the frame");
        }
        Some(reason) => {
            Reads::Api.decide();
            agent.note("canary", &format!("locals are read by PyFrame_GetVar: {reason}"));
        }
    }
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
    py.detach(|| agent.runtime().close(EXIT_FLUSH));
}

/// The interpreter is about to go.
pub(crate) fn at_exit(py: Python<'_>) {
    stop(py, EXIT_FLUSH);
}

/// This is a forked child, and the application has not gone on yet.
pub(crate) fn after_fork() {
    if let Some(agent) = current() {
        agent.runtime().renew();
        agent.fork_in_child();
    }
}
