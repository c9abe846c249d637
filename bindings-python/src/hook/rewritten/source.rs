//! Between code objects and the rewriter, which knows bytes only.
//!
//! Invariant: what the rewriter refuses is said to people in its own words.

use crate::ffi::{CodeParts, new_code};
use pyo3::exceptions::PyNotImplementedError;
use pyo3::types::{PyAnyMethods, PyBytes, PyBytesMethods, PyTuple, PyTupleMethods};
use pyo3::{Bound, Py, PyAny, PyErr, PyResult};
use stillframe_bytecode::{Code, Insert, Refusal, Spot, Version, rewrite};

/// The version that this library is built for.
const VERSION: Version = if cfg!(Py_3_11) {
    Version::V311
} else if cfg!(Py_3_10) {
    Version::V310
} else {
    Version::V39
};
const LINES: &str = if cfg!(Py_3_10) { "co_linetable" } else { "co_lnotab" };

/// The bytes of a code object, held.
struct Bytes<'py> {
    instructions: Bound<'py, PyBytes>,
    lines: Bound<'py, PyBytes>,
    exceptions: Option<Bound<'py, PyBytes>>,
    constants: Bound<'py, PyTuple>,
    numbers: [u32; 3],
}

impl<'py> Bytes<'py> {
    fn of(code: &Bound<'py, PyAny>) -> PyResult<Self> {
        let bytes = |name: &str| Ok::<_, PyErr>(code.getattr(name)?.cast_into::<PyBytes>()?);
        let number = |name: &str| code.getattr(name)?.extract::<u32>();
        let exceptions = cfg!(Py_3_11).then(|| bytes("co_exceptiontable")).transpose()?;
        Ok(Self {
            instructions: bytes("co_code")?,
            lines: bytes(LINES)?,
            exceptions,
            constants: code.getattr("co_consts")?.cast_into::<PyTuple>()?,
            numbers: [number("co_firstlineno")?, number("co_stacksize")?, number("co_flags")?],
        })
    }

    fn as_code(&self) -> Code<'_> {
        let [first_line, stack_size, flags] = self.numbers;
        Code {
            version: VERSION,
            instructions: self.instructions.as_bytes(),
            lines: self.lines.as_bytes(),
            exceptions: self.exceptions.as_ref().map(|bytes| bytes.as_bytes()).unwrap_or_default(),
            first_line,
            stack_size,
            constants: u32::try_from(self.constants.len()).unwrap_or(u32::MAX),
            flags,
        }
    }
}

/// Lines that execute in `code`, ascending; those of functions inside it are left out.
pub(crate) fn executable_lines(code: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
    stillframe_bytecode::executable_lines(&Bytes::of(code)?.as_code()).map_err(refused)
}

/// Whether there is a place for a hook at `spot` of `code`.
pub(super) fn executes(code: &Bound<'_, PyAny>, spot: Spot) -> PyResult<bool> {
    let bytes = Bytes::of(code)?;
    let code = bytes.as_code();
    match rewrite(&code, &[Insert { spot, constant: code.constants }]) {
        Ok(_) => Ok(true),
        Err(Refusal::Nowhere(_)) => Ok(false),
        Err(refusal) => Err(refused(refusal)),
    }
}

/// `original` with each hook object asked at its spot.
pub(super) fn with_hooks<'py>(
    original: &Bound<'py, PyAny>,
    hooks: &[(Spot, &Py<PyAny>)],
) -> PyResult<Bound<'py, PyAny>> {
    let py = original.py();
    let bytes = Bytes::of(original)?;
    let code = bytes.as_code();
    let inserts = hooks.iter().zip(code.constants..);
    let inserts: Vec<Insert> =
        inserts.map(|((spot, _), constant)| Insert { spot: *spot, constant }).collect();
    let rewritten = rewrite(&code, &inserts).map_err(refused)?;
    let objects = hooks.iter().map(|(_, object)| object.bind(py).clone());
    let constants = PyTuple::new(py, bytes.constants.iter().chain(objects).collect::<Vec<_>>())?;
    let parts = CodeParts {
        instructions: &rewritten.instructions,
        lines: &rewritten.lines,
        exceptions: &rewritten.exceptions,
        stack_size: rewritten.stack_size,
        constants: &constants,
    };
    let made = new_code(original, &parts)?;
    // The stack names frames that run it as it names those of the original.
    #[cfg(not(Py_3_11))]
    crate::ffi::name_code(crate::ffi::Obj::of(&made), crate::ffi::Obj::of(original));
    Ok(made)
}

fn refused(refusal: Refusal) -> PyErr {
    PyNotImplementedError::new_err(refusal.to_string())
}
