//! What lies on the stack at each instruction of CPython 3.9 and 3.10.
//!
//! Follows the code with a stack of marks: each slot knows the line that pushed it, or that it
//! belongs to the machinery of a loop or block. Knows no spots. Invariant: a depth it tells is the
//! depth the interpreter has there; code whose ways disagree is refused.

mod effect;

use crate::decode::{Body, Instruction, NONE};
use crate::lines::Span;
use crate::op::{self, old};
use crate::{Refusal, Version};
use effect::{Effect, MACHINERY, effect};
use std::collections::HashMap;

/// A slot that different ways fill from different lines.
const MIXED: u32 = u32::MAX;
/// Slots a stack may have; no compiler comes near, and it bounds the memory for broken code.
const MAX_DEPTH: usize = 1 << 16;

const NOT_NEEDED: Refusal = Refusal::Damaged("the stack is not what an instruction needs");

/// A block of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    /// Guarded by the handler at this index.
    Guarded(u32),
    /// A handler runs.
    Handler,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    slots: Vec<u32>,
    blocks: Vec<Block>,
}

/// What is known of each instruction; unreachable ones have no depth.
#[derive(Debug)]
pub(crate) struct Stack {
    /// Depth before the instruction.
    pub(crate) depth: Vec<Option<u32>>,
    /// Whether it goes on with an expression that a line before it in the code has just added to.
    pub(crate) goes_on: Vec<bool>,
    /// The handler an exception at the instruction leads to, or `NONE`.
    pub(crate) handler: Vec<u32>,
}

struct Walk<'a> {
    body: &'a Body,
    spans: &'a [Span],
    most: usize,
    /// States at instructions that several ways lead to.
    entries: HashMap<u32, State>,
    /// Instructions whose state was found or widened.
    open: Vec<u32>,
    /// Instructions that jumps lead to.
    joins: Vec<bool>,
    stack: Stack,
}

/// Follows the code.
pub(crate) fn analyse(body: &Body, spans: &[Span], most: u32) -> Result<Stack, Refusal> {
    let count = body.instructions.len();
    let mut joins = vec![false; count];
    for instruction in body.instructions.iter().filter(|one| one.target != NONE) {
        joins[instruction.target as usize] = true;
    }
    let stack =
        Stack { depth: vec![None; count], goes_on: vec![false; count], handler: vec![NONE; count] };
    let most = usize::try_from(most).unwrap_or(MAX_DEPTH).min(MAX_DEPTH);
    // A generator of 3.10 starts with the value sent.
    let starts_with_value = body.instructions[0].op == old::GEN_START;
    let slots = if starts_with_value && body.version == Version::V310 { vec![0] } else { vec![] };
    let entries = HashMap::from([(0, State { slots, blocks: Vec::new() })]);
    let mut walk = Walk { body, spans, most, entries, open: vec![0], joins, stack };
    while let Some(index) = walk.open.pop() {
        walk.run(index)?;
    }
    Ok(walk.stack)
}

