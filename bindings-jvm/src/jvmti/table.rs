//! JVMTI's types and its function table, as far as this binding uses them.
//!
//! Positions and layouts are those of `jvmti.h`, which JDK 17 to 25 agree on: function `n` stands at
//! index `n - 1`. Invariant: nothing here calls anything.

use jni_sys::{jclass, jfieldID, jint, jlong, jmethodID, jobject};
use std::ffi::{c_char, c_uchar, c_void};

/// A JVMTI environment.
pub(crate) type RawEnv = *mut *const Functions;
/// What a function answers: 0, or an error's number.
pub(super) type Answer = jint;
/// Entries between those that are used.
type Gap<const N: usize> = [*const c_void; N];

/// `jvmtiLineNumberEntry`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineEntry {
    pub(crate) start: jlong,
    pub(crate) line: jint,
}

/// `jvmtiFrameInfo`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameInfo {
    pub(crate) method: jmethodID,
    pub(crate) location: jlong,
}

/// `jvmtiThreadInfo`.
#[repr(C)]
#[derive(Debug)]
pub(super) struct ThreadInfo {
    pub(super) name: *mut c_char,
    pub(super) priority: jint,
    pub(super) is_daemon: bool,
    pub(super) group: jobject,
    pub(super) loader: jobject,
}

/// `jvmtiCapabilities`: 128 bits.
pub(super) type Capabilities = [u8; 16];

/// A callback, whatever its arguments.
pub(crate) type Callback = Option<unsafe extern "system" fn()>;

/// The table.
#[repr(C)]
pub(crate) struct Functions {
    _1: Gap<1>,
    pub(super) set_event_notification_mode:
        unsafe extern "C" fn(RawEnv, jint, jint, jobject, ...) -> Answer,
    _3: Gap<6>,
    pub(super) get_thread_info:
        unsafe extern "system" fn(RawEnv, jobject, *mut ThreadInfo) -> Answer,
    _10: Gap<35>,
    pub(super) is_modifiable_class:
        unsafe extern "system" fn(RawEnv, jclass, *mut c_uchar) -> Answer,
    pub(super) allocate: unsafe extern "system" fn(RawEnv, jlong, *mut *mut c_uchar) -> Answer,
    pub(super) deallocate: unsafe extern "system" fn(RawEnv, *mut c_uchar) -> Answer,
    pub(super) get_class_signature:
        unsafe extern "system" fn(RawEnv, jclass, *mut *mut c_char, *mut *mut c_char) -> Answer,
    pub(super) get_class_status: unsafe extern "system" fn(RawEnv, jclass, *mut jint) -> Answer,
    pub(super) get_source_file_name:
        unsafe extern "system" fn(RawEnv, jclass, *mut *mut c_char) -> Answer,
    pub(super) get_class_modifiers: unsafe extern "system" fn(RawEnv, jclass, *mut jint) -> Answer,
    pub(super) get_class_methods:
        unsafe extern "system" fn(RawEnv, jclass, *mut jint, *mut *mut jmethodID) -> Answer,
    pub(super) get_class_fields:
        unsafe extern "system" fn(RawEnv, jclass, *mut jint, *mut *mut jfieldID) -> Answer,
    pub(super) get_implemented_interfaces:
        unsafe extern "system" fn(RawEnv, jclass, *mut jint, *mut *mut jclass) -> Answer,
    _55: Gap<2>,
    pub(super) get_class_loader: unsafe extern "system" fn(RawEnv, jclass, *mut jobject) -> Answer,
    _58: Gap<2>,
    pub(super) get_field_name: unsafe extern "system" fn(
        RawEnv,
        jclass,
        jfieldID,
        *mut *mut c_char,
        *mut *mut c_char,
        *mut *mut c_char,
    ) -> Answer,
    _61: Gap<1>,
    pub(super) get_field_modifiers:
        unsafe extern "system" fn(RawEnv, jclass, jfieldID, *mut jint) -> Answer,
    _63: Gap<1>,
    pub(super) get_method_name: unsafe extern "system" fn(
        RawEnv,
        jmethodID,
        *mut *mut c_char,
        *mut *mut c_char,
        *mut *mut c_char,
    ) -> Answer,
    pub(super) get_method_declaring_class:
        unsafe extern "system" fn(RawEnv, jmethodID, *mut jclass) -> Answer,
    pub(super) get_method_modifiers:
        unsafe extern "system" fn(RawEnv, jmethodID, *mut jint) -> Answer,
    _67: Gap<3>,
    pub(super) get_line_number_table:
        unsafe extern "system" fn(RawEnv, jmethodID, *mut jint, *mut *mut LineEntry) -> Answer,
    _71: Gap<4>,
    pub(super) get_bytecodes:
        unsafe extern "system" fn(RawEnv, jmethodID, *mut jint, *mut *mut c_uchar) -> Answer,
    _76: Gap<2>,
    pub(super) get_loaded_classes:
        unsafe extern "system" fn(RawEnv, *mut jint, *mut *mut jclass) -> Answer,
    pub(super) get_class_loader_classes:
        unsafe extern "system" fn(RawEnv, jobject, *mut jint, *mut *mut jclass) -> Answer,
    _80: Gap<10>,
    pub(super) get_source_debug_extension:
        unsafe extern "system" fn(RawEnv, jclass, *mut *mut c_char) -> Answer,
    _91: Gap<3>,
    pub(super) add_module_reads: unsafe extern "system" fn(RawEnv, jobject, jobject) -> Answer,
    pub(super) add_module_exports:
        unsafe extern "system" fn(RawEnv, jobject, *const c_char, jobject) -> Answer,
    _96: Gap<8>,
    pub(super) get_stack_trace:
        unsafe extern "system" fn(RawEnv, jobject, jint, jint, *mut FrameInfo, *mut jint) -> Answer,
    _105: Gap<17>,
    pub(super) set_event_callbacks:
        unsafe extern "system" fn(RawEnv, *const Callback, jint) -> Answer,
    _123: Gap<9>,
    pub(super) set_system_property:
        unsafe extern "system" fn(RawEnv, *const c_char, *const c_char) -> Answer,
    pub(super) get_phase: unsafe extern "system" fn(RawEnv, *mut jint) -> Answer,
    _134: Gap<8>,
    pub(super) add_capabilities: unsafe extern "system" fn(RawEnv, *const Capabilities) -> Answer,
    _143: Gap<2>,
    pub(super) get_class_version_numbers:
        unsafe extern "system" fn(RawEnv, jclass, *mut jint, *mut jint) -> Answer,
    pub(super) get_constant_pool: unsafe extern "system" fn(
        RawEnv,
        jclass,
        *mut jint,
        *mut jint,
        *mut *mut c_uchar,
    ) -> Answer,
    _147: Gap<5>,
    pub(super) retransform_classes:
        unsafe extern "system" fn(RawEnv, jint, *const jclass) -> Answer,
}

