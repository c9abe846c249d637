//! The states of code without stack maps: types inferred along every way.
//!
//! Knows ways and handlers, not what instructions do. Invariant: what is known of a place holds on
//! every way to it.

use super::state::{State, Type};
use super::{MOST_TYPES, Subject, step};
use crate::op;
use crate::refusal::Reason;

/// Instructions followed for one method, which no compiler's code comes near.
const MOST_STEPS: usize = 1 << 21;

struct Inference<'a, 'b, 'c> {
    subject: &'c Subject<'a, 'b>,
    /// States at instructions where ways meet, and at those asked for.
    known: Vec<Option<State>>,
    /// Instructions whose state is kept.
    is_kept: Vec<bool>,
    open: Vec<usize>,
    types: usize,
}

pub(super) fn states(
    subject: &Subject<'_, '_>,
    wanted: &[u16],
) -> Result<Vec<Option<State>>, Reason> {
    let code = subject.code;
    let count = code.instructions.len();
    let mut is_kept = vec![false; count];
    let mut keep = |pc: u32| {
        let index = code.at(pc).ok_or(Reason::Malformed("a place is in no instruction"))?;
        is_kept[index] = true;
        Ok(())
    };
    keep(0)?;
    for instruction in &code.instructions {
        code.each_target(instruction, &mut keep)?;
    }
    for guard in &code.guards {
        keep(u32::from(guard.handler))?;
    }
    for pc in wanted {
        keep(u32::from(*pc))?;
    }
    let known = vec![None; count];
    let mut inference = Inference { subject, known, is_kept, open: Vec::new(), types: 0 };
    inference.reach(0, &subject.entry()?)?;
    let mut steps = 0;
    while let Some(index) = inference.open.pop() {
        inference.follow(index, &mut steps)?;
    }
    let found = |pc: &u16| code.at(u32::from(*pc)).and_then(|at| inference.known[at].clone());
    Ok(wanted.iter().map(found).collect())
}

impl Inference<'_, '_, '_> {
    /// Notes a way to an instruction whose state is kept.
    fn reach(&mut self, index: usize, state: &State) -> Result<(), Reason> {
        let is_changed = match &mut self.known[index] {
            Some(known) => known
                .meet(state)
                .ok_or(Reason::Malformed("a place has two heights of the stack"))?,
            none => {
                self.types += state.size();
                *none = Some(state.clone());
                true
            }
        };
        if self.types > MOST_TYPES {
            return Err(Reason::Malformed("its code has too many ways"));
        }
        if is_changed {
            self.open.push(index);
        }
        Ok(())
    }

    /// Follows the code from an instruction to the next whose state is kept.
    fn follow(&mut self, first: usize, steps: &mut usize) -> Result<(), Reason> {
        let code = self.subject.code;
        let Some(mut state) = self.known[first].clone() else { return Ok(()) };
        for index in first.. {
            *steps += 1 + state.size() / 16;
            if *steps > MOST_STEPS {
                return Err(Reason::Malformed("its code has too many ways"));
            }
            let Some(instruction) = code.instructions.get(index) else {
                return Err(Reason::Malformed("code runs over its end"));
            };
            if index > first && self.is_kept[index] {
                return self.reach(index, &state);
            }
            self.throw(u32::from(instruction.pc), &state, steps)?;
            step::step(self.subject, &mut state, instruction)?;
            let mut targets = Vec::new();
            code.each_target(instruction, |pc| {
                targets.extend(code.at(pc));
                Ok(())
            })?;
            for target in targets {
                self.reach(target, &state)?;
            }
            if op::ends_flow(instruction.op) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Notes the ways to the handlers of an instruction.
    fn throw(&mut self, pc: u32, state: &State, steps: &mut usize) -> Result<(), Reason> {
        let code = self.subject.code;
        *steps += code.guards.len() / 16;
        let of_pc = |guard: &&crate::code::Guard| u32::from(guard.start) <= pc && pc < guard.end;
        for guard in code.guards.iter().filter(of_pc) {
            let mut thrown = state.clone();
            thrown.stack.clear();
            thrown.push(Type::Reference)?;
            if let Some(handler) = code.at(u32::from(guard.handler)) {
                *steps += 1 + state.size() / 16;
                self.reach(handler, &thrown)?;
            }
        }
        Ok(())
    }
}
