//! The name of the running thread.
//!
//! Ruby has no function that reads it, only a method. Where it lies is found out when the agent starts:
//! by two threads of ours that have known names, read by the kernel, which answers with an error where
//! a load would crash. Invariant: no method is called where the place was found, and only Ruby's own
//! where it was not.

use super::layout::ThreadName;
use super::memory::{load, read_word};
use super::object::{Obj, Tag};
use super::protect::protected;
use super::text::intern;
use magnus::value::ReprValue;
use magnus::{Error, RArray, Ruby, Value};
use rb_sys::VALUE;
use stillframe_core::value::Text;

/// Words of a thread that are looked through.
const WORDS: usize = 256;
/// Threads that have run and are kept.
const THREADS: &str = "%w[one two].map { |name| Thread.new { Thread.current.name = name }.join }";

/// Finds where the name lies; where it is not found the method is called.
pub(super) fn prove(ruby: &Ruby) {
    if let Ok(Some(offset)) = find(ruby) {
        ThreadName::set(offset);
    }
}

/// The one place that holds the names of both.
fn find(ruby: &Ruby) -> Result<Option<usize>, Error> {
    let threads: RArray = ruby.eval(THREADS)?;
    let (one, two): (Value, Value) = (threads.entry(0)?, threads.entry(1)?);
    let names: [Value; 2] = [one.funcall("name", ())?, two.funcall("name", ())?];
    let names = names.map(|name| Obj::of_magnus(name).handle());
    let data = [one, two].map(|thread| data_of(Obj::of_magnus(thread)));
    let is_there = |offset: &usize| {
        let held = data.map(|data| data.and_then(|data| read_word(data + offset)));
        held == names.map(Some)
    };
    let mut offsets = (0..WORDS).map(|word| word * size_of::<VALUE>()).filter(is_there);
    Ok(offsets.next().filter(|_| offsets.next().is_none()))
}

/// Where the parts of a thread lie.
#[inline(always)]
fn data_of(thread: Obj<'_>) -> Option<usize> {
    if thread.tag() != Tag::Data {
        return None;
    }
    // SAFETY: the tag says that it holds data.
    Some(unsafe { rb_sys::RTYPEDDATA_GET_DATA(thread.raw()) } as usize)
}

/// The name of the running thread, if it was given one.
pub(crate) fn thread_name<'g>() -> Option<Text<'g>> {
    // SAFETY: a thread of Ruby's asks.
    let thread = Obj::new(unsafe { rb_sys::rb_thread_current() });
    let name = match (ThreadName::offset(), data_of(thread)) {
        // SAFETY: the proof found that it lies there.
        (Some(offset), Some(data)) => Obj::new(unsafe { load(data, offset) }),
        _ => asked(thread)?,
    };
    name.is_string().then(|| name.lossy_text())
}

#[cold]
fn asked<'g>(thread: Obj<'g>) -> Option<Obj<'g>> {
    let name = intern("name");
    if !thread.stored_class().has_basic_method(name) {
        return None;
    }
    // SAFETY: it is Ruby's own method, which reads a field.
    protected(|| unsafe { rb_sys::rb_funcallv(thread.raw(), name, 0, std::ptr::null()) })
}
