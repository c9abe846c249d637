//! The hook: a breakpoint of the inspector whose condition calls us and always answers false.
//!
//! V8 has one breakpoint for each place of a script, however many sites are there. Knows what the
//! condition says, not what is done in it (`lib/hit.js`). Invariant: V8 never pauses, whatever our code
//! does: a condition that throws counts as false there, and so does one in whose context our function
//! is not.

use crate::agent::{self, NodeAgent};
use crate::locate::{Place, Reading, Visible};
use crate::{ffi, locate};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::registry::{Action, Site};

/// A place with a breakpoint.
struct Hooked {
    agent: Arc<NodeAgent>,
    place: Place,
    /// V8's ids of the breakpoints; none while there could be none.
    ids: Vec<String>,
    sites: Vec<u32>,
    code: u64,
    line: u32,
}

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
    let of_core = agent.site(site).ok_or_else(gone)?;
    let place = locate::place(code, line).ok_or_else(gone)?;
    let variables = locate::locals(code, line);
    let names: Vec<&str> = variables.iter().map(|one| one.name.as_str()).collect();
    let plan = serde_json::json!({
        "names": names,
        "limits": of_core.plan.limits,
        "isConditional": of_core.condition.is_some(),
        "isRead": asks(of_core),
        "isTraced": matches!(of_core.action, Action::Snap | Action::Log(_)),
    });
    ffi::learn(site, plan.to_string())?;
    let mut all = hooked();
    let index = all.iter().position(|one| one.place == place).unwrap_or_else(|| {
        let (agent, ids, sites) = (Arc::clone(agent), Vec::new(), Vec::new());
        all.push(Hooked { agent, place, ids, sites, code, line });
        all.len() - 1
    });
    all[index].sites.push(site);
    let armed = set(&mut all[index]);
    drop(all);
    if armed.is_err() {
        disarm(site);
    }
    armed.map(|()| note)
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
    drop(all);
    let _ = ffi::forget(site);
}

/// The session ends, and with it every breakpoint.
pub(crate) fn forget_all() {
    let all = std::mem::take(&mut *hooked());
    for site in all.iter().flat_map(|one| &one.sites) {
        let _ = ffi::forget(*site);
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
        return Ok(());
    }
    let Place { text, at } = hooked.place;
    let (code, line) = (hooked.code, hooked.line);
    let sites = || hooked.sites.iter().filter_map(|site| hooked.agent.site(*site));
    let is_shown = sites().any(|site| matches!(site.action, Action::Snap));
    let is_asked = sites().any(asks);
    let shown = is_shown.then(|| read(&locate::locals(code, line)));
    let names = is_asked.then(|| read(&agent::slots_at(code, line)));
    let condition = condition(&hooked.sites, shown, names);
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

/// Whether the core's machine asks for values at a site.
fn asks(site: &Site) -> bool {
    let is_log = matches!(site.action, Action::Log(_));
    is_log || site.condition.is_some() || !site.plan.watches.is_empty()
}

/// Why what is timed is not hooked.
pub(crate) fn untimed() -> Error {
    let message = "durations are not measured on Node.js yet";
    Error::new(ErrorKind::Unsupported, message).with_hint("count the line instead")
}

/// The condition of sites at one place: one call and no function that is called only to make it, which
/// V8 would compile with each hit. What no site needs is not read.
fn condition(sites: &[u32], read: Option<String>, names: Option<String>) -> String {
    let nothing = || "0".to_owned();
    let [read, names] = [read, names].map(|one| one.unwrap_or_else(nothing));
    let sites: String = sites.iter().map(|site| format!(",{site}")).collect();
    format!("(typeof __stillframe===\"function\"&&__stillframe({read},{names}{sites}),false)")
}

/// A function that reads variables when it is asked to; one that may raise for itself.
fn read(variables: &[Visible]) -> String {
    let mut text = "()=>[".to_owned();
    for Visible { name, reading } in variables {
        let _ = match reading {
            Reading::Sure => write!(text, "{name},"),
            Reading::Unset => write!(text, "__stillframe.unset,"),
            Reading::Guarded => {
                write!(text, "(()=>{{try{{return {name}}}catch{{return __stillframe.unset}}}})(),")
            }
        };
    }
    text.push(']');
    text
}
