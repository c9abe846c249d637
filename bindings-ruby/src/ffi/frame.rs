//! The frame that an event is of: its code, its `self`, its locals, and the stack above it.
//!
//! Knows the two ways of [`Reads`]. Invariants: straight reads happen only where the canary proved
//! them; a frame is looked at only during its event.

use super::layout::{
    ARG_FRAME, BLOCK_IS_OBJECT, ENV_WORDS, FRAME_CODE, FRAME_ENV, FRAME_SELF, PARENT_MARKS, Reads,
};
use super::memory::load;
use super::object::{Obj, Tag};
use super::original::Original;
use super::protect::protected;
use rb_sys::{ID, VALUE};
use std::ffi::c_int;
use std::marker::PhantomData;
use stillframe_core::value::{Missing, Reading};

/// Where a local lies, as code says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Its name.
    pub(crate) name: ID,
    /// Scopes out from that of the code.
    pub(crate) depth: u32,
    /// Locals of its scope in all.
    pub(crate) size: u32,
    /// Its number among them.
    pub(crate) index: u32,
    /// Whether it is the block that a method was given.
    pub(crate) is_block: bool,
}

/// The frame of one event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'g> {
    argument: *mut rb_sys::rb_trace_arg_t,
    /// Address of the control frame; zero where it is not known.
    base: usize,
    /// Its binding, where it is read by one.
    binding: VALUE,
    during: PhantomData<&'g ()>,
}

impl<'g> Frame<'g> {
    /// The frame of the event that is under way.
    #[inline(always)]
    pub(super) fn of_event(argument: *mut rb_sys::rb_trace_arg_t) -> Option<Self> {
        let during = PhantomData;
        match Reads::current() {
            Reads::Direct => {
                // SAFETY: the canary proved that the frame's address lies there.
                let base = unsafe { load(argument as usize, ARG_FRAME) };
                Some(Self { argument, base, binding: 0, during })
            }
            // SAFETY: as above, the event is there.
            Reads::Binding => protected(|| unsafe { rb_sys::rb_tracearg_binding(argument) })
                .map(|binding| Self { argument, base: 0, binding: binding.raw(), during }),
            Reads::None => None,
        }
    }

    /// What happened in it.
    pub(crate) fn event(self) -> u32 {
        // SAFETY: the event is there; reads a field.
        unsafe { rb_sys::rb_tracearg_event_flag(self.argument) }
    }

    /// The line at which it happened.
    pub(crate) fn line(self) -> u32 {
        // SAFETY: the event is there; makes a number of a field.
        let line = Obj::new(unsafe { rb_sys::rb_tracearg_lineno(self.argument) });
        match line.tag() {
            Tag::Fixnum(line) => u32::try_from(line).unwrap_or(0),
            _ => 0,
        }
    }

    /// Whether it is read straight.
    #[inline(always)]
    pub(crate) fn is_direct(self) -> bool {
        self.base != 0
    }

    /// Its code, as [`crate::locate`] knows it; zero where it is not known.
    #[inline(always)]
    pub(crate) fn code(self) -> usize {
        if self.base == 0 {
            return 0;
        }
        // SAFETY: the canary proved that it lies there.
        unsafe { load(self.base, FRAME_CODE) }
    }

    /// A number that no other living frame has.
    #[inline(always)]
    pub(crate) fn identity(self) -> u64 {
        self.base as u64
    }

