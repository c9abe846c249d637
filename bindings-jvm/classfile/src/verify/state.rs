//! The types of locals and stack at one place.
//!
//! Knows no instruction. Invariant: a type of two slots is followed by `Top`, and neither list is
//! longer than the code says.

use crate::class::Declared;
use crate::code::Code;
use crate::descriptor::{Kind, Signature};
use crate::refusal::Reason;

const TOO_MUCH: Reason = Reason::Malformed("code uses more slots than it says");

/// What is known of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Nothing that may be read.
    Top,
    Int,
    Float,
    Long,
    Double,
    Null,
    /// `this` before another constructor was called.
    UninitializedThis,
    /// What the `new` at this place made, before its constructor was called.
    Uninitialized(u16),
    Reference,
}

impl Type {
    pub(crate) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Int => Self::Int,
            Kind::Long => Self::Long,
            Kind::Float => Self::Float,
            Kind::Double => Self::Double,
            Kind::Reference => Self::Reference,
        }
    }

    /// How it can be read, if it can.
    pub(crate) fn kind(self) -> Option<Kind> {
        Some(match self {
            Self::Int => Kind::Int,
            Self::Long => Kind::Long,
            Self::Float => Kind::Float,
            Self::Double => Kind::Double,
            Self::Null | Self::Reference => Kind::Reference,
            Self::Top | Self::UninitializedThis | Self::Uninitialized(_) => return None,
        })
    }

    fn is_wide(self) -> bool {
        matches!(self, Self::Long | Self::Double)
    }

    /// What is known where two ways meet.
    fn meet(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (Self::Null, Self::Reference) | (Self::Reference, Self::Null) => Self::Reference,
            _ => Self::Top,
        }
    }
}

/// Locals and stack, slot by slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) locals: Vec<Type>,
    pub(crate) stack: Vec<Type>,
    /// Whether another constructor must still be called on `this`.
    pub(crate) is_raw: bool,
    max_stack: usize,
}

impl State {
    /// How a method begins. `max` are the slots of its locals and its stack.
    pub(super) fn entry(
        method: &Declared<'_>,
        max: [u16; 2],
        is_root: bool,
    ) -> Result<Self, Reason> {
        let signature = Signature::read(&method.descriptor);
        let signature = signature.ok_or(Reason::Malformed("a method's descriptor is none"))?;
        let is_raw = method.name == "<init>" && !is_root;
        let this = if is_raw { Type::UninitializedThis } else { Type::Reference };
        let this = (!method.is_static()).then_some(this);
        let list: Vec<Type> = this.into_iter().chain(signature.kinds().map(Type::of)).collect();
        let [max_locals, max_stack] = max.map(usize::from);
        let locals = expand(&list, max_locals, true)?;
        Ok(Self { locals, stack: Vec::new(), is_raw, max_stack })
    }

    pub(super) fn mapped(locals: &[Type], stack: &[Type], code: &Code<'_>) -> Result<Self, Reason> {
        let is_raw = locals.contains(&Type::UninitializedThis);
        let max_stack = usize::from(code.max_stack);
        let locals = expand(locals, usize::from(code.max_locals), true)?;
        let stack = expand(stack, max_stack, false)?;
        Ok(Self { locals, stack, is_raw, max_stack })
    }

    /// The locals as maps list them: without the second halves.
    pub(super) fn list(&self) -> Vec<Type> {
        let mut is_half = false;
        let whole = self.locals.iter().filter(|one| {
            let skipped = is_half;
            is_half = !skipped && one.is_wide();
            !skipped
        });
        let mut list: Vec<Type> = whole.copied().collect();
        while list.last() == Some(&Type::Top) {
            list.pop();
        }
        list
    }

    pub(super) fn size(&self) -> usize {
        self.locals.len() + self.stack.len() + 1
    }

    pub(super) fn push(&mut self, one: Type) -> Result<(), Reason> {
        self.stack.push(one);
        if one.is_wide() {
            self.stack.push(Type::Top);
        }
        if self.stack.len() > self.max_stack { Err(TOO_MUCH) } else { Ok(()) }
    }

    /// Takes a value of a kind.
    pub(super) fn pop(&mut self, kind: Kind) -> Result<Type, Reason> {
        let left = self.stack.len().checked_sub(usize::from(kind.words()));
        let left = left.ok_or(Reason::Malformed("code takes from an empty stack"))?;
        let one = self.stack[left];
        self.stack.truncate(left);
        Ok(one)
    }

    /// Copies the upper `count` slots below the upper `depth`.
    pub(super) fn duplicate(&mut self, count: usize, depth: usize) -> Result<(), Reason> {
        let len = self.stack.len();
        let at = len.checked_sub(depth).filter(|_| count <= depth);
        let at = at.ok_or(Reason::Malformed("code takes from an empty stack"))?;
        let copied = self.stack[len - count..].to_vec();
        self.stack.splice(at..at, copied);
        if self.stack.len() > self.max_stack { Err(TOO_MUCH) } else { Ok(()) }
    }

    pub(super) fn load(&self, slot: u16) -> Result<Type, Reason> {
        self.locals.get(usize::from(slot)).copied().ok_or(TOO_MUCH)
    }

    pub(super) fn store(&mut self, slot: u16, one: Type) -> Result<(), Reason> {
        let slot = usize::from(slot);
        let words = 1 + usize::from(one.is_wide());
        let Some(slots) = self.locals.get_mut(slot..slot + words) else { return Err(TOO_MUCH) };
        slots.fill(Type::Top);
        slots[0] = one;
        // The first half of what stood there alone is nothing.
        if let Some(before) = slot.checked_sub(1).and_then(|before| self.locals.get_mut(before))
            && before.is_wide()
        {
            *before = Type::Top;
        }
        Ok(())
    }

    /// Replaces a type wherever it stands.
    pub(super) fn replace(&mut self, old: Type, new: Type) {
        for one in self.locals.iter_mut().chain(&mut self.stack).filter(|one| **one == old) {
            *one = new;
        }
    }

    /// Keeps what is known on both ways; none if their stacks differ in height.
    pub(super) fn meet(&mut self, other: &Self) -> Option<bool> {
        if self.stack.len() != other.stack.len() || self.locals.len() != other.locals.len() {
            return None;
        }
        let mut is_changed = self.is_raw != (self.is_raw | other.is_raw);
        self.is_raw |= other.is_raw;
        let ours = self.locals.iter_mut().chain(&mut self.stack);
        for (one, other) in ours.zip(other.locals.iter().chain(&other.stack)) {
            let met = one.meet(*other);
            is_changed |= met != *one;
            *one = met;
        }
        Some(is_changed)
    }
}

/// Gives types of two slots their second, and fills up if asked to.
fn expand(list: &[Type], max: usize, fills: bool) -> Result<Vec<Type>, Reason> {
    let mut slots = Vec::with_capacity(list.len() + 2);
    for one in list {
        slots.push(*one);
        if one.is_wide() {
            slots.push(Type::Top);
        }
    }
    if slots.len() > max {
        return Err(TOO_MUCH);
    }
    if fills {
        slots.resize(max, Type::Top);
    }
    Ok(slots)
}
