//! Types and objects of Python's and others' libraries whose storage we know.
//!
//! Found in `sys.modules` when a probe is armed, never imported. Knows no reading. Invariant: all of
//! them are kept alive by this table, so an address in it is never reused; tables are never freed,
//! and a new one is made only when a library was loaded since.

use crate::ffi::{Gil, Key, Obj, Proof, Type, prove};
use pyo3::types::{PyAnyMethods, PyDict, PyString};
use pyo3::{Bound, Py, PyAny, PyResult, Python};
use std::sync::atomic::{AtomicPtr, Ordering};
use stillframe_core::value::Text;

macro_rules! known {
    ($($(#[$doc:meta])*
       $field:ident => $module:literal $($attribute:literal)+ $(, if $proof:ident)?;)*) => {
        /// The table. A field is `None` while its library is not loaded.
        #[derive(Debug, Default, PartialEq, Eq)]
        pub(crate) struct Known {
            $($(#[$doc])* pub(crate) $field: Option<Obj>,)*
            pub(crate) names: Option<Names>,
        }

        /// What is known before anything was looked for.
        const NOTHING: &Known = &Known { $($field: None,)* names: None };

        impl Known {
            fn look(py: Python<'_>, modules: &Bound<'_, PyDict>) -> Self {
                Self {
                    $($field: find(modules, $module, &[$($attribute),+])
                        $(.filter(|class| {
                            // Proven once, it stays so.
                            let is_kept = Self::current().$field == Some(*class);
                            is_kept || proven(py, *class, prove::$proof)
                        }))?,)*
                    names: Names::intern(py).ok(),
                }
            }
        }
    };
}

known! {
    /// Base of all enums.
    enum_class => "enum" "Enum";
    /// Descriptor of `name` and `value` of an enum's member.
    enum_property => "enum" "property";
    /// The same before 3.11.
    dynamic_attribute => "enum" "DynamicClassAttribute";
    /// Something that `namedtuple` made, for the type of its fields' descriptors.
    tuplegetter => "collections" "_tuplegetter";
    /// `operator.attrgetter`.
    attrgetter => "operator" "attrgetter";
    /// Threads by their identity.
    threads => "threading" "_active";
    /// Django's `SimpleLazyObject` and its kin.
    lazy_object => "django.utils.functional" "LazyObject";
    /// What a lazy object wraps before it was loaded.
    lazy_empty => "django.utils.functional" "empty";
    /// Django's foreign keys.
    foreign_key => "django.db.models.fields.related_descriptors" "ForwardManyToOneDescriptor";
    /// A field that Django's `defer()` left out.
    deferred => "django.db.models.query_utils" "DeferredAttribute";
    /// SQLAlchemy's columns and relations.
    instrumented => "sqlalchemy.orm.attributes" "InstrumentedAttribute";
    /// werkzeug's `request`, `current_app`, `g`.
    local_proxy => "werkzeug.local" "LocalProxy";
    /// Values of the standard library that mean more than their fields.
    date => "_datetime" "date", if date;
    time => "_datetime" "time", if time;
    datetime => "_datetime" "datetime", if datetime;
    timedelta => "_datetime" "timedelta", if timedelta;
    timezone => "_datetime" "timezone", if timezone;
    zone_info => "_zoneinfo" "ZoneInfo", if zone_info;
    decimal => "_decimal" "Decimal", if decimal;
    deque => "_collections" "deque", if deque;
    uuid => "uuid" "UUID";
    fraction => "fractions" "Fraction";
    path => "pathlib" "PosixPath";
    pure_path => "pathlib" "PurePosixPath";
    /// OpenTelemetry's current context, a context variable.
    trace_context => "opentelemetry.context" "_RUNTIME_CONTEXT" "_current_context";
    /// The key of the current span in that context.
    trace_key => "opentelemetry.trace.propagation" "_SPAN_KEY";
}

macro_rules! names {
    ($($name:ident => $text:literal;)*) => {
        /// Attribute names that we look up ourselves, interned and kept.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) struct Names { $($name: Obj,)* }

        impl Names {
            fn intern(py: Python<'_>) -> PyResult<Self> {
                Ok(Self { $($name: keep(PyString::intern(py, $text).into_any()),)* })
            }

            $(pub(crate) fn $name(self, gil: Gil<'_>) -> Key<'_> {
                Key::of_object(self.$name, gil)
            })*
        }
    };
}

names! {
    getattribute => "__getattribute__";
    getattr => "__getattr__";
    getitem => "__getitem__";
    tuple_fields => "_fields";
    missing => "__missing__";
    class => "__class__";
    module_name => "__name__";
    wrapped => "_wrapped";
    state => "_state";
    fields_cache => "fields_cache";
    enum_name => "_name_";
    enum_value => "_value_";
    enum_member => "member";
    name => "name";
    value => "value";
    thread_name => "_name";
    current_object => "_get_current_object";
    span_context => "_context";
}

static KNOWN: AtomicPtr<Known> = AtomicPtr::new(std::ptr::null_mut());

impl Known {
    /// The table as it stands.
    #[inline(always)]
    pub(crate) fn current() -> &'static Self {
        crate::ffi::leaked(KNOWN.load(Ordering::Acquire)).unwrap_or(NOTHING)
    }

    /// Whether `x[key]` is the builtin's own for objects of a type.
    pub(crate) fn has_builtin_subscript(&self, ty: Type, gil: Gil<'_>) -> bool {
        self.names.is_some_and(|names| ty.has_builtin_method(names.getitem(gil), gil))
    }

    /// Whether a dict of this type has code for keys it does not have.
    pub(crate) fn fills_missing(&self, ty: Type, gil: Gil<'_>) -> bool {
        !ty.is_exact_dict()
            && self.names.is_none_or(|names| ty.find(names.missing(gil), gil).is_some())
    }

    /// Looks again. Not on the hit path.
    pub(crate) fn refresh(py: Python<'_>) {
        let Ok(modules) = modules(py) else { return };
        let known = Self::look(py, &modules);
        if known != *Self::current() {
            KNOWN.store(Box::leak(Box::new(known)), Ordering::Release);
        }
    }
}

/// `sys.modules`.
pub(crate) fn modules(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    Ok(py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?)
}

/// What `module` has under a chain of attributes, kept alive for good; read without running code.
fn find(modules: &Bound<'_, PyDict>, module: &str, attributes: &[&str]) -> Option<Obj> {
    let gil = Gil::of(modules.py());
    let module = Obj::of(&modules.get_item(module).ok()?);
    if !module.ty().is_module() {
        return None;
    }
    let (first, rest) = attributes.split_first()?;
    let mut object = module.module_dict()?.dict_find_text(key(first)?, gil)?;
    for name in rest {
        object = object.stored(key(name)?, gil)?;
    }
    Some(keep(object.to_bound(modules.py())))
}

/// Whether objects of a class lie in memory as we read them.
fn proven(py: Python<'_>, class: Obj, proof: Proof) -> bool {
    // One that cannot even be made is not known.
    proof(&class.to_bound(py)).unwrap_or(false)
}

fn key(name: &str) -> Option<Key<'_>> {
    Key::of_text(Text::Utf8(name))
}

/// Keeps an object alive for the rest of the process.
fn keep(object: Bound<'_, PyAny>) -> Obj {
    let kept = Obj::of(&object);
    std::mem::forget(Py::<PyAny>::from(object));
    kept
}

/// Whether `object` is an instance of the class `class` or one derived from it, if that is loaded.
pub(crate) fn is_a(object: Obj, class: Option<Obj>) -> bool {
    class.and_then(Type::from_object).is_some_and(|class| object.ty().is_subtype(class))
}
