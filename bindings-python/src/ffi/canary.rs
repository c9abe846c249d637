//! Proves on this very interpreter, part by part, that memory is laid out as `layout` says.
//!
//! Reads through `process_vm_readv` on our own process, so that a wrong guess answers with an error
//! where a load would crash. Knows nothing of what the reads are for. Invariant: a part is read
//! directly only if every one of its checks here held.

use super::layout::{self, IS_KNOWN, code};
use super::memory::read_word;
use super::proof::{PARTS, Part};
use pyo3::types::{PyAnyMethods, PyTuple};
use pyo3::{Bound, PyAny, PyResult, Python, ffi, pyfunction, wrap_pyfunction};

mod instances;
mod objects;
mod types;

/// Where the function keeps the local that an inner function uses too: as an argument is kept, and
/// before 3.11 behind all locals.
const CELL: usize = if cfg!(Py_3_11) { 4 } else { 7 };
/// The first of two locals that are not set yet.
const UNSET: usize = 5;

/// A function whose locals are a mortal object, a small int, `None`, one that is not set yet, and one
/// that an inner function uses too.
const SOURCE: &std::ffi::CStr = c"
def canary(mortal, small, nothing, look, shared):
    seen = look(mortal, small)
    unset = seen
    return unset, lambda: shared
";

/// What one part came to.
type Proof = (Part, Result<(), String>);

/// Decides what is read straight from memory, but for the parts that `unwanted` names (`off` is all
/// of them), and says so for people. `Err` if not even types are where they should be: then nothing
/// can be probed.
pub(crate) fn examine(py: Python<'_>, unwanted: &str) -> Result<String, String> {
    types::examine(py)?;
    let wanted = |part: Part| {
        let name = PARTS.iter().find(|(known, _)| *known == part).map_or("", |(_, name)| name);
        unwanted != "off" && !unwanted.split(',').any(|word| word == name)
    };
    if unwanted == "off" || !IS_KNOWN {
        Part::decide(&[]);
        let version = py.version_info();
        return Ok(if IS_KNOWN {
            "everything is asked of the interpreter, slowly: STILLFRAME_DIRECT_READS=off".to_owned()
        } else {
            format!(
                "everything is asked of the interpreter, slowly: this agent knows no layout of \
                 CPython {}.{}",
                version.major, version.minor
            )
        });
    }
    let mut proofs = vec![(Part::Frame, frames(py))];
    proofs.extend(objects::examine(py));
    proofs.extend(instances::examine(py));
    for (part, proof) in &mut proofs {
        if !wanted(*part) {
            *proof = Err("not wanted".to_owned());
        }
    }
    Ok(decide(&proofs))
}

fn decide(proofs: &[Proof]) -> String {
    let proven: Vec<Part> =
        proofs.iter().filter(|(_, proof)| proof.is_ok()).map(|(part, _)| *part).collect();
    Part::decide(&proven);
    let asked: Vec<String> = PARTS
        .iter()
        .filter_map(|(part, name)| {
            let (_, proof) = proofs.iter().find(|(proven, _)| proven == part)?;
            proof.as_ref().err().map(|reason| format!("{name} ({reason})"))
        })
        .collect();
    if asked.is_empty() {
        return "passed: everything is read straight from memory".to_owned();
    }
    format!("asked of the interpreter, slowly: {}", asked.join(", "))
}

fn frames(py: Python<'_>) -> Result<(), String> {
    run(py).map_err(|error| format!("the canary could not run: {error}"))?
}

fn run(py: Python<'_>) -> PyResult<Result<(), String>> {
    if let Err(reason) = published(py) {
        return Ok(Err(reason));
    }
    let globals = pyo3::types::PyDict::new(py);
    py.run(SOURCE, Some(&globals), None)?;
    let canary = globals.get_item("canary")?;
    let look = wrap_pyfunction!(look, py)?;
    let mortal = pyo3::types::PyList::empty(py);
    let verdict = canary.call1((&mortal, 7, py.None(), look, &mortal))?.get_item(0)?;
    let reason: Option<String> = verdict.extract()?;
    Ok(reason.map_or(Ok(()), Err))
}

/// Called by the canary function: compares what the frame holds with what it must hold.
#[pyfunction]
fn look(py: Python<'_>, mortal: Bound<'_, PyAny>, small: Bound<'_, PyAny>) -> Option<String> {
    let raw = compare(py, &mortal, &small).err();
    raw.map(str::to_owned)
}

fn compare(
    py: Python<'_>,
    mortal: &Bound<'_, PyAny>,
    small: &Bound<'_, PyAny>,
) -> Result<(), &'static str> {
    let frame = frame_address().ok_or("the running frame is not where it should be")?;
    let word = |at: usize| read_word(frame + at).ok_or("a frame's field cannot be read");
    let slot = |at: usize| word(at).map(object_in);
    let expected = running_code(py).ok_or("the interpreter did not name its running frame")?;
    let code_address = expected.as_ptr() as usize;
    if slot(layout::frame::CODE)? != Some(code_address) {
        return Err("a frame keeps its code elsewhere");
    }
    let local = |index: usize| slot(layout::frame::LOCALSPLUS + index * 8);
    // SAFETY: `Py_None` only takes an address.
    let none = unsafe { ffi::Py_None() } as usize;
    let wanted = [mortal.as_ptr() as usize, small.as_ptr() as usize, none];
    for (index, wanted) in wanted.into_iter().enumerate() {
        if local(index)? != Some(wanted) {
            return Err("a frame keeps its locals elsewhere");
        }
    }
    if local(UNSET)? != Some(0) || local(UNSET + 1)? != Some(0) {
        return Err("a frame keeps unset locals in another form");
    }
    let cell = local(CELL)?.ok_or("a frame keeps cells in another form")?;
    if read_word(cell + layout::object::BODY) != Some(mortal.as_ptr() as usize) {
        return Err("a frame keeps cells elsewhere");
    }
    compare_instruction(word(layout::frame::INSTRUCTION)?, &expected)?;
    compare_code(&expected)
}

