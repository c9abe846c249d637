//! The hook: how the interpreter is made to tell us that a line was reached.
//!
//! The one face of several mechanisms, one of which this interpreter's version has: `install`,
//! `uninstall`, `arm` and `disarm` of that one. Knows no mechanism's insides and not what a hit does.
//! Invariant: whichever it is, code without a site runs as if we were not there.

mod lines;
mod monitoring;
mod range;
mod table;

pub(crate) use lines::executable_lines;
pub(crate) use monitoring::{arm, arm_span, disarm, install, uninstall};
