//! A method's code taken apart: instructions, handlers and the tables about them.
//!
//! Knows the form of instructions, not what they do to values. Invariant: every instruction lies
//! within the code, and every jump and handler leads to the begin of one.

use crate::bytes::Bytes;
use crate::class::{Attribute, Class, attributes};
use crate::op;
use crate::refusal::Reason;
use std::borrow::Cow;
use std::ops::Range;

const LEADS_NOWHERE: Reason = Reason::Malformed("a jump leads into an instruction or out of code");

/// An instruction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instruction {
    pub(crate) pc: u16,
    pub(crate) op: u8,
    pub(crate) len: u16,
}

/// A guarded stretch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard {
    pub(crate) start: u16,
    /// Behind its last instruction.
    pub(crate) end: u32,
    pub(crate) handler: u16,
    pub(crate) class: u16,
}

/// A variable of the source, as a compiler tells it.
#[derive(Clone, Debug)]
pub(crate) struct Variable<'a> {
    pub(crate) places: Range<u32>,
    pub(crate) name: Cow<'a, str>,
    pub(crate) descriptor: Cow<'a, str>,
    pub(crate) slot: u16,
}

/// A method's code.
#[derive(Clone, Debug)]
pub(crate) struct Code<'a> {
    /// The attribute's name, for it is written anew.
    pub(crate) name_index: u16,
    /// Where the attribute lies, head included.
    pub(crate) place: Range<usize>,
    pub(crate) max_stack: u16,
    pub(crate) max_locals: u16,
    pub(crate) bytes: &'a [u8],
    pub(crate) guards: Vec<Guard>,
    pub(crate) attributes: Vec<Attribute<'a>>,
    pub(crate) instructions: Vec<Instruction>,
    /// The instruction that begins at each byte; `NONE` inside of one.
    starts: Vec<u16>,
}

const NONE: u16 = u16::MAX;

impl<'a> Code<'a> {
    /// The code of a method, by its index.
    pub(crate) fn read(class: &Class<'a>, method: usize) -> Result<Self, Reason> {
        let method = class.methods.get(method).ok_or(Reason::NoMethod)?;
        let attribute = method.attributes.iter().find(|one| one.name == b"Code");
        let attribute = attribute.ok_or(Reason::NoCode)?;
        let mut from = Bytes::new(attribute.content);
        let (max_stack, max_locals) = (from.u2()?, from.u2()?);
        let bytes = from.counted()?;
        if bytes.is_empty() || bytes.len() > usize::from(u16::MAX) {
            return Err(Reason::Malformed("a method has no code or too much"));
        }
        let instructions = instructions(bytes)?;
        let mut starts = vec![NONE; bytes.len()];
        for (index, instruction) in (0..).zip(&instructions) {
            starts[usize::from(instruction.pc)] = index;
        }
        let mut guards = Vec::new();
        for _ in 0..from.u2()? {
            let (start, end) = (from.u2()?, u32::from(from.u2()?));
            guards.push(Guard { start, end, handler: from.u2()?, class: from.u2()? });
        }
        let attributes = attributes(&mut from, &class.pool)?;
        from.end()?;
        let (name_index, place) = (attribute.name_index, attribute.place.clone());
        let code = Self {
            name_index,
            place,
            max_stack,
            max_locals,
            bytes,
            guards,
            attributes,
            instructions,
            starts,
        };
        code.check()?;
        Ok(code)
    }

    fn check(&self) -> Result<(), Reason> {
        for instruction in &self.instructions {
            self.each_target(instruction, |target| {
                self.at(target).map(|_| ()).ok_or(LEADS_NOWHERE)
            })?;
        }
        for Guard { start, end, handler, .. } in &self.guards {
            let starts = [u32::from(*start), u32::from(*handler)];
            let is_end = *end as usize == self.bytes.len() || self.at(*end).is_some();
            if !is_end
                || u32::from(*start) >= *end
                || !starts.map(|pc| self.at(pc).is_some()).eq(&[true; 2])
            {
                return Err(Reason::Malformed("a handler guards no instructions"));
            }
        }
        Ok(())
    }

    /// The index of the instruction that begins at a byte.
    pub(crate) fn at(&self, pc: u32) -> Option<usize> {
        let index = self.starts.get(pc as usize).copied();
        index.filter(|index| *index != NONE).map(usize::from)
    }

