//! Where the virtual machine enters this library: loading, attaching, and the events it tells of.
//!
//! Invariants: loading always succeeds for the machine, so that an application starts whatever is wrong
//! with us; what is wrong is one line on stderr.

use super::env::Env;
use super::{Machine, guard};
use crate::jvmti::{Callback, Event, Mode, RawEnv};
use jni_sys::{JNI_OK, JNIEnv, JavaVM, jclass, jint, jobject};
use std::ffi::{CStr, c_char, c_void};
use std::ptr::null_mut;
use std::sync::Mutex;

/// The oldest Java whose machine can be probed: hidden classes are in it, and it is still supported.
const OLDEST: u32 = 17;

/// References that answering an event makes, and more than the 32 that every thread has room for: asked
/// for no more than those, the machine looks no further.
const REFERENCES: i32 = 64;

/// Options of the command line until the machine is up.
static OPTIONS: Mutex<String> = Mutex::new(String::new());

/// Says what is wrong, unless nobody is to hear of it.
fn say(what: impl std::fmt::Display) {
    if std::env::var("STILLFRAME_LOG").map_or(true, |level| level.trim() != "off") {
        eprintln!("stillframe: {what}");
    }
}

fn text(options: *const c_char) -> String {
    if options.is_null() {
        return String::new();
    }
    // SAFETY: the machine passes a string that ends with zero and lives through the call.
    let text = unsafe { CStr::from_ptr(options) };
    text.to_string_lossy().into_owned()
}

/// `-agentpath:…=options`: the machine is about to start.
#[unsafe(no_mangle)]
extern "system" fn Agent_OnLoad(
    vm: *mut JavaVM,
    options: *const c_char,
    _reserved: *mut c_void,
) -> jint {
    guard((), || {
        if !is_for_this_process() {
            return;
        }
        let prepared = Machine::learn(vm).and_then(|machine| {
            if let Ok(mut held) = OPTIONS.lock() {
                *held = text(options);
            }
            listen(machine)?;
            let on = machine.jvmti.notify(Mode::On, Event::VmInit, null_mut());
            on.map_err(|error| error.to_string())
        });
        if let Err(why) = prepared {
            say(format_args!("{why}; the application runs without probes"));
        }
    });
    JNI_OK
}

/// Whether `run` meant this process: with `--children=no` it alone has the agent, and its children are
/// not to inherit the option.
fn is_for_this_process() -> bool {
    const OPTIONS: &str = "JAVA_TOOL_OPTIONS";
    let is_no = std::env::var("STILLFRAME_CHILDREN").is_ok_and(|value| value.trim() == "no");
    if !is_no {
        return true;
    }
    let own = std::process::id().to_string();
    let is_own = std::env::var("STILLFRAME_RUN").is_ok_and(|process| process == own);
    if let (true, Ok(options)) = (is_own, std::env::var(OPTIONS)) {
        let rest = without_agent(&options);
        // SAFETY: the machine loads agents on its first thread, before it starts another.
        unsafe { std::env::set_var(OPTIONS, rest) };
    }
    is_own
}

/// The options without the one that names this library.
fn without_agent(options: &str) -> String {
    let is_ours = |word: &&str| word.contains("-agentpath:") && word.contains("libstillframe_jvm");
    options.split_whitespace().filter(|word| !is_ours(word)).collect::<Vec<_>>().join(" ")
}

/// `stillframe attach`, or a tool that does the same: the machine runs already.
#[unsafe(no_mangle)]
extern "system" fn Agent_OnAttach(
    vm: *mut JavaVM,
    options: *const c_char,
    _reserved: *mut c_void,
) -> jint {
    guard((), || attach(vm, &text(options)));
    JNI_OK
}

/// Starts the agent in a machine that runs.
fn attach(vm: *mut JavaVM, options: &str) {
    let attached = Machine::learn(vm).and_then(|machine| {
        listen(machine)?;
        let env = machine.env().ok_or("this thread is not the machine's")?;
        begin(env, machine, options)
    });
    if let Err(why) = attached {
        say(format_args!("{why}; the application runs without probes"));
    }
}

