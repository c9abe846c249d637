//! Where code is: all loaded code by file, kept up to date without a hook on imports.
//!
//! One walk over functions, generators and running frames when the first probe comes, from there
//! down through constants; from then on `ffi` tells what comes and goes. Knows files and lines, not
//! which of them is meant: the core matches. Invariants: the index keeps no code alive; the GIL is
//! never held longer than [`STRETCH`] at a time, and a little.

mod named;
mod search;
mod source;

#[cfg(all(Py_3_11, not(Py_3_12)))]
pub(crate) use named::keeper;
pub(crate) use named::named;
pub(crate) use search::{file_names, files_with};
pub(crate) use source::{is_application, set_foreign, source_of};

use crate::ffi::{Gil, Heap, Obj, follow_code, has_watcher, ran_ns, take_watched};
use crate::hook::{executable_lines, original_of};
use pyo3::types::{PyAnyMethods, PyDictMethods, PyString, PyTuple, PyTupleMethods};
use pyo3::{Bound, Py, PyAny, PyResult, Python};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use stillframe_core::host::{LoadedFile, LoadedFunction};

pub(crate) use crate::ffi::{unwatch_code as unwatch, watch_code as watch};

/// How long indexing holds the GIL before it lets others have it.
const STRETCH: Duration = Duration::from_millis(3);

/// One's turn with the GIL, which is given up when it was long enough.
struct Turn {
    began: Instant,
    longest: Duration,
}

impl Turn {
    fn new() -> Self {
        Self { began: Instant::now(), longest: Duration::ZERO }
    }

    fn deadline(&self) -> Instant {
        self.began + STRETCH
    }

    fn pause_if_due(&mut self, py: Python<'_>) {
        if self.began.elapsed() >= STRETCH {
            self.pause(py);
        }
    }

    fn pause(&mut self, py: Python<'_>) {
        self.longest = self.longest.max(self.began.elapsed());
        py.detach(std::thread::yield_now);
        self.began = Instant::now();
    }
}

/// How often code may come while what came before is added, until the rest must wait.
const MAX_DRAINS: usize = 8;

#[derive(Default)]
struct Index {
    /// Whether the walk was made.
    is_complete: bool,
    /// File of each code object, by its address, and the number that its end will be told with.
    files: HashMap<usize, (Arc<str>, u32)>,
    /// Code of each file, and when its latest was seen to come (0: at the walk or before).
    codes: HashMap<Arc<str>, FileCode>,
}

#[derive(Default)]
struct FileCode {
    codes: Vec<usize>,
    loaded_ns: u64,
}

static INDEX: Mutex<Option<Index>> = Mutex::new(None);
/// Whether code was taken up to be added, and not all of it is in the index yet.
static IS_ADDING: AtomicBool = AtomicBool::new(false);

fn index() -> MutexGuard<'static, Option<Index>> {
    INDEX.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Brings the index up to date; the first time it is made. Then, what it came to.
pub(crate) fn refresh(py: Python<'_>) -> PyResult<Option<String>> {
    let mut turn = Turn::new();
    let came = drain(py);
    add_all(py, came, &mut turn)?;
    if index().get_or_insert_default().is_complete {
        if !has_watcher() {
            // The main script, and what C code runs, comes without a word.
            let running = running(py)?;
            add_all(py, running.into_iter().map(|code| (code, 0)).collect(), &mut turn)?;
        }
        return Ok(None);
    }
    let mut heap = Heap::new(py);
    loop {
        let mut found = Vec::new();
        let has_more = heap.look(py, turn.deadline(), &mut found);
        turn.pause_if_due(py);
        add_all(py, found.into_iter().map(|code| (code, 0)).collect(), &mut turn)?;
        if !has_more {
            break;
        }
        turn.pause(py);
    }
    let mut rest = running(py)?;
    if !heap.sees_frozen() {
        rest.extend(frozen_roots(py)?);
    }
    add_all(py, rest.into_iter().map(|code| (code, 0)).collect(), &mut turn)?;
    turn.pause(py);
    let mut guard = index();
    let index = guard.get_or_insert_default();
    index.is_complete = true;
    let (codes, held) = (index.files.len(), turn.longest.as_secs_f64() * 1e3);
    Ok(Some(format!("{codes} code objects; the GIL was held {held:.1} ms at most")))
}

/// Forgets code that went, and holds what came, each with its time.
fn drain(py: Python<'_>) -> Vec<(Py<PyAny>, u64)> {
    let (came, gone) = take_watched(py);
    // Nothing ran since, so all that came is alive; from here on references keep it so.
    let came = came.into_iter().map(|(code, time)| (code.to_bound(py).unbind(), time)).collect();
    let mut guard = index();
    let index = guard.get_or_insert_default();
    gone.into_iter().for_each(|(code, id)| index.remove(code, id));
    came
}

