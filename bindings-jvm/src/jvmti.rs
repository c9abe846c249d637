//! JVMTI: the tool interface of the virtual machine, as safe as its rules allow.
//!
//! One method a function, nothing decided. Invariants: memory that JVMTI gave is given back here; an
//! error is its number in words; no method is called from inside a callback that forbids it, which the
//! callers' docs say where it matters.
#![expect(unsafe_code, reason = "the binding's named place for calls of the tool interface")]

mod env;
mod given;
mod table;

pub(crate) use env::{CAPABILITIES, Event, Jvmti, Mode, SOURCE_MAPS};
pub(crate) use table::{Callback, FrameInfo, RawEnv};
