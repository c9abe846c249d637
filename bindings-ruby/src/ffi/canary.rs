//! Proves, before anything is read straight off a frame, that frames lie in memory as `layout` says.
//!
//! Runs a method and a block of ours whose locals are known, reads them as a hit would, but by the
//! kernel, which answers with an error where a load would crash, and compares with what a `Binding`
//! says. Invariant: [`Reads::Direct`] is set here and nowhere else, and only if all agreed.

use super::code::code_of;
use super::layout::{
    ARG_FRAME, BLOCK_IS_OBJECT, ENV_WORDS, FRAME_CODE, FRAME_ENV, FRAME_SELF, PARENT_MARKS, Reads,
};
use super::memory::read_word;
use super::object::Obj;
use super::protect::protected;
use super::{Kept, Place};
use crate::frame::Scopes;
use magnus::value::ReprValue;
use magnus::{Error, RArray, Ruby, Value};
use rb_sys::VALUE;
use std::cell::RefCell;
use std::ffi::c_void;

/// What is run. The first line of each that is looked at is marked.
const SOURCE: &str = "o = Object.new
def o.probe(a, b = :two, *r, k: 3.5, &f)
  c = [a, b]
  c.each { |x; z|
    z = x
    [x, z]
  }
  f
end
o
";
/// Lines of [`SOURCE`] that are looked at: in the method, and in its block.
const LINES: [u32; 2] = [3, 6];

