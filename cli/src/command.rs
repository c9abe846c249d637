//! The commands, one file each: they ask the hub and hand what it says to a screen.
//!
//! Know the link and the screens. Invariant: a command prints data through [`Output`] only, and ends
//! by returning; nothing but `run` replaces or leaves the process by itself.
//!
//! [`Output`]: crate::output::Output

pub(crate) mod run;
