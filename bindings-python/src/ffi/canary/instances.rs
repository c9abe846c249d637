//! Proves where instances, classes and small builtin objects keep what they hold.
//!
//! Invariant: as of [`super`].

use super::Proof;
use super::objects::{settled, word};
use crate::ffi::layout::{function, generator, heap_type, keys, object, values};
use crate::ffi::memory::read_word;
use crate::ffi::proof::Part;
use pyo3::types::{PyAnyMethods, PyDict};
use pyo3::{Bound, PyAny, PyResult, Python, ffi};
use std::mem::offset_of;

/// Instances whose attributes are in both forms, a class with a slot, and one of each small kind.
const SOURCE: &std::ffi::CStr = c"
import collections as _collections, operator as _operator
class Plain:
    def __init__(self, value): self.attribute = value
mortal = []
inline, spread = Plain(mortal), Plain(mortal)
spread_dict = spread.__dict__
spread_dict[7] = mortal
class Slotted:
    __slots__ = ('field',)
    def __init__(self, value): self.field = value
slotted = Slotted(mortal)
def outer(shared):
    def inner(): return shared
    return inner
inner = outer(mortal)
def yields(): yield
suspended = yields()
error = ValueError(mortal)
error_args = error.args
steps = range(300, 900, 301)
static = staticmethod(outer)
fields = _collections.namedtuple('fields', 'a b')
getter = _operator.attrgetter('a', 'b')
";

/// Looks at what only Python code can make.
pub(super) fn examine(py: Python<'_>) -> Vec<Proof> {
    let made = PyDict::new(py);
    let ran = py.run(SOURCE, Some(&made), None);
    let checked = |check: fn(&Bound<'_, PyDict>) -> PyResult<bool>| {
        ran.as_ref().map_or_else(|error| Err(error.clone_ref(py)), |()| check(&made))
    };
    vec![
        settled(Part::Attributes, checked(attributes), "instances keep attributes elsewhere"),
        settled(Part::HeapType, checked(classes), "classes keep their fields elsewhere"),
        settled(Part::Small, checked(small), "a small object keeps its fields elsewhere"),
    ]
}

fn get<'py>(made: &Bound<'py, PyDict>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    made.as_any().get_item(name)
}

fn address(object: &Bound<'_, PyAny>) -> Option<usize> {
    Some(object.as_ptr() as usize)
}

/// The word so many bytes before an object.
#[cfg(Py_3_11)]
fn before(object: &Bound<'_, PyAny>, bytes: usize) -> Option<usize> {
    read_word(object.as_ptr() as usize - bytes)
}

fn attributes(made: &Bound<'_, PyDict>) -> PyResult<bool> {
    let (inline, spread) = (get(made, "inline")?, get(made, "spread")?);
    let dict = address(&get(made, "spread_dict")?);
    let class = get(made, "Plain")?;
    let Some((values, is_inline)) = values_of(&inline, &class)? else { return Ok(false) };
    let (spread_dict, is_spread) = dict_of(&spread, &class)?;
    let mortal = address(&get(made, "mortal")?);
    let table = word(&class, heap_type::CACHED_KEYS);
    let names = table.and_then(|table| read_word(table + keys::COUNT));
    Ok(is_inline
        && is_spread
        && spread_dict == dict
        && read_word(values + values::FIRST) == mortal
        && names == Some(1))
}

/// Where an instance keeps its values, and whether it says that it does.
#[cfg(Py_3_13)]
fn values_of(
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyAny>,
) -> PyResult<Option<(usize, bool)>> {
    let size: usize = class.getattr("__basicsize__")?.extract()?;
    let offset = if cfg!(Py_3_14) { size } else { object::BODY };
    let values = object.as_ptr() as usize + offset;
    let is_valid = read_word(values).map(|word| word.to_ne_bytes()[values::VALID]);
    Ok(Some((values, is_valid == Some(1) && before(object, 24) == Some(0))))
}

/// The dict of an instance that keeps its attributes there, and whether it keeps no values.
#[cfg(Py_3_13)]
fn dict_of(object: &Bound<'_, PyAny>, class: &Bound<'_, PyAny>) -> PyResult<(Option<usize>, bool)> {
    let _ = class;
    Ok((before(object, 24), true))
}

/// Where an instance keeps its values, and whether it says that it does.
#[cfg(all(Py_3_12, not(Py_3_13)))]
fn values_of(
    object: &Bound<'_, PyAny>,
    _class: &Bound<'_, PyAny>,
) -> PyResult<Option<(usize, bool)>> {
    Ok(before(object, 24).map(|word| (word + 1, word & 1 == 1)))
}

