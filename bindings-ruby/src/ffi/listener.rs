//! Events of one piece of code: a TracePoint whose callback is Rust, set on a target and never on all.
//!
//! Knows the interpreter's calling convention; what an event means is `hook`'s. Invariants: nothing
//! of ours unwinds or raises out of a callback; a place lives until its TracePoint was taken off and
//! nobody can be inside it.

use super::frame::Frame;
use super::memory::{Turn, guard};
use super::number::forget_digits;
use super::object::{Obj, Tag};
use super::original::Original;
use super::protect::protected;
use super::thread::Kept;
use rb_sys::VALUE;
use std::ffi::c_void;

/// A line is reached.
pub(crate) const LINE: u32 = 0x0001;
/// A method or a block begins.
pub(crate) const BEGIN: u32 = 0x0008 | 0x0100;
/// A method or a block ends, by returning or by an exception.
pub(crate) const END: u32 = 0x0010 | 0x0200;
/// Code was compiled.
const COMPILED: u32 = 0x2000;

/// What is told of events.
pub(crate) trait Reached: Sync {
    /// An event in `frame`.
    fn reached(&self, frame: Frame<'_>);

    /// An event came while another hit has its turn, or its frame could not be had.
    fn missed(&self);
}

/// A TracePoint and what it tells.
pub(crate) struct Listener<P: Reached> {
    object: Kept,
    place: *mut P,
}

// SAFETY: made, set and dropped in tasks, which hold the VM's lock.
unsafe impl<P: Reached + Send> Send for Listener<P> {}

impl<P: Reached> Listener<P> {
    /// One that is not set yet.
    pub(crate) fn new(events: u32, place: P) -> Option<Self> {
        let place = Box::into_raw(Box::new(place));
        // SAFETY: the callback is made for this data, which lives as long as it can be called.
        let make =
            || unsafe { rb_sys::rb_tracepoint_new(NIL, events, Some(on_event::<P>), place.cast()) };
        let Some(object) = protected(make) else {
            // SAFETY: nobody else knows of it.
            drop(unsafe { Box::from_raw(place) });
            return None;
        };
        Some(Self { object: Kept::new(object), place })
    }

    /// The object that Ruby knows.
    pub(crate) fn object(&self) -> Obj<'_> {
        self.object.get()
    }

    /// It was taken off: gives back what it holds if nobody can be inside it.
    pub(crate) fn retire(self, is_alone: bool) {
        if is_alone {
            // SAFETY: a hit never gives the VM's lock up, and with one Ractor we have it; it is off.
            drop(unsafe { Box::from_raw(self.place) });
        }
    }
}

const NIL: VALUE = rb_sys::Qnil as VALUE;

/// What the interpreter calls. 10 ns on our side before the core.
unsafe extern "C" fn on_event<P: Reached>(listener: VALUE, data: *mut c_void) {
    // SAFETY: `Listener::new` passed it, and it lives until the TracePoint was taken off.
    let place = unsafe { &*data.cast::<P>() };
    let told = guard(|| {
        let Some(turn) = Turn::take() else { return place.missed() };
        forget_digits();
        // SAFETY: we are inside the callback, so there is an event and nothing is raised.
        let argument = unsafe { rb_sys::rb_tracearg_from_tracepoint(listener) };
        match Frame::of_event(argument) {
            Some(frame) => place.reached(frame),
            None => place.missed(),
        }
        drop(turn);
    });
    if told.is_none() {
        // The core takes its own defects: so this one came before the hit was counted.
        guard(|| place.missed());
    }
}

unsafe extern "C" fn on_compiled(listener: VALUE, _data: *mut c_void) {
    guard(|| {
        let listener = Obj::new(listener);
        let code = Original::Compiled.ask(listener, &[]).and_then(super::code::code_of);
        let text = Original::EvalScript.ask(listener, &[]);
        let is_file = text.is_some_and(|text| text.tag() == Tag::Nil);
        crate::locate::came(code.map(|code| (code, is_file)));
    });
}

/// Has `locate` told of all code that is compiled. The one event that is not of a target: it changes
/// no code, and comes with loading, not with running.
pub(crate) fn watch_compiler() -> Option<Kept> {
    // SAFETY: the callback takes no data.
    let make = || unsafe {
        rb_sys::rb_tracepoint_new(NIL, COMPILED, Some(on_compiled), std::ptr::null_mut())
    };
    let object = protected(make)?;
    // SAFETY: a TracePoint that was made just now.
    protected(|| unsafe { rb_sys::rb_tracepoint_enable(object.raw()) })?;
    Some(Kept::new(object))
}

/// Ends that.
pub(crate) fn unwatch_compiler(watch: &Kept) {
    let object = watch.get().raw();
    // SAFETY: a TracePoint that is kept alive.
    protected(|| unsafe { rb_sys::rb_tracepoint_disable(object) });
}
