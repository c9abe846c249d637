//! Code is seen when it is about to run as a module: stands in for a code watcher.
//!
//! The functions behind `exec`, `eval` and `types.FunctionType` are replaced by ones of ours, which
//! note the code and go on to the interpreter's own. What Python sees is the same object, nothing
//! else costs anything, and it can be taken back, where an audit hook could not. Knows no files.
//! Invariant: what is called does what it did, with what it was given.

use super::layout::{Reads, object};
use super::memory::{guard, is_writable, load, store};
use super::object::Obj;
use super::watch;
use pyo3::types::PyAnyMethods;
use pyo3::{PyResult, Python, ffi};
use std::ffi::c_int;
use std::mem::offset_of;
use std::sync::atomic::{AtomicUsize, Ordering};

type Fast = unsafe extern "C" fn(
    *mut ffi::PyObject,
    *const *mut ffi::PyObject,
    ffi::Py_ssize_t,
) -> *mut ffi::PyObject;
type FastWithKeywords = unsafe extern "C" fn(
    *mut ffi::PyObject,
    *const *mut ffi::PyObject,
    ffi::Py_ssize_t,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;

/// A pointer to a function, replaced by ours.
struct Replaced {
    /// Where it is, once it is ours; it stays what it was.
    place: AtomicUsize,
    /// What was there.
    original: AtomicUsize,
}

impl Replaced {
    const fn new() -> Self {
        Self { place: AtomicUsize::new(0), original: AtomicUsize::new(0) }
    }

    /// Replaces what is at `place`, unless that is ours already; false if it cannot be.
    fn replace(&self, place: usize, by: usize) -> bool {
        if !is_writable(place) {
            return false;
        }
        // SAFETY: the kernel has just written there, and the GIL, which guards the place, is held.
        let there: usize = unsafe { load(place as *const u8, 0) };
        if there != by {
            self.original.store(there, Ordering::Release);
            self.place.store(place, Ordering::Release);
            // SAFETY: as above; `by` is a function of the same kind.
            unsafe { store(place as *const u8, 0, by) };
        }
        true
    }

    /// Puts back what was there, if ours still is.
    fn restore(&self, by: usize) {
        let place = self.place.load(Ordering::Acquire);
        if place == 0 {
            return;
        }
        // SAFETY: `replace` found the place writable, and it is the interpreter's own for good.
        let there: usize = unsafe { load(place as *const u8, 0) };
        if there == by {
            // SAFETY: as above.
            unsafe { store(place as *const u8, 0, self.original.load(Ordering::Acquire)) };
        }
    }
}

static EXEC: Replaced = Replaced::new();
static EVAL: Replaced = Replaced::new();
static NEW_FUNCTION: Replaced = Replaced::new();

/// Sees code from now on, or why not.
pub(super) fn install(py: Python<'_>) -> Result<(), &'static str> {
    if Reads::current() == Reads::Api {
        return Err("not noticed: the layout of code is not proven on this interpreter");
    }
    let replace = |name: &str, replaced: &Replaced, ours: [usize; 2]| -> PyResult<bool> {
        let function = py.import("builtins")?.getattr(name)?;
        if !Obj::of(&function).ty().is_callable_builtin() {
            return Ok(false);
        }
        let method: usize = Obj::of(&function).field(object::BODY);
        // SAFETY: a builtin function has a definition, whose flags are there.
        let flags: c_int =
            unsafe { load(method as *const u8, offset_of!(ffi::PyMethodDef, ml_flags)) };
        let by = match flags {
            flags if flags == ffi::METH_FASTCALL => ours[0],
            flags if flags == ffi::METH_FASTCALL | ffi::METH_KEYWORDS => ours[1],
            _ => return Ok(false),
        };
        Ok(replaced.replace(method + offset_of!(ffi::PyMethodDef, ml_meth), by))
    };
    let exec =
        replace("exec", &EXEC, [exec as *const () as usize, exec_keywords as *const () as usize]);
    let eval =
        replace("eval", &EVAL, [eval as *const () as usize, eval_keywords as *const () as usize]);
    let place = (&raw const ffi::PyFunction_Type) as usize + offset_of!(ffi::PyTypeObject, tp_new);
    NEW_FUNCTION.replace(place, new_function as *const () as usize);
    match (exec, eval) {
        (Ok(true), Ok(_)) => Ok(()),
        _ => Err("noticed only when a probe that waits looks again: `exec` is not as it should be"),
    }
}

/// Puts the interpreter's own functions back.
pub(super) fn uninstall(_py: Python<'_>) {
    let ours = [exec as *const () as usize, exec_keywords as *const () as usize];
    ours.into_iter().for_each(|by| EXEC.restore(by));
    let ours = [eval as *const () as usize, eval_keywords as *const () as usize];
    ours.into_iter().for_each(|by| EVAL.restore(by));
    NEW_FUNCTION.restore(new_function as *const () as usize);
}

/// Notes the first of the arguments, if it is code.
fn note(args: *const *mut ffi::PyObject, count: ffi::Py_ssize_t) {
    if count < 1 || args.is_null() {
        return;
    }
    // SAFETY: the interpreter passes as many arguments as it says.
    let first = unsafe { args.read() };
    guard(|| {
        if let Some(code) = Obj::new(first).filter(|first| first.ty().is_code()) {
            watch::runs(code);
        }
    });
}

macro_rules! stand_in {
    ($plain:ident, $keywords:ident, $replaced:ident) => {
        unsafe extern "C" fn $plain(
            module: *mut ffi::PyObject,
            args: *const *mut ffi::PyObject,
            count: ffi::Py_ssize_t,
        ) -> *mut ffi::PyObject {
            note(args, count);
            let original = $replaced.original.load(Ordering::Acquire);
            // SAFETY: `replace` put this function in the place of one of this very kind.
            let original = unsafe { std::mem::transmute::<usize, Fast>(original) };
            // SAFETY: it is given what the interpreter gave us.
            unsafe { original(module, args, count) }
        }

        unsafe extern "C" fn $keywords(
            module: *mut ffi::PyObject,
            args: *const *mut ffi::PyObject,
            count: ffi::Py_ssize_t,
            names: *mut ffi::PyObject,
        ) -> *mut ffi::PyObject {
            note(args, count);
            let original = $replaced.original.load(Ordering::Acquire);
            // SAFETY: `replace` put this function in the place of one of this very kind.
            let original = unsafe { std::mem::transmute::<usize, FastWithKeywords>(original) };
            // SAFETY: it is given what the interpreter gave us.
            unsafe { original(module, args, count, names) }
        }
    };
}

stand_in!(exec, exec_keywords, EXEC);
stand_in!(eval, eval_keywords, EVAL);

/// `types.FunctionType(code, …)`, by which unpickled functions are made.
unsafe extern "C" fn new_function(
    class: *mut ffi::PyTypeObject,
    args: *mut ffi::PyObject,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    if let Some(args) = Obj::new(args).filter(|args| args.ty().is_exact_tuple()) {
        // SAFETY: the interpreter calls its functions with the GIL held.
        let py = unsafe { Python::assume_attached() };
        let items = args.items(super::memory::Gil::of(py));
        let first = items.first().map(|first| first.as_ptr());
        let first = first.unwrap_or(std::ptr::null_mut());
        note(&raw const first, 1.min(items.len().cast_signed()));
    }
    let original = NEW_FUNCTION.original.load(Ordering::Acquire);
    // SAFETY: `replace` put this function in the place of one of this very kind.
    let original = unsafe { std::mem::transmute::<usize, ffi::newfunc>(original) };
    // SAFETY: it is given what the interpreter gave us.
    unsafe { original(class, args, names) }
}
