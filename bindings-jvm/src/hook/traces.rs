//! Where OpenTelemetry for Java keeps the context that is current, as far as it is loaded.
//!
//! Knows its class by name, in the application's copy and in that of OpenTelemetry's own agent, which
//! moves it into a package of its own; what lies in it is read by `java.stillframe.Traces`. Invariant:
//! the class is neither loaded nor initialised by us.

use super::bridge;
use crate::ffi::{Env, Machine};
use jni_sys::jclass;

/// Package and name, as they end.
const STORAGE: &str = "io/opentelemetry/context/ThreadLocalContextStorage;";

/// Whether a class of this signature keeps the current context.
pub(crate) fn is_storage(signature: &str) -> bool {
    signature.ends_with(STORAGE)
}

/// A class was prepared; if it keeps the current context, captures ask it from now on.
pub(crate) fn storage_came(env: Env, class: jclass, signature: &str) {
    if is_storage(signature) {
        bridge::traced(env, class);
    }
}

/// Finds those that were loaded before the machine told us of classes.
pub(super) fn find(env: Env, machine: &Machine) {
    for one in crate::locate::loaded(env, machine).prepared() {
        storage_came(env, one.class.raw(), &one.signature);
    }
}