/// The dict of an instance that keeps its attributes there, and whether it keeps no values.
#[cfg(all(Py_3_12, not(Py_3_13)))]
fn dict_of(
    object: &Bound<'_, PyAny>,
    _class: &Bound<'_, PyAny>,
) -> PyResult<(Option<usize>, bool)> {
    Ok((before(object, 24), true))
}

/// Where an instance keeps its values, and whether it says that it does.
#[cfg(all(Py_3_11, not(Py_3_12)))]
fn values_of(
    object: &Bound<'_, PyAny>,
    _class: &Bound<'_, PyAny>,
) -> PyResult<Option<(usize, bool)>> {
    Ok(before(object, 32).map(|values| (values, before(object, 24) == Some(0))))
}

/// The dict of an instance that keeps its attributes there, and whether it keeps no values.
#[cfg(all(Py_3_11, not(Py_3_12)))]
fn dict_of(
    object: &Bound<'_, PyAny>,
    _class: &Bound<'_, PyAny>,
) -> PyResult<(Option<usize>, bool)> {
    Ok((before(object, 24), before(object, 32) == Some(0)))
}

/// Where the dict of an instance keeps its values, and whether there is such a dict.
#[cfg(not(Py_3_11))]
fn values_of(
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyAny>,
) -> PyResult<Option<(usize, bool)>> {
    use crate::ffi::layout::dict;
    let dict = dict_of(object, class)?.0.filter(|dict| *dict != 0);
    let values = dict.and_then(|dict| read_word(dict + dict::VALUES));
    Ok(values.map(|values| (values, values != 0)))
}

/// The dict of an instance, and whether the class says where it is.
#[cfg(not(Py_3_11))]
fn dict_of(object: &Bound<'_, PyAny>, class: &Bound<'_, PyAny>) -> PyResult<(Option<usize>, bool)> {
    let offset: isize = class.getattr("__dictoffset__")?.extract()?;
    let Ok(offset) = usize::try_from(offset) else { return Ok((None, false)) };
    Ok((word(object, offset), offset > 0))
}

fn classes(made: &Bound<'_, PyDict>) -> PyResult<bool> {
    let class = get(made, "Slotted")?;
    let mortal = address(&get(made, "mortal")?);
    let metatype_size: usize = class.get_type().getattr("__basicsize__")?.extract()?;
    let member = class.as_ptr() as usize + metatype_size;
    let name = read_word(member + offset_of!(ffi::PyMemberDef, name)).and_then(read_word);
    let offset = read_word(member + offset_of!(ffi::PyMemberDef, offset));
    let held = offset.and_then(|offset| word(&get(made, "slotted").ok()?, offset));
    let descriptor = class.getattr("field")?;
    // `d_member` of the descriptor, behind its type, name and qualified name.
    Ok(name.is_some_and(|name| name.to_ne_bytes()[..6] == *b"field\0")
        && held == mortal
        && word(&descriptor, 40) == Some(member)
        && word(&class, offset_of!(ffi::PyHeapTypeObject, ht_name))
            == address(&class.getattr("__name__")?))
}

fn small(made: &Bound<'_, PyDict>) -> PyResult<bool> {
    let inner = get(made, "inner")?;
    let mortal = address(&get(made, "mortal")?);
    let cell = inner.getattr("__closure__")?.get_item(0)?;
    let steps = get(made, "steps")?;
    let part = |offset: usize, value: i64| {
        // The parts are ints of one digit.
        word(&steps, offset)
            .and_then(|part| read_word(part + object::SECOND))
            .is_some_and(|digit| i64::from(digit as u32) == value)
    };
    let fields = get(made, "fields")?;
    let second = fields.getattr("__dict__")?.get_item("b")?;
    let code = get(made, "yields")?.getattr("__code__")?;
    let of_suspended = word(&get(made, "suspended")?, generator::CODE);
    let names = word(&get(made, "getter")?, object::SECOND).unwrap_or(0);
    let args = address(&get(made, "error_args")?);
    Ok(word(&cell, object::BODY) == mortal
        && word(&inner, function::QUALNAME) == address(&inner.getattr("__qualname__")?)
        && part(object::BODY, 300)
        && part(object::THIRD, 301)
        && part(object::FOURTH, 2)
        && word(&get(made, "static")?, object::BODY) == address(&get(made, "outer")?)
        && word(&get(made, "error")?, object::SECOND) == args
        && word(&second, object::BODY) == Some(1)
        && of_suspended.map(|word| word & !1) == address(&code)
        && read_word(names + object::BODY) == Some(2))
}
