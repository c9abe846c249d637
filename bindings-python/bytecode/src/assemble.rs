//! The new code: old instructions and inserted calls in their order, with every jump led right.
//!
//! Knows pieces and labels. Invariant: an old instruction keeps its place in the order, and a jump
//! is as long as it must be, never shorter than it was.

use crate::decode::{Instruction, NONE};
use crate::exceptions::Guard;
use crate::flow::Flow;
use crate::op::{self, Jump, new};
use crate::place::{Plan, Site};
use crate::{Refusal, Version};
use std::collections::HashSet;

/// Where units of the new code come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// These units of the old code.
    Old { start: u32, end: u32 },
    /// A call for this line; 0 is none.
    Inserted(u32),
}

/// One operation of the new code.
#[derive(Clone, Copy, Debug)]
struct Piece {
    op: u8,
    arg: u32,
    prefixes: u8,
    caches: u8,
    /// The piece it jumps to, or `NONE`.
    target: u32,
    source: Source,
}

impl Piece {
    fn units(&self) -> u32 {
        u32::from(self.prefixes) + 1 + u32::from(self.caches)
    }
}

/// Pieces at which an old instruction can be reached.
#[derive(Clone, Copy, Debug)]
struct Labels {
    /// The first piece that was inserted for it, or itself.
    first: u32,
    /// By running into it.
    run: u32,
    /// By a way that enters its line.
    line: u32,
    /// By one that does not.
    own: u32,
    /// The instruction itself.
    old: u32,
}

/// The new code.
#[derive(Debug)]
pub(crate) struct Layout {
    version: Version,
    pieces: Vec<Piece>,
    /// For each old instruction.
    labels: Vec<Labels>,
    /// The first unit of each piece, and the end.
    positions: Vec<u32>,
    /// First unit of each old instruction, and the end.
    old_starts: Vec<u32>,
    /// The first piece of what runs when an exception leaves the function, or `NONE`.
    unwind: u32,
}

impl Layout {
    pub(crate) fn new(flow: &Flow, plan: &Plan) -> Result<Self, Refusal> {
        let instructions = &flow.body.instructions;
        let mut old_starts: Vec<u32> = instructions.iter().map(|one| one.start).collect();
        old_starts.push(flow.body.units);
        let mut layout = Self {
            version: flow.body.version,
            pieces: Vec::with_capacity(instructions.len() + plan.sites.len() * 4),
            labels: Vec::with_capacity(instructions.len()),
            positions: Vec::new(),
            old_starts,
            unwind: NONE,
        };
        let empty = Site::default();
        let mut sites = plan.sites.iter().peekable();
        for (index, instruction) in instructions.iter().enumerate() {
            let site = sites.next_if(|(at, _)| **at == index).map_or(&empty, |(_, site)| site);
            layout.place(flow.line(index), instruction, site);
        }
        if !plan.unwind.is_empty() {
            layout.unwind = layout.here();
            plan.unwind.iter().for_each(|hook| layout.call(*hook, 0));
            // With the place of the exception from below it, so that the traceback keeps it.
            layout.insert(new::RERAISE, 1, 0);
        }
        layout.lead(flow)?;
        layout.settle()?;
        Ok(layout)
    }

    fn here(&self) -> u32 {
        u32::try_from(self.pieces.len()).unwrap_or(NONE)
    }

    /// An old instruction and what comes with it.
    fn place(&mut self, line: u32, old: &Instruction, site: &Site) {
        let first = self.here();
        site.start.iter().for_each(|hook| self.call(*hook, line));
        let run = self.here();
        if site.is_passed {
            self.insert(op::JUMP_FORWARD, 0, line);
        }
        let line_label = self.here();
        site.line.iter().for_each(|hook| self.call(*hook, line));
        let own = self.here();
        if site.is_passed {
            self.pieces[run as usize].target = own;
        }
        site.before.iter().for_each(|hook| self.call(*hook, line));
        let itself = self.here();
        let Instruction { op, arg, start, prefixes, caches, .. } = *old;
        let source = Source::Old { start, end: old.end() };
        self.pieces.push(Piece { op, arg, prefixes, caches, target: NONE, source });
        site.behind.iter().for_each(|hook| self.call(*hook, line));
        self.labels.push(Labels { first, run, line: line_label, own, old: itself });
    }

