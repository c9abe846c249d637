//! Frames and code objects.
//!
//! Knows where they keep what, not which of them is probed. Invariant: a [`Frame`] is used only
//! during the callback that found it, while the thread that runs it stands still.

use super::asked;
use super::layout::{self, code};
use super::memory::{Gil, load};
use super::object::Obj;
use super::proof::Part;
use pyo3::ffi;
use std::marker::PhantomData;
use stillframe_core::value::Missing;

/// A frame that is being executed, or its callers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'g> {
    /// Null where frames are read through the public API.
    address: *const u8,
    object: *mut ffi::PyFrameObject,
    gil: PhantomData<Gil<'g>>,
}

impl<'g> Frame<'g> {
    /// The frame that runs now on this thread, if it runs `code`.
    #[inline(always)]
    pub(crate) fn running(code: Obj, gil: Gil<'g>) -> Option<Self> {
        if Part::Frame.is_proven() {
            Self::current().filter(|frame| frame.code() == Some(code))
        } else {
            asked::current(gil).map(Self::asked)
        }
    }

    fn asked(object: *mut ffi::PyFrameObject) -> Self {
        Self { address: std::ptr::null(), object, gil: PhantomData }
    }

    #[inline(always)]
    fn current() -> Option<Self> {
        // SAFETY: the thread holds the GIL, so it has a state.
        let thread = unsafe { ffi::PyThreadState_Get() };
        // SAFETY: the canary proved the offset on this interpreter.
        let place: *const u8 = unsafe { load(thread.cast_const().cast(), layout::thread::FRAME) };
        if place.is_null() {
            return None;
        }
        let place: *const u8 = match layout::thread::CURRENT {
            // SAFETY: the canary proved that as well.
            Some(offset) => unsafe { load(place, offset) },
            None => place,
        };
        (!place.is_null()).then(|| Self::at(place))
    }

    #[inline(always)]
    fn at(address: *const u8) -> Self {
        Self { address, object: std::ptr::null_mut(), gil: PhantomData }
    }

    /// A frame that somebody else found.
    #[cfg(not(Py_3_11))]
    pub(super) fn of_object(object: *mut ffi::PyFrameObject, _gil: Gil<'g>) -> Self {
        if Part::Frame.is_proven() {
            Self::at(object.cast_const().cast())
        } else {
            Self::asked(object)
        }
    }

    /// Whether it is read straight from memory.
    #[inline(always)]
    pub(crate) fn is_direct(self) -> bool {
        !self.address.is_null()
    }

    /// A number that no other living frame has, the same for as long as this one lives; never 0.
    #[inline(always)]
    pub(crate) fn identity(self) -> u64 {
        // A frame that was made an object keeps that object.
        if self.is_direct() { self.address as u64 } else { self.object as u64 }
    }

    /// A variable by name, where frames are not read directly.
    pub(crate) fn variable_by_name(self, name: Obj) -> Result<Obj, Missing> {
        asked::variable(self.object, name)
    }

    #[inline(always)]
    fn field<T: Copy>(self, offset: usize) -> T {
        // SAFETY: the canary proved the offsets; the frame lives as long as the callback.
        unsafe { load(self.address, offset) }
    }

    /// What a slot of the frame's own refers to.
    #[cfg(not(Py_3_14))]
    #[inline(always)]
    fn slot(self, offset: usize) -> Result<Obj, Missing> {
        Obj::new(self.field(offset)).ok_or(Missing::Unset)
    }

    /// What a slot of the frame's own refers to: a reference with a tag, or a number that is none.
    #[cfg(Py_3_14)]
    #[inline(always)]
    fn slot(self, offset: usize) -> Result<Obj, Missing> {
        use layout::stack_ref::{NUMBER, REFERENCE};
        let bits: usize = self.field(offset);
        if bits & NUMBER == NUMBER {
            return Err(Missing::Unreadable);
        }
        Obj::from_handle(bits & !REFERENCE).ok_or(Missing::Unset)
    }

    /// Its code.
    #[inline(always)]
    pub(crate) fn code(self) -> Option<Obj> {
        if !self.is_direct() {
            return asked::code(self.object);
        }
        self.slot(layout::frame::CODE).ok()
    }

    /// Local, cell or free variable `index`.
    #[inline(always)]
    pub(crate) fn local(self, index: usize) -> Result<Obj, Missing> {
        self.slot(layout::frame::LOCALSPLUS + index * 8)
    }

    /// Globals of its module.
    pub(crate) fn globals(self) -> Option<Obj> {
        if !self.is_direct() {
            return asked::namespaces(self.object).0;
        }
        Obj::new(self.field(layout::frame::GLOBALS))
    }

    /// The builtins it sees.
    pub(crate) fn builtins(self) -> Option<Obj> {
        if !self.is_direct() {
            return asked::namespaces(self.object).1;
        }
        Obj::new(self.field(layout::frame::BUILTINS))
    }

