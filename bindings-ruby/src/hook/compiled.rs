//! What YJIT has compiled, which every TracePoint that is set throws away.
//!
//! Setting one makes code anew, and what was made before stays in a region that only grows; taking
//! one off leaves the probed code slow until the next is set. So what is changed together is set
//! together, never more often than [`PAUSE`], and after the last was taken off one is set on code of
//! ours, so that all code is made anew once. Where the region is half full YJIT is asked to clear what
//! nothing runs, and where there would be no room for the application's code no hook is set: a region
//! that is full ends compilation for good. Knows YJIT by what Ruby tells of it. Invariant: without YJIT
//! nothing here does anything.

mod region;

use crate::ffi::{Frame, LINE, Listener, Reached, without_lock};
use magnus::value::ReprValue;
use magnus::{Error, Module, RClass, Ruby, Value, kwargs};
use region::Region;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use stillframe_core::error::{Error as Refusal, ErrorKind};

/// How long compiled code stays valid at least.
const PAUSE: Duration = Duration::from_millis(100);
/// How long what could not be cleared is believed to stay.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// What became of compiled code on our account.
#[derive(Default)]
struct Account {
    /// How often all of it was thrown away, and when last.
    times: u64,
    last: Option<Instant>,
    /// How large the region was before.
    first_size: Option<u64>,
    /// What was taken of it when all was thrown away last.
    old: u64,
    /// The most that was taken between two times: so much may be needed anew.
    needed: u64,
    /// How often YJIT cleared the region, when last, and what it kept.
    cleared: u64,
    cleared_at: Option<Instant>,
    kept: u64,
    /// How many hooks were not set for want of room.
    refused: u64,
}

static ACCOUNT: Mutex<Account> = Mutex::new(Account::new());

impl Account {
    const fn new() -> Self {
        Self {
            times: 0,
            last: None,
            first_size: None,
            old: 0,
            needed: 0,
            cleared: 0,
            cleared_at: None,
            kept: 0,
            refused: 0,
        }
    }

    fn get() -> MutexGuard<'static, Self> {
        ACCOUNT.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&mut self, region: Region) {
        self.first_size = self.first_size.or(Some(region.size));
        self.needed = self.needed.max(region.taken.saturating_sub(self.old));
    }

    /// All code was thrown away, and this is the region.
    fn thrown_away(&mut self, region: Option<Region>) {
        (self.times, self.last) = (self.times + 1, Some(Instant::now()));
        self.old = region.map_or(0, |region| region.taken);
    }

    /// Whether the application's code fits in once more.
    fn has_room(&self, region: Region, taken: u64) -> bool {
        // A little more of both, for what runs meanwhile.
        taken + self.needed + self.needed / 8 <= region.limit - region.limit / 16
    }

    /// Whether the region is half full of what can be cleared, and clearing makes room: it takes the
    /// code of everybody, at once.
    fn wants_clearing(&self, region: Region) -> bool {
        let is_known = self.cleared_at.is_some_and(|at| at.elapsed() < KEPT_FOR);
        let kept = if is_known { self.kept } else { 0 };
        region.taken > region.limit / 2
            && region.taken > kept + region.worth_clearing()
            && self.has_room(region, kept)
    }
}

/// Nothing: it is on code that never runs.
struct Idle;

