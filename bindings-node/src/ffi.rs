//! JavaScript, as the agent calls it: what the inspector's session does for us.
//!
//! Knows Node-API. Invariant: JavaScript is called only on its own thread, inside [`within`]; what it
//! raises is an error of ours and never the application's.

use napi::bindgen_prelude::{
    BigInt, Either6, FnArgs, FromNapiValue, Function, FunctionRef, Int32Array, JsObjectValue,
    JsValuesTupleIntoVec, Null, Object, Uint8Array, Undefined, Utf16String,
};
use napi::{Env, Result};
use std::cell::RefCell;
use stillframe_core::error::{Error, ErrorKind};

type Of<A, R> = FunctionRef<A, R>;

/// A script by its id, and of it what lies between two lines and columns, from 0.
type Part = (String, u32, u32, u32, u32);
/// Where a breakpoint goes: script, line and column from 0, those that it may not pass, condition.
type Hook = (String, u32, u32, u32, u32, String);

/// What `lib/session.js` does.
struct Host {
    /// Text of a script, by its id.
    source: Of<FnArgs<(String,)>, String>,
    /// Where a function can be stopped from a place on and before another: line and column, from 0,
    /// and 1 if it returns there.
    places: Of<FnArgs<Part>, Vec<u32>>,
    /// Sets a breakpoint; its id.
    arm: Of<FnArgs<Hook>, String>,
    /// Takes one off.
    disarm: Of<FnArgs<(String,)>, ()>,
    /// Has the checks of a function call this text's function, which hits these places; nothing any
    /// more, if it is empty.
    check: Of<FnArgs<(u32, String, Vec<u32>)>, ()>,
    /// What is to be done at a place.
    learn: Of<FnArgs<(u32, String)>, ()>,
    /// Nothing any more.
    forget: Of<FnArgs<(u32,)>, ()>,
    /// Nanoseconds that V8 takes for a hit more than it once did.
    surplus: Of<(), f64>,
    /// Begins the inspector's session, and ends it.
    begin: Of<(), ()>,
    end: Of<(), ()>,
    values: Questions,
}

/// What JavaScript hands over of a value: itself, if it is a primitive.
pub(crate) type Given = Either6<Undefined, Null, bool, f64, Utf16String, BigInt>;
/// A value that is handed back: what it is, a number, a text.
pub(crate) type Back = (u32, f64, String);
/// What is told besides a value: why there is none, of an object what it is and its number.
pub(crate) type Info = [i32; 3];

/// What `lib/values.js` answers.
struct Questions {
    slot: Of<FnArgs<(u32,)>, Given>,
    attr: Of<FnArgs<(u32, String)>, Given>,
    item: Of<FnArgs<(u32, u32)>, Given>,
    lookup: Of<FnArgs<(u32, u32, f64, String)>, Given>,
    entry: Of<FnArgs<(u32, u32)>, Given>,
    entry_value: Of<(), Given>,
    len: Of<FnArgs<(u32,)>, f64>,
    is_instance: Of<FnArgs<(u32, f64, String, u32)>, i32>,
    type_name: Of<FnArgs<(u32,)>, String>,
    description: Of<FnArgs<(u32,)>, String>,
}

impl Questions {
    fn of(values: &Object<'_>) -> Result<Self> {
        Ok(Self {
            slot: of(values, "slot")?,
            attr: of(values, "attr")?,
            item: of(values, "item")?,
            lookup: of(values, "lookup")?,
            entry: of(values, "entry")?,
            entry_value: of(values, "entryValue")?,
            len: of(values, "len")?,
            is_instance: of(values, "isInstance")?,
            type_name: of(values, "typeName")?,
            description: of(values, "description")?,
        })
    }
}

thread_local! {
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
    static INFO: RefCell<Option<Int32Array>> = const { RefCell::new(None) };
    static TRACE: RefCell<Option<Int32Array>> = const { RefCell::new(None) };
    static SCRATCH: RefCell<Option<Uint8Array>> = const { RefCell::new(None) };
    /// The environment whose JavaScript called us.
    static ENV: RefCell<Option<Env>> = const { RefCell::new(None) };
}

