//! What the bridge calls on the application's threads: the native half of a hit.
//!
//! Knows hooks by their numbers and frames by their addresses. Invariants: nothing here waits, raises or
//! unwinds into the machine; a hit that comes while its thread is inside another is counted and nothing
//! else.

use super::env::Env;
use super::{Machine, frames, guard};
use crate::frame::Frame;
use crate::hook::{Hooked, hooked};
use jni_sys::{JNIEnv, jclass, jobjectArray, jstring};
use std::cell::Cell;
use std::ffi::{CStr, c_void};
use std::ptr::null_mut;
use stillframe_core::agent::Open;
use stillframe_core::capture::shared::SharedNames;
use stillframe_core::probe::durations::Measured;

/// Frames of ours on top of the probed one: the native method, what the line calls, and what that calls.
/// Those of the bridge itself are left out by name.
const SKIP: usize = 1;
/// References that evaluating watches makes at a time.
const REFERENCES: i32 = 256;

thread_local! {
    /// Whether this thread is inside a hit: from opening a frame to handing it back.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// This thread is inside a hit, until it is dropped, whatever unwinds meanwhile.
struct Inside;

impl Inside {
    /// Enters, unless the thread is inside a hit already.
    fn enter() -> Option<Self> {
        // Made only if it enters: dropped, it would leave in the name of who is inside.
        (!INSIDE.replace(true)).then(|| Self)
    }

    /// Stays inside beyond this call: a frame is open.
    fn stay(self) {
        std::mem::forget(self);
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(false);
    }
}

/// The native methods of the bridge.
pub(crate) fn bridge_natives() -> [(&'static CStr, &'static CStr, *mut c_void); 12] {
    [
        (c"open", c"(ILjava/lang/String;)J", open as *mut c_void),
        (c"openWith", c"(I[Ljava/lang/Object;Ljava/lang/String;)J", open_with as *mut c_void),
        (c"publish", c"(J)V", publish as *mut c_void),
        (c"abandon", c"(J)V", abandon as *mut c_void),
        (c"test", c"(I[Ljava/lang/Object;)Z", test as *mut c_void),
        (c"missed", c"(I)V", missed as *mut c_void),
        (c"countFalse", c"(I)V", count_false as *mut c_void),
        (c"begin", c"(I)Z", begin as *mut c_void),
        (c"end", c"(IJZ)V", end as *mut c_void),
        (c"describe", c"(Ljava/lang/Class;)[Ljava/lang/String;", describe as *mut c_void),
        (c"name", c"(Ljava/lang/String;)I", name as *mut c_void),
        (c"isRedacted", c"(Ljava/lang/String;)Z", is_redacted as *mut c_void),
    ]
}

/// The hook that probed code names.
fn hook_of(site: i32) -> Option<&'static Hooked> {
    hooked(site.cast_unsigned())
}

