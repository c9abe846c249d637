//! Code objects: all that there are, kept where they lie, and what they say of themselves.
//!
//! Knows how the heap is walked. Invariants: a code object is spoken of by its address, and whoever
//! keeps that has it pinned; the walk makes nothing and runs nothing.

use super::layout::METHOD_BODY;
use super::object::Obj;
use super::protect::protected;
use magnus::Value;
use magnus::rb_sys::FromRawValue;
use rb_sys::VALUE;
use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::{c_int, c_void};

/// Internal objects, and among them code, by the bits of their flags.
const INTERNAL: VALUE = 0x1a;
const KIND_SHIFT: u32 = 12;
const CODE: VALUE = 7;
const METHOD: VALUE = 6;

type EachStretch = extern "C" fn(*mut c_void, *mut c_void, usize, *mut c_void) -> c_int;

unsafe extern "C" {
    fn rb_objspace_each_objects(each: EachStretch, data: *mut c_void);
    fn rb_objspace_internal_object_p(object: VALUE) -> c_int;
    fn rb_iseqw_new(code: VALUE) -> VALUE;
}

extern "C" fn each_stretch(
    begin: *mut c_void,
    end: *mut c_void,
    step: usize,
    data: *mut c_void,
) -> c_int {
    // SAFETY: `all` passed it, and waits for us with it in its hands.
    let found = unsafe { &mut *data.cast::<Found>() };
    for address in (begin as usize..end as usize).step_by(step.max(1)) {
        let object = Obj::from_handle(address);
        let kind = object.flags() >> KIND_SHIFT & 0xf;
        if object.flags() & 0x1f != INTERNAL || kind != found.kind {
            continue;
        }
        // SAFETY: a slot of the heap may be asked about.
        if unsafe { rb_objspace_internal_object_p(object.raw()) } != 0 {
            found.addresses.push(address);
        }
    }
    0
}

/// All code there is. The VM's lock is held meanwhile: 10 ns an object of the heap.
pub(crate) fn all() -> Vec<usize> {
    all_of(CODE)
}

fn all_of(kind: VALUE) -> Vec<usize> {
    let mut found = Found { kind, addresses: Vec::new() };
    // SAFETY: the function is made for this data, which outlives the call; nothing is allocated in the
    // heap meanwhile.
    unsafe { rb_objspace_each_objects(each_stretch, (&raw mut found).cast()) };
    found.addresses
}

/// Where a method is written, and its name with that of its class: `Cart#total`, `Cart.load`.
pub(crate) type Owned = ((String, u32), String);

/// Methods of the files that `wants`, by their classes. For what was loaded before the agent: nothing
/// keeps the body of a class then. Slower than [`all`], by the names that are made.
pub(crate) fn methods(wants: impl Fn(&str) -> bool) -> Vec<Owned> {
    // SAFETY: a method that nobody has any more is not to be collected while we hold its address.
    let was_off = unsafe { rb_sys::rb_gc_disable() };
    let methods = all_of(METHOD).into_iter().filter_map(|method| owned(method, &wants)).collect();
    if was_off == rb_sys::Qfalse as VALUE {
        // SAFETY: as it was before.
        unsafe { rb_sys::rb_gc_enable() };
    }
    methods
}

fn owned(method: usize, wants: impl Fn(&str) -> bool) -> Option<Owned> {
    // Undefined, it is nothing that could be asked.
    super::memory::read_word(method + METHOD_BODY).filter(|body| *body != 0)?;
    let path = path(method).utf8().filter(|path| wants(path))?;
    let line = first_line(method);
    let raw = method as VALUE;
    // SAFETY: a method may be asked as a frame may; makes a text of names.
    let ask = || unsafe { rb_sys::rb_profile_frame_qualified_method_name(raw) };
    let name = protected(ask)?.utf8().filter(|name| name.contains(['#', '.']))?;
    Some(((path.to_owned(), line), name.to_owned()))
}

/// What a walk looks for, and what it found.
struct Found {
    kind: VALUE,
    addresses: Vec<usize>,
}

struct Pins(UnsafeCell<Option<HashMap<usize, u32>>>);

// SAFETY: reached for only with the VM's lock held, or by the collector, which stops everyone.
unsafe impl Sync for Pins {}

static PINS: Pins = Pins(UnsafeCell::new(None));

fn pins() -> &'static mut HashMap<usize, u32> {
    // SAFETY: with the VM's lock held nobody else is here, and no reference outlives its statement.
    unsafe { &mut *PINS.0.get() }.get_or_insert_default()
}

