//! The agent of this process: its life, and what the core asks of Node.
//!
//! Knows when JavaScript may be called, and nothing of captures. Invariant: whatever goes wrong here,
//! the application starts and ends as it would without us.

mod names;
mod runtime;
mod tasks;

pub(crate) use names::slots_at;
pub(crate) use runtime::NodeRuntime;

use crate::error::Fault;
use napi::bindgen_prelude::{Function, JsObjectValue, Object};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use stillframe_core::agent::{Agent, Arguments, Config};
use stillframe_core::condition;

/// The agent as this binding has it.
pub(crate) type NodeAgent = Agent<NodeRuntime>;

/// What V8 takes for a breakpoint's condition before ours is reached, in a function of a few lines: it
/// compiles the condition and looks at the scopes anew with every hit. Measured on Node 20, where V8
/// alone took 31 µs on one machine and half of that on another. What a function adds is in `hook`, what
/// the hits before it add in `lib/price.js`.
pub(crate) const HIT_COST_NS: u64 = 25_000;

static AGENT: Mutex<Option<Arc<NodeAgent>>> = Mutex::new(None);

/// The running agent, if there is one.
pub(crate) fn current() -> Option<Arc<NodeAgent>> {
    AGENT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

thread_local! {
    /// The agent of JavaScript's thread: a hit takes no lock to find it.
    static HERE: RefCell<Option<Arc<NodeAgent>>> = const { RefCell::new(None) };
}

/// The agent whose hit this is, on JavaScript's thread.
pub(crate) fn here() -> Option<Arc<NodeAgent>> {
    HERE.with_borrow(Clone::clone)
}

/// The running agent, or the error that says there is none.
pub(crate) fn running() -> Result<Arc<NodeAgent>, Fault> {
    let hint = Some("call stillframe.start() first");
    current().ok_or_else(|| Fault::new("not_started", "the agent is not running", hint))
}

/// Starts the agent, unless it runs already; whether probes may come.
pub(crate) fn start(mut arguments: Arguments, host: &Object<'_>) -> napi::Result<bool> {
    if current().is_some() {
        return Ok(true);
    }
    arguments.hit_cost_ns = HIT_COST_NS;
    let config = Config::of_process(arguments).map_err(Fault::from)?;
    if !config.enabled {
        return Ok(false);
    }
    let wake: Function<'_, (), ()> = host.get_named_property("wake")?;
    let runtime = NodeRuntime::new(tasks::Tasks::new(wake)?);
    let agent = Agent::start(runtime, &condition::JAVASCRIPT, config).map_err(Fault::from)?;
    agent.note("mechanism", "V8 inspector: a breakpoint whose condition answers false");
    HERE.set(Some(Arc::clone(&agent)));
    *AGENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(agent);
    Ok(true)
}

/// Stops the agent; nothing is probed afterwards.
pub(crate) fn stop(timeout: Duration) {
    let agent = AGENT.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(agent) = agent else { return };
    agent.stop(timeout);
    agent.runtime().tasks().run_all();
    agent.runtime().tasks().close();
    HERE.set(None);
    crate::hook::forget_all();
}

/// Whether the redaction list holds a name; all names, where nobody can say.
pub(crate) fn is_redacted(name: &str) -> bool {
    here().is_none_or(|agent| agent.redaction().name(name))
}
