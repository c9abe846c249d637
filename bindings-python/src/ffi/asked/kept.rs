//! What reads through the API had to make: copies of characters, references of our own.
//!
//! A thread has one store; hits nest where code of the application runs, which only the collector
//! of CPython 3.11 and older can bring about. Knows nothing of what it keeps. Invariant: it is
//! emptied when the outermost scope of the thread ends, and holds [`MAX_BYTES`] at most.

use super::super::memory::Gil;
use super::super::object::Obj;
use pyo3::ffi;
use std::any::Any;
use std::cell::RefCell;

/// Bytes of copies in one scope. Strings that come to more are unreadable.
const MAX_BYTES: usize = 4 << 20;

#[derive(Default)]
struct Kept {
    depth: u32,
    bytes: usize,
    copies: Vec<Box<dyn Any>>,
    objects: Vec<Obj>,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// The time during which what was kept on this thread may be used: a hit, or a task of ours. What
/// the application was raising is set aside meanwhile, for reads that fail raise and forget.
pub(crate) struct Asking(Raised);

impl Asking {
    /// Begins one, with the GIL held.
    pub(crate) fn enter(_gil: Gil<'_>) -> Self {
        let _gone = KEPT.try_with(|kept| kept.borrow_mut().depth += 1);
        Self(Raised::take())
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let ended = KEPT.try_with(|kept| {
            let mut kept = kept.borrow_mut();
            kept.depth = kept.depth.saturating_sub(1);
            (kept.depth == 0).then(|| {
                kept.bytes = 0;
                (std::mem::take(&mut kept.copies), std::mem::take(&mut kept.objects))
            })
        });
        if let Ok(Some((_, objects))) = ended {
            for object in objects {
                // SAFETY: the reference was taken by `object`, and scopes end with the GIL held.
                unsafe { ffi::Py_DECREF(object.as_ptr()) };
            }
        }
        self.0.put_back();
    }
}

/// The exception that the application is raising, if it is.
#[cfg(Py_3_12)]
struct Raised(*mut ffi::PyObject);

#[cfg(Py_3_12)]
impl Raised {
    fn take() -> Self {
        // SAFETY: the GIL is held; a reference of ours or null is handed out.
        Self(unsafe { ffi::PyErr_GetRaisedException() })
    }

    fn put_back(&mut self) {
        // SAFETY: the GIL is held; the reference, or null, is taken over.
        unsafe {
            ffi::PyErr_SetRaisedException(std::mem::replace(&mut self.0, std::ptr::null_mut()))
        };
    }
}

/// Type, value and traceback of the exception that the application is raising, if it is.
#[cfg(not(Py_3_12))]
struct Raised([*mut ffi::PyObject; 3]);

#[cfg(not(Py_3_12))]
impl Raised {
    fn take() -> Self {
        let mut parts = [std::ptr::null_mut(); 3];
        let [ty, value, traceback] = &mut parts;
        // SAFETY: the GIL is held; references of ours or nulls are put into the three places.
        unsafe { ffi::PyErr_Fetch(ty, value, traceback) };
        Self(parts)
    }

    fn put_back(&mut self) {
        let [ty, value, traceback] = std::mem::replace(&mut self.0, [std::ptr::null_mut(); 3]);
        // SAFETY: the GIL is held; the references, or nulls, are taken over.
        unsafe { ffi::PyErr_Restore(ty, value, traceback) };
    }
}

/// Keeps a copy until the scope ends; `None` once that would be too much.
pub(super) fn copy<'g, T: Copy + 'static>(items: Vec<T>, _gil: Gil<'g>) -> Option<&'g [T]> {
    let items = items.into_boxed_slice();
    let (first, len, bytes) = (items.as_ptr(), items.len(), size_of_val(&*items));
    let is_kept = KEPT.try_with(|kept| {
        let mut kept = kept.borrow_mut();
        if kept.bytes + bytes > MAX_BYTES {
            return false;
        }
        kept.bytes += bytes;
        kept.copies.push(Box::new(items));
        true
    });
    // SAFETY: the slice lives on the heap, in `copies`, until the scope ends, which is when the
    // callback or task ends that holds the GIL for `'g`.
    is_kept.ok()?.then(|| unsafe { std::slice::from_raw_parts(first, len) })
}

/// The object of a reference that was handed to us, which we give back when the scope ends.
pub(super) fn object(reference: *mut ffi::PyObject) -> Option<Obj> {
    let object = Obj::new(reference)?;
    // Where the thread is ending there is no store: the reference is never given back.
    let _gone = KEPT.try_with(|kept| kept.borrow_mut().objects.push(object));
    Some(object)
}