    fn call(&mut self, hook: u32, line: u32) {
        self.insert(op::LOAD_CONST, hook, line);
        self.insert(op::UNARY_NOT, 0, line);
        self.insert(op::POP_TOP, 0, line);
    }

    fn insert(&mut self, op: u8, arg: u32, line: u32) {
        let prefixes = prefixes(arg);
        let source = Source::Inserted(line);
        self.pieces.push(Piece { op, arg, prefixes, caches: 0, target: NONE, source });
    }
    /// Leads every old jump to where its way belongs.
    fn lead(&mut self, flow: &Flow) -> Result<(), Refusal> {
        let entering = handlers_entered(flow);
        let mut old = flow.body.instructions.iter().enumerate();
        for piece in &mut self.pieces {
            if !matches!(piece.source, Source::Old { .. }) {
                continue;
            }
            let Some((index, instruction)) = old.next() else { break };
            let Some(labels) = self.labels.get(instruction.target as usize) else { continue };
            let target = instruction.target as usize;
            let enters = match flow.is_setup(index) {
                true => entering.contains(&instruction.target),
                false => flow.enters(index, target),
            };
            // The interpreter itself may go on behind a delegation, where it finds what was there.
            let is_delegation = self.version == Version::V311 && piece.op == new::SEND;
            piece.target = match enters {
                true => labels.line,
                false if is_delegation => labels.run,
                false => labels.own,
            };
        }
        Ok(())
    }

    /// Sizes every jump, which may push others further apart.
    fn settle(&mut self) -> Result<(), Refusal> {
        loop {
            self.measure()?;
            let mut grew = false;
            for index in 0..self.pieces.len() {
                let piece = self.pieces[index];
                if piece.target == NONE {
                    continue;
                }
                let arg = self.argument(index, &piece)?;
                let prefixes = prefixes(arg).max(piece.prefixes);
                grew |= prefixes > piece.prefixes;
                (self.pieces[index].arg, self.pieces[index].prefixes) = (arg, prefixes);
            }
            if !grew {
                return Ok(());
            }
        }
    }

    fn measure(&mut self) -> Result<(), Refusal> {
        self.positions.clear();
        let mut at = 0_u32;
        for piece in &self.pieces {
            self.positions.push(at);
            at = at
                .checked_add(piece.units())
                .filter(|at| *at < 1 << 30)
                .ok_or(Refusal::TooLarge)?;
        }
        self.positions.push(at);
        Ok(())
    }

    fn argument(&self, index: usize, piece: &Piece) -> Result<u32, Refusal> {
        let (from, to) = (self.positions[index + 1], self.positions[piece.target as usize]);
        let units = match op::jump(self.version, piece.op) {
            Some(Jump::Forward) => to.checked_sub(from),
            Some(Jump::Backward) => from.checked_sub(to),
            Some(Jump::Absolute) => Some(to),
            None => None,
        };
        let units = units.ok_or(Refusal::Damaged("a jump leads the wrong way"))?;
        units.checked_mul(op::scale(self.version)).ok_or(Refusal::TooLarge)
    }

    /// The first unit of what stands for the old unit, inserted calls included.
    fn moved(&self, unit: u32) -> u32 {
        let index = self.old_starts.partition_point(|start| *start <= unit).saturating_sub(1);
        let Some(labels) = self.labels.get(index) else { return self.body_end() };
        let into = unit - self.old_starts[index];
        if into == 0 {
            return self.positions[labels.first as usize];
        }
        // Counted from the end, for only prefixes were added.
        let left = self.old_starts[index + 1].saturating_sub(unit);
        self.positions[labels.old as usize + 1].saturating_sub(left)
    }

    /// The unit behind the last old instruction and its calls.
    fn body_end(&self) -> u32 {
        let end = if self.unwind == NONE { self.pieces.len() } else { self.unwind as usize };
        self.positions[end]
    }

