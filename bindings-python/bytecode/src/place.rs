//! Which calls come before or behind which instruction.
//!
//! Knows spots and the flow of the code. Invariant: every insert has at least one place, and each of
//! its places leaves the stack room for the call.

use crate::flow::{Flow, Ways};
use crate::op::{self, new};
use crate::{Insert, Refusal, Spot, Version};
use std::collections::{BTreeMap, HashMap};

/// The calls at one instruction, in the order they are made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Site {
    /// Made by a call of the function, whatever jumps here later.
    pub(crate) start: Vec<u32>,
    /// Made by ways that enter the line.
    pub(crate) line: Vec<u32>,
    /// Made by every way.
    pub(crate) before: Vec<u32>,
    /// Made behind the instruction.
    pub(crate) behind: Vec<u32>,
    /// Whether a way from the instruction before, or from a delegation, must jump over `line`.
    pub(crate) is_passed: bool,
}

/// Everything that is inserted.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Sites by their instruction.
    pub(crate) sites: BTreeMap<usize, Site>,
    /// Calls made when an exception leaves the function.
    pub(crate) unwind: Vec<u32>,
}

impl Plan {
    pub(crate) fn new(flow: &Flow, inserts: &[Insert]) -> Result<Self, Refusal> {
        let wanted = |insert: &Insert| matches!(insert.spot, Spot::Line(_));
        let ways = if inserts.iter().any(wanted) { flow.ways() } else { Vec::new() };
        let lines = by_line(flow, &ways);
        let mut plan = Self::default();
        for insert in inserts {
            plan.add(flow, insert, &ways, &lines)?;
        }
        for (index, site) in &mut plan.sites {
            let way = ways.get(*index).copied().unwrap_or_default();
            site.is_passed =
                !site.line.is_empty() && (way.passed || is_delegated_into(flow, *index));
        }
        Ok(plan)
    }

    fn add(
        &mut self,
        flow: &Flow,
        insert: &Insert,
        ways: &[Ways],
        lines: &HashMap<u32, Vec<usize>>,
    ) -> Result<(), Refusal> {
        let Insert { spot, constant } = *insert;
        let entry = flow.body.entry as usize;
        let places: Vec<usize> = match spot {
            Spot::Line(line) => lines.get(&line).cloned().unwrap_or_default(),
            Spot::Start => vec![entry],
            Spot::Exit => flow.places(|at| flow.op(at) == op::RETURN_VALUE),
            Spot::Yield => flow.places(|at| is_plain_yield(flow, at)),
            Spot::Resume => flow.places(|at| is_plain_yield(flow, at)),
            Spot::Unwind if flow.body.version < Version::V311 => {
                let why = "the interpreter has no table of handlers yet";
                return Err(Refusal::Unsupported(spot, why));
            }
            Spot::Unwind => {
                self.unwind.push(constant);
                return Ok(());
            }
        };
        debug_assert!(ways.is_empty() || ways.len() == flow.spans.len());
        if places.is_empty() {
            return Err(Refusal::Nowhere(spot));
        }
        for index in places {
            let index = if spot == Spot::Resume { resumed_at(flow, index) } else { index };
            // What is sent into a generator lies on the stack as what it yielded did.
            if !flow.has_room(index) {
                return Err(Refusal::NoRoom(spot));
            }
            let site = self.sites.entry(index).or_default();
            match spot {
                Spot::Line(_) => site.line.push(constant),
                Spot::Start => site.start.push(constant),
                Spot::Resume => site.behind.push(constant),
                Spot::Exit | Spot::Yield | Spot::Unwind => site.before.push(constant),
            }
        }
        Ok(())
    }
}

/// The instructions at which each line is entered.
pub(crate) fn by_line(flow: &Flow, ways: &[Ways]) -> HashMap<u32, Vec<usize>> {
    let mut lines: HashMap<u32, Vec<usize>> = HashMap::new();
    for (index, _) in ways.iter().enumerate().filter(|(_, way)| way.any) {
        lines.entry(flow.line(index)).or_default().push(index);
    }
    lines
}

/// A yield that is no step of a delegation, which goes on by itself.
fn is_plain_yield(flow: &Flow, index: usize) -> bool {
    let is_step =
        index > 0 && flow.body.version == Version::V311 && flow.op(index - 1) == new::SEND;
    flow.op(index) == op::YIELD_VALUE && !is_step
}

/// The instruction a generator goes on with.
fn resumed_at(flow: &Flow, index: usize) -> usize {
    let resumes = flow.body.version == Version::V311
        && flow.body.instructions.get(index + 1).is_some_and(|next| next.op == new::RESUME);
    index + usize::from(resumes)
}

/// Whether a delegation goes on here without entering the line. The interpreter itself may take that
/// way, and must find behind the delegation what was there.
fn is_delegated_into(flow: &Flow, index: usize) -> bool {
    let from = index.checked_sub(4);
    flow.body.version == Version::V311
        && from.is_some_and(|from| {
            let instruction = &flow.body.instructions[from];
            let leads_here = instruction.op == new::SEND && instruction.target as usize == index;
            leads_here && !flow.enters(from, index)
        })
}

impl Flow {
    pub(crate) fn op(&self, index: usize) -> u8 {
        self.body.instructions[index].op
    }

    fn places(&self, is_one: impl Fn(usize) -> bool) -> Vec<usize> {
        let all = self.body.entry as usize..self.body.instructions.len();
        all.filter(|index| self.is_reached(*index) && is_one(*index)).collect()
    }

    fn has_room(&self, index: usize) -> bool {
        let Some(stack) = &self.stack else { return true };
        stack.depth[index].is_some_and(|depth| depth < self.stack_size)
    }
}
