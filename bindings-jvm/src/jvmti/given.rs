//! Memory that JVMTI allocated for an answer, given back when dropped.

use super::env::Jvmti;
use std::ffi::{CStr, c_char};

/// `len` values of plain data at an address that JVMTI answered with.
pub(crate) struct Given<T: Copy> {
    jvmti: Jvmti,
    values: *mut T,
    len: usize,
}

impl<T: Copy> Given<T> {
    /// Takes over what a successful call answered; a count below zero is none.
    pub(super) fn new(jvmti: Jvmti, values: *mut T, len: i32) -> Self {
        let len = if values.is_null() { 0 } else { usize::try_from(len).unwrap_or(0) };
        Self { jvmti, values, len }
    }

    /// The values.
    pub(crate) fn as_slice(&self) -> &[T] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: a successful call of JVMTI answered with this many values at this address, which
        // nobody writes or frees before `drop`.
        unsafe { std::slice::from_raw_parts(self.values, self.len) }
    }
}

impl<T: Copy> Drop for Given<T> {
    fn drop(&mut self) {
        self.jvmti.deallocate(self.values.cast());
    }
}

/// The text of a string that JVMTI answered with (modified UTF-8), which is given back.
pub(super) fn text(jvmti: Jvmti, given: *mut c_char) -> String {
    if given.is_null() {
        return String::new();
    }
    // SAFETY: a successful call of JVMTI answered with a string that ends with a zero byte.
    let bytes = unsafe { CStr::from_ptr(given) };
    let text = String::from_utf8_lossy(bytes.to_bytes()).into_owned();
    jvmti.deallocate(given.cast());
    text
}
