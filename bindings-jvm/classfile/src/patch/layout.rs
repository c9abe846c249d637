//! Where each instruction of a method comes to lie.
//!
//! Knows lengths and jumps. Invariant: instructions keep their order, and each lies behind what was
//! inserted before it.

use super::{HUGE, Insertion, MOST_CODE};
use crate::code::{Code, Instruction, padding};
use crate::op;
use crate::refusal::{Reason, Refusal};
use crate::verify::Subject;
use crate::wrap::Wrap;

/// A method's code laid out anew.
#[derive(Debug)]
pub(crate) struct Layout {
    /// By instruction, and one more for the end: where what is inserted before it begins.
    befores: Vec<u32>,
    /// By instruction, and one more for the end: where it lies itself.
    selves: Vec<u32>,
    /// The code.
    pub(crate) bytes: Vec<u8>,
    /// How much higher the stack may grow.
    pub(crate) extra_stack: u16,
    /// Stretches of a wrap's own code that its handler does not guard.
    pub(crate) exits: Vec<(u32, u32)>,
}

impl Layout {
    /// Lays out a method with those of the insertions whose indices are `of_method`.
    pub(crate) fn new(
        subject: Subject<'_, '_>,
        insertions: &[Insertion],
        of_method: &[usize],
        wrap: Option<&Wrap>,
    ) -> Result<Self, Refusal> {
        let code = subject.code;
        let by_instruction = by_instruction(code, insertions, of_method)?;
        let mut layout = Self {
            befores: Vec::with_capacity(code.instructions.len() + 1),
            selves: Vec::with_capacity(code.instructions.len() + 1),
            bytes: Vec::with_capacity(code.bytes.len() * 2),
            extra_stack: 0,
            exits: Vec::new(),
        };
        layout.bytes.extend_from_slice(wrap.map_or(&[], |wrap| &wrap.entry));
        for (instruction, inserted) in code.instructions.iter().zip(&by_instruction) {
            layout.befores.push(layout.bytes.len() as u32);
            for insertion in inserted.iter().map(|index| &insertions[*index]) {
                layout.bytes.extend_from_slice(&insertion.code);
                layout.extra_stack = layout.extra_stack.max(insertion.extra_stack);
            }
            if let Some(wrap) = wrap.filter(|_| is_return(instruction.op)) {
                let start = layout.bytes.len() as u32;
                layout.bytes.extend_from_slice(&wrap.exit);
                layout.exits.push((start, layout.bytes.len() as u32));
            }
            layout.selves.push(layout.bytes.len() as u32);
            layout.room(code, instruction);
        }
        let end = layout.bytes.len() as u32;
        layout.befores.push(end);
        layout.selves.push(end);
        if let Some(wrap) = wrap {
            layout.extra_stack = layout.extra_stack.max(wrap.extra_stack);
            layout.bytes.extend_from_slice(&wrap.unwind);
            layout.bytes.push(op::ATHROW);
        }
        layout.check(subject, insertions, of_method)?;
        layout.fill_all(subject, insertions, of_method)?;
        Ok(layout)
    }

    /// Refuses what is larger than it may be.
    fn check(
        &self,
        subject: Subject<'_, '_>,
        insertions: &[Insertion],
        of_method: &[usize],
    ) -> Result<(), Refusal> {
        let (old, new) = (subject.code.bytes.len(), self.bytes.len());
        let Some(reason) = outgrown(old, new) else { return Ok(()) };
        let bound = if reason == Reason::TooLarge { MOST_CODE + 1 } else { HUGE };
        Err(match overflowing(insertions, of_method, bound - old) {
            Some(index) => Refusal::of_insertion(index, reason),
            None => Refusal::of_method(subject.method)(reason),
        })
    }

    /// Writes every jump anew.
    fn fill_all(
        &mut self,
        subject: Subject<'_, '_>,
        insertions: &[Insertion],
        of_method: &[usize],
    ) -> Result<(), Refusal> {
        for (index, instruction) in subject.code.instructions.iter().enumerate() {
            self.fill(subject.code, index, instruction).map_err(|(reason, target)| {
                // Forward, what is before the jump and before its target makes it no longer.
                let jump = match instruction.pc < target {
                    true => instruction.pc + 1..target,
                    false => target..instruction.pc + 1,
                };
                let is_between = |index: &&usize| jump.contains(&insertions[**index].pc);
                let between = of_method.iter().rev().find(is_between);
                match between.filter(|_| reason == Reason::JumpTooFar) {
                    Some(index) => Refusal::of_insertion(*index, reason),
                    None => Refusal::of_method(subject.method)(reason),
                }
            })?;
        }
        Ok(())
    }

    /// Reserves an instruction's bytes: as they are, but for a switch's padding.
    fn room(&mut self, code: &Code<'_>, instruction: &Instruction) {
        let bytes = code.bytes_of(instruction);
        if !is_switch(instruction.op) {
            self.bytes.extend_from_slice(bytes);
            return;
        }
        self.bytes.push(instruction.op);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        self.bytes.extend_from_slice(&bytes[1 + padding(instruction.pc)..]);
    }

