//! `stillframe.node`: Stillframe's agent inside Node.js.
//!
//! Thin: has V8's inspector set breakpoints that never pause, answers the core's questions about
//! code, and hands the API's calls on. The other half is JavaScript that runs on the application's
//! thread (`lib/`): what a breakpoint's condition calls, and the writer of captures. Invariant:
//! nothing that happens inside a hit raises, runs code of the application or changes what it sees.

mod agent;
mod convert;
mod error;
mod ffi;
mod frame;
mod hook;
mod locate;
mod plan;
mod rewrite;
mod value;

use agent::receivers;
use agent::threads::{self, Job};
use error::Fault;
use napi::bindgen_prelude::{Int32Array, Object, Uint8Array};
use napi::{Env, Result};
use napi_derive::napi;
use std::time::Duration;
use stillframe_core::ids::ProbeId;
use stillframe_rewriter::Goal;

fn seconds(timeout_s: f64) -> Duration {
    Duration::try_from_secs_f64(timeout_s).unwrap_or(Duration::ZERO)
}

/// Starts the agent, unless it runs already; whether it is to be prepared for hits. `sink` is the number
/// of what receives results, `host` has what the agent asks of JavaScript, `scratch` is where captures
/// are written, `info` what is told of a value besides itself, `trace` the id of the trace that a hit is
/// in.
#[napi]
fn start(
    env: Env,
    options: String,
    sink: Option<u32>,
    host: Object<'_>,
    scratch: Uint8Array,
    info: Int32Array,
    trace: Int32Array,
) -> Result<bool> {
    let arguments = convert::arguments(&options, sink.map(receivers::callback))?;
    ffi::begin(&host, scratch, info, trace)?;
    agent::start(env, arguments, &host)
}

/// Has the agent of this process probe this thread too, a worker that Node numbers and names so; false
/// if there is no agent. The rest as in `start`.
#[napi]
fn attach(
    env: Env,
    number: u32,
    name: String,
    host: Object<'_>,
    scratch: Uint8Array,
    info: Int32Array,
    trace: Int32Array,
) -> Result<bool> {
    ffi::begin(&host, scratch, info, trace)?;
    agent::attach(env, (number, &name), &host)
}

/// Nothing on this thread, a worker, is probed any more.
#[napi]
fn leave(env: Env) {
    // It may be interrupted to do what waits for it, which would change the same things.
    ffi::within(env, || threads::once(agent::leave));
}

/// Numbers of workers that have not had time for what they are to do.
#[napi]
fn late() -> Vec<u32> {
    threads::late()
}

/// Stops the agent; nothing is probed afterwards.
#[napi]
fn stop(env: Env, timeout_s: f64) {
    ffi::within(env, || agent::stop(seconds(timeout_s)));
}

/// Waits until what was captured is delivered; whether it was. What is delivered to functions of this
/// thread is what `next_result` has then.
#[napi]
fn flush(env: Env, timeout_s: f64) -> bool {
    let flush = || agent::current().is_none_or(|agent| agent.flush(seconds(timeout_s)));
    ffi::within(env, flush)
}

/// A result for a function of this thread.
#[napi(object)]
struct Told {
    /// The function's number.
    pub receiver: u32,
    /// None if it is called no more.
    pub json: Option<String>,
}

/// The next of them.
#[napi]
fn next_result() -> Option<Told> {
    receivers::next().map(|(receiver, json)| Told { receiver, json })
}

/// What the agent does and knows, as JSON.
#[napi]
fn status() -> Result<String> {
    let agent = agent::running()?;
    agent::say_rewritten(&agent);
    Ok(convert::json(&agent.status())?)
}

/// Places a probe by its JSON, with the number of what receives its results; its id.
#[napi]
fn probe(env: Env, spec_json: String, receiver: Option<u32>) -> Result<String> {
    let agent = agent::running()?;
    let spec = convert::spec(&spec_json)?;
    let id = agent.probe(spec, receiver.map(receivers::callback)).map_err(Fault::from)?;
    run_tasks(env, true);
    Ok(id.to_string())
}

