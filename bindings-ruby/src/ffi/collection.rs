//! What arrays, hashes, objects, structs and ranges hold.
//!
//! Knows Ruby's own functions that look without running code. Invariant: what is shown an element
//! neither raises nor unwinds into Ruby; a defect there goes on once Ruby's function has returned.

use super::memory::{Defect, caught, resume};
use super::object::{Obj, Tag, classes};
use rb_sys::{ID, VALUE};
use std::ffi::{c_int, c_long};
use std::slice;

/// Asks for the next.
const CONTINUE: c_int = 0;
/// Asks for no more.
const STOP: c_int = 1;

type EachPair = unsafe extern "C" fn(VALUE, VALUE, VALUE) -> c_int;
type EachVariable = unsafe extern "C" fn(ID, VALUE, VALUE) -> c_int;

unsafe extern "C" {
    fn rb_hash_foreach(hash: VALUE, each: EachPair, argument: VALUE);
    fn rb_ivar_foreach(object: VALUE, each: EachVariable, argument: VALUE);
}

type ShowPair<'v, 'g> = dyn FnMut(Obj<'g>, Obj<'g>) -> bool + 'v;
type ShowVariable<'v, 'g> = dyn FnMut(ID, Obj<'g>) -> bool + 'v;

/// Who is shown what is found, and the defect that came of it.
struct Shown<'v, S: ?Sized> {
    to: &'v mut S,
    defect: Option<Defect>,
}

impl<S: ?Sized> Shown<'_, S> {
    /// Whether Ruby's function is to go on.
    #[inline(always)]
    fn one(&mut self, show: impl FnOnce(&mut S) -> bool) -> c_int {
        match caught(|| show(self.to)) {
            Ok(true) => CONTINUE,
            Ok(false) => STOP,
            Err(defect) => {
                self.defect = Some(defect);
                STOP
            }
        }
    }

    /// Has a defect go on, where no function of Ruby's lies between.
    #[inline(always)]
    fn end(self) {
        if let Some(defect) = self.defect {
            resume(defect);
        }
    }
}

unsafe extern "C" fn each_pair(key: VALUE, value: VALUE, argument: VALUE) -> c_int {
    let shown = argument as *mut Shown<'_, ShowPair<'_, '_>>;
    // SAFETY: `Obj::each_pair` passed it, and waits for us with it in its hands.
    let shown = unsafe { &mut *shown };
    shown.one(|show| show(Obj::new(key), Obj::new(value)))
}

unsafe extern "C" fn each_variable(name: ID, value: VALUE, argument: VALUE) -> c_int {
    let shown = argument as *mut Shown<'_, ShowVariable<'_, '_>>;
    // SAFETY: `Obj::each_variable` passed it, and waits for us with it in its hands.
    let shown = unsafe { &mut *shown };
    shown.one(|show| show(name, Obj::new(value)))
}

