//! Where OpenTelemetry for Java keeps the context that is current, as far as it is loaded.
//!
//! Knows its class by name, in the application's copy and in that of OpenTelemetry's own agent, which
//! moves it into a package of its own; what lies in it is read by `java.stillframe.Traces`. Invariant:
//! the class is neither loaded nor initialised by us.

use super::bridge;
use crate::classes::STATIC;
use crate::ffi::{Env, Machine};
use jni_sys::jclass;

/// Package and name, as they end.
const STORAGE: &str = "io/opentelemetry/context/ThreadLocalContextStorage;";
/// Its field, and what that is: a number there must not be taken for a reference.
const FIELD: (&str, &str) = ("THREAD_LOCAL_STORAGE", "Ljava/lang/ThreadLocal;");

/// Whether a class of this signature keeps the current context.
pub(crate) fn is_storage(signature: &str) -> bool {
    signature.ends_with(STORAGE)
}

/// A class was prepared; if it keeps the current context, captures ask it from now on.
pub(crate) fn storage_came(env: Env, machine: &Machine, class: jclass, signature: &str) {
    if is_storage(signature) && has_field(machine, class) {
        bridge::traced(env, class);
    }
}

/// Whether the one field of that name is what is read.
fn has_field(machine: &Machine, class: jclass) -> bool {
    let jvmti = machine.jvmti;
    let Ok(fields) = jvmti.fields(class) else { return false };
    let all = fields.as_slice().iter().filter_map(|field| {
        let (name, descriptor) = jvmti.field_name(class, *field).ok()?;
        (name == FIELD.0).then(|| Some((descriptor, jvmti.field_modifiers(class, *field).ok()?)))
    });
    let named: Vec<_> = all.collect();
    matches!(named.as_slice(), [Some((descriptor, modifiers))]
        if descriptor == FIELD.1 && modifiers & STATIC != 0)
}

/// Finds those that were loaded before the machine told us of classes.
pub(super) fn find(env: Env, machine: &Machine) {
    for one in crate::locate::loaded(env, machine).prepared() {
        storage_came(env, machine, one.class.raw(), &one.signature);
    }
}
