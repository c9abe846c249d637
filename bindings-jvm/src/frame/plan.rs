//! What the programs of one site read, found out when a probe is armed so that a hit need not.
//!
//! Knows names and where their values are, not values. Invariants: a slot once given out for a name of
//! some code stays that name's; a plan never changes, and keeps no class from being unloaded.

use super::stack::Shown;
use crate::classes::{Known, Member};
use std::sync::{Arc, Mutex, PoisonError};
use stillframe_classfile::Local;

/// A field on the way to a value, and the class that declares it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) class: Arc<Known>,
    pub(crate) member: Member,
}

/// Where the value of a name is.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A local variable, by its name: at another line it may be passed at another place.
    Local(Box<str>),
    /// What fields lead to from a local variable, which is `this`.
    Path(Box<str>, Vec<Step>),
    /// A static field.
    Static {
        /// The field, and the class that declares it.
        step: Step,
        /// Whether code of the class is running where the probe is, so that its statics are there.
        is_running: bool,
    },
    /// A class.
    Class(Arc<Known>),
}

impl Source {
    /// The class whose static fields are meant, where that is one.
    pub(crate) fn of_class(&self) -> Option<&Arc<Known>> {
        match self {
            Self::Static { step, is_running: false } => Some(&step.class),
            Self::Class(class) => Some(class),
            _ => None,
        }
    }
}

/// A name and where its value is.
type Named = (Box<str>, Source);

/// The slots that were given out for the names of one method.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots(Arc<Mutex<Vec<Named>>>);

impl Slots {
    /// The slot of `name`, if it was given one.
    pub(crate) fn find(&self, name: &str) -> Option<u16> {
        let slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = slots.iter().position(|(known, _)| **known == *name)?;
        u16::try_from(at).ok()
    }

    /// Where the value of a slot is.
    pub(crate) fn source(&self, slot: u16) -> Option<Source> {
        let slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.get(usize::from(slot)).map(|(_, source)| source.clone())
    }

    /// Gives `name` a slot; `None` when all are used up.
    pub(crate) fn give(&self, name: &str, source: Source) -> Option<u16> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = u16::try_from(slots.len()).ok()?;
        slots.push((name.into(), source));
        Some(slot)
    }
}

/// Where the value of a slot is at one site.
#[derive(Debug)]
pub(crate) enum Found {
    /// At this place of the locals; none where the variable is not there at this line.
    Local(Option<usize>),
    /// Behind fields, from the local that is `this`.
    Path(Option<usize>, Vec<Step>),
    Static {
        step: Step,
        is_running: bool,
    },
    Class(Arc<Known>),
}

/// The probed line as it is shown, known when the probe is armed so that a hit need not walk the stack.
#[derive(Clone, Debug)]
pub(crate) struct Probed {
    pub(crate) shown: Shown,
    pub(crate) line: u32,
}

/// How to read the frames of one site.
#[derive(Debug)]
pub(crate) struct Plan {
    /// None where the method as a whole is probed.
    probed: Option<Probed>,
    locals: Vec<Local>,
    slots: Vec<Found>,
}

impl Slots {
    /// The plan of a site at `probed` whose hook passes `locals`, for the names that its programs use.
    pub(crate) fn into_plan(self, locals: &[Local], probed: Option<Probed>) -> Plan {
        let at = |name: &str| locals.iter().position(|local| *local.name == *name);
        let slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = slots.iter().map(|(_, source)| match source {
            Source::Local(name) => Found::Local(at(name)),
            Source::Path(base, steps) => Found::Path(at(base), steps.clone()),
            Source::Static { step, is_running } => {
                Found::Static { step: step.clone(), is_running: *is_running }
            }
            Source::Class(class) => Found::Class(Arc::clone(class)),
        });
        Plan { probed, locals: locals.to_vec(), slots: found.collect() }
    }
}

impl Plan {
    /// The line that is probed.
    pub(super) fn probed(&self) -> Option<&Probed> {
        self.probed.as_ref()
    }

    pub(super) fn local(&self, index: usize) -> Option<&Local> {
        self.locals.get(index)
    }

    /// Where the value of a slot is.
    pub(crate) fn slot(&self, slot: u16) -> Option<&Found> {
        self.slots.get(usize::from(slot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stillframe_classfile::Kind;

    #[test]
    fn a_slot_finds_its_local_wherever_a_line_passes_it() {
        let kind = Kind::Int;
        let local = |name: &str| Local { name: name.into(), descriptor: "I".into(), kind, slot: 1 };
        let slots = Slots::default();
        let total = slots.give("total", Source::Local("total".into()));
        let gone = slots.give("gone", Source::Local("gone".into()));
        assert_eq!((total, gone), (Some(0), Some(1)));
        assert_eq!(slots.find("gone"), Some(1));
        assert_eq!(slots.find("other"), None);
        for locals in [vec![local("total"), local("x")], vec![local("x"), local("total")]] {
            let expected = locals.iter().position(|local| &*local.name == "total");
            let plan = slots.clone().into_plan(&locals, None);
            assert!(matches!(plan.slot(0), Some(Found::Local(at)) if *at == expected));
            assert!(matches!(plan.slot(1), Some(Found::Local(None))));
            assert!(plan.slot(2).is_none());
        }
    }
}
