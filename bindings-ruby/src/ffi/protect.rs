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

/// What `object` answers to a method without arguments. Only for methods of Ruby's own.
pub(crate) fn asked<'g>(object: Obj<'_>, method: &str) -> Option<Obj<'g>> {
    let name = super::text::intern(method);
    // SAFETY: no arguments are passed, and what is raised stays here.
    protected(|| unsafe { rb_sys::rb_funcallv(object.raw(), name, 0, std::ptr::null()) })
}

/// What `object` answers to a method with one argument. Only for methods of Ruby's own.
pub(crate) fn asked_with<'g>(object: Obj<'_>, method: &str, argument: Obj<'_>) -> Option<Obj<'g>> {
    let name = super::text::intern(method);
    let arguments = [argument.raw()];
    // SAFETY: one argument lies there, and what is raised stays here.
    protected(|| unsafe { rb_sys::rb_funcallv(object.raw(), name, 1, arguments.as_ptr()) })
}
