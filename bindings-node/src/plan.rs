//! What JavaScript is told of a place: the text that V8 evaluates there, and what it passes.
//!
//! Knows names and how each may be read, not hits. Invariant: the text is one call, for V8 compiles it
//! with each hit, and reads nothing that no site of the place needs.

use crate::locate::{Reading, Visible};
use serde_json::{Value, json};
use stillframe_core::registry::{Action, Site};
use stillframe_node_generator::generate;

/// In place of where a variable is passed: it cannot be read there. Below are those read late.
const NOWHERE: i64 = -1;

/// Private fields of `this` that a snapshot shows: each is text that V8 compiles with each hit.
const MOST_FIELDS: usize = 32;

/// A place.
pub(crate) struct Plan {
    /// The breakpoint's condition.
    pub(crate) condition: String,
    /// What `lib/hit.js` knows of it, as JSON.
    pub(crate) told: String,
}

impl Plan {
    /// The plan of place `number`: `slots` are the names that its programs read, `locals` what a
    /// snapshot shows, `fields` the private ones of `this` and whether each is redacted.
    pub(crate) fn of(
        number: u32,
        sites: &[&Site],
        slots: &[Visible],
        locals: &[Visible],
        fields: &[(String, bool)],
    ) -> Self {
        let is_asked = sites.iter().any(|site| asks(site));
        let is_shown = sites.iter().any(|site| matches!(site.action, Action::Snap));
        let slots = if is_asked { slots } else { &[] };
        let mut passed: Vec<String> = slots.iter().map(read).collect();
        let mut late = Vec::new();
        let mut shown = Vec::new();
        for local in if is_shown { locals } else { &[] } {
            let slot = slots.iter().position(|slot| slot.name == local.name);
            let from = match (slot, local.reading) {
                (_, Reading::Unset) => NOWHERE,
                (Some(slot), _) => slot as i64,
                (None, Reading::Sure) => {
                    passed.push(local.name.clone());
                    passed.len() as i64 - 1
                }
                // What guards it costs V8 more than all else, and only a capture needs it.
                (None, Reading::Guarded | Reading::Private) => {
                    late.push(read(local));
                    NOWHERE - late.len() as i64
                }
            };
            shown.push(json!({ "name": local.shown(), "from": from }));
        }
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
        });
        let passed: String = passed.iter().map(|one| format!(",{one}")).collect();
        let condition = format!("(__stillframe({number}{passed}),false)");
        Self { condition, told: told.to_string() }
    }
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
    let test = site.condition.as_ref().and_then(|one| generate(one.tree(), &is_set).ok());
    json!({
        "number": site.index,
        "limits": site.plan.limits,
        "isConditional": site.condition.is_some(),
        "isRead": is_read(site),
        "isTraced": matches!(site.action, Action::Snap | Action::Log(_)),
        "test": test,
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
    }
}

/// Private names that are read, and where what reads them is passed.
fn readers(slots: &[Visible]) -> Vec<(&str, usize)> {
    let all = slots.iter().enumerate().filter(|(_, slot)| slot.reading == Reading::Private);
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