/// What the frame says of the instruction that runs must lie within the code.
fn compare_instruction(found: usize, expected: &Bound<'_, PyAny>) -> Result<(), &'static str> {
    let code = expected.getattr("co_code").and_then(|code| code.len());
    let bytes = code.map_err(|_| "a code object does not show its instructions")?;
    #[cfg(Py_3_11)]
    let at = found.checked_sub(expected.as_ptr() as usize + code::INSTRUCTIONS);
    #[cfg(not(Py_3_11))]
    let at = Some((found & 0xffff_ffff) * layout::frame::INSTRUCTION_BYTES);
    // The first instructions put `look` on the stack, so it cannot be 0 either.
    if at.is_none_or(|at| at == 0 || at >= bytes) {
        return Err("a frame keeps its instruction pointer elsewhere");
    }
    Ok(())
}

/// The fields of code that stack frames are named by.
fn compare_code(expected: &Bound<'_, PyAny>) -> Result<(), &'static str> {
    let fields = [
        (code::FILENAME, "co_filename"),
        #[cfg(Py_3_11)]
        (code::QUALNAME, "co_qualname"),
        #[cfg(not(Py_3_11))]
        (code::NAME, "co_name"),
        #[cfg(not(Py_3_11))]
        (code::NAMES, "co_names"),
        #[cfg(not(Py_3_11))]
        (code::INSTRUCTIONS, "co_code"),
        (code::CONSTS, "co_consts"),
    ];
    for (offset, name) in fields {
        let found = read_word(expected.as_ptr() as usize + offset);
        let wanted = expected.getattr(name).map_err(|_| "a code object lacks a field")?;
        if found != Some(wanted.as_ptr() as usize) {
            return Err("a code object keeps its fields elsewhere");
        }
    }
    let line = read_word(expected.as_ptr() as usize + code::FIRST_LINE);
    let wanted: u32 = expected
        .getattr("co_firstlineno")
        .and_then(|line| line.extract())
        .map_err(|_| "a code object lacks a field")?;
    if line.map(|word| word as u32) == Some(wanted) {
        Ok(())
    } else {
        Err("a code object keeps its first line elsewhere")
    }
}

fn frame_address() -> Option<usize> {
    // SAFETY: called from Python, so the thread has a state.
    let thread = unsafe { ffi::PyThreadState_Get() } as usize;
    let place = read_word(thread + layout::thread::FRAME)?;
    match layout::thread::CURRENT {
        Some(offset) => read_word(place + offset),
        None => Some(place),
    }
}

/// The code that runs, as the public API tells it.
fn running_code(py: Python<'_>) -> Option<Bound<'_, PyAny>> {
    let frame = py.import("sys").ok()?.call_method1("_getframe", PyTuple::empty(py)).ok()?;
    frame.getattr("f_code").ok()
}

/// The object that a slot of a frame with these bits refers to, 0 if it is empty.
#[cfg(not(Py_3_14))]
fn object_in(bits: usize) -> Option<usize> {
    Some(bits)
}

/// The object that a slot of a frame with these bits refers to, 0 if it is empty, `None` if it is a
/// number or empty in another form than that of this version.
#[cfg(Py_3_14)]
fn object_in(bits: usize) -> Option<usize> {
    use layout::stack_ref::{NUMBER, REFERENCE};
    (bits != 0 && bits & NUMBER != NUMBER).then_some(bits & !REFERENCE)
}

/// Compares with the offsets that the interpreter publishes about itself.
#[cfg(Py_3_13)]
fn published(py: Python<'_>) -> Result<(), String> {
    unsafe extern "C" {
        static _PyRuntime: u8;
    }
    let base = (&raw const _PyRuntime) as usize;
    // Words of `_Py_DebugOffsets`: cookie, version, free-threaded, then groups of offsets.
    let word = |index: usize| read_word(base + index * 8);
    if word(0) != Some(u64::from_ne_bytes(*b"xdebugpy") as usize) {
        return Err("the interpreter does not publish its offsets".to_owned());
    }
    // Major and minor version stand above patch, level and serial.
    let version = py.version_info();
    let wanted = usize::from(version.major) << 8 | usize::from(version.minor);
    if word(1).map(|version| version >> 16) != Some(wanted) {
        return Err("the interpreter publishes the offsets of another version".to_owned());
    }
    if word(2) != Some(0) {
        return Err("the interpreter is free-threaded".to_owned());
    }
    for (index, wanted) in layout::PUBLISHED {
        if word(*index) != Some(*wanted) {
            return Err(format!("the interpreter publishes other offsets (word {index})"));
        }
    }
    Ok(())
}

#[cfg(not(Py_3_13))]
fn published(_py: Python<'_>) -> Result<(), String> {
    Ok(())
}
