//! The VM's lock given up and taken, and objects that are kept for good.
//!
//! Invariant: what runs without the lock touches nothing of Ruby's.

use super::object::Obj;
use magnus::Error;
use rb_sys::VALUE;
use std::ffi::c_void;
use std::ptr;
use std::sync::OnceLock;

/// An object that stays alive and where it is until this is dropped, in a task.
#[derive(Debug)]
pub(crate) struct Kept(Box<VALUE>);

impl Kept {
    pub(crate) fn new(object: Obj<'_>) -> Self {
        let mut place = Box::new(object.raw());
        // SAFETY: the place lives until it is unregistered.
        unsafe { rb_sys::rb_gc_register_address(&raw mut *place) };
        Self(place)
    }

    pub(crate) fn get(&self) -> Obj<'_> {
        Obj::new(*self.0)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // SAFETY: it was registered, and is dropped in tasks alone, which hold the VM's lock.
        unsafe { rb_sys::rb_gc_unregister_address(&raw mut *self.0) };
    }
}

type Blocking = unsafe extern "C" fn(*mut c_void) -> *mut c_void;
type Wake = unsafe extern "C" fn(*mut c_void);

unsafe extern "C" {
    fn rb_thread_call_without_gvl(
        work: Blocking,
        argument: *mut c_void,
        wake: Option<Wake>,
        waker: *mut c_void,
    ) -> *mut c_void;
}

struct Away<W, T> {
    work: Option<W>,
    answer: Option<T>,
}

unsafe extern "C" fn away<W: FnOnce() -> T, T>(argument: *mut c_void) -> *mut c_void {
    // SAFETY: `without_lock` passed it, and waits for us with it in its hands.
    let away = unsafe { &mut *argument.cast::<Away<W, T>>() };
    if let Some(work) = away.work.take() {
        away.answer = super::memory::guard(work);
    }
    ptr::null_mut()
}

unsafe extern "C" fn wake<K: Fn()>(argument: *mut c_void) {
    // SAFETY: `without_lock` passed it, and waits for us with it in its hands.
    let wake = unsafe { &*argument.cast::<K>() };
    super::memory::guard(wake);
}

/// What `work` answers, done without the VM's lock; nothing if the thread was interrupted before it
/// began or it panicked. Where the thread is interrupted meanwhile, `hurry` is to have `work` end. An
/// error is what the interruption raises.
pub(crate) fn without_lock<T>(
    work: impl FnOnce() -> T,
    hurry: impl Fn(),
) -> Result<Option<T>, Error> {
    run_away(Away { work: Some(work), answer: None }, &hurry)
}

fn run_away<W: FnOnce() -> T, T, K: Fn()>(
    mut away_work: Away<W, T>,
    hurry: &K,
) -> Result<Option<T>, Error> {
    let argument = (&raw mut away_work).cast::<c_void>();
    let waker = (&raw const *hurry).cast_mut().cast::<c_void>();
    // SAFETY: both functions are made for their arguments, which outlive the call. What is raised
    // behind the work is caught by `protect`, and the work's own frames are gone by then.
    let call = || unsafe {
        rb_thread_call_without_gvl(away::<W, T>, argument, Some(wake::<K>), waker) as VALUE
    };
    magnus::rb_sys::protect(|| {
        call();
        rb_sys::Qnil as VALUE
    })?;
    Ok(away_work.answer)
}

static JOB: OnceLock<fn()> = OnceLock::new();

unsafe extern "C" fn run_job(_: *mut c_void) {
    if let Some(job) = JOB.get() {
        super::memory::guard(job);
    }
}

/// Has `job`, the same each time, run by a thread of Ruby's as soon as one looks. From any thread.
pub(crate) fn run_soon(job: fn()) {
    let _ = JOB.set(job);
    trigger();
}

#[cfg(ruby_gte_3_3)]
fn trigger() {
    // SAFETY: may be called from any thread and at any time; the same function has the same number.
    let number = unsafe { rb_sys::rb_postponed_job_preregister(0, Some(run_job), ptr::null_mut()) };
    // One that is none says that the table is full.
    if number != rb_sys::rb_postponed_job_handle_t::MAX {
        // SAFETY: as above, with a number that was given out.
        unsafe { rb_sys::rb_postponed_job_trigger(number) };
    }
}

#[cfg(not(ruby_gte_3_3))]
fn trigger() {
    // SAFETY: may be called from any thread and at any time.
    unsafe { rb_sys::rb_postponed_job_register_one(0, Some(run_job), ptr::null_mut()) };
}