    /// The namespace of a module or class body, given that the frame is of one.
    pub(crate) fn namespace(self) -> Option<Obj> {
        if !self.is_direct() {
            return asked::namespace(self.object);
        }
        Obj::new(self.field(layout::frame::LOCALS))
    }

    /// Bytes from the first instruction to the one that runs.
    #[cfg(Py_3_11)]
    #[inline(always)]
    pub(crate) fn instruction(self) -> Option<usize> {
        if !self.is_direct() {
            return asked::instruction(self.object);
        }
        let at: usize = self.field(layout::frame::INSTRUCTION);
        at.checked_sub(self.code()?.handle() + code::INSTRUCTIONS)
    }

    /// Bytes from the first instruction to the one that runs.
    #[cfg(not(Py_3_11))]
    #[inline(always)]
    pub(crate) fn instruction(self) -> Option<usize> {
        if !self.is_direct() {
            return asked::instruction(self.object);
        }
        // -1 before the first one.
        let at: i32 = self.field(layout::frame::INSTRUCTION);
        usize::try_from(at).ok().map(|at| at * layout::frame::INSTRUCTION_BYTES)
    }

    /// The frame that called it, markers and frames that are still being set up left out.
    pub(crate) fn caller(self) -> Option<Self> {
        if !self.is_direct() {
            return asked::back(self.object).map(Self::asked);
        }
        let mut address: *const u8 = self.field(layout::frame::PREVIOUS);
        loop {
            if address.is_null() {
                return None;
            }
            let frame = Self::at(address);
            if frame.is_complete() {
                return Some(frame);
            }
            address = frame.field(layout::frame::PREVIOUS);
        }
    }

    /// The line it is at, where frames are not read directly.
    pub(crate) fn asked_line(self) -> u32 {
        asked::line(self.object)
    }

    #[cfg(Py_3_11)]
    fn is_complete(self) -> bool {
        let owner: u8 = self.field(layout::frame::OWNER);
        if owner >= layout::frame::OWNER_MARKER {
            return false;
        }
        let Some(object) = self.code() else { return false };
        if !object.ty().is_code() {
            return false;
        }
        let first: i32 = object.field(code::FIRST_TRACEABLE);
        owner == layout::frame::OWNER_GENERATOR
            || self.instruction().is_some_and(|at| at >= usize::try_from(first * 2).unwrap_or(0))
    }

    /// A frame is an object that was set up before it became anybody's caller.
    #[cfg(not(Py_3_11))]
    fn is_complete(self) -> bool {
        true
    }
}

/// The identity by which `threading` knows the running thread.
pub(crate) fn thread_ident() -> i64 {
    // SAFETY: only asks the system for a number.
    unsafe { ffi::PyThread_get_thread_ident() }.cast_signed()
}

/// The line of the instruction at byte `at` of a code object; 0 if it has none. 40 ns and more.
pub(crate) fn code_line(code: Obj, at: usize) -> u32 {
    let at = i32::try_from(at).unwrap_or(0);
    // SAFETY: callers checked that it is a code object; the call reads its line table.
    let line = unsafe { ffi::PyCode_Addr2Line(code.as_ptr().cast(), at) };
    u32::try_from(line).unwrap_or(0)
}

/// What a code object says of itself, read from its own fields.
impl Obj {
    /// File it was compiled from, given that this is code.
    pub(crate) fn code_filename(self) -> Option<Self> {
        if Part::Frame.is_proven() { self.slot(code::FILENAME) } else { asked::filename(self) }
    }

    /// Its constants, given that this is code.
    pub(super) fn code_consts(self) -> Option<Self> {
        if Part::Frame.is_proven() { self.slot(code::CONSTS) } else { asked::consts(self) }
    }

    /// Its name, given that this is code.
    #[cfg(not(Py_3_11))]
    pub(super) fn code_name(self) -> Option<Self> {
        if Part::Frame.is_proven() { self.slot(code::NAME) } else { asked::code_name(self) }
    }

    /// Qualified name, given that this is code.
    #[cfg(Py_3_11)]
    pub(crate) fn code_qualname(self) -> Option<Self> {
        if Part::Frame.is_proven() { self.slot(code::QUALNAME) } else { asked::code_name(self) }
    }

    /// Qualified name as far as it could be found out, given that this is code: it has none itself.
    #[cfg(not(Py_3_11))]
    pub(crate) fn code_qualname(self) -> Option<Self> {
        super::extra::qualname_of(self).or_else(|| self.code_name())
    }

    /// A number that no other code object of this process has; 0 if it has none.
    #[cfg(Py_3_12)]
    pub(crate) fn code_version(self) -> u32 {
        self.field(code::VERSION)
    }

    /// A number that no other code object of this process has; 0 if it has none.
    #[cfg(not(Py_3_12))]
    pub(crate) fn code_version(self) -> u32 {
        super::extra::id_of(self)
    }
}
