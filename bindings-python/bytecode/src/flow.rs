//! From where each line is entered.
//!
//! Knows instructions, lines and handlers. Invariant: a way into a line counts exactly where the
//! interpreter's own line events of 3.12 and later would fire, the end of a statement that spans
//! lines excepted; before 3.10, whose lines lie where a way only passes through, where its own fire.

use crate::decode::{Body, Instruction, NONE};
use crate::exceptions::Guard;
use crate::lines::Span;
use crate::op::{self, new, old};
use crate::stack::Stack;
use crate::{Code, Refusal, Version, exceptions, lines, stack};
use std::collections::HashSet;

/// All that is known of a code object.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) body: Body,
    pub(crate) spans: Vec<Span>,
    pub(crate) guards: Vec<Guard>,
    /// What lies on the stack; on 3.11, where a stack may grow, nothing needs to know.
    pub(crate) stack: Option<Stack>,
    /// Slots the stack has.
    pub(crate) stack_size: u32,
    /// Where a line begins in the order of the code.
    starts: Vec<Start>,
}

/// Whether a line begins at an instruction, in the order of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    No,
    First,
    Again,
}

/// The ways into an instruction that enter its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ways {
    /// Any at all.
    pub(crate) any: bool,
    /// The instruction before it runs on into it, without entering its line.
    pub(crate) passed: bool,
}

impl Flow {
    pub(crate) fn read(code: &Code<'_>) -> Result<Self, Refusal> {
        let body = Body::read(code)?;
        let mut spans = lines::read(code, &body)?;
        for index in body.indices().skip(1).filter(|index| belongs_to_operand(&body, *index)) {
            spans[index] = spans[index - 1];
        }
        for (setup, end) in ends_of_loops(&body) {
            spans[end] = spans[setup];
        }
        let guards = exceptions::read(code, &body)?;
        let stack = match code.version {
            Version::V311 => None,
            _ => Some(stack::analyse(&body, &spans, code.stack_size)?),
        };
        let starts = starts(&body, &spans);
        Ok(Self { body, spans, guards, stack, stack_size: code.stack_size, starts })
    }

    fn begins(&self, index: usize) -> bool {
        self.starts[index] != Start::No
    }

    /// The line of an instruction; 0 is none.
    pub(crate) fn line(&self, index: usize) -> u32 {
        self.spans[index].first
    }

    /// Whether an instruction is reached at all, as far as one can tell.
    pub(crate) fn is_reached(&self, index: usize) -> bool {
        self.stack.as_ref().is_none_or(|stack| stack.depth[index].is_some())
    }

    /// Whether the way from one instruction to another, other than by an exception, enters the
    /// other's line.
    pub(crate) fn enters(&self, from: usize, to: usize) -> bool {
        let may = self.body.version > Version::V39 || self.begins(to) || from >= to;
        may && self.line(from) != self.line(to)
    }

    /// The same for an exception.
    pub(crate) fn enters_by_exception(&self, from: usize, handler: usize) -> bool {
        let may =
            self.body.version > Version::V39 || self.begins(handler) || !self.tidies_up(handler);
        may && self.line(from) != self.line(handler)
    }

    /// Whether a handler only leaves a `with` block or forgets a caught exception. 3.9 gives these the
    /// last line of the block, which may not have run at all.
    fn tidies_up(&self, handler: usize) -> bool {
        let Some(first) = self.body.instructions.get(handler) else { return false };
        let Some([store, delete]) = self.body.instructions.get(handler + 1..handler + 3) else {
            return false;
        };
        // STORE_NAME and its like, each one before the deletion of the same kind.
        let forgets = matches!(store.op, 90 | 97 | 125 | 137) && delete.op == store.op + 1;
        let is_name = first.op == op::LOAD_CONST && forgets && store.arg == delete.arg;
        first.op == op::WITH_EXCEPT_START || is_name
    }

    /// Whether the instruction before one can run on into it.
    pub(crate) fn is_run_into(&self, index: usize) -> bool {
        let before = index.checked_sub(1);
        before.is_some_and(|before| {
            let op = self.body.instructions[before].op;
            op::falls_through(self.body.version, op) && self.is_reached(before)
        })
    }

    /// The ways into each instruction.
    pub(crate) fn ways(&self) -> Vec<Ways> {
        let entry = self.body.entry as usize;
        let mut ways = vec![Ways::default(); self.body.instructions.len()];
        ways[entry].any = true;
        for index in self.body.indices().filter(|index| self.is_reached(*index)) {
            if index > entry && self.is_run_into(index) {
                let enters = self.enters(index - 1, index);
                ways[index].any |= enters;
                ways[index].passed = !enters;
            }
            let target = self.body.instructions[index].target as usize;
            if let Some(way) = ways.get_mut(target).filter(|_| !self.is_setup(index)) {
                way.any |= self.enters(index, target);
            }
            let handler = self.stack.as_ref().map_or(NONE, |stack| stack.handler[index]) as usize;
            if let Some(way) = ways.get_mut(handler) {
                way.any |= self.enters_by_exception(index, handler);
            }
        }
        for guard in &self.guards {
            let handler = guard.handler as usize;
            ways[handler].any |=
                self.guarded(guard).any(|at| self.enters_by_exception(at, handler));
        }
        for index in self.body.indices() {
            let is_place = index >= entry && self.line(index) != 0 && self.is_reached(index);
            ways[index].any &= is_place && !self.is_bound(index) && !self.is_continued(index);
        }
        ways
    }

