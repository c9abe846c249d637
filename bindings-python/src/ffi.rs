//! Every read of the interpreter's memory and every call into it that Rust cannot check.
//!
//! Knows layouts of CPython 3.9 to 3.14 and nothing of probes. Invariant: an [`Obj`] is made only
//! while the GIL is held, from a slot that owns it, and is used only until the GIL is given up; on
//! that rest the `SAFETY` comments of this folder. Nothing here runs code of the application.
#![expect(unsafe_code, reason = "the binding's one place that touches the interpreter's memory")]

#[cfg(Py_3_12)]
mod callback;
mod canary;
mod collector;
mod dict;
mod exec;
mod extra;
mod frame;
mod heap;
mod layout;
mod memory;
#[cfg(not(Py_3_11))]
mod naming;
mod number;
mod object;
pub(crate) mod prove;
mod stored;
mod thread;
mod types;
mod watch;

#[cfg(Py_3_12)]
pub(crate) use callback::{Decide, Verdict, new_callback};
pub(crate) use canary::examine as canary;
pub(crate) use dict::{Found, Key};
#[cfg(not(Py_3_11))]
pub(crate) use extra::name_code;
pub(crate) use frame::{Frame, code_line, thread_ident};
pub(crate) use heap::Heap;
pub(crate) use layout::Reads;
pub(crate) use memory::{Gil, guard, leaked, unleak};
#[cfg(not(Py_3_11))]
pub(crate) use naming::name_inner;
pub(crate) use object::Obj;
pub(crate) use prove::Proof;
pub(crate) use stored::Decimal;
pub(crate) use thread::{main_thread_soon, spawn_quiet};
pub(crate) use types::Type;
pub(crate) use watch::{follow_code, ran_ns, take_watched, unwatch_code, watch_code};