/// From now on this is how the thread's JavaScript is called, and where it writes captures, what it
/// tells of values, and the id of a trace.
pub(crate) fn begin(
    host: &Object<'_>,
    scratch: Uint8Array,
    info: Int32Array,
    trace: Int32Array,
) -> Result<()> {
    let host = Host {
        source: of(host, "source")?,
        places: of(host, "places")?,
        arm: of(host, "arm")?,
        disarm: of(host, "disarm")?,
        check: of(host, "check")?,
        learn: of(host, "learn")?,
        forget: of(host, "forget")?,
        surplus: of(host, "surplus")?,
        begin: of(host, "begin")?,
        end: of(host, "end")?,
        values: Questions::of(&host.get_named_property("values")?)?,
    };
    HOST.set(Some(host));
    SCRATCH.set(Some(scratch));
    INFO.set(Some(info));
    TRACE.set(Some(trace));
    Ok(())
}

/// The thread's isolate ends: what is held of it is let go.
pub(crate) fn end() {
    HOST.set(None);
    SCRATCH.set(None);
    INFO.set(None);
    TRACE.set(None);
    ENV.set(None);
}

fn of<A, R>(host: &Object<'_>, name: &str) -> Result<Of<A, R>>
where
    A: JsValuesTupleIntoVec,
    R: FromNapiValue,
{
    host.get_named_property::<Function<'_, A, R>>(name)?.create_ref()
}

/// Runs `work`, called by JavaScript of `env`, which may call JavaScript.
pub(crate) fn within<T>(env: Env, work: impl FnOnce() -> T) -> T {
    let before = ENV.replace(Some(env));
    let done = work();
    ENV.set(before);
    done
}

/// Whether JavaScript called us, so that it may be called.
pub(crate) fn is_within() -> bool {
    ENV.with_borrow(Option::is_some)
}

/// The bytes that JavaScript wrote captures to.
pub(crate) fn with_scratch(work: impl FnOnce(&[u8])) {
    SCRATCH.with_borrow(|scratch| {
        if let Some(scratch) = scratch {
            work(scratch.as_ref());
        }
    });
}

/// The id of the trace that the present hit is in, if it is in one.
pub(crate) fn trace() -> Option<[u8; 16]> {
    TRACE.with_borrow(|trace| {
        let mut id = [0; 16];
        let words = trace.as_deref()?;
        for (bytes, word) in id.chunks_exact_mut(4).zip(words) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        (id != [0; 16]).then_some(id)
    })
}

fn outside() -> Error {
    Error::new(ErrorKind::Internal, "JavaScript was to be called from elsewhere")
}

fn raised(error: &napi::Error) -> Error {
    Error::new(ErrorKind::Unsupported, error.reason.clone())
}

fn call<A, R>(
    which: impl FnOnce(&Host) -> &Of<A, R>,
    arguments: A,
) -> stillframe_core::error::Result<R>
where
    A: JsValuesTupleIntoVec,
    R: FromNapiValue,
{
    let env = ENV.with_borrow(|env| *env).ok_or_else(outside)?;
    HOST.with_borrow(|host| {
        let host = host.as_ref().ok_or_else(outside)?;
        let function = which(host).borrow_back(&env).map_err(|error| raised(&error))?;
        function.call(arguments).map_err(|error| raised(&error))
    })
}

/// Text of a script.
pub(crate) fn source(script: &str) -> stillframe_core::error::Result<String> {
    call(|host| &host.source, (script.to_owned(),).into())
}

/// A place at which V8 says that it can stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// From 0.
    pub(crate) line: u32,
    /// From 0, in 16-bit units.
    pub(crate) column: u32,
    /// Whether a function returns there.
    pub(crate) is_return: bool,
}

/// Where the function around a place can be stopped, from there on and before another: lines and columns
/// from 0. It loses its optimised code, until a breakpoint in it goes.
pub(crate) fn places_within(
    script: &str,
    ((line, column), (last, end)): ((u32, u32), (u32, u32)),
) -> stillframe_core::error::Result<Vec<Told>> {
    let arguments = (script.to_owned(), line, column, last, end).into();
    let flat = call(|host| &host.places, arguments)?;
    let told = |three: &[u32]| Told { line: three[0], column: three[1], is_return: three[2] == 1 };
    Ok(flat.chunks_exact(3).map(told).collect())
}

