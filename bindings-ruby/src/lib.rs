//! The `stillframe_ruby` extension: Stillframe's agent inside CRuby.
//!
//! Thin: hooks the interpreter, answers the core's questions about values, and hands the API's calls
//! on. What Ruby sees is documented in `lib/stillframe.rb`. Invariant: nothing that happens inside a
//! hit raises, runs code of the application or changes what it sees.
#![expect(missing_docs, reason = "the entry point that a macro makes cannot be given any")]

mod agent;
mod convert;
mod error;
mod ffi;
mod frame;
mod hook;
mod locate;
mod value;

use magnus::{Error, Module, Object, RHash, Ruby, Value, function};
use std::time::Duration;
use stillframe_core::ids::ProbeId;

fn seconds(timeout: f64) -> Duration {
    Duration::try_from_secs_f64(timeout).unwrap_or(Duration::ZERO)
}

fn start(ruby: &Ruby, given: RHash) -> Result<(), Error> {
    agent::start(ruby, given)
}

fn stop(ruby: &Ruby, timeout: f64) -> Result<(), Error> {
    agent::stop(ruby, seconds(timeout))
}

fn flush(ruby: &Ruby, timeout: f64) -> Result<bool, Error> {
    agent::flush(ruby, seconds(timeout))
}

fn status(ruby: &Ruby) -> Result<Value, Error> {
    let agent = agent::running(ruby)?;
    if let Some(defect) = error::defect() {
        agent.note("defect", defect);
    }
    convert::to_ruby(ruby, &agent.status())
}

fn probe(ruby: &Ruby, spec: RHash, callback: Option<u64>) -> Result<String, Error> {
    let agent = agent::running(ruby)?;
    let spec = convert::spec(ruby, spec)?;
    let callback = callback.map(convert::callback);
    let id = ffi::without_lock(|| agent.probe(spec, callback), || {})?;
    let defect = || error::make(ruby, "internal", "a defect of ours", None);
    let id = id.ok_or_else(defect)?.map_err(|fault| error::to_ruby(ruby, &fault))?;
    agent::settle(ruby, &agent)?;
    Ok(id.to_string())
}

fn remove(ruby: &Ruby, id: String) -> Result<(), Error> {
    let agent = agent::running(ruby)?;
    let id: ProbeId = id.parse().map_err(|fault| error::to_ruby(ruby, &fault))?;
    ffi::without_lock(|| agent.remove(id), || {})?;
    agent::settle(ruby, &agent)
}

fn before_fork() -> Result<(), Error> {
    agent::before_fork()
}

fn fork_in_parent(ruby: &Ruby) {
    agent::fork_in_parent(ruby);
}

fn fork_in_child(ruby: &Ruby) {
    agent::fork_in_child(ruby);
}

/// What Ruby calls when it loads the library.
#[magnus::init]
fn init(ruby: &Ruby) -> Result<(), Error> {
    error::keep_defects();
    ffi::code::make_pins();
    ffi::keep_originals();
    let native = ruby.define_module("Stillframe")?.define_module("Native")?;
    native.const_set("VERSION", env!("CARGO_PKG_VERSION"))?;
    native.define_singleton_method("start", function!(start, 1))?;
    native.define_singleton_method("stop", function!(stop, 1))?;
    native.define_singleton_method("flush", function!(flush, 1))?;
    native.define_singleton_method("status", function!(status, 0))?;
    native.define_singleton_method("probe", function!(probe, 2))?;
    native.define_singleton_method("remove", function!(remove, 1))?;
    native.define_singleton_method("before_fork", function!(before_fork, 0))?;
    native.define_singleton_method("fork_in_parent", function!(fork_in_parent, 0))?;
    native.define_singleton_method("fork_in_child", function!(fork_in_child, 0))?;
    Ok(())
}
