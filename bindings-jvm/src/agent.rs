//! The agent of this process: its life, and what the core asks of the virtual machine.
//!
//! Knows when the machine may be entered, and nothing of conditions or captures. Invariant:
//! whatever goes wrong here, the application starts and ends as it would without us.

mod constants;
mod identity;
mod installer;
mod names;
mod options;
mod runtime;
mod visible;

pub(crate) use runtime::JvmRuntime;

use crate::error::Fault;
use crate::ffi::{Env, Machine};
use jni_sys::{jclass, jweak};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use stillframe_core::agent::{Agent, Arguments, Config};
use stillframe_core::condition;

/// The agent as this binding has it.
pub(crate) type JvmAgent = Agent<JvmRuntime>;

/// How long the application waits at its exit for what was captured.
const EXIT_FLUSH: Duration = Duration::from_millis(500);
/// How long the caller of `probe` waits for the hook to sit.
const ARM_WAIT: Duration = Duration::from_secs(2);
/// References that starting makes: one for each class of the bridge, and what is looked up.
const REFERENCES: i32 = 512;
/// What a true hit costs before the core counts: the call into native code and back.
const HIT_COST_NS: u64 = 30;

static AGENT: Mutex<Option<Arc<JvmAgent>>> = Mutex::new(None);

/// The running agent, if there is one. Off the hit path: a hook knows its own.
pub(crate) fn current() -> Option<Arc<JvmAgent>> {
    AGENT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The running agent, or the error that says there is none.
pub(crate) fn running() -> Result<Arc<JvmAgent>, Fault> {
    let hint = Some("call Stillframe.start() first");
    current().ok_or_else(|| Fault::new("not_started", "the agent is not running", hint))
}

/// Starts the agent by what the command line, an attach or the environment says.
pub(crate) fn start_by(env: Env, machine: &'static Machine, text: &str) -> Result<(), Fault> {
    start(env, machine, options::arguments(text)?)
}

/// Starts the agent, unless it runs already.
pub(crate) fn start(
    env: Env,
    machine: &'static Machine,
    arguments: Arguments,
) -> Result<(), Fault> {
    env.in_frame(REFERENCES, || begin(env, machine, arguments))
}

fn begin(env: Env, machine: &'static Machine, mut arguments: Arguments) -> Result<(), Fault> {
    if current().is_some() {
        return Ok(());
    }
    identity::complete(env, &mut arguments);
    arguments.hit_cost_ns = HIT_COST_NS;
    let config = Config::of_process(arguments)?;
    if !config.enabled {
        return Ok(());
    }
    identity::claim(env)?;
    crate::classes::prepare(env, machine.jvmti)?;
    crate::hook::prepare(env, machine)?;
    let runtime = JvmRuntime::new(machine);
    let installer = runtime.installer();
    let agent = Agent::start(runtime, &condition::JAVA, config)?;
    agent.note("mechanism", "bytecode: a call of its own class at each probed line");
    *AGENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(agent);
    // Tasks ask for the agent.
    installer.open();
    Ok(())
}

/// Waits until the tasks given so far were run.
pub(crate) fn settle(agent: &JvmAgent) {
    agent.runtime().installer().wait(ARM_WAIT);
}

/// Stops the agent; nothing is probed afterwards.
pub(crate) fn stop(timeout: Duration) {
    let agent = AGENT.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(agent) = agent else { return };
    agent.stop(timeout);
    agent.runtime().installer().close(EXIT_FLUSH);
}

/// The machine is about to end: what was captured is delivered, and hooks stay where they are.
pub(crate) fn at_exit() {
    if let Some(agent) = current() {
        agent.runtime().leave();
    }
    stop(EXIT_FLUSH);
}

/// Whether the redaction list holds a name; all names, where nobody can say.
pub(crate) fn is_redacted(name: &str) -> bool {
    current().is_none_or(|agent| agent.redaction().name(name))
}

/// A class was prepared that somebody may wait for.
pub(crate) fn code_came() {
    if let Some(agent) = current() {
        agent.reload();
    }
}

/// A class was prepared of which another loader has one that is probed, or that says which trace is
/// active.
pub(crate) fn class_came_again(env: Env, class: jclass, signature: String) {
    let (Some(agent), Some(kept)) = (current(), env.new_weak(class)) else { return };
    let kept = kept as usize;
    agent.runtime().installer().run(Box::new(move || {
        let (Some(machine), kept) = (Machine::get(), kept as jweak) else { return };
        let Some(env) = machine.env() else { return };
        if let Some(class) = env.new_local(kept) {
            crate::hook::follow(env, machine, class, &signature);
            crate::hook::storage_came(env, machine, class, &signature);
        }
        env.delete_weak(kept);
    }));
}
