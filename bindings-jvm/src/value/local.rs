//! A local reference that ends where its owner goes.
//!
//! Invariant: a hit that reads for long holds no more references than it uses.

use crate::ffi::Env;
use jni_sys::jobject;

/// A local reference, perhaps null, of the thread that made it.
#[derive(Debug)]
pub(crate) struct Local {
    env: Env,
    object: jobject,
}

impl Local {
    /// Takes over a local reference that a call answered with.
    pub(crate) fn new(env: Env, object: jobject) -> Self {
        Self { env, object }
    }

    /// As calls take it.
    pub(crate) fn raw(&self) -> jobject {
        self.object
    }

    pub(crate) fn is_null(&self) -> bool {
        self.object.is_null()
    }

    /// The reference, unless it is null.
    pub(crate) fn unless_null(self) -> Option<Self> {
        (!self.is_null()).then_some(self)
    }

    /// The reference, which its new owner ends.
    pub(crate) fn into_raw(self) -> jobject {
        let object = self.object;
        std::mem::forget(self);
        object
    }

    /// Another reference to the same object.
    pub(crate) fn again(&self) -> Self {
        Self::new(self.env, self.env.new_local(self.object).unwrap_or(std::ptr::null_mut()))
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.env.delete_local(self.object);
    }
}
