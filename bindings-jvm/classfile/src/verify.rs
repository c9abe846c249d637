//! What the verifier knows of locals and stack at a place in code.
//!
//! Knows its rules as far as they say which slots may be read and as what; classes of references
//! matter to none of these. Invariant: if the code verifies, so does a load of what is readable here.
//!
//! From version 50 on the state is that of the last stack map and the instructions behind it. Before,
//! and in code of version 50 without maps, the older verifier's inference is followed.

mod infer;
mod state;
mod step;

pub(crate) use state::State;
pub(crate) use step::{loaded, stored};

use state::Type;

use crate::class::Class;
use crate::code::Code;
use crate::frames::{self, Change, Entry, Map, tag};
use crate::refusal::Reason;

/// The first version with stack maps.
pub(crate) const MAPPED: u16 = 50;
/// Types kept for one method, which no compiler comes near.
const MOST_TYPES: usize = 1 << 22;

/// A method whose states are asked for.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a, 'b> {
    pub(crate) class: &'b Class<'a>,
    pub(crate) code: &'b Code<'a>,
    pub(crate) method: usize,
}

impl Subject<'_, '_> {
    /// The states before the instructions at `wanted`, which ascend; none where nothing leads.
    pub(crate) fn states(&self, wanted: &[u16]) -> Result<Vec<Option<State>>, Reason> {
        let maps = match frames::read(self.code) {
            Ok(maps) => maps,
            // The JVM falls back to inference.
            Err(_) if self.class.version == MAPPED => return infer::states(self, wanted),
            Err(reason) => return Err(reason),
        };
        if self.class.version < MAPPED {
            return infer::states(self, wanted);
        }
        let Some(maps) = maps else {
            return match self.class.version {
                MAPPED => infer::states(self, wanted),
                _ => self.mapped(&[], wanted),
            };
        };
        if self.class.version > MAPPED {
            return self.mapped(&maps, wanted);
        }
        // Either verifier may be the one that decides.
        let inferred = infer::states(self, wanted)?;
        let Ok(mapped) = self.mapped(&maps, wanted) else { return Ok(inferred) };
        let both = inferred.into_iter().zip(mapped).map(|(inferred, mapped)| {
            let (mut one, other) = (inferred?, mapped?);
            one.meet(&other)?;
            Some(one)
        });
        Ok(both.collect())
    }

    fn entry(&self) -> Result<State, Reason> {
        let method = &self.class.methods[self.method];
        let max = [self.code.max_locals, self.code.max_stack];
        let is_root = self.class.superclass.is_none();
        State::entry(method, max, is_root)
    }

    /// States by stack maps.
    fn mapped(&self, maps: &[Map], wanted: &[u16]) -> Result<Vec<Option<State>>, Reason> {
        let mut locals = self.entry()?.list();
        let mut state = Some(self.entry()?);
        let mut maps = maps.iter().peekable();
        let mut wanted = wanted.iter().peekable();
        let (mut found, mut types) = (Vec::new(), 0);
        for instruction in &self.code.instructions {
            while let Some(map) = maps.next_if(|map| map.pc == instruction.pc) {
                types += locals.len();
                let stack = change(&mut locals, &map.change)?;
                state = Some(State::mapped(&locals, &stack, self.code)?);
            }
            if wanted.next_if(|pc| **pc == instruction.pc).is_some() {
                types += state.as_ref().map_or(0, State::size);
                found.push(state.clone());
            }
            if types > MOST_TYPES {
                return Err(Reason::Malformed("its stack maps hold too much"));
            }
            let Some(before) = &mut state else { continue };
            step::step(self, before, instruction)?;
            if crate::op::ends_flow(instruction.op) {
                state = None;
            }
        }
        Ok(found)
    }
}

/// Applies a map to the list of locals; answers the stack.
fn change(locals: &mut Vec<Type>, change: &Change) -> Result<Vec<Type>, Reason> {
    let types = |entries: &[Entry]| entries.iter().map(type_of).collect::<Vec<_>>();
    Ok(match change {
        Change::Same => Vec::new(),
        Change::One(entry) => vec![type_of(entry)],
        Change::Chop(count) => {
            let left = locals.len().checked_sub(usize::from(*count));
            locals.truncate(left.ok_or(Reason::Malformed("a stack map drops too many locals"))?);
            Vec::new()
        }
        Change::Append(entries) => {
            locals.extend(types(entries));
            Vec::new()
        }
        Change::Full(all, stack) => {
            *locals = types(all);
            types(stack)
        }
    })
}

fn type_of(entry: &Entry) -> Type {
    match entry.tag {
        tag::INT => Type::Int,
        tag::FLOAT => Type::Float,
        tag::DOUBLE => Type::Double,
        tag::LONG => Type::Long,
        tag::NULL => Type::Null,
        tag::UNINITIALIZED_THIS => Type::UninitializedThis,
        tag::OBJECT => Type::Reference,
        tag::UNINITIALIZED => Type::Uninitialized(entry.value),
        _ => Type::Top,
    }
}
