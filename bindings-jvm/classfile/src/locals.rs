//! Which locals may be read at a place, with their names.
//!
//! Knows what the verifier knows and what a compiler says. Invariant: what a compiler says only names
//! what the verifier lets be read; where it says nothing, a slot is its own name.

use crate::code::Variable;
use crate::descriptor::{Kind, Signature, kind_of};
use crate::refusal::Reason;
use crate::verify::{State, Subject, stored};
use std::borrow::Cow;

/// A local variable that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Its name in the source, or `slot` and its number if the class does not tell.
    pub name: String,
    /// What the class says of its type. Of a reference this is not verified: an object of any class
    /// may lie there.
    pub descriptor: String,
    /// How it lies in its slot.
    pub kind: Kind,
    /// Its slot.
    pub slot: u16,
}

/// The names of a method's slots.
pub(crate) struct Names<'a> {
    variables: Vec<Variable<'a>>,
    /// Names and descriptors of slots that hold a parameter throughout, where no variable is told.
    parameters: Option<Vec<(u16, String, String)>>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(subject: &Subject<'a, '_>) -> Result<Self, Reason> {
        let variables = subject.code.variables(subject.class);
        // If any method of the class has variables, then one without has none.
        if !variables.is_empty() || subject.class.pool.names(b"LocalVariableTable") {
            return Ok(Self { variables, parameters: None });
        }
        let method = &subject.class.methods[subject.method];
        let mut parameters = Vec::new();
        let mut slot = 0;
        if !method.is_static() {
            parameters.push((0, "this".to_owned(), format!("L{};", subject.class.name)));
            slot = 1;
        }
        let signature = Signature::read(&method.descriptor);
        for descriptor in signature.map_or_else(Vec::new, |signature| signature.parameters) {
            parameters.push((slot, format!("slot{slot}"), descriptor.to_owned()));
            slot += kind_of(descriptor).map_or(1, Kind::words);
        }
        for instruction in &subject.code.instructions {
            if let Some((slot, kind)) = stored(subject, instruction)? {
                let end = slot.saturating_add(kind.words());
                // What a store of two slots covers is no parameter any longer, whole or half.
                parameters.retain(|(at, _, descriptor)| {
                    let words = kind_of(descriptor).map_or(1, Kind::words);
                    *at >= end || at.saturating_add(words) <= slot
                });
            }
        }
        Ok(Self { variables, parameters: Some(parameters) })
    }

    /// What may be read before the instruction at `pc`, by slots.
    pub(crate) fn readable(&self, state: &State, pc: u16) -> Vec<Local> {
        let mut found: Vec<Local> = match &self.parameters {
            None => self.told(state, pc),
            Some(parameters) => {
                let kinds = (0_u16..).zip(&state.locals);
                let kinds = kinds.filter_map(|(slot, one)| Some((slot, one.kind()?)));
                kinds.map(|(slot, kind)| untold(parameters, slot, kind)).collect()
            }
        };
        found.sort_by_key(|local| local.slot);
        found.dedup_by_key(|local| local.slot);
        found
    }

    fn told(&self, state: &State, pc: u16) -> Vec<Local> {
        let here = self.variables.iter().filter(|one| one.places.contains(&u32::from(pc)));
        let read = here.filter_map(|variable| {
            let kind = state.locals.get(usize::from(variable.slot))?.kind()?;
            let Variable { name, descriptor, slot, .. } = variable;
            (kind_of(descriptor) == Some(kind)).then(|| Local {
                name: name.clone().into_owned(),
                descriptor: descriptor.clone().into_owned(),
                kind,
                slot: *slot,
            })
        });
        read.collect()
    }
}

fn untold(parameters: &[(u16, String, String)], slot: u16, kind: Kind) -> Local {
    let parameter =
        parameters.iter().find(|(at, _, one)| *at == slot && kind_of(one) == Some(kind));
    let (name, descriptor) = match parameter {
        Some((_, name, descriptor)) => (name.clone(), descriptor.clone()),
        None => (format!("slot{slot}"), kind.widest().to_owned()),
    };
    Local { name, descriptor, kind, slot }
}

/// Keeps of `ours` what is also in `other`.
pub(crate) fn keep_common(ours: &mut Vec<Local>, other: &[Local]) {
    ours.retain(|local| other.contains(local));
}

impl Local {
    /// Its descriptor in a signature that names no class.
    pub(crate) fn passed_as(&self) -> Cow<'_, str> {
        match self.kind {
            Kind::Reference => Cow::Borrowed(Kind::Reference.widest()),
            _ => Cow::Borrowed(&self.descriptor),
        }
    }
}
