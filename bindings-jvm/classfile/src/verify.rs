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

    /// How the method begins.
    pub(crate) fn entry(&self) -> Result<State, Reason> {
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

#[cfg(test)]
mod tests {
    use super::state::Type::{Double, Int, Long, Null, Reference, Top, Uninitialized};
    use super::*;
    use crate::Kind;
    use crate::op;
    use crate::write::{Assembler, ClassWriter, STATIC, WriteError};

    /// What is known before the instruction at `pc` of a static method that takes an `int`, an object
    /// and a `long`; in a class of the given version.
    fn known(
        version: u8,
        pc: u16,
        fill: impl FnOnce(&mut Assembler<'_>) -> Result<(), WriteError>,
    ) -> Result<Option<State>, Reason> {
        let mut class = ClassWriter::new(0, "Subject", "java/lang/Object").unwrap();
        class.method(STATIC, "f", "(ILjava/lang/Object;J)V", fill).unwrap();
        let mut bytes = class.finish().unwrap();
        bytes[7] = version;
        let class = Class::read(&bytes).unwrap();
        let code = Code::read(&class, 0).unwrap();
        let subject = Subject { class: &class, code: &code, method: 0 };
        subject.states(&[pc]).map(|mut states| states.pop().flatten())
    }

    fn locals(state: Result<Option<State>, Reason>) -> Vec<Type> {
        state.unwrap().unwrap().locals
    }

    #[test]
    fn parameters_are_known_and_halves_are_not() {
        let nothing = |code: &mut Assembler<'_>| code.op(op::RETURN);
        assert_eq!(locals(known(51, 0, nothing)), [Int, Reference, Long, Top]);
        assert_eq!(locals(known(49, 0, nothing)), [Int, Reference, Long, Top]);
        let second_half = |code: &mut Assembler<'_>| {
            code.push_int(1)?;
            code.store(Kind::Int, 3)?;
            code.op(op::RETURN)
        };
        assert_eq!(locals(known(51, 2, second_half)), [Int, Reference, Top, Int]);
        let over_both = |code: &mut Assembler<'_>| {
            code.op(op::DCONST_0)?;
            code.store(Kind::Double, 1)?;
            code.op(op::RETURN)
        };
        assert_eq!(locals(known(51, 2, over_both)), [Int, Double, Top, Top]);
    }

    #[test]
    fn what_was_made_is_known_once_its_constructor_ran() {
        let made = |code: &mut Assembler<'_>| {
            code.new_object("java/lang/Object")?;
            code.op(op::DUP)?;
            code.store(Kind::Reference, 0)?;
            code.invoke_special(["java/lang/Object", "<init>", "()V"])?;
            code.op(op::RETURN)
        };
        let before = known(51, 5, made).unwrap().unwrap();
        assert_eq!((before.locals[0], before.stack), (Uninitialized(0), vec![Uninitialized(0)]));
        assert_eq!(Uninitialized(0).kind(), None);
        assert_eq!(locals(known(51, 8, made))[0], Reference);
        assert_eq!(locals(known(49, 8, made))[0], Reference);
    }

    #[test]
    fn where_ways_meet_only_what_they_share_is_known() {
        let meets = |code: &mut Assembler<'_>| {
            let [other, end] = [code.label(), code.label()];
            code.load(Kind::Int, 0)?; // 0
            code.jump(op::IFEQ, other)?; // 1
            code.op(op::ACONST_NULL)?; // 4
            code.store(Kind::Reference, 1)?; // 5
            code.jump(op::GOTO, end)?; // 6
            code.bind(other);
            code.op(op::ACONST_NULL)?; // 9
            code.store(Kind::Reference, 0)?; // 10
            code.bind(end);
            code.op(op::RETURN) // 11
        };
        assert_eq!(locals(known(49, 6, meets)), [Int, Null, Long, Top]);
        assert_eq!(locals(known(49, 11, meets)), [Top, Reference, Long, Top]);
    }

    #[test]
    fn behind_an_end_nothing_is_known() {
        let dead = |code: &mut Assembler<'_>| {
            code.op(op::RETURN)?;
            code.op(op::NOP)?;
            code.op(op::RETURN)
        };
        for version in [49, 50, 51] {
            assert_eq!(known(version, 1, dead), Ok(None), "{version}");
        }
    }

    #[test]
    fn subroutines_are_refused() {
        let mut class = ClassWriter::new(0, "Subject", "java/lang/Object").unwrap();
        let fill = |code: &mut Assembler<'_>| {
            let end = code.label();
            code.jump(op::GOTO, end)?;
            code.bind(end);
            code.op(op::RETURN)
        };
        class.method(STATIC, "f", "()V", fill).unwrap();
        let mut bytes = class.finish().unwrap();
        let jump = bytes.windows(4).position(|four| four == [op::GOTO, 0, 3, op::RETURN]).unwrap();
        (bytes[7], bytes[jump]) = (48, op::JSR);
        let class = Class::read(&bytes).unwrap();
        let code = Code::read(&class, 0).unwrap();
        let subject = Subject { class: &class, code: &code, method: 0 };
        assert_eq!(subject.states(&[0]), Err(Reason::NoStackMap));
    }
}
