//! The instructions of a code object.
//!
//! Knows the format of wordcode, not what operations do. Invariant: every byte belongs to exactly
//! one instruction, and every jump names the first byte of one.

use crate::op::{self, Jump, new};
use crate::{Code, Refusal, Version};

/// No instruction.
pub(crate) const NONE: u32 = u32::MAX;

/// An operation with its argument's prefixes and its caches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instruction {
    pub(crate) op: u8,
    pub(crate) arg: u32,
    /// Its first unit, which is a prefix if it has any.
    pub(crate) start: u32,
    /// EXTENDED_ARG in front of it.
    pub(crate) prefixes: u8,
    /// Units of cache behind it.
    pub(crate) caches: u8,
    /// Index of the instruction it jumps to, or `NONE`.
    pub(crate) target: u32,
}

impl Instruction {
    /// The unit behind it.
    pub(crate) fn end(&self) -> u32 {
        self.start + u32::from(self.prefixes) + 1 + u32::from(self.caches)
    }
}

/// All instructions of a code object.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) version: Version,
    pub(crate) instructions: Vec<Instruction>,
    /// Units of the code.
    pub(crate) units: u32,
    /// Index of the first instruction behind the setting up of the frame.
    pub(crate) entry: u32,
}

/// Units a code may have; the interpreter counts its bytes in an `int`.
const MAX_UNITS: usize = 1 << 28;

impl Body {
    pub(crate) fn read(code: &Code<'_>) -> Result<Self, Refusal> {
        let (units, rest) = code.instructions.as_chunks::<2>();
        if !rest.is_empty() || units.is_empty() {
            return Err(Refusal::Damaged("the code is not made of whole instructions"));
        }
        if units.len() > MAX_UNITS {
            return Err(Refusal::TooLarge);
        }
        let instructions = split(code.version, units)?;
        let units = u32::try_from(units.len()).map_err(|_| Refusal::TooLarge)?;
        let entry = entry(code.version, &instructions)?;
        let mut body = Self { version: code.version, instructions, units, entry };
        body.resolve()?;
        Ok(body)
    }

    /// Index of the instruction that begins at `unit`.
    pub(crate) fn at(&self, unit: u32) -> Option<u32> {
        let found = self.instructions.binary_search_by_key(&unit, |instruction| instruction.start);
        found.ok().and_then(|index| u32::try_from(index).ok())
    }

    /// Indices of instructions in order.
    pub(crate) fn indices(&self) -> std::ops::Range<usize> {
        0..self.instructions.len()
    }

    fn resolve(&mut self) -> Result<(), Refusal> {
        let scale = op::scale(self.version);
        for index in self.indices() {
            let instruction = self.instructions[index];
            let Some(jump) = op::jump(self.version, instruction.op) else { continue };
            let (from, steps) = (instruction.end(), instruction.arg / scale);
            let unit = match jump {
                Jump::Forward => from.checked_add(steps),
                Jump::Backward => from.checked_sub(steps),
                Jump::Absolute => Some(steps),
            };
            let target = unit.filter(|_| instruction.arg.is_multiple_of(scale));
            let target = target.and_then(|unit| self.at(unit));
            let wrong = Refusal::Damaged("a jump leads nowhere");
            self.instructions[index].target = target.ok_or(wrong)?;
        }
        Ok(())
    }
}

fn split(version: Version, units: &[[u8; 2]]) -> Result<Vec<Instruction>, Refusal> {
    let broken = Refusal::Damaged("an instruction is not whole");
    let mut instructions = Vec::with_capacity(units.len());
    let (mut at, mut start, mut prefixes, mut arg) = (0_usize, 0_usize, 0_u8, 0_u32);
    while let Some([op, low]) = units.get(at) {
        arg |= u32::from(*low);
        at += 1;
        if *op == op::EXTENDED_ARG {
            prefixes += 1;
            if prefixes > 3 {
                return Err(Refusal::Damaged("an argument is too large"));
            }
            arg <<= 8;
            continue;
        }
        let caches = op::caches(version, *op);
        let behind = units.get(at..at + usize::from(caches)).ok_or(broken.clone())?;
        if behind.iter().any(|unit| *unit != [0, 0])
            || (version == Version::V311 && *op == new::CACHE)
        {
            return Err(Refusal::Damaged("a cache is where none may be, or is in use"));
        }
        let start_unit = u32::try_from(start).map_err(|_| Refusal::TooLarge)?;
        let target = NONE;
        instructions.push(Instruction {
            op: *op,
            arg,
            start: start_unit,
            prefixes,
            caches,
            target,
        });
        at += usize::from(caches);
        (start, prefixes, arg) = (at, 0, 0);
    }
    if prefixes > 0 { Err(broken) } else { Ok(instructions) }
}

/// The first instruction behind those that set the frame up.
fn entry(version: Version, instructions: &[Instruction]) -> Result<u32, Refusal> {
    let entry = match version {
        Version::V39 => 0,
        Version::V310 => usize::from(instructions[0].op == op::old::GEN_START),
        Version::V311 => {
            let resume = instructions.iter().position(|one| one.op == new::RESUME);
            resume.ok_or(Refusal::Damaged("the function never starts"))? + 1
        }
    };
    if entry >= instructions.len() {
        return Err(Refusal::Damaged("the function has no body"));
    }
    u32::try_from(entry).map_err(|_| Refusal::TooLarge)
}