impl Walk<'_> {
    /// Follows the code from `index` to where it joins another way or ends.
    fn run(&mut self, index: u32) -> Result<(), Refusal> {
        let Some(mut state) = self.entries.get(&index).cloned() else { return Ok(()) };
        let mut index = index as usize;
        loop {
            let instruction = &self.body.instructions[index];
            let line = self.spans[index].first;
            self.note(index, &state, line)?;
            if instruction.target != NONE {
                let mut taken = state.clone();
                self.apply(&mut taken, instruction, line, true)?;
                self.join(instruction.target, taken)?;
            }
            if !op::falls_through(self.body.version, instruction.op) {
                return self.apply(&mut state, instruction, line, false);
            }
            self.apply(&mut state, instruction, line, false)?;
            index += 1;
            if index >= self.body.instructions.len() {
                return Err(Refusal::Damaged("the code runs past its end"));
            }
            if self.joins[index] {
                let index = u32::try_from(index).map_err(|_| Refusal::TooLarge)?;
                return self.join(index, state);
            }
        }
    }

    fn note(&mut self, index: usize, state: &State, line: u32) -> Result<(), Refusal> {
        self.stack.depth[index] = u32::try_from(state.slots.len()).ok();
        let before = index.checked_sub(1).map_or(line, |before| self.spans[before].first);
        if before != line {
            let instruction = &self.body.instructions[index];
            let effect = effect(self.body.version, instruction, false).ok_or(NOT_NEEDED)?;
            // CALL_FUNCTION_KW and BUILD_CONST_KEY_MAP take names from a constant of their own.
            let next = self.body.instructions.get(index + 1).map(|next| next.op);
            let is_names = instruction.op == op::LOAD_CONST && matches!(next, Some(141 | 156));
            let pops = is_names || matches!(effect, Effect::Change { pops: 1.., .. });
            let adds = state.slots.last().is_some_and(|top| *top == before || *top == MIXED);
            self.stack.goes_on[index] = adds && (pops || state.slots.contains(&line));
        }
        let guarded = state.blocks.iter().rev().find_map(|block| match block {
            Block::Guarded(handler) => Some(*handler),
            Block::Handler => None,
        });
        self.stack.handler[index] = guarded.unwrap_or(NONE);
        Ok(())
    }

    /// Does to `state` what the instruction does, jumping if `taken`.
    fn apply(
        &self,
        state: &mut State,
        instruction: &Instruction,
        line: u32,
        taken: bool,
    ) -> Result<(), Refusal> {
        let wrong = NOT_NEEDED;
        let effect = effect(self.body.version, instruction, taken).ok_or(wrong.clone())?;
        let slots = &mut state.slots;
        match effect {
            Effect::Rotate(count) => {
                let from = slots.len().checked_sub(count).ok_or(wrong.clone())?;
                let top = slots.get_mut(from..).ok_or(wrong.clone())?;
                // None to rotate is what no compiler writes, and what others may.
                top.rotate_right(usize::from(!top.is_empty()));
            }
            Effect::Copy(count) => {
                let from = slots.len().checked_sub(count).ok_or(wrong.clone())?;
                slots.extend_from_within(from..);
            }
            Effect::Change { pops, pushes, mark } => {
                let left = slots.len().checked_sub(pops).ok_or(wrong.clone())?;
                slots.truncate(left);
                if left.checked_add(pushes).is_none_or(|depth| depth > self.most) {
                    return Err(Refusal::Damaged("the stack is larger than the code says"));
                }
                let is_machinery = mark == MACHINERY || self.is_of_comprehension(instruction);
                let mark = if is_machinery { MACHINERY } else { line };
                slots.resize(left + pushes, mark);
            }
        }
        if slots.len() > self.most {
            return Err(Refusal::Damaged("the stack is larger than the code says"));
        }
        self.apply_to_blocks(state, instruction, taken).ok_or(wrong)
    }

    /// Whether the instruction makes what a comprehension collects into, or loads what it runs over:
    /// machinery of a loop like that of a statement, and no operand of its line.
    fn is_of_comprehension(&self, instruction: &Instruction) -> bool {
        let next = self.body.at(instruction.end()).map(|index| index as usize);
        let next = next.and_then(|next| self.body.instructions.get(next..));
        match (instruction.op, instruction.arg, next) {
            (op::LOAD_FAST, 0, Some([next, ..])) => next.op == op::FOR_ITER,
            (103..=105, 0, Some([load, next, ..])) => {
                let is_loop = matches!(next.op, op::FOR_ITER | old::SETUP_FINALLY);
                (load.op, load.arg) == (op::LOAD_FAST, 0) && is_loop
            }
            _ => false,
        }
    }

    fn apply_to_blocks(
        &self,
        state: &mut State,
        instruction: &Instruction,
        taken: bool,
    ) -> Option<()> {
        match instruction.op {
            old::SETUP_FINALLY | old::SETUP_WITH | old::SETUP_ASYNC_WITH if taken => {
                state.blocks.push(Block::Handler);
            }
            old::SETUP_FINALLY | old::SETUP_WITH | old::SETUP_ASYNC_WITH => {
                state.blocks.push(Block::Guarded(instruction.target));
            }
            old::POP_BLOCK => {
                let top = state.blocks.pop()?;
                return matches!(top, Block::Guarded(_)).then_some(());
            }
            old::POP_EXCEPT | op::END_ASYNC_FOR => {
                return (state.blocks.pop()? == Block::Handler).then_some(());
            }
            _ => {}
        }
        Some(())
    }

    /// Takes `state` to an instruction where ways meet.
    fn join(&mut self, index: u32, state: State) -> Result<(), Refusal> {
        let Some(known) = self.entries.get_mut(&index) else {
            self.entries.insert(index, state);
            self.open.push(index);
            return Ok(());
        };
        if known.slots.len() != state.slots.len() || known.blocks != state.blocks {
            return Err(Refusal::Damaged("ways with different stacks meet"));
        }
        let mut is_wider = false;
        for (known, slot) in known.slots.iter_mut().zip(state.slots) {
            if *known != slot && *known != MIXED {
                *known = MIXED;
                is_wider = true;
            }
        }
        if is_wider {
            self.open.push(index);
        }
        Ok(())
    }
}
