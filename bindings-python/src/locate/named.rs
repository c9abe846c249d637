//! A host's own name (`shop.cart.Cart.total`) to the code it stands for.
//!
//! Follows modules and classes by what they store; runs nothing, imports nothing. Invariant: a
//! wrapper made by `functools.wraps` is seen through, any other is taken for what it is.

use crate::ffi::{Gil, Key, Obj, Type};
use crate::hook::{executable_lines, original_of};
use crate::value::modules;
use pyo3::types::PyAnyMethods;
use pyo3::{Bound, PyAny, Python};
use stillframe_core::value::Text;

/// How many decorators may lie upon each other.
const MAX_WRAPPERS: usize = 16;

/// File and first line of a function's body.
pub(crate) fn named(py: Python<'_>, name: &str) -> Option<(String, u32)> {
    let code = find(py, name)?;
    let file: String = code.getattr("co_filename").ok()?.extract().ok()?;
    let first: u32 = code.getattr("co_firstlineno").ok()?.extract().ok()?;
    let lines = executable_lines(&code).ok()?;
    let line = lines.iter().copied().find(|line| *line > first).or(lines.first().copied());
    Some((file, line.unwrap_or(first)))
}

fn find<'py>(py: Python<'py>, name: &str) -> Option<Bound<'py, PyAny>> {
    let gil = Gil::of(py);
    let parts: Vec<&str> = name.split('.').collect();
    let modules = modules(py).ok()?;
    // The longest module name wins: a package may have an attribute of a submodule's name.
    for split in (1..parts.len()).rev() {
        let Ok(module) = modules.get_item(parts[..split].join(".")) else { continue };
        let module = Obj::of(&module);
        if !module.ty().is_module() {
            continue;
        }
        let mut object = stored(module.module_dict()?, parts[split], gil)?;
        for part in &parts[split + 1..] {
            object = stored(Type::from_object(object)?.own_dict()?, part, gil)?;
        }
        return code_of(object, gil).map(|code| original_of(py, &code.to_bound(py)));
    }
    None
}

fn key(name: &str) -> Option<Key<'_>> {
    Key::of_text(Text::Utf8(name))
}

fn stored(dict: Obj, name: &str, gil: Gil<'_>) -> Option<Obj> {
    dict.dict_find_text(key(name)?, gil)
}

fn code_of(object: Obj, gil: Gil<'_>) -> Option<Obj> {
    let mut object = object;
    for _ in 0..MAX_WRAPPERS {
        if let Some(wrapped) = object.stored(key("__wrapped__")?, gil) {
            object = wrapped;
        } else if object.ty().is_function() {
            return object.function_code();
        } else {
            object = object.wrapped_function()?;
        }
    }
    None
}
