//! The hook of lines that have checks: a function in the global that the checks of a function call.
//!
//! One for each function of the application, whatever sites are in it: it is made anew when one comes or
//! goes. Knows the text of that function, not what is done in a hit (`lib/hit.js`). Invariant: a
//! condition that is false costs no more than itself, and nothing is read that no check passes.

use super::{Check, is_on, why_without};
use crate::agent::threads::{self, Job};
use crate::agent::{self, NodeAgent};
use crate::locate::{Reading, Visible};
use crate::plan::{CheckPlan, may_name};
use crate::{ffi, hook, locate};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::host::{Mechanism, PRESENCE};
use stillframe_core::registry::Site;

/// What such a hook is. Called for a condition that is false it costs too little to be counted; what
/// goes on into native code costs that way.
const MECHANISM: Mechanism =
    Mechanism { engine: "rewrite", hit_cost_ns: 500, counts_false: false, advice: "" };

/// Names that Node declares around a module, and that are no globals.
const OF_MODULES: [&str; 2] = ["exports", "module"];

/// A line whose check calls.
struct Armed {
    agent: Arc<NodeAgent>,
    /// What JavaScript knows it by.
    place: u32,
    check: Check,
    /// Line and column of what is behind the check, from 1.
    at: (u32, u32),
    code: u64,
    line: u32,
    sites: Vec<u32>,
}

/// By the number of the function.
static ARMED: Mutex<BTreeMap<u32, Vec<Armed>>> = Mutex::new(BTreeMap::new());

fn armed() -> MutexGuard<'static, BTreeMap<u32, Vec<Armed>>> {
    ARMED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Functions whose lines changed on a thread that does not run them: only the main one has checks.
static CHANGED: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

fn changed() -> MutexGuard<'static, BTreeSet<u32>> {
    CHANGED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does on the main thread what other threads left to it.
pub(crate) fn catch_up() {
    let mut all = armed();
    for number in std::mem::take(&mut *changed()) {
        let Some(of_function) = all.get_mut(&number) else { continue };
        // The application made the global such that it cannot be changed: nothing is hit there.
        let _ = set(number, of_function);
        if of_function.is_empty() {
            all.remove(&number);
        }
    }
}

/// Has a function's checks do what is wanted: at once, or when the main thread has time.
fn apply(number: u32, lines: &mut Vec<Armed>) -> stillframe_core::error::Result<()> {
    if threads::number() == threads::MAIN {
        return set(number, lines);
    }
    changed().insert(number);
    let main = threads::others().into_iter().find(|other| other.number == threads::MAIN);
    main.into_iter().for_each(|main| main.leave(Job::Checks));
    Ok(())
}

/// Hooks a site by the check at its line; if that cannot be, why, where anybody asked for checks.
pub(crate) fn arm(
    agent: &Arc<NodeAgent>,
    site: &Site,
    (code, line): (u64, u32),
) -> Result<(), Option<String>> {
    if !is_on() {
        return Err(None);
    }
    let by_inspector = |why: &str| Some(format!("hooked by the inspector: {why}"));
    if !locate::has_checks(code) {
        let why = locate::path(code).and_then(|path| why_without(&path));
        return Err(why.as_deref().and_then(by_inspector));
    }
    let (check, at) = locate::check(code, line)
        .ok_or_else(|| by_inspector("no statement of its function begins this line, or a loop"))?;
    let private = site.attrs.iter().find(|attr| attr.starts_with('#'));
    if let Some(name) = private {
        let name = name.strip_suffix(PRESENCE).unwrap_or(name);
        return Err(by_inspector(&format!("the check at this line does not pass `{name}`")));
    }
    if let Some(name) = unreadable(site, &check, (code, line)) {
        return Err(by_inspector(&format!("the check at this line does not pass `{name}`")));
    }
    let number = check.number;
    let mut all = armed();
    let of_function = all.entry(number).or_default();
    let known = of_function.iter().position(|one| (one.code, one.line) == (code, line));
    let index = known.unwrap_or_else(|| {
        let (agent, place, sites) = (Arc::clone(agent), hook::next_number(), Vec::new());
        of_function.push(Armed { agent, place, check, at, code, line, sites });
        of_function.len() - 1
    });
    of_function[index].sites.push(site.index);
    let set = apply(number, of_function);
    drop(all);
    set.map_err(|error| {
        disarm(site.index);
        by_inspector(error.message())
    })
}