/// The code of all frames that run.
fn running(py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
    let mut running = Vec::new();
    let frames = py.import("sys")?.call_method0("_current_frames")?;
    for frame in frames.call_method0("values")?.try_iter()? {
        let mut frame = frame?;
        while !frame.is_none() {
            running.push(frame.getattr("f_code")?.unbind());
            frame = frame.getattr("f_back")?;
        }
    }
    Ok(running)
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
fn add_all(py: Python<'_>, mut waiting: Vec<(Py<PyAny>, u64)>, turn: &mut Turn) -> PyResult<()> {
    IS_ADDING.store(true, Ordering::Relaxed);
    while let Some((code, loaded_ns)) = waiting.pop() {
        let Some(code) = original_of(py, &code.into_bound(py)) else { continue };
        if add(&code, loaded_ns)? {
            let constants = code.getattr("co_consts")?.cast_into::<PyTuple>()?;
            let inner = constants.iter().filter(|constant| Obj::of(constant).ty().is_code());
            waiting.extend(inner.map(|code| (code.unbind(), loaded_ns)));
        }
        turn.pause_if_due(py);
    }
    IS_ADDING.store(false, Ordering::Relaxed);
    Ok(())
}

/// In a forked child: what a thread of the parent was about to add went with that thread, and is looked
/// for anew.
pub(crate) fn forked() {
    if IS_ADDING.swap(false, Ordering::Relaxed)
        && let Ok(mut guard) = INDEX.try_lock()
        && let Some(index) = guard.as_mut()
    {
        index.is_complete = false;
        index.files.clear();
        // When they were loaded stays known.
        index.codes.values_mut().for_each(|of_file| of_file.codes.clear());
    }
}

/// Adds one code object; false if it was there already.
fn add(code: &Bound<'_, PyAny>, loaded_ns: u64) -> PyResult<bool> {
    let object = Obj::of(code);
    if !object.ty().is_code() {
        return Ok(false);
    }
    // Code whose end would not be told is not kept: its address would come to mean something else.
    let Some(id) = follow_code(object) else { return Ok(false) };
    #[cfg(not(Py_3_11))]
    crate::ffi::name_inner(object, Gil::of(code.py()));
    let file: String = code.getattr("co_filename")?.extract()?;
    Ok(index().get_or_insert_default().add(object.handle(), id, &file, loaded_ns))
}

/// The qualified name of a code object.
pub(crate) fn qualname<'py>(code: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    #[cfg(not(Py_3_11))]
    if let Some(name) = Obj::of(code).code_qualname() {
        return Ok(name.to_bound(code.py()).cast_into::<PyString>()?);
    }
    Ok(code.getattr("co_qualname")?.cast_into::<PyString>()?)
}

impl Index {
    fn add(&mut self, code: usize, id: u32, file: &str, loaded_ns: u64) -> bool {
        match self.files.get(&code) {
            Some((_, known)) if *known == id => return false,
            // What was there went; word of it is still to come.
            Some((_, known)) => self.remove(code, *known),
            None => {}
        }
        let file = match self.codes.get_key_value(file) {
            Some((known, _)) => known.clone(),
            None => Arc::from(file),
        };
        self.files.insert(code, (file.clone(), id));
        let ran_ns = if self.codes.contains_key(&file) { 0 } else { ran_ns(&file) };
        let of_file = self.codes.entry(file).or_default();
        of_file.codes.push(code);
        of_file.loaded_ns = of_file.loaded_ns.max(loaded_ns).max(ran_ns);
        true
    }

    fn remove(&mut self, code: usize, id: u32) {
        if self.files.get(&code).is_none_or(|(_, known)| *known != id) {
            return;
        }
        let Some((file, _)) = self.files.remove(&code) else { return };
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
    add_all(py, came, &mut Turn::new()).ok()?;
    found
}

/// Loaded code of a file, what came lately included: it may have taken the place of what went, which
/// the index then still has under that address.
pub(crate) fn codes_in<'py>(py: Python<'py>, path: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
    for _ in 0..MAX_DRAINS {
        let came = drain(py);
        if came.is_empty() {
            break;
        }
        add_all(py, came, &mut Turn::new())?;
    }
    // Whatever came since is added below. All that is in the index is alive: nothing runs in between.
    let came = drain(py);
    let addresses: Vec<usize> = {
        let guard = index();
        let codes = guard.as_ref().and_then(|index| index.codes.get(path));
        codes.map(|file| file.codes.clone()).unwrap_or_default()
    };
    let codes =
        addresses.into_iter().filter_map(Obj::from_handle).map(|code| code.to_bound(py)).collect();
    add_all(py, came, &mut Turn::new())?;
    Ok(codes)
}

/// Functions with code in a file, outermost first.
pub(crate) fn functions(py: Python<'_>, path: &str) -> PyResult<Vec<LoadedFunction>> {
    let mut functions = codes_in(py, path)?.iter().map(function).collect::<PyResult<Vec<_>>>()?;
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
    let name = qualname(code)?.to_string();
    // `CO_OPTIMIZED`: it has local variables of its own.
    let is_function = code.getattr("co_flags")?.extract::<i32>()? & 1 != 0;
    Ok(LoadedFunction {
        code: Obj::of(code).handle() as u64,
        runs_once: !is_function && !name.contains("<locals>"),
        name,
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