impl<'g> Obj<'g> {
    /// Elements of an array.
    #[inline]
    pub(crate) fn items(self) -> &'g [Obj<'g>] {
        // SAFETY: callers looked at the tag; reads the array's head.
        let len = unsafe { rb_sys::RARRAY_LEN(self.raw()) };
        // SAFETY: as above.
        let pointer = unsafe { rb_sys::RARRAY_CONST_PTR(self.raw()) };
        let len = usize::try_from(len).unwrap_or(0);
        if pointer.is_null() {
            return &[];
        }
        // SAFETY: so many references lie there, which an `Obj` is one of, and nobody changes them
        // during the hit.
        unsafe { slice::from_raw_parts(pointer.cast::<Obj<'g>>(), len) }
    }

    /// Pairs of a hash.
    #[inline]
    pub(crate) fn hash_len(self) -> usize {
        // SAFETY: callers looked at the tag.
        unsafe { rb_sys::rb_hash_size_num(self.raw()) as usize }
    }

    /// Shows the pairs of a hash until no more are wanted.
    pub(crate) fn each_pair(self, mut visitor: impl FnMut(Obj<'g>, Obj<'g>) -> bool) {
        let mut shown: Shown<'_, ShowPair<'_, 'g>> = Shown { to: &mut visitor, defect: None };
        let argument = &raw mut shown as VALUE;
        // SAFETY: callers looked at the tag; the function is made for this argument, which outlives
        // the call.
        unsafe { rb_hash_foreach(self.raw(), each_pair, argument) };
        shown.end();
    }

    /// The value under a key that is a symbol, a small number, nil or a boolean: none runs code to be
    /// compared.
    pub(crate) fn hash_value(self, key: Obj<'_>) -> Option<Obj<'g>> {
        let absent = rb_sys::Qundef as VALUE;
        // SAFETY: callers looked at both tags.
        let found = unsafe { rb_sys::rb_hash_lookup2(self.raw(), key.raw(), absent) };
        (found != absent).then(|| Obj::new(found))
    }

    /// A variable of a class, as code inside it sees it.
    pub(crate) fn class_variable(self, name: ID) -> Option<Obj<'g>> {
        // SAFETY: callers hand a class or module; what is raised stays there.
        super::protect::protected(|| unsafe { rb_sys::rb_cvar_get(self.raw(), name) })
    }

    /// Whether a constant of a module waits to be loaded.
    pub(crate) fn constant_waits(self, name: ID) -> bool {
        // SAFETY: callers hand a class or module; looks into tables.
        unsafe { rb_sys::rb_autoload_p(self.raw(), name) != rb_sys::Qnil as VALUE }
    }

    /// A constant of a module that does not wait to be loaded.
    pub(crate) fn loaded_constant(self, name: ID) -> Option<Obj<'g>> {
        // SAFETY: callers hand a class or module; looks into tables.
        if unsafe { rb_sys::rb_const_defined(self.raw(), name) } == 0 {
            return None;
        }
        // SAFETY: as above, and callers looked that nothing has to be loaded.
        super::protect::protected(|| unsafe { rb_sys::rb_const_get(self.raw(), name) })
    }

    /// Shows the instance variables of an object until no more are wanted.
    pub(crate) fn each_variable(self, mut visitor: impl FnMut(ID, Obj<'g>) -> bool) {
        let mut shown: Shown<'_, ShowVariable<'_, 'g>> = Shown { to: &mut visitor, defect: None };
        let argument = &raw mut shown as VALUE;
        // SAFETY: any object may be asked; the function is made for this argument, which outlives the
        // call.
        unsafe { rb_ivar_foreach(self.raw(), each_variable, argument) };
        shown.end();
    }

    /// An instance variable; nil where it is not set, as in Ruby.
    pub(crate) fn variable(self, name: ID) -> Obj<'g> {
        // SAFETY: callers hand an object that is no immediate value; nothing is warned of.
        Obj::new(unsafe { rb_sys::rb_attr_get(self.raw(), name) })
    }

    /// An instance variable, if it is set.
    pub(crate) fn set_variable(self, name: ID) -> Option<Obj<'g>> {
        // SAFETY: callers hand an object that is no immediate value; looks into its table.
        let is_set = unsafe { rb_sys::rb_ivar_defined(self.raw(), name) } == rb_sys::Qtrue as VALUE;
        is_set.then(|| self.variable(name))
    }

    /// Members of a struct's class, as symbols, and how many values it has.
    pub(crate) fn struct_members(self) -> &'g [Obj<'g>] {
        // SAFETY: callers looked at the tag; the list is stored in the class.
        let members = Obj::new(unsafe { rb_sys::rb_struct_s_members(self.class().raw()) });
        if members.tag() == Tag::Array { members.items() } else { &[] }
    }

    /// Value `index` of a struct.
    pub(crate) fn struct_value(self, index: usize) -> Option<Obj<'g>> {
        // SAFETY: callers looked at the tag.
        let len = Obj::new(unsafe { rb_sys::rb_struct_size(self.raw()) });
        let Tag::Fixnum(len) = len.tag() else { return None };
        let at = i64::try_from(index).ok().filter(|at| *at < len)?;
        let at = (at << 1 | 1).cast_unsigned() as VALUE;
        // SAFETY: the index is a number below the length, so nothing is raised.
        Some(Obj::new(unsafe { rb_sys::rb_struct_aref(self.raw(), at) }))
    }

    /// Begin, end, and whether the end is left out, of a range.
    pub(crate) fn range_parts(self) -> Option<(Obj<'g>, Obj<'g>, bool)> {
        // What else answers like a range would be asked by methods of its own.
        if !self.is_kind_of(classes::range()) {
            return None;
        }
        let (mut begin, mut end, mut excludes) = (0, 0, 0);
        // SAFETY: it is a range, whose fields are read; there is room for each answer.
        let is = unsafe {
            rb_sys::rb_range_values(self.raw(), &raw mut begin, &raw mut end, &raw mut excludes)
        };
        (is != 0).then(|| (Obj::new(begin), Obj::new(end), excludes != 0))
    }

    /// Seconds and nanoseconds since 1970 of a `Time`.
    pub(crate) fn time(self) -> (i64, c_long) {
        // SAFETY: callers looked: it is exactly a `Time`.
        let time = unsafe { rb_sys::rb_time_timespec(self.raw()) };
        (time.tv_sec, time.tv_nsec)
    }
}
