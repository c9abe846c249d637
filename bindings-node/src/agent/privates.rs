//! Private names that a probe's texts read, and those that a snapshot shows.
//!
//! Knows which classes are around a line, not values. Invariant: an accessor, which is code of the
//! application, is never read, and neither is what is redacted.

use super::NodeAgent;
use super::names::{nearest, slot_of};
use crate::locate::{self, Private, Reading, Visible};
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host::PRESENCE;

/// Gives slots to the private names among the attributes of a site's programs.
///
/// # Errors
///
/// Refuses those that no class around the place declares, which the language does not accept either,
/// and accessors.
pub(crate) fn read(at: (u64, u32), attrs: &[Box<str>]) -> Result<()> {
    for asked in attrs.iter().filter(|name| name.starts_with('#')) {
        let presence = asked.strip_suffix(PRESENCE);
        let name = presence.unwrap_or(asked);
        let declared = locate::privates(at.0, at.1);
        let known = declared.iter().find(|(known, _)| known == name);
        let reading = match known.map(|(_, private)| private) {
            Some(Private::Field | Private::Method) => Reading::Private,
            Some(Private::Accessor) if presence.is_some() => Reading::Presence,
            Some(Private::Accessor) => {
                let message = format!("`{name}` is an accessor, and to read it would run its code");
                let hint = "name the field that it reads";
                return Err(Error::new(ErrorKind::Condition, message).with_hint(hint));
            }
            None => return Err(undeclared(name, &declared)),
        };
        slot_of(at, Visible::new(name, reading))
            .ok_or_else(|| Error::new(ErrorKind::Limit, "too many names are read at the line"))?;
    }
    Ok(())
}

fn undeclared(name: &str, declared: &[(String, Private)]) -> Error {
    let message = format!("no class around the line declares `{name}`");
    let names: Vec<&str> = declared.iter().map(|(name, _)| name.as_str()).collect();
    let error = Error::new(ErrorKind::Condition, message);
    match (nearest(name, &names), names.is_empty()) {
        (close, _) if !close.is_empty() => {
            error.with_hint(format!("did you mean {}?", close.join(", ")))
        }
        (_, true) => error.with_hint("private names can be read in their class alone"),
        _ => error.with_hint(format!("declared are {}", names.join(", "))),
    }
}

/// The private fields of `this`, where a function has one, and whether each is redacted.
pub(crate) fn fields(agent: &NodeAgent, (code, line): (u64, u32)) -> Vec<(String, bool)> {
    if !locate::locals(code, line).iter().any(|one| one.name == "this") {
        return Vec::new();
    }
    let all = locate::privates(code, line).into_iter();
    let names = all.filter(|(_, private)| *private == Private::Field).map(|(name, _)| name);
    names.map(|name| (agent.redaction().name(&name), name)).map(|(is, name)| (name, is)).collect()
}
