//! Where code is: all loaded code by file, kept up to date without a hook on imports.
//!
//! One walk over functions, generators and running frames when the first probe comes, from there
//! down through constants; from then on the interpreter's own code watcher tells what comes and goes.
//! Knows files and lines, not which of them is meant: the core matches. Invariants: the index keeps
//! no code alive; the GIL is never held longer than [`STRETCH`] at a time, but for the one look at
//! the collector's list.

mod named;
mod source;

pub(crate) use named::named;
pub(crate) use source::{is_application, set_foreign, source_of};

use crate::ffi::{Gil, Heap, Obj, take_watched, watch_code};
use crate::hook::executable_lines;
use pyo3::types::{PyAnyMethods, PyDictMethods, PyTuple, PyTupleMethods};
use pyo3::{Bound, Py, PyAny, PyResult, Python};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use stillframe_core::host::{LoadedFile, LoadedFunction};

/// How long indexing holds the GIL before it lets others have it.
const STRETCH: Duration = Duration::from_millis(4);

#[derive(Default)]
struct Index {
    /// Whether the walk was made.
    is_complete: bool,
    /// File of each code object, by its address.
    files: HashMap<usize, Arc<str>>,
    /// Code of each file, and when its latest was seen to come (0: at the walk or before).
    codes: HashMap<Arc<str>, FileCode>,
}

#[derive(Default)]
struct FileCode {
    codes: Vec<usize>,
    loaded_ns: u64,
}

static INDEX: Mutex<Option<Index>> = Mutex::new(None);

fn index() -> MutexGuard<'static, Option<Index>> {
    INDEX.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts noting when code is loaded, before there is anything to find. `wake` is called when code
/// was loaded, once the index exists. False if all code watchers of the interpreter are taken.
pub(crate) fn watch(py: Python<'_>, wake: fn()) -> bool {
    watch_code(py, wake)
}

/// Brings the index up to date; the first time it is made.
pub(crate) fn refresh(py: Python<'_>) -> PyResult<()> {
    let came = drain(py);
    add_all(py, came)?;
    if !index().get_or_insert_default().is_complete {
        let roots = roots(py)?;
        add_all(py, roots.into_iter().map(|code| (code, 0)).collect())?;
        index().get_or_insert_default().is_complete = true;
    }
    Ok(())
}

/// Forgets code that went, and holds what came, each with its time.
fn drain(py: Python<'_>) -> Vec<(Py<PyAny>, u64)> {
    let (came, gone) = take_watched(py);
    // Nothing ran since, so all that came is alive; from here on references keep it so.
    let came = came.into_iter().map(|(code, time)| (code.to_bound(py).unbind(), time)).collect();
    let mut guard = index();
    let index = guard.get_or_insert_default();
    gone.into_iter().for_each(|code| index.remove(code));
    came
}

/// Everything that leads to code: functions, suspended and running frames.
fn roots(py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
    let heap = Heap::walk(py);
    let mut roots = Vec::with_capacity(heap.functions.len());
    for function in heap.functions {
        if let Some(code) = Obj::of_kept(&function).function_code() {
            roots.push(code.to_bound(py).unbind());
        }
    }
    for suspended in heap.suspended {
        let suspended = suspended.bind(py);
        for name in ["gi_code", "cr_code", "ag_code"] {
            if let Ok(code) = suspended.getattr(name) {
                roots.push(code.unbind());
                break;
            }
        }
    }
    let frames = py.import("sys")?.call_method0("_current_frames")?;
    for frame in frames.call_method0("values")?.try_iter()? {
        let mut frame = frame?;
        while !frame.is_none() {
            roots.push(frame.getattr("f_code")?.unbind());
            frame = frame.getattr("f_back")?;
        }
    }
    roots.extend(frozen_roots(py)?);
    Ok(roots)
}

/// Functions of modules, which `gc.freeze` hides from the collector's lists.
fn frozen_roots(py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
    let frozen: usize = py.import("gc")?.call_method0("get_freeze_count")?.extract()?;
    let mut roots = Vec::new();
    if frozen == 0 {
        return Ok(roots);
    }
    for module in crate::value::modules(py)?.values() {
        let module = Obj::of(&module);
        if let Some(dict) = module.ty().is_module().then(|| module.module_dict()).flatten() {
            functions_of(py, dict, &mut roots, 0);
        }
    }
    Ok(roots)
}

fn functions_of(py: Python<'_>, dict: Obj, roots: &mut Vec<Py<PyAny>>, depth: u8) {
    let mut cursor = 0;
    while let Some((_, value)) = dict.dict_next(&mut cursor) {
        if value.ty().is_function() {
            roots.extend(value.function_code().map(|code| code.to_bound(py).unbind()));
        } else if let Some(class) = crate::ffi::Type::from_object(value)
            && class.is_heap_type()
            && depth < 4
            && let Some(dict) = class.own_dict()
        {
            functions_of(py, dict, roots, depth + 1);
        }
    }
}

/// Adds code, each with its time, and all code among its constants.
fn add_all(py: Python<'_>, mut waiting: Vec<(Py<PyAny>, u64)>) -> PyResult<()> {
    let mut since = Instant::now();
    while let Some((code, loaded_ns)) = waiting.pop() {
        let code = code.into_bound(py);
        if add(&code, loaded_ns)? {
            let constants = code.getattr("co_consts")?.cast_into::<PyTuple>()?;
            let inner = constants.iter().filter(|constant| Obj::of(constant).ty().is_code());
            waiting.extend(inner.map(|code| (code.unbind(), loaded_ns)));
        }
        if since.elapsed() > STRETCH {
            py.detach(std::thread::yield_now);
            since = Instant::now();
        }
    }
    Ok(())
}

