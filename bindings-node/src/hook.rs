//! The hook: a breakpoint of the inspector whose condition calls us and always answers false.
//!
//! V8 has one breakpoint for each place of a script, however many sites are there. Knows what the
//! condition says, not what is done in it (`lib/hit.js`). Invariant: V8 never pauses, whatever our code
//! does: a condition that throws counts as false there, and so does one in whose context our function
//! is not.

use crate::agent::{self, NodeAgent};
use crate::locate::Place;
use crate::plan::Plan;
use crate::{ffi, locate};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::registry::Site;

/// A place with a breakpoint.
struct Hooked {
    agent: Arc<NodeAgent>,
    /// What JavaScript knows it by.
    number: u32,
    place: Place,
    /// V8's ids of the breakpoints; none while there could be none.
    ids: Vec<String>,
    sites: Vec<u32>,
    code: u64,
    line: u32,
}

/// Places that ever had one.
static NUMBERS: AtomicU32 = AtomicU32::new(0);

static HOOKED: Mutex<Vec<Hooked>> = Mutex::new(Vec::new());

fn hooked() -> MutexGuard<'static, Vec<Hooked>> {
    HOOKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hooks a site; what of its file is not hooked with it.
pub(crate) fn arm(
    agent: &Arc<NodeAgent>,
    site: u32,
    (code, line): (u64, u32),
) -> Result<Option<String>> {
    let note = context_note(code)?;
    let gone = || Error::new(ErrorKind::Location, "the script is gone");
    let place = locate::place(code, line).ok_or_else(gone)?;
    let mut all = hooked();
    let index = all.iter().position(|one| one.place == place).unwrap_or_else(|| {
        let (agent, ids, sites) = (Arc::clone(agent), Vec::new(), Vec::new());
        let number = NUMBERS.fetch_add(1, Relaxed);
        all.push(Hooked { agent, number, place, ids, sites, code, line });
        all.len() - 1
    });
    all[index].sites.push(site);
    let armed = set(&mut all[index]);
    drop(all);
    agent.set_hit_cost(site, price_ns(code, line));
    if armed.is_err() {
        disarm(site);
    }
    armed.map(|()| note)
}

/// What V8 takes for a hit there: it parses the function anew, and copies its variables to where the
/// condition sees them. Measured on Node 20 and 24, of trees of 10 to 10,000 nodes: 30 to 60 ns a node,
/// and 700 ns a variable, where the rest is 31 µs.
fn price_ns(code: u64, line: u32) -> u64 {
    const NODE_NS: u64 = 40;
    const VARIABLE_NS: u64 = 500;
    let variables = locate::locals(code, line).len() as u64;
    agent::HIT_COST_NS + u64::from(locate::nodes(code, line)) * NODE_NS + variables * VARIABLE_NS
}

/// What is to be said of contexts that are not the main one: a condition that V8 evaluates in one of
/// those finds no function of ours.
fn context_note(code: u64) -> Result<Option<String>> {
    match locate::contexts(code) {
        (false, _) => {
            let message = "the file runs in a context of node:vm, and only the main one is probed";
            let hint = "load it by require, import or vm.runInThisContext, or probe its caller";
            Err(Error::new(ErrorKind::Unsupported, message).with_hint(hint))
        }
        (true, true) => Ok(Some("not where the file runs in a context of node:vm".to_owned())),
        (true, false) => Ok(None),
    }
}

/// Takes the hook of a site off.
pub(crate) fn disarm(site: u32) {
    let mut all = hooked();
    if let Some(one) = all.iter_mut().find(|one| one.sites.contains(&site)) {
        one.sites.retain(|known| *known != site);
        // V8 drops the breakpoints of a script with the script.
        let _ = set(one);
    }
    all.retain(|one| !one.sites.is_empty());
}

/// The session ends, and with it every breakpoint.
pub(crate) fn forget_all() {
    for one in std::mem::take(&mut *hooked()) {
        let _ = ffi::forget(one.number);
    }
}

/// A script came whose text was there before, in another.
pub(crate) fn follow(text: u64) {
    for one in hooked().iter_mut().filter(|one| one.place.text == text) {
        // Refused only if V8 has none of these scripts any more: then nothing of them runs.
        let _ = set(one);
    }
}

/// Has V8 do at a place what its sites are.
fn set(hooked: &mut Hooked) -> Result<()> {
    for id in std::mem::take(&mut hooked.ids) {
        ffi::disarm(id)?;
    }
    if hooked.sites.is_empty() {
        return ffi::forget(hooked.number);
    }
    let sites: Vec<&Site> = hooked.sites.iter().filter_map(|one| hooked.agent.site(*one)).collect();
    let slots = agent::slots_at(hooked.code, hooked.line);
    let locals = locate::locals(hooked.code, hooked.line);
    let Plan { condition, told } = Plan::of(hooked.number, &sites, &slots, &locals);
    ffi::learn(hooked.number, told)?;
    let Place { text, at } = hooked.place;
    let mut refused = None;
    for script in locate::scripts_of(text) {
        match ffi::arm(&script, at, condition.clone()) {
            Ok(id) => hooked.ids.push(id),
            Err(error) => drop(refused.get_or_insert(error)),
        }
    }
    // V8 drops scripts of which nothing is left, so that only the latest has to be there.
    refused.filter(|_| hooked.ids.is_empty()).map_or(Ok(()), Err)
}

/// Why what is timed is not hooked.
pub(crate) fn untimed() -> Error {
    let message = "durations are not measured on Node.js yet";
    Error::new(ErrorKind::Unsupported, message).with_hint("count the line instead")
}
