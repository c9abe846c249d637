//! Loading the agent into a JVM that runs already.
//!
//! Knows processes, files below another root and the JVM's socket; no hub and no screen. Invariants:
//! nothing is signalled that would not survive it, no file of others is followed or overwritten, and
//! what was left in the other process's files is taken away again.

pub(crate) mod channel;
pub(crate) mod folder;
pub(crate) mod library;
pub(crate) mod options;
pub(crate) mod process;
pub(crate) mod protocol;
pub(crate) mod runtime;
pub(crate) mod status;
