//! Which of cargo's profiles agents, and what else has to be fast, are built with.
//!
//! Knows the two. Invariant: it is chosen once, before anything is built.

use crate::files::target;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

static IS_QUICK: AtomicBool = AtomicBool::new(false);

/// From now on what is built is for looking at and for testing: it runs a little slower than what is
/// shipped and measured, and is built in half the time.
pub(crate) fn be_quick() {
    IS_QUICK.store(true, Relaxed);
}

/// The profile, by cargo's name.
pub(crate) fn name() -> &'static str {
    if IS_QUICK.load(Relaxed) { "quick" } else { "release" }
}

/// Where cargo puts what it builds.
pub(crate) fn folder() -> PathBuf {
    target(name())
}
