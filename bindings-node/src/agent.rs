//! The agent of this process: its life, and what the core asks of Node.
//!
//! Knows when JavaScript may be called, and nothing of captures. Invariant: whatever goes wrong here,
//! the application starts and ends as it would without us.

mod names;
mod privates;
pub(crate) mod receivers;
mod runtime;
mod tasks;
pub(crate) mod threads;

pub(crate) use names::slots_at;
pub(crate) use privates::{fields as private_fields, read as read_privates};
pub(crate) use runtime::NodeRuntime;

use crate::error::Fault;
use crate::{ffi, frame, hook, locate, rewrite};
use napi::Env;
use napi::bindgen_prelude::{Function, JsObjectValue, Object};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use stillframe_core::agent::{Agent, Arguments, Config};
use stillframe_core::condition;
use stillframe_core::host::Runtime as _;
use threads::Job;

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
    /// The agent that probes this thread: a hit takes no lock to find it.
    static HERE: RefCell<Option<Arc<NodeAgent>>> = const { RefCell::new(None) };
}

/// The agent whose hit this is, on a thread of JavaScript's.
pub(crate) fn here() -> Option<Arc<NodeAgent>> {
    HERE.with_borrow(Clone::clone)
}

/// The running agent, or the error that says there is none.
pub(crate) fn running() -> Result<Arc<NodeAgent>, Fault> {
    let hint = Some("call stillframe.start() first");
    current().ok_or_else(|| Fault::new("not_started", "the agent is not running", hint))
}

/// Starts the agent, unless it runs already; whether probes may come.
pub(crate) fn start(env: Env, mut arguments: Arguments, host: &Object<'_>) -> napi::Result<bool> {
    if current().is_some() {
        return Ok(true);
    }
    arguments.hit_cost_ns = HIT_COST_NS;
    let config = Config::of_process(arguments).map_err(Fault::from)?;
    if !config.enabled {
        return Ok(false);
    }
    enter(env, (threads::MAIN, "main"), host)?;
    let runtime = NodeRuntime::default();
    let agent = Agent::start(runtime, &condition::JAVASCRIPT, config).map_err(Fault::from)?;
    agent.note("mechanism", "V8 inspector: a breakpoint whose condition answers false");
    HERE.set(Some(Arc::clone(&agent)));
    *AGENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(agent);
    threads::others().iter().for_each(|other| other.leave(Job::Begin));
    Ok(true)
}

/// Has the agent of this process probe this thread too, a worker; false if there is none.
pub(crate) fn attach(
    env: Env,
    (number, name): (u32, &str),
    host: &Object<'_>,
) -> napi::Result<bool> {
    if current().is_none() {
        return Ok(false);
    }
    enter(env, (number, name), host)?;
    // Whoever ends the agent takes it away before it tells the threads.
    HERE.set(current());
    Ok(here().is_some())
}

/// This thread is to be told what is to change in its isolate, until it ends.
fn enter(env: Env, (number, name): (u32, &str), host: &Object<'_>) -> napi::Result<()> {
    let wake: Function<'_, (), ()> = host.get_named_property("wake")?;
    if threads::enter(number, name, wake)? {
        env.add_env_cleanup_hook((), |()| gone())?;
    }
    Ok(())
}

/// This thread ends, and its isolate with it.
fn gone() {
    leave();
    rewrite::gone();
    ffi::end();
    receivers::gone();
    threads::gone();
}

/// Nothing on this thread is probed any more.
pub(crate) fn leave() {
    frame::abandon_all();
    hook::leave();
    locate::leave();
    HERE.set(None);
    hook::tell_soon();
}

/// Does on this thread what is to be done there. What is `awaited` is waited for if another thread has
/// begun with it.
pub(crate) fn work(is_awaited: bool) {
    threads::once(|| {
        loop {
            while let Some(job) = threads::next() {
                run(job);
            }
            let ran = current().is_some_and(|agent| agent.runtime().tasks().run_all(is_awaited));
            if !ran && !threads::has_next() {
                return;
            }
        }
    });
}

fn run(job: Job) {
    match job {
        Job::Begin => {
            HERE.set(current());
            ffi::begin_session();
        }
        Job::End => {
            leave();
            ffi::end_session();
        }
        Job::Follow(text) => {
            hook::follow(text);
            hook::tell_soon();
        }
        Job::Visit => {
            // Here and on no other thread, for what there is to be seen is here.
            let is_seen =
                |agent: Arc<NodeAgent>| agent.runtime().tasks().run_behind(|| agent.reload());
            if let (false, Some(here)) = (current().is_none_or(is_seen), threads::here()) {
                here.leave(Job::Visit);
            }
        }
    }
}

/// Has a task run when a thread has time, if there is an agent.
pub(crate) fn soon(task: impl FnOnce(&Arc<NodeAgent>) + Send + 'static) {
    if let Some(agent) = current() {
        let runtime = Arc::clone(&agent);
        runtime.runtime().run_soon(Box::new(move || task(&agent)));
    }
}

/// Stops the agent; nothing is probed afterwards.
pub(crate) fn stop(timeout: Duration) {
    let agent = AGENT.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(agent) = agent else { return };
    agent.stop(timeout);
    agent.runtime().tasks().run_all(true);
    agent.runtime().tasks().close();
    hook::forget_all();
    leave();
    threads::others().iter().for_each(|other| other.leave(Job::End));
}

/// Has the agent say what is rewritten.
pub(crate) fn say_rewritten(agent: &NodeAgent) {
    if let Some(said) = rewrite::said() {
        agent.note("rewrite", &said);
    }
}

/// Whether the redaction list holds a name; all names, where nobody can say.
pub(crate) fn is_redacted(name: &str) -> bool {
    here().is_none_or(|agent| agent.redaction().name(name))
}