/// One line that is looked at.
struct Trial {
    code: usize,
    places: Vec<Place>,
    /// What was wrong, and how often it was looked.
    verdict: RefCell<(Option<&'static str>, usize)>,
}

/// Decides how frames are read, and says so. `STILLFRAME_DIRECT_READS` as `off` has them read by
/// bindings.
pub(crate) fn examine(ruby: &Ruby, wanted: &str) -> String {
    let is_unwanted = ["off", "no", "false", "0"].contains(&wanted);
    let proof = match is_unwanted {
        true => Err("STILLFRAME_DIRECT_READS says so".to_owned()),
        false => prove(ruby),
    };
    match proof {
        Ok(()) => {
            Reads::Direct.set();
            super::thread_name::prove(ruby);
            "frames are read straight".to_owned()
        }
        Err(why) => {
            Reads::Binding.set();
            format!("frames are read by bindings, because {why}")
        }
    }
}

fn prove(ruby: &Ruby) -> Result<(), String> {
    let said = |error: Error| format!("the trial failed: {error}");
    let (object, code) = subject(ruby).map_err(said)?;
    for line in LINES {
        let trial = trial(code, line).map_err(said)?;
        run(ruby, object, &trial, line).map_err(said)?;
        let (wrong, looks) = *trial.verdict.borrow();
        if let Some(wrong) = wrong {
            return Err(format!("{wrong} is not where it should be"));
        }
        if looks < 2 {
            return Err("an event did not come".to_owned());
        }
    }
    Ok(())
}

/// The object that has the method, and the method's `RubyVM::InstructionSequence`.
fn subject(ruby: &Ruby) -> Result<(Value, Value), Error> {
    let class: Value = ruby.eval("RubyVM::InstructionSequence")?;
    let compiled: Value = class.funcall("compile", (SOURCE, "<stillframe>"))?;
    let object: Value = compiled.funcall("eval", ())?;
    let method: Value = object.funcall("method", ("probe",))?;
    Ok((object, class.funcall("of", (method,))?))
}

fn trial(method: Value, line: u32) -> Result<Trial, Error> {
    let mut chain = vec![method];
    if line != LINES[0] {
        let children: RArray =
            method.funcall::<_, _, Value>("enum_for", ("each_child",))?.funcall("to_a", ())?;
        chain.insert(0, children.entry(0)?);
    }
    let scopes = Scopes::of(&chain)?;
    let code = code_of(Obj::of_magnus(chain[0])).unwrap_or(0);
    Ok(Trial { code, places: scopes.places().collect(), verdict: RefCell::default() })
}

/// Runs the method twice: in the second look at a scope it lies on the heap, because of the first.
fn run(ruby: &Ruby, object: Value, trial: &Trial, line: u32) -> Result<(), Error> {
    let data = (&raw const *trial).cast_mut().cast::<c_void>();
    let nil = rb_sys::Qnil as VALUE;
    // SAFETY: the callback is made for this data, which outlives the TracePoint's being set.
    let make = || unsafe { rb_sys::rb_tracepoint_new(nil, super::LINE, Some(look), data) };
    let Some(made) = protected(make) else { return Ok(()) };
    let kept = Kept::new(made);
    let listener = kept.get().to_magnus();
    let method: Value = object.funcall("method", ("probe",))?;
    let target = magnus::kwargs!(ruby, "target" => method, "target_line" => line);
    let _: Value = listener.funcall("enable", (target,))?;
    let called = ruby.eval::<Value>("proc { |o| o.probe(:one); o.probe(:one, 2) { } }");
    let called = called.and_then(|call| call.funcall::<_, _, Value>("call", (object,)));
    let _: Value = listener.funcall("disable", ())?;
    called.map(drop)
}

unsafe extern "C" fn look(listener: VALUE, data: *mut c_void) {
    // SAFETY: `run` passed it, and waits for us with it in its hands.
    let trial = unsafe { &*data.cast::<Trial>() };
    super::guard(|| {
        let wrong = compare(listener, trial);
        let mut verdict = trial.verdict.borrow_mut();
        verdict.0 = verdict.0.or(wrong);
        verdict.1 += 1;
    });
}

/// What is not where it should be.
fn compare(listener: VALUE, trial: &Trial) -> Option<&'static str> {
    // SAFETY: we are inside the callback, so there is an event and nothing is raised.
    let argument = unsafe { rb_sys::rb_tracearg_from_tracepoint(listener) };
    let Some(frame) = read_word(argument as usize + ARG_FRAME) else { return Some("the frame") };
    if trial.code == 0 || read_word(frame + FRAME_CODE) != Some(trial.code) {
        return Some("its code");
    }
    // SAFETY: as above; reads a field.
    let receiver = unsafe { rb_sys::rb_tracearg_self(argument) };
    if read_word(frame + FRAME_SELF) != Some(receiver as usize) {
        return Some("self");
    }
    // Before there is a binding, which moves scopes to the heap.
    let read: Vec<_> = trial.places.iter().map(|place| value(frame, place)).collect();
    // SAFETY: as above.
    let binding = protected(|| unsafe { rb_sys::rb_tracearg_binding(argument) });
    let Some(binding) = binding else { return Some("a binding") };
    let get = super::intern("local_variable_get");
    for (place, read) in trial.places.iter().zip(read) {
        // SAFETY: any name has a symbol.
        let arguments = [unsafe { rb_sys::rb_id2sym(place.name) }];
        // SAFETY: one argument lies there.
        let ask = || unsafe { rb_sys::rb_funcallv(binding.raw(), get, 1, arguments.as_ptr()) };
        let said = protected(ask).map(|said| said.raw() as usize);
        let is_same = match read {
            Some(Slot::Value(value)) => said == Some(value),
            Some(Slot::Block) => said.is_some_and(|said| said != rb_sys::Qnil as usize),
            None => false,
        };
        if !is_same {
            return Some("a local");
        }
    }
    None
}

/// What lies in the place of a local.
enum Slot {
    Value(usize),
    /// A block of which no object was made.
    Block,
}

fn value(frame: usize, place: &Place) -> Option<Slot> {
    let word = size_of::<VALUE>();
    let mut environment = read_word(frame + FRAME_ENV)?;
    for _ in 0..place.depth {
        environment = read_word(environment - word)? & !PARENT_MARKS;
    }
    let above = place.size as usize + ENV_WORDS - place.index as usize;
    let raw = read_word(environment - above * word)?;
    if place.is_block && raw == rb_sys::Qnil as usize {
        let is_object = read_word(environment)? & BLOCK_IS_OBJECT != 0;
        let given = read_word(environment - word)? & !PARENT_MARKS;
        if !is_object && given != 0 {
            return Some(Slot::Block);
        }
    }
    Some(Slot::Value(raw))
}
