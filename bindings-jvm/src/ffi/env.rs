//! JNI: one thread's environment, and the calls of it that this binding makes.
//!
//! One method a function. Invariants: an exception that a call raised is taken away before the
//! method returns, so none of ours reaches the application; references are local ones of the
//! calling thread unless a name says otherwise. Where members of an object are asked for, it is an
//! instance of the class that the member was looked up in.

use jni_sys::{
    JNIEnv, JNINativeInterface__9, JNINativeMethod, jbyteArray, jclass, jfieldID, jint, jmethodID,
    jobject, jobjectArray, jsize, jstring, jvalue, jweak,
};
use std::ffi::{CStr, CString, c_void};
use std::ptr::{null, null_mut};

/// `JNI_VERSION_10`: the newest that JDK 17 and 25 share.
pub(crate) const VERSION: jint = 0x000a_0000;

/// The environment of the calling thread. Useless on any other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Env(*mut JNIEnv);

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Argument {
    /// A reference.
    Object(jobject),
    /// An int.
    Int(i32),
}

impl Argument {
    fn value(self) -> jvalue {
        match self {
            Self::Object(l) => jvalue { l },
            Self::Int(i) => jvalue { i },
        }
    }
}

/// A static or instance field that holds a primitive or a reference, by the first letter of its
/// descriptor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field {
    /// `Z`.
    Boolean(bool),
    /// `B`.
    Byte(i8),
    /// `S`.
    Short(i16),
    /// `C`.
    Char(u16),
    /// `I`.
    Int(i32),
    /// `J`.
    Long(i64),
    /// `F`.
    Float(f32),
    /// `D`.
    Double(f64),
    /// `L` or `[`.
    Object(jobject),
}

/// Reads a field or an element by the letter of its type with the functions of the table that do.
macro_rules! by_letter {
    ($env:expr, $letter:expr, $holder:expr, $id:expr,
     $z:ident $b:ident $s:ident $c:ident $i:ident $j:ident $f:ident $d:ident $l:ident) => {{
        let (table, env, holder, id) = ($env.table(), $env.0, $holder, $id);
        match $letter {
            // SAFETY: the holder is a live reference to a class or an instance that has this field, and
            // the letter is that of the field's descriptor, as the caller looked them up.
            b'Z' => Field::Boolean(unsafe { (table.$z)(env, holder, id) }),
            // SAFETY: as above.
            b'B' => Field::Byte(unsafe { (table.$b)(env, holder, id) }),
            // SAFETY: as above.
            b'S' => Field::Short(unsafe { (table.$s)(env, holder, id) }),
            // SAFETY: as above.
            b'C' => Field::Char(unsafe { (table.$c)(env, holder, id) }),
            // SAFETY: as above.
            b'I' => Field::Int(unsafe { (table.$i)(env, holder, id) }),
            // SAFETY: as above.
            b'J' => Field::Long(unsafe { (table.$j)(env, holder, id) }),
            // SAFETY: as above.
            b'F' => Field::Float(unsafe { (table.$f)(env, holder, id) }),
            // SAFETY: as above.
            b'D' => Field::Double(unsafe { (table.$d)(env, holder, id) }),
            // SAFETY: as above.
            _ => Field::Object(unsafe { (table.$l)(env, holder, id) }),
        }
    }};
}

impl Env {
    /// The environment that the machine passed to a native method or callback of this thread.
    pub(crate) fn new(raw: *mut JNIEnv) -> Option<Self> {
        (!raw.is_null()).then_some(Self(raw))
    }

