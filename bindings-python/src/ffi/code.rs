//! Making code objects of others' parts.
//!
//! Knows the interpreter's constructor, not what was changed or why. Invariant: what is made differs
//! from what it is made of in the given parts only.

use pyo3::types::{PyAnyMethods, PyBytes, PyTuple};
use pyo3::{Bound, Py, PyAny, PyResult, Python, ffi};
use std::ffi::c_int;

/// Parts of a code object that differ from those of the one it is made from.
#[derive(Debug)]
pub(crate) struct CodeParts<'a> {
    pub(crate) instructions: &'a [u8],
    pub(crate) lines: &'a [u8],
    /// Empty before 3.11, which has none.
    pub(crate) exceptions: &'a [u8],
    pub(crate) stack_size: u32,
    pub(crate) constants: &'a Bound<'a, PyTuple>,
}

#[cfg(Py_3_11)]
unsafe extern "C" {
    fn PyCode_NewWithPosOnlyArgs(
        arguments: c_int,
        positional_only: c_int,
        keyword_only: c_int,
        locals: c_int,
        stack_size: c_int,
        flags: c_int,
        code: *mut ffi::PyObject,
        constants: *mut ffi::PyObject,
        names: *mut ffi::PyObject,
        variables: *mut ffi::PyObject,
        free: *mut ffi::PyObject,
        cells: *mut ffi::PyObject,
        file: *mut ffi::PyObject,
        name: *mut ffi::PyObject,
        qualified: *mut ffi::PyObject,
        first_line: c_int,
        lines: *mut ffi::PyObject,
        exceptions: *mut ffi::PyObject,
    ) -> *mut ffi::PyCodeObject;
}

/// A code object like `code` but for `parts`. Unlike `code.replace` it raises no audit event: to the
/// application nothing happens.
pub(crate) fn new_code<'py>(
    code: &Bound<'py, PyAny>,
    parts: &CodeParts<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = code.py();
    let number = |name: &str| code.getattr(name)?.extract::<c_int>();
    let numbers = [
        number("co_argcount")?,
        number("co_posonlyargcount")?,
        number("co_kwonlyargcount")?,
        number("co_nlocals")?,
        c_int::try_from(parts.stack_size)?,
        number("co_flags")?,
        number("co_firstlineno")?,
    ];
    let instructions = PyBytes::new(py, parts.instructions).into_any();
    let mut objects = vec![instructions, parts.constants.clone().into_any()];
    for name in ["co_names", "co_varnames", "co_freevars", "co_cellvars", "co_filename", "co_name"]
    {
        objects.push(code.getattr(name)?);
    }
    if cfg!(Py_3_11) {
        objects.push(code.getattr("co_qualname")?);
    }
    objects.push(PyBytes::new(py, parts.lines).into_any());
    if cfg!(Py_3_11) {
        objects.push(PyBytes::new(py, parts.exceptions).into_any());
    }
    let made = construct(numbers, &objects);
    // SAFETY: the reference is ours, or null with the exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, made.cast()) }
}

/// Calls the constructor: numbers and objects are those of `new_code`, in its order.
fn construct(numbers: [c_int; 7], objects: &[Bound<'_, PyAny>]) -> *mut ffi::PyCodeObject {
    let [arguments, positional, keyword, locals, stack_size, flags, first_line] = numbers;
    let at = |index: usize| objects[index].as_ptr();
    // Written once for both constructors: 3.11 has two objects more.
    macro_rules! call {
        ($function:path; $($named:literal)*; $($tables:literal)*) => {
            // SAFETY: all are live objects of the types that the code they come from has there; the
            // call checks them and takes references of its own.
            unsafe {
                $function(
                    arguments, positional, keyword, locals, stack_size, flags,
                    $(at($named),)* first_line, $(at($tables),)*
                )
            }
        };
    }
    #[cfg(Py_3_11)]
    let made = call!(PyCode_NewWithPosOnlyArgs; 0 1 2 3 4 5 6 7 8; 9 10);
    #[cfg(not(Py_3_11))]
    let made = call!(ffi::PyCode_NewWithPosOnlyArgs; 0 1 2 3 4 5 6 7; 8);
    made
}

/// Whether anybody besides its owner holds `object`.
pub(crate) fn is_shared(object: &Py<PyAny>, _py: Python<'_>) -> bool {
    // SAFETY: the object is held, and so is the GIL.
    unsafe { ffi::Py_REFCNT(object.as_ptr()) > 1 }
}

/// How many references to an object there are, the caller's own included.
#[cfg(Py_3_11)]
pub(crate) fn references(object: &Bound<'_, PyAny>) -> isize {
    // SAFETY: the object is held, and so is the GIL.
    unsafe { ffi::Py_REFCNT(object.as_ptr()) }
}
