//! The hook of lines that have checks: a function in the global that the checks of a function call.
//!
//! One for each function of the application, whatever sites are in it: it is made anew when one comes or
//! goes, by each thread that has the function, in its own isolate. Knows the text of that function, not
//! what is done in a hit (`lib/hit.js`). Invariants: a condition that is false costs no more than
//! itself, and nothing is read that no check passes; a global whose hook stays as it was is not touched.

use super::{Check, is_on, why_without};
use crate::agent::{self, NodeAgent};
use crate::locate::{Reading, Visible};
use crate::plan::{CheckPlan, may_name};
use crate::{ffi, hook, locate};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::error::Result as CoreResult;
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

/// A function with such lines.
struct Function {
    /// Its text's number.
    text: u64,
    lines: Vec<Armed>,
}

/// By the number of the function.
static ARMED: Mutex<BTreeMap<u32, Function>> = Mutex::new(BTreeMap::new());

fn armed() -> MutexGuard<'static, BTreeMap<u32, Function>> {
    ARMED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What this thread has in the global of a function.
#[derive(Default, PartialEq, Eq)]
struct Hook {
    /// The number of the function's text.
    of: u64,
    /// The hook's own text; empty where there is none.
    text: String,
    /// Its places, and what JavaScript was told of them.
    places: BTreeMap<u32, String>,
}

thread_local! {
    /// By the number of the function: what its checks call on this thread.
    static HERE: RefCell<BTreeMap<u32, Hook>> = const { RefCell::new(BTreeMap::new()) };
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
        return Err(why_without(code).as_deref().and_then(by_inspector));
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
    let (number, text) = (check.number, locate::text_number(code));
    let mut all = armed();
    let function = all.entry(number).or_insert_with(|| Function { text, lines: Vec::new() });
    let lines = &mut function.lines;
    let known = lines.iter().position(|one| (one.code, one.line) == (code, line));
    let index = known.unwrap_or_else(|| {
        let (agent, place, sites) = (Arc::clone(agent), hook::next_number(), Vec::new());
        lines.push(Armed { agent, place, check, at, code, line, sites });
        lines.len() - 1
    });
    lines[index].sites.push(site.index);
    let set = set(number, Some(function));
    drop(all);
    if let Err(error) = set
        && ffi::is_alive()
    {
        disarm(site.index);
        return Err(by_inspector(error.message()));
    }
    hook::leave_to_others(text);
    Ok(())
}

/// Takes the hook of a site off, if it has one of these; whether it had.
pub(crate) fn disarm(site: u32) -> bool {
    let mut all = armed();
    let has_it = |one: &Armed| one.sites.contains(&site);
    let Some((number, function)) = all.iter_mut().find(|(_, of)| of.lines.iter().any(has_it))
    else {
        return false;
    };
    let (number, text) = (*number, function.text);
    function.lines.iter_mut().for_each(|one| one.sites.retain(|known| *known != site));
    function.lines.retain(|one| !one.sites.is_empty());
    if function.lines.is_empty() {
        all.remove(&number);
    }
    // The application made the global such that it cannot be changed: then its hook finds no place.
    let _ = set(number, all.get(&number));
    drop(all);
    hook::leave_to_others(text);
    true
}

/// Nothing is hooked any more.
pub(crate) fn forget_all() {
    let all = armed();
    let lines = all.values().flat_map(|function| &function.lines);
    let sites: Vec<u32> = lines.flat_map(|one| one.sites.clone()).collect();
    drop(all);
    for site in sites {
        disarm(site);
    }
}

/// Has the checks in scripts of a text do on this thread what is wanted: one of them came, or another
/// thread has changed what is wanted.
pub(crate) fn follow(text: u64) {
    let all = armed();
    let wanted = all.iter().filter(|(_, function)| function.text == text).map(|(of, _)| *of);
    let mut numbers: BTreeSet<u32> = wanted.collect();
    HERE.with_borrow(|here| {
        numbers.extend(here.iter().filter(|(_, hook)| hook.of == text).map(|(of, _)| *of));
    });
    for number in numbers {
        // The application made the global such that it cannot be changed: nothing is hit there.
        let _ = set(number, all.get(&number));
    }
}

/// The checks of this thread call nothing any more.
pub(crate) fn leave() {
    for (number, _) in HERE.take() {
        // Of a thread that has ended there is nothing left to change.
        let _ = ffi::check(number, String::new(), Vec::new());
    }
}

/// How a site is hooked, if it is by a check.
pub(crate) fn mechanism(site: u32) -> Option<Mechanism> {
    let all = armed();
    let mut lines = all.values().flat_map(|function| &function.lines);
    lines.any(|one| one.sites.contains(&site)).then_some(MECHANISM)
}

/// Has the checks of a function do on this thread what the sites of its lines are, if it is here.
fn set(number: u32, function: Option<&Function>) -> CoreResult<()> {
    let is_here = |one: &&Function| !locate::scripts_of(one.text).is_empty();
    let hook = function.filter(is_here).map(hook).unwrap_or_default();
    let before = HERE.with_borrow_mut(|here| here.remove(&number)).unwrap_or_default();
    let mut done = Ok(());
    if hook != before {
        done = put(number, &hook);
        for place in before.places.keys().filter(|place| !hook.places.contains_key(place)) {
            done = done.and(ffi::forget(*place));
        }
    }
    if !hook.text.is_empty() {
        HERE.with_borrow_mut(|here| here.insert(number, hook));
    }
    done
}

fn put(number: u32, hook: &Hook) -> CoreResult<()> {
    for (place, told) in &hook.places {
        ffi::learn(*place, told.clone())?;
    }
    ffi::check(number, hook.text.clone(), hook.places.keys().copied().collect())
}

/// What the checks of a function call. V8 inlines it where each of them stands, so it is short; the
/// values are put together once more for a hit, for an array that only the condition sees is never made.
fn hook(function: &Function) -> Hook {
    let most = function.lines.iter().map(|one| one.check.names.len()).max().unwrap_or(0);
    let arguments: String = (0..most).map(|at| format!(",a{at}")).collect();
    let mut text = format!("function hook(line{arguments}){{");
    let mut places = BTreeMap::new();
    for one in &function.lines {
        let at = (one.code, one.line);
        let sites: Vec<&Site> = one.sites.iter().filter_map(|site| one.agent.site(*site)).collect();
        let variables = variables(&one.check, at);
        let passed = |name: &str| passed(&one.check, name);
        let slots = agent::slots_at(one.code, one.line);
        let CheckPlan { values, told } = CheckPlan::of(&sites, &slots, &variables, &passed);
        places.insert(one.place, told);
        let (place, line, (first, column)) = (one.place, one.check.line, one.at);
        text.push_str(&format!(
            "if(line==={line}){{if(!is{place}False({values}))\
             take({place},{values},hook,{first},{column});return}}"
        ));
    }
    text.push('}');
    Hook { of: function.text, text, places }
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