/// Takes a probe away.
#[napi]
fn remove(env: Env, id: String) -> Result<()> {
    let agent = agent::running()?;
    let id: ProbeId = id.parse().map_err(Fault::from)?;
    agent.remove(id);
    run_tasks(env, true);
    Ok(())
}

/// Runs what the agent wants to do on this thread; what is awaited is waited for for a moment.
#[napi]
fn run_tasks(env: Env, is_awaited: bool) {
    ffi::within(env, || agent::work(is_awaited));
}

/// V8 has one more script, in the main context or in another, whose source map is at `map`, if it has
/// one.
#[napi]
fn script_came(id: String, url: String, hash: String, is_here: bool, map: String) {
    let again = locate::script_came(id, (&url, &map), hash, is_here);
    let Some(agent) = agent::current() else { return };
    if let (Some(text), Some(here)) = (again, threads::here()) {
        here.leave(Job::Follow(text));
    }
    agent.reload();
}

/// Whether the redaction list holds a name.
#[napi]
fn is_redacted(name: String) -> bool {
    agent::is_redacted(&name)
}

/// A hit of `site`: the buffer of its capture, the bytes that may be written, names and objects that
/// the stream has so far; null if nothing is to be captured.
#[napi]
fn open(env: Env, site: u32) -> Option<Vec<u32>> {
    ffi::within(env, || frame::open(site))
}

/// Whether the condition of `site` holds, of which JavaScript has the values ready.
#[napi]
fn test(env: Env, site: u32) -> bool {
    ffi::within(env, || frame::test(site))
}

/// The condition of `site` was false: JavaScript decided it.
#[napi]
fn was_false(site: u32) {
    frame::was_false(site);
}

/// Hands a capture over whose records, so many bytes, lie in the scratch memory.
#[napi]
fn publish(buffer: u32, len: u32) {
    frame::publish(buffer, len);
}

/// A hit that was not looked at: it came inside another, or our own code failed.
#[napi]
fn missed(site: u32) {
    frame::missed(site);
}

/// Where the native stack is now, in bytes: what frames are told apart by.
#[napi]
fn depth() -> f64 {
    frame::depth()
}

/// A passage of the time site `site` begins; whether it is measured, and then `end` or `lose` follows.
#[napi]
fn begin(site: u32) -> bool {
    frame::begin(site)
}

/// That passage took so many nanoseconds, `is_elapsed` with the time in which it was suspended.
#[napi]
fn end(site: u32, ns: f64, is_raised: bool, is_elapsed: bool) {
    frame::end(site, ns, is_raised, is_elapsed);
}

/// Nobody saw that passage end.
#[napi]
fn lose(site: u32) {
    frame::lose(site);
}

/// Begins to rewrite what this thread loads, if the environment asks for it: whether it does. Files in
/// our own folder are never rewritten.
#[napi]
fn begin_rewriting(own_folder: String) -> bool {
    rewrite::begin(&own_folder)
}

/// Rewrites nothing of this thread any more; how many functions were numbered, in all threads.
#[napi]
fn end_rewriting() -> u32 {
    rewrite::end()
}

/// The numbers of the functions of a file with checks, which has this URL or path: pairs of one and the
/// one behind the last.
#[napi]
fn numbers_of(url: String) -> Vec<u32> {
    locate::path_of(&url).map(|path| rewrite::numbers(&path)).unwrap_or_default()
}

/// Whether an ES module got checks.
#[napi]
fn has_modules() -> bool {
    rewrite::has_modules()
}

/// The source of the file at `path` with checks, from any thread, for `thread`; null if it is to stay
/// as it is. What it is to Node is its `format`; without one it may be a CommonJS module or another.
#[napi]
fn rewrite_source(
    source: String,
    format: Option<String>,
    path: String,
    thread: u32,
) -> Option<String> {
    let goals: &[Goal] = match format.as_deref() {
        Some("commonjs") => &[Goal::CommonJs],
        Some("module") => &[Goal::Module],
        _ => &[Goal::CommonJs, Goal::Module],
    };
    rewrite::of_source(&source, goals, &path, thread)
}

/// The file at `path` is loaded as it is, and why.
#[napi]
fn leave_source(path: String, why: String) {
    rewrite::leave_source(&path, &why);
}