#[cfg(test)]
mod tests {
    use super::Functions;
    use std::mem::offset_of;

    #[test]
    fn functions_stand_where_the_header_has_them() {
        let number = |offset: usize| offset / size_of::<usize>() + 1;
        for (offset, expected) in [
            (offset_of!(Functions, set_event_notification_mode), 2),
            (offset_of!(Functions, get_thread_info), 9),
            (offset_of!(Functions, is_modifiable_class), 45),
            (offset_of!(Functions, get_class_signature), 48),
            (offset_of!(Functions, get_source_file_name), 50),
            (offset_of!(Functions, get_class_fields), 53),
            (offset_of!(Functions, get_implemented_interfaces), 54),
            (offset_of!(Functions, get_class_loader), 57),
            (offset_of!(Functions, get_field_name), 60),
            (offset_of!(Functions, get_field_modifiers), 62),
            (offset_of!(Functions, get_method_name), 64),
            (offset_of!(Functions, get_method_modifiers), 66),
            (offset_of!(Functions, get_line_number_table), 70),
            (offset_of!(Functions, get_bytecodes), 75),
            (offset_of!(Functions, get_loaded_classes), 78),
            (offset_of!(Functions, get_source_debug_extension), 90),
            (offset_of!(Functions, add_module_reads), 94),
            (offset_of!(Functions, get_stack_trace), 104),
            (offset_of!(Functions, set_event_callbacks), 122),
            (offset_of!(Functions, set_system_property), 132),
            (offset_of!(Functions, get_phase), 133),
            (offset_of!(Functions, add_capabilities), 142),
            (offset_of!(Functions, get_constant_pool), 146),
            (offset_of!(Functions, retransform_classes), 152),
        ] {
            assert_eq!(number(offset), expected);
        }
    }
}
