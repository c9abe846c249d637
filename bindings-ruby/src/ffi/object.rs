//! An object of the application, and what its own head says of it.
//!
//! Knows immediate values and the head that all objects share, both public. Invariant: an [`Obj`] is
//! made only with the VM's lock held, from a slot that owns it, and is used only until that is given
//! up.

use super::memory::load;
use rb_sys::{ID, VALUE};
use std::marker::PhantomData;

/// Bits of the flags that hold the type.
const TYPE: VALUE = 0x1f;
/// Where the class lies behind the flags.
const CLASS: usize = 8;

/// An object of the application, while a hit or a task looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Obj<'g> {
    raw: VALUE,
    during: PhantomData<&'g ()>,
}

/// What an object is stored as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Nil,
    True,
    False,
    /// No value at all: a keyword that was not given.
    Undef,
    Fixnum(i64),
    /// A number that lies in the reference itself.
    Flonum,
    /// A symbol of either kind.
    Symbol,
    String,
    Array,
    Hash,
    /// Has instance variables and nothing else.
    Object,
    Struct,
    Float,
    Bignum,
    Class,
    Module,
    Rational,
    Complex,
    Regexp,
    /// Holds what a C library keeps.
    Data,
    /// Anything else.
    Other,
}

impl<'g> Obj<'g> {
    #[inline(always)]
    pub(super) fn new(raw: VALUE) -> Self {
        Self { raw, during: PhantomData }
    }

    /// The object that [`Obj::handle`] stood for, in the same hit.
    #[inline(always)]
    pub(crate) fn from_handle(handle: usize) -> Self {
        Self::new(handle as VALUE)
    }

    /// Equal handles are the same object.
    #[inline(always)]
    pub(crate) fn handle(self) -> usize {
        self.raw as usize
    }

    #[inline(always)]
    pub(super) fn raw(self) -> VALUE {
        self.raw
    }

    /// Whether it has no memory of its own.
    #[inline(always)]
    pub(super) fn is_immediate(self) -> bool {
        self.raw & 7 != 0 || self.raw & !(rb_sys::Qnil as VALUE) == 0
    }

    #[inline(always)]
    pub(super) fn flags(self) -> VALUE {
        // SAFETY: callers looked: it is no immediate value, and all others begin with their flags.
        unsafe { load(self.handle(), 0) }
    }

    /// The symbol of a name.
    pub(crate) fn symbol(name: ID) -> Self {
        // SAFETY: any name has a symbol.
        Self::new(unsafe { rb_sys::rb_id2sym(name) })
    }

    /// An integer, if it lies in the reference itself.
    pub(crate) fn fixnum(number: i64) -> Option<Self> {
        let raw = number << 1 | 1;
        (raw >> 1 == number).then(|| Self::new(raw.cast_unsigned() as VALUE))
    }

    /// nil, true or false.
    pub(crate) fn constant(which: Option<bool>) -> Self {
        Self::new(match which {
            None => rb_sys::Qnil as VALUE,
            Some(true) => rb_sys::Qtrue as VALUE,
            Some(false) => rb_sys::Qfalse as VALUE,
        })
    }

    /// What it is stored as. 1 ns.
    #[inline(always)]
    pub(crate) fn tag(self) -> Tag {
        if self.raw & 1 == 1 {
            return Tag::Fixnum(self.raw.cast_signed() >> 1);
        }
        if self.raw & 3 == 2 {
            return Tag::Flonum;
        }
        if self.is_immediate() {
            return match self.raw {
                raw if raw == rb_sys::Qnil as VALUE => Tag::Nil,
                raw if raw == rb_sys::Qfalse as VALUE => Tag::False,
                raw if raw == rb_sys::Qtrue as VALUE => Tag::True,
                raw if raw & 0xff == 0x0c => Tag::Symbol,
                _ => Tag::Undef,
            };
        }
        match (self.flags() & TYPE) as u32 {
            1 => Tag::Object,
            2 => Tag::Class,
            3 => Tag::Module,
            4 => Tag::Float,
            5 => Tag::String,
            6 => Tag::Regexp,
            7 => Tag::Array,
            8 => Tag::Hash,
            9 => Tag::Struct,
            10 => Tag::Bignum,
            12 => Tag::Data,
            14 => Tag::Complex,
            15 => Tag::Rational,
            20 => Tag::Symbol,
            _ => Tag::Other,
        }
    }

    /// The class as it is stored: its own singleton class if it has one.
    #[inline(always)]
    pub(crate) fn stored_class(self) -> Obj<'g> {
        if self.is_immediate() {
            return self.class();
        }
        // SAFETY: it is no immediate value, and behind its flags lies its class.
        Self::new(unsafe { load(self.handle(), CLASS) })
    }

    /// The class that the application gave it, whatever `class` was made to answer.
    #[inline]
    pub(crate) fn class(self) -> Obj<'g> {
        // SAFETY: reads the object's head and the heads of classes.
        Self::new(unsafe { rb_sys::rb_obj_class(self.raw) })
    }

    /// Whether its class, singleton classes included, is exactly `class`.
    #[inline(always)]
    pub(crate) fn is_exactly(self, class: Obj<'_>) -> bool {
        self.stored_class().raw == class.raw
    }

    /// Whether it is an instance of `class` or of what is derived from it, by the bases alone.
    pub(crate) fn is_kind_of(self, class: Obj<'_>) -> bool {
        // SAFETY: callers hand a class or module; only superclass links are read.
        let is = unsafe { rb_sys::rb_obj_is_kind_of(self.raw, class.raw) };
        is == rb_sys::Qtrue as VALUE
    }

    /// Whether this class or module is `class`, or includes or inherits it.
    pub(crate) fn inherits(self, class: Obj<'_>) -> bool {
        // SAFETY: callers hand classes or modules; only superclass links are read.
        let is = unsafe { rb_sys::rb_class_inherited_p(self.raw, class.raw) };
        is == rb_sys::Qtrue as VALUE
    }

    /// Whether it is a class or module.
    pub(crate) fn is_class(self) -> bool {
        matches!(self.tag(), Tag::Class | Tag::Module)
    }

    /// Whether instances of this class have the method `id` as Ruby itself defined it.
    pub(crate) fn has_basic_method(self, id: ID) -> bool {
        // SAFETY: callers hand a class; looks a method up and runs nothing.
        unsafe { rb_sys::rb_method_basic_definition_p(self.raw, id) != 0 }
    }
}

macro_rules! core_classes {
    ($($name:ident => $class:ident;)*) => {
        /// Classes of Ruby itself.
        pub(crate) mod classes {
            use super::Obj;
            $(#[inline(always)]
            pub(crate) fn $name() -> Obj<'static> {
                // SAFETY: set before any extension is loaded, and never again.
                Obj::new(unsafe { rb_sys::$class })
            })*
        }
    };
}

core_classes! {
    array => rb_cArray;
    basic_object => rb_cBasicObject;
    false_class => rb_cFalseClass;
    float => rb_cFloat;
    hash => rb_cHash;
    integer => rb_cInteger;
    method => rb_cMethod;
    nil_class => rb_cNilClass;
    object => rb_cObject;
    proc => rb_cProc;
    range => rb_cRange;
    string => rb_cString;
    structure => rb_cStruct;
    symbol => rb_cSymbol;
    time => rb_cTime;
    true_class => rb_cTrueClass;
    unbound_method => rb_cUnboundMethod;
    kernel => rb_mKernel;
}