/// Sets a breakpoint at a line and column, from 0, of a script, or at the next place behind that can be
/// stopped at and is not behind `until`; its id.
pub(crate) fn arm(
    script: &str,
    (line, column): (u32, u32),
    until: (u32, u32),
    condition: String,
) -> stillframe_core::error::Result<String> {
    let place = (script.to_owned(), line, column, until.0, until.1, condition);
    call(|host| &host.arm, place.into())
}

/// Takes a breakpoint off.
pub(crate) fn disarm(id: String) -> stillframe_core::error::Result<()> {
    call(|host| &host.disarm, (id,).into())
}

/// Has the checks of function `number` call the function that `text` is, and that hits these places;
/// nothing, if it is empty.
pub(crate) fn check(
    number: u32,
    text: String,
    places: Vec<u32>,
) -> stillframe_core::error::Result<()> {
    call(|host| &host.check, (number, text, places).into())
}

/// Tells what is to be done at a place, as JSON.
pub(crate) fn learn(place: u32, plan: String) -> stillframe_core::error::Result<()> {
    call(|host| &host.learn, (place, plan).into())
}

/// Nothing is to be done at a place any more.
pub(crate) fn forget(place: u32) -> stillframe_core::error::Result<()> {
    call(|host| &host.forget, (place,).into())
}

/// Nanoseconds that V8 takes for a hit more than it once did.
pub(crate) fn surplus() -> stillframe_core::error::Result<f64> {
    call(|host| &host.surplus, ())
}

/// Begins the inspector's session of this thread.
pub(crate) fn begin_session() {
    let _ = call(|host| &host.begin, ());
}

/// Ends it.
pub(crate) fn end_session() {
    let _ = call(|host| &host.end, ());
}

/// Whether JavaScript can be called at all: on a thread that is being terminated it cannot, which says
/// nothing of what it was asked.
pub(crate) fn is_alive() -> bool {
    forget(NOBODY).is_ok()
}

/// A site that there never is.
const NOBODY: u32 = u32::MAX;

/// What was told besides the value that JavaScript handed over last.
fn info() -> Info {
    INFO.with_borrow(|info| match info.as_deref() {
        Some([why, kind, number, ..]) => [*why, *kind, *number],
        _ => [UNREADABLE, -1, 0],
    })
}

/// The reason of the stream for what has no way to be read.
const UNREADABLE: i32 = 6;

fn given(answer: stillframe_core::error::Result<Given>) -> (Given, Info) {
    match answer {
        Ok(given) => (given, info()),
        Err(_) => (Either6::A(()), [UNREADABLE, -1, 0]),
    }
}

/// The variable that was numbered so.
pub(crate) fn slot(slot: u32) -> (Given, Info) {
    given(call(|host| &host.values.slot, (slot,).into()))
}

/// A property of an object.
pub(crate) fn attr(object: u32, name: &str) -> (Given, Info) {
    given(call(|host| &host.values.attr, (object, name.to_owned()).into()))
}

/// An element.
pub(crate) fn item(object: u32, at: u32) -> (Given, Info) {
    given(call(|host| &host.values.item, (object, at).into()))
}

/// What a container has under a key.
pub(crate) fn lookup(object: u32, (tag, number, text): Back) -> (Given, Info) {
    given(call(|host| &host.values.lookup, (object, tag, number, text).into()))
}

/// Key and value at a position of a container.
pub(crate) fn entry(object: u32, at: u32) -> [(Given, Info); 2] {
    let key = given(call(|host| &host.values.entry, (object, at).into()));
    [key, given(call(|host| &host.values.entry_value, ()))]
}

/// Elements of an object; none where only code could say.
pub(crate) fn len(object: u32) -> Option<usize> {
    let len = call(|host| &host.values.len, (object,).into()).ok()?;
    (len >= 0.0).then_some(len as usize)
}

/// Whether a value is an instance; none where only code could say.
pub(crate) fn is_instance((tag, number, text): Back, class: u32) -> Option<bool> {
    let is = call(|host| &host.values.is_instance, (tag, number, text, class).into()).ok()?;
    (is >= 0).then_some(is == 1)
}

/// Name of an object's type.
pub(crate) fn type_name(object: u32) -> String {
    call(|host| &host.values.type_name, (object,).into()).unwrap_or_default()
}

/// Description of a symbol.
pub(crate) fn description(object: u32) -> String {
    call(|host| &host.values.description, (object,).into()).unwrap_or_default()
}
