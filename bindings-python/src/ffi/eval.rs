//! PEP 523: what evaluates frames, and frames that are given other code before their first step.
//!
//! Knows frames and addresses, not why one code stands for another. Invariant: the function here is
//! installed only while there is code to exchange; it hands every frame on to what evaluated frames
//! before, in a tail call, and takes nothing off the application's stack.

use super::frame::Frame;
use super::layout;
use super::memory::{Gil, guard, leaked, load, unleak};
use super::object::Obj;
use pyo3::types::PyDict;
use pyo3::{Bound, Py, PyAny, Python, ffi};
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use stillframe_core::host::Moment;

/// Bits of the map: one word a cache line's eighth, so that it stays in the first cache.
const MAP_BITS: usize = 4096;

/// One bit for each hash of code that has a place in the table.
static MAP: [AtomicU64; MAP_BITS / 64] = [const { AtomicU64::new(0) }; MAP_BITS / 64];
static TABLE: AtomicPtr<Exchange> = AtomicPtr::new(std::ptr::null_mut());
/// What evaluated frames before us: a `_PyFrameEvalFunction`.
static BEFORE: AtomicUsize = AtomicUsize::new(0);
/// Code whose evaluation answers the question whether we are called at all; 0 where it did.
static ASKED: AtomicUsize = AtomicUsize::new(0);
/// Whether somebody else was installed upon us when we left, and may still call us.
static IS_BELOW: AtomicBool = AtomicBool::new(false);

type Evaluate = ffi::_PyFrameEvalFunction;

/// Told what happens to a frame that runs code whose frames are timed. Raises and runs nothing.
pub(crate) type Tell = fn(Gil<'_>, Obj, Frame<'_>, Moment);

/// Which code runs instead of which, by address. Keeps both alive.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    pairs: Vec<(usize, Py<PyAny>, Py<PyAny>)>,
    /// Code whose frames are timed, kept alive by whoever times them, and who is told.
    timed: Vec<usize>,
    tell: Option<Tell>,
}

impl Exchange {
    /// The exchange of each first by its second, sorted.
    pub(crate) fn new(pairs: impl Iterator<Item = (Py<PyAny>, Py<PyAny>)>) -> Self {
        let mut pairs: Vec<_> = pairs.map(|(old, new)| (old.as_ptr() as usize, old, new)).collect();
        pairs.sort_by_key(|pair| pair.0);
        Self { pairs, ..Self::default() }
    }

    /// Has `tell` told of every frame that runs one of `codes`: that it goes on, is suspended or ends.
    pub(crate) fn timing(mut self, mut codes: Vec<usize>, tell: Tell) -> Self {
        codes.sort_unstable();
        (self.timed, self.tell) = (codes, Some(tell));
        self
    }

    fn teller(&self, code: usize) -> Option<Tell> {
        self.timed.binary_search(&code).ok().and(self.tell)
    }

    fn find(&self, code: usize) -> Option<&Py<PyAny>> {
        let at = self.pairs.binary_search_by_key(&code, |pair| pair.0).ok()?;
        self.pairs.get(at).map(|pair| &pair.2)
    }

    /// Makes this the one in force, and installs or removes what evaluates frames accordingly.
    /// Whether it could; what was in force before.
    pub(crate) fn publish(self, py: Python<'_>) -> Option<Box<Self>> {
        let mut map = [0_u64; MAP_BITS / 64];
        let codes = self.pairs.iter().map(|pair| &pair.0).chain(&self.timed);
        for code in codes {
            let bit = hash(*code);
            map[bit / 64] |= 1 << (bit % 64);
        }
        let is_needed = !self.pairs.is_empty();
        let before = TABLE.swap(Box::into_raw(Box::new(self)), Ordering::AcqRel);
        for (word, bits) in MAP.iter().zip(map) {
            word.store(bits, Ordering::Relaxed);
        }
        if is_needed {
            install(py);
        } else {
            uninstall(py);
        }
        unleak(before)
    }
}

#[inline(always)]
fn hash(code: usize) -> usize {
    // Code objects are 16-byte aligned, and lie as closely as their size allows.
    (code >> 4) % MAP_BITS
}

