//! A host's own name (`shop.cart.Cart.total`) to what it stands for: a function, a class, a module.
//!
//! Follows modules and classes by what they store; runs nothing, imports nothing. Invariant: a
//! wrapper made by `functools.wraps` is seen through, any other is taken for what it is.

use crate::ffi::{Gil, Key, Obj, Type};
use crate::hook::original_of;
use crate::value::modules;
#[cfg(all(Py_3_11, not(Py_3_12)))]
use pyo3::PyAny;
use pyo3::types::{PyAnyMethods, PyDict, PyDictMethods};
use pyo3::{Bound, Python};
use stillframe_core::value::Text;

/// How many decorators may lie upon each other.
const MAX_WRAPPERS: usize = 16;

/// Its file, and its code if it is a function.
pub(crate) fn named(py: Python<'_>, name: &str) -> Option<(String, Option<u64>)> {
    let gil = Gil::of(py);
    let parts: Vec<&str> = name.split('.').collect();
    let modules = modules(py).ok()?;
    // The longest module name wins: a package may have an attribute of a submodule's name.
    for split in (1..=parts.len()).rev() {
        let Some(namespace) = namespace(&modules, &parts[..split].join(".")) else { continue };
        let Some((first, rest)) = parts[split..].split_first() else {
            return Some((text_in(py, namespace, "__file__", gil)?, None));
        };
        let mut object = stored(namespace, first, gil)?;
        for part in rest {
            object = stored(Type::from_object(object)?.own_dict()?, part, gil)?;
        }
        return within(py, &modules, object, gil);
    }
    None
}

fn within(
    py: Python<'_>,
    modules: &Bound<'_, PyDict>,
    object: Obj,
    gil: Gil<'_>,
) -> Option<(String, Option<u64>)> {
    if let Some(class) = Type::from_object(object) {
        let module = text_in(py, class.own_dict()?, "__module__", gil)?;
        return Some((text_in(py, namespace(modules, &module)?, "__file__", gil)?, None));
    }
    let code = original_of(py, &code_of(object, gil)?.to_bound(py))?;
    let file: String = code.getattr("co_filename").ok()?.extract().ok()?;
    Some((file, Some(Obj::of(&code).handle() as u64)))
}

/// The function of that very code, if its module keeps it under its own name.
#[cfg(all(Py_3_11, not(Py_3_12)))]
pub(crate) fn keeper<'py>(code: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let gil = Gil::of(code.py());
    let name: String = code.getattr("co_qualname").ok()?.extract().ok()?;
    let globals = super::known_globals(code)?;
    let mut parts = name.split('.');
    let mut object = stored(Obj::of(&globals), parts.next()?, gil)?;
    for part in parts {
        object = stored(Type::from_object(object)?.own_dict()?, part, gil)?;
    }
    let is_it = object.ty().is_function() && object.function_code() == Some(Obj::of(code));
    is_it.then(|| object.to_bound(code.py()))
}

/// What a loaded module stores.
fn namespace(modules: &Bound<'_, PyDict>, name: &str) -> Option<Obj> {
    let module = modules.get_item(name).ok().flatten()?;
    let module = Obj::of(&module);
    module.ty().is_module().then(|| module.module_dict()).flatten()
}

fn key(name: &str) -> Option<Key<'_>> {
    Key::of_text(Text::Utf8(name))
}

fn stored(dict: Obj, name: &str, gil: Gil<'_>) -> Option<Obj> {
    dict.dict_find_text(key(name)?, gil)
}

fn text_in(py: Python<'_>, dict: Obj, name: &str, gil: Gil<'_>) -> Option<String> {
    let text = stored(dict, name, gil)?;
    text.ty().is_exact_text().then(|| text.to_bound(py).to_string())
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