/// Keeps code alive and where it is, until as many have unpinned it as have pinned it.
pub(crate) fn pin(code: usize) {
    *pins().entry(code).or_default() += 1;
}

/// Ends that.
pub(crate) fn unpin(code: usize) {
    if let Entry::Occupied(mut entry) = pins().entry(code) {
        *entry.get_mut() -= 1;
        if *entry.get() == 0 {
            entry.remove();
        }
    }
}

unsafe extern "C" fn mark(_: *mut c_void) {
    for code in pins().keys() {
        // SAFETY: pinned code is alive, because it is marked here.
        unsafe { rb_sys::rb_gc_mark(*code as VALUE) };
    }
}

/// Makes the object through which the collector finds what is pinned. Once a process.
pub(crate) fn make_pins() {
    // SAFETY: numbers and pointers, of which zero says that there is nothing; later versions have
    // more.
    let mut kind: rb_sys::rb_data_type_t = unsafe { std::mem::zeroed() };
    kind.wrap_struct_name = c"stillframe".as_ptr();
    kind.function.dmark = Some(mark);
    let kind: *const rb_sys::rb_data_type_t = Box::leak(Box::new(kind));
    // The pointer only has to be one: without it the collector would not ask.
    let data = PINS.0.get().cast::<c_void>();
    let class = super::object::classes::object().raw();
    // SAFETY: the description lives for ever, and the data is never freed.
    let make = || unsafe { rb_sys::rb_data_typed_object_wrap(class, data, kind) };
    if let Some(object) = protected(make) {
        // SAFETY: an object that was made just now.
        unsafe { rb_sys::rb_gc_register_mark_object(object.raw()) };
    }
}

/// The `RubyVM::InstructionSequence` of pinned code.
pub(crate) fn wrapper(code: usize) -> Option<Value> {
    // SAFETY: callers keep it pinned.
    protected(|| unsafe { rb_iseqw_new(code as VALUE) }).map(Obj::to_magnus)
}

/// The code of a `RubyVM::InstructionSequence`.
pub(crate) fn code_of(wrapper: Obj<'_>) -> Option<usize> {
    if wrapper.tag() != super::object::Tag::Data {
        return None;
    }
    // SAFETY: the tag says that it holds data.
    let data = unsafe { rb_sys::RTYPEDDATA_GET_DATA(wrapper.raw()) } as usize;
    // The data is the code, or a place that holds its address.
    let candidates = [Some(data), super::memory::read_word(data)];
    candidates.into_iter().flatten().find(|code| is_code(*code))
}

/// Whether there is code at an address.
pub(super) fn is_code(address: usize) -> bool {
    let flags = super::memory::read_word(address).unwrap_or(0) as VALUE;
    address & 7 == 0 && flags & 0x1f == INTERNAL && flags >> KIND_SHIFT & 0xf == CODE
}

/// Path of pinned code, as it was given when it was compiled.
pub(crate) fn path(code: usize) -> Obj<'static> {
    // SAFETY: callers keep it pinned; reads a field.
    Obj::new(unsafe { rb_sys::rb_profile_frame_path(code as VALUE) })
}

/// What pinned code is called: `total`, `block in total`, `<class:Cart>`.
pub(crate) fn label(code: usize) -> Obj<'static> {
    // SAFETY: callers keep it pinned; reads a field.
    Obj::new(unsafe { rb_sys::rb_profile_frame_label(code as VALUE) })
}

/// The name of the method around it.
pub(crate) fn base_label(code: usize) -> Obj<'static> {
    // SAFETY: callers keep it pinned; reads a field.
    Obj::new(unsafe { rb_sys::rb_profile_frame_base_label(code as VALUE) })
}

/// Its first line.
pub(crate) fn first_line(code: usize) -> u32 {
    // SAFETY: callers keep it pinned; reads a field.
    let line = Obj::new(unsafe { rb_sys::rb_profile_frame_first_lineno(code as VALUE) });
    match line.tag() {
        super::object::Tag::Fixnum(line) => u32::try_from(line).unwrap_or(0),
        _ => 0,
    }
}

impl Obj<'_> {
    /// The same, for everything off the hit path.
    pub(crate) fn to_magnus(self) -> Value {
        // SAFETY: it is alive, and callers hold it where the collector looks.
        unsafe { Value::from_raw(self.raw()) }
    }

    /// What is looked at natively of what came from there.
    pub(crate) fn of_magnus(value: Value) -> Self {
        use magnus::rb_sys::AsRawValue;
        Self::new(value.as_raw())
    }
}
