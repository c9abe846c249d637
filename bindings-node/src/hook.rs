//! The hook: a breakpoint of the inspector whose condition calls us and always answers false.
//!
//! V8 has one breakpoint for each place of a script, however many sites are there. Knows what the
//! condition says, not what is done in it (`lib/hit.js`). Invariant: V8 never pauses, whatever our code
//! does: a condition that throws counts as false there, and so does one in whose context our function
//! is not.

mod notes;
mod timed;

pub(crate) use notes::tell_soon;
pub(crate) use timed::{TimedEdge, arm_span};

use crate::agent::threads::{self, Job};
use crate::agent::{self, NodeAgent};
use crate::locate::Place;
use crate::plan::Plan;
use crate::{ffi, locate, rewrite};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host::Mechanism;
use stillframe_core::registry::Site;

/// A place with a breakpoint.
struct Hooked {
    agent: Arc<NodeAgent>,
    /// What JavaScript knows it by.
    number: u32,
    place: Place,
    /// V8's ids of the breakpoints, each with its thread's number; none while there could be none.
    ids: Vec<(u32, String)>,
    sites: Vec<u32>,
    /// What the place means to sites that time.
    edges: Vec<TimedEdge>,
    /// Names by which frames of the function are told apart that may wait.
    parameters: Vec<String>,
    code: u64,
    line: u32,
}

impl Hooked {
    fn has(&self, site: u32) -> bool {
        self.sites.contains(&site) || self.edges.iter().any(|one| one.site == site)
    }

    fn is_wanted(&self) -> bool {
        !self.sites.is_empty() || !self.edges.is_empty()
    }
}

/// Places that ever had one.
static NUMBERS: AtomicU32 = AtomicU32::new(0);

static HOOKED: Mutex<Vec<Hooked>> = Mutex::new(Vec::new());

fn hooked() -> MutexGuard<'static, Vec<Hooked>> {
    HOOKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of a place that nobody has.
pub(crate) fn next_number() -> u32 {
    NUMBERS.fetch_add(1, Relaxed)
}

/// Hooks a site: by the check in the code, if there is one that passes all that is asked for; else by
/// the inspector, and then it says why. Also what of its file is not hooked with it.
pub(crate) fn arm(
    agent: &Arc<NodeAgent>,
    site: u32,
    (code, line): (u64, u32),
    attrs: &[Box<str>],
) -> Result<Option<String>> {
    let note = context_note(code)?;
    let gone = || Error::new(ErrorKind::Location, "the script is gone");
    let of_core = agent.site(site).ok_or_else(gone)?;
    let Err(why) = rewrite::arm(agent, of_core, (code, line)) else {
        return Ok(notes::keep(site, of_core.probe.id, locate::text_number(code), note));
    };
    let place = locate::place(code, line).ok_or_else(gone)?;
    agent::read_privates((code, line), attrs)?;
    inspect(agent, site, (code, line), place)?;
    let all: Vec<String> = note.into_iter().chain(why).collect();
    let said = (!all.is_empty()).then(|| all.join("; "));
    Ok(notes::keep(site, of_core.probe.id, place.text, said))
}

/// Hooks a site by the inspector.
fn inspect(
    agent: &Arc<NodeAgent>,
    site: u32,
    (code, line): (u64, u32),
    place: Place,
) -> Result<()> {
    let mut all = hooked();
    let index = index_of(&mut all, agent, place, (code, line));
    all[index].sites.push(site);
    let armed = set(&mut all[index]);
    drop(all);
    agent.set_hit_cost(site, price_ns(code, line));
    if let Err(error) = armed
        && ffi::is_alive()
    {
        disarm(site);
        return Err(error);
    }
    leave_to_others(place.text);
    Ok(())
}

/// The index of a place, which is added where nothing is hooked yet.
fn index_of(
    all: &mut Vec<Hooked>,
    agent: &Arc<NodeAgent>,
    place: Place,
    (code, line): (u64, u32),
) -> usize {
    let is_there = |one: &Hooked| (one.place.text, one.place.at) == (place.text, place.at);
    all.iter().position(is_there).unwrap_or_else(|| {
        all.push(Hooked {
            agent: Arc::clone(agent),
            number: next_number(),
            place,
            ids: Vec::new(),
            sites: Vec::new(),
            edges: Vec::new(),
            parameters: Vec::new(),
            code,
            line,
        });
        all.len() - 1
    })
}

