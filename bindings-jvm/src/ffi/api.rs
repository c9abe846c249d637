//! The native half of the Java API, `dev.stillframe.Native`, and the jar's way in.
//!
//! The machine finds these by their names once the class has loaded this library. Converts and calls.
//! Invariant: what goes wrong is raised as the API's own exception, and only to whoever called it.

use super::env::{Argument, Env};
use super::{Machine, entry, guard};
use crate::error::Fault;
use crate::{agent, convert};
use jni_sys::{JNIEnv, JavaVM, jclass, jint, jobject, jobjectArray, jstring};
use std::ffi::c_void;
use std::ptr::null_mut;
use std::time::Duration;
use stillframe_core::agent::Arguments;

/// Loaded by `System.load`: learns of the machine, and starts nothing.
#[unsafe(no_mangle)]
extern "system" fn JNI_OnLoad(vm: *mut JavaVM, _reserved: *mut c_void) -> jint {
    guard((), || drop(Machine::learn(vm)));
    super::VERSION
}

/// Raises the fault, if there is one.
fn or_throw<T>(raw: *mut JNIEnv, otherwise: T, work: impl FnOnce(Env) -> Result<T, Fault>) -> T {
    let Some(env) = Env::new(raw) else { return otherwise };
    match guard(Err(Fault::new("internal", "a defect of the agent", None)), || work(env)) {
        Ok(answer) => answer,
        Err(fault) => {
            fault.throw(env);
            otherwise
        }
    }
}

fn optional(env: Env, text: jstring) -> Option<String> {
    (!text.is_null()).then(|| env.text(text))
}

fn strings(env: Env, array: jobjectArray) -> Vec<String> {
    if array.is_null() {
        return Vec::new();
    }
    let elements = (0..env.array_len(array)).filter_map(|index| env.element(array, index));
    elements.map(|element| env.text(element)).collect()
}

fn seconds(timeout: f64) -> Duration {
    Duration::try_from_secs_f64(timeout).unwrap_or(Duration::ZERO)
}

/// `void start(String hub, String sink, Consumer<String> sinkFunction, String service, String version,
/// String[] labels, String[] redact, String[] readable)`.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_stillframe_Native_start(
    raw: *mut JNIEnv,
    _class: jclass,
    hub: jstring,
    sink: jstring,
    sink_function: jobject,
    service: jstring,
    version: jstring,
    labels: jobjectArray,
    redact: jobjectArray,
    readable: jobjectArray,
) {
    or_throw(raw, (), |env| {
        let machine = Machine::get().ok_or_else(no_machine)?;
        let mut arguments = Arguments {
            hub: optional(env, hub),
            sink: convert::sink(env, optional(env, sink), sink_function)?,
            service: optional(env, service),
            version: optional(env, version),
            labels: convert::labels(&strings(env, labels)),
            ..Arguments::default()
        };
        arguments.redact = strings(env, redact);
        arguments.readable = strings(env, readable);
        entry::listen(machine).map_err(|why| Fault::new("unsupported", &why, None))?;
        agent::start(env, machine, arguments)
    });
}

fn no_machine() -> Fault {
    let message = "this virtual machine grants no tool interface with what the agent needs";
    Fault::new("unsupported", message, Some("run it on HotSpot, Java 17 or later"))
}

/// `void attach(String options)`: what an attach does, for the jar's agent.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_stillframe_Native_attach(
    raw: *mut JNIEnv,
    _class: jclass,
    options: jstring,
) {
    or_throw(raw, (), |env| {
        let machine = Machine::get().ok_or_else(no_machine)?;
        let options = optional(env, options).unwrap_or_default();
        let started = entry::listen(machine).and_then(|()| entry::begin(env, machine, &options));
        started.map_err(|why| Fault::new("unsupported", &why, None))
    });
}

/// `void stop(double timeoutSeconds)`.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_stillframe_Native_stop(
    _raw: *mut JNIEnv,
    _class: jclass,
    timeout_s: f64,
) {
    guard((), || agent::stop(seconds(timeout_s)));
}

/// `boolean flush(double timeoutSeconds)`.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_stillframe_Native_flush(
    _raw: *mut JNIEnv,
    _class: jclass,
    timeout_s: f64,
) -> bool {
    guard(false, || agent::current().is_none_or(|agent| agent.flush(seconds(timeout_s))))
}

/// `String status()`: null where no agent runs.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_stillframe_Native_status(raw: *mut JNIEnv, _class: jclass) -> jstring {
    or_throw(raw, null_mut(), |env| {
        let Some(agent) = agent::current() else { return Ok(null_mut()) };
        let json = convert::json(&agent.status())?;
        Ok(env.new_string(&json).unwrap_or(null_mut()))
    })
}

/// `String probe(String specJson, Consumer<String> onSnapshot)`.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_stillframe_Native_probe(
    raw: *mut JNIEnv,
    _class: jclass,
    spec: jstring,
    on_snapshot: jobject,
) -> jstring {
    or_throw(raw, null_mut(), |env| {
        let agent = agent::running()?;
        let spec = convert::spec(&optional(env, spec).unwrap_or_default())?;
        let callback = (!on_snapshot.is_null()).then(|| convert::callback(env, on_snapshot));
        let id = agent.probe(spec, callback.flatten())?;
        agent::settle(&agent);
        Ok(env.new_string(&id.to_string()).unwrap_or(null_mut()))
    })
}

/// `void remove(String id)`.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_stillframe_Native_remove(
    raw: *mut JNIEnv,
    _class: jclass,
    id: jstring,
) {
    or_throw(raw, (), |env| {
        let agent = agent::running()?;
        agent.remove(optional(env, id).unwrap_or_default().parse()?);
        agent::settle(&agent);
        Ok(())
    });
}

/// Raises `dev.stillframe.StillframeException(code, message, hint)`.
pub(crate) fn throw(env: Env, code: &str, message: &str, hint: Option<&str>) {
    let raised = || {
        let class = env.find_class(c"dev/stillframe/StillframeException")?;
        let descriptor = c"(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V";
        let make = env.method(class, c"<init>", descriptor)?;
        let hint = match hint {
            Some(hint) => env.new_string(hint)?,
            None => null_mut(),
        };
        let texts = [env.new_string(code)?, env.new_string(message)?, hint];
        env.new_object(class, make, &texts.map(Argument::Object))
    };
    let plainly = || {
        let class = env.find_class(c"java/lang/IllegalStateException")?;
        let make = env.method(class, c"<init>", c"(Ljava/lang/String;)V")?;
        env.new_object(class, make, &[Argument::Object(env.new_string(message)?)])
    };
    if let Some(exception) = raised().or_else(plainly) {
        env.throw(exception);
    }
}