    /// Writes an instruction's jumps anew; answers with a fault the place to which it leads.
    fn fill(
        &mut self,
        code: &Code<'_>,
        index: usize,
        instruction: &Instruction,
    ) -> Result<(), (Reason, u16)> {
        let at = self.selves[index];
        let is_short =
            !is_switch(instruction.op) && !matches!(instruction.op, op::GOTO_W | op::JSR_W);
        let mut offsets = Vec::new();
        let mut last = 0;
        let read = code.each_target(instruction, |target| {
            last = u16::try_from(target).unwrap_or(u16::MAX);
            let offset = i64::from(self.before(code, target)?) - i64::from(at);
            let fits = !is_short || i16::try_from(offset).is_ok();
            offsets.push(i32::try_from(offset).ok().filter(|_| fits).ok_or(Reason::JumpTooFar)?);
            Ok(())
        });
        read.map_err(|reason| (reason, last))?;
        let start = at as usize;
        let mut put =
            |at: usize, bytes: &[u8]| self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
        match (instruction.op, offsets.as_slice()) {
            (_, []) => {}
            (op::TABLESWITCH | op::LOOKUPSWITCH, [default, cases @ ..]) => {
                let operands = (start + 1).next_multiple_of(4);
                put(operands, &default.to_be_bytes());
                let step = if instruction.op == op::TABLESWITCH { 4 } else { 8 };
                for (case, offset) in cases.iter().enumerate() {
                    put(operands + 12 + step * case, &offset.to_be_bytes());
                }
            }
            (_, [offset, ..]) if is_short => put(start + 1, &offset.to_be_bytes()[2..]),
            (_, [offset, ..]) => put(start + 1, &offset.to_be_bytes()),
        }
        Ok(())
    }

    /// Where what stands before an instruction begins; the end of the code is one too.
    pub(crate) fn before(&self, code: &Code<'_>, pc: u32) -> Result<u32, Reason> {
        self.at(&self.befores, code, pc)
    }

    /// Where an instruction lies itself.
    pub(crate) fn itself(&self, code: &Code<'_>, pc: u16) -> Result<u16, Reason> {
        narrow(self.at(&self.selves, code, u32::from(pc))?)
    }

    fn at(&self, places: &[u32], code: &Code<'_>, pc: u32) -> Result<u32, Reason> {
        let is_end = pc as usize == code.bytes.len();
        let index = if is_end { Some(code.instructions.len()) } else { code.at(pc) };
        let place = index.and_then(|index| places.get(index)).copied();
        place.ok_or(Reason::Malformed("a place is in no instruction"))
    }

    /// The new place for tables that nobody verifies: what lies within an instruction stays there.
    pub(crate) fn roughly(&self, code: &Code<'_>, pc: u32) -> u32 {
        if pc == 0 {
            return 0;
        }
        let pc = pc.min(code.bytes.len() as u32);
        if let Ok(place) = self.before(code, pc) {
            return place;
        }
        let index = code.instructions.partition_point(|one| u32::from(one.pc) < pc);
        let index = index.saturating_sub(1);
        let inside = pc - u32::from(code.instructions[index].pc);
        (self.selves[index] + inside).min(self.befores[index + 1] - 1)
    }

    /// Where the body's code begins and ends: what a wrap adds is outside.
    pub(crate) fn body_end(&self) -> u32 {
        self.befores.last().copied().unwrap_or(0)
    }
}

/// Why code may not grow from one length to another.
pub(crate) fn outgrown(old: usize, new: usize) -> Option<Reason> {
    if new > MOST_CODE {
        Some(Reason::TooLarge)
    } else if old < HUGE && new >= HUGE {
        Some(Reason::TooLargeToCompile)
    } else {
        None
    }
}

/// The insertions before each instruction.
fn by_instruction(
    code: &Code<'_>,
    insertions: &[Insertion],
    of_method: &[usize],
) -> Result<Vec<Vec<usize>>, Refusal> {
    let mut by_instruction = vec![Vec::new(); code.instructions.len()];
    for index in of_method {
        let at = code.at(u32::from(insertions[*index].pc));
        let at = at.ok_or(Reason::Malformed("a place is in no instruction"));
        let at = at.map_err(|reason| Refusal::of_insertion(*index, reason))?;
        by_instruction[at].push(*index);
    }
    Ok(by_instruction)
}

/// The first insertion with which the method reaches a bound, `room` bytes away; else the last.
fn overflowing(insertions: &[Insertion], of_method: &[usize], room: usize) -> Option<usize> {
    let mut sum = 0;
    let first = of_method.iter().find(|index| {
        sum += insertions[**index].code.len();
        sum >= room
    });
    first.or(of_method.last()).copied()
}

pub(crate) fn is_return(op: u8) -> bool {
    (op::IRETURN..=op::RETURN).contains(&op)
}

fn is_switch(op: u8) -> bool {
    matches!(op, op::TABLESWITCH | op::LOOKUPSWITCH)
}

pub(crate) fn narrow(place: u32) -> Result<u16, Reason> {
    u16::try_from(place).map_err(|_| Reason::TooLarge)
}
