//! The virtual machine of this process: its tool interface, and threads that enter it.
//!
//! Knows nothing of probes. Invariant: there is at most one, from when an agent was loaded to the end
//! of the process.

use super::env::{Env, VERSION};
use crate::jvmti::{CAPABILITIES, Jvmti, RawEnv, SOURCE_MAPS};
use jni_sys::{JNI_OK, JNIInvokeInterface__1_4, JavaVM, JavaVMAttachArgs};
use std::ffi::{CStr, c_void};
use std::ptr::null_mut;
use std::sync::OnceLock;

/// `JVMTI_VERSION_11`: the newest that JDK 17 and 25 share.
const TOOL_VERSION: i32 = 0x300b_0000;

static MACHINE: OnceLock<Machine> = OnceLock::new();

/// The machine.
#[derive(Debug)]
pub(crate) struct Machine {
    vm: *mut JavaVM,
    pub(crate) jvmti: Jvmti,
}

// SAFETY: the machine's interface may be used from any thread, and lives as long as the process.
unsafe impl Send for Machine {}
// SAFETY: as above; the functions behind it synchronise themselves.
unsafe impl Sync for Machine {}

impl Machine {
    /// The machine of this process, once an agent was loaded into it.
    pub(crate) fn get() -> Option<&'static Self> {
        MACHINE.get()
    }

    /// Learns of the machine from the pointer it passed; why it cannot be worked with.
    pub(super) fn learn(vm: *mut JavaVM) -> Result<&'static Self, String> {
        if let Some(known) = MACHINE.get() {
            return Ok(known);
        }
        let tools = interface(vm, TOOL_VERSION)
            .ok_or("this virtual machine offers no tool interface (a native image?)")?;
        let jvmti = Jvmti::new(tools.cast::<*const _>() as RawEnv).ok_or("no tool interface")?;
        let lacking: Vec<&str> = CAPABILITIES
            .iter()
            .filter(|(bit, _)| !jvmti.add_capability(*bit))
            .map(|(_, name)| *name)
            .collect();
        if !lacking.is_empty() {
            return Err(format!("the virtual machine does not grant {}", lacking.join(", ")));
        }
        // Refused once the machine runs, and then nothing is known of inlined code.
        let _ = jvmti.add_capability(SOURCE_MAPS);
        Ok(MACHINE.get_or_init(|| Self { vm, jvmti }))
    }

    /// The environment of the calling thread, if it is one of the machine's.
    pub(crate) fn env(&self) -> Option<Env> {
        Env::new(interface(self.vm, VERSION)?.cast())
    }

    /// Makes the calling thread one of the machine's, as a daemon with this name, for `work`.
    pub(crate) fn attached<T>(&self, name: &CStr, work: impl FnOnce(Env) -> T) -> Option<T> {
        let (table, mut raw) = (table(self.vm), null_mut::<c_void>());
        let mut arguments = JavaVMAttachArgs {
            version: VERSION,
            name: name.as_ptr().cast_mut(),
            group: null_mut(),
        };
        let attach = table.AttachCurrentThreadAsDaemon;
        let arguments = (&raw mut arguments).cast();
        // SAFETY: the name ends with zero, both pointers are to locals that live through the call.
        let status = unsafe { attach(self.vm, &raw mut raw, arguments) };
        if status != JNI_OK {
            return None;
        }
        let answer = work(Env::new(raw.cast())?);
        // SAFETY: attached above, and no frame of Java's is below this one.
        unsafe { (table.DetachCurrentThread)(self.vm) };
        Some(answer)
    }
}

fn table(vm: *mut JavaVM) -> &'static JNIInvokeInterface__1_4 {
    // SAFETY: the machine passed this pointer when it loaded the agent, and lives as long as the
    // process.
    let union = unsafe { *vm };
    // SAFETY: a machine begins with a pointer to a table that lives as long as itself.
    let union = unsafe { &*union };
    // SAFETY: every machine since 1.4 has these functions.
    unsafe { &union.v1_4 }
}

/// An interface of the machine for the calling thread.
fn interface(vm: *mut JavaVM, version: i32) -> Option<*mut c_void> {
    let mut found = null_mut();
    // SAFETY: `found` is a local that the call writes.
    let status = unsafe { (table(vm).GetEnv)(vm, &raw mut found, version) };
    (status == JNI_OK && !found.is_null()).then_some(found)
}