impl Reached for Idle {
    fn reached(&self, _frame: Frame<'_>) {}

    fn missed(&self) {}
}

/// `count` hooks are about to be set, and others to be taken off: waits until what was compiled since
/// the last change has had its time. Why none may be set, if so.
pub(crate) fn before(ruby: &Ruby, count: usize) -> Option<Refusal> {
    let yjit = region::yjit(ruby)?;
    let last = {
        let mut account = Account::get();
        Region::now(ruby, yjit).into_iter().for_each(|region| account.note(region));
        account.last
    };
    if let Some(rest) = last.and_then(|last| PAUSE.checked_sub(last.elapsed())) {
        // Interrupted, it changes them at once.
        let _ = without_lock(|| std::thread::sleep(rest), || {});
    }
    if count == 0 {
        return None;
    }
    clear_where_it_is_full(ruby, yjit);
    let region = Region::now(ruby, yjit)?;
    let mut account = Account::get();
    account.note(region);
    // Behind the hook too: when it is taken off, all code is made anew once more.
    let taken = region.taken.max(account.kept + region.worth_clearing());
    if account.has_room(region, taken) {
        return None;
    }
    account.refused += count as u64;
    Some(refusal(region, account.needed))
}

fn refusal(region: Region, needed: u64) -> Refusal {
    let [taken, limit, needed] = [region.taken, region.limit, needed].map(in_words);
    let said = format!(
        "YJIT's memory for compiled code is nearly full: {taken} of {limit} are taken, and a probe has \
         {needed} compiled anew; once full, nothing is compiled any more"
    );
    let hint = "start Ruby with a larger --yjit-exec-mem-size";
    Refusal::new(ErrorKind::Policy, said).with_hint(hint)
}

fn in_words(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Has the region cleared if that is due; whether it was, and so all code made anew.
fn clear_where_it_is_full(ruby: &Ruby, yjit: Value) -> bool {
    let Some(region) = Region::now(ruby, yjit) else { return false };
    let is_due = Account::get().wants_clearing(region);
    if !is_due || !region::clear(yjit) {
        return false;
    }
    let region = Region::now(ruby, yjit);
    let mut account = Account::get();
    (account.cleared, account.cleared_at) = (account.cleared + 1, Some(Instant::now()));
    account.kept = region.map_or(0, |region| region.taken);
    account.old = account.kept;
    true
}

/// Hooks were changed: `set` were set, `off` taken off. What there is to tell of it.
pub(crate) fn after(ruby: &Ruby, set: usize, off: usize) -> Option<String> {
    let yjit = region::yjit(ruby)?;
    // The last that was set came after all that were taken off.
    let is_left = set == 0 && off > 0;
    if is_left && !make_anew(ruby, yjit) {
        return Some("compiled code could not be made anew: the probed code stays slow".to_owned());
    }
    let region = Region::now(ruby, yjit);
    let mut account = Account::get();
    if set + off > 0 {
        account.thrown_away(region);
    }
    (account.times + account.refused > 0).then(|| told(&account, region))
}

/// Has all code made anew behind the last hook, where there is room for it.
fn make_anew(ruby: &Ruby, yjit: Value) -> bool {
    if clear_where_it_is_full(ruby, yjit) {
        return true;
    }
    let has_room =
        Region::now(ruby, yjit).is_none_or(|region| Account::get().has_room(region, region.taken));
    has_room && set_one(ruby).is_ok()
}

fn told(account: &Account, region: Option<Region>) -> String {
    let said = format!("all code was compiled anew {} times for probes", account.times);
    let (Some(first), Some(region)) = (account.first_size, region) else {
        return format!("{said}; before Ruby 3.3 no code becomes fast again until a restart");
    };
    let Region { size, limit, .. } = region;
    let mut said =
        format!("{said}; its region has {size} of {limit} bytes, {first} before the first");
    if account.cleared > 0 {
        said.push_str(&format!("; it was cleared {} times", account.cleared));
    }
    if account.refused > 0 {
        said.push_str(&format!("; for want of room {} hooks were not set", account.refused));
    }
    said
}

/// Sets a TracePoint on code of ours, and takes it off.
fn set_one(ruby: &Ruby) -> Result<(), Error> {
    let machine: RClass = ruby.class_object().const_get("RubyVM")?;
    let sequences: Value = machine.const_get("InstructionSequence")?;
    let code: Value = sequences.funcall("compile", ("nil", "<stillframe>"))?;
    let failed = || Error::new(ruby.exception_runtime_error(), "no TracePoint could be made");
    let idle = Listener::new(LINE, Idle).ok_or_else(failed)?;
    let object = idle.object().to_magnus();
    let set = object.funcall::<_, _, Value>("enable", (kwargs!(ruby, "target" => code),));
    let off = object.funcall::<_, _, Value>("disable", ());
    idle.retire(true);
    set.and(off).map(drop)
}
