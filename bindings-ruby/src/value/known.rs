//! Classes that are not Ruby's own and that we know: looked up when a probe is armed, compared during
//! hits.
//!
//! Invariant: a class that is known is kept for good; nothing is loaded to find one.

use crate::ffi::{Kept, Obj, intern};
use magnus::value::ReprValue;
use magnus::{Module, Ruby, Value};
use std::sync::OnceLock;

/// What is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// `Set`, where it is written in Ruby.
    pub(crate) set: Option<Obj<'static>>,
    /// `BigDecimal`.
    pub(crate) decimal: Option<Obj<'static>>,
    /// The name of the variable in which it keeps its hash.
    pub(crate) set_hash: u64,
}

static SET: OnceLock<(usize, u64)> = OnceLock::new();
static DECIMAL: OnceLock<usize> = OnceLock::new();

impl Known {
    /// What is known now. 1 ns.
    #[inline(always)]
    pub(crate) fn current() -> Self {
        let decimal = DECIMAL.get().map(|class| Obj::from_handle(*class));
        match SET.get() {
            Some((set, set_hash)) => {
                Self { set: Some(Obj::from_handle(*set)), decimal, set_hash: *set_hash }
            }
            None => Self { set: None, decimal, set_hash: 0 },
        }
    }

    /// Looks again. Not on the hit path.
    pub(crate) fn refresh(ruby: &Ruby) {
        if DECIMAL.get().is_none()
            && let Some(class) = loaded(ruby, "BigDecimal").map(Obj::of_magnus)
            && DECIMAL.set(class.handle()).is_ok()
        {
            std::mem::forget(Kept::new(class));
        }
        if SET.get().is_some() {
            return;
        }
        if let Some(class) = loaded(ruby, "Set") {
            let class = Obj::of_magnus(class);
            let kept = SET.set((class.handle(), intern("@hash")));
            if kept.is_ok() {
                std::mem::forget(Kept::new(class));
            }
        }
    }
}

/// What a constant holds, if it was loaded.
fn loaded(ruby: &Ruby, name: &str) -> Option<Value> {
    let object = ruby.class_object();
    let waits: Value = object.funcall("autoload?", (name,)).ok()?;
    let is_there: bool = object.funcall("const_defined?", (name,)).ok()?;
    (waits.is_nil() && is_there).then(|| object.const_get(name).ok()).flatten()
}