/// Has the other threads that have a text do in it what is done here.
pub(crate) fn leave_to_others(text: u64) {
    let having = locate::threads_of(text);
    let others = threads::others().into_iter().filter(|other| having.contains(&other.number));
    others.for_each(|other| other.leave(Job::Follow(text)));
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

/// How a site is hooked, and what that costs; nothing of one in a script that never runs.
pub(crate) fn mechanism(site: u32) -> Option<Mechanism> {
    if let Some(mechanism) = rewrite::mechanism(site) {
        return Some(mechanism);
    }
    let is_it = |one: &&Hooked| one.has(site);
    let (code, line) = hooked().iter().find(is_it).map(|one| (one.code, one.line))?;
    if rewrite::is_on() && locate::was_read_before(code) {
        return None;
    }
    let advice = if rewrite::is_on() { UNCHECKED } else { REWRITE };
    let hit_cost_ns = price_ns(code, line);
    Some(Mechanism { engine: "inspector", hit_cost_ns, counts_false: true, advice })
}

/// What is said where hits are too dear.
const REWRITE: &str = "on Node every hit costs, captured or not: a condition does not help\n\
    start it with `stillframe run --rewrite -- …`: there a false condition costs next to nothing";
const UNCHECKED: &str = "every hit costs here, captured or not: a line costs next to nothing if a \
    statement begins it, and the condition names parameters and variables of its function";

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
    notes::forget(site);
    if rewrite::disarm(site) {
        return;
    }
    let mut all = hooked();
    let mut text = None;
    for one in all.iter_mut().filter(|one| one.has(site)) {
        one.sites.retain(|known| *known != site);
        one.edges.retain(|known| known.site != site);
        text = Some(one.place.text);
        // V8 drops the breakpoints of a script with the script.
        let _ = set(one);
    }
    retain_wanted(&mut all);
    drop(all);
    text.into_iter().for_each(leave_to_others);
}

/// Places are known as long as they have sites, or breakpoints that a thread has not taken off yet.
fn retain_wanted(all: &mut Vec<Hooked>) {
    all.retain(|one| one.is_wanted() || !one.ids.is_empty());
}

/// The agent ends, and with it every hook.
pub(crate) fn forget_all() {
    rewrite::forget_all();
    for one in std::mem::take(&mut *hooked()) {
        let _ = ffi::forget(one.number);
    }
    notes::forget_all();
}

/// What this thread has, it has no more: its session ends, and with it every breakpoint.
pub(crate) fn leave() {
    rewrite::leave();
    let me = threads::number();
    let mut all = hooked();
    all.iter_mut().for_each(|one| one.ids.retain(|(thread, _)| *thread != me));
    retain_wanted(&mut all);
}

/// Brings this thread's checks and breakpoints in scripts of a text in line with what is wanted: one of
/// them came, or another thread has changed what is wanted.
pub(crate) fn follow(text: u64) {
    rewrite::follow(text);
    let mut all = hooked();
    for one in all.iter_mut().filter(|one| one.place.text == text) {
        // Refused only if V8 has none of these scripts any more: then nothing of them runs.
        let _ = set(one);
    }
    retain_wanted(&mut all);
}

/// Has V8 do at a place what its sites are, on this thread.
fn set(hooked: &mut Hooked) -> Result<()> {
    let me = threads::number();
    for (_, id) in hooked.ids.extract_if(.., |(thread, _)| *thread == me) {
        ffi::disarm(id)?;
    }
    if !hooked.is_wanted() {
        return ffi::forget(hooked.number);
    }
    let Place { text, at, until } = hooked.place;
    let scripts = locate::scripts_of(text);
    if scripts.is_empty() {
        return Ok(());
    }
    let sites: Vec<&Site> = hooked.sites.iter().filter_map(|one| hooked.agent.site(*one)).collect();
    let slots = agent::slots_at(hooked.code, hooked.line);
    let locals = locate::locals(hooked.code, hooked.line);
    let fields = agent::private_fields(&hooked.agent, (hooked.code, hooked.line));
    let edge = |edge: &TimedEdge| Some((hooked.agent.site(edge.site)?, *edge));
    let edges: Vec<(&Site, TimedEdge)> = hooked.edges.iter().filter_map(edge).collect();
    let timed = (!edges.is_empty()).then_some((&edges[..], &hooked.parameters[..]));
    let Plan { condition, told } = Plan::of(hooked.number, &sites, timed, &slots, &locals, &fields);
    ffi::learn(hooked.number, told)?;
    let (mut refused, mut is_set) = (None, false);
    for script in scripts {
        match ffi::arm(&script, at, until, condition.clone()) {
            Ok(id) => {
                hooked.ids.push((me, id));
                is_set = true;
            }
            Err(error) => drop(refused.get_or_insert(error)),
        }
    }
    // V8 drops scripts of which nothing is left, so that only the latest has to be there.
    refused.filter(|_| !is_set).map_or(Ok(()), Err)
}
