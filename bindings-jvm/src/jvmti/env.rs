//! The environment: one method for each function of the table that this binding calls.

use super::given::{Given, text};
use super::table::{
    Answer, Callback, Capabilities, FrameInfo, Functions, LineEntry, RawEnv, ThreadInfo,
};
use jni_sys::{jclass, jfieldID, jint, jlong, jmethodID, jobject};
use std::ffi::{CStr, c_char};
use std::ptr::null_mut;

/// What this binding asks for, by bit of `jvmtiCapabilities`. None of them makes compiled code slower,
/// which `can_generate_breakpoint_events` and `can_access_local_variables` do by merely being held.
pub(crate) const CAPABILITIES: [(u32, &str); 6] = [
    (3, "can_get_bytecodes"),
    (11, "can_get_source_file_name"),
    (12, "can_get_line_numbers"),
    (35, "can_get_constant_pool"),
    (37, "can_retransform_classes"),
    (38, "can_retransform_any_class"),
];

/// What it does without where it is not granted: the machine then forgets the source maps of classes as
/// it loads them. It is granted while the machine starts, and costs what the maps take.
pub(crate) const SOURCE_MAPS: u32 = 13;

/// Status bits of a class (`JVMTI_CLASS_STATUS_*`).
const PREPARED: jint = 2;
const INITIALIZED: jint = 4;

/// Events that are enabled and disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Event {
    /// The virtual machine is up.
    VmInit = 50,
    /// It is about to end.
    VmDeath = 51,
    /// The bytes of a class that is loaded or retransformed.
    ClassFileLoadHook = 54,
    /// A class has its methods and fields, and none of its code has run.
    ClassPrepare = 56,
}

/// Whether an event is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Mode {
    /// Not delivered.
    Off = 0,
    /// Delivered.
    On = 1,
}

/// An error of JVMTI by its number (`jvmti.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JvmtiError(pub(crate) i32);

impl std::fmt::Display for JvmtiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = match self.0 {
            21 => "the class is not valid any more",
            22 => "the class has not been prepared",
            23 => "the method is gone",
            60 => "the class file is malformed",
            61 => "the class's hierarchy is circular",
            62 => "the class fails verification",
            63..=67 | 70..=72 => "another agent changes what may not be changed",
            68 => "the version of the class file is unknown here",
            69 => "the class file is another class's",
            79 | 80 => "the class cannot be changed (hidden, primitive or array)",
            98 | 99 => "the agent lacks a capability",
            101 => "it was compiled without",
            110 => "no memory is left",
            112 => "not possible while the machine starts or ends",
            115 => "the thread is not attached",
            other => return write!(f, "JVMTI error {other}"),
        };
        f.write_str(words)
    }
}

type Result<T> = std::result::Result<T, JvmtiError>;

fn checked(answer: Answer) -> Result<()> {
    if answer == 0 { Ok(()) } else { Err(JvmtiError(answer)) }
}

/// A JVMTI environment. It lives as long as the virtual machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jvmti(RawEnv);

// SAFETY: JVMTI environments may be used from any thread; this is a pointer to one that is never
// disposed of.
unsafe impl Send for Jvmti {}
// SAFETY: as above; the functions behind it synchronise themselves.
unsafe impl Sync for Jvmti {}

impl Jvmti {
    /// An environment that `GetEnv` answered with.
    pub(crate) fn new(raw: RawEnv) -> Option<Self> {
        (!raw.is_null()).then_some(Self(raw))
    }