    /// Instructions of a guarded stretch.
    pub(crate) fn guarded(&self, guard: &Guard) -> std::ops::Range<usize> {
        let index =
            |unit| self.body.at(unit).map_or(self.body.instructions.len(), |at| at as usize);
        index(guard.start)..index(guard.end)
    }

    /// Whether the target of an instruction is a handler, to which it does not itself jump.
    pub(crate) fn is_setup(&self, index: usize) -> bool {
        let op = self.body.instructions[index].op;
        self.body.version < Version::V311
            && matches!(op, old::SETUP_FINALLY | old::SETUP_WITH | old::SETUP_ASYNC_WITH)
    }

    /// Whether an instruction begins to leave a `with` block whose body has ended. 3.10 gives that the
    /// line of the `with`, like 3.11, which tells by its span that it is no new execution.
    fn leaves_with(&self, stack: &Stack, index: usize) -> bool {
        let instructions = &self.body.instructions;
        let is_passed = |at: &usize| matches!(instructions[*at].op, op::LOAD_CONST | op::ROT_TWO);
        // POP_BLOCK, ROT_TWO where a value is returned, LOAD_CONST.
        let passed = (0..=index).rev().take_while(is_passed).take(2).count();
        let Some(pop) = index.checked_sub(passed) else { return false };
        let handler = instructions.get(stack.handler[pop] as usize);
        instructions[pop].op == old::POP_BLOCK
            && handler.is_some_and(|one| one.op == op::WITH_EXCEPT_START)
    }

    /// Whether an instruction loads a constant that was folded from several lines, of which 3.10
    /// leaves one NOP each.
    fn is_folded(&self, index: usize) -> bool {
        let is_nop = |at: &usize| self.body.instructions[*at].op == op::NOP;
        let run = (0..index).rev().take_while(is_nop).count();
        let loads = self.body.instructions[index].op == op::LOAD_CONST;
        if run == 0 || !loads || self.body.version != Version::V310 {
            return false;
        }
        let line = self.line(index);
        let before = index.checked_sub(run + 1);
        (index - run..index).any(|at| self.line(at) == line)
            || before.is_some_and(|before| {
                let is_jump = self.body.instructions[before].target != NONE;
                self.line(before) == line && !is_jump
            })
    }

    /// Whether nothing may come between an instruction and the one before it: the interpreter
    /// looks for a suspended generator's neighbours, and prepares calls in steps.
    fn is_bound(&self, index: usize) -> bool {
        let op = self.body.instructions[index].op;
        let before = index.checked_sub(1).map(|before| self.body.instructions[before].op);
        match (self.body.version, op) {
            (_, op::END_ASYNC_FOR) => true,
            (Version::V39 | Version::V310, op) => {
                op == old::YIELD_FROM || belongs_to_operand(&self.body, index)
            }
            (_, new::RESUME | new::SEND | new::JUMP_BACKWARD_NO_INTERRUPT) => true,
            (_, new::CALL) => true,
            (_, op::YIELD_VALUE) => before == Some(new::SEND),
            _ => before == Some(new::GET_AWAITABLE) || before == Some(new::KW_NAMES),
        }
    }

    /// Whether an instruction ends what its line began before the lines between: no new execution.
    fn is_continued(&self, index: usize) -> bool {
        let Span { first: line, last } = self.spans[index];
        let before = index.checked_sub(1).map_or(0, |before| self.line(before));
        if self.starts[index] != Start::Again || before <= line {
            return false;
        }
        match &self.stack {
            // An operation whose own text spans lines, right behind one of its later lines.
            None => last > line && before <= last,
            // These versions do not keep last lines, but a value waits for its operation.
            Some(stack) => {
                stack.goes_on[index] || self.is_folded(index) || self.leaves_with(stack, index)
            }
        }
    }
}

/// Whether an instruction only ends what the one before it computed. Before 3.11 the compiler gives it
/// the line of its statement, so that every operand of a condition would come back to that line.
fn belongs_to_operand(body: &Body, index: usize) -> bool {
    let Instruction { op, arg, .. } = body.instructions[index];
    let ends = match op {
        // LIST_APPEND, SET_ADD and MAP_ADD of a comprehension; in a display they have an argument of 1.
        145..=147 => arg > 1,
        // JUMP_IF_*_OR_POP, POP_JUMP_IF_*
        _ => matches!(op, 111 | 112 | 114 | 115),
    };
    ends && body.version < Version::V311
}

/// Ends of asynchronous loops, each with where its loop begins. 3.9 gives such an end the line of what
/// comes behind the loop, which would be entered there and never again.
fn ends_of_loops(body: &Body) -> Vec<(usize, usize)> {
    let setups = body.instructions.iter().enumerate();
    let setups = setups.filter(|(_, one)| one.op == old::SETUP_FINALLY && one.target != NONE);
    let ends = setups.map(|(setup, one)| (setup, one.target as usize));
    let is_end = |end: usize| body.instructions[end].op == op::END_ASYNC_FOR;
    ends.filter(|(_, end)| body.version == Version::V39 && is_end(*end)).collect()
}

fn starts(body: &Body, spans: &[Span]) -> Vec<Start> {
    let (mut line, mut known) = (0, HashSet::new());
    let start = |(index, span): (usize, &Span)| {
        if span.first == 0 || span.first == line {
            return Start::No;
        }
        line = span.first;
        // What sets the frame up has a line, and does not execute it.
        if index >= body.entry as usize && !known.insert(line) {
            Start::Again
        } else {
            Start::First
        }
    };
    spans.iter().enumerate().map(start).collect()
}