    /// The same as `moved` for a byte.
    pub(crate) fn moved_byte(&self, byte: u64) -> u64 {
        let unit = u32::try_from(byte / 2).unwrap_or(u32::MAX);
        let beyond =
            byte.saturating_sub(u64::from(self.old_starts.last().copied().unwrap_or(0)) * 2);
        u64::from(self.moved(unit)) * 2 + if beyond > 0 { beyond } else { byte % 2 }
    }

    /// The new code in stretches of one origin.
    pub(crate) fn stretches(&self) -> impl Iterator<Item = (Source, u32)> {
        self.pieces.iter().map(|piece| (piece.source, piece.units()))
    }

    /// `co_code`.
    pub(crate) fn instructions(&self) -> Vec<u8> {
        let units = self.positions.last().copied().unwrap_or(0) as usize;
        let mut out = Vec::with_capacity(units * 2);
        for piece in &self.pieces {
            let [high, higher, low, lowest] = piece.arg.to_be_bytes();
            let bytes = [high, higher, low];
            for byte in &bytes[3 - usize::from(piece.prefixes)..] {
                out.extend([op::EXTENDED_ARG, *byte]);
            }
            out.extend([piece.op, lowest]);
            out.resize(out.len() + usize::from(piece.caches) * 2, 0);
        }
        out
    }

    /// The guards of the new code, in units.
    pub(crate) fn guards(&self, flow: &Flow) -> Vec<Guard> {
        let mut guards = Vec::with_capacity(flow.guards.len());
        for guard in &flow.guards {
            self.guard(flow, guard, &mut guards);
        }
        if self.unwind == NONE { guards } else { self.guard_rest(flow, &guards) }
    }

    /// A guard; a stretch whose handler is entered from its own line and others is parted.
    fn guard(&self, flow: &Flow, guard: &Guard, out: &mut Vec<Guard>) {
        let handler = guard.handler as usize;
        let labels = self.labels[handler];
        let label = |index: usize| match flow.enters_by_exception(index, handler) {
            true => self.positions[labels.line as usize],
            false => self.positions[labels.own as usize],
        };
        let mut start = self.moved(guard.start);
        let guarded = flow.guarded(guard);
        let mut led = label(guarded.start);
        for index in guarded {
            let here = label(index);
            if here != led {
                let end = self.moved(self.old_starts[index]);
                out.push(Guard { start, end, handler: led, depth: guard.depth });
                (start, led) = (end, here);
            }
        }
        let end = self.moved(guard.end);
        out.push(Guard { start, end, handler: led, depth: guard.depth });
    }

    /// Guards what nothing guards yet, so that every exception that leaves the body is seen.
    fn guard_rest(&self, flow: &Flow, guards: &[Guard]) -> Vec<Guard> {
        let handler = self.positions[self.unwind as usize];
        // Depth 0, with the place of the exception.
        let rest = |start, end| Guard { start, end, handler, depth: 1 };
        let mut at = self.positions[self.labels[flow.body.entry as usize].run as usize];
        let mut all = Vec::with_capacity(guards.len() * 2 + 1);
        for guard in guards {
            if guard.start > at {
                all.push(rest(at, guard.start));
            }
            all.push(*guard);
            at = at.max(guard.end);
        }
        if handler > at {
            all.push(rest(at, handler));
        }
        all
    }
}

/// Prefixes an argument needs.
fn prefixes(arg: u32) -> u8 {
    match arg {
        0..=0xff => 0,
        0x100..=0xffff => 1,
        0x1_0000..=0xff_ffff => 2,
        _ => 3,
    }
}

/// Handlers of blocks that an exception on another line can lead to, before 3.11.
fn handlers_entered(flow: &Flow) -> HashSet<u32> {
    let Some(stack) = &flow.stack else { return HashSet::new() };
    let handlers = stack.handler.iter().enumerate().filter(|(_, handler)| **handler != NONE);
    let entered =
        handlers.filter(|(index, handler)| flow.enters_by_exception(*index, **handler as usize));
    entered.map(|(_, handler)| *handler).collect()
}