    fn table(self) -> &'static Functions {
        // SAFETY: `new` refuses null, and the environment is never disposed of.
        let table = unsafe { *self.0 };
        // SAFETY: an environment begins with a pointer to a table that lives as long as the machine.
        unsafe { &*table }
    }

    /// Asks for a capability; false if it is not to be had now.
    pub(crate) fn add_capability(self, bit: u32) -> bool {
        let mut bits: Capabilities = [0; 16];
        bits[bit as usize / 8] = 1 << (bit % 8);
        let add = self.table().add_capabilities;
        // SAFETY: `bits` is a whole capability set of this frame, which the call only reads.
        let answer = unsafe { add(self.0, &raw const bits) };
        answer == 0
    }

    /// Sets all callbacks; those not given stay unset.
    pub(crate) fn set_callbacks(self, callbacks: &[(Event, Callback)]) -> Result<()> {
        let mut all: [Callback; 36] = [None; 36];
        for (event, callback) in callbacks {
            all[*event as usize - Event::VmInit as usize] = *callback;
        }
        let set = self.table().set_event_callbacks;
        let bytes = size_of_val(&all) as jint;
        // SAFETY: the array is laid out as `jvmtiEventCallbacks` is, `bytes` long, and copied.
        checked(unsafe { set(self.0, all.as_ptr(), bytes) })
    }

    /// Enables or disables an event, on one thread or (null) on all.
    pub(crate) fn notify(self, mode: Mode, event: Event, thread: jobject) -> Result<()> {
        let set = self.table().set_event_notification_mode;
        // SAFETY: plain numbers, and a thread that is null or a live reference.
        checked(unsafe { set(self.0, mode as jint, event as jint, thread) })
    }

    /// Bytes that belong to the virtual machine from now on: what a class file hook answers with.
    pub(crate) fn copy_for_machine(self, bytes: &[u8]) -> Result<*mut u8> {
        let mut memory = null_mut();
        let allocate = self.table().allocate;
        let len = jlong::try_from(bytes.len()).unwrap_or(jlong::MAX);
        // SAFETY: `memory` is a local that the call writes.
        checked(unsafe { allocate(self.0, len, &raw mut memory) })?;
        // SAFETY: the call above succeeded, so `memory` has room for all of `bytes`.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), memory, bytes.len()) };
        Ok(memory)
    }

    pub(super) fn deallocate(self, memory: *mut u8) {
        let deallocate = self.table().deallocate;
        // SAFETY: `memory` is null or was allocated by this environment, and its one owner ends here.
        unsafe { deallocate(self.0, memory) };
    }

    /// All loaded classes, as local references of the calling thread.
    pub(crate) fn loaded_classes(self) -> Result<Given<jclass>> {
        let (mut count, mut classes) = (0, null_mut());
        let get = self.table().get_loaded_classes;
        // SAFETY: both are locals that the call writes.
        checked(unsafe { get(self.0, &raw mut count, &raw mut classes) })?;
        Ok(Given::new(self, classes, count))
    }

    /// The classes that a loader answers with for their names, whoever defined them, as local references
    /// of the calling thread; null is the boot loader.
    pub(crate) fn classes_of(self, loader: jobject) -> Result<Given<jclass>> {
        let (mut count, mut classes) = (0, null_mut());
        let get = self.table().get_class_loader_classes;
        // SAFETY: the loader is null or a live reference; the answers go to locals.
        checked(unsafe { get(self.0, loader, &raw mut count, &raw mut classes) })?;
        Ok(Given::new(self, classes, count))
    }

    /// Signature of a class: `Lcom/acme/Cart;`.
    pub(crate) fn signature(self, class: jclass) -> Result<String> {
        let mut signature = null_mut();
        let get = self.table().get_class_signature;
        // SAFETY: `class` is a live reference, the first answer goes to a local, no second is wanted.
        checked(unsafe { get(self.0, class, &raw mut signature, null_mut()) })?;
        Ok(text(self, signature))
    }

    fn status(self, class: jclass) -> jint {
        let mut status = 0;
        let get = self.table().get_class_status;
        // SAFETY: `class` is a live reference, the answer goes to a local.
        let answer = unsafe { get(self.0, class, &raw mut status) };
        if answer == 0 { status } else { 0 }
    }

    /// Whether its methods and fields are there.
    pub(crate) fn is_prepared(self, class: jclass) -> bool {
        self.status(class) & PREPARED != 0
    }

    /// Whether its static initialiser has run: reading statics of another would run it.
    pub(crate) fn is_initialized(self, class: jclass) -> bool {
        self.status(class) & INITIALIZED != 0
    }

    /// Name of the file it was compiled from, without folders.
    pub(crate) fn source_file(self, class: jclass) -> Option<String> {
        let mut name = null_mut();
        let get = self.table().get_source_file_name;
        // SAFETY: `class` is a live reference, the answer goes to a local.
        checked(unsafe { get(self.0, class, &raw mut name) }).ok()?;
        Some(text(self, name))
    }

    /// What its compiler says of lines that it took from other files, if the machine kept it.
    pub(crate) fn source_map(self, class: jclass) -> Option<String> {
        let mut map = null_mut();
        let get = self.table().get_source_debug_extension;
        // SAFETY: `class` is a live reference, the answer goes to a local.
        checked(unsafe { get(self.0, class, &raw mut map) }).ok()?;
        Some(text(self, map))
    }

    /// Methods of a prepared class, its own only, constructors and initialisers among them.
    pub(crate) fn methods(self, class: jclass) -> Result<Given<jmethodID>> {
        let (mut count, mut methods) = (0, null_mut());
        let get = self.table().get_class_methods;
        // SAFETY: `class` is a live reference, the answers go to locals.
        checked(unsafe { get(self.0, class, &raw mut count, &raw mut methods) })?;
        Ok(Given::new(self, methods, count))
    }

    /// Fields of a prepared class, its own only, in the order of the class file.
    pub(crate) fn fields(self, class: jclass) -> Result<Given<jfieldID>> {
        let (mut count, mut fields) = (0, null_mut());
        let get = self.table().get_class_fields;
        // SAFETY: `class` is a live reference, the answers go to locals.
        checked(unsafe { get(self.0, class, &raw mut count, &raw mut fields) })?;
        Ok(Given::new(self, fields, count))
    }

    /// The interfaces that a prepared class names itself, as local references.
    pub(crate) fn interfaces(self, class: jclass) -> Result<Given<jclass>> {
        let (mut count, mut interfaces) = (0, null_mut());
        let get = self.table().get_implemented_interfaces;
        // SAFETY: `class` is a live reference, the answers go to locals.
        checked(unsafe { get(self.0, class, &raw mut count, &raw mut interfaces) })?;
        Ok(Given::new(self, interfaces, count))
    }

    /// The loader of a class, null for the boot loader.
    pub(crate) fn class_loader(self, class: jclass) -> Result<jobject> {
        let mut loader = null_mut();
        let get = self.table().get_class_loader;
        // SAFETY: `class` is a live reference, the answer goes to a local.
        checked(unsafe { get(self.0, class, &raw mut loader) })?;
        Ok(loader)
    }

    /// Name and descriptor of a field of `class`.
    pub(crate) fn field_name(self, class: jclass, field: jfieldID) -> Result<(String, String)> {
        let (mut name, mut descriptor) = (null_mut(), null_mut());
        let get = self.table().get_field_name;
        let (to_name, to_descriptor) = (&raw mut name, &raw mut descriptor);
        // SAFETY: the field came from `fields` of this class; the answers go to locals.
        checked(unsafe { get(self.0, class, field, to_name, to_descriptor, null_mut()) })?;
        Ok((text(self, name), text(self, descriptor)))
    }

    /// Access flags of a field of `class` (JVMS 4.5).
    pub(crate) fn field_modifiers(self, class: jclass, field: jfieldID) -> Result<i32> {
        let mut modifiers = 0;
        let get = self.table().get_field_modifiers;
        // SAFETY: the field came from `fields` of this class; the answer goes to a local.
        checked(unsafe { get(self.0, class, field, &raw mut modifiers) })?;
        Ok(modifiers)
    }

    /// Name and descriptor of a method; an error if its class was unloaded.
    pub(crate) fn method_name(self, method: jmethodID) -> Result<(String, String)> {
        let (mut name, mut descriptor) = (null_mut::<c_char>(), null_mut::<c_char>());
        let get = self.table().get_method_name;
        let (to_name, to_descriptor) = (&raw mut name, &raw mut descriptor);
        // SAFETY: the machine recognises method ids whose class is gone; answers go to locals.
        checked(unsafe { get(self.0, method, to_name, to_descriptor, null_mut()) })?;
        Ok((text(self, name), text(self, descriptor)))
    }

    /// The class that a method was declared in, as a local reference.
    pub(crate) fn declaring_class(self, method: jmethodID) -> Result<jclass> {
        let mut class = null_mut();
        let get = self.table().get_method_declaring_class;
        // SAFETY: as in `method_name`.
        checked(unsafe { get(self.0, method, &raw mut class) })?;
        Ok(class)
    }

    /// Access flags of a method (JVMS 4.6).
    pub(crate) fn method_modifiers(self, method: jmethodID) -> Result<i32> {
        let mut modifiers = 0;
        let get = self.table().get_method_modifiers;
        // SAFETY: as in `method_name`.
        checked(unsafe { get(self.0, method, &raw mut modifiers) })?;
        Ok(modifiers)
    }

    /// Where lines begin in a method; empty if it was compiled without.
    pub(crate) fn lines(self, method: jmethodID) -> Vec<LineEntry> {
        let (mut count, mut entries) = (0, null_mut());
        let get = self.table().get_line_number_table;
        // SAFETY: as in `method_name`.
        match checked(unsafe { get(self.0, method, &raw mut count, &raw mut entries) }) {
            Ok(()) => Given::new(self, entries, count).as_slice().to_vec(),
            Err(_) => Vec::new(),
        }
    }

    /// Code of a method.
    pub(crate) fn bytecodes(self, method: jmethodID) -> Result<Vec<u8>> {
        let (mut count, mut bytes) = (0, null_mut());
        let get = self.table().get_bytecodes;
        // SAFETY: as in `method_name`.
        checked(unsafe { get(self.0, method, &raw mut count, &raw mut bytes) })?;
        Ok(Given::new(self, bytes, count).as_slice().to_vec())
    }

    /// Entries of a class's constant pool and their bytes, without the count in front.
    pub(crate) fn constant_pool(self, class: jclass) -> Result<(u16, Vec<u8>)> {
        let (mut entries, mut count, mut bytes) = (0, 0, null_mut());
        let get = self.table().get_constant_pool;
        let (to_entries, to_count) = (&raw mut entries, &raw mut count);
        // SAFETY: `class` is a live reference, the answers go to locals.
        checked(unsafe { get(self.0, class, to_entries, to_count, &raw mut bytes) })?;
        let bytes = Given::new(self, bytes, count).as_slice().to_vec();
        Ok((u16::try_from(entries).unwrap_or(0), bytes))
    }

    /// Whether the class may be retransformed.
    pub(crate) fn is_modifiable(self, class: jclass) -> bool {
        let mut answer = 0;
        let is = self.table().is_modifiable_class;
        // SAFETY: `class` is a live reference, the answer goes to a local.
        let status = unsafe { is(self.0, class, &raw mut answer) };
        status == 0 && answer != 0
    }

    /// Lets `module` read `other`.
    pub(crate) fn add_reads(self, module: jobject, other: jobject) -> Result<()> {
        let add = self.table().add_module_reads;
        // SAFETY: both are live references to modules.
        checked(unsafe { add(self.0, module, other) })
    }

    /// Exports a package of `module` to `other`.
    pub(crate) fn add_exports(self, module: jobject, package: &CStr, other: jobject) -> Result<()> {
        let add = self.table().add_module_exports;
        // SAFETY: both are live references to modules, the name ends with zero.
        checked(unsafe { add(self.0, module, package.as_ptr(), other) })
    }

    /// The calling thread's frames from `start` on, into `frames`; how many there were.
    pub(crate) fn stack(self, start: usize, frames: &mut [FrameInfo]) -> usize {
        let (mut count, start) = (0, jint::try_from(start).unwrap_or(jint::MAX));
        let get = self.table().get_stack_trace;
        let most = jint::try_from(frames.len()).unwrap_or(jint::MAX);
        let (to_frames, to_count) = (frames.as_mut_ptr(), &raw mut count);
        // SAFETY: null is the calling thread; the call writes at most `most` frames, which fit.
        let answer = unsafe { get(self.0, null_mut(), start, most, to_frames, to_count) };
        if answer == 0 { usize::try_from(count).unwrap_or(0) } else { 0 }
    }

    /// Runs the class file hooks over the classes again and puts the outcome in their place. Not to
    /// be called from a callback.
    pub(crate) fn retransform(self, classes: &[jclass]) -> Result<()> {
        let retransform = self.table().retransform_classes;
        let count = jint::try_from(classes.len()).unwrap_or(0);
        // SAFETY: `classes` are live references, as many as said.
        checked(unsafe { retransform(self.0, count, classes.as_ptr()) })
    }

    /// Name of a thread; null is the calling one.
    pub(crate) fn thread_name(self, thread: jobject) -> Option<String> {
        let mut info = ThreadInfo {
            name: null_mut(),
            priority: 0,
            is_daemon: false,
            group: null_mut(),
            loader: null_mut(),
        };
        let get = self.table().get_thread_info;
        // SAFETY: the thread is null or a live reference; `info` is a local that the call writes.
        checked(unsafe { get(self.0, thread, &raw mut info) }).ok()?;
        Some(text(self, info.name))
    }
}
