//! What was found out about a code object when a probe was armed on it, so that a hit need not.
//!
//! Made through the interpreter's public API, off the hit path. Invariant: a plan owns a reference
//! to the code and to every name in it, and never changes.

use crate::ffi::Obj;
use pyo3::types::{PyAnyMethods, PyString};
use pyo3::{Bound, Py, PyAny, PyResult, Python};
use std::collections::HashMap;

/// Bits of a slot that say where the value is.
pub(super) const WHERE: u16 = 0xc000;
/// A variable in the frame itself.
pub(super) const VARIABLE: u16 = 0;
/// A variable in a cell.
const CELL: u16 = 0x4000;
/// A name of the namespace, the globals or the builtins.
pub(super) const NAME: u16 = 0x8000;
/// `CO_OPTIMIZED`: the body of a function, whose variables are all in the frame.
const OPTIMIZED: i32 = 1;

/// A variable of the frame that people see.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    pub(super) index: u16,
    pub(super) is_cell: bool,
}

/// How to read one code object's frames at one site.
#[derive(Debug)]
pub(crate) struct Plan {
    code: Py<PyAny>,
    filename: Py<PyString>,
    qualname: Py<PyString>,
    /// All locals, cells and free variables, in the order of the frame.
    variable_names: Vec<Py<PyString>>,
    pub(super) variables: Vec<Variable>,
    pub(super) has_namespace: bool,
    names: Vec<Py<PyString>>,
    attributes: Vec<Py<PyString>>,
}

impl Plan {
    /// The plan for `code`, with the names that conditions of its probes use.
    pub(crate) fn new(
        code: &Bound<'_, PyAny>,
        slots: &Slots,
        attributes: &[Box<str>],
    ) -> PyResult<Self> {
        let py = code.py();
        let (variable_names, cells) = variables_of(code)?;
        let variables = visible(py, &variable_names, &cells);
        let flags: i32 = code.getattr("co_flags")?.extract()?;
        Ok(Self {
            code: code.clone().unbind(),
            filename: code.getattr("co_filename")?.cast_into::<PyString>()?.unbind(),
            qualname: crate::locate::qualname(code)?.unbind(),
            variable_names,
            variables,
            has_namespace: flags & OPTIMIZED == 0,
            names: slots.names.iter().map(|name| name.clone_ref(py)).collect(),
            attributes: attributes.iter().map(|name| PyString::intern(py, name).unbind()).collect(),
        })
    }

    /// The code it is for.
    pub(crate) fn code(&self) -> &Py<PyAny> {
        &self.code
    }

    pub(super) fn variable_name(&self, index: usize) -> Option<Obj> {
        self.variable_names.get(index).map(Obj::of_kept)
    }

    pub(super) fn name(&self, index: usize) -> Option<Obj> {
        self.names.get(index).map(Obj::of_kept)
    }

    pub(super) fn attribute(&self, index: u16) -> Option<Obj> {
        self.attributes.get(usize::from(index)).map(Obj::of_kept)
    }

    pub(super) fn filename(&self) -> Obj {
        Obj::of_kept(&self.filename)
    }

    pub(super) fn qualname(&self) -> Obj {
        Obj::of_kept(&self.qualname)
    }
}

/// The variables that people see. Before 3.11 an argument that an inner function uses has two places:
/// it stands where the argument stands, and is read from its cell.
fn visible(py: Python<'_>, names: &[Py<PyString>], cells: &[bool]) -> Vec<Variable> {
    let texts: Vec<String> = names.iter().map(|name| name.bind(py).to_string()).collect();
    let places = texts.iter().enumerate().filter_map(|(index, name)| {
        // The compiler's own (`.0`) begin with a dot.
        let is_second = !cfg!(Py_3_11) && texts[..index].contains(name);
        if name.starts_with('.') || is_second {
            return None;
        }
        let cell = texts.iter().rposition(|other| other == name).filter(|_| !cfg!(Py_3_11));
        let at = cell.unwrap_or(index);
        Some(Variable { index: u16::try_from(at).ok()?, is_cell: cells[at] })
    });
    places.collect()
}

/// Names of a code object's variables in the order of the frame, and which may live in cells.
fn variables_of(code: &Bound<'_, PyAny>) -> PyResult<(Vec<Py<PyString>>, Vec<bool>)> {
    let list = |name: &str| code.getattr(name)?.extract::<Vec<Py<PyString>>>();
    let py = code.py();
    let text = |name: &Py<PyString>| name.bind(py).to_string();
    let (mut names, cells, free) =
        (list("co_varnames")?, list("co_cellvars")?, list("co_freevars")?);
    if !cfg!(Py_3_11) {
        // Cells and free variables lie behind all locals.
        let mut in_cells = vec![false; names.len()];
        names.extend(cells.into_iter().chain(free));
        in_cells.resize(names.len(), true);
        return Ok((names, in_cells));
    }
    let mut in_cells: Vec<bool> = {
        let cells: Vec<String> = cells.iter().map(text).collect();
        names.iter().map(|name| cells.contains(&text(name))).collect()
    };
    let locals: Vec<String> = names.iter().map(text).collect();
    // A parameter that an inner function uses is both, and stands where the parameter stands.
    for name in cells.into_iter().filter(|name| !locals.contains(&text(name))).chain(free) {
        names.push(name);
        in_cells.push(true);
    }
    Ok((names, in_cells))
}

/// The slots that were given out for the names of one code object.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    variables: HashMap<String, u16>,
    names: Vec<Py<PyString>>,
    by_name: HashMap<String, u16>,
}

impl Slots {
    /// Slots for the variables of `code`.
    pub(crate) fn of(code: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (names, cells) = variables_of(code)?;
        let variables = names.iter().enumerate().filter_map(|(index, name)| {
            let index = u16::try_from(index).ok().filter(|index| index & WHERE == 0)?;
            let place = if cells[usize::from(index)] { CELL } else { VARIABLE };
            Some((name.bind(code.py()).to_string(), index | place))
        });
        Ok(Self { variables: variables.collect(), ..Self::default() })
    }

    /// The slot of a variable of the frame.
    pub(crate) fn variable(&self, name: &str) -> Option<u16> {
        self.variables.get(name).copied()
    }

    /// Names of all variables of the frame.
    pub(crate) fn variable_names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// The slot of a name that is no variable of the frame; `None` when all slots are used up.
    pub(crate) fn name(&mut self, py: Python<'_>, name: &str) -> Option<u16> {
        if let Some(slot) = self.by_name.get(name) {
            return Some(*slot);
        }
        let index = u16::try_from(self.names.len()).ok().filter(|index| index & WHERE == 0)?;
        self.names.push(PyString::intern(py, name).unbind());
        self.by_name.insert(name.to_owned(), index | NAME);
        Some(index | NAME)
    }
}