/// Adds one code object; false if it was there already.
fn add(code: &Bound<'_, PyAny>, loaded_ns: u64) -> PyResult<bool> {
    let object = Obj::of(code);
    if !object.ty().is_code() {
        return Ok(false);
    }
    let file: String = code.getattr("co_filename")?.extract()?;
    let mut guard = index();
    Ok(guard.get_or_insert_default().add(object.handle(), &file, loaded_ns))
}

impl Index {
    fn add(&mut self, code: usize, file: &str, loaded_ns: u64) -> bool {
        if self.files.contains_key(&code) {
            return false;
        }
        let file = match self.codes.get_key_value(file) {
            Some((known, _)) => known.clone(),
            None => Arc::from(file),
        };
        self.files.insert(code, file.clone());
        let of_file = self.codes.entry(file).or_default();
        of_file.codes.push(code);
        of_file.loaded_ns = of_file.loaded_ns.max(loaded_ns);
        true
    }

    fn remove(&mut self, code: usize) {
        let Some(file) = self.files.remove(&code) else { return };
        if let Some(of_file) = self.codes.get_mut(&file) {
            of_file.codes.retain(|known| *known != code);
            if of_file.codes.is_empty() {
                self.codes.remove(&file);
            }
        }
    }
}

/// Loaded files whose last path component is `file_name`.
pub(crate) fn files(file_name: &str) -> Vec<LoadedFile> {
    let guard = index();
    let paths = guard.iter().flat_map(|index| index.codes.keys());
    let mut found: Vec<LoadedFile> = paths
        .filter(|path| path.rsplit(['/', '\\']).next() == Some(file_name))
        .map(|path| loaded_file(path))
        .collect();
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

/// A file as the core knows it.
pub(crate) fn loaded_file(path: &str) -> LoadedFile {
    let real = std::fs::canonicalize(path).ok().map(|real| real.to_string_lossy().into_owned());
    LoadedFile {
        path: path.to_owned(),
        real_path: real.filter(|real| real != path),
        is_application: is_application(path),
    }
}

/// When the latest code of a file was seen to come; 0 if it was there before we looked.
pub(crate) fn loaded_ns(path: &str) -> Option<u64> {
    index().as_ref()?.codes.get(path).map(|file| file.loaded_ns)
}

/// The code behind a handle, if it is still loaded.
pub(crate) fn code_of<'py>(py: Python<'py>, handle: u64) -> Option<Bound<'py, PyAny>> {
    let came = drain(py);
    let address = usize::try_from(handle).ok()?;
    let is_loaded = index().as_ref()?.files.contains_key(&address);
    // Looked at right after the watcher's events, and nothing ran in between.
    let found = is_loaded.then(|| Obj::from_handle(address)).flatten();
    let found = found.map(|code| code.to_bound(py));
    add_all(py, came).ok()?;
    found
}

/// Functions with code in a file, outermost first.
pub(crate) fn functions(py: Python<'_>, path: &str) -> PyResult<Vec<LoadedFunction>> {
    let came = drain(py);
    let addresses: Vec<usize> = {
        let guard = index();
        let codes = guard.as_ref().and_then(|index| index.codes.get(path));
        codes.map(|file| file.codes.clone()).unwrap_or_default()
    };
    let codes: Vec<_> =
        addresses.into_iter().filter_map(Obj::from_handle).map(|code| code.to_bound(py)).collect();
    add_all(py, came)?;
    let mut functions = codes.iter().map(function).collect::<PyResult<Vec<_>>>()?;
    functions.sort_by(|left, right| {
        let depth = |function: &LoadedFunction| {
            let is_module = function.name == "<module>";
            (
                if is_module { 0 } else { 1 + function.name.matches('.').count() },
                function.first_line,
            )
        };
        depth(left).cmp(&depth(right))
    });
    Ok(functions)
}

fn function(code: &Bound<'_, PyAny>) -> PyResult<LoadedFunction> {
    Ok(LoadedFunction {
        code: Obj::of(code).handle() as u64,
        name: code.getattr("co_qualname")?.extract()?,
        first_line: code.getattr("co_firstlineno")?.extract()?,
        lines: executable_lines(code)?,
    })
}

/// The globals that code of this file sees, found by the module of that file; `None` if no module
/// says so.
pub(crate) fn known_globals<'py>(code: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let py = code.py();
    let file: String = code.getattr("co_filename").ok()?.extract().ok()?;
    let gil = Gil::of(py);
    let key = crate::ffi::Key::of_text(stillframe_core::value::Text::Utf8("__file__"))?;
    let modules = crate::value::modules(py).ok()?;
    modules.values().into_iter().find_map(|module| {
        let object = Obj::of(&module);
        let dict = object.ty().is_module().then(|| object.module_dict()).flatten()?;
        let path = dict.dict_find_text(key, gil)?;
        let same = path.ty().is_exact_text() && path.to_bound(py).to_string() == file;
        same.then(|| dict.to_bound(py))
    })
}