    /// An instruction's bytes, its number included.
    pub(crate) fn bytes_of(&self, instruction: &Instruction) -> &'a [u8] {
        let start = usize::from(instruction.pc);
        &self.bytes[start..start + usize::from(instruction.len)]
    }

    /// What follows an instruction's number.
    pub(crate) fn operands(&self, instruction: &Instruction) -> Bytes<'a> {
        Bytes::new(&self.bytes_of(instruction)[1..])
    }

    /// Calls `each` with every byte to which an instruction jumps.
    pub(crate) fn each_target(
        &self,
        instruction: &Instruction,
        mut each: impl FnMut(u32) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        let mut to = |offset: i32| {
            let target = i64::from(instruction.pc) + i64::from(offset);
            each(u32::try_from(target).map_err(|_| LEADS_NOWHERE)?)
        };
        let mut operands = self.operands(instruction);
        match instruction.op {
            op::IFEQ..=op::JSR | op::IFNULL | op::IFNONNULL => to(i32::from(operands.i2()?)),
            op::GOTO_W | op::JSR_W => to(operands.i4()?),
            op::TABLESWITCH => {
                operands.take(padding(instruction.pc))?;
                to(operands.i4()?)?;
                let (low, high) = (operands.i4()?, operands.i4()?);
                (low..=high).try_for_each(|_| to(operands.i4()?))
            }
            op::LOOKUPSWITCH => {
                operands.take(padding(instruction.pc))?;
                to(operands.i4()?)?;
                let count = operands.i4()?;
                (0..count).try_for_each(|_| {
                    operands.i4()?;
                    to(operands.i4()?)
                })
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn attribute(&self, name: &[u8]) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|one| one.name == name)
    }

    /// Bytes at which lines begin, with their lines, in the order of the bytes; what lies within
    /// an instruction is left out.
    pub(crate) fn lines(&self) -> Result<Vec<(u16, u16)>, Reason> {
        let mut lines = Vec::new();
        for table in self.attributes.iter().filter(|one| one.name == b"LineNumberTable") {
            let mut from = Bytes::new(table.content);
            for _ in 0..from.u2()? {
                let (pc, line) = (from.u2()?, from.u2()?);
                if self.at(u32::from(pc)).is_some() {
                    lines.push((pc, line));
                }
            }
        }
        lines.sort_by_key(|(pc, _)| *pc);
        Ok(lines)
    }

    /// The variables, if the code was compiled with them; what makes no sense is left out.
    pub(crate) fn variables(&self, class: &Class<'a>) -> Vec<Variable<'a>> {
        let mut variables = Vec::new();
        let tables = self.attributes.iter().filter(|one| one.name == b"LocalVariableTable");
        for table in tables {
            let mut from = Bytes::new(table.content);
            for _ in 0..from.u2().unwrap_or(0) {
                let fields = [from.u2(), from.u2(), from.u2(), from.u2(), from.u2()];
                let [Ok(start), Ok(len), Ok(name), Ok(descriptor), Ok(slot)] = fields else {
                    break;
                };
                let texts = (class.pool.text(name), class.pool.text(descriptor));
                let (Ok(name), Ok(descriptor)) = texts else { continue };
                let places = u32::from(start)..u32::from(start) + u32::from(len);
                variables.push(Variable { places, name, descriptor, slot });
            }
        }
        variables
    }
}

/// Bytes between a switch's number and its operands.
pub(crate) fn padding(pc: u16) -> usize {
    3 - usize::from(pc % 4)
}

fn instructions(bytes: &[u8]) -> Result<Vec<Instruction>, Reason> {
    let (mut found, mut pc) = (Vec::with_capacity(bytes.len() / 2), 0);
    while pc < bytes.len() {
        let start = u16::try_from(pc).map_err(|_| Reason::TooLarge)?;
        let len = length(bytes, start)?;
        let end = pc.checked_add(len).filter(|end| *end <= bytes.len());
        let end = end.ok_or(Reason::Malformed("an instruction goes over the end of code"))?;
        let len = u16::try_from(len).map_err(|_| Reason::TooLarge)?;
        found.push(Instruction { pc: start, op: bytes[pc], len });
        pc = end;
    }
    Ok(found)
}

fn length(bytes: &[u8], pc: u16) -> Result<usize, Reason> {
    let mut from = Bytes::from(bytes, usize::from(pc));
    Ok(match from.u1()? {
        op::BIPUSH | op::LDC | op::ILOAD..=op::ALOAD | op::ISTORE..=op::ASTORE => 2,
        op::RET | op::NEWARRAY => 2,
        op::SIPUSH | op::LDC_W | op::LDC2_W | op::IINC | op::IFEQ..=op::JSR => 3,
        op::GETSTATIC..=op::INVOKESTATIC | op::NEW | op::ANEWARRAY => 3,
        op::CHECKCAST | op::INSTANCEOF | op::IFNULL | op::IFNONNULL => 3,
        op::MULTIANEWARRAY => 4,
        op::INVOKEINTERFACE | op::INVOKEDYNAMIC | op::GOTO_W | op::JSR_W => 5,
        op::WIDE => match from.u1()? {
            op::IINC => 6,
            op::ILOAD..=op::ALOAD | op::ISTORE..=op::ASTORE | op::RET => 4,
            _ => return Err(Reason::Malformed("`wide` is before what cannot be")),
        },
        op::TABLESWITCH => {
            from.take(padding(pc) + 4)?;
            let (low, high) = (i64::from(from.i4()?), i64::from(from.i4()?));
            counted(1 + padding(pc) + 12, high - low + 1, 4)?
        }
        op::LOOKUPSWITCH => {
            from.take(padding(pc) + 4)?;
            counted(1 + padding(pc) + 8, i64::from(from.i4()?), 8)?
        }
        op::JSR_W.. => return Err(Reason::Malformed("an instruction is of no known kind")),
        _ => 1,
    })
}

fn counted(head: usize, count: i64, each: usize) -> Result<usize, Reason> {
    let fits = usize::try_from(count).ok().filter(|count| *count <= usize::from(u16::MAX));
    let count = fits.ok_or(Reason::Malformed("a switch has no sensible number of cases"))?;
    Ok(head + count * each)
}