    /// `self`.
    #[inline]
    pub(crate) fn receiver(self) -> Obj<'g> {
        if self.base == 0 {
            // SAFETY: the event is there; reads a field.
            return Obj::new(unsafe { rb_sys::rb_tracearg_self(self.argument) });
        }
        // SAFETY: the canary proved that it lies there.
        Obj::new(unsafe { load(self.base, FRAME_SELF) })
    }

    /// A local. 2 ns where it is read straight.
    #[inline(always)]
    pub(crate) fn local(self, place: &Place) -> Reading<Obj<'g>> {
        if self.base == 0 {
            return self.asked(place);
        }
        // SAFETY: the canary proved that it lies there.
        let mut environment: usize = unsafe { load(self.base, FRAME_ENV) };
        for _ in 0..place.depth {
            // SAFETY: code of this depth has so many environments around it.
            let parent: usize = unsafe { load(environment.wrapping_sub(size_of::<VALUE>()), 0) };
            environment = parent & !PARENT_MARKS;
        }
        let above = place.size as usize + ENV_WORDS - place.index as usize;
        let address = environment.wrapping_sub(above * size_of::<VALUE>());
        // SAFETY: the code says that it has so many locals, which lie there.
        let raw: VALUE = unsafe { load(address, 0) };
        if raw == rb_sys::Qundef as VALUE {
            return Err(Missing::Unset);
        }
        if place.is_block && raw == rb_sys::Qnil as VALUE {
            return block(environment);
        }
        Ok(Obj::new(raw))
    }

    #[cold]
    fn asked(self, place: &Place) -> Reading<Obj<'g>> {
        let (binding, name) = (Obj::new(self.binding), Obj::symbol(place.name));
        Original::Local.ask(binding, &[name]).ok_or(Missing::Unset)
    }
}

/// A block parameter of which no object was made: there was no block, or it lies on the stack.
#[cold]
fn block<'g>(environment: usize) -> Reading<Obj<'g>> {
    // SAFETY: the canary proved an environment's words.
    let marks: usize = unsafe { load(environment, 0) };
    // SAFETY: as above.
    let given: usize = unsafe { load(environment.wrapping_sub(size_of::<VALUE>()), 0) };
    let is_nil = marks & BLOCK_IS_OBJECT != 0 || given & !PARENT_MARKS == 0;
    if is_nil { Ok(Obj::new(rb_sys::Qnil as VALUE)) } else { Err(Missing::Unreadable) }
}

/// Frames that are looked at in one go.
pub(crate) const STRETCH: usize = 32;

/// A stretch of the running thread's stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    frames: [VALUE; STRETCH],
    lines: [c_int; STRETCH],
    len: usize,
}

impl Stretch {
    /// The frames from number `first` on, the running one being 0.
    pub(crate) fn from(first: usize) -> Self {
        let mut stretch = Self { frames: [0; STRETCH], lines: [0; STRETCH], len: 0 };
        let first = c_int::try_from(first).unwrap_or(c_int::MAX);
        let (frames, lines) = (stretch.frames.as_mut_ptr(), stretch.lines.as_mut_ptr());
        // SAFETY: there is room for so many in both.
        let len = unsafe { rb_sys::rb_profile_frames(first, STRETCH as c_int, frames, lines) };
        stretch.len = usize::try_from(len).unwrap_or(0);
        stretch
    }

    /// Frames in it.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// File, name and line of frame `index` of it. A method that is written in C is where Ruby's own
    /// backtraces have it: where it was called.
    pub(crate) fn frame<'g>(&self, index: usize) -> Option<(Obj<'g>, Obj<'g>, u32)> {
        let frame = *self.frames.get(..self.len)?.get(index)?;
        // SAFETY: what the stack was said to consist of is alive while it runs; reads fields.
        let mut name = unsafe { rb_sys::rb_profile_frame_label(frame) };
        if name == rb_sys::Qnil as VALUE {
            // SAFETY: as above.
            name = unsafe { rb_sys::rb_profile_frame_method_name(frame) };
        }
        let written = (index..self.len).find_map(|at| self.written(at));
        let (file, line) = written.unwrap_or((Obj::new(rb_sys::Qnil as VALUE), 0));
        // Below all others lies a frame that never ran a line.
        (line > 0 || written.is_none()).then_some((file, Obj::new(name), line))
    }

    fn written<'g>(&self, index: usize) -> Option<(Obj<'g>, u32)> {
        // SAFETY: what the stack was said to consist of is alive while it runs; reads a field.
        let file = unsafe { rb_sys::rb_profile_frame_path(self.frames[index]) };
        let line = u32::try_from(self.lines[index]).unwrap_or(0);
        (file != rb_sys::Qnil as VALUE).then_some((Obj::new(file), line))
    }
}
