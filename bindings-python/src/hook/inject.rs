//! How rewritten code gets to run on CPython 3.11: every function that has the old code is given the
//! new one, and so are the constants of code around it, of which new functions are made.
//!
//! Constants are exchanged in place, in the tuple that the parent has: whatever makes functions of it
//! next makes them of the new code, a loop that runs already included, and the parent's own code
//! stays the object that it was. Invariants: a function whose code the application exchanged itself
//! is left alone; frames keep the code that they began with.

use super::rewritten::{Change, Patch, unreached, versions_in_force};
use crate::ffi::{Obj, exchange_code, put_code, put_constants, references};
use crate::locate;
use pyo3::types::{PyAnyMethods, PyTuple};
use pyo3::{Bound, Py, PyAny, PyResult, Python};

/// What `status` calls it.
pub(super) const NAME: &str = "hooks in rewritten bytecode";

/// References of our own to code that gets its first hooks: the patch's, the plan's, the change's.
const OURS: isize = 3;

/// Has the latest version run instead of the original and of earlier versions. What of the frames
/// in `without` goes on as it is.
pub(super) fn set(
    py: Python<'_>,
    change: &Change<'_>,
    without: &[Obj],
) -> PyResult<Option<String>> {
    let old: Vec<Obj> =
        change.earlier.iter().chain([&change.original]).map(|code| Obj::of(code)).collect();
    exchange_constants(py, &change.original, &old, &change.latest)?;
    let latest = Obj::of(&change.latest);
    let waiting = if is_kept_by_us_alone(change) {
        0
    } else {
        exchange_code(py, |code| old.contains(&code).then_some(latest), without)
    };
    let frames = unreached(py, without, waiting)?;
    let notes: Vec<String> = frames.into_iter().chain(executed(&change.original)?).collect();
    Ok((!notes.is_empty()).then(|| notes.join("; ")))
}

/// Gives the one function that most code has the latest version; whether nobody but us has the code
/// then. Else everything that the collector tracks must be looked at, 20 ns an object.
fn is_kept_by_us_alone(change: &Change<'_>) -> bool {
    if !change.earlier.is_empty() {
        return false;
    }
    if let Some(function) = locate::keeper(&change.original) {
        put_code(&function, &change.latest);
    }
    references(&change.original) == OURS
}

/// No function has the code of a module's body: whoever executes it again has the old one.
fn executed(code: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let name: String = code.getattr("co_name")?.extract()?;
    let said = || "a module's body that is executed again runs the old code".to_owned();
    Ok((name == "<module>").then(said))
}

/// Has the originals run again wherever code that was made of them is still in place.
pub(super) fn restore(py: Python<'_>, patches: &[Patch]) {
    let mut exchanged = Vec::new();
    for patch in patches {
        let original = patch.original().bind(py);
        let versions: Vec<Obj> = patch.versions().map(Obj::of_kept).collect();
        // A parent that cannot be read keeps silent hooks in what it makes.
        let _ = exchange_constants(py, original, &versions, original);
        let original = Obj::of(original);
        exchanged.extend(versions.into_iter().map(|version| (version, original)));
    }
    let original = |code| {
        exchanged.iter().find(|(version, _)| *version == code).map(|(_, original)| *original)
    };
    exchange_code(py, original, &[]);
}

/// Puts `new` where code around `original` has one of `old` among its constants.
fn exchange_constants(
    py: Python<'_>,
    original: &Bound<'_, PyAny>,
    old: &[Obj],
    new: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let file: String = original.getattr("co_filename")?.extract()?;
    let around = locate::codes_in(py, &file)?;
    let versions = versions_in_force(py).into_iter().map(|code: Py<PyAny>| code.into_bound(py));
    for code in around.into_iter().chain(versions) {
        put_constants(&code.getattr("co_consts")?.cast_into::<PyTuple>()?, old, new);
    }
    Ok(())
}
