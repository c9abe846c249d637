//! Every read of the interpreter's memory and every call into it that Rust cannot check.
//!
//! Knows layouts of CRuby 3.1 to 3.4 (`layout`, and nowhere else) and nothing of probes. Invariant:
//! an [`Obj`] is made only while the VM's lock is held, from a slot that owns it, and is used only
//! until that is given up; on that rest the `SAFETY` comments of this folder. Nothing here runs code
//! of the application.
#![expect(unsafe_code, reason = "the binding's one place that touches the interpreter's memory")]

mod canary;
pub(crate) mod code;
mod collection;
mod date;
mod frame;
mod layout;
mod listener;
mod memory;
mod number;
mod object;
mod original;
mod protect;
mod text;
mod thread;
mod thread_name;

pub(crate) use canary::examine as canary;
pub(crate) use date::{gregorian, proven as dates_are_proven};
pub(crate) use frame::{Frame, Place, STRETCH, Stretch};
pub(crate) use listener::{BEGIN, END, LINE, Listener, Reached, unwatch_compiler, watch_compiler};
pub(crate) use memory::{Turn, guard};
pub(crate) use object::{Obj, Tag, classes};
pub(crate) use original::{Original, keep as keep_originals};
pub(crate) use protect::{asked, asked_with};
pub(crate) use text::{intern, name_of};
pub(crate) use thread::{Kept, run_soon, without_lock};
pub(crate) use thread_name::thread_name;