pub(super) fn listen(machine: &Machine) -> Result<(), String> {
    let callbacks: [(Event, Callback); 4] = [
        (Event::VmInit, callback(vm_init as *const c_void)),
        (Event::VmDeath, callback(vm_death as *const c_void)),
        (Event::ClassFileLoadHook, callback(class_file_load_hook as *const c_void)),
        (Event::ClassPrepare, callback(class_prepare as *const c_void)),
    ];
    let set = machine.jvmti.set_callbacks(&callbacks);
    set.and_then(|()| machine.jvmti.notify(Mode::On, Event::VmDeath, null_mut()))
        .map_err(|error| error.to_string())
}

fn callback(function: *const c_void) -> Callback {
    // SAFETY: the machine calls it with the arguments of its event, which are those of the function.
    unsafe { std::mem::transmute::<*const c_void, Callback>(function) }
}

pub(super) fn begin(env: Env, machine: &'static Machine, options: &str) -> Result<(), String> {
    let version = feature_version(env).unwrap_or(0);
    if version < OLDEST {
        return Err(format!("Java {version} is too old to be probed: it takes {OLDEST} or later"));
    }
    crate::agent::start_by(env, machine, options).map_err(|fault| fault.to_string())
}

/// `Runtime.version().feature()`.
fn feature_version(env: Env) -> Option<u32> {
    let runtime = env.find_class(c"java/lang/Runtime")?;
    let version = c"()Ljava/lang/Runtime$Version;";
    let version = env.static_method(runtime, c"version", version)?;
    let version = env.call_static_object(runtime, version, &[])?;
    let class = env.find_class(c"java/lang/Runtime$Version")?;
    let feature = env.method(class, c"feature", c"()I")?;
    env.call_int(version, feature).and_then(|version| u32::try_from(version).ok())
}

extern "system" fn vm_init(_jvmti: RawEnv, raw: *mut JNIEnv, _thread: jobject) {
    guard((), || {
        let (Some(env), Some(machine)) = (Env::new(raw), Machine::get()) else { return };
        let options = OPTIONS.lock().map(|held| held.clone()).unwrap_or_default();
        if let Err(why) = begin(env, machine, &options) {
            say(format_args!("{why}; the application runs without probes"));
        }
    });
}

extern "system" fn vm_death(_jvmti: RawEnv, _raw: *mut JNIEnv) {
    guard((), crate::agent::at_exit);
}

extern "system" fn class_prepare(
    _jvmti: RawEnv,
    raw: *mut JNIEnv,
    _thread: jobject,
    class: jclass,
) {
    guard((), || {
        let (Some(env), Some(machine)) = (Env::new(raw), Machine::get()) else { return };
        let Ok(signature) = machine.jvmti.signature(class) else { return };
        if crate::locate::class_came(machine, class, &signature) {
            crate::agent::code_came();
        }
        if crate::hook::is_patched(&signature) || crate::hook::is_storage(&signature) {
            crate::agent::class_came_again(env, class, signature);
        }
    });
}

extern "system" fn class_file_load_hook(
    _jvmti: RawEnv,
    raw: *mut JNIEnv,
    redefined: jclass,
    _loader: jobject,
    _name: *const c_char,
    _domain: jobject,
    len: jint,
    bytes: *const u8,
    new_len: *mut jint,
    new_bytes: *mut *mut u8,
) {
    // A class that is loaded for the first time has no patch yet.
    if redefined.is_null() || bytes.is_null() {
        return;
    }
    guard((), || {
        crate::frame::lines_changed();
        let (Some(env), Some(machine)) = (Env::new(raw), Machine::get()) else { return };
        let len = usize::try_from(len).unwrap_or(0);
        // SAFETY: the machine passes the address and length of the class's bytes, which nobody writes
        // during the event.
        let bytes = unsafe { std::slice::from_raw_parts(bytes, len) };
        // What the thread that retransforms holds already counts as this event's.
        env.has_room_for(REFERENCES);
        let Some(new) = crate::hook::transform(env, redefined, bytes) else { return };
        let Ok(memory) = machine.jvmti.copy_for_machine(&new) else { return };
        // SAFETY: the machine passes the address of a number that it reads behind the event.
        unsafe { *new_len = jint::try_from(new.len()).unwrap_or(0) };
        // SAFETY: as above, for a pointer; the memory is the machine's own from now on.
        unsafe { *new_bytes = memory };
    });
}

#[cfg(test)]
mod tests {
    use super::without_agent;

    #[test]
    fn the_users_own_options_stay() {
        let options = "-agentpath:/a/libstillframe_jvm.so -Xmx1g -agentpath:/b/other.so";
        assert_eq!(without_agent(options), "-Xmx1g -agentpath:/b/other.so");
    }
}
