//! What YJIT has compiled, which every TracePoint that is set throws away.
//!
//! Setting one makes code anew, and what was made before stays in a region that only grows; taking
//! one off leaves the probed code slow until the next is set. So what is changed together is set
//! together, never more often than [`PAUSE`], and after the last was taken off one is set on code of
//! ours, so that all code is made anew once. Knows YJIT by what Ruby tells of it. Invariant: without
//! YJIT nothing here does anything.

use crate::ffi::{Frame, LINE, Listener, Reached, without_lock};
use magnus::value::ReprValue;
use magnus::{Error, Module, RHash, Ruby, Value, kwargs};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// How long compiled code stays valid at least.
const PAUSE: Duration = Duration::from_millis(100);

/// How often all code was thrown away on our account, when last, and how large the region was before.
struct Account {
    times: u64,
    last: Option<Instant>,
    first_region: Option<u64>,
}

static ACCOUNT: Mutex<Account> = Mutex::new(Account { times: 0, last: None, first_region: None });

/// Nothing: it is on code that never runs.
struct Idle;

impl Reached for Idle {
    fn reached(&self, _frame: Frame<'_>) {}

    fn missed(&self) {}
}

/// YJIT, where it runs.
fn yjit(ruby: &Ruby) -> Option<Value> {
    let machine: Value = ruby.class_object().const_get("RubyVM").ok()?;
    let is_there: bool = machine.funcall("const_defined?", ("YJIT",)).ok()?;
    let yjit: Value = is_there.then(|| machine.funcall("const_get", ("YJIT",)).ok()).flatten()?;
    yjit.funcall::<_, _, bool>("enabled?", ()).ok()?.then_some(yjit)
}

/// Bytes of the region of compiled code, where YJIT tells.
fn region(ruby: &Ruby, yjit: Value) -> Option<u64> {
    let stats = RHash::from_value(yjit.funcall("runtime_stats", ()).ok()?)?;
    stats.lookup(ruby.to_symbol("code_region_size")).ok()
}

/// Hooks are about to be changed: waits until what was compiled since the last change has had its
/// time.
pub(crate) fn before(ruby: &Ruby) {
    let Some(yjit) = yjit(ruby) else { return };
    let region = region(ruby, yjit);
    let mut account = ACCOUNT.lock().unwrap_or_else(PoisonError::into_inner);
    account.first_region = account.first_region.or(region);
    let rest = account.last.and_then(|last| PAUSE.checked_sub(last.elapsed()));
    drop(account);
    if let Some(rest) = rest {
        // Interrupted, it changes them at once.
        let _ = without_lock(|| std::thread::sleep(rest), || {});
    }
}

/// Hooks were changed: `set` were set, `off` taken off. What there is to tell of it.
pub(crate) fn after(ruby: &Ruby, set: usize, off: usize) -> Option<String> {
    let yjit = yjit(ruby)?;
    if set + off == 0 {
        return None;
    }
    // The last that was set came after all that were taken off.
    if set == 0 && set_one(ruby).is_err() {
        return Some("compiled code could not be made anew: the probed code stays slow".to_owned());
    }
    let region = region(ruby, yjit);
    let mut account = ACCOUNT.lock().unwrap_or_else(PoisonError::into_inner);
    account.times += 1;
    account.last = Some(Instant::now());
    let said = format!("all code was compiled anew {} times for probes", account.times);
    Some(match (account.first_region, region) {
        (Some(first), Some(now)) => {
            format!("{said}; its region has {now} bytes, {first} before the first")
        }
        _ => format!("{said}; before Ruby 3.3 code that was probed stays slow until a restart"),
    })
}

/// Sets a TracePoint on code of ours, and takes it off.
fn set_one(ruby: &Ruby) -> Result<(), Error> {
    let machine: Value = ruby.class_object().const_get("RubyVM")?;
    let sequences: Value = machine.funcall("const_get", ("InstructionSequence",))?;
    let code: Value = sequences.funcall("compile", ("nil", "<stillframe>"))?;
    let failed = || Error::new(ruby.exception_runtime_error(), "no TracePoint could be made");
    let idle = Listener::new(LINE, Idle).ok_or_else(failed)?;
    let object = idle.object().to_magnus();
    let set = object.funcall::<_, _, Value>("enable", (kwargs!(ruby, "target" => code),));
    let off = object.funcall::<_, _, Value>("disable", ());
    idle.retire(true);
    set.and(off).map(drop)
}
