//! Every read of the interpreter's memory and every call into it that Rust cannot check.
//!
//! Knows layouts of CPython 3.9 to 3.14 and nothing of probes. Invariant: an [`Obj`] is made only
//! while the GIL is held, from a slot that owns it, and is used only until the GIL is given up; on
//! that rest the `SAFETY` comments of this folder. Nothing here runs code of the application.
#![expect(unsafe_code, reason = "the binding's one place that touches the interpreter's memory")]

mod asked;
#[cfg(Py_3_12)]
mod callback;
mod canary;
#[cfg(not(Py_3_12))]
mod code;
mod collector;
mod dict;
#[cfg(not(Py_3_11))]
mod eval;
#[cfg(all(Py_3_11, not(Py_3_12)))]
mod exchange;
mod exec;
mod extra;
mod frame;
mod heap;
#[cfg(not(Py_3_12))]
mod holders;
#[cfg(not(Py_3_12))]
mod hook_object;
mod layout;
mod memory;
#[cfg(not(Py_3_11))]
mod naming;
mod number;
mod object;
mod proof;
pub(crate) mod prove;
mod stored;
mod thread;
mod types;
mod watch;

pub(crate) use asked::Asking;
#[cfg(Py_3_12)]
pub(crate) use callback::{Decide, Verdict, new_callback};
pub(crate) use canary::examine as canary;
#[cfg(all(Py_3_11, not(Py_3_12)))]
pub(crate) use code::references;
#[cfg(not(Py_3_12))]
pub(crate) use code::{CodeParts, is_shared, new_code};
pub(crate) use dict::{Found, Key};
#[cfg(not(Py_3_11))]
pub(crate) use eval::Exchange;
#[cfg(all(Py_3_11, not(Py_3_12)))]
pub(crate) use exchange::{put_code, put_constants};
#[cfg(not(Py_3_11))]
pub(crate) use extra::name_code;
pub(crate) use frame::{Frame, code_line, thread_ident};
pub(crate) use heap::Heap;
#[cfg(all(Py_3_11, not(Py_3_12)))]
pub(crate) use holders::exchange_code;
#[cfg(not(Py_3_11))]
pub(crate) use holders::waiting_frames;
#[cfg(not(Py_3_12))]
pub(crate) use hook_object::{HookObject, Place, is_hook};
pub(crate) use layout::Reads;
#[cfg(any(Py_3_12, not(Py_3_11)))]
pub(crate) use memory::unleak;
pub(crate) use memory::{Gil, attach, guard, leaked};
#[cfg(not(Py_3_11))]
pub(crate) use naming::name_inner;
pub(crate) use object::Obj;
pub(crate) use proof::Part;
pub(crate) use prove::Proof;
pub(crate) use stored::Decimal;
pub(crate) use thread::main_thread_soon;
pub(crate) use types::Type;
pub(crate) use watch::{follow_code, has_watcher, ran_ns, take_watched, unwatch_code, watch_code};