    fn table(&self) -> &'static JNINativeInterface__9 {
        // SAFETY: `new` refuses null, and the machine keeps a thread's environment while it is attached.
        let union = unsafe { *self.0 };
        // SAFETY: an environment begins with a pointer to a table that lives as long as the machine.
        let union = unsafe { &*union };
        // SAFETY: every machine that offers the tool interface of Java 11 has what version 9 has.
        unsafe { &union.v9 }
    }

    /// Takes a pending exception away; whether there was one.
    pub(crate) fn clear(self) -> bool {
        let table = self.table();
        // SAFETY: allowed with and without a pending exception.
        let pending = unsafe { (table.ExceptionCheck)(self.0) };
        if pending {
            // SAFETY: allowed with a pending exception.
            unsafe { (table.ExceptionClear)(self.0) };
        }
        pending
    }

    /// Raises `exception` when the native method returns: only for explicit calls of the API.
    pub(crate) fn throw(self, exception: jobject) {
        // SAFETY: a live reference to a throwable; no exception is pending (invariant).
        unsafe { (self.table().Throw)(self.0, exception) };
    }

    /// What a call answered, unless it raised.
    fn unless_raised<T>(self, answer: T) -> Option<T> {
        (!self.clear()).then_some(answer)
    }

    fn reference(self, answer: jobject) -> Option<jobject> {
        self.unless_raised(answer).filter(|answer| !answer.is_null())
    }

    /// A class by its internal name, looked up as native code of the boot or application loader.
    pub(crate) fn find_class(self, name: &CStr) -> Option<jclass> {
        // SAFETY: the name ends with zero.
        let class = unsafe { (self.table().FindClass)(self.0, name.as_ptr()) };
        self.reference(class)
    }

    /// Defines a class in the boot loader.
    pub(crate) fn define_boot_class(self, bytes: &[u8]) -> Option<jclass> {
        let len = jsize::try_from(bytes.len()).ok()?;
        let define = self.table().DefineClass;
        // SAFETY: the bytes are as many as said and only read; a null name and loader are allowed.
        let class = unsafe { define(self.0, null(), null_mut(), bytes.as_ptr().cast(), len) };
        self.reference(class)
    }

    /// Registers native methods of `class`: name, descriptor and address of each.
    pub(crate) fn register(self, class: jclass, natives: &[(&CStr, &CStr, *mut c_void)]) -> bool {
        let natives: Vec<JNINativeMethod> = natives
            .iter()
            .map(|(name, signature, address)| JNINativeMethod {
                name: name.as_ptr().cast_mut(),
                signature: signature.as_ptr().cast_mut(),
                fnPtr: *address,
            })
            .collect();
        let count = jint::try_from(natives.len()).unwrap_or(0);
        let register = self.table().RegisterNatives;
        // SAFETY: the names end with zero and live through the call; each address is a function of the
        // signature beside it, as the table of natives is written.
        let status = unsafe { register(self.0, class, natives.as_ptr(), count) };
        !self.clear() && status == 0
    }

    /// The superclass; none of `Object` and of interfaces.
    pub(crate) fn superclass(self, class: jclass) -> Option<jclass> {
        // SAFETY: a live reference to a class.
        self.reference(unsafe { (self.table().GetSuperclass)(self.0, class) })
    }

    /// The class of an object that is not null.
    pub(crate) fn class_of(self, object: jobject) -> jclass {
        // SAFETY: a live reference that is not null, as the callers test.
        unsafe { (self.table().GetObjectClass)(self.0, object) }
    }

    /// Whether `object` is null or an instance of `class`.
    pub(crate) fn is_instance(self, object: jobject, class: jclass) -> bool {
        // SAFETY: live references.
        unsafe { (self.table().IsInstanceOf)(self.0, object, class) }
    }

    /// Whether a value of `class` may be assigned to a variable of `to`.
    pub(crate) fn is_assignable(self, class: jclass, to: jclass) -> bool {
        // SAFETY: live references to classes.
        unsafe { (self.table().IsAssignableFrom)(self.0, class, to) }
    }

    /// Whether both are the same object; a weak reference whose object is gone is null.
    pub(crate) fn is_same(self, one: jobject, other: jobject) -> bool {
        // SAFETY: references that are live, weak or null.
        unsafe { (self.table().IsSameObject)(self.0, one, other) }
    }

    /// An instance method.
    pub(crate) fn method(self, class: jclass, name: &CStr, descriptor: &CStr) -> Option<jmethodID> {
        let get = self.table().GetMethodID;
        // SAFETY: a live reference to a class, names that end with zero.
        let id = unsafe { get(self.0, class, name.as_ptr(), descriptor.as_ptr()) };
        self.unless_raised(id).filter(|id| !id.is_null())
    }

    /// A static method; looking it up initialises the class, so only of the JDK's or ours.
    pub(crate) fn static_method(
        self,
        class: jclass,
        name: &CStr,
        descriptor: &CStr,
    ) -> Option<jmethodID> {
        let get = self.table().GetStaticMethodID;
        // SAFETY: as in `method`.
        let id = unsafe { get(self.0, class, name.as_ptr(), descriptor.as_ptr()) };
        self.unless_raised(id).filter(|id| !id.is_null())
    }

    /// An instance field; looking it up initialises the class, so only of one that is initialised.
    pub(crate) fn field(self, class: jclass, name: &CStr, descriptor: &CStr) -> Option<jfieldID> {
        let get = self.table().GetFieldID;
        // SAFETY: as in `method`.
        let id = unsafe { get(self.0, class, name.as_ptr(), descriptor.as_ptr()) };
        self.unless_raised(id).filter(|id| !id.is_null())
    }

    /// Calls an instance method that answers with a reference: of the JDK's or ours.
    pub(crate) fn call_object(
        self,
        object: jobject,
        method: jmethodID,
        arguments: &[Argument],
    ) -> Option<jobject> {
        let arguments: Vec<jvalue> = arguments.iter().map(|argument| argument.value()).collect();
        let call = self.table().CallObjectMethodA;
        // SAFETY: the method is of the object's class and takes arguments of these types, as the caller
        // looked it up.
        let answer = unsafe { call(self.0, object, method, arguments.as_ptr()) };
        self.reference(answer)
    }

    /// Calls an instance method without arguments that answers with an int.
    pub(crate) fn call_int(self, object: jobject, method: jmethodID) -> Option<i32> {
        let call = self.table().CallIntMethodA;
        // SAFETY: as in `call_object`; there are no arguments.
        let answer = unsafe { call(self.0, object, method, null()) };
        self.unless_raised(answer)
    }

    /// The same for a method of the application; what it raises is printed to stderr.
    pub(crate) fn call_described(self, object: jobject, method: jmethodID, arguments: &[Argument]) {
        let arguments: Vec<jvalue> = arguments.iter().map(|argument| argument.value()).collect();
        let table = self.table();
        // SAFETY: as in `call_object`.
        unsafe { (table.CallVoidMethodA)(self.0, object, method, arguments.as_ptr()) };
        // SAFETY: allowed with and without a pending exception, which it takes away.
        unsafe { (table.ExceptionDescribe)(self.0) };
        self.clear();
    }

    /// Calls a static method that answers with a reference.
    pub(crate) fn call_static_object(
        self,
        class: jclass,
        method: jmethodID,
        arguments: &[Argument],
    ) -> Option<jobject> {
        let arguments: Vec<jvalue> = arguments.iter().map(|argument| argument.value()).collect();
        let call = self.table().CallStaticObjectMethodA;
        // SAFETY: as in `call_object`, for the class.
        let answer = unsafe { call(self.0, class, method, arguments.as_ptr()) };
        self.reference(answer)
    }

    /// Calls a static method that answers with nothing; whether it did not raise.
    pub(crate) fn call_static_void(
        self,
        class: jclass,
        method: jmethodID,
        arguments: &[Argument],
    ) -> bool {
        let arguments: Vec<jvalue> = arguments.iter().map(|argument| argument.value()).collect();
        let call = self.table().CallStaticVoidMethodA;
        // SAFETY: as in `call_object`, for the class.
        unsafe { call(self.0, class, method, arguments.as_ptr()) };
        !self.clear()
    }

    /// Calls a static method that answers with a long.
    pub(crate) fn call_static_long(
        self,
        class: jclass,
        method: jmethodID,
        arguments: &[Argument],
    ) -> Option<i64> {
        let arguments: Vec<jvalue> = arguments.iter().map(|argument| argument.value()).collect();
        let call = self.table().CallStaticLongMethodA;
        // SAFETY: as in `call_object`, for the class.
        let answer = unsafe { call(self.0, class, method, arguments.as_ptr()) };
        self.unless_raised(answer)
    }

    /// Calls a static method that answers with an int. About 20 ns.
    pub(crate) fn call_static_int(
        self,
        class: jclass,
        method: jmethodID,
        argument: Argument,
    ) -> Option<i32> {
        let arguments = [argument.value()];
        let call = self.table().CallStaticIntMethodA;
        // SAFETY: as in `call_static_object`.
        let answer = unsafe { call(self.0, class, method, arguments.as_ptr()) };
        self.unless_raised(answer)
    }

    /// Makes an object with a constructor.
    pub(crate) fn new_object(
        self,
        class: jclass,
        constructor: jmethodID,
        arguments: &[Argument],
    ) -> Option<jobject> {
        let arguments: Vec<jvalue> = arguments.iter().map(|argument| argument.value()).collect();
        let make = self.table().NewObjectA;
        // SAFETY: as in `call_object`, for a constructor of the class.
        let made = unsafe { make(self.0, class, constructor, arguments.as_ptr()) };
        self.reference(made)
    }

    /// Reads an instance field whose descriptor begins with `letter`. About 5 ns.
    pub(crate) fn get(self, object: jobject, field: jfieldID, letter: u8) -> Field {
        by_letter!(self, letter, object, field, GetBooleanField GetByteField GetShortField
            GetCharField GetIntField GetLongField GetFloatField GetDoubleField GetObjectField)
    }

    /// Reads a static field of an initialised class.
    pub(crate) fn get_static(self, class: jclass, field: jfieldID, letter: u8) -> Field {
        by_letter!(self, letter, class, field, GetStaticBooleanField GetStaticByteField
            GetStaticShortField GetStaticCharField GetStaticIntField GetStaticLongField
            GetStaticFloatField GetStaticDoubleField GetStaticObjectField)
    }

    /// The module of a class.
    pub(crate) fn module(self, class: jclass) -> Option<jobject> {
        // SAFETY: a live reference to a class.
        self.reference(unsafe { (self.table().GetModule)(self.0, class) })
    }

    /// UTF-16 units of a string.
    pub(crate) fn string_len(self, string: jstring) -> usize {
        // SAFETY: a live reference to a string.
        let len = unsafe { (self.table().GetStringLength)(self.0, string) };
        usize::try_from(len).unwrap_or(0)
    }

    /// Copies units of a string from `start` on into `units`.
    pub(crate) fn string_units(self, string: jstring, start: usize, units: &mut [u16]) -> bool {
        let number = |count: usize| jsize::try_from(count).unwrap_or(jsize::MAX);
        let get = self.table().GetStringRegion;
        let (start, len) = (number(start), number(units.len()));
        // SAFETY: a live reference to a string; the call writes `len` units, which fit, or raises.
        unsafe { get(self.0, string, start, len, units.as_mut_ptr()) };
        !self.clear()
    }

    /// A string as Rust has it; lone surrogates are replaced. Off the hit path.
    pub(crate) fn text(self, string: jstring) -> String {
        let mut units = vec![0; self.string_len(string)];
        self.string_units(string, 0, &mut units);
        String::from_utf16_lossy(&units)
    }

    /// A string of Java's.
    pub(crate) fn new_string(self, text: &str) -> Option<jstring> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let len = jsize::try_from(units.len()).ok()?;
        // SAFETY: the units are as many as said and copied.
        self.reference(unsafe { (self.table().NewString)(self.0, units.as_ptr(), len) })
    }

    /// Elements of an array.
    pub(crate) fn array_len(self, array: jobject) -> usize {
        // SAFETY: a live reference to an array.
        let len = unsafe { (self.table().GetArrayLength)(self.0, array) };
        usize::try_from(len).unwrap_or(0)
    }

    /// An element of an array of references; none where it is null or out of range.
    pub(crate) fn element(self, array: jobjectArray, index: usize) -> Option<jobject> {
        let index = jsize::try_from(index).ok()?;
        // SAFETY: a live reference to an array of references; an index out of range raises.
        self.reference(unsafe { (self.table().GetObjectArrayElement)(self.0, array, index) })
    }

    /// An element of an array of primitives of the type `letter`; none where it is out of range.
    pub(crate) fn primitive_element(
        self,
        array: jobject,
        index: usize,
        letter: u8,
    ) -> Option<Field> {
        let at = jsize::try_from(index).ok()?;
        let (table, env) = (self.table(), self.0);
        macro_rules! one {
            ($read:ident, $make:ident, $zero:expr) => {{
                let mut value = $zero;
                // SAFETY: a live reference to an array of this type; one element goes to a local, or
                // the call raises.
                unsafe { (table.$read)(env, array, at, 1, &raw mut value) };
                Field::$make(value)
            }};
        }
        let field = match letter {
            b'Z' => one!(GetBooleanArrayRegion, Boolean, false),
            b'B' => one!(GetByteArrayRegion, Byte, 0),
            b'S' => one!(GetShortArrayRegion, Short, 0),
            b'C' => one!(GetCharArrayRegion, Char, 0),
            b'I' => one!(GetIntArrayRegion, Int, 0),
            b'J' => one!(GetLongArrayRegion, Long, 0),
            b'F' => one!(GetFloatArrayRegion, Float, 0.0),
            _ => one!(GetDoubleArrayRegion, Double, 0.0),
        };
        self.unless_raised(field)
    }

    /// Copies bytes of an array from `start` on into `bytes`.
    pub(crate) fn bytes(self, array: jbyteArray, start: usize, bytes: &mut [u8]) -> bool {
        let number = |count: usize| jsize::try_from(count).unwrap_or(jsize::MAX);
        let get = self.table().GetByteArrayRegion;
        let (start, len) = (number(start), number(bytes.len()));
        // SAFETY: a live reference to a byte array; the call writes `len` bytes, which fit, or raises.
        unsafe { get(self.0, array, start, len, bytes.as_mut_ptr().cast()) };
        !self.clear()
    }

    /// A byte array of Java's.
    pub(crate) fn new_bytes(self, bytes: &[u8]) -> Option<jbyteArray> {
        let len = jsize::try_from(bytes.len()).ok()?;
        // SAFETY: allocates an array of this length, or raises.
        let array = self.reference(unsafe { (self.table().NewByteArray)(self.0, len) })?;
        let set = self.table().SetByteArrayRegion;
        // SAFETY: the array was made above with room for as many bytes as are copied.
        unsafe { set(self.0, array, 0, len, bytes.as_ptr().cast()) };
        self.unless_raised(array)
    }

    /// An array of references, all null.
    fn new_array(self, class: jclass, len: usize) -> Option<jobjectArray> {
        let len = jsize::try_from(len).ok()?;
        let make = self.table().NewObjectArray;
        // SAFETY: allocates an array of this length, or raises.
        self.reference(unsafe { make(self.0, len, class, null_mut()) })
    }

    fn set_element(self, array: jobjectArray, index: usize, object: jobject) -> Option<()> {
        let index = jsize::try_from(index).ok()?;
        let set = self.table().SetObjectArrayElement;
        // SAFETY: live references; an index out of range or a wrong type raises.
        unsafe { set(self.0, array, index, object) };
        self.unless_raised(())
    }

    /// An array of these references.
    pub(crate) fn new_objects(self, class: jclass, objects: &[jobject]) -> Option<jobjectArray> {
        let array = self.new_array(class, objects.len())?;
        let mut all = objects.iter().enumerate();
        all.try_for_each(|(index, object)| self.set_element(array, index, *object))?;
        Some(array)
    }

    /// An array of strings, which takes two references however many there are.
    pub(crate) fn new_strings(self, texts: &[impl AsRef<str>]) -> Option<jobjectArray> {
        let class = self.find_class(c"java/lang/String")?;
        let array = self.new_array(class, texts.len())?;
        self.delete_local(class);
        for (index, text) in texts.iter().enumerate() {
            let text = self.new_string(text.as_ref())?;
            self.set_element(array, index, text)?;
            self.delete_local(text);
        }
        Some(array)
    }

    /// A reference that lives until it is deleted.
    pub(crate) fn new_global(self, object: jobject) -> Option<jobject> {
        // SAFETY: a live reference.
        self.reference(unsafe { (self.table().NewGlobalRef)(self.0, object) })
    }

    /// Ends a global reference.
    pub(crate) fn delete_global(self, object: jobject) {
        // SAFETY: a global reference of ours that nobody uses any more.
        unsafe { (self.table().DeleteGlobalRef)(self.0, object) };
    }

    /// A reference that keeps nothing alive.
    pub(crate) fn new_weak(self, object: jobject) -> Option<jweak> {
        // SAFETY: a live reference.
        self.reference(unsafe { (self.table().NewWeakGlobalRef)(self.0, object) })
    }

    /// Ends a weak reference.
    pub(crate) fn delete_weak(self, weak: jweak) {
        // SAFETY: a weak reference of ours that nobody uses any more.
        unsafe { (self.table().DeleteWeakGlobalRef)(self.0, weak) };
    }

    /// A local reference to the same object; none where a weak one's object is gone.
    pub(crate) fn new_local(self, object: jobject) -> Option<jobject> {
        // SAFETY: a live, weak or null reference.
        self.reference(unsafe { (self.table().NewLocalRef)(self.0, object) })
    }

    /// Ends a local reference.
    pub(crate) fn delete_local(self, object: jobject) {
        // SAFETY: null, or a local reference of this thread that nobody uses any more.
        unsafe { (self.table().DeleteLocalRef)(self.0, object) };
    }

    /// Runs `work` and ends all local references that it made.
    pub(crate) fn in_frame<T>(self, references: i32, work: impl FnOnce() -> T) -> T {
        // SAFETY: allowed at any time.
        let status = unsafe { (self.table().PushLocalFrame)(self.0, references) };
        let is_pushed = !self.clear() && status == 0;
        let answer = work();
        if is_pushed {
            // SAFETY: the frame was pushed above.
            unsafe { (self.table().PopLocalFrame)(self.0, null_mut()) };
        }
        answer
    }

    /// Room for so many local references at once.
    pub(crate) fn has_room_for(self, references: i32) -> bool {
        // SAFETY: allowed at any time.
        let status = unsafe { (self.table().EnsureLocalCapacity)(self.0, references) };
        !self.clear() && status == 0
    }
}

/// A text as C has it, cut at a zero byte.
pub(crate) fn c_string(text: &str) -> CString {
    let text = text.split('\0').next().unwrap_or_default();
    CString::new(text).unwrap_or_default()
}
