//! JavaScript, as the agent calls it: what the inspector's session does for us.
//!
//! Knows Node-API. Invariant: JavaScript is called only on its own thread, inside [`within`]; what it
//! raises is an error of ours and never the application's.

use napi::bindgen_prelude::{FnArgs, Function, FunctionRef, JsObjectValue, Object, Uint8Array};
use napi::{Env, Result};
use std::cell::RefCell;
use stillframe_core::error::{Error, ErrorKind};

type Of<A, R> = FunctionRef<A, R>;

/// What `lib/session.js` does.
struct Host {
    /// Text of a script, by its id.
    source: Of<FnArgs<(String,)>, String>,
    /// Where a script can be stopped: line and column, from 0, and 1 if a function returns there.
    places: Of<FnArgs<(String,)>, Vec<u32>>,
    /// Sets a breakpoint: script, line and column from 0, condition; its id.
    arm: Of<FnArgs<(String, u32, u32, String)>, String>,
    /// Takes one off.
    disarm: Of<FnArgs<(String,)>, ()>,
    /// What is to be captured of a site.
    learn: Of<FnArgs<(u32, String)>, ()>,
    /// Nothing any more.
    forget: Of<FnArgs<(u32,)>, ()>,
}

thread_local! {
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
    static SCRATCH: RefCell<Option<Uint8Array>> = const { RefCell::new(None) };
    /// The environment whose JavaScript called us.
    static ENV: RefCell<Option<Env>> = const { RefCell::new(None) };
}

/// From now on this is how the thread's JavaScript is called, and where it writes captures.
pub(crate) fn begin(host: &Object<'_>, scratch: Uint8Array) -> Result<()> {
    fn of<A, R>(host: &Object<'_>, name: &str) -> Result<Of<A, R>>
    where
        A: napi::bindgen_prelude::JsValuesTupleIntoVec,
        R: napi::bindgen_prelude::FromNapiValue,
    {
        host.get_named_property::<Function<'_, A, R>>(name)?.create_ref()
    }
    let host = Host {
        source: of(host, "source")?,
        places: of(host, "places")?,
        arm: of(host, "arm")?,
        disarm: of(host, "disarm")?,
        learn: of(host, "learn")?,
        forget: of(host, "forget")?,
    };
    HOST.set(Some(host));
    SCRATCH.set(Some(scratch));
    Ok(())
}

/// Runs `work`, called by JavaScript of `env`, which may call JavaScript.
pub(crate) fn within<T>(env: Env, work: impl FnOnce() -> T) -> T {
    let before = ENV.replace(Some(env));
    let done = work();
    ENV.set(before);
    done
}

/// The bytes that JavaScript wrote captures to.
pub(crate) fn with_scratch(work: impl FnOnce(&[u8])) {
    SCRATCH.with_borrow(|scratch| {
        if let Some(scratch) = scratch {
            work(scratch.as_ref());
        }
    });
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
    A: napi::bindgen_prelude::JsValuesTupleIntoVec,
    R: napi::bindgen_prelude::FromNapiValue,
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

/// A place at which V8 can stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    /// From 0.
    pub(crate) line: u32,
    /// From 0, in 16-bit units.
    pub(crate) column: u32,
    /// Whether a function returns there.
    pub(crate) is_return: bool,
}

/// Where a script can be stopped, in the order of its text.
pub(crate) fn places(script: &str) -> stillframe_core::error::Result<Vec<Stop>> {
    let flat = call(|host| &host.places, (script.to_owned(),).into())?;
    let stop = |three: &[u32]| Stop { line: three[0], column: three[1], is_return: three[2] == 1 };
    Ok(flat.chunks_exact(3).map(stop).collect())
}

/// Sets a breakpoint at a line and column, from 0, of a script; its id.
pub(crate) fn arm(
    script: &str,
    (line, column): (u32, u32),
    condition: String,
) -> stillframe_core::error::Result<String> {
    call(|host| &host.arm, (script.to_owned(), line, column, condition).into())
}

/// Takes a breakpoint off.
pub(crate) fn disarm(id: String) -> stillframe_core::error::Result<()> {
    call(|host| &host.disarm, (id,).into())
}

/// Tells what is to be captured of a site, as JSON.
pub(crate) fn learn(site: u32, plan: String) -> stillframe_core::error::Result<()> {
    call(|host| &host.learn, (site, plan).into())
}

/// A site captures nothing any more.
pub(crate) fn forget(site: u32) -> stillframe_core::error::Result<()> {
    call(|host| &host.forget, (site,).into())
}
