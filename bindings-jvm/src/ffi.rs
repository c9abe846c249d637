//! The one place of this binding, besides `jvmti`, that calls foreign code and is called by it.
//!
//! Invariant: every entry point runs inside [`guard`], so no panic ever enters the virtual machine.
#![expect(unsafe_code, reason = "the binding's named place for JNI")]

mod api;
mod entry;
mod env;
mod frames;
mod kept;
mod machine;
mod natives;

pub(crate) use api::throw;
pub(crate) use env::{Argument, Env, Field, VERSION, c_string};
pub(crate) use kept::{FieldId, Kept, MethodId};
pub(crate) use machine::Machine;
pub(crate) use natives::bridge_natives;

/// Runs what the virtual machine asks for; a panic of ours ends here.
pub(crate) fn guard<T>(otherwise: T, work: impl FnOnce() -> T) -> T {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or(otherwise)
}