/// Runs `work` with the values of a hit: its locals, and the name of its thread if that is known.
fn with_frame<T>(
    raw: *mut JNIEnv,
    hooked: &Hooked,
    values: (jobjectArray, jstring),
    work: impl FnOnce(&Frame<'_>) -> T,
) -> Option<T> {
    let (env, machine) = (Env::new(raw)?, Machine::get()?);
    Some(work(&Frame::new(env, machine.jvmti, &hooked.plan, values, SKIP)?))
}

extern "system" fn open(raw: *mut JNIEnv, _class: jclass, site: i32, thread: jstring) -> i64 {
    guard(0, || opened(raw, site, (null_mut(), thread)))
}

extern "system" fn open_with(
    raw: *mut JNIEnv,
    _class: jclass,
    site: i32,
    locals: jobjectArray,
    thread: jstring,
) -> i64 {
    let within = |env: Env| env.in_frame(REFERENCES, || opened(raw, site, (locals, thread)));
    guard(0, || Env::new(raw).map_or(0, within))
}

fn opened(raw: *mut JNIEnv, site: i32, values: (jobjectArray, jstring)) -> i64 {
    let Some(hooked) = hook_of(site) else { return 0 };
    let Some(inside) = Inside::enter() else {
        hooked.agent.missed_in_parallel(hooked.site);
        return 0;
    };
    let open =
        with_frame(raw, hooked, values, |frame| hooked.agent.open_in_parallel(hooked.site, frame));
    let address = open.flatten().map_or(0, |open| filled(open, site, hooked));
    if address != 0 {
        inside.stay();
    }
    address
}

fn filled(open: Open, site: i32, hooked: &Hooked) -> i64 {
    match frames::fill(open, site.cast_unsigned(), hooked) {
        Ok(address) => address,
        Err(open) => {
            hooked.agent.abandon_in_parallel(open);
            0
        }
    }
}

extern "system" fn publish(_raw: *mut JNIEnv, _class: jclass, frame: i64) {
    guard((), || {
        let Some((open, len, token)) = frames::take(frame) else { return };
        let Some(hooked) = hooked(token) else { return };
        let agent = &hooked.agent;
        let is_whole = len > open.len && len <= open.begun.end;
        match is_whole {
            true => agent.publish_in_parallel(open, |bytes| {
                let len = len.min(bytes.capacity());
                // SAFETY: the writer wrote the stream's `len` bytes into this very buffer, whose address
                // and end the frame told it, and never beyond them (`Writer.finish`).
                unsafe { bytes.set_len(len) };
            }),
            false => agent.abandon_in_parallel(open),
        }
    });
    INSIDE.set(false);
}

extern "system" fn abandon(_raw: *mut JNIEnv, _class: jclass, frame: i64) {
    guard((), || {
        let Some((open, _, token)) = frames::take(frame) else { return };
        if let Some(hooked) = hooked(token) {
            hooked.agent.abandon_in_parallel(open);
        }
    });
    INSIDE.set(false);
}

extern "system" fn test(raw: *mut JNIEnv, _class: jclass, site: i32, locals: jobjectArray) -> bool {
    guard(false, || {
        let (Some(hooked), Some(env)) = (hook_of(site), Env::new(raw)) else { return false };
        let Some(_inside) = Inside::enter() else {
            hooked.agent.missed_in_parallel(hooked.site);
            return false;
        };
        let tested = env.in_frame(REFERENCES, || {
            with_frame(raw, hooked, (locals, null_mut()), |frame| {
                hooked.agent.test_in_parallel(hooked.site, frame)
            })
        });
        tested.unwrap_or(false)
    })
}

extern "system" fn missed(_raw: *mut JNIEnv, _class: jclass, site: i32) {
    guard((), || {
        if let Some(hooked) = hook_of(site) {
            hooked.agent.missed_in_parallel(hooked.site);
        }
    });
}

extern "system" fn count_false(_raw: *mut JNIEnv, _class: jclass, site: i32) {
    guard((), || {
        if let Some(hooked) = hook_of(site) {
            hooked.agent.false_in_parallel(hooked.site, 1);
        }
    });
}

extern "system" fn begin(_raw: *mut JNIEnv, _class: jclass, site: i32) -> bool {
    guard(false, || hook_of(site).is_some_and(|hooked| hooked.agent.begin_in_parallel(hooked.site)))
}

extern "system" fn end(_raw: *mut JNIEnv, _class: jclass, site: i32, ns: i64, raised: bool) {
    guard((), || {
        if let (Some(hooked), Ok(ns)) = (hook_of(site), u64::try_from(ns)) {
            hooked.agent.end_in_parallel(hooked.site, Measured::Running(ns), raised);
        }
    });
}

extern "system" fn describe(raw: *mut JNIEnv, _class: jclass, of: jclass) -> jobjectArray {
    guard(null_mut(), || {
        let (Some(env), Some(machine)) = (Env::new(raw), Machine::get()) else {
            return null_mut();
        };
        let fields = crate::classes::describe(machine.jvmti, of);
        env.new_strings(&fields).unwrap_or(null_mut())
    })
}

extern "system" fn name(raw: *mut JNIEnv, _class: jclass, name: jstring) -> i32 {
    guard(0, || {
        let Some(env) = Env::new(raw) else { return 0 };
        let number = SharedNames::of_process().number(&env.text(name));
        number.map_or(0, u32::cast_signed)
    })
}

extern "system" fn is_redacted(raw: *mut JNIEnv, _class: jclass, name: jstring) -> bool {
    // What cannot be judged is not shown.
    guard(true, || {
        let Some(env) = Env::new(raw) else { return true };
        crate::agent::is_redacted(&env.text(name))
    })
}
