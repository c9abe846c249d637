//! Every read of the interpreter's memory and every call into it that Rust cannot check.
//!
//! Knows layouts of CPython 3.12 and 3.13 and nothing of probes. Invariant: an [`Obj`] is made only
//! while the GIL is held, from a slot that owns it, and is used only until the GIL is given up; on
//! that rest the `SAFETY` comments of this folder. Nothing here runs code of the application.
#![expect(unsafe_code, reason = "the binding's one place that touches the interpreter's memory")]

mod callback;
mod canary;
mod dict;
mod frame;
mod heap;
mod layout;
mod memory;
mod number;
mod object;
mod thread;
mod types;

pub(crate) use callback::{Verdict, new_callback};
pub(crate) use canary::examine as canary;
pub(crate) use dict::{Found, Key};
pub(crate) use frame::{Frame, code_line, thread_ident};
pub(crate) use heap::{Heap, take_watched, watch_code};
pub(crate) use layout::Reads;
pub(crate) use memory::{Gil, guard, leaked, unleak};
pub(crate) use object::Obj;
pub(crate) use thread::{main_thread_soon, spawn_quiet};
pub(crate) use types::Type;
