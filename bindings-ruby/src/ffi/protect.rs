//! Calls that may raise: the exception stays here, and `$!` is as it was.
//!
//! Invariant: nothing that has to be dropped lies between the call and [`protected`].

use super::object::Obj;
use rb_sys::VALUE;
use std::ffi::c_int;

struct Work<'w> {
    run: &'w mut dyn FnMut() -> VALUE,
}

unsafe extern "C" fn run(argument: VALUE) -> VALUE {
    let work = argument as *mut Work<'_>;
    // SAFETY: `protected` passed it, and waits for us with it in its hands.
    (unsafe { &mut *work }.run)()
}

/// What `work` answers; nothing if it raised. `work` owns nothing: a raise jumps over it.
pub(super) fn protected(mut work: impl FnMut() -> VALUE) -> Option<Obj<'static>> {
    // SAFETY: reads a field of the thread.
    let before = unsafe { rb_sys::rb_errinfo() };
    let mut state: c_int = 0;
    let mut work = Work { run: &mut work };
    let argument = &raw mut work as VALUE;
    // SAFETY: the function is made for this argument, which outlives the call.
    let answer = unsafe { rb_sys::rb_protect(Some(run), argument, &raw mut state) };
    if state == 0 {
        return Some(Obj::new(answer));
    }
    // SAFETY: what was there before is an exception or nil.
    unsafe { rb_sys::rb_set_errinfo(before) };
    None
}
