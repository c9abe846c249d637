//! The agent of this process: its life, and what the core asks of Ruby.
//!
//! Knows when the VM may be entered, and nothing of conditions or captures. Invariant: after [`stop`]
//! no thread of ours enters it.

mod installer;
mod names;
mod runtime;

pub(crate) use runtime::RubyRuntime;

use crate::ffi::without_lock;
use crate::value::reader;
use crate::{convert, error, ffi, locate};
use magnus::{Error, RArray, RHash, Ruby, Value};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use stillframe_core::agent::{Agent, Config};
use stillframe_core::{clock, condition};

/// The agent as this binding has it.
pub(crate) type RubyAgent = Agent<RubyRuntime>;

/// How long the caller of `probe` waits for the hook to sit.
const ARM_WAIT: Duration = Duration::from_secs(2);
/// How long the application waits for our thread to end.
const CLOSE_WAIT: Duration = Duration::from_millis(500);
/// How long a fork may be held up for a task of ours to end.
const FORK_WAIT: Duration = Duration::from_millis(200);
/// How long a wait is before it looks whether its thread is wanted elsewhere.
const LOOK: Duration = Duration::from_millis(50);
/// What an event costs before the core counts: the interpreter's dispatch and our part of it.
const HIT_COST_NS: u64 = 40;

static AGENT: Mutex<Option<Arc<RubyAgent>>> = Mutex::new(None);

/// The running agent, if there is one.
pub(crate) fn current() -> Option<Arc<RubyAgent>> {
    AGENT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The running agent, or the exception that says there is none.
pub(crate) fn running(ruby: &Ruby) -> Result<Arc<RubyAgent>, Error> {
    let hint = Some("call Stillframe.start first");
    current().ok_or_else(|| error::make(ruby, "not_started", "the agent is not running", hint))
}

/// Starts the agent, unless it runs already.
pub(crate) fn start(ruby: &Ruby, given: RHash) -> Result<(), Error> {
    if current().is_some() {
        return Ok(());
    }
    let mut arguments = convert::arguments(ruby, given)?;
    arguments.hit_cost_ns = HIT_COST_NS;
    let config = Config::of_process(arguments).map_err(|fault| error::to_ruby(ruby, &fault))?;
    let (enabled, hears) = (config.enabled, config.hub.is_some() || config.probes_file.is_some());
    let runtime = RubyRuntime::new(clock::wall_ns());
    let agent = Agent::start(runtime, &condition::RUBY, config);
    let agent = agent.map_err(|fault| error::to_ruby(ruby, &fault))?;
    if let Some(folders) = given.get(ruby.to_symbol("foreign")).and_then(RArray::from_value) {
        locate::set_foreign(folders.to_vec()?);
    }
    *AGENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(agent.clone());
    if enabled {
        let wanted = std::env::var("STILLFRAME_DIRECT_READS").unwrap_or_default();
        agent.note("canary", &ffi::canary(ruby, &wanted));
        agent.note("mechanism", "TracePoints of the probed code alone");
        locate::watch();
        if let Ok(sequences) = ruby.eval::<Value>("RubyVM::InstructionSequence") {
            reader::prepare(ffi::Obj::of_magnus(sequences));
        }
        if hears {
            agent.runtime().ensure_thread(ruby);
        }
    }
    Ok(())
}

/// Code was compiled: probes may wait for it.
pub(crate) fn code_came() {
    if let Some(agent) = current() {
        agent.reload();
    }
}

/// Code of a file was compiled: probes may wait for it, or sit in what the file was.
pub(crate) fn code_of_file_came(path: &str) {
    if let Some(agent) = current() {
        agent.reload_file(path);
    }
}

/// Does `work` in slices without the VM's lock until it says that it is done or the time is up, and
/// lets the application interrupt it in between. Whether it was done.
fn in_slices(
    ruby: &Ruby,
    timeout: Duration,
    mut work: impl FnMut(Duration) -> bool,
) -> Result<bool, Error> {
    let until = Instant::now() + timeout;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let done = without_lock(|| work(left.min(LOOK)), || {})?;
        if done == Some(true) || left.is_zero() {
            return Ok(done == Some(true));
        }
        ruby.thread_check_ints()?;
    }
}

/// Waits, without the VM's lock, until the tasks given so far were run.
pub(crate) fn settle(ruby: &Ruby, agent: &RubyAgent) -> Result<(), Error> {
    agent.runtime().ensure_thread(ruby);
    let target = agent.runtime().given();
    in_slices(ruby, ARM_WAIT, |slice| agent.runtime().wait(target, slice)).map(drop)
}

/// Waits until everything captured so far was delivered; whether it was.
pub(crate) fn flush(ruby: &Ruby, timeout: Duration) -> Result<bool, Error> {
    let Some(agent) = current() else { return Ok(true) };
    if agent.runtime().is_our_thread() {
        // Whoever ships waits for us: what is left cannot be delivered before we return.
        return Ok(false);
    }
    agent.runtime().ensure_thread(ruby);
    in_slices(ruby, timeout, |slice| agent.flush(slice))
}

/// Stops the agent; nothing is probed afterwards.
pub(crate) fn stop(ruby: &Ruby, timeout: Duration) -> Result<(), Error> {
    let agent = AGENT.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Some(agent) = agent else { return Ok(()) };
    agent.runtime().ensure_thread(ruby);
    without_lock(|| agent.stop(timeout), || {})?;
    // Taken away last: what is delivered meanwhile names the agent.
    *AGENT.lock().unwrap_or_else(PoisonError::into_inner) = None;
    without_lock(|| agent.runtime().close(CLOSE_WAIT), || {})?;
    locate::unwatch();
    Ok(())
}

/// A fork is about to happen: until it has, the process has no thread of ours.
pub(crate) fn before_fork() -> Result<(), Error> {
    let Some(agent) = current() else { return Ok(()) };
    let pause = || {
        agent.runtime().pause(FORK_WAIT);
        agent.before_fork();
    };
    without_lock(pause, || {}).map(drop)
}

/// The fork has happened, and this is the parent.
pub(crate) fn fork_in_parent(ruby: &Ruby) {
    if let Some(agent) = current() {
        agent.runtime().go_on(ruby);
        agent.fork_in_parent();
    }
}

/// This is a forked child, and the application has not gone on yet.
pub(crate) fn fork_in_child(ruby: &Ruby) {
    if let Some(agent) = current() {
        agent.fork_in_child();
        agent.runtime().go_on(ruby);
    }
}
