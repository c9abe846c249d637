//! The hook: a breakpoint of the inspector whose condition calls us and always answers false.
//!
//! V8 has one breakpoint for each place, however many sites are there. Knows what the condition says,
//! not what is done in it (`lib/hit.js`). Invariant: V8 never pauses, whatever our code does: a
//! condition that throws counts as false there, and so does one in whose context our function is not.

use crate::agent::{self, NodeAgent};
use crate::locate::{Place, Reading, Visible};
use crate::{ffi, locate};
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::registry::Action;

/// A place with a breakpoint.
struct Hooked {
    place: Place,
    /// V8's id of the breakpoint; none while there could be none.
    id: Option<String>,
    sites: Vec<u32>,
    code: u64,
    line: u32,
    /// What reads the variables of the place.
    read: String,
}

static HOOKED: Mutex<Vec<Hooked>> = Mutex::new(Vec::new());

fn hooked() -> MutexGuard<'static, Vec<Hooked>> {
    HOOKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hooks a site.
pub(crate) fn arm(agent: &NodeAgent, site: u32, (code, line): (u64, u32)) -> Result<()> {
    let gone = || Error::new(ErrorKind::Location, "the script is gone");
    let of_core = agent.site(site).ok_or_else(gone)?;
    let place = locate::place(code, line).ok_or_else(gone)?;
    let variables = locate::locals(code, line);
    let names: Vec<&str> = variables.iter().map(|one| one.name.as_str()).collect();
    let is_read = matches!(of_core.action, Action::Log(_)) || !of_core.plan.watches.is_empty();
    let plan = serde_json::json!({
        "names": names,
        "limits": of_core.plan.limits,
        "isConditional": of_core.condition.is_some(),
        "isRead": is_read,
    });
    ffi::learn(site, plan.to_string())?;
    let mut all = hooked();
    let index = all.iter().position(|one| one.place == place).unwrap_or_else(|| {
        let (id, sites) = (None, Vec::new());
        all.push(Hooked { place, id, sites, code, line, read: read(&variables) });
        all.len() - 1
    });
    all[index].sites.push(site);
    let armed = set(&mut all[index]);
    drop(all);
    if armed.is_err() {
        disarm(site);
    }
    armed
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

/// Has V8 do at a place what its sites are.
fn set(hooked: &mut Hooked) -> Result<()> {
    if let Some(id) = hooked.id.take() {
        ffi::disarm(id)?;
    }
    if !hooked.sites.is_empty() {
        let Place { script, at } = &hooked.place;
        let names = read(&agent::slots_at(hooked.code, hooked.line));
        let condition = condition(&hooked.sites, &hooked.read, &names);
        hooked.id = Some(ffi::arm(script, *at, condition)?);
    }
    Ok(())
}

/// Why what is timed is not hooked.
pub(crate) fn untimed() -> Error {
    let message = "durations are not measured on Node.js yet";
    Error::new(ErrorKind::Unsupported, message).with_hint("count the line instead")
}

/// The condition of sites at one place.
fn condition(sites: &[u32], read: &str, names: &str) -> String {
    let mut text = "(typeof __stillframe===\"function\"&&((read,names)=>{".to_owned();
    for site in sites {
        let _ = write!(text, "__stillframe({site},read,names);");
    }
    let _ = write!(text, "}})({read},{names}),false)");
    text
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
