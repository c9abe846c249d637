//! How the JSON host resolves names, and calls types by theirs.
//!
//! Knows which names each language has beside a case's own. Invariant: a name of the case hides all
//! others.

use super::{BUILTINS, JsonHost, Thing};
use stillframe_core::host::{Names, UnknownName};
use stillframe_core::value::{Kind, Value};

impl JsonHost {
    /// The name as the host stores it, which outlives the value asked about.
    pub(super) fn names_of_types(&self, value: &Value<'_>) -> &str {
        match value {
            _ if self.is_typed => self.class_of(value),
            _ if self.is_loose => self.loose_class(value),
            _ if self.is_open => self.open_class(value),
            Value::Object(object) => match object.kind {
                Kind::Class => "type",
                Kind::Module => "module",
                Kind::Function => "function",
                _ => &self.thing(*object).type_name,
            },
            _ => "NoneType",
        }
    }
}

impl Names for JsonHost {
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName> {
        if let Some(slot) = self.symbol_slot(name) {
            return Ok(slot);
        }
        let at = self.names.iter().position(|known| known == name);
        if at.is_none()
            && let Some(slot) = self.reader_slot(name)
        {
            return Ok(slot);
        }
        at.map(|at| at as u16).ok_or_else(|| {
            let near = |known: &&String| known.starts_with(name.get(..1).unwrap_or_default());
            let known = self.names.iter().filter(|known| !BUILTINS.contains(&known.as_str()));
            UnknownName { nearest: known.filter(near).take(3).cloned().collect() }
        })
    }

    fn declared_attr(&mut self, slot: u16, name: &str) -> Option<String> {
        let hidden = format!("{}.{name}", self.declared.get(usize::from(slot))?);
        let has = |thing: &Thing| thing.fields.iter().any(|(field, _)| *field == hidden);
        self.things.iter().any(has).then_some(hidden)
    }

    fn stored_as(&mut self, name: &str) -> Option<String> {
        let class = self.inside.as_ref()?.trim_start_matches('_');
        let is_private = name.starts_with("__") && !name.ends_with("__");
        is_private.then(|| format!("_{class}{name}"))
    }

    fn is_builtin(&mut self, name: &str) -> bool {
        if self.is_typed || self.is_loose {
            return !self.names.iter().take(self.own_names).any(|known| known == name);
        }
        !self.names.iter().any(|known| known == name) || BUILTINS.contains(&name)
    }
}