/// What the interpreter calls for each frame. A few instructions where its code is not ours.
unsafe extern "C" fn evaluate(
    thread: *mut ffi::PyThreadState,
    frame: *mut ffi::PyFrameObject,
    throws: c_int,
) -> *mut ffi::PyObject {
    let base = frame.cast_const().cast::<u8>();
    // SAFETY: the interpreter passes a live frame; the canary proved where it keeps its code.
    let code: usize = unsafe { load(base, layout::frame::CODE) };
    let bit = hash(code);
    if MAP[bit / 64].load(Ordering::Relaxed) >> (bit % 64) & 1 != 0 {
        return evaluate_marked(thread, frame, throws, code);
    }
    go_on(thread, frame, throws)
}

/// The same for a frame whose code may be ours. Apart, so that other frames save no registers.
#[cold]
#[inline(never)]
fn evaluate_marked(
    thread: *mut ffi::PyThreadState,
    frame: *mut ffi::PyFrameObject,
    throws: c_int,
    code: usize,
) -> *mut ffi::PyObject {
    if exchange(frame, code) {
        return evaluate_timed(thread, frame, throws);
    }
    go_on(thread, frame, throws)
}

/// Has the frame evaluated by who did it before us.
#[inline(always)]
fn go_on(
    thread: *mut ffi::PyThreadState,
    frame: *mut ffi::PyFrameObject,
    throws: c_int,
) -> *mut ffi::PyObject {
    let before = BEFORE.load(Ordering::Relaxed);
    // SAFETY: only functions of this type are stored, before this function is installed.
    let before = unsafe { std::mem::transmute::<usize, Evaluate>(before) };
    // SAFETY: hands on exactly what we were called with.
    unsafe { before(thread, frame, throws) }
}

/// The same for a frame that is timed, which costs the application's stack a frame of ours: whether it
/// returned, was suspended or failed is known only behind its evaluation.
#[inline(never)]
fn evaluate_timed(
    thread: *mut ffi::PyThreadState,
    frame: *mut ffi::PyFrameObject,
    throws: c_int,
) -> *mut ffi::PyObject {
    let last: c_int =
        // SAFETY: the interpreter passes a live frame; the canary proved where that is.
        unsafe { load(frame.cast_const().cast(), layout::frame::INSTRUCTION) };
    if last >= 0 {
        tell(frame, Moment::Resume);
    }
    let before = BEFORE.load(Ordering::Relaxed);
    // SAFETY: only functions of this type are stored, before this function is installed.
    let before = unsafe { std::mem::transmute::<usize, Evaluate>(before) };
    // SAFETY: hands on exactly what we were called with.
    let value = unsafe { before(thread, frame, throws) };
    let moment = match (value.is_null(), is_suspended(frame)) {
        (true, _) => Moment::Raise,
        (false, true) => Moment::Suspend,
        (false, false) => Moment::Return,
    };
    tell(frame, moment);
    value
}

/// Whether a frame that was just left will be gone on with.
fn is_suspended(frame: *mut ffi::PyFrameObject) -> bool {
    let base = frame.cast_const().cast::<u8>();
    #[cfg(Py_3_10)]
    {
        // SAFETY: whoever called for the evaluation holds the frame until we return.
        let state: i8 = unsafe { load(base, layout::frame::STATE) };
        state < layout::frame::EXECUTING
    }
    #[cfg(not(Py_3_10))]
    {
        // SAFETY: as above.
        let top: usize = unsafe { load(base, layout::frame::STACK_TOP) };
        top != 0
    }
}

/// Tells what happened to a frame, if it still is to be told. The exception that is being raised, if
/// there is one, stays as it is.
fn tell(frame: *mut ffi::PyFrameObject, moment: Moment) {
    // SAFETY: as in `evaluate`.
    let code: usize = unsafe { load(frame.cast_const().cast(), layout::frame::CODE) };
    let table = leaked(TABLE.load(Ordering::Acquire));
    let teller = table.and_then(|table| table.teller(code));
    if let (Some(tell), Some(code)) = (teller, Obj::from_handle(code)) {
        let gil = Gil::in_callback();
        // A defect of ours loses a moment and nothing else.
        let _ = guard(|| tell(gil, code, Frame::of_object(frame, gil), moment));
    }
}

