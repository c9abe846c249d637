//! What the machine names members and objects by, where it is kept and used by other threads.
//!
//! Numbers only: whoever uses one says why its class is still loaded.

use jni_sys::{jfieldID, jmethodID, jobject};

/// A field. Meaningful while its class is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FieldId(jfieldID);

// SAFETY: a field's id belongs to no thread (JNI, "Accessing Fields"), and nothing is read through it.
unsafe impl Send for FieldId {}
// SAFETY: as above.
unsafe impl Sync for FieldId {}

impl FieldId {
    pub(crate) fn new(id: jfieldID) -> Self {
        Self(id)
    }

    /// As calls take it.
    pub(crate) fn raw(self) -> jfieldID {
        self.0
    }
}

/// A global or weak reference, which any thread may use until it is deleted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept(jobject);

// SAFETY: global and weak references belong to no thread (JNI, "Global and Local References").
unsafe impl Send for Kept {}
// SAFETY: as above.
unsafe impl Sync for Kept {}

impl Kept {
    /// Takes a global or weak reference over.
    pub(crate) fn new(reference: jobject) -> Self {
        Self(reference)
    }

    /// As calls take it.
    pub(crate) fn raw(self) -> jobject {
        self.0
    }
}

/// A method. Meaningful while its class is loaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MethodId(jmethodID);

// SAFETY: a method's id belongs to no thread, and nothing is read through it.
unsafe impl Send for MethodId {}
// SAFETY: as above.
unsafe impl Sync for MethodId {}

impl MethodId {
    pub(crate) fn new(id: jmethodID) -> Self {
        Self(id)
    }

    /// As calls take it.
    pub(crate) fn raw(self) -> jmethodID {
        self.0
    }
}