/// Takes the hook of a site off, if it has one of these; whether it had.
pub(crate) fn disarm(site: u32) -> bool {
    let mut all = armed();
    let has_it = |one: &Armed| one.sites.contains(&site);
    let Some((number, of_function)) = all.iter_mut().find(|(_, of)| of.iter().any(has_it)) else {
        return false;
    };
    let number = *number;
    of_function.iter_mut().for_each(|one| one.sites.retain(|known| *known != site));
    // The application made the global such that it cannot be changed: then its hook finds no place.
    let _ = apply(number, of_function);
    if of_function.is_empty() {
        all.remove(&number);
    }
    true
}

/// Nothing is hooked any more.
pub(crate) fn forget_all() {
    let sites: Vec<u32> = armed().values().flatten().flat_map(|one| one.sites.clone()).collect();
    for site in sites {
        disarm(site);
    }
}

/// How a site is hooked, if it is by a check.
pub(crate) fn mechanism(site: u32) -> Option<Mechanism> {
    armed().values().flatten().any(|one| one.sites.contains(&site)).then_some(MECHANISM)
}

/// Has the checks of a function do what the sites of its lines are; lines without sites go.
fn set(number: u32, lines: &mut Vec<Armed>) -> stillframe_core::error::Result<()> {
    for one in lines.extract_if(.., |one| one.sites.is_empty()) {
        ffi::forget(one.place)?;
    }
    if lines.is_empty() {
        return ffi::check(number, String::new(), Vec::new());
    }
    let most = lines.iter().map(|one| one.check.names.len()).max().unwrap_or(0);
    let arguments: String = (0..most).map(|at| format!(",a{at}")).collect();
    let mut text = format!("function hook(line{arguments}){{");
    for one in lines.iter() {
        let at = (one.code, one.line);
        let sites: Vec<&Site> = one.sites.iter().filter_map(|site| one.agent.site(*site)).collect();
        let variables = variables(&one.check, at);
        let passed = |name: &str| passed(&one.check, name);
        let slots = agent::slots_at(one.code, one.line);
        let CheckPlan { values, told } = CheckPlan::of(&sites, &slots, &variables, &passed);
        ffi::learn(one.place, told)?;
        let (place, line, (first, column)) = (one.place, one.check.line, one.at);
        text.push_str(&format!(
            "if(line==={line}){{const v={values};if(!is{place}False(v))\
             try{{hit({place},v,hook,{first},{column})}}catch{{lost({place})}}return}}"
        ));
    }
    text.push('}');
    ffi::check(number, text, lines.iter().map(|one| one.place).collect())
}

/// A name that a site asks for and its check does not pass.
fn unreadable(site: &Site, check: &Check, (code, line): (u64, u32)) -> Option<String> {
    let visible = locate::visible(code, line);
    let is_global =
        |name: &str| !OF_MODULES.contains(&name) && visible.iter().all(|one| one.name != name);
    let slots = agent::slots_at(code, line);
    let cannot = |one: &&Visible| {
        let is_read = passed(check, &one.name).is_some() || one.reading == Reading::Unset;
        let is_global = !one.is_private() && is_global(&one.name);
        !is_read && !is_global && may_name(site, one.shown())
    };
    slots.iter().find(cannot).map(|one| one.shown().to_owned())
}

/// The variables that a snapshot shows; no `this` where the function does not name it.
fn variables(check: &Check, (code, line): (u64, u32)) -> Vec<Visible> {
    let mut variables = locate::locals(code, line);
    variables.retain(|one| one.name != "this" || passed(check, "this").is_some());
    variables
}

/// The argument that holds a variable.
fn passed(check: &Check, name: &str) -> Option<String> {
    let at = check.names.iter().position(|one| one == name)?;
    Some(format!("a{at}"))
}
