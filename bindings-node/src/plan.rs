//! What JavaScript is told of a place: the text that V8 evaluates there, and what it passes.
//!
//! Knows names and how each may be read, not hits. Invariant: the text is one call, for V8 compiles it
//! with each hit, and reads nothing that no site of the place needs; a check's text holds numbers and
//! names of the language alone.

use crate::hook::TimedEdge;
use crate::locate::{Reading, Visible};
use serde_json::{Value, json};
use stillframe_core::registry::{Action, Site};
use stillframe_node_generator::{Slots, generate};

/// In place of where a variable is passed: it cannot be read there. Below are those read late.
const NOWHERE: i64 = -1;

/// Private fields of `this` that a snapshot shows: each is text that V8 compiles with each hit.
const MOST_FIELDS: usize = 32;

/// What is done at a check.
pub(crate) struct CheckPlan {
    /// What its hook hands on, as the text of an array.
    pub(crate) values: String,
    /// What `lib/hit.js` knows of it, as JSON.
    pub(crate) told: String,
}

/// A place.
pub(crate) struct Plan {
    /// The breakpoint's condition.
    pub(crate) condition: String,
    /// What `lib/hit.js` knows of it, as JSON.
    pub(crate) told: String,
}

/// What a place means to sites that time, and by which parameters frames are told apart.
type Timed<'s> = (&'s [(&'s Site, TimedEdge)], &'s [String]);

impl Plan {
    /// The plan of place `number`: `slots` are the names that its programs read, `locals` what a
    /// snapshot shows, `fields` the private ones of `this` and whether each is redacted.
    pub(crate) fn of(
        number: u32,
        sites: &[&Site],
        timed: Option<Timed<'_>>,
        slots: &[Visible],
        locals: &[Visible],
        fields: &[(String, bool)],
    ) -> Self {
        let edges = timed.map_or(&[][..], |(edges, _)| edges);
        let (begins, ends): (Vec<_>, Vec<_>) = edges.iter().partition(|(_, one)| one.edge.begins());
        let mut all = sites.iter().chain(begins.iter().map(|(site, _)| site));
        let is_asked = all.any(|site| asks(site));
        let is_shown = sites.iter().any(|site| matches!(site.action, Action::Snap));
        let slots = if is_asked { slots } else { &[] };
        let mut passed: Vec<String> = slots.iter().map(read).collect();
        let mut late = Vec::new();
        let shown = show(if is_shown { locals } else { &[] }, slots, &mut passed, &mut late);
        let fields = if is_shown { fields } else { &[] };
        let fields_at = read_fields(fields, &mut late);
        let late_at = if late.is_empty() { NOWHERE } else { passed.len() as i64 };
        if !late.is_empty() {
            passed.push(format!("()=>[{}]", late.join(",")));
        }
        let is_unset = |slot: &Visible| slot.reading == Reading::Unset;
        let told = json!({
            "sites": sites.iter().map(|site| told(site, slots)).collect::<Vec<Value>>(),
            "unset": slots.iter().map(is_unset).collect::<Vec<bool>>(),
            "privates": readers(slots),
            "locals": shown,
            "fields": fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<&str>>(),
            "fieldsAt": fields_at,
            "late": late_at,
            "ends": ends.iter().map(|one| told_edge(one, slots)).collect::<Vec<Value>>(),
            "begins": begins.iter().map(|one| told_edge(one, slots)).collect::<Vec<Value>>(),
        });
        let condition = condition(number, timed.map(|(_, parameters)| parameters), &passed);
        Self { condition, told: told.to_string() }
    }
}

/// What V8 evaluates at a place.
fn condition(number: u32, parameters: Option<&[String]>, passed: &[String]) -> String {
    match parameters {
        None => {
            let passed: String = passed.iter().map(|one| format!(",{one}")).collect();
            format!("(__stillframe({number}{passed}),false)")
        }
        // Of one shape at all places, so that V8 lays the condition's frame out alike: two places of
        // one frame are told to be that by where the stack is.
        Some(parameters) => format!(
            "(__stillframe.pass({number},__stillframe.depth(),()=>[{}],[{}]),false)",
            parameters.join(","),
            passed.join(",")
        ),
    }
}

/// Where each of the locals that are shown is passed.
fn show(
    locals: &[Visible],
    slots: &[Visible],
    passed: &mut Vec<String>,
    late: &mut Vec<String>,
) -> Vec<Value> {
    let mut from = |local: &Visible| {
        let slot = slots.iter().position(|slot| slot.name == local.name);
        match (slot, local.reading) {
            (_, Reading::Unset) => NOWHERE,
            (Some(slot), _) => slot as i64,
            (None, Reading::Sure) => {
                passed.push(local.name.clone());
                passed.len() as i64 - 1
            }
            // What guards it costs V8 more than all else, and only a capture needs it.
            (None, Reading::Guarded | Reading::Private | Reading::Presence) => {
                late.push(read(local));
                NOWHERE - late.len() as i64
            }
        }
    };
    let told = |local| json!({ "name": Visible::shown(local), "from": from(local) });
    locals.iter().map(told).collect()
}

impl CheckPlan {
    /// The same of a check: `passed` says which of its hook's arguments has a variable. One that has
    /// none is unread.
    pub(crate) fn of(
        sites: &[&Site],
        slots: &[Visible],
        locals: &[Visible],
        passed: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let is_asked = sites.iter().any(|site| asks(site));
        let is_shown = sites.iter().any(|site| matches!(site.action, Action::Snap));
        let slots = if is_asked { slots } else { &[] };
        let value = |slot: &Visible| match passed(&slot.name) {
            Some(argument) => argument,
            // Named, but by no site of this place: only those that can be read were let in.
            None if slot.reading == Reading::Unset || slot.is_private() => "0".to_owned(),
            None => format!("globalThis[{}]", json!(slot.name)),
        };
        let mut values: Vec<String> = slots.iter().map(value).collect();
        let mut shown = Vec::new();
        for local in if is_shown { locals } else { &[] } {
            let from = match passed(&local.name) {
                Some(argument) => {
                    values.push(argument);
                    json!(values.len() - 1)
                }
                None if local.reading == Reading::Unset => json!(NOWHERE),
                None => Value::Null,
            };
            shown.push(json!({ "name": local.shown(), "from": from }));
        }
        let is_unset = |slot: &Visible| slot.reading == Reading::Unset;
        let told = json!({
            "sites": sites.iter().map(|site| told(site, slots)).collect::<Vec<Value>>(),
            "unset": slots.iter().map(is_unset).collect::<Vec<bool>>(),
            "privates": [],
            "ends": [],
            "begins": [],
            "locals": shown,
            "fields": [],
            "fieldsAt": NOWHERE,
            "late": NOWHERE,
        });
        Self { values: format!("[{}]", values.join(",")), told: told.to_string() }
    }
}

/// Whether a site's programs may name a variable: rather one too many.
pub(crate) fn may_name(site: &Site, name: &str) -> bool {
    let condition = site.condition.iter().map(|one| one.source());
    let watches = site.plan.watches.iter().map(|one| &*one.expression);
    let log = match &site.action {
        Action::Log(template) => Some(template.source()),
        _ => None,
    };
    condition.chain(watches).chain(log).any(|text| text.contains(name))
}

/// Whether values are asked for at a site: by its condition, a watch or a log line.
fn asks(site: &Site) -> bool {
    site.condition.is_some() || is_read(site)
}

/// Whether a capture of a site asks for values.
fn is_read(site: &Site) -> bool {
    matches!(site.action, Action::Log(_)) || !site.plan.watches.is_empty()
}

fn told(site: &Site, slots: &[Visible]) -> Value {
    let is_set =
        |slot: u16| slots.get(usize::from(slot)).is_some_and(|slot| slot.reading != Reading::Unset);
    let private = |name: &str| {
        slots.iter().position(|slot| slot.is_private() && slot.name == name).map(|at| at as u16)
    };
    let known = Slots { is_set: &is_set, private: &private };
    let test = site.condition.as_ref().and_then(|one| generate(one.tree(), &known).ok());
    json!({
        "number": site.index,
        "limits": site.plan.limits,
        "isConditional": site.condition.is_some(),
        "isRead": is_read(site),
        "isTraced": matches!(site.action, Action::Snap | Action::Log(_)),
        "isUncounted": !site.probe.spec.counts_false(),
        "test": test,
    })
}

fn told_edge((site, one): &(&Site, TimedEdge), slots: &[Visible]) -> Value {
    json!({
        "site": told(site, slots),
        "edge": one.edge as u8,
        "isOnStack": one.is_on_stack,
        "bytes": one.bytes,
    })
}

/// A variable as it is passed; one that may raise for itself.
fn read(variable: &Visible) -> String {
    let name = &variable.name;
    match variable.reading {
        Reading::Sure => name.clone(),
        Reading::Unset => "0".to_owned(),
        Reading::Guarded => {
            format!("(()=>{{try{{return {name}}}catch{{return __stillframe.unset}}}})()")
        }
        Reading::Private => format!("(o)=>{name} in o?o.{name}:__stillframe.unset"),
        Reading::Presence => format!("(o)=>{name} in o||__stillframe.unset"),
    }
}

/// Private names that are read, and where what reads them is passed.
fn readers(slots: &[Visible]) -> Vec<(&str, usize)> {
    let all = slots.iter().enumerate().filter(|(_, slot)| slot.is_private());
    all.map(|(at, slot)| (slot.name.as_str(), at)).collect()
}

/// Has `this` read late, and behind it the private fields that it has; where. Of a redacted one it is
/// told that it is there.
fn read_fields(fields: &[(String, bool)], late: &mut Vec<String>) -> i64 {
    if fields.is_empty() {
        return NOWHERE;
    }
    let value = |(name, is_redacted): &(String, bool)| match is_redacted {
        true => format!(",{name} in this?0:__stillframe.unset"),
        false => format!(",{name} in this?this.{name}:__stillframe.unset"),
    };
    let values: String = fields.iter().take(MOST_FIELDS).map(value).collect();
    late.push(format!("(()=>{{try{{return[this{values}]}}catch{{return __stillframe.unset}}}})()"));
    late.len() as i64 - 1
}