/// Gives a frame that begins the code it is to run; whether it is timed.
#[cold]
fn exchange(frame: *mut ffi::PyFrameObject, code: usize) -> bool {
    if ASKED.load(Ordering::Relaxed) == code {
        ASKED.store(0, Ordering::Relaxed);
    }
    let base = frame.cast_const().cast::<u8>();
    // SAFETY: as in `evaluate`.
    let last: c_int = unsafe { load(base, layout::frame::INSTRUCTION) };
    let Some(table) = leaked(TABLE.load(Ordering::Acquire)) else { return false };
    // A frame that has begun goes on where it stands: in the code that it stands in.
    let Some(new) = table.find(code).filter(|_| last < 0) else {
        return table.teller(code).is_some();
    };
    let slot = frame.wrapping_byte_add(layout::frame::CODE).cast::<*mut ffi::PyObject>();
    // SAFETY: the table keeps the new code alive; the interpreter calls us with the GIL held.
    unsafe { ffi::Py_INCREF(new.as_ptr()) };
    // SAFETY: the frame's own slot; it takes over the reference from above.
    let old = unsafe { slot.replace(new.as_ptr()) };
    // SAFETY: the frame owned it; the table keeps it alive, so nothing is freed here.
    unsafe { ffi::Py_DECREF(old) };
    table.teller(new.as_ptr() as usize).is_some()
}

fn current(interpreter: *mut ffi::PyInterpreterState) -> usize {
    // SAFETY: the pointer is that of the running interpreter.
    let evaluates = unsafe { ffi::_PyInterpreterState_GetEvalFrameFunc(interpreter) };
    evaluates.map_or(0, |function| function as usize)
}

fn set(interpreter: *mut ffi::PyInterpreterState, function: usize) {
    // SAFETY: callers pass what `current` answered, or `evaluate`.
    let function = unsafe { std::mem::transmute::<usize, Option<Evaluate>>(function) };
    // SAFETY: as above, and the GIL is held.
    unsafe { ffi::_PyInterpreterState_SetEvalFrameFunc(interpreter, function) };
}

fn interpreter() -> *mut ffi::PyInterpreterState {
    // SAFETY: callers hold the GIL, so there is one.
    unsafe { ffi::PyInterpreterState_Get() }
}

/// Has us called for each frame, and after us who was called before.
fn install(py: Python<'_>) {
    let (interpreter, ours) = (interpreter(), evaluate as *const () as usize);
    let before = current(interpreter);
    // Called by somebody whom we would call in turn, we would never come to an end.
    if before == ours || IS_BELOW.load(Ordering::Relaxed) && is_called(py) {
        return;
    }
    BEFORE.store(before, Ordering::Relaxed);
    set(interpreter, ours);
}

/// Ends that, unless somebody was installed upon us and would be cut off: then we stay and hand on.
fn uninstall(_py: Python<'_>) {
    let (interpreter, ours) = (interpreter(), evaluate as *const () as usize);
    let is_ours = current(interpreter) == ours;
    if is_ours {
        set(interpreter, BEFORE.load(Ordering::Relaxed));
    }
    IS_BELOW.store(!is_ours, Ordering::Relaxed);
}

/// Evaluates a frame of our own to see whether it comes by us.
fn is_called(py: Python<'_>) -> bool {
    // SAFETY: the GIL is held, the texts are static; null or a reference of ours is handed out.
    let code = unsafe {
        ffi::Py_CompileString(c"0".as_ptr(), c"<stillframe>".as_ptr(), ffi::Py_eval_input)
    };
    // SAFETY: the reference is ours, or null with the exception set.
    let Ok(code) = (unsafe { Bound::from_owned_ptr_or_err(py, code) }) else { return true };
    let address = code.as_ptr() as usize;
    let bit = hash(address);
    let bits = MAP[bit / 64].fetch_or(1 << (bit % 64), Ordering::Relaxed);
    ASKED.store(address, Ordering::Relaxed);
    let globals = PyDict::new(py);
    // SAFETY: all are live; the call hands out a reference or sets an exception.
    let value = unsafe { ffi::PyEval_EvalCode(code.as_ptr(), globals.as_ptr(), globals.as_ptr()) };
    // SAFETY: the reference is ours, or null with the exception set.
    drop(unsafe { Bound::from_owned_ptr_or_err(py, value) });
    MAP[bit / 64].store(bits, Ordering::Relaxed);
    ASKED.swap(0, Ordering::Relaxed) == 0
}
