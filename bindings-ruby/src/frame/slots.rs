//! What the names of conditions stand for at one code: given out when a condition is resolved, read by
//! number during hits.
//!
//! Invariant: a slot, once given, keeps its meaning; what it needs of Ruby's is kept alive by it.

use crate::ffi::{Kept, Obj, Place, intern};

/// What a slot stands for.
#[derive(Debug)]
pub(crate) enum Slot {
    /// A local.
    Local(Place),
    /// `self`.
    Receiver,
    /// A variable of `self`.
    Variable(u64),
    /// What `self` answers by a mere read.
    Reader(u64),
    /// A variable of this class.
    OfClass(Kept, u64),
    /// A constant that was loaded, or a symbol.
    Value(Kept),
    /// A constant of this module that waits to be loaded.
    Waiting(Kept, u64),
}

/// The slots that were given out for one code.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    given: Vec<(String, Slot)>,
}

impl Slots {
    /// The slot of a name, which `make` makes something of if it has none; nothing when all are used
    /// up.
    pub(crate) fn number(
        &mut self,
        name: &str,
        make: impl FnOnce() -> Option<Slot>,
    ) -> Option<u16> {
        if let Some(known) = self.given.iter().position(|(known, _)| known == name) {
            return u16::try_from(known).ok();
        }
        let number = u16::try_from(self.given.len()).ok()?;
        self.given.push((name.to_owned(), make()?));
        Some(number)
    }

    /// The same slots for a site of its own.
    pub(super) fn copied(&self) -> Vec<Slot> {
        let copy = |kept: &Kept| Kept::new(kept.get());
        let slots = self.given.iter().map(|(_, slot)| match slot {
            Slot::Local(place) => Slot::Local(*place),
            Slot::Receiver => Slot::Receiver,
            Slot::Variable(name) => Slot::Variable(*name),
            Slot::Reader(name) => Slot::Reader(*name),
            Slot::OfClass(class, name) => Slot::OfClass(copy(class), *name),
            Slot::Value(value) => Slot::Value(copy(value)),
            Slot::Waiting(module, name) => Slot::Waiting(copy(module), *name),
        });
        slots.collect()
    }
}

/// The symbol of this name.
pub(crate) fn symbol(name: &str) -> Slot {
    Slot::Value(Kept::new(Obj::symbol(intern(name))))
}
